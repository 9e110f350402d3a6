"""The open extract of FINESS: real lines of 12 May 2026, in both encodings, with and without a header, and a hundred thousand of them."""

import time

import pytest

from importers.documents.identifiers import is_finess
from importers.documents.sites import COLUMNS, read_sites

LINES = [
    "finess;etalab;111;2026-05-12",
    "structureet;010000024;010780054;CH DE FLEYRIAT;CENTRE HOSPITALIER DE BOURG-EN-BRESSE FLEYRIAT;;;900;RTE;DE PARIS;;;451;01;AIN;01440 VIRIAT;0474454647;0474454114;355;Centre Hospitalier (C.H.);1102;Centres Hospitaliers;26010004500012;8610Z;03;ARS établissements Publics de santé dotation globale;1;Etablissement public de santé;1979-02-13;1979-02-13;2020-02-04;",
    "structureet;970400024;970408589;CHU SITE FELIX GUYON (SAINT DENIS);CHU SITE FELIX GUYON (SAINT DENIS);;;;ALL;DES TOPAZES;;CS 11021;411;9D;LA REUNION;97405 ST DENIS CEDEX;0262905050;0262905051;101;Centre Hospitalier Régional (C.H.R.);1101;Centres Hospitaliers Régionaux;20003001300011;8610Z;03;ARS établissements Publics de santé dotation globale;1;Etablissement public de santé;1957-07-01;1957-07-01;2023-11-13;",
    "structureet;970300026;970302022;CENTRE HOSPITALIER DE CAYENNE;CENTRE HOSPITALIER  DE CAYENNE;;;;AV;ALEXIS BLAISE;;BP 6006;302;9C;GUYANE;97306 CAYENNE CEDEX;0594395050;0594305250;355;Centre Hospitalier (C.H.);1102;Centres Hospitaliers;26973302800022;;03;ARS établissements Publics de santé dotation globale;1;Etablissement public de santé;1904-04-04;1998-04-29;2024-04-22;",
    "structureet;970302287;970302022;E.H.P.A.D. EDMAR LAMA DE CAYENNE;E.H.P.A.D. DU CENTRE HOSPITALIER DE CAYENNE;;;;AV;ALEXIS BLAISE;;BP 6006;302;9C;GUYANE;97306 CAYENNE CEDEX;0594395050;0594305150;500;Etablissement d'hébergement pour personnes âgées dépendantes;4401;Etablissements d'Hébergement pour Personnes Âgées;;8710A;40;ARS/PCD, Tarif global, habilité aide sociale, recours PUI;;;1988-05-02;2017-01-03;2024-04-22;",
    'structureet;980501506;980501498;"LIEU DE VIE ""MAVOUNA MEMA 1""";"LIEU DE VIE ET D\'ACCUEIL ""MAVOUNA MEMA 1""";ASSOCIATION MESSO;;12;R;ANCIEN TERRAIN DE FOOT;;;606;9F;MAYOTTE;97620 CHIRONGUI;0269666815;;462;Lieux de Vie et d\'Accueil;4605;Etablissements et services multi-clientèles;82967998400015;;08;Président du Conseil Départemental;;;2019-04-01;2019-03-18;2025-05-07;',
    "structureet;980502199;980502181;UBIPHARM-MAYOTTE;;;;;ZI;VALLÉE 3 BP 208;;;610;9F;MAYOTTE;97600 KOUNGOU;0269665008;;699;Entité Ayant Autorisation;1205;Autres Etablissements Relevant de la Loi Hospitalière;;4646Z;99;Indéterminé;0;Non concerné;2020-09-01;2018-10-01;2021-12-09;",
    "geolocalisation;010000024;868435.2;6572843.5;1,ATLASANTE,100,IGN,BD_ADRESSE,V2.2,LAMBERT_93;2026-05-12",
]  # fmt: skip
TEXT = "\n".join(LINES) + "\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_published_extract_is_read_in_both_of_its_encodings(encoding):
    found = read_sites(TEXT.encode(encoding), "etalab-cs1100502-stock-20260512-0339.csv")
    assert (found.accepted, found.refused, found.frame.height) == (True, 0, 6)
    rows = {row["finess"]: row for row in found.frame.to_dicts()}
    assert rows["010000024"] == {
        "finess": "010000024",
        "finess_ej": "010780054",
        "name": "CENTRE HOSPITALIER DE BOURG-EN-BRESSE FLEYRIAT",
        "kind": "CH",
        "region": "Auvergne-Rhône-Alpes",
        "siret": "26010004500012",
        "legal_status": "public",
        "legal_source": "Etablissement public de santé",
    }
    assert (rows["970400024"]["kind"], rows["970400024"]["region"]) == ("CHU", "La Réunion")
    assert rows["980501506"]["name"] == 'LIEU DE VIE ET D\'ACCUEIL "MAVOUNA MEMA 1"'
    assert rows["980502199"]["name"] == "UBIPHARM-MAYOTTE"


def test_a_status_that_the_file_does_not_tell_is_not_public_and_an_entity_tells_for_its_own():
    found = read_sites(TEXT.encode(), "f.csv")
    status = dict(found.frame.select("finess", "legal_status").rows())
    assert status["970302287"] == "public"  # the nursing home of a public hospital
    assert status["980501506"] is None
    assert status["980502199"] is None
    assert [(f.code, f.params["n"]) for f in found.faults] == [("site_status", 2)]


def test_the_same_columns_with_a_header_are_read_too():
    body = [line.removeprefix("structureet;") for line in LINES[1:7]]
    with_header = "\n".join([";".join(COLUMNS), *body])
    assert read_sites(with_header.encode(), "f.csv").frame.equals(read_sites(TEXT.encode(), "f.csv").frame)
    few = "nofinesset,rs,libsph\n010000024,CH,Etablissement public de santé\n"
    assert read_sites(few.encode(), "f.csv").frame["name"].to_list() == ["CH"]


def test_numbers_are_judged_and_each_refusal_names_its_line():
    wrong = TEXT.replace("structureet;010000024", "structureet;010000025")
    found = read_sites(wrong.encode(), "f.csv")
    assert (found.refused, [(f.code, f.row) for f in found.faults if f.row]) == (1, [("site_refused", 2)])
    overseas = read_sites(TEXT.replace("structureet;970300026", "structureet;970300027").encode(), "f.csv")
    assert "site_doubtful" in {f.code for f in overseas.faults}
    assert overseas.frame.height == 6
    twice = read_sites((TEXT + LINES[1] + "\n").encode(), "f.csv")
    assert [(f.code, f.row) for f in twice.faults if f.row] == [("site_repeated", 9)]
    lost = read_sites(TEXT.replace("structureet;010000024", "structureet;10000024").encode(), "f.csv")
    assert "010000024" in lost.frame["finess"]
    assert "site_zeros" in {f.code for f in lost.faults}


def test_the_key_of_a_column_is_the_key_of_a_number():
    import polars as pl

    from importers.documents.sites import _key_holds

    numbers = ["750712184", "750712185", "2A0000014", "2B0000020", "2A0000015", "010003820", "970100400", "970100401"]
    found = pl.DataFrame({"n": numbers}).select(_key_holds(pl.col("n")).alias("k"))["k"].to_list()
    assert found == [is_finess(number) for number in numbers]


def test_only_the_establishments_asked_for():
    found = read_sites(TEXT.encode(), "f.csv", only=["010000024", "970300026", "750712184"])
    assert found.frame["finess"].to_list() == ["010000024", "970300026"]
    assert [(f.code, f.params["n"]) for f in found.faults] == [("site_absent", 1)]


def test_a_quotation_mark_left_open_ends_with_its_line():
    broken = TEXT.replace("CH DE FLEYRIAT;", '"CH DE FLEYRIAT;')
    found = read_sites(broken.encode(), "f.csv")
    assert found.frame.equals(read_sites(TEXT.encode(), "f.csv").frame)


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "f.csv", "empty_file"),
        (b"a;b\n1;2\n", "f.csv", "sites_not_recognised"),
        (b"%PDF-1.7", "f.csv", "extension_mismatch"),
        (b"geolocalisation;010000024;1;2;3;4\n", "f.csv", "sites_not_recognised"),
    ],
)
def test_what_is_no_extract_is_one_sentence(content, name, code):
    found = read_sites(content, name)
    assert (found.accepted, [f.code for f in found.faults]) == (False, [code])


def test_a_hundred_thousand_lines_take_seconds():
    def numbered(i):
        body = f"{75_000_000 + i}"
        key = next(k for k in range(10) if is_finess(f"{body}{k}"))
        return LINES[1].replace("structureet;010000024", f"structureet;{body}{key}")

    content = "\n".join([LINES[0], *(numbered(i) for i in range(100_000))]).encode()
    start = time.perf_counter()
    found = read_sites(content, "f.csv")
    assert found.frame.height == 100_000
    assert time.perf_counter() - start < 20
