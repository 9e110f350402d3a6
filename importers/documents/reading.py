"""A document's file as sheets of plain cells, each at its place in the person's own file; XLSX through calamine, or CSV."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from importers.columns.headers import bare
from importers.context import Limits
from importers.documents.faults import Fault
from importers.files.book import read_book
from importers.files.container import Kind, kind_of
from importers.files.encodings import decode
from importers.files.grid import column_letters
from importers.files.sheet_parts import Place, SheetParts
from importers.files.sheet_titles import OWN_SHEETS
from importers.files.unreadable import Unreadable

LIMITS: Final = Limits(
    file_bytes=20_000_000,
    unpacked_bytes=200_000_000,
    rows=20_000,
    columns=100,
    cell_chars=10_000,
    sheets=30,
    grid_cells=2_000_000,
)
"""A document is written by hand: what is larger is something else."""
SEPARATORS: Final = (";", ",", "\t", "|")
Plain = str | float | int | bool | dt.date | dt.time | dt.datetime | dt.timedelta | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A filled cell: its value as stored, its row (from 1) and its column (from 0)."""

    value: Plain
    row: int
    column: int

    @property
    def address(self) -> str:
        """The address that a spreadsheet shows."""
        return f"{column_letters(self.column)}{self.row}"

    @property
    def text(self) -> str:
        """The cell as text: whole numbers without a decimal point, dates as ISO."""
        value = self.value
        if isinstance(value, bool):
            return "oui" if value else "non"
        if isinstance(value, float):
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        if isinstance(value, dt.datetime):
            return value.date().isoformat()
        return (
            value.isoformat()
            if isinstance(value, (dt.date, dt.time))
            else str(value or "").replace("\r\n", "\n").replace("\r", "\n").strip()
        )


@dataclass(frozen=True)
class Page:
    """One sheet: its title (empty for a CSV), its rows of filled cells, and the faults of the sheet itself."""

    title: str
    rows: Sequence[Sequence[Cell]]
    faults: tuple[Fault, ...] = ()


def read_pages(content: bytes, name: str, limits: Limits = LIMITS) -> list[Page]:
    """The sheets of a file, those of ours that hold no data left out.

    Raises
    ------
    Unreadable
        One issue says why the file stops here.
    """
    kind = kind_of(content, name, limits)
    if kind is Kind.XLSX:
        return list(_workbook(content, limits))
    if kind is Kind.PARQUET:
        raise Unreadable("unsupported_format", format="Parquet")
    return [_text(content, limits)]


def _workbook(content: bytes, limits: Limits) -> Iterator[Page]:
    book = read_book(content, limits)
    for sheet in book.sheets:
        if sheet.visible and bare(sheet.title) not in OWN_SHEETS:
            faults = tuple(_sheet_faults(sheet.title, book.parts.sheets.get(sheet.title)))
            yield Page(sheet.title, _rows(sheet.cells), faults)


def _rows(cells: Sequence[Sequence[Plain]]) -> list[list[Cell]]:
    found = [
        [Cell(value, number, column) for column, value in enumerate(row) if not _is_empty(value)]
        for number, row in enumerate(cells, start=1)
    ]
    return [row for row in found if row]


def _is_empty(value: Plain) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _sheet_faults(title: str, parts: SheetParts | None) -> Iterator[Fault]:
    """Cells whose value cannot be trusted: formulas never computed, errors of the spreadsheet."""
    if parts is None:
        return
    for code, places in (("formula_without_value", parts.without_value), ("excel_error", parts.errors)):
        for place in places:
            yield _fault(code, title, place)
    if parts.formulas and not parts.without_value:
        yield Fault("formula_cached_value_used", severity="warning", sheet=title)


def _fault(code: str, title: str, place: Place) -> Fault:
    return Fault(code, sheet=title, row=place.row, cell=place.cell, column=column_letters(place.column))


def _text(content: bytes, limits: Limits) -> Page:
    """The one table of a text file; the separator is the one of its first line."""
    text, encoding = decode(content)
    if text.count("\n") > limits.rows:
        raise Unreadable("too_many_rows", n=text.count("\n"), limit=limits.rows)
    first = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=first.count)
    csv.field_size_limit(limits.file_bytes)
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    rows: list[list[Cell]] = []
    start = 1
    try:
        for record in reader:
            if len(record) > limits.columns:
                raise Unreadable("too_many_columns", n=len(record), limit=limits.columns)
            rows.append([Cell(value, start, column) for column, value in enumerate(record) if value.strip()])
            start = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable("unclosed_quote", row=start) from error
    faults = () if encoding in ("utf-8", "utf-16") else (_encoding(encoding),)
    return Page("", [row for row in rows if row], faults)


def _encoding(encoding: str) -> Fault:
    return Fault("encoding_not_utf8", severity="warning", params={"encoding": encoding})
