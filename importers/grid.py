"""A table as the person sees it: headers, cells as text, and the row number of each record in their own file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import polars as pl

from importers.report import Issue

LETTERS: Final = 26


class Unreadable(Exception):
    """The file stops here: one issue says why."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.issue = Issue(code, "error", params=params)


@dataclass(frozen=True)
class Grid:
    """One table of text.

    `frame` holds one String column per header, named by its position (`"0"`, `"1"`…), null where the cell is empty;
    `rows` the row of each record in the person's file (from 1, header included); `sheet` the sheet it stands on.
    """

    headers: tuple[str, ...]
    frame: pl.DataFrame
    rows: pl.Series
    sheet: str | None = None
    issues: tuple[Issue, ...] = ()

    def cell(self, position: int, record: int) -> str:
        """The address of a cell as a spreadsheet shows it."""
        return f"{column_letters(position)}{self.rows[record]}"


def column_letters(position: int) -> str:
    """`A` for 0, `Z` for 25, `AA` for 26."""
    letters = ""
    number = position + 1
    while number:
        number, rest = divmod(number - 1, LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters


_TOTAL = re.compile(r"^\s*(?:sous[- ]?)?(?:total|totaux|somme|moyenne|m[ée]diane|average|sum)\b", re.IGNORECASE)


def without_margins(frame: pl.DataFrame, rows: pl.Series) -> tuple[pl.DataFrame, pl.Series, tuple[Issue, ...]]:
    """Leave out blank rows, and totals lines at the end; each totals line is listed."""
    if not frame.width or not frame.height:
        return frame, rows, ()
    filled = frame.select(pl.any_horizontal(pl.all().is_not_null()).alias("filled"))["filled"]
    if not filled.all():
        frame, rows = frame.filter(filled), rows.filter(filled)
    issues: list[Issue] = []
    while frame.height:
        first = next((cell for cell in frame.row(frame.height - 1) if cell is not None), "")
        if not _TOTAL.match(first):
            break
        issues.append(Issue("totals_row_ignored", "warning", row=int(rows[-1])))
        frame, rows = frame.head(-1), rows.head(-1)
    return frame, rows, tuple(reversed(issues))
