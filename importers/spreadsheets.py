"""XLSX through calamine: the sheet that holds the table, its cells as text exactly as stored."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any, Final

import polars as pl
import python_calamine as calamine

from importers.grid import Grid, Unreadable, without_margins
from importers.headers import HeaderWords, bare, header_row
from importers.report import Issue

OWN_SHEETS: Final = frozenset(
    {"dictionnaire", "dictionary", "lisezmoi", "readme", "exemple", "example", "listes", "lists"}
)
"""Sheets of our blank workbooks that hold no data."""


def read_workbook(content: bytes, words: HeaderWords, columns_limit: int, wanted: str | None = None) -> Grid:
    """The table of a workbook.

    Parameters
    ----------
    wanted
        The label of the sheet to read, when the workbook holds one sheet per table.

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
                found.append((bool(wanted) and bare(name) == bare(wanted or ""), header[1], name, header[0], cells))
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise Unreadable("archive_corrupt") from error
    if not found:
        raise Unreadable("header_not_found")
    found.sort(key=lambda f: f[:2], reverse=True)
    _, _, name, row, cells = found[0]
    issues = []
    if len(candidates) > 1:
        issues.append(Issue("sheet_selected", "warning", params={"sheet": name}))
    if row:
        issues.append(Issue("header_not_first_row", "warning", row=row + 1))
    return _grid(cells, row, name, columns_limit, issues)


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
