"""The probability that a row with the tool exceeds a row without it, with an interval that assumes no shape."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.groups import two_samples
from evaluation.statistics.ranks import midranks
from evaluation.statistics.samples import logit, normal_quantile
from evaluation.vocabulary import Reason

METHOD = "placements_logit"
NO_VARIANCE = 1e-24
"""A variance below this is the rounding of an exact 0."""


def probability_superiority(with_tool: ArrayLike, without_tool: ArrayLike, level: float) -> Result:
    """P(with > without) + ½ P(equal), with the interval of the placements on the logit [1]_.

    Parameters
    ----------
    with_tool, without_tool
        Shapes (m,) and (n,), any ordered measurement; NaN missing.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        A probability; 0.5 = no tendency. `extras`: se, cliffs_delta, n_with_tool, n_without_tool. Pooled on the logit. No
        interval for one row in a group, for constant values, or where one group lies wholly above the other.

    Notes
    -----
    The placement of a row is the share of the other group that it exceeds, half of the ties included; the variance of the
    mean placement holds whatever the two distributions are. On the logit the limits stay within 0 and 1 [2]_.

    References
    ----------
    .. [1] DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44:837; Brunner & Munzel 2000, Biom J 42:17.
    .. [2] Perme & Manevski 2019, Stat Methods Med Res 28:3755.
    """
    ours, theirs = two_samples(with_tool, without_tool)
    m, n = ours.size, theirs.size
    extras: dict[str, Extra] = {"se": None, "cliffs_delta": None, "n_with_tool": m, "n_without_tool": n}
    if m == 0 or n == 0:
        return NotEstimable(Reason.EMPTY_GROUP, m + n, METHOD, extras=extras)
    ranks = midranks(np.concatenate((ours, theirs)))
    exceeded = (ranks[:m] - midranks(ours)) / n
    unexceeded = (ranks[m:] - midranks(theirs)) / m
    value = float(exceeded.mean())
    extras["cliffs_delta"] = 2 * value - 1
    if min(m, n) < 2:
        return NotEstimable(Reason.TOO_FEW, m + n, METHOD, value, extras=extras)
    variance = float(np.var(exceeded, ddof=1)) / m + float(np.var(unexceeded, ddof=1)) / n
    if variance < NO_VARIANCE or not 0 < value < 1:
        reason = Reason.PERFECT_SEPARATION if value in (0.0, 1.0) else Reason.NO_VARIATION
        return NotEstimable(reason, m + n, METHOD, value, extras=extras)
    se = math.sqrt(variance)
    extras["se"] = se
    at, spread = logit(value), se / (value * (1 - value))
    half = normal_quantile(level) * spread
    low, high = float(special.expit(at - half)), float(special.expit(at + half))
    return Estimate(value, low, high, level, m + n, METHOD, (), extras, PoolingTerm(at, spread**2))
