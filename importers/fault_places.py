"""Faults as issues: one for each cell, in the person's own rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from importers.cells.rules import Fault
from importers.cells.shapes import value_shape
from importers.files.grid import Grid, column_letters
from importers.report import Issue


def placed_faults(
    grid: Grid, positions: Mapping[str, int], faults: Sequence[Fault], most: int
) -> tuple[list[Issue], Counter[str]]:
    """The first `most` cells of each fault, by row then column; and how many more of each code there are.

    A fault stands under the name of a column of the protocol, whose place `positions` tells, or under a column's number.
    """
    ragged = [issue.row for issue in grid.issues if issue.code == "ragged_rows"]
    if ragged:  # told once: their cells stand in the wrong columns
        sound = ~grid.rows.is_in(pl.Series(ragged, dtype=grid.rows.dtype).implode())
        faults = [f if f.column.isdigit() else replace(f, mask=f.mask & sound) for f in faults]
    unlisted: Counter[str] = Counter()
    found: list[tuple[int, int, Issue]] = []
    for fault in faults:
        unlisted[fault.code] += max(0, int(fault.mask.sum()) - most)
        position = int(fault.column) if fault.column.isdigit() else positions[fault.column]
        raw = grid.frame[str(position)]
        for record in fault.mask.arg_true().head(most).to_list():
            row = int(grid.rows[record])
            issue = Issue(
                fault.code,
                "error",
                row=row,
                column=grid.headers[position].strip() or column_letters(position),
                cell=f"{column_letters(position)}{row}",
                value_shape=value_shape(raw[record]),
                params={**fault.params, **fault.per_record.get(record, {})},
            )
            found.append((row, position, issue))
    found.sort(key=lambda f: f[:2])
    return [issue for _, _, issue in found], unlisted
