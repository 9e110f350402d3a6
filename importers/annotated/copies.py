"""The workbook to mark: the person's own as the library can keep it, or one made of their rows as they wrote them."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from importers.annotated.formulas import formula_of, only_computes
from importers.files.container import Kind
from importers.files.encodings import decode
from importers.files.grid import Grid
from importers.files.text_files import SEPARATORS
from importers.sheet_style import BOLD, ERROR_COLOUR, WARNING_COLOUR, printed, put

AUTHOR: Final = "Preuve"
SUMMARIES: Final = ("Bilan du contrôle", "Check summary")
"""What the summary sheet is called, in French and in English."""
CELLS: Final = 500_000
"""Cells that a copy holds in full; beyond, the rows at fault alone are copied, at their own row numbers."""
SHEETS_BYTES: Final = 60 * 1024 * 1024
"""What the parts of a workbook may unpack to, to be copied whole."""
MERGED: Final = re.compile(rb'<mergeCell [^>]*ref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')
LONGEST_FIELD: Final = 2**31 - 1
LAST_ROW: Final = 1_048_576
UNCOPIED: Final = (
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    OSError,
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
)
"""What the library raises on a workbook that it reads in part only: another copy is made then."""


@dataclass
class Copy:
    """A workbook, its sheet that holds the table, the row of the header.

    `own` tells the person's own workbook; `whole` that every row is there.
    """

    book: Any
    sheet: Any
    header: int
    own: bool = False
    whole: bool = True


def own_workbook(content: bytes, grid: Grid) -> Copy | None:
    """The person's own workbook; `None` when it is too large, or of a kind that the library does not read."""
    if grid.frame.height * grid.frame.width > CELLS:
        return None
    try:
        if _is_heavy(content):
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # what the library does not keep
            book = load_workbook(io.BytesIO(content), rich_text=True, keep_links=False)
        if grid.sheet not in book.sheetnames:
            return None
        _without_old_marks(book)
        _without_outside_calls(book, content)
    except UNCOPIED:
        return None
    return Copy(book, book[grid.sheet], grid.header_row, own=True)


def _is_heavy(content: bytes) -> bool:
    """Whether the sheets, or the cells that they merge, are more than the library takes in a moment."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [e for e in archive.infolist() if e.filename.casefold().endswith(".xml")]
        if sum(e.file_size for e in parts) > SHEETS_BYTES:
            return True
        merged = 0
        for part in parts:
            if part.filename.casefold().startswith("xl/worksheets/"):
                for area in MERGED.findall(archive.read(part)):
                    left, top, right, bottom = range_boundaries(area.decode())
                    merged += (right - left + 1) * (bottom - top + 1)
    return merged > CELLS


def rows_workbook(content: bytes, kind: Kind, grid: Grid, title: str, at_fault: set[int]) -> Copy:
    """A workbook of the file's rows, every cell as a text, each row at the number that the report gives it."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    header = grid.header_row
    lines = (_text_lines(content, grid) if kind is Kind.TEXT else None) or _grid_lines(grid)
    last = int(grid.rows[-1]) if len(grid.rows) else header
    whole = grid.frame.height * grid.frame.width <= CELLS and last <= LAST_ROW
    widths: dict[int, int] = {}
    for number, texts in lines:
        if (whole or number <= header or number in at_fault) and number <= LAST_ROW:
            for column, text in enumerate(texts, start=1):
                if text:
                    cell = sheet.cell(number, column)
                    put(cell, text)
                    cell.number_format = "@"
                    if number >= header:
                        widths[column] = max(widths.get(column, 0), len(text))
    for column, width in widths.items():
        sheet.column_dimensions[get_column_letter(column)].width = max(10, min(34, width + 3))
    for cell in sheet[header]:
        cell.font = BOLD
    sheet.freeze_panes = sheet.cell(header + 1, 1)
    if not whole:
        _only_rows_that_are_there(sheet)
    printed(sheet)
    return Copy(book, sheet, header, whole=whole)


def _only_rows_that_are_there(sheet: Any) -> None:
    """Hide the empty rows between those that were copied: each still stands at its own number."""
    sheet.sheet_format.zeroHeight = True
    sheet.sheet_format.customHeight = True
    for number in {row for row, _ in sheet._cells}:
        sheet.row_dimensions[number].height = 15


Lines = Iterator[tuple[int, Sequence[str]]]


def _text_lines(content: bytes, grid: Grid) -> Lines | None:
    """The lines of a text file under the number of their first one, split as its header is."""
    text, _ = decode(content)
    for separator in SEPARATORS:
        try:
            found = next((t for number, t in _numbered(text, separator) if number >= grid.header_row), [])
        except csv.Error:
            continue
        if tuple(found) == grid.headers:
            return _numbered(text, separator)
    return None


def _numbered(text: str, separator: str) -> Iterator[tuple[int, Sequence[str]]]:
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=separator)
    start = 1
    for record in reader:
        yield start, record
        start = reader.line_num + 1


def _grid_lines(grid: Grid) -> Lines:
    """The header and the records as they were read."""
    records = ([text or "" for text in record] for record in grid.frame.iter_rows())
    numbered = zip((int(row) for row in grid.rows), records, strict=True)
    return chain([(grid.header_row, list(grid.headers))], numbered)


def _without_old_marks(book: Any) -> None:
    """Take off the marks of a copy that comes back mended: our summary, our comments, our colours."""
    for sheet in list(book.worksheets):
        if sheet.title in SUMMARIES and str(sheet["A1"].value or "").startswith(AUTHOR) and len(book.sheetnames) > 1:
            book.remove(sheet)
    ours = {ERROR_COLOUR, WARNING_COLOUR}
    for sheet in book.worksheets:
        for cell in _cells(sheet):
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment = None
                if str(cell.fill.fgColor.rgb)[-6:] in ours:
                    cell.fill = PatternFill()


def _cells(sheet: Any) -> list[Any]:
    """The cells that are there: `iter_rows` would make every one up to the last row and column."""
    return [cell for cell in sheet._cells.values() if not isinstance(cell, MergedCell)]


def _without_outside_calls(book: Any, content: bytes) -> None:
    """Replace by its stored value each formula that could call outside the workbook; leave out such names."""
    calling = [
        (sheet.title, cell.row, cell.column)
        for sheet in book.worksheets
        for cell in _cells(sheet)
        if (formula := formula_of(cell)) is not None and not only_computes(formula)
    ]
    for named in (book.defined_names, *(sheet.defined_names for sheet in book.worksheets)):
        for name in [n for n, d in named.items() if not only_computes(f"={d.attr_text}")]:
            del named[name]
    if not calling:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        stored = load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
    for title, row, column in calling:
        value = stored[title].cell(row, column).value
        cell = book[title].cell(row, column)
        if isinstance(value, str):
            put(cell, value)
        else:
            cell.value = value
