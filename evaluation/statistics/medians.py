"""Difference of two medians by Price and Bonett's method; not the Hodges-Lehmann shift."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evaluation.estimate import Estimate, NotEstimable, PoolingTerm, Result
from evaluation.statistics.groups import two_samples
from evaluation.statistics.samples import Numbers, normal_quantile
from evaluation.vocabulary import Reason

METHOD = "price_bonett"


def median_standard_error(values: Numbers) -> float:
    """The standard error of a median from two order statistics around it, at least two values [1]_.

    With n values the ranks are c and n − c + 1, c = n/2 − √n rounded half up and at least 1. The form with (n + 1)/2, often
    printed, is not the one that the field's programs use.

    References
    ----------
    .. [1] Price & Bonett 2002, J Stat Comput Simul 72:119.
    """
    n = values.size
    rank = max(1, math.floor(n / 2 - math.sqrt(n) + 0.5))
    ordered = np.partition(values, (rank - 1, n - rank))
    outside = float(special.bdtr(rank - 1, n, 0.5))
    return float(ordered[n - rank] - ordered[rank - 1]) / (-2 * float(special.ndtri(outside)))


def median_difference(with_tool: ArrayLike, without_tool: ArrayLike, level: float) -> Result:
    """Median with − median without, with Price and Bonett's interval.

    Parameters
    ----------
    with_tool, without_tool
        Shapes (m,) and (n,), in the outcome's unit; NaN missing.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        `extras`: se, n_with_tool, n_without_tool. Pooled on its own scale. One value in a group, or a standard error of 0:
        the difference without an interval.
    """
    ours, theirs = two_samples(with_tool, without_tool)
    m, n = ours.size, theirs.size
    extras: dict[str, float | None] = {"se": None, "n_with_tool": m, "n_without_tool": n}
    if m == 0 or n == 0:
        return NotEstimable(Reason.EMPTY_GROUP, m + n, METHOD, extras=extras)
    difference = float(np.median(ours)) - float(np.median(theirs))
    if min(m, n) < 2:
        return NotEstimable(Reason.TOO_FEW, m + n, METHOD, difference, extras=extras)
    se = math.hypot(median_standard_error(ours), median_standard_error(theirs))
    extras["se"] = se
    if se == 0:
        return NotEstimable(Reason.NO_VARIATION, m + n, METHOD, difference, extras=extras)
    half = normal_quantile(level) * se
    term = PoolingTerm(difference, se**2)
    return Estimate(difference, difference - half, difference + half, level, m + n, METHOD, extras=extras, pooling=term)
