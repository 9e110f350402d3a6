"""Documents on the command line: a blank, its check, its import; counts, exit codes and one JSON document."""

import json

import pytest
from openpyxl import load_workbook

from tests.cli.test_cli import preuve, refused
from tests.importers.test_document_lists import cpv_workbook, emdn_workbook
from tests.importers.test_document_sites import TEXT
from tests.importers.test_documents import filled


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("documents")
    for name, content in (
        ("cpv.xlsx", cpv_workbook([(f"{c}-1", c, c) for c in ("48180000", "48328000", "33100000")])),
        ("emdn.xlsx", emdn_workbook()),
        ("v.xlsx", filled("vehicles")),
        ("bad.xlsx", filled("vehicles", **{"lots.procedure.2": "M_9999"})),
        ("dossier.xlsx", filled("dossier")),
        ("finess.csv", TEXT.encode("cp1252")),
    ):
        (place / name).write_bytes(content)
    return place


def run(folder, *arguments, **settings):
    return preuve(*arguments, folder=folder, DATA_DIR=folder / "data", **settings)


def answered(result, code=0):
    assert result.returncode == code, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize(("kind", "name"), [("dossier", "dossier"), ("vehicles", "vehicules")])
def test_a_blank_is_written_in_the_language_asked(tmp_path, kind, name):
    assert preuve("document", "template", kind, folder=tmp_path).returncode == 0
    assert load_workbook(tmp_path / f"{name}.xlsx").sheetnames[0] == "Lisez-moi"
    asked = preuve("document", "template", kind, "-o", "x.xlsx", "--locale", "en", folder=tmp_path)
    assert "x.xlsx" in asked.stdout
    assert load_workbook(tmp_path / "x.xlsx").sheetnames[0] == "Read me"


def test_a_check_needs_no_registry_and_makes_none(folder, tmp_path):
    found = answered(
        preuve("document", "check", "vehicles", folder / "v.xlsx", "--json", folder=tmp_path, DATA_DIR=tmp_path / "d")
    )
    assert (found["accepted"], list(found["issue_counts"])) == (True, ["cpv_not_imported"])
    assert not (tmp_path / "d").exists()
    told = preuve("document", "check", "vehicles", folder / "bad.xlsx", folder=tmp_path)
    assert told.returncode == 1
    assert "A2" in told.stdout


def test_the_whole_way_of_a_registry(folder):
    assert answered(run(folder, "list", "import", "cpv", "cpv.xlsx", "--json"))["added"] == 3
    assert answered(run(folder, "list", "import", "emdn", "emdn.xlsx", "--json"))["added"] == 5
    assert answered(run(folder, "document", "check", "dossier", "dossier.xlsx", "--json"))["issues"] == []
    first = answered(run(folder, "site", "import", "finess.csv", "--json"))
    assert {k: first[k] for k in ("added", "updated", "unchanged", "refused")} == {
        "added": 6,
        "updated": 0,
        "unchanged": 0,
        "refused": 0,
    }
    again = run(folder, "site", "import", "finess.csv", "--only", "010000024, 970300026")
    assert again.returncode == 0
    assert "0 ajoutés, 0 mis à jour, 2 inchangés" in again.stdout
    refused(run(folder, "document", "import", "vehicles", "v.xlsx", "--central", "nobody"), "nom")
    refused(run(folder, "document", "import", "dossier", "dossier.xlsx", "--version", "x@1"), "nom")


def test_syntax_alone_exits_two_and_a_refused_file_one(folder):
    assert run(folder, "document", "import", "dossier", "dossier.xlsx").returncode == 2
    assert run(folder, "list", "import", "nuts", "cpv.xlsx").returncode == 2
    refused(run(folder, "site", "import", "absent.csv"), "absent.csv")
    wrong = answered(run(folder, "site", "import", "cpv.xlsx", "--json"), code=1)
    assert (wrong["accepted"], wrong["issues"][0]["code"]) == (False, "sites_not_recognised")
    assert "FINESS" in wrong["issues"][0]["message"]
