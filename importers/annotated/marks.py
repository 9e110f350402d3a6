"""Colours and comments on the cells at fault, and their removal from a workbook that comes back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from importers.annotated.copies import AUTHOR, Copy
from importers.annotated.places import Placed
from importers.messages import message
from importers.sheet_style import ERROR_FILL, WARNING_FILL, clean

WIDTH: Final = 340
LINE: Final = 19
"""Pixels of a comment's box and of one of its lines."""
LETTERS: Final = 44
"""Characters of a line in that box."""


def mark(copy: Copy, places: Sequence[Placed], locale: str) -> None:
    """Colour each cell at fault, errors over warnings, and comment it with the sentences of the report."""
    sheet = copy.sheet
    by_cell: dict[tuple[int, int], list[Placed]] = {}
    for place in places:
        if place.row is not None and place.column is not None:
            by_cell.setdefault(_corner(sheet, place.row, place.column), []).append(place)
    for (row, column), found in by_cell.items():
        _mark_cell(sheet.cell(row, column), found, locale)


def _corner(sheet: Any, row: int, column: int) -> tuple[int, int]:
    """The cell itself, or the first of those that it is merged with: only that one can hold a comment."""
    if isinstance(sheet.cell(row, column), MergedCell):
        for area in sheet.merged_cells.ranges:
            if area.min_row <= row <= area.max_row and area.min_col <= column <= area.max_col:
                return area.min_row, area.min_col
    return row, column


def _mark_cell(cell: Any, found: Sequence[Placed], locale: str) -> None:
    is_error = any(place.issue.severity == "error" for place in found)
    fill: PatternFill = ERROR_FILL if is_error else WARNING_FILL
    cell.fill = fill
    sentences = [message(place.issue, locale) for place in found]
    text = clean("\n".join(dict.fromkeys(sentences)))
    if cell.comment is not None:  # theirs is kept, below ours
        text = f"{text}\n—\n{cell.comment.text}"
    comment = Comment(text, AUTHOR)
    lines = sum(-(-len(line) // LETTERS) or 1 for line in text.split("\n"))
    comment.width, comment.height = WIDTH, LINE * min(lines, 20) + 12
    cell.comment = comment
