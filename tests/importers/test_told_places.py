"""Faults of a text file that stop it are told with their row and column; what can be cleaned is no fault."""

import codecs
import io

import polars as pl
import pytest

from importers.messages import message
from tests.importers.test_odd_files import HEAD, check, errors, rows, text, with_cells

QUOTED_HEAD = [f'"{name}"' for name in HEAD]


def quoted(**cells):
    return [[f'"{cell}"' for cell in line] for line in with_cells(**cells)]


def first(content, name="f.csv"):
    return check(content, name).report.issues[0]


def test_a_row_with_a_cell_missing_or_too_many_is_told_once_and_the_others_as_they_are():
    for change in (lambda line: line[:3] + line[4:], lambda line: [*line[:3], "1", *line[3:]]):
        made = with_cells(score_5="abc", score_3="def")
        made[1] = change(made[1])
        found = check(text(made)).report
        assert [(i.code, i.row) for i in found.issues if i.severity == "error"] == [
            ("ragged_rows", 3),
            ("invalid_number", 5),
        ]
        assert found.issue_counts["invalid_number"] == 1


def test_a_misplaced_quote_has_its_column_in_a_file_of_quoted_cells():
    lines = quoted(reference_4="x")
    lines[2][3] = '"a"b"'
    issue = first(text(lines, QUOTED_HEAD))
    assert (issue.code, issue.row, issue.column, issue.cell) == ("misplaced_quote", 4, "reference", "D4")
    assert "« reference »" in message(issue)
    lines[1][0] = '"K\n1;"";"'
    issue = first(text(lines, QUOTED_HEAD))
    assert (issue.code, issue.row, issue.column) == ("misplaced_quote", 5, "reference")
    head = [*QUOTED_HEAD[:2], '"per"iod"', *QUOTED_HEAD[3:]]
    assert message(first(text(rows(), head)))


def test_the_columns_that_no_row_names_are_told():
    issue = first(text(rows(), [f"x{i}" for i in range(len(HEAD))]))
    assert issue.code == "header_not_found"
    assert "20" in message(issue)
    assert "Identifiant du cas (pseudonyme), Site (FINESS géographique)" in message(issue)


@pytest.mark.parametrize(
    ("content", "row"),
    [
        (text(rows()).replace("après".encode(), b"apr\xe8s", 1), 2),
        (text(rows()).replace(b"\n", b"\r\n")[:-2] + b"\r\nK9;990000010;apr\xe8s;1;0.5;1;;;\r\n", 8),
        (codecs.BOM_UTF16_LE + text(rows()[:2], encoding="utf-16-le") + b"\x00\xdc\n\x00", 4),
    ],
)
def test_letters_that_cannot_be_decoded_have_their_row(content, row):
    issue = first(content)
    assert (issue.code, issue.row) == ("encoding_undecodable", row)
    assert f"{row}" in message(issue)


@pytest.mark.parametrize("head", [HEAD, QUOTED_HEAD])
@pytest.mark.parametrize("mark", ["\ufeff\ufeff", "\ufeffï»¿", "\ufeff\ufeff\ufeff"])
def test_a_mark_put_twice_before_the_header_is_none_of_it(mark, head):
    assert check(mark.encode() + text(rows(), head)).report.outcome == "accept"


def test_a_mark_put_twice_in_two_bytes_a_letter():
    assert check(2 * codecs.BOM_UTF16_LE + text(rows(), encoding="utf-16-le")).report.outcome == "accept"


def test_a_line_break_within_a_header_is_a_space():
    found = check(text(rows(), ["case\vid", *HEAD[1:]])).report
    assert found.accepted
    assert found.columns["case id"] == "case_id"
    assert errors(check(text(rows(), ["case\u200bid", *HEAD[1:]])))[0][0] == "deceptive_header"


def test_two_parquet_columns_of_one_name_are_told():
    buffer = io.BytesIO()
    pl.DataFrame({("scorf" if h == "site" else h): [r[i] for r in rows()] for i, h in enumerate(HEAD)}).write_parquet(
        buffer
    )
    issue = first(buffer.getvalue().replace(b"scorf", b"score"), "f.parquet")
    assert (issue.code, issue.column) == ("duplicate_column", "score")
    assert "« score »" in message(issue)
