"""Single cells of free text: people told in many ways are found, and ordinary remarks are nobody's."""

import random
from pathlib import Path

import polars as pl
import pytest

from evaluation.protocol import load_protocol
from importers.files.elsewhere import Elsewhere
from importers.files.grid import Grid
from importers.identity import privacy
from importers.identity.texts import kinds
from tests.importers.test_identities import NIRS, csv, nir

NIR = NIRS[2]
BODY, KEY = NIR[:13], NIR[13:]
SHORT_KEY = next(number for i in range(40) if (number := nir(i, "03"))[13] == "0")
GROUPS = (NIR[0], NIR[1:3], NIR[3:5], NIR[5:7], NIR[7:10], NIR[10:13], KEY)
REMARKS = Path(__file__).with_name("ordinary_remarks.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("M.Dupont", "name"),
        ("M Dupont revu", "name"),
        ("vu avec M. Dupont", "name"),
        ("mr dupont", "name"),
        ("madame lefebvre", "name"),
        ("Mme.Dupont", "name"),
        ("Mme Le Gall", "name"),
        ("jean dupont", "name"),
        ("revu : dupont jean", "name"),
        ("jean-pierre dupont", "name"),
        ("lefèvre, marie", "name"),
        ("DUPONT, Jean", "name"),
        ("compte rendu de DUPONT J. à revoir", "name"),
        ("Patient DUPONT", "name"),
        ("patient:dupont", "name"),
        ("Patient : RAMIER Claudette", "name"),
        ("née le 12041951", "birth"),
        ("DDN 12041951", "birth"),
        ("DDN:12041951", "birth"),
        ("né le 120451", "birth"),
        ("née 12041951", "birth"),
        ("patient 80123456", "record"),
        ("patient n°80123456", "record"),
        ("patient id 80123456", "record"),
        ("patient 80123456.", "record"),
        ("séjour 812345", "record"),
        ("N° de dossier 123456", "record"),
        ("06 123 456 78", "phone"),
        ("0612 345 678", "phone"),
        ("01/42/34/56/78", "phone"),
        ("06. 39. 98. 12. 34", "phone"),
        ("jean.dupont@chu", "email"),
        ("dupont@aphp", "email"),
        ("3 place Bellecour", "address"),
        ("12 place de la mairie", "address"),
        ("12 PLACE JEAN JAURES", "address"),
        ("4 passage Noir 75011 PARIS", "address"),
        ("0" + NIR, "nir"),
        ("NIR 0" + NIR, "nir"),
        (NIR + "A", "nir"),
        (NIR + "X", "nir"),
        (f"lu {NIR}A ce jour", "nir"),
        (f"{BODY} ({KEY})", "nir"),
        (f"{BODY}({KEY})", "nir"),
        (f"{BODY}.{KEY}", "nir"),
        (f"{BODY}/{KEY}", "nir"),
        (" ".join(NIR), "nir"),
        (".".join(NIR), "nir"),
        (f"{SHORT_KEY[:13]}{SHORT_KEY[14]}", "nir"),
        (" ".join(g.lstrip("0") if i == 2 else g for i, g in enumerate(GROUPS)), "nir"),
        ("DURAND^JEAN", "name"),
        ("PRUVOST^MARIE^^^", "name"),
        ("RAMIER^Claudette", "name"),
        ("Lefebvre^Ewa", "name"),
        ("DURAND_JEAN", "name"),
        ("DURAND_JEAN_0.dcm", "name"),
        ("/data/durand_fatima/2.dcm", "name"),
        ("C:/Patients/DURAND%20Jean/0.dcm", "name"),
        ("jean.durand", "name"),
        ("relu par jean.durand ce jour", "name"),
        ("DURAND (JEAN)", "name"),
        ("Durand J", "name"),
        ("DUPONT, P", "name"),
        ("https://pacs.invalid/vue?nom=DURAND&prenom=Jean", "name"),
        ("nom=DURAND", "name"),
        ("vue?prénom=Claudette", "name"),
        ("{'PatientName': 'Ramier'}", "name"),
        ("Melle Pruvost", "name"),
        ("melle ramier", "name"),
        ("Marie née DURAND", "name"),
        ("Claudette née Ramier", "name"),
        ("DURAND ép. MARTIN", "name"),
        ("veuve Lefebvre", "name"),
        ("né en mars 1951", "birth"),
        ("Née le 3 juin 51", "birth"),
        ("née 1er août 51", "birth"),
        ("DN 12/03/1951", "birth"),
        ("D.N. : 12.03.1951", "birth"),
        ("PID|1||8001234567^^^CHU^PI||||19510312|M", "record"),
        ("{'PatientID': '8074705039'}", "record"),
        ("https://pacs.invalid/vue?patientId=8075729712", "record"),
        ("n°dossier:A800123456", "record"),
        ("dossier n° A80012345", "record"),
    ],
)
def test_a_person_told_in_one_cell_is_found(text, kind):
    issue = csv("obs", ["RAS", "", text]).report.issues[0]
    assert (issue.code, issue.params["kind"], issue.row, issue.column) == ("identifying_data", kind, 4, "obs")


def test_the_ordinary_remarks_are_many():
    assert len(REMARKS) == len(set(REMARKS)) > 200


@pytest.mark.parametrize("remark", REMARKS)
def test_an_ordinary_remark_is_nobody_s(remark):
    for text in (remark, remark.upper()):
        report = csv("remarque", ["", text]).report
        assert (report.accepted, report.reason) == (True, "unknown_column_ignored"), text


@pytest.mark.parametrize(
    "text",
    [
        "GLU^Glucose^L",
        "OBX|1|NM|2345-7^Glucose^LN||5.2|mmol/L",
        "10^9/L",
        "CHU_Jean_Bernard_02.dcm",
        "/data/marie_curie/2.dcm",
        "image_poumon_012.png",
        "score_martin_v2.csv",
        "patient_id=LIL001",
        "patient id: P000123",
        "patientId=20250123",
        "n° dossier A20250001",
        "Weber B",
        "Laurent A",
        "Classe C",
        "née à terme",
        "né en siège",
        "née en 2025",
        "NÉE EN MARS, À TERME",
        "née Prématurée",
        "NEE ROSE",
        "Suspicion EP Pasteur",
        "DN4 4/10",
        "DN le 12/03/2025",
        "prenom=null",
        "nom=troponine&unite=ng",
        "{'nom': 'Troponine', 'prénom': 'inconnu'}",
        "modele_nom: Victor",
    ],
)
def test_a_mark_or_a_word_alone_names_nobody(text):
    for said in (text, text.upper()):
        report = csv("remarque", ["", said]).report
        assert (report.accepted, report.reason) == (True, "unknown_column_ignored"), said


def test_the_ordinary_remarks_together_are_nobody_s():
    assert kinds(pl.Series(REMARKS * 3)) is None


@pytest.mark.parametrize(
    "low_and_high",
    [(10**13, 10**14), (10**14, 10**15), (202603 * 10**9, 202604 * 10**9), (10**15, 10**16)],
)
def test_long_numbers_that_pass_by_chance_are_nobody_s(low_and_high):
    """One in some hundreds has the structure and the key of a social security number."""
    draw = random.Random(5)  # noqa: S311
    assert kinds(pl.Series([str(draw.randrange(*low_and_high)) for _ in range(20_000)])) is None


def test_one_social_security_number_among_long_numbers_is_found():
    draw = random.Random(5)  # noqa: S311
    numbers = [f"202603{draw.randrange(10**9):09d}" for _ in range(300)]
    assert kinds(pl.Series([*numbers, NIR])) == ("nir", [NIR])


@pytest.mark.parametrize("shape", ["{}.71", "0{}71"])
def test_moments_in_milliseconds_are_nobody_s(shape):
    assert kinds(pl.Series([shape.format(1_751_012_345_678 + 7919 * i) for i in range(5_000)])) is None


def around(monkeypatch, others):
    """The issues of texts around a table of one cell, and how many times `kinds` was called."""
    calls = []

    def counted(*args, **options):
        calls.append(args)
        return kinds(*args, **options)

    monkeypatch.setattr(privacy, "kinds", counted)
    grid = Grid(("code",), pl.DataFrame({"0": ["K1"]}), pl.Series([2]), sheet="cas", others=tuple(others))
    table = load_protocol("diagnostic-accuracy").tables[0]
    return privacy.Search(grid, table, {}).around(seen=False), len(calls)


def test_many_comments_are_looked_at_at_once(monkeypatch):
    people = {1: ("Mme Durand", "name"), 400: (f"NIR {NIR}", "nir"), 401: ("jean@chu.fr", "email"), 900: (NIR, "nir")}
    texts = [people.get(i, (f"relu le lot {i}", ""))[0] for i in range(1_000)]
    issues, calls = around(monkeypatch, [Elsewhere(t, "comment", i, 0, "cas") for i, t in enumerate(texts)])
    assert [(i.row, i.params["kind"], i.params["say"]) for i in issues] == [
        (row, kind, "comment") for row, (_, kind) in people.items()
    ]
    assert calls <= 10


def test_each_comment_is_told_by_itself_among_many_long_numbers(monkeypatch):
    others = [str(1000 * 10**11 + 97 * i) for i in range(400)]
    texts = [*others, NIR, "0" + NIR, f"{BODY}.{KEY}"]
    issues, _ = around(monkeypatch, [Elsewhere(t, "comment", i, 0, "cas") for i, t in enumerate(texts)])
    assert {400, 401, 402} <= {issue.row for issue in issues}


def test_many_lines_around_the_table_are_looked_at_at_once(monkeypatch):
    texts = [*(f"relu le lot {i}" for i in range(500)), f"NIR {NIR}", "Mme Durand"]
    issues, calls = around(monkeypatch, [Elsewhere(t, "margin", i + 3) for i, t in enumerate(texts)])
    assert [(i.row, i.params) for i in issues] == [(503, {"kind": "nir", "n": 1, "say": "margin"})]
    assert calls <= 10
