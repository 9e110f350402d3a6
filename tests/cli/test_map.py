"""`--map`: a person's headers given as pairs or in a file, to a check and to a scorecard; each mistake is one sentence."""

import json

import pytest

from tests.cli.test_cli import preuve, refused

HEAD = "case_id;site;period;reference;{};prediction;start_time;end_time"
ROW = "C{};990000010;{};{};0,{};{};05/01/2026 08:00;05/01/2026 08:25"
PROTOCOL = ("--protocol", "diagnostic-accuracy")


@pytest.fixture
def file(tmp_path):
    def make(header="Risque IA=1", name="cas.csv", first=0):
        rows = [
            ROW.format(first + n, "après" if n % 2 else "avant", "oui" if n % 3 else "non", 10 + n, n % 3 and 1)
            for n in range(40)
        ]
        path = tmp_path / name
        path.write_text("\n".join([HEAD.format(header), *rows]) + "\n", encoding="utf-8")
        return path

    return make


def test_a_check_reads_a_header_as_the_person_says(file):
    path = file()
    without = json.loads(preuve("check", path, *PROTOCOL, "--json").stdout)
    assert "score" not in without["columns"].values()
    result = preuve("check", path, *PROTOCOL, "--map", "Risque IA=1=score", "--json", "--rows")
    answer = json.loads(result.stdout)
    assert (result.returncode, answer["outcome"]) == (0, "accept")
    assert answer["columns"]["Risque IA=1"] == "score"
    assert answer["mapping"] == {"Risque IA=1": "score"}
    assert answer["normalised_rows"][0]["score"] == 0.1
    shown = preuve("check", path, *PROTOCOL, "--map", "Risque IA=1=score")
    assert "Lu selon la correspondance : Risque IA=1 → score." in shown.stdout
    aside = preuve("check", path, *PROTOCOL, "--map", "Risque IA=1=", LOCALE="en")
    assert "Read by the mapping: Risque IA=1 → not kept." in aside.stdout


def test_a_mapping_comes_from_a_file_too(file, tmp_path):
    said = tmp_path / "colonnes.json"
    said.write_text('\ufeff{"Risque": "score", "prediction": null}', encoding="utf-8")
    result = preuve("check", file("Risque"), *PROTOCOL, "--map", said, "--map", "site=site", "--json")
    assert json.loads(result.stdout)["mapping"] == {"Risque": "score", "site": "site", "prediction": None}


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (("score",), "en-tête du fichier=colonne du protocole"),
        (("=score",), "aucun en-tête"),
        (("a=score", "a=site"), "deux choses de « a »"),
        (("nulle-part.json",), "nulle-part.json"),
        (("liste.json",), "objet JSON"),
        (("octets.json",), "octets.json"),
    ],
)
def test_a_mapping_that_cannot_be_read_is_one_sentence(file, tmp_path, said, word):
    (tmp_path / "liste.json").write_text("[1]", encoding="utf-8")
    (tmp_path / "octets.json").write_bytes(b"\xff\xfe\x00")
    options = [part for text in said for part in ("--map", text)]
    for command in ("check", "evaluate"):
        refused(preuve(command, file(), *PROTOCOL, *options, folder=tmp_path), word)


def test_a_header_that_the_file_does_not_hold_refuses_the_check(file):
    result = preuve("check", file("Risque"), *PROTOCOL, "--map", "Rique=score", "--json")
    issues = json.loads(result.stdout)["issues"]
    assert result.returncode == 1
    said = next(i["message"] for i in issues if i["code"] == "mapped_header_absent")
    assert said.endswith("Les plus proches : Risque.")


def test_the_annotated_copy_is_made_by_the_same_mapping(file, tmp_path):
    out = tmp_path / "copie.xlsx"
    head = "a;b;c;d;e;f;g;h"
    path = file("Risque")
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([head, *lines[1:-1], lines[-1].replace("0,49", "bof")]) + "\n", encoding="utf-8")
    said = tmp_path / "colonnes.json"
    said.write_text(json.dumps(dict(zip(head.split(";"), HEAD.format("score").split(";"), strict=True))))
    from openpyxl import load_workbook

    result = preuve("check", path, *PROTOCOL, "--map", said, "--annotate", out)
    assert "E41" in result.stdout
    assert "ce n'est pas un nombre" in load_workbook(out).worksheets[1]["E41"].comment.text


def test_a_scorecard_is_that_of_the_file_with_the_protocols_own_header(file):
    own = preuve("evaluate", file("score", "a.csv"), *PROTOCOL, "--json")
    mapped = preuve("evaluate", file("Risque", "b.csv"), *PROTOCOL, "--map", "Risque=score", "--json")
    assert own.returncode == mapped.returncode == 0
    assert mapped.stdout == own.stdout
    assert preuve("evaluate", file("Risque", "b.csv"), *PROTOCOL, "--json").stdout != own.stdout


def test_of_several_files_each_may_have_its_own_header(file):
    files = (file("Risque", "a.csv"), file("score", "b.csv", first=100))
    result = preuve("evaluate", *files, *PROTOCOL, "--map", "Risque=score", "--json")
    assert result.returncode == 0
    assert json.loads(result.stdout)["data"]["rows"] == 80
    assert "b.csv : Aucune colonne du fichier n'a l'en-tête « Risque »" in result.stderr
    nowhere = preuve("evaluate", *files, *PROTOCOL, "--map", "Absente=score", "--json")
    assert (nowhere.returncode, nowhere.stdout) == (1, "")
    assert "Aucun fichier n'a de colonne « Absente »" in nowhere.stderr


def test_an_aggregate_has_no_columns_to_map(file, tmp_path):
    out = tmp_path / "agregat.json"
    assert preuve("evaluate", file("score"), *PROTOCOL, "--aggregate", "--out", out).returncode == 0
    refused(preuve("check", out, *PROTOCOL, "--map", "a=score"), "agrégat")
