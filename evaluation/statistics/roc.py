"""The ROC curve and the area under it, with DeLong's interval, in O(n log n)."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evaluation.estimate import Estimate, NotEstimable, PoolingTerm, Result
from evaluation.statistics.ranks import midranks
from evaluation.statistics.samples import Numbers, empty_reason, logit, normal_quantile
from evaluation.statistics.score_runs import ScoreRuns, SortedScores, score_runs
from evaluation.vocabulary import Flag, Reason

METHOD = "delong_wald_truncated"
LOGIT_METHOD = "delong_logit"
NO_VARIANCE = 1e-24
"""A DeLong variance below this is the rounding of an exact 0."""


def auc(reference: ArrayLike, score: ArrayLike, level: float) -> Result:
    """Probability that a positive case scores above a negative one, ties counting one half.

    Parameters
    ----------
    reference
        Shape (n,), 0/1, NaN missing.
    score
        Shape (n,), higher = more suspicious; the direction is never flipped. NaN missing.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        `extras`: se, n_positive, n_negative. Pooled on the logit with the delta-method variance. There is no interval, but a
        `point`, for one case in a class, a constant score and perfect separation.

    Notes
    -----
    The placement of a case is the share of the other class that it beats, half of the ties included: its rank among all
    cases less its rank in its own class, so no pair is ever formed [1]_. The Wald interval is cut to [0, 1].

    References
    ----------
    .. [1] DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44:837; Sun & Xu 2014, IEEE Signal Process Lett 21:1389.
    """
    return area_by_group(score_runs(SortedScores.of(reference, score)), level)[0]


def area_by_group(runs: ScoreRuns, level: float) -> list[Result]:
    """The area of each group, as `auc` gives it; the placements of all groups come from the same runs."""
    with np.errstate(divide="ignore", invalid="ignore"):  # a group without one class has no area, and is told so below
        wins = 2 * runs.below_negative + runs.negative
        beaten = wins / runs.per_run(2 * runs.n_negative)
        above = runs.per_run(runs.n_positive) - runs.below_positive - runs.positive
        unbeaten = (2 * above + runs.positive) / runs.per_run(2 * runs.n_positive)
        pairs = 2.0 * runs.n_positive * runs.n_negative
        area = runs.group_sums(runs.positive * wins.astype(np.float64)) / pairs
        centre = runs.per_run(area)
        of_positive = runs.group_sums(runs.positive * (beaten - centre) ** 2) / (runs.n_positive - 1)
        of_negative = runs.group_sums(runs.negative * (unbeaten - centre) ** 2) / (runs.n_negative - 1)
        variance = of_positive / runs.n_positive + of_negative / runs.n_negative
    sizes = zip(runs.n_positive.tolist(), runs.n_negative.tolist(), strict=True)
    return [_area(*size, float(area[g]), float(variance[g]), level) for g, size in enumerate(sizes)]


def _area(n_positive: int, n_negative: int, area: float, variance: float, level: float) -> Result:
    """The answer of one group from its area and DeLong variance."""
    n = n_positive + n_negative
    counts = {"n_positive": n_positive, "n_negative": n_negative}
    if n_positive == 0 or n_negative == 0:
        missing = Reason.NO_NEGATIVE if n_positive else Reason.NO_POSITIVE
        return NotEstimable(empty_reason(n, missing), n, METHOD, extras={"se": None, **counts})
    flags = (Flag.BELOW_HALF,) if area < 0.5 else ()
    if min(n_positive, n_negative) == 1:
        return NotEstimable(Reason.ONE_CASE_IN_CLASS, n, METHOD, area, flags, {"se": None, **counts})
    if variance < NO_VARIANCE:
        reason = Reason.CONSTANT_SCORE if area == 0.5 else Reason.PERFECT_SEPARATION
        return NotEstimable(reason, n, METHOD, area, flags, {"se": 0.0, **counts})
    se = math.sqrt(variance)
    half = normal_quantile(level) * se
    term = PoolingTerm(logit(area), variance / (area * (1 - area)) ** 2)
    low, high = max(0.0, area - half), min(1.0, area + half)
    return Estimate(area, low, high, level, n, METHOD, flags, {"se": se, **counts}, term)


def auc_logit(reference: ArrayLike, score: ArrayLike, level: float) -> Result:
    """The area of `auc` with limits symmetric on its logit, which behave better near 1 and need no cutting [1]_.

    Parameters, extras and what is not estimable as in `auc`.

    References
    ----------
    .. [1] Pepe 2003, The Statistical Evaluation of Medical Tests, §5.2; DeLong, DeLong & Clarke-Pearson 1988.
    """
    return with_logit_limits(auc(reference, score, level), level)


def with_logit_limits(found: Result, level: float) -> Result:
    """The result of `auc` with its limits on the logit instead."""
    if isinstance(found, NotEstimable) or found.pooling is None:
        return replace(found, method=LOGIT_METHOD)
    half = normal_quantile(level) * math.sqrt(found.pooling.variance)
    low, high = (float(special.expit(found.pooling.effect + side)) for side in (-half, half))
    return replace(found, low=low, high=high, method=LOGIT_METHOD)


def roc_curve(reference: ArrayLike, score: ArrayLike, max_points: int = 200) -> tuple[tuple[float, float], ...]:
    """Points (1 − specificity, sensitivity) from (0, 0) to (1, 1), thinned for a chart; none without both classes.

    Parameters
    ----------
    reference, score
        As in `auc`.
    max_points
        The most points returned; those kept lie at even steps along the curve, the two ends included.
    """
    return curve_points(score_runs(SortedScores.of(reference, score)), max_points)


def curve_points(runs: ScoreRuns, max_points: int = 200) -> tuple[tuple[float, float], ...]:
    """The points of `roc_curve` from the runs of one group."""
    if not (runs.n_positive[0] and runs.n_negative[0]):
        return ()
    false_rate = 1 - runs.below_negative[::-1] / runs.n_negative[0]
    true_rate = 1 - runs.below_positive[::-1] / runs.n_positive[0]
    x, y = np.concatenate(([0.0], false_rate)), np.concatenate(([0.0], true_rate))
    if x.size > max_points:
        steps = np.linspace(0.0, 2.0, max_points)
        kept = np.unique(np.searchsorted(x + y, steps).clip(0, x.size - 1))
        x, y = x[kept], y[kept]
    return tuple(zip(x.tolist(), y.tolist(), strict=True))


def placements(positive: Numbers, negative: Numbers) -> tuple[Numbers, Numbers]:
    """Share of negatives below each positive, and share of positives above each negative."""
    ranks = midranks(np.concatenate((positive, negative)))
    beaten = (ranks[: positive.size] - midranks(positive)) / negative.size
    unbeaten = 1 - (ranks[positive.size :] - midranks(negative)) / positive.size
    return beaten, unbeaten
