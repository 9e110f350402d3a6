"""Cells, tables and bytes: the one place that writes a cell, and the same edition gives the same file everywhere."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import zipfile
from collections.abc import Sequence
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.constants import ARC_CORE
from openpyxl.xml.functions import tostring

from exports.workbook.columns import COUNT_FORMAT, DATE_FORMAT, TEXT_FORMAT, Cell, Column, Kind
from exports.workbook.readme import Entry
from exports.workbook.sheets import Sheet
from exports.workbook.style import FILTER_BUTTON, NOTICE, Styler, lines_needed, width

LONGEST_TEXT: Final = 32_767
"""UTF-16 units that a cell holds."""

_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_CHARACTERS_A_PAGE: Final = 230  # of an A4 landscape page at about 55 %, the smallest that is read with ease
LINE: Final = 13.5  # points of one line of text
TALLEST: Final = 400.0  # points: the most that a spreadsheet shows is 409
_README_WIDTHS: Final = (36, 96, 40, 24)


def clean(text: str) -> str:
    """The text as a cell can hold it: no control character, line feeds alone, not longer than a cell.

    Spreadsheets read `_x0041_` as an escaped letter, so that what only looks like one is itself escaped.
    """
    text = _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _LOOKS_ESCAPED.sub("_x005F_", text)
    if len(text) * 2 <= LONGEST_TEXT or len(text.encode("utf-16-le")) // 2 <= LONGEST_TEXT:
        return text
    return text.encode("utf-16-le")[: (LONGEST_TEXT - 1) * 2].decode("utf-16-le", "ignore") + "…"


def put(cell: SheetCell, value: Cell) -> None:
    """Write `value`: a text is a text whatever its first character, never a formula, an error or a link."""
    if isinstance(value, str):
        text = clean(value)
        cell.value = text or None
        if text:
            cell.data_type = "s"
    else:
        cell.value = value


def _format(column: Column[Any], row: Any, value: Cell) -> str:
    if isinstance(value, dt.date):
        return DATE_FORMAT
    if column.kind is Kind.IDENTIFIER:
        return TEXT_FORMAT
    if column.kind is Kind.COUNT:
        return COUNT_FORMAT
    return column.number_format(row) if column.kind is Kind.NUMBER else "General"


def write_list(ws: Worksheet, sheet: Sheet[Any], headings: Sequence[str], empty: str, locale: str) -> None:
    """One list from its header in row 1; an empty one says so in a sentence, without a table that a spreadsheet would repair."""
    style = Styler(ws)
    for index, heading in enumerate(headings, start=1):
        cell = ws.cell(1, index)
        put(cell, heading)
        style.header(cell)
    values = [[column.read(row, locale) for column in sheet.columns] for row in sheet.rows]
    for y, (row, cells) in enumerate(zip(sheet.rows, values, strict=True), start=2):
        for x, (column, value) in enumerate(zip(sheet.columns, cells, strict=True), start=1):
            cell = ws.cell(y, x)
            put(cell, value)
            style.body(cell, _format(column, row, value), column.tone(row))
    for x, column in enumerate(sheet.columns, start=1):
        ws.column_dimensions[get_column_letter(x)].width = width(
            headings[x - 1], column.kind, (cells[x - 1] for cells in values)
        )
    widths = [ws.column_dimensions[get_column_letter(x)].width for x in range(1, len(headings) + 1)]
    _fit_height(ws, 1, headings, [w - FILTER_BUTTON for w in widths])
    for y, cells in enumerate(values, start=2):
        _fit_height(ws, y, cells, widths)
    if sheet.rows:
        _name_table(ws, sheet.table, len(headings), len(sheet.rows) + 1)
    else:
        put(ws.cell(2, 1), empty)
        style.sentence(ws.cell(2, 1))
    ws.freeze_panes = "C2" if headings[1:] else "B2"
    _page(ws, sum(d.width for d in ws.column_dimensions.values()))
    ws.print_title_rows = "1:1"
    ws.print_title_cols = "A:B"


def _name_table(ws: Worksheet, name: str, columns: int, rows: int) -> None:
    table = Table(displayName=name, name=name, ref=f"A1:{get_column_letter(columns)}{rows}")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
    ws.add_table(table)  # its filter is the sheet's: two of them on the same cells break the file


def _fit_height(ws: Worksheet, row: int, cells: Sequence[Cell], widths: Sequence[float]) -> None:
    """Height of a row whose texts wrap: a file that was never opened has no measured one, and would be shown cut."""
    lines = max(lines_needed(cell, wide) for cell, wide in zip(cells, widths, strict=False))
    ws.row_dimensions[row].height = min(TALLEST, 4 + LINE * lines)


def _page(ws: Worksheet, characters: float) -> None:
    ws.page_setup.orientation = "landscape"
    ws.page_setup.paperSize = ws.PAPERSIZE_A4
    ws.sheet_properties.pageSetUpPr.fitToPage = True
    ws.page_setup.fitToWidth = max(1, math.ceil(characters / _CHARACTERS_A_PAGE))
    ws.page_setup.fitToHeight = 0
    ws.page_margins.left = ws.page_margins.right = 0.4
    ws.page_margins.top = ws.page_margins.bottom = 0.5


def write_readme(
    ws: Worksheet, entries: Sequence[Entry], headings: Sequence[str], sources: Sequence[tuple[str, ...]]
) -> None:
    """Two columns, notices first; the data sources, when there are some, in a table of four below."""
    style = Styler(ws)
    for y, entry in enumerate(entries, start=1):
        put(ws.cell(y, 1), entry.key)
        put(ws.cell(y, 2), entry.value)
        if entry.part == "heading":
            style.heading(ws.cell(y, 1))
            style.heading(ws.cell(y, 2))
            ws.row_dimensions[y].height = 26
            continue
        notice = NOTICE if entry.part == "notice" else None
        style.body(ws.cell(y, 1), "General", entry.tone or notice, bold=True)
        style.body(ws.cell(y, 2), _readme_format(entry), notice)
        if not isinstance(entry.value, str) or entry.part == "identifier":
            ws.cell(y, 2).alignment = Alignment(vertical="top", horizontal="left", indent=1)
    if sources:
        _write_sources(ws, style, len(entries) + 2, headings, sources)
    used = _README_WIDTHS if sources else _README_WIDTHS[:2]
    for x, wide in enumerate(used, start=1):
        ws.column_dimensions[get_column_letter(x)].width = wide
    for y, entry in enumerate(entries, start=1):
        if entry.part != "heading":
            _fit_height(ws, y, (entry.key, entry.value), used)
    for y, source in enumerate(sources, start=len(entries) + 3):
        _fit_height(ws, y, source, used)
    _page(ws, sum(used))


def _readme_format(entry: Entry) -> str:
    if isinstance(entry.value, dt.date):
        return DATE_FORMAT
    return TEXT_FORMAT if entry.part == "identifier" else COUNT_FORMAT if isinstance(entry.value, int) else "General"


def _write_sources(
    ws: Worksheet, style: Styler, top: int, headings: Sequence[str], sources: Sequence[tuple[str, ...]]
) -> None:
    for x, heading in enumerate(headings, start=1):
        put(ws.cell(top, x), heading)
        style.header(ws.cell(top, x))
    for y, source in enumerate(sources, start=top + 1):
        for x, value in enumerate(source, start=1):
            put(ws.cell(y, x), value)
            style.body(ws.cell(y, x), "General")


def save(book: Workbook, date: dt.date) -> bytes:
    """The bytes of the workbook, with the edition's date wherever the clock would show."""
    moment = dt.datetime.combine(date, dt.time())
    properties: DocumentProperties = book.properties
    properties.created = properties.modified = moment
    core = tostring(properties.to_tree())
    loose = io.BytesIO()
    book.save(loose)
    tight = io.BytesIO()
    stamp = (min(max(date.year, 1980), 2107), date.month, date.day, 0, 0, 0)  # the years that a zip can say
    with zipfile.ZipFile(loose) as source, zipfile.ZipFile(tight, "w") as target:
        for name in source.namelist():
            info = zipfile.ZipInfo(name, stamp)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # the same whatever the system
            info.external_attr = 0o644 << 16
            target.writestr(info, core if name == ARC_CORE else source.read(name))
    return tight.getvalue()
