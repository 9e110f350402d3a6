"""Difference of two means by Welch's method, and ratio of two geometric means by the same on logarithms."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.groups import exponential, two_samples
from evaluation.statistics.samples import DomainError, Numbers, student_p, student_quantile, variance
from evaluation.vocabulary import Reason

METHOD = "welch"
RATIO_METHOD = "welch_on_logs"


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of means with its Welch inference; `reason` says why the inference is missing."""

    value: float
    se: float | None
    df: float | None = None
    t: float | None = None
    p_value: float | None = None
    low: float | None = None
    high: float | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Moments:
    """Size, mean and variance (denominator n − 1) of one group that is not empty."""

    n: int
    mean: float
    variance: float


def moments(values: Numbers) -> Moments:
    """Those of complete values, shape (n,), n ≥ 1."""
    return Moments(values.size, float(np.mean(values)), variance(values))


def welch(with_tool: Numbers, without_tool: Numbers, level: float) -> Difference:
    """Mean with − mean without, unequal variances, Satterthwaite degrees of freedom [1]_.

    Parameters
    ----------
    with_tool, without_tool
        Complete values, neither empty.
    level
        Two-sided confidence level.

    Returns
    -------
    Difference
        One value in a group: no standard error (`TOO_FEW`). No variation in either, or none beyond the rounding of the means:
        standard error 0 and nothing else (`NO_VARIATION`).

    References
    ----------
    .. [1] Welch 1947, Biometrika 34:28.
    """
    return welch_of(moments(with_tool), moments(without_tool), level)


def welch_of(with_tool: Moments, without_tool: Moments, level: float) -> Difference:
    """The same from the size, mean and variance of either group."""
    m, n = with_tool.n, without_tool.n
    value = with_tool.mean - without_tool.mean
    if min(m, n) < 2:
        return Difference(value, None, reason=Reason.TOO_FEW)
    a, b = with_tool.variance / m, without_tool.variance / n
    se = math.sqrt(a + b)
    if se <= 10 * np.finfo(np.float64).eps * max(abs(with_tool.mean), abs(without_tool.mean)):
        return Difference(value, 0.0, reason=Reason.NO_VARIATION)
    share = a / (a + b)  # of the variance; the square of (a + b) could overflow
    df = 1 / (share**2 / (m - 1) + (1 - share) ** 2 / (n - 1))
    t = value / se
    half = student_quantile(level, df) * se
    return Difference(value, se, df, t, student_p(t, df), value - half, value + half)


def mean_difference(with_tool: ArrayLike, without_tool: ArrayLike, level: float) -> Result:
    """Difference of means with − without, with Welch's interval.

    Parameters
    ----------
    with_tool, without_tool
        Shapes (m,) and (n,), in the outcome's unit; NaN missing.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        `extras`: se, t, df, p_value, n_with_tool, n_without_tool. Pooled on its own scale with the squared standard error.
    """
    ours, theirs = two_samples(with_tool, without_tool)
    n = ours.size + theirs.size
    if ours.size == 0 or theirs.size == 0:
        absent: dict[str, Extra] = {"se": None, "t": None, "df": None, "p_value": None}
        return NotEstimable(Reason.EMPTY_GROUP, n, METHOD, extras=absent | _sizes(ours, theirs))
    return mean_difference_of(moments(ours), moments(theirs), level)


def mean_difference_of(ours: Moments, theirs: Moments, level: float) -> Result:
    """`mean_difference` from the size, mean and variance of either group."""
    n = ours.n + theirs.n
    found = welch_of(ours, theirs, level)
    sizes: dict[str, Extra] = {"n_with_tool": ours.n, "n_without_tool": theirs.n}
    extras = {"se": found.se, "t": found.t, "df": found.df, "p_value": found.p_value} | sizes
    if found.reason is not None or found.se is None or found.low is None or found.high is None:
        return NotEstimable(found.reason or Reason.TOO_FEW, n, METHOD, found.value, extras=extras)
    term = PoolingTerm(found.value, found.se**2)
    return Estimate(found.value, found.low, found.high, level, n, METHOD, extras=extras, pooling=term)


def geometric_mean_ratio(with_tool: ArrayLike, without_tool: ArrayLike, level: float) -> Result:
    """Geometric mean with / geometric mean without, by Welch's method on the natural logarithms.

    Parameters
    ----------
    with_tool, without_tool
        Shapes (m,) and (n,), positive times; NaN missing.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        A ratio, 1 = no change. `extras`: se (of the log), t, df, p_value, n_with_tool, n_without_tool. Pooled on the log. One
        value in a group, or no variation: the ratio without an interval.

    Raises
    ------
    DomainError
        For a time that is 0 or negative: it has no logarithm, and leaving it out would be a choice of the analyst.
    """
    ours, theirs = two_samples(with_tool, without_tool)
    if bool((ours <= 0).any() or (theirs <= 0).any()):
        raise DomainError("a ratio of times needs positive times")
    return as_ratio(mean_difference(np.log(ours), np.log(theirs), level))


def as_ratio(found: Result) -> Result:
    """A difference of mean logarithms as the ratio of the geometric means; the pooling term stays on the log."""
    found = replace(found, method=RATIO_METHOD)
    if isinstance(found, NotEstimable):
        return found if found.point is None else replace(found, point=exponential(found.point))
    return replace(found, value=exponential(found.value), low=exponential(found.low), high=exponential(found.high))


def _sizes(ours: Numbers, theirs: Numbers) -> dict[str, Extra]:
    return {"n_with_tool": ours.size, "n_without_tool": theirs.size}
