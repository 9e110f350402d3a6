"""A refusal names no person: headers, titles of sheets and endings of names that could are told by their place."""

import io
import json

import polars as pl
import pytest
from openpyxl import Workbook

from evaluation.protocol import library, load_protocol
from importers.answer import as_json
from importers.check import check_bytes
from importers.identity.persons import without_accents
from importers.identity.shown import discreet, identifying, shown_suffix
from importers.identity.words import surnames
from importers.plain_columns import read_columns
from importers.report import Issue
from tests.importers.test_identities import CONTEXT, HEAD, NIRS, PROTOCOL, rows
from tests.importers.test_identity_texts import REMARKS

PEOPLE = ("DUPONT Jean 12/04/1951", "Lefebvre", "dupont_score", NIRS[1], "8001234567", "RAMIER 12/04/1951", "M.Dupont")
TOLD = (
    "WOJCIECHOWSKI Ewa",
    "Ewa WOJCIECHOWSKI",
    "score Wojciechowski",
    "Lecture Dr Vercruysse",
    "lecture_dr_vercruysse",
    "Pr Vercruysse",
    "avis du Docteur VERCRUYSSE",
    "mme_vercruysse",
    "lecture_jdurand",
    "DURANDJ",
    "lecture jDurand",
    "12-03-51",
    "cas_12.03.51",
    "durand_marie.dcm",
)
"""Told by a title, an initial, a first name or a short date."""
ORDINARY = [
    "DR_grade", "DR Severity", "Dr Grade", "Dr référent", "Dr Senior", "avis_dr_senior", "PR (ms)", "PR AUC", "pr_curve",
    "Pr AUC", "Mme ou M.", "madame_monsieur", "SCORE Global", "IRM Cérébrale", "TDM Thorax", "lecture_senior", "lecture 2",
    "slopes", "pente_slopes", "operez", "maillots", "12-03-26", "25-03-04", "v1.2.51", "2.10.4", "05.03.2026", "Docteur",
    "Score Charlson", "score_rankin", "Signe de Babinski", "Lecture du Dr de garde",
]  # fmt: skip


def said(content, name="f.csv"):
    checked = check_bytes(content, PROTOCOL, CONTEXT, name=name)
    assert checked.frame is None
    return checked.report.issues[0], json.dumps(as_json(checked), ensure_ascii=False)


def text(head, *lines):
    return ("\n".join([";".join(head), *lines]) + "\n").encode()


def workbook(*sheets):
    book = Workbook()
    book.remove(book.active)
    for title, head, body in sheets:
        sheet = book.create_sheet(title)
        for row in (head, *body):
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("person", [p.replace("/", "-") for p in PEOPLE + TOLD])
def test_titles_of_sheets_that_name_people_are_told_by_their_rank(person):
    twins = workbook(("cas", HEAD, rows()), (person, HEAD, rows()))
    issue, answer = said(twins, "f.xlsx")
    assert (issue.code, issue.params["sheets"]) == ("several_sheets", "cas, n° 2")
    assert person not in answer


def test_titles_of_other_tables_that_name_people_are_told_by_their_rank():
    protocol = load_protocol("turnaround-before-after")
    heads = [[c.name for c in table.columns] for table in protocol.tables]
    content = workbook(
        *((title, head, [["1"] * len(head)]) for title, head in zip(("b", "DUPONT J."), heads, strict=True))
    )
    checked = check_bytes(content, protocol, CONTEXT, name="f.xlsx")
    assert checked.report.reason == "several_tables"
    assert "n° 2" in checked.report.issues[0].params["sheets"]
    assert "DUPONT" not in str(as_json(checked))


@pytest.mark.parametrize("person", PEOPLE + TOLD)
def test_a_header_that_names_a_person_is_told_by_its_letters(person):
    lines = [";".join(row) for row in rows()]
    issue, answer = said(text([*HEAD, person], lines[0] + ';"' + "x", *(line + ";x" for line in lines[1:])))
    assert (issue.code, issue.row, issue.column) == ("unclosed_quote", 2, "I")
    assert person not in answer


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical])
def test_a_parquet_column_that_names_a_person_is_told_by_its_letters(person, dtype):
    frame = pl.DataFrame({name: [row[i] for row in rows()] for i, name in enumerate(HEAD)})
    buffer = io.BytesIO()
    frame.with_columns(pl.lit("z" * 100_000).cast(dtype).alias(person)).write_parquet(buffer)
    issue, answer = said(buffer.getvalue(), "f.parquet")
    assert (issue.code, issue.column) == ("cell_too_large", "I")
    assert person not in answer


def test_a_column_left_out_whose_header_names_a_person_is_told_by_its_letters():
    table = text([*HEAD, "Lefebvre", "note"], *(";".join(row) + ";oui;non" for row in rows()))
    checked = check_bytes(table, PROTOCOL, CONTEXT, name="f.csv")
    told = [(i.code, i.column) for i in checked.report.issues]
    assert told == [("unknown_column_ignored", "I"), ("unknown_column_ignored", "note")]


@pytest.mark.parametrize(
    "name", ["cas.dupont jean", "cas.DUPONT", "cas.ramier claudette", f"cas.{NIRS[0]}", "cas.jean"]
)
def test_the_ending_of_a_name_is_repeated_only_when_it_is_a_format(name):
    issue, answer = said(b"a;b\n1;2\n", name)
    assert (issue.code, issue.params["format"]) == ("unsupported_format", "…")
    assert name.split(".")[1].casefold() not in answer.casefold()


def test_what_names_nobody_is_repeated():
    ordinary = [
        *HEAD,
        "score @ 0.5",
        "masse_tumorale",
        "2026-03-01",
        "20260301",
        "01.03.2026",
        "Feuil1",
        "Données 2026",
        "cas (2)",
    ]
    assert identifying(ordinary) == set()
    assert [shown_suffix(s) for s in (".xlsm", ".docx", ".sas7bdat", ".exe")] == [".xlsm", ".docx", ".sas7bdat", ".exe"]


@pytest.mark.parametrize("person", [*TOLD, "RAMIER, Claudette"])
def test_hidden_columns_that_name_people_are_not_repeated(person):
    issues = [Issue("hidden_columns_included", "warning", params={"names": f"note, {person}, avis"})]
    told = discreet(issues)[0].params["names"]
    assert told in ("note, …, avis", "note, …, …, avis")


def test_ordinary_headers_are_repeated():
    assert identifying(ORDINARY) == set()
    lower = {word for remark in REMARKS for word in remark.lower().split() if word.isalpha()}
    told = {"score " + word for word in lower if not surnames() & {without_accents(word)}}
    assert identifying(told) == set()
    for name in library():
        protocol = load_protocol(name)
        written = {text for t in protocol.tables for c in t.columns for text in (c.name, *c.aliases)}
        assert identifying({form for text in written for form in (text, text.upper(), text.capitalize())}) == set(), (
            name
        )


def test_hidden_columns_that_name_nobody_are_repeated():
    issue = Issue("hidden_columns_included", "warning", params={"names": ", ".join(ORDINARY)})
    assert discreet([issue]) == [issue]


def test_columns_asked_for_are_refused_without_naming_people():
    report = read_columns(
        text(["a", "b", "Lefebvre"], "1;2;3"), {"a": "number", "b": "number", "c": "number"}, CONTEXT, name="f.csv"
    ).report
    assert report.issues[0].params["names"] == "a, b, …"
