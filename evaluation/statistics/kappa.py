"""Agreement of two raters on categories: Cohen's kappa, nominal or weighted, with AC1 and PABAK beside it."""

from __future__ import annotations

import math
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.samples import DomainError, Numbers, normal_p, normal_quantile
from evaluation.vocabulary import Flag, Reason

METHOD: Final = "fleiss_cohen_everitt"
WEIGHTED: Final = "fleiss_cohen_everitt_quadratic"
UNKNOWN: Final = dict.fromkeys(
    ("se", "observed_agreement", "expected_agreement", "percent_agreement", "ac1", "pabak", "se_null", "z", "p_value")
)


def cross_table(rater_1: ArrayLike, rater_2: ArrayLike, categories: int) -> Numbers:
    """Counts of the pairs of ratings, shape (categories, categories); a pair with a missing rating is not counted.

    Parameters
    ----------
    rater_1, rater_2
        Shape (n,), index of the category, −1 for missing.
    categories
        How many categories there are, used or not.

    Raises
    ------
    DomainError
        Columns of different lengths, or an index that is no category.
    """
    first, second = np.asarray(rater_1, dtype=np.int64), np.asarray(rater_2, dtype=np.int64)
    if first.shape != second.shape or first.ndim != 1:
        raise DomainError("the two raters have not rated the same subjects")
    known = (first >= 0) & (second >= 0)
    first, second = first[known], second[known]
    if first.size and max(int(first.max()), int(second.max())) >= categories:
        raise DomainError("a rating is none of the categories")
    counts = np.bincount(first * categories + second, minlength=categories**2)
    return np.asarray(counts.reshape(categories, categories).astype(np.float64))


def distances(categories: int, weights: Literal["none", "quadratic"]) -> tuple[Numbers, int]:
    """How far apart every pair of categories is, in whole numbers, and the longest distance: the weight is 1 − their ratio.

    Raises
    ------
    DomainError
        For other weights.
    """
    if weights == "none":
        return 1.0 - np.eye(categories), 1
    if weights != "quadratic":
        raise DomainError(f"the weights are quadratic or none, not {weights}")
    steps = np.arange(categories, dtype=np.float64)
    return (steps[:, None] - steps) ** 2, max(categories - 1, 1) ** 2


def kappa(counts: Numbers, level: float, weights: Literal["none", "quadratic"] = "none") -> Result:
    """Cohen's kappa [1]_ with its non-null standard error [2]_.

    Parameters
    ----------
    counts
        Shape (categories, categories): pairs by the category of rater 1 (rows, in scale order) and of rater 2.
    level
        Two-sided confidence level.
    weights
        `none` for nominal categories, `quadratic` for ordered ones [3]_.

    Returns
    -------
    Estimate or NotEstimable
        In (−∞, 1]; the interval is not cut. `extras`: se; observed_agreement and expected_agreement (weighted); n;
        percent_agreement (exact agreement, in percent), ac1 and pabak (nominal [4]_ [5]_); se_null, z and p_value (test of
        kappa 0 with the null standard error). Pooled on its own scale. One category used by both raters: not estimable.

    Notes
    -----
    With v = 1 − w, kappa is 1 − Σ vP / Σ v r c and the variance of [2]_ is that of v − (v̄ᵢ. + v̄.ⱼ)(1 − κ) over the pairs,
    divided by n (Σ v r c)²; the scale of v cancels. Written so, no rounding makes it negative, and it is exactly 0 for
    perfect agreement. A standard error of 0 is kept, flagged.

    References
    ----------
    .. [1] Cohen 1960, Educ Psychol Meas 20:37; 1968, Psychol Bull 70:213.
    .. [2] Fleiss, Cohen & Everitt 1969, Psychol Bull 72:323.
    .. [3] Fleiss & Cohen 1973, Educ Psychol Meas 33:613.
    .. [4] Gwet 2008, Br J Math Stat Psychol 61:29.
    .. [5] Byrt, Bishop & Carlin 1993, J Clin Epidemiol 46:423.
    """
    method = WEIGHTED if weights == "quadratic" else METHOD
    n = int(counts.sum())
    if n == 0:
        return NotEstimable(Reason.NO_ROWS, 0, method, extras=UNKNOWN)
    apart, longest = distances(len(counts), weights)
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    observed, expected = float((apart * counts).sum()), float(rows @ apart @ columns)
    extras: dict[str, Extra] = {
        **UNKNOWN,
        "observed_agreement": 1 - observed / n / longest,
        "expected_agreement": 1 - expected / n / n / longest,
        **_nominal_agreement(counts),
    }
    if np.count_nonzero(rows + columns) == 1:
        return NotEstimable(Reason.ONE_CATEGORY, n, method, extras=extras)
    ratio = n * observed / expected  # of whole numbers: kappa is exactly 0 where it should be
    value = 1 - ratio
    se, null = _standard_errors(counts / n, apart, ratio, n)
    test = value / null if null else None
    extras |= {"se": se, "se_null": null, "z": test, "p_value": None if test is None else normal_p(test)}
    half = normal_quantile(level) * se
    flags = (Flag.NEGATIVE_AGREEMENT,) * (value < 0) + (Flag.DEGENERATE,) * (se == 0)
    term = PoolingTerm(value, se**2) if se > 0 else None
    return Estimate(value, value - half, value + half, level, n, method, flags, extras, term)


def _standard_errors(shares: Numbers, apart: Numbers, ratio: float, n: int) -> tuple[float, float]:
    """Non-null and null standard error; both are 0 where a rater used one category only, which settles kappa at 0."""
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    means = (apart @ columns)[:, None] + rows @ apart
    scale = math.sqrt(n) * float(rows @ apart @ columns)
    independent = np.outer(rows, columns)
    return _spread(apart - means * ratio, shares) / scale, _spread(apart - means, independent) / scale


def _spread(values: Numbers, shares: Numbers) -> float:
    """Standard deviation of a discrete distribution; what is only the rounding of its values is 0."""
    mean = float((shares * values).sum())
    spread = math.sqrt(float((shares * (values - mean) ** 2).sum()))
    noise = 8 * float(np.finfo(np.float64).eps) * float(np.abs(values).max())
    return spread if spread > noise else 0.0


def _nominal_agreement(counts: Numbers) -> dict[str, Extra]:
    """Exact agreement in percent, Gwet's AC1 and PABAK; the last two need two categories."""
    k, n = len(counts), float(counts.sum())
    exact = float(np.trace(counts)) / n
    if k < 2:
        return {"percent_agreement": 100 * exact}
    used = (counts.sum(axis=0) + counts.sum(axis=1)) / (2 * n)
    chance = float((used * (1 - used)).sum()) / (k - 1)
    return {
        "percent_agreement": 100 * exact,
        "ac1": (exact - chance) / (1 - chance),
        "pabak": (k * exact - 1) / (k - 1),
    }
