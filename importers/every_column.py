"""Every column of a file: its cells typed, too long or not, and whom they identify; columns of large tables by two threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from evaluation.tables import Table
from importers.cells.rules import Fault
from importers.cells.typed import Typed
from importers.cells.values import typed
from importers.context import Context
from importers.files.grid import Grid
from importers.identity.privacy import Search
from importers.identity.texts import longest_of
from importers.report import Issue
from importers.side_by_side import side_by_side

LONG_TO_READ: Final = ("datetime", "date")
"""Types whose cells take longest: columns that threads begin with, so that none is left alone with one at the end."""


@dataclass(frozen=True)
class EveryColumn:
    """What was read: the recognised columns in the protocol's order, whom any column or a text around them identifies."""

    results: Mapping[str, Typed]
    private: Sequence[Issue]
    too_long: Sequence[Fault]
    """Cells of any column, known or not, that hold more text than a cell may: under the column's number."""

    def without(self, names: Set[str]) -> EveryColumn:
        """The same without some of the columns."""
        return replace(self, results={name: result for name, result in self.results.items() if name not in names})

    def frame(self) -> pl.DataFrame:
        """The typed rows."""
        return pl.DataFrame([result.values.alias(name) for name, result in self.results.items()])

    @property
    def issues(self) -> list[Issue]:
        """What is said of each recognised column as a whole."""
        return [issue for result in self.results.values() for issue in result.issues]

    @property
    def faults(self) -> list[Fault]:
        """The cells at fault, each by itself."""
        typed_so = (
            Fault(code, name, mask, {**result.params.get(code, {})})
            for name, result in self.results.items()
            for code, mask in result.faults.items()
        )
        return [*self.too_long, *typed_so]


def read_every_column(grid: Grid, table: Table, positions: Mapping[str, int], context: Context) -> EveryColumn:
    """Read the columns of a table; `positions` are those of the protocol's columns."""
    needed = {name for group in table.one_of for name in group}
    specs = {positions[spec.name]: spec for spec in table.columns if spec.name in positions}
    search = Search(grid, table, positions, context.first_day.year if context.first_day else None)

    def read(position: int) -> tuple[Typed | None, list[Issue], Fault | None]:
        spec, column = specs.get(position), grid.frame[str(position)]
        too_long = _too_long(column, context.limits.cell_chars)
        if spec is None or not grid.frame.height:
            return None, search.column(position, nobody=False), too_long
        result = typed(
            spec,
            column,
            grid.headers[position],
            context,
            needed=spec.name in needed,
            epoch_1904=grid.epoch_1904,
            texts=grid.few_texts(position),
            written=grid.written.get(position),
        )
        return result, search.column(position, nobody=result.nobody), too_long

    longest_first = sorted(range(len(grid.headers)), key=lambda p: p not in specs or specs[p].type not in LONG_TO_READ)
    read_so = dict(zip(longest_first, side_by_side(read, longest_first, grid.frame.height), strict=True))
    found = [read_so[position] for position in range(len(grid.headers))]
    private = [issue for _, issues, _ in found for issue in issues]
    private += search.around(seen=bool(private))
    results = {
        spec.name: result
        for spec in table.columns
        if spec.name in positions and (result := found[positions[spec.name]][0]) is not None
    }
    return EveryColumn(results, private, [fault for _, _, fault in found if fault is not None])


def _too_long(column: pl.Series, most: int) -> Fault | None:
    if longest_of(column) <= most:
        return None
    mask = (column.str.len_chars() > most).fill_null(value=False)
    return Fault("cell_too_large", column.name, mask) if mask.any() else None
