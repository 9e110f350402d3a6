"""What an estimator is given: the bound columns as arrays, the options, the level and the contrast."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from evaluation.data import Column
from evaluation.estimate import Result
from evaluation.statistics.samples import DomainError

Mask = NDArray[np.bool_]
Clusters = NDArray[np.int64]
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Inputs:
    """Columns by input name, already restricted to the rows asked for.

    `columns` holds one tuple of columns per bound input (one column, or several for `many`); an optional input that no
    file brought is absent. `with_tool` and `without_tool` mark the rows of the contrast and are `None` where there is none.
    `clusters` gives the patient, reader or service of each row (negative for none) where several rows share one.
    """

    columns: Mapping[str, tuple[Column, ...]]
    options: Mapping[str, float | str | bool]
    level: float
    rows: int
    failures_are_errors: bool = False
    with_tool: Mask | None = None
    without_tool: Mask | None = None
    clusters: Clusters | None = None
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def remember(self, key: str, inputs: Sequence[str], make: Callable[[], Made]) -> Made:
        """What `make` gives from the named inputs, made once for these columns whoever asks."""
        arrays = tuple(column.values for name in inputs if self.has(name) for column in self.columns[name])
        place = (key, *map(id, arrays))
        if place not in self.memo:
            self.memo[place] = (arrays, make())  # the arrays stay alive, so that no other one takes their identity
        found: Made = self.memo[place][1]
        return found

    def has(self, name: str) -> bool:
        """Whether the input is there."""
        return name in self.columns

    def numbers(self, name: str) -> NDArray[np.float64]:
        """The input as float64 with NaN for missing.

        Raises
        ------
        DomainError
            For a column of labels: their codes are no measurement.
        """
        column = self.columns[name][0]
        if column.labels:
            raise DomainError("a value is no number")
        if column.labels is not None:
            return np.full(self.rows, np.nan)
        return np.asarray(column.values, dtype=np.float64)

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

    def parts(self, codes: NDArray[Any], groups: int) -> list[Inputs]:
        """The same inputs on the rows of each group, in order; `codes` gives the group of each row, negative for none."""
        chosen = np.where(codes < 0, groups, codes).astype(np.uint16 if groups < 2**16 else np.int64)
        order = np.argsort(chosen, kind="stable")  # by counting; the rows of a group keep their order
        bounds = np.concatenate(([0], np.cumsum(np.bincount(chosen, minlength=groups + 1)[:groups])))
        columns = {name: [Column(c.values[order], c.labels) for c in many] for name, many in self.columns.items()}
        masks = [None if mask is None else mask[order] for mask in (self.with_tool, self.without_tool)]
        clusters = None if self.clusters is None else self.clusters[order]
        cuts = [slice(int(a), int(b)) for a, b in itertools.pairwise(bounds)]
        parts = [self._slice(columns, masks, cut) for cut in cuts]
        if clusters is None:
            return parts
        return [replace(part, clusters=clusters[cut]) for part, cut in zip(parts, cuts, strict=True)]

    def where(self, mask: Mask) -> Inputs:
        """The same inputs on the rows of `mask`."""
        return self.parts(np.where(mask, 0, -1), 1)[0]

    def _slice(self, columns: Mapping[str, Sequence[Column]], masks: Sequence[Mask | None], rows: slice) -> Inputs:
        cut = {name: tuple(Column(c.values[rows], c.labels) for c in many) for name, many in columns.items()}
        with_tool, without_tool = (None if mask is None else mask[rows] for mask in masks)
        size = rows.stop - rows.start
        return replace(self, columns=cut, rows=size, with_tool=with_tool, without_tool=without_tool, memo={})


Estimator = Callable[[Inputs], Result]
GroupEstimator = Callable[[Inputs, NDArray[Any], int], Sequence[Result]]
"""Inputs, the group of each row (negative for none) and the number of groups → the result of each group."""
