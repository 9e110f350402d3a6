"""Rank comparisons of two groups: Mann-Whitney, probability of superiority and the Hodges-Lehmann shift."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evaluation.estimate import Estimate, NotEstimable, PoolingTerm, Result
from evaluation.ordering import order_of
from evaluation.statistics.pairwise import PairwiseDifferences
from evaluation.statistics.samples import Numbers, measured, normal_quantile
from evaluation.vocabulary import Flag, Reason

METHOD = "pairwise_median_order_statistics"
SMALL = 50
"""Below this size in both groups, and without ties, the Mann-Whitney p-value is exact."""


def midranks(values: Numbers) -> Numbers:
    """Ranks from 1; tied values share the mean of their ranks. Shape (n,) → (n,)."""
    order = order_of(values)
    rising = values[order]
    starts = np.flatnonzero(np.concatenate(([True], rising[1:] != rising[:-1]))) if values.size else order
    ends = np.append(starts[1:], values.size)
    ranks = np.empty(values.size)
    ranks[order] = np.repeat((starts + 1 + ends) / 2, ends - starts)
    return ranks


def rank_sum_distribution(m: int, n: int) -> Numbers:
    """P(U = 0), …, P(U = mn) of the Mann-Whitney statistic of m values against n, under the null and without ties.

    The N values are met in rising order; each belongs to the m with the share of the m still to come, and then adds to U the
    number of the n met before it.
    """
    state = np.zeros((m + 1, m * n + 1))
    state[0, 0] = 1.0
    for met in range(m + n):
        left = m + n - met
        for ours in range(min(met, m), max(0, met - n) - 1, -1):
            theirs = met - ours
            if ours < m:
                state[ours + 1, theirs:] += state[ours, : m * n + 1 - theirs] * ((m - ours) / left)
            state[ours] *= (n - theirs) / left
    return np.asarray(state[m])


@dataclass(frozen=True, slots=True)
class RankSum:
    """The Mann-Whitney comparison of the rows with the tool (m) with those without (n); U counts wins of the former."""

    u_statistic: float
    p_value: float | None
    prob_superiority: float
    cliffs_delta: float
    n_with_tool: int
    n_without_tool: int


def mann_whitney(with_tool: ArrayLike, without_tool: ArrayLike) -> RankSum | NotEstimable:
    """Two-sided rank-sum comparison [1]_; missing values take no part.

    Exact when both groups have fewer than 50 values and no two values are equal, else the normal approximation with the tie
    correction and a continuity correction of one half. All values tied: no p-value.

    References
    ----------
    .. [1] Mann & Whitney 1947, Ann Math Stat 18:50.
    """
    ours, theirs = measured(with_tool), measured(without_tool)
    m, n = ours.size, theirs.size
    if m == 0 or n == 0:
        return NotEstimable(Reason.EMPTY_GROUP, m + n, "mann_whitney")
    values = np.concatenate((ours, theirs))
    u = float(midranks(values)[:m].sum()) - m * (m + 1) / 2
    ties = np.unique(values, return_counts=True)[1]
    exact = m < SMALL and n < SMALL and int(ties.max()) == 1
    p = _exact_p(u, m, n) if exact else _normal_p(u, m, n, ties.astype(np.float64))
    superiority = u / (m * n)
    return RankSum(u, p, superiority, 2 * superiority - 1, m, n)


def _exact_p(u: float, m: int, n: int) -> float:
    probabilities = rank_sum_distribution(m, n)
    k = round(u)
    tail = probabilities[k:].sum() if u > m * n / 2 else probabilities[: k + 1].sum()
    return min(1.0, 2 * float(tail))


def _normal_p(u: float, m: int, n: int, ties: Numbers) -> float | None:
    total = m + n
    if ties.size == 1:
        return None
    correction = float((ties**3 - ties).sum()) / (total * (total - 1))
    sigma = math.sqrt(m * n / 12 * (total + 1 - correction))
    excess = u - m * n / 2
    z = (excess - math.copysign(0.5, excess)) / sigma if excess else 0.0
    return float(2 * min(special.ndtr(z), special.ndtr(-z)))


def hodges_lehmann(
    with_tool: ArrayLike, without_tool: ArrayLike, level: float, ci_type: Literal["normal", "exact"] = "normal"
) -> Result:
    """The shift with − without: median of all pairwise differences, with order-statistic limits [1]_.

    Parameters
    ----------
    with_tool, without_tool
        Shapes (m,) and (n,), in the outcome's unit; NaN missing.
    level
        Two-sided confidence level.
    ci_type
        Rank of the limits from the normal approximation or from the exact null distribution of U.

    Returns
    -------
    Estimate or NotEstimable
        In the outcome's unit. `extras`: those of `RankSum`. Pooled on its own scale, variance ((high − low)/2z)².

    Notes
    -----
    Two groups that are each constant have no interval. Where rounded measurements tie so heavily that the limits coincide,
    the interval is kept and flagged, and the pooling variance is read off the nearest other differences instead.

    References
    ----------
    .. [1] Hodges & Lehmann 1963, Ann Math Stat 34:598; Hollander, Wolfe & Chicken 2014, §4.2-4.3.
    """
    ours, theirs = measured(with_tool), measured(without_tool)
    ranks = mann_whitney(ours, theirs)
    if isinstance(ranks, NotEstimable):
        return NotEstimable(ranks.reason, ranks.n, METHOD)
    extras = {
        "u_statistic": ranks.u_statistic,
        "p_value": ranks.p_value,
        "prob_superiority": ranks.prob_superiority,
        "cliffs_delta": ranks.cliffs_delta,
        "n_with_tool": ranks.n_with_tool,
        "n_without_tool": ranks.n_without_tool,
    }
    m, n = ours.size, theirs.size
    differences = PairwiseDifferences(ours, theirs)
    shift = differences.median()
    if np.ptp(ours) == 0 and np.ptp(theirs) == 0:
        return NotEstimable(Reason.NO_VARIATION, m + n, METHOD, shift, extras=extras)
    rank = _limit_rank(m, n, level, ci_type)
    low, high = differences.smallest(rank), differences.smallest(m * n + 1 - rank)
    noise = 16 * np.finfo(np.float64).eps * float(max(np.abs(ours).max(), np.abs(theirs).max()))
    flags = (Flag.NO_WIDTH,) if high - low <= noise else ()
    span = _distinct_span(differences, shift, noise) if flags else high - low
    term = PoolingTerm(shift, (span / (2 * normal_quantile(level))) ** 2) if span > 0 else None
    return Estimate(shift, low, high, level, m + n, METHOD, flags, extras, term)


def _limit_rank(m: int, n: int, level: float, ci_type: Literal["normal", "exact"]) -> int:
    if ci_type == "normal":
        spread = normal_quantile(level) * math.sqrt(m * n * (m + n + 1) / 12)
        return max(1, math.floor(m * n / 2 - spread))
    reached = np.cumsum(rank_sum_distribution(m, n)) >= (1 - level) / 2
    return max(1, int(np.argmax(reached)))


def _distinct_span(differences: PairwiseDifferences, shift: float, noise: float) -> float:
    """From the nearest distinct difference below the shift to the one above: what rounding hides of the interval."""
    below, above = differences.neighbours(shift, noise)
    sides = [abs(side - shift) for side in (below, above) if side is not None]
    return 2 * max(sides, default=0.0)
