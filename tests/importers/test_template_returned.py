"""Blank workbooks as hospitals send them back: another language, online spreadsheets, protected sheets, pasted rows."""

import io
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from evaluation.protocol import library, load_protocol
from importers.blank.example_rows import example_rows
from importers.blank.workbook import blank_workbook
from importers.check import check_bytes
from importers.files.pilot_mark import told_mark
from importers.files.sheet_titles import sheet_titles
from tests.importers.test_template import CONTEXT, DAYS, saved, with_rows


def example_filled(protocol, locale="fr", words="fr"):
    blank = blank_workbook(protocol, locale=locale, pilot_code="PIL-1", days=DAYS)
    rows = example_rows(protocol.tables[0], words, DAYS[0])
    return with_rows(blank, sheet_titles(protocol.tables[0])[locale == "en"], rows)


def judged(content, protocol, pilot="PIL-1"):
    return [i.code for i in check_bytes(content, protocol, replace(CONTEXT, pilot=pilot), name="f.xlsx").report.issues]


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("name", library())
def test_an_online_spreadsheet_that_drops_the_properties_keeps_the_pilot_in_the_instructions(name, locale):
    protocol = load_protocol(name)
    book = load_workbook(io.BytesIO(example_filled(protocol, locale, locale)))
    del book.custom_doc_props["PreuvePilot"]
    assert judged(saved(book), protocol) == []
    assert judged(saved(book), protocol, "PIL-2") == ["other_pilot"]
    del book["Read me" if locale == "en" else "Lisez-moi"]  # the rows alone: nobody's
    assert judged(saved(book), protocol, "PIL-2") == []


def test_instructions_of_a_persons_own_name_no_pilot():
    own = [["Pilote", "PIL-9"], ["Service", "Imagerie"]]
    assert told_mark({"Lisez-moi": own}) is None
    assert told_mark({"Lisez-moi": [*own, ["Empreinte", "a" * 64]]}) == "PIL-9"
    assert told_mark({"Notes": [*own, ["Empreinte", "a" * 64]]}) is None
    assert told_mark({"Read me": [["Pilot", "<b>"], ["Digest", "a" * 64], [], ["alone"]]}) is None


@pytest.mark.parametrize("name", library())
def test_words_of_the_other_language_are_read_too(name):
    protocol = load_protocol(name)
    assert judged(example_filled(protocol, "fr", "en"), protocol) == []
    assert judged(example_filled(protocol, "en", "fr"), protocol) == []


def test_a_protected_sheet_and_cells_typed_as_text_pass():
    protocol = load_protocol("diagnostic-accuracy")
    book = load_workbook(io.BytesIO(example_filled(protocol)))
    sheet = book["Cas"]
    sheet.protection.sheet = True
    sheet.protection.set_password("secret")
    for row in sheet.iter_rows(2, 5):
        for cell, column in zip(row, protocol.tables[0].columns, strict=True):
            if column.type == "datetime":
                cell.value = f"{cell.value:%d/%m/%Y %H:%M}"
            elif column.type == "number":
                cell.value = str(cell.value).replace(".", ",")
    content = saved(book)
    assert judged(content, protocol) == []
    frames = [check_bytes(c, protocol, CONTEXT, name="f.xlsx").frame for c in (content, example_filled(protocol))]
    assert frames[0].equals(frames[1])


@pytest.mark.parametrize("name", library())
def test_lists_and_red_cells_reach_pasted_rows_and_weigh_nothing(name):
    protocol = load_protocol(name)
    content = blank_workbook(protocol, pilot_code="PIL-1", days=DAYS)
    book = load_workbook(io.BytesIO(content))
    for table in protocol.tables:
        sheet = book[sheet_titles(table)[0]]
        areas = [str(v.sqref) for v in sheet.data_validations.dataValidation]
        areas += [str(c.sqref) for c in sheet.conditional_formatting]
        assert {area.partition(":")[2].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for area in areas} == {"100001"}
        assert sheet.max_row < 100
        assert all(
            len(rule.formula[0]) < 8000 for c in sheet.conditional_formatting for rule in c.rules if rule.formula
        )
    assert len(content) < 60_000


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("name", library())
def test_every_column_is_explained_and_every_page_fits_its_paper(name, locale):
    protocol = load_protocol(name)
    book = load_workbook(io.BytesIO(blank_workbook(protocol, locale=locale)))
    words = book["Dictionary" if locale == "en" else "Dictionnaire"]
    names = [row[2].value for row in words.iter_rows(2)]
    assert names == [c.name for t in protocol.tables for c in t.columns]
    assert all(row[1].value and row[3].value and row[5].value for row in words.iter_rows(2))
    for page in book:
        assert (int(page.page_setup.paperSize), page.page_setup.orientation) == (9, "landscape")
        assert page.sheet_properties.pageSetUpPr.fitToPage
    for table in protocol.tables:
        sheet = book[sheet_titles(table)[locale == "en"]]
        for cell in sheet[1]:
            width = sheet.column_dimensions[cell.column_letter].width
            assert max(map(len, cell.value.split())) <= width  # no word is broken
            assert len(cell.value) <= width * sheet.row_dimensions[1].height / 15
