"""What an estimator is given: the bound columns as arrays, the options, the level and the contrast."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.data import Column
from evaluation.estimate import Result

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Inputs:
    """Columns by input name, already restricted to the rows asked for.

    `columns` holds one tuple of columns per bound input (one column, or several for `many`); an optional input that no
    file brought is absent. `with_tool` and `without_tool` mark the rows of the contrast and are `None` where there is none.
    """

    columns: Mapping[str, tuple[Column, ...]]
    options: Mapping[str, float | str | bool]
    level: float
    rows: int
    failures_are_errors: bool = False
    with_tool: Mask | None = None
    without_tool: Mask | None = None

    def has(self, name: str) -> bool:
        """Whether the input is there."""
        return name in self.columns

    def numbers(self, name: str) -> NDArray[np.float64]:
        """The input as float64 with NaN for missing."""
        return np.asarray(self.columns[name][0].values, dtype=np.float64)

    def codes(self, name: str) -> NDArray[Any]:
        """The input as labels' codes (−1 missing); a numeric column is coded by its sorted distinct values."""
        column = self.columns[name][0]
        if column.labels is not None:
            return column.values
        codes = np.full(self.rows, -1, dtype=np.int32)
        known = ~np.isnan(column.values)
        codes[known] = np.unique(column.values[known], return_inverse=True)[1]
        return codes

    def number(self, option: str) -> float:
        """A numeric option."""
        return float(self.options[option])

    def where(self, mask: Mask) -> Inputs:
        """The same inputs on the rows of `mask`."""
        columns = {
            name: tuple(Column(c.values[mask], c.labels) for c in columns) for name, columns in self.columns.items()
        }
        return replace(
            self,
            columns=columns,
            rows=int(mask.sum()),
            with_tool=None if self.with_tool is None else self.with_tool[mask],
            without_tool=None if self.without_tool is None else self.without_tool[mask],
        )


Estimator = Callable[[Inputs], Result]
