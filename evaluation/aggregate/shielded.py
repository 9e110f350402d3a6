"""Which groups are too small to be described: rows, people, and either side of a comparison, counted apart."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from evaluation.estimate import Result
from evaluation.indicators.catalogue import Indicator
from evaluation.indicators.inputs import Inputs, Mask
from evaluation.small_numbers import SMALLEST_SUBGROUP

ONE_CLASS: Final = frozenset(
    {
        "sensitivity",
        "specificity",
        "prevalence",
        "failure_rate",
        "paired_sensitivity_difference",
        "paired_specificity_difference",
    }
)
"""Shares of one class of the reference, or of every row: the other class is not described."""
TAILS: Final = {"p90": 0.1, "p90_difference": 0.1, "median_difference": 0.5, "hodges_lehmann": 0.5}
"""Order statistics, by the share of the rows beyond them: as many rows must lie there as a group must have."""
ANSWERS: Final = ("prediction", "score")


def floor_of(entry: Indicator) -> int:
    """The first size of a group that is described."""
    return math.ceil(SMALLEST_SUBGROUP / TAILS.get(entry.code, 1.0))


def cut(size: int, entry: Indicator) -> bool:
    """Whether a group of that size is withheld; nobody at all is no secret."""
    return 0 < size < floor_of(entry)


def sizes(entry: Indicator, inputs: Inputs, result: Result, people: Any) -> list[int]:
    """The sizes of the groups that a result describes, in people where rows name them, else in rows.

    Parameters
    ----------
    entry, inputs, result
        The indicator, the rows of the group, and its result there.
    people
        The patient of each row, negative for unknown (then one more each); `None` where no column says.
    """
    known = _complete(inputs)
    groups: list[Mask] = [known]
    if entry.contrast and inputs.with_tool is not None and inputs.without_tool is not None:
        groups = [known & inputs.with_tool, known & inputs.without_tool]
    if inputs.has("reference"):
        truth = inputs.numbers("reference")
        if entry.code in ("sensitivity", "paired_sensitivity_difference"):
            groups = [group & (truth == 1) for group in groups]
        elif entry.code in ("specificity", "paired_specificity_difference"):
            groups = [group & (truth == 0) for group in groups]
        elif entry.code not in ONE_CLASS:
            groups = [group & (truth == side) for group in groups for side in (0, 1)]
    return [result.n, *(_count(group, people) for group in groups)]


def _complete(inputs: Inputs) -> Mask:
    """Rows that lack none of the inputs; a missing answer that counts as an error takes part."""
    counted = [
        column.missing
        for name, columns in inputs.columns.items()
        for column in columns
        if name not in ANSWERS or not inputs.failures_are_errors
    ]
    if not counted:
        return np.ones(inputs.rows, dtype=bool)
    absent: Mask = np.logical_or.reduce(counted)
    return ~absent


def _count(group: Mask, people: Any) -> int:
    if people is None:
        return int(np.count_nonzero(group))
    chosen = people[group]
    return int(np.unique(chosen[chosen >= 0]).size + np.count_nonzero(chosen < 0))
