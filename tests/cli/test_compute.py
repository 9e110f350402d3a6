"""`preuve compute`: the published number from a file, and one sentence for each thing that is missing."""

import json
import math
from pathlib import Path

import pytest

from tests.cli.test_cli import preuve, refused

DATA = Path(__file__).parents[1] / "reference" / "data"
CASES = json.loads((DATA.parent / "cases.json").read_text(encoding="utf-8"))
ROLES = ("--set", "reference=melanoma", "--set", "score=ai_score")


def test_the_area_of_the_isic_file_is_the_published_one():
    expected = next(case for case in CASES if case["id"] == "isic_ai_auc")["expected"]
    found = json.loads(preuve("compute", "auc", DATA / "isic.csv", *ROLES, "--json").stdout)
    assert found["indicator"] == "auc"
    for key, value in expected.items():
        assert math.isclose(found[key], value, rel_tol=0, abs_tol=1e-9), key


@pytest.fixture
def french(tmp_path):
    path = tmp_path / "fichier.csv"
    path.write_text("Vérité;Score IA\noui;0,9\nnon;0,2\noui;0,4\nnon;nd\n", encoding="cp1252")
    return path


def test_french_words_decimals_and_headers_are_understood(french):
    found = preuve("compute", "sensitivity", french, "--set", "reference=verite", "--set", "score=score ia", "--option", "threshold=0.5", "--json")  # fmt: skip
    answer = json.loads(found.stdout)
    assert (answer["numerator"], answer["denominator"], answer["estimate"]) == (1, 2, 0.5)


def test_what_is_missing_is_named(french):
    base = ("compute", "sensitivity", french)
    refused(preuve("compute", "sensibility", french), "sensibility", "preuve indicators")
    refused(preuve(*base, "--set", "reference=Vérité"), "--set score=…")
    refused(preuve(*base, "--set", "reference=Vérité", "--set", "score=Score IA"), "--option threshold=…")
    refused(preuve(*base, "--set", "verdict=Vérité"), "verdict", "reference")
    refused(preuve(*base, "--set", "reference"), "rôle=colonne")
    refused(preuve(*base, "--option", "seuil=0.5"), "seuil", "threshold")
    refused(preuve(*base, "--option", "conf_level=95"), "conf_level")


def test_a_column_or_a_cell_at_fault_is_shown_in_the_persons_own_file(french):
    wrong = preuve("compute", "auc", french, "--set", "reference=truth", "--set", "score=score ia")
    assert wrong.returncode == 1
    assert "truth" in wrong.stderr
    french.write_text("Vérité;Score IA;Service\n1;0,9;A\n", encoding="utf-8")
    wrong = preuve("compute", "stepped_wedge_mixed", french, "--set", "treatment=vérité", "--set", "outcome=score ia", "--set", "period=unité", "--set", "cluster=service")  # fmt: skip
    assert "Vérité, Score IA, Service" in wrong.stderr
    french.write_text("truth;score\n1;0,9\n0;beaucoup\n", encoding="utf-8")
    wrong = preuve("compute", "auc", french, "--set", "reference=truth", "--set", "score=score")
    assert wrong.returncode == 1
    assert "3" in wrong.stderr
    assert "beaucoup" not in wrong.stderr
    french.write_text("truth;score\n1;0,9\n2;0,1\n", encoding="utf-8")
    refused(preuve("compute", "auc", french, "--set", "reference=truth", "--set", "score=score"), "auc", "domaine")


@pytest.fixture
def readers(tmp_path):
    path = tmp_path / "lectures.csv"
    lines = [
        f"c{i};{'oui' if i % 2 else 'non'};{a};{b};{(i * 7) % 10}"
        for i, (a, b) in enumerate(["AA", "AB", "BB", "AA", "BB", "AB"] * 4)
    ]
    path.write_text("cas;vérité;lecteur un;lecteur deux;note\n" + "\n".join(lines), encoding="utf-8")
    return path


def test_names_are_names_and_numbers_are_numbers_as_the_catalogue_says(readers):
    raters = ("--set", "raters=lecteur un,lecteur deux", "--json")
    nominal = json.loads(preuve("compute", "krippendorff_alpha", readers, *raters, "--option", "level=nominal").stdout)
    assert nominal["n_units"] == 24
    kappa = json.loads(preuve("compute", "fleiss_kappa", readers, *raters).stdout)
    assert kappa["estimate"] == pytest.approx(nominal["estimate"], abs=0.02)
    refused(
        preuve("compute", "krippendorff_alpha", readers, *raters, "--option", "level=interval"), "n'est pas un nombre"
    )


def test_options_are_written_as_the_person_writes_them(readers):
    risk = ("--set", "reference=vérité", "--set", "score=note")
    found = json.loads(preuve("compute", "sensitivity", readers, *risk, "--option", "threshold=4,5", "--json").stdout)
    assert found["denominator"] == 12
    refused(preuve("compute", "sensitivity", readers, *risk, "--option", "threshold=haut"), "threshold", "nombre")
    wrong = ("--option", "threshold=4", "--option", "interval=wald")
    refused(preuve("compute", "sensitivity", readers, *risk, *wrong), "wilson, clopper_pearson", "wald")


def test_what_only_a_protocol_reads_is_no_role_here(readers):
    refused(preuve("compute", "rate_ratio", readers, "--set", "event=note"), "event", "events_1")
