"""Where each fault stands in the copy, and which of many are marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from openpyxl.utils import column_index_from_string

from importers.annotated.copies import LAST_ROW, Copy
from importers.files.grid import Grid, column_letters
from importers.report import Issue

EACH: Final = 200
"""Faults of one kind in one column that are marked; the summary says how many more there are."""


@dataclass(frozen=True)
class Placed:
    """One fault, and the row and column (from 1) of the copy where it is marked, when it has a place."""

    issue: Issue
    row: int | None = None
    column: int | None = None


def chosen(issues: Iterable[Issue]) -> list[Issue]:
    """The first `EACH` faults of each kind and column, errors first."""
    seen: Counter[tuple[str, str | None]] = Counter()
    kept = []
    for issue in issues:
        seen[issue.code, issue.column] += 1
        if seen[issue.code, issue.column] <= EACH:
            kept.append(issue)
    return sorted(kept, key=lambda issue: issue.severity != "error")


def placed(issues: Sequence[Issue], grid: Grid, copy: Copy) -> list[Placed]:
    """Each fault at its cell, else at the first cell of its row, else at the header of its column, else nowhere."""
    return [_placed(issue, grid, copy) for issue in issues]


def _placed(issue: Issue, grid: Grid, copy: Copy) -> Placed:
    if issue.row is not None:
        row = issue.row
        letters = "".join(c for c in issue.cell or "A" if c.isalpha())
        return Placed(issue, row, column_index_from_string(letters)) if row <= LAST_ROW else Placed(issue)
    position = _position(issue, grid)
    return Placed(issue) if position is None else Placed(issue, copy.header, position + 1)


def _position(issue: Issue, grid: Grid) -> int | None:
    """The position of the header that the fault is about."""
    told = issue.params.get("position")
    if isinstance(told, int):
        return told - 1
    found = [position for position, header in enumerate(grid.headers) if header == issue.column]
    if not found:  # a header that is not repeated is told by its letters
        return next((p for p in range(len(grid.headers)) if column_letters(p) == issue.column), None)
    return found[-1] if issue.code == "duplicate_column" else found[0]
