"""The blank workbook: typed, with lists, and accepted without a word once filled in."""

import datetime as dt
import io

import pytest
from openpyxl import load_workbook

from evaluation.protocol import library, load_protocol
from importers.check import Context, check_bytes
from importers.spreadsheets import sheet_titles
from importers.template import blank_workbook, choices

SAMPLES = {"number": 0.5, "integer": 3, "date": dt.date(2026, 1, 5), "datetime": dt.datetime(2026, 1, 5, 8, 30)}


def filled(protocol, table, locale):
    book = load_workbook(io.BytesIO(blank_workbook(protocol, locale=locale, pilot_code="PIL-1")))
    sheet = book[sheet_titles(table)[1 if locale == "en" else 0]]
    for row in (2, 3):
        skip = {name for group in table.one_of for name in group[1:]}
        for index, column in enumerate(table.columns, start=1):
            if column.name in skip:
                continue
            value = SAMPLES.get(column.type, f"X{row}" if column.role != "site" else "990000010")
            if column.type in ("boolean", "category"):
                value = choices(column, locale)[row - 2]
            sheet.cell(row, index).value = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("name", library())
def test_a_filled_blank_passes_without_an_error(name, locale):
    protocol = load_protocol(name)
    for table in protocol.tables:
        content = filled(protocol, table, locale)
        checked = check_bytes(content, protocol, Context(), name="f.xlsx", table=table.name)
        found = check_bytes(content, protocol, Context(), name="f.xlsx")  # told by what is filled in
        assert (found.report.table, found.frame.equals(checked.frame)) == (table.name, True)
        left_out = {"sheet_selected"} | ({"missing_values"} if table.one_of else set())
        assert checked.report.accepted, checked.report.issues
        assert set(checked.report.issue_counts) <= left_out
        assert checked.frame.height == 2


def test_what_a_person_sees_in_the_blank():
    protocol = load_protocol("diagnostic-accuracy")
    book = load_workbook(io.BytesIO(blank_workbook(protocol)))
    assert book.sheetnames == ["Cas", "Dictionnaire", "Lisez-moi"]
    sheet = book["Cas"]
    assert sheet.freeze_panes == "A2"
    assert sheet["A2"].number_format == "@"
    lists = {v.formula1 for v in sheet.data_validations.dataValidation}
    assert '"oui,non"' in lists
    assert protocol.digest in {row[1].value for row in book["Lisez-moi"].iter_rows()}
    assert all(cell.data_type != "f" for page in book for row in page.iter_rows() for cell in row)


def test_two_filled_sheets_are_a_question_and_not_a_guess():
    protocol = load_protocol("turnaround-before-after")
    first, second = protocol.tables
    book = load_workbook(io.BytesIO(filled(protocol, first, "fr")))
    other = load_workbook(io.BytesIO(filled(protocol, second, "fr")))
    title = sheet_titles(second)[0]
    for row in other[title].iter_rows(min_row=2, max_row=3):
        for cell in row:
            book[title][cell.coordinate].value = cell.value
    buffer = io.BytesIO()
    book.save(buffer)
    both = check_bytes(buffer.getvalue(), protocol, Context(), name="f.xlsx")
    assert both.report.reason == "several_tables"
    for table in protocol.tables:
        assert (
            check_bytes(buffer.getvalue(), protocol, Context(), name="f.xlsx", table=table.name).report.table
            == table.name
        )
