"""The first looks at a sheet and at its numbers leave nothing out that the close ones find."""

import io
from operator import itemgetter

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.chart import LineChart, Reference

from evaluation.protocol import load_protocol
from importers.check import Context, check_bytes
from importers.context import Limits
from importers.files.sheet_parts import (
    CELL_NUMBER,
    ERROR_CELL,
    FORMULA,
    GLANCE,
    HIDDEN_ROW,
    LOOSE,
    MERGED,
    checked_size,
    column_number,
    sheet_parts,
)
from importers.files.spreadsheets import SMALL, WHOLE, numbers_as_text
from importers.files.unreadable import Unreadable
from importers.files.workbook_parts import PHONETIC

PROTOCOL = load_protocol("diagnostic-accuracy")
KINDS = (FORMULA, HIDDEN_ROW, ERROR_CELL, MERGED, PHONETIC)
PIECES = (
    b'<c r="A1" t="inlineStr"><is><t>x</t></is></c>',
    b"<f>1+1</f>",
    b"<x:f/>",
    b'<f t="shared" si="0"/>',
    b'<row r="2" hidden="1">',
    b"<x:row r='2' hidden='true'>",
    b'<row r="3" hidden="0">',
    b'<c r="B2" t="e"><v>#REF!</v></c>',
    b"<x:c r='B2' t='e' s='1'><x:v>#N/A</x:v></x:c>",
    b'<mergeCell ref="A1:B2"/>',
    b"<rPh sb='0'><t>name</t></rPh>",
    b"</row>",
    b"<sheetFormatPr/>",
    b"<t>f 1:f </t>",
)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=40))
def test_numbers_are_written_as_python_writes_them(values):
    texts = numbers_as_text(pl.Series(values, dtype=pl.Float64))
    plain = all(value == 0 or SMALL <= abs(value) < WHOLE for value in values)
    assert (texts is not None) == plain
    if texts is not None:
        assert texts.to_list() == [repr(value).removesuffix(".0") for value in values]


@given(st.lists(st.floats(min_value=SMALL, max_value=WHOLE, exclude_max=True), min_size=1, max_size=60))
def test_common_numbers_are_written_as_python_writes_them(values):
    signed = [*values, *(-value for value in values), 0.0, -0.0, *(round(value, 2) for value in values if value >= 1)]
    texts = numbers_as_text(pl.Series(signed, dtype=pl.Float64))
    assert texts is not None
    assert texts.to_list() == [repr(value).removesuffix(".0") for value in signed]


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_a_sheet_called_plain_holds_nothing_that_is_searched_for(pieces):
    part = b"".join(pieces)
    if not pl.Series([part.decode()]).str.contains(GLANCE)[0]:
        assert not any(kind.search(part) for kind in KINDS)
        assert sheet_parts(part).plain
    if sheet_parts(part).plain:
        assert not any(kind.search(part) for kind in KINDS)


@pytest.mark.parametrize("piece", [p for p in PIECES if any(kind.search(p) for kind in KINDS)])
def test_each_piece_alone_is_seen(piece):
    assert not sheet_parts(b"<sheetData>" + piece + b"</sheetData>").plain


@given(
    st.lists(
        st.tuples(st.sampled_from(("A", "Z", "CV", "ABC", "XFD")), st.integers(1, 1_048_576)), min_size=1, max_size=4
    ),
    st.sampled_from((Limits(), Limits(grid_cells=400_000, columns=50), Limits(grid_cells=999, columns=10))),
    st.sampled_from(('<c r="{}{}"><v>1</v></c>', "<x:c s='1' r='{}{}'><x:v>1</x:v></x:c>")),
)
def test_a_sheet_too_large_is_seen_at_the_first_look(places, limits, cell):
    rows = "".join(
        f'<row r="{row}">{cell.format(column, row)}</row>' for column, row in sorted(places, key=itemgetter(1))
    )
    part = f"<sheetData>{rows}</sheetData>".encode()
    width = max(column_number(found[1]) + 1 for found in CELL_NUMBER.finditer(part))
    height = max(int(found[2]) for found in CELL_NUMBER.finditer(part))
    too_large = width * height > limits.grid_cells and (height * limits.columns > limits.grid_cells or width > 702)
    apart = min(height * limits.columns, height * width) > LOOSE  # a few cells, a box that a reader makes room for
    if too_large or apart:
        with pytest.raises(Unreadable) as refused:
            checked_size(part, limits)
        assert refused.value.issue.code == "sheet_too_large"
    else:
        checked_size(part, limits)


FAR = '<row r="400000"><c r="GR400000"><v>1</v></c></row>'


@pytest.mark.parametrize(
    "rows",
    [
        FAR + '</sheetData><rowBreaks count="1"><brk id="3" max="16383" man="1"/></rowBreaks>',
        FAR + '<row r="2"><c r="A2"><v>1</v></c></row></sheetData>',
        '<row r="20000"><c r="xfd20000"><v>1</v></c></row></sheetData>',
        '<row r="2"><c r="GR400000"><v>1</v></c></row></sheetData>',
    ],
)
def test_a_far_cell_is_seen_whatever_follows_it(rows):
    """Breaks of pages, rows that are out of order, small letters: a reader would make room for eighty million cells."""
    part = f'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row>{rows}</worksheet>'.encode()
    with pytest.raises(Unreadable) as refused:
        checked_size(part, Limits())
    assert refused.value.issue.code == "sheet_too_large"


def test_a_sheet_of_charts_before_the_data_is_no_obstacle():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["case_id", "site", "reference", "score", "prediction"])
    for i in range(30):
        sheet.append([f"C{i:04d}", "990000010", i % 2, i / 40, i % 2])
    chart = LineChart()
    chart.add_data(Reference(sheet, min_col=4, min_row=2, max_row=31))
    book.create_chartsheet("graphique", 0).add_chart(chart)
    kept = io.BytesIO()
    book.save(kept)
    found = check_bytes(kept.getvalue(), PROTOCOL, Context(), name="cas.xlsx")
    assert found.report.rows == 30
    assert {issue.code for issue in found.report.issues if issue.severity == "error"} <= {"missing_required_column"}
