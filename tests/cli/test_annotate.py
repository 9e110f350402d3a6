"""`preuve check --annotate`: the copy beside the report, one sentence when there is none, and JSON alone on stdout."""

import json

import pytest
from openpyxl import load_workbook

from tests.cli.test_cli import preuve

HEAD = "case_id;site;period;reference;score;prediction;start_time;end_time"
BAD = "C1;990000010;avant;oui;{};1;05/01/2026 08:00;05/01/2026 08:25"
ARGUMENTS = ("--protocol", "diagnostic-accuracy", "--annotate")


@pytest.fixture
def file(tmp_path):
    def make(score="bof", head="", cell=""):
        path = tmp_path / "cas.csv"
        path.write_text(f"{HEAD}{head}\n{BAD.format(score)}{cell}\n", encoding="utf-8")
        return path

    return make


def test_the_copy_is_written_beside_the_report(file, tmp_path):
    out = tmp_path / "copie.xlsx"
    result = preuve("check", file(), *ARGUMENTS, out)
    assert result.returncode == 1
    assert "E2" in result.stdout
    assert "copie.xlsx est écrit" in result.stderr
    assert "ce n'est pas un nombre" in load_workbook(out)["Cas"]["E2"].comment.text
    english = preuve("check", file(), *ARGUMENTS, out, "--json", LOCALE="en")
    assert json.loads(english.stdout)["accepted"] is False
    assert load_workbook(out).sheetnames[0] == "Check summary"
    both = "Red cells must be corrected; yellow ones were read all the same: look at them."
    assert both in {row[0].value for row in load_workbook(out).worksheets[0].iter_rows()}
    warned = preuve("check", file("0,5"), *ARGUMENTS, out)
    assert warned.returncode == 0
    assert "chaque erreur y est marquée" in warned.stderr  # one row is few
    lines = {row[0].value for row in load_workbook(out).worksheets[0].iter_rows()}
    assert "Les cases jaunes ont été lues quand même : regardez-les." in lines


def test_a_file_without_a_fault_has_a_copy_that_says_so(file, tmp_path):
    out = tmp_path / "copie.xlsx"
    path = file("0,5")
    one = path.read_text(encoding="utf-8")
    path.write_text(one + BAD.replace("C1", "C2").format("bof") + "\n", encoding="utf-8")
    assert preuve("check", path, *ARGUMENTS, out).returncode == 1
    assert "Les cases rouges sont à corriger." in {r[0].value for r in load_workbook(out).worksheets[0].iter_rows()}
    path.write_text(one + BAD.replace("C1", "C2").format("0,6") + "\n", encoding="utf-8")
    result = preuve("check", path, *ARGUMENTS, out)
    assert (result.returncode, "rien à marquer" in result.stderr) == (0, True)
    assert not any("rouges" in str(c.value) for row in load_workbook(out).worksheets[0].iter_rows() for c in row)


def test_a_file_that_identifies_people_or_holds_no_table_has_no_copy(file, tmp_path):
    out = tmp_path / "copie.xlsx"
    named = file("0,5", ";contact", ";a.martin@exemple.invalid")
    nothing = tmp_path / "rien.csv"
    nothing.write_text("rien\n", encoding="utf-8")
    for path, words in ((named, "identifie des personnes"), (nothing, "aucun tableau")):
        result = preuve("check", path, *ARGUMENTS, out, "--json")
        assert result.returncode == 1
        assert json.loads(result.stdout)["outcome"] == "reject"
        assert words in result.stderr
        assert len(result.stderr.strip().splitlines()) == 1
        assert not out.exists()


def test_a_folder_where_nothing_can_be_written_is_one_sentence(file, tmp_path):
    result = preuve("check", file(), *ARGUMENTS, tmp_path / "nowhere" / "copie.xlsx")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "ne peut pas être écrit" in result.stderr


def test_the_copy_never_takes_the_place_of_the_file_checked(file):
    path = file()
    before = path.read_bytes()
    result = preuve("check", path, *ARGUMENTS, path)
    assert (result.returncode, path.read_bytes()) == (1, before)
    assert "sous un autre nom" in result.stderr


def test_a_blank_workbook_never_takes_the_place_of_a_filled_one(tmp_path):
    path = tmp_path / "cas.xlsx"
    path.touch()
    assert preuve("template", "diagnostic-accuracy", "-o", path).returncode == 0
    assert preuve("template", "diagnostic-accuracy", "-o", path).returncode == 0, "a blank one may be written anew"
    book = load_workbook(path)
    book.worksheets[0].cell(2, 1).value = "C1"
    book.save(path)
    filled = path.read_bytes()
    result = preuve("template", "diagnostic-accuracy", "-o", path)
    assert (result.returncode, path.read_bytes()) == (1, filled)
    assert "déjà rempli" in result.stderr
