"""XLSX through calamine: the sheet that holds the table, its cells as text exactly as stored."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
import python_calamine as calamine

from evaluation.protocol import Table
from importers.grid import Grid, Unreadable, without_margins
from importers.headers import HeaderWords, bare, header_row
from importers.report import Issue

OWN_SHEETS: Final = frozenset(
    {"dictionnaire", "dictionary", "lisezmoi", "readme", "exemple", "example", "listes", "lists"}
    | {"bilanducontrole", "checksummary"}
)
"""Sheets of our blank workbooks, and of the copies where we mark the faults, that hold no data."""
FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\]")
"""What the title of a sheet may not hold."""


def read_workbook(content: bytes, words: HeaderWords, columns_limit: int, wanted: Sequence[str] = ()) -> Grid:
    """The table of a workbook.

    Parameters
    ----------
    wanted
        Titles that the sheet to read may have, when the workbook holds one sheet per table.

    Raises
    ------
    Unreadable
        No sheet whose first rows name columns of the protocol, or a workbook that cannot be read.
    """
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = [s.name for s in book.sheets_metadata if s.visible == calamine.SheetVisibleEnum.Visible]
        candidates = [name for name in visible if bare(name) not in OWN_SHEETS]
        found = []
        for name in candidates:
            cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            header = header_row([[_text(c) or "" for c in row] for row in cells[:20]], words)
            if header is not None:
                found.append(_Sheet(name, cells, *header))
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise Unreadable("archive_corrupt") from error
    if not found:
        raise Unreadable("header_not_found")
    chosen = _choose(found, wanted)
    issues = []
    if len(candidates) > 1:
        issues.append(Issue("sheet_selected", "warning", params={"sheet": chosen.name}))
    if chosen.header:
        issues.append(Issue("header_not_first_row", "warning", row=chosen.header + 1))
    return _grid(chosen.cells, chosen.header, chosen.name, columns_limit, issues)


@dataclass(frozen=True)
class _Sheet:
    """A sheet whose row `header` names `known` columns of the protocol."""

    name: str
    cells: list[list[Any]]
    header: int
    known: int

    @property
    def headers(self) -> frozenset[str]:
        return frozenset(bare(text) for cell in self.cells[self.header] if (text := _text(cell)))

    @property
    def filled(self) -> bool:
        return any(_text(cell) for row in self.cells[self.header + 1 :] for cell in row)


def _choose(found: Sequence[_Sheet], wanted: Sequence[str]) -> _Sheet:
    """The sheet asked for, else the one that is filled in; two filled sheets of different tables are a question, not a guess."""
    for sheet in found:
        if bare(sheet.name) in {bare(title) for title in wanted}:
            return sheet
    filled = [sheet for sheet in found if sheet.filled] or list(found)
    best = max(filled, key=lambda sheet: sheet.known)
    others = [
        sheet for sheet in filled if len(sheet.headers & best.headers) < min(len(sheet.headers), len(best.headers)) / 2
    ]
    if others and not wanted:
        raise Unreadable("several_tables", sheets=", ".join(sheet.name for sheet in (best, *others)))
    return best


def sheet_titles(table: Table) -> tuple[str, str]:
    """What our blank workbooks call the sheet of a table, in French and in English (31 characters at most)."""
    french, english = (
        FORBIDDEN.sub("-", text)[:31].strip(" '") or table.name for text in (table.label.fr, table.label.en)
    )
    return french, english


def other_texts(content: bytes, read: str | None) -> list[str]:
    """The text cells of every other sheet, hidden ones too: identifiers are looked for there as well."""
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    texts: list[str] = []
    for name in book.sheet_names:
        if name != read:
            for row in book.get_sheet_by_name(name).to_python(skip_empty_area=True):
                texts.extend(text for cell in row if (text := _text(cell)))
    return texts


def _grid(cells: list[list[Any]], header: int, sheet: str, columns_limit: int, issues: list[Issue]) -> Grid:
    headers = [_text(cell) or "" for cell in cells[header]]
    while headers and not headers[-1].strip():
        headers.pop()
    if len(headers) > columns_limit:
        raise Unreadable("too_many_columns", n=len(headers), limit=columns_limit)
    body = cells[header + 1 :]
    columns = {str(i): _column([row[i] if i < len(row) else "" for row in body]) for i in range(len(headers))}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    rows = pl.int_range(header + 2, header + 2 + len(body), dtype=pl.UInt32, eager=True)
    frame, rows, margins = without_margins(frame, rows)
    return Grid(tuple(headers), frame, rows, sheet, (*issues, *margins))


def _column(values: Sequence[Any]) -> pl.Series:
    kinds = set(map(type, values))
    if kinds == {str}:
        return pl.Series(values, dtype=pl.String).replace("", None)
    if kinds <= {float, int} and kinds:
        numbers = pl.Series(values, dtype=pl.Float64, strict=False)
        whole = numbers.is_finite().all() and (numbers == numbers.floor()).all() and (numbers.abs() < 1e15).all()
        return (
            numbers.cast(pl.Int64).cast(pl.String) if whole else pl.Series([_text(v) for v in values], dtype=pl.String)
        )
    return pl.Series([_text(value) for value in values], dtype=pl.String)


def _text(value: Any) -> str | None:
    """A cell as text: whole numbers without a decimal point, others with all their digits, dates as ISO."""
    text: str | None = None
    if isinstance(value, bool):
        text = "1" if value else "0"
    elif isinstance(value, float):
        text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    elif isinstance(value, dt.datetime):
        rounded = value + dt.timedelta(microseconds=500_000)
        text = rounded.replace(microsecond=0).isoformat(sep=" ")
    elif isinstance(value, (dt.date, dt.time)):
        text = value.isoformat()
    elif value is not None:
        text = str(value)
    return text or None
