"""Identities told by the words around them, and words that only look like people."""

import pytest

from importers.identity import words
from tests.importers.test_identities import NIRS, csv

SPACED = f"{NIRS[2][0]} {NIRS[2][1:3]} {NIRS[2][3:5]} {NIRS[2][5:7]} {NIRS[2][7:10]} {NIRS[2][10:13]}"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("NIR" + NIRS[2], "nir"),
        (f"{NIRS[2][:13]} clé {NIRS[2][13:]}", "nir"),
        ("assuré " + SPACED, "nir"),
        ("NIR : " + NIRS[2][:13], "nir"),
        ("INS 160059999900101", "nir"),
        ("Marie de La Tour", "name"),
        ("IPP 8001234567", "record"),
        ("vu, ipp n° 01234567", "record"),
        ("IPP8001234567", "record"),
        ("dossier n° 20261234", "record"),
        ("séjour 123456789", "record"),
        ("patiente Claire Martin, à jeun", "name"),
        ("Dupont Jean vu en urgence", "name"),
        ("DUPONT JEAN", "name"),
        ("Jean-Pierre Lefèvre sorti", "name"),
        ("MADAME PETIT", "name"),
        ("J. Dupont", "name"),
        ("vu avec J.-M. Moreau ce soir", "name"),
        ("vu avec mme durand", "name"),
        ("ddn=1951-05-03", "birth"),
        ("jean.dupont arobase chu.invalid", "email"),
        ("jean@hôpital.invalid", "email"),
        ("appeler 0639981234 ce soir", "phone"),
        ("0639 98 12 34", "phone"),
        ("06_39_98_12_34", "phone"),
    ],
)
def test_one_cell_of_free_text_is_enough(text, kind):
    issue = csv("obs", ["RAS", "", text]).report.issues[0]
    assert (issue.code, issue.params["kind"], issue.row, issue.column) == ("identifying_data", kind, 4, "obs")


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("N° tél", ["x"]),
        ("tel_patient", ["x"]),
        ("Adresse du patient", ["x"]),
        ("Nom de l'usager", ["x"]),
        ("nom du médecin", ["x"]),
        ("Nachname", ["x"]),
        ("Numéro de venue", [str(80012 + i) for i in range(8)]),
        ("identifiant_patient", ["A1"]),
        ("code patient", [str(8001200 + 37 * i) for i in range(8)]),
        ("d1", [f"{i + 1:02d}/04/{40 + 3 * i}" for i in range(8)]),
        ("d1", [f"{i + 1} avril {1940 + 3 * i}" for i in range(8)]),
        ("qui", [f"Dupon{'abcdefgh'[i]} J." for i in range(8)]),
        ("qui", ["DURAND", "MARTIN", "LEROY", "BERNARD", "XEZQI", "MOREL", "RAMIER", "PETIT"]),
        ("qui", ["J. Dupont", "A. Moreau", "C. Blanc", "L. Zed", "T. Simon", "X. Vidal", "P. Roy", "N.-B. Diallo"]),
        ("qui", ["dupont_j", "moreau_a", "ramier_c", "zed_l", "simon_t", "vidal_x", "roy_p", "diallo_n"]),
        ("code postal et ville patient", ["x"]),
    ],
)
def test_a_column_of_people_is_known_by_its_header_or_its_cells(header, values):
    issue = csv(header, values).report.issues[0]
    assert (issue.code, issue.row, issue.column) == ("identifying_data", 1, header)


@pytest.mark.parametrize(
    "codes",
    [
        [f"IPP{80012 + i}" for i in range(8)],
        [f"PAT{n}" for n in NIRS],
        [f"{i + 10}0419{41 + i}" for i in range(8)],
        [f"F19{41 + i}04{i + 10}" for i in range(8)],
        [f"J.D.{i + 10}.04.19{41 + i}" for i in range(8)],
        [f"JD{41 + i}04{i + 10}" for i in range(8)],
        [f"S1-DUPJE19{41 + i}04{i + 10}" for i in range(8)],
    ],
)
def test_codes_made_of_an_identity(codes):
    assert csv(codes=codes).report.reason == "identifying_data"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("centre", "Hôpital Saint-Louis"),
        ("centre", "CHU Jean MINJOZ"),
        ("diagnostic", "Syndrome de Claude Bernard-Horner"),
        ("laboratoire", "Pierre Fabre"),
        ("transport", "Marine nationale"),
        ("obs", "séjour du 12/03/2026, dossier complet"),
        ("obs", "IPP 40 mg, IRM Siemens Avanto"),
        ("obs", "Mme non revue"),
        ("code", "0b5e8d1c2a1850599999"),
        ("date_sejour", "2026-03-04"),
        ("mail_envoye", "oui"),
    ],
)
def test_words_that_are_nobody_s(header, value):
    assert csv(header, [value] * 8).report.reason == "unknown_column_ignored"


def test_long_numbers_of_things_are_no_patients():
    values = [str(10_000_000 + 7919 * i) for i in range(8)]
    assert csv("taille_octets", values).report.reason == "unknown_column_ignored"
    assert csv("num", values).report.reason == "identifying_data"


@pytest.mark.parametrize(
    "codes",
    [
        [f"P20260{i + 1}12" for i in range(8)],
        [f"CT10010{i}" for i in range(8)],
        [f"1.2.840.113619.2.55.3.604688119.{i}" for i in range(8)],
        [f"{2026000101 + 7 * i}" for i in range(8)],
    ],
)
def test_codes_that_are_pseudonyms(codes):
    assert csv(codes=codes).report.outcome == "accept"


def test_a_mobile_telephone_alone_in_an_empty_column_is_one():
    issue = csv("x", ["", "", "0639981234"]).report.issues[0]
    assert (issue.code, issue.params["kind"], issue.row) == ("identifying_data", "phone", 4)


def test_names_with_a_number_are_no_pseudonyms():
    names = ["DURAND", "MARTIN", "LEROY", "BERNARD", "XEZQI", "MOREL", "RAMIER", "PETIT"]
    issue = csv(codes=[f"{name}-{i + 1}" for i, name in enumerate(names)]).report.issues[0]
    assert (issue.code, issue.params["kind"], issue.column) == ("identifying_data", "name", "case_id")


@pytest.mark.parametrize(
    "values",
    [
        ["Domicile", "Réanimation", "Chirurgie", "Domicile", "SSR", "Décès", "Médecine", "Pédiatrie"],
        ["Petit", "Grand", "Moyen", "Gros", "Long", "Court", "Blanc", "Noir"],
        ["Oscar", "Tango", "Alpha", "Bravo", "Victor", "Delta", "Echo", "Kilo"],
        ["Bichat", "Cochin", "Necker", "Tenon", "Pasteur", "Larrey", "Percy", "Bégin"],
        ["Doliprane", "Aspirine", "Augmentin", "Kardegic", "Lasilix", "Tahor", "Inexium", "Xarelto"],
        ["Lyon", "Paris", "Nancy", "Lille", "Brest", "Nantes", "Laval", "Tours"],
        ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août"],
        ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche", "férié"],
        ["CHU-1", "CHU-2", "CHU-3", "LOT-4", "LOT-5", "IRM-6", "IRM-7", "TDM-8"],
        [
            "E. coli",
            "S. aureus",
            "H. pylori",
            "P. jirovecii",
            "Hôpital J. Martin",
            "rue J. Moulin",
            "C. difficile",
            "RAS",
        ],
        ["léger", "modéré", "sévère", "critique", "absent", "présent", "normal", "limite"],
    ],
)
def test_words_of_wards_places_and_drugs_are_nobody(values):
    assert csv("x", values).report.accepted


def test_common_names_are_written_plain_and_once():
    assert all(name.isascii() and name.islower() and " " in name for name in words.namesakes())
    for names in (words.first_names(), words.surnames()):
        assert all(name.isascii() and name.isalpha() and name.islower() for name in names)
    usual = {"petit", "grand", "blanc", "noir", "mai", "juin", "leger", "martial", "rose", "france", "paris", "laval"}
    assert not usual & (words.first_names() | words.surnames())
