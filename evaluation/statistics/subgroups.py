"""One performance by subgroup: each group's proportion, its gap from a reference group, and disparities over the groups."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from evaluation.estimate import Estimate, Result
from evaluation.statistics.proportions import proportion
from evaluation.statistics.samples import DomainError, binary, empty_reason
from evaluation.vocabulary import Reason

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class GroupTables:
    """The 2×2 table of each group; every field has shape (groups,)."""

    tp: Counts
    fn: Counts
    fp: Counts
    tn: Counts


def group_tables(reference: ArrayLike, call: ArrayLike, codes: ArrayLike, groups: int) -> GroupTables:
    """The 2×2 tables of all groups in one count.

    Parameters
    ----------
    reference, call
        Shape (n,), 0/1, NaN missing.
    codes
        Shape (n,), the row's group, 0 to `groups` − 1, −1 for a row without a group.
    groups
        How many groups there are, those without any complete row included.

    Raises
    ------
    DomainError
        A reference or a call that is neither 0 nor 1, columns of different lengths.
    """
    truth, answer, group = binary(reference), binary(call), np.asarray(codes, dtype=np.int64)
    if not truth.shape == answer.shape == group.shape:
        raise DomainError("the columns have different lengths")
    known = ~(np.isnan(truth) | np.isnan(answer)) & (group >= 0)
    cell = 4 * group[known] + (2 * truth[known] + answer[known]).astype(np.int64)
    counts = np.bincount(cell, minlength=4 * groups).reshape(groups, 4)
    tn, fp, fn, tp = counts.T
    return GroupTables(tp, fn, fp, tn)


Share = Callable[[GroupTables], tuple[Counts, Counts]]
MEASURES: Final[Mapping[str, tuple[Share, Reason]]] = MappingProxyType(
    {
        "sensitivity": (lambda t: (t.tp, t.tp + t.fn), Reason.NO_POSITIVE),
        "specificity": (lambda t: (t.tn, t.tn + t.fp), Reason.NO_NEGATIVE),
        "ppv": (lambda t: (t.tp, t.tp + t.fp), Reason.NONE_FLAGGED),
        "selection_rate": (lambda t: (t.tp + t.fp, t.tp + t.fp + t.tn + t.fn), Reason.NO_ROWS),
    }
)
"""Measure → its numerator and denominator by group, and why a group may have none."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A group's proportion less that of the reference group, with Newcombe's hybrid interval."""

    difference: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SubgroupGap:
    """One proportion over groups, in the order of the groups.

    `gaps` is `None` at the reference group and where either group has no denominator; the rest is taken over the groups that
    have one, the reference group included, and is `None` where it does not exist.
    """

    by_group: tuple[Result, ...]
    gaps: tuple[Gap | None, ...]
    max_min_difference: float | None
    min_max_ratio: float | None
    chi2: float | None
    df: int | None
    p_value: float | None
    reason: Reason | None


def subgroup_gap(tables: GroupTables, measure: str, reference_group: int, level: float) -> SubgroupGap:
    """One proportion by group, with Wilson's interval, each group less the reference group [1]_, and Pearson's heterogeneity χ².

    Parameters
    ----------
    tables
        The 2×2 tables of the groups.
    measure
        A key of `MEASURES`.
    reference_group
        Index of the group that the others are compared with.
    level
        Two-sided confidence level of each interval; nothing is corrected for their number.

    Notes
    -----
    χ² on the 2 × G table of the groups with a denominator, without continuity correction; none where all groups have only
    successes, or only failures.

    References
    ----------
    .. [1] Newcombe 1998, Stat Med 17:873 (method 10); Wilson 1927, J Am Stat Assoc 22:209.
    """
    share, empty = MEASURES[measure]
    numerators, denominators = share(tables)
    counts = zip(numerators.tolist(), denominators.tolist(), strict=True)
    by_group = tuple(proportion(events, trials, level, empty) for events, trials in counts)
    against = by_group[reference_group]
    gaps = tuple(None if i == reference_group else _hybrid(group, against) for i, group in enumerate(by_group))
    filled = denominators > 0
    if filled.sum() < 2:
        rows = int((tables.tp + tables.fn + tables.fp + tables.tn).sum())
        alone = Reason.ONE_GROUP if filled.any() else empty_reason(rows, empty)
        return SubgroupGap(by_group, gaps, None, None, None, None, None, alone)
    difference, ratio = _spread(numerators, denominators)
    chi2, df = _heterogeneity(numerators[filled], denominators[filled])
    p_value = None if chi2 is None else float(special.chdtrc(df, chi2))
    reason = None if filled.all() else Reason.EMPTY_GROUP
    if reason is None and chi2 is None:
        reason = Reason.ZERO_RATE if ratio is None else Reason.NO_VARIATION
    return SubgroupGap(by_group, gaps, difference, ratio, chi2, df, p_value, reason)


def _hybrid(group: Result, against: Result) -> Gap | None:
    if not (isinstance(group, Estimate) and isinstance(against, Estimate)):
        return None
    gap = group.value - against.value
    low = gap - math.hypot(group.value - group.low, against.high - against.value)
    high = gap + math.hypot(group.high - group.value, against.value - against.low)
    return Gap(gap, low, high)


def _spread(numerators: Counts, denominators: Counts) -> tuple[float | None, float | None]:
    """Largest less smallest proportion and smallest over largest, over the groups with a denominator."""
    filled = denominators > 0
    if not filled.any():
        return None, None
    shares = numerators[filled] / denominators[filled]
    low, high = float(shares.min()), float(shares.max())
    return high - low, low / high if high > 0 else None


def _heterogeneity(numerators: Counts, denominators: Counts) -> tuple[float | None, int]:
    events, trials = float(numerators.sum()), float(denominators.sum())
    df = denominators.size - 1
    if events in (0.0, trials):
        return None, df
    expected = denominators * (events / trials)
    return float(((numerators - expected) ** 2 / (expected * (1 - events / trials))).sum()), df


@dataclass(frozen=True, slots=True)
class Disparity:
    """Largest less smallest rate and smallest over largest, over the groups that have the rate."""

    difference: float | None
    ratio: float | None


@dataclass(frozen=True, slots=True)
class Fairness:
    """Disparities over groups: selection rate, true positive rate, and the worse of true and false positive rates."""

    demographic_parity: Disparity
    equal_opportunity: Disparity
    equalized_odds: Disparity
    some_group_lacks_a_rate: bool


def fairness(tables: GroupTables) -> Fairness:
    """Between-group disparity of selection rate, true positive rate and false positive rate [1]_, no group being the reference.

    A rate that no group has gives neither difference nor ratio; a largest rate of 0 gives no ratio. Equalized odds take the
    larger difference and the smaller ratio of the two rates, and need both.

    References
    ----------
    .. [1] Hardt, Price & Srebro 2016, Adv Neural Inf Process Syst 29:3315.
    """
    positives, negatives = tables.tp + tables.fn, tables.fp + tables.tn
    selected, opportunity, false_alarm = (
        Disparity(*_spread(numerators, denominators))
        for numerators, denominators in (
            (tables.tp + tables.fp, positives + negatives),
            (tables.tp, positives),
            (tables.fp, negatives),
        )
    )
    differences, ratios = (opportunity.difference, false_alarm.difference), (opportunity.ratio, false_alarm.ratio)
    odds = Disparity(_both(max, *differences), _both(min, *ratios))
    lacking = bool(np.any((positives == 0) | (negatives == 0)))
    return Fairness(selected, opportunity, odds, lacking)


def _both(worse: Callable[[float, float], float], first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else worse(first, second)
