"""Times described: their summary, the share within a target, and the time that nine rows in ten do not exceed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.groups import measurements, two_samples
from evaluation.statistics.proportions import proportion
from evaluation.statistics.risks import TwoRisks, risk_difference
from evaluation.statistics.samples import DomainError, Numbers, normal_quantile, variance
from evaluation.vocabulary import Flag, Reason

QUANTILE_METHOD = "order_statistics_binomial"
DIFFERENCE_METHOD = "order_statistics_mover"


@dataclass(frozen=True, slots=True)
class Description:
    """Times of one group, in their unit; `None` where there is no time, and for the deviation of a single one."""

    n: int
    mean: float | None = None
    sd: float | None = None
    q25: float | None = None
    median: float | None = None
    q75: float | None = None
    p90: float | None = None
    min: float | None = None
    max: float | None = None


def describe(values: ArrayLike) -> Description:
    """Number, mean, standard deviation, quantiles and extremes of the times that are there.

    Parameters
    ----------
    values
        Shape (n,); NaN missing.

    Notes
    -----
    Quantiles are those of type 7: position 1 + (n − 1)p among the sorted values, linear between two [1]_.

    References
    ----------
    .. [1] Hyndman & Fan 1996, Am Stat 50:361.
    """
    known = measurements(values)
    if known.size == 0:
        return Description(0)
    sd = math.sqrt(variance(known)) if known.size > 1 else None
    low, q25, median, q75, p90, high = np.quantile(known, (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)).tolist()
    return Description(int(known.size), float(known.mean()), sd, q25, median, q75, p90, low, high)


def within_target(values: ArrayLike, target: float, level: float) -> Result:
    """The share of the times that do not exceed the target, with its Wilson interval.

    Parameters
    ----------
    values
        Shape (n,), in the unit of the target; NaN missing.
    target
        The longest time that counts as within; equality is within.
    level
        Two-sided confidence level.
    """
    known = measurements(values)
    return proportion(_reached(known, target), int(known.size), level)


def within_target_difference(with_tool: ArrayLike, without_tool: ArrayLike, target: float, level: float) -> Result:
    """Share within the target with the tool − without it, as the risk difference of the two shares (Newcombe's interval).

    Parameters
    ----------
    with_tool, without_tool
        Shapes (m,) and (n,), in the unit of the target; NaN missing.
    target
        The longest time that counts as within; equality is within.
    level
        Two-sided confidence level.
    """
    ours, theirs = two_samples(with_tool, without_tool)
    table = TwoRisks(_reached(ours, target), int(ours.size), _reached(theirs, target), int(theirs.size))
    return risk_difference(table, level)


def _reached(known: Numbers, target: float) -> int:
    if not math.isfinite(target):
        raise DomainError("the target is no finite time")
    return int(np.count_nonzero(known <= target))


def p90(values: ArrayLike, level: float, share: float = 0.9) -> Result:
    """The 90th percentile (type 7) with limits that are order statistics, whatever the distribution [1]_.

    Parameters
    ----------
    values
        Shape (n,); NaN missing.
    level
        Two-sided confidence level.
    share
        Share of the rows at or below the percentile, in (0, 1).

    Returns
    -------
    Estimate or NotEstimable
        In the unit of the times. Pooled on its own scale, variance ((high − low)/2z)². Fewer rows than the upper limit needs
        (36 at 95 %): the percentile without an interval.

    References
    ----------
    .. [1] Conover 1999, Practical Nonparametric Statistics, §3.2; Hahn & Meeker 1991, Statistical Intervals, §5.2.
    """
    known = measurements(values)
    n = int(known.size)
    if n == 0:
        return NotEstimable(Reason.NO_ROWS, 0, QUANTILE_METHOD)
    value = float(np.quantile(known, share))
    if known.min() == known.max():
        return NotEstimable(Reason.NO_VARIATION, n, QUANTILE_METHOD, value)
    ranks = _limit_ranks(n, share, level)
    if ranks is None:
        return NotEstimable(Reason.TOO_FEW, n, QUANTILE_METHOD, value)
    ordered = np.partition(known, ranks)
    return _spread(Estimate(value, float(ordered[ranks[0]]), float(ordered[ranks[1]]), level, n, QUANTILE_METHOD))


def p90_difference(with_tool: ArrayLike, without_tool: ArrayLike, level: float) -> Result:
    """90th percentile with the tool − without it; the two intervals brought together as Newcombe's hybrid does [1]_.

    Parameters
    ----------
    with_tool, without_tool
        Shapes (m,) and (n,), in the outcome's unit; NaN missing.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        `extras`: p90_with_tool, p90_without_tool, n_with_tool, n_without_tool. No interval where one group has none.

    References
    ----------
    .. [1] Zou & Donner 2008, Stat Med 27:1693.
    """
    ours, theirs = p90(with_tool, level), p90(without_tool, level)
    n = ours.n + theirs.n
    points = [r.value if isinstance(r, Estimate) else r.point for r in (ours, theirs)]
    extras: dict[str, Extra] = {"p90_with_tool": points[0], "p90_without_tool": points[1]}
    extras |= {"n_with_tool": ours.n, "n_without_tool": theirs.n}
    if points[0] is None or points[1] is None:
        return NotEstimable(Reason.EMPTY_GROUP, n, DIFFERENCE_METHOD, extras=extras)
    value = points[0] - points[1]
    if isinstance(ours, NotEstimable) or isinstance(theirs, NotEstimable):
        reasons = [r.reason for r in (ours, theirs) if isinstance(r, NotEstimable)]
        return NotEstimable(reasons[0], n, DIFFERENCE_METHOD, value, extras=extras)
    low = value - math.hypot(ours.value - ours.low, theirs.high - theirs.value)
    high = value + math.hypot(ours.high - ours.value, theirs.value - theirs.low)
    return _spread(Estimate(value, low, high, level, n, DIFFERENCE_METHOD, (), extras))


def _spread(found: Estimate) -> Estimate:
    """The same estimate with its pooling term, or flagged where rounded times leave the interval no width."""
    width = found.high - found.low
    if width <= 0:
        return replace(found, flags=(*found.flags, Flag.NO_WIDTH))
    return replace(found, pooling=PoolingTerm(found.value, (width / (2 * normal_quantile(found.level))) ** 2))


def _limit_ranks(n: int, share: float, level: float) -> tuple[int, int] | None:
    """Places (from 0) of the sorted values that the percentile lies between at the level, or none: too few rows.

    The number of rows below the percentile is binomial: the upper limit is the first place that this number reaches with
    no more than the tail's probability, the lower one mirrors it.
    """
    tail = (1 - level) / 2
    low = _binomial_rank(n, share, tail) - 1
    high = _binomial_rank(n, share, 1 - tail)
    return (low, high) if low >= 0 and high < n else None


def _binomial_rank(n: int, share: float, probability: float) -> int:
    """The smallest k with P(B ≤ k) ≥ `probability`, B binomial of n rows."""
    low, high = -1, n
    while high - low > 1:
        k = (low + high) // 2
        low, high = (low, k) if float(special.bdtr(k, n, share)) >= probability else (k, high)
    return high
