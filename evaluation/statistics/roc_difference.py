"""Two areas under the ROC curve compared, on the same cases or on different ones."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.roc import NO_VARIANCE, auc, placements
from evaluation.statistics.samples import Numbers, binary, empty_reason, normal_p, normal_quantile
from evaluation.vocabulary import Flag, Reason

PAIRED_METHOD = "delong_paired"
UNPAIRED_METHOD = "delong_independent_normal"
NO_INFERENCE: dict[str, Extra] = {"se": None, "z": None, "p_value": None}


def auc_difference_paired(reference: ArrayLike, score_1: ArrayLike, score_2: ArrayLike, level: float) -> Result:
    """Area of score 1 − area of score 2 on the same cases [1]_.

    Parameters
    ----------
    reference
        Shape (n,), 0/1, NaN missing.
    score_1, score_2
        Shape (n,), higher = more suspicious; NaN missing. Only rows complete in all three take part, in both areas.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        The interval is not cut. `extras`: auc_1, auc_2, se (of the difference), covariance (of the areas), z, p_value. No
        inference, but a `point`, for one case in a class and for a standard error of 0. Pooled on its own scale.

    Notes
    -----
    The variance is that of the differences of placements, which is Var₁ + Var₂ − 2·Cov without its cancellation.

    References
    ----------
    .. [1] DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44:837.
    """
    truth, first, second = binary(reference), _numbers(score_1), _numbers(score_2)
    known = ~(np.isnan(truth) | np.isnan(first) | np.isnan(second))
    positive, negative = known & (truth == 1), known & (truth == 0)
    n, n1, n0 = int(known.sum()), int(positive.sum()), int(negative.sum())
    extras: dict[str, Extra] = {"auc_1": None, "auc_2": None, **NO_INFERENCE, "covariance": None}
    if n1 == 0 or n0 == 0:
        reason = empty_reason(n, Reason.NO_NEGATIVE if n1 else Reason.NO_POSITIVE)
        return NotEstimable(reason, n, PAIRED_METHOD, extras=extras)
    beaten_1, unbeaten_1 = placements(first[positive], first[negative])
    beaten_2, unbeaten_2 = placements(second[positive], second[negative])
    area_1, area_2 = float(beaten_1.mean()), float(beaten_2.mean())
    extras |= {"auc_1": area_1, "auc_2": area_2}
    if min(n1, n0) == 1:
        return NotEstimable(Reason.ONE_CASE_IN_CLASS, n, PAIRED_METHOD, area_1 - area_2, extras=extras)
    extras["covariance"] = _covariance(beaten_1, beaten_2) / n1 + _covariance(unbeaten_1, unbeaten_2) / n0
    variance = _variance(beaten_1 - beaten_2) / n1 + _variance(unbeaten_1 - unbeaten_2) / n0
    return _difference(area_1 - area_2, variance, n, level, PAIRED_METHOD, extras)


def auc_difference_unpaired(
    group_1: tuple[ArrayLike, ArrayLike], group_2: tuple[ArrayLike, ArrayLike], level: float
) -> Result:
    """Area in group 1 − area in group 2, on different cases [1]_.

    Parameters
    ----------
    group_1, group_2
        (reference, score) of each group, as in `auc`.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        The interval is not cut. `extras`: auc_1, auc_2, se, z, p_value (standard normal). No inference, but a `point`, for one
        case in a class of a group and for a standard error of 0. Pooled on its own scale.

    References
    ----------
    .. [1] DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44:837.
    """
    found = [auc(*group, level) for group in (group_1, group_2)]
    n = sum(one.n for one in found)
    areas = [one.value if isinstance(one, Estimate) else one.point for one in found]
    extras: dict[str, Extra] = {"auc_1": areas[0], "auc_2": areas[1], **NO_INFERENCE}
    first, second = areas
    if first is None or second is None:
        return NotEstimable(_absent(found), n, UNPAIRED_METHOD, extras=extras)
    errors = [one.extras["se"] for one in found]
    if not all(isinstance(se, float) for se in errors):
        return NotEstimable(Reason.ONE_CASE_IN_CLASS, n, UNPAIRED_METHOD, first - second, extras=extras)
    variance = sum(se**2 for se in errors if isinstance(se, float))
    # a group without variance (constant score, perfect separation) makes the interval narrower than it looks
    flags = (Flag.DEGENERATE,) if 0.0 in errors else ()
    return _difference(first - second, variance, n, level, UNPAIRED_METHOD, extras, flags)


def _absent(found: list[Result]) -> Reason:
    empty = next(one for one in found if isinstance(one, NotEstimable) and one.point is None)
    return Reason.EMPTY_GROUP if empty.n == 0 and any(one.n for one in found) else empty.reason


def _difference(
    value: float,
    variance: float,
    n: int,
    level: float,
    method: str,
    extras: dict[str, Extra],
    flags: tuple[Flag, ...] = (),
) -> Result:
    if variance < NO_VARIANCE:
        return NotEstimable(Reason.NO_VARIATION, n, method, value, flags, {**extras, "se": 0.0})
    se = math.sqrt(variance)
    z = value / se
    half = normal_quantile(level) * se
    found = {**extras, "se": se, "z": z, "p_value": normal_p(z)}
    return Estimate(value, value - half, value + half, level, n, method, flags, found, PoolingTerm(value, variance))


def _numbers(values: ArrayLike) -> Numbers:
    return np.asarray(values, dtype=np.float64)


def _variance(values: Numbers) -> float:
    return float(np.var(values, ddof=1))


def _covariance(first: Numbers, second: Numbers) -> float:
    return float(np.dot(first - first.mean(), second - second.mean())) / (first.size - 1)
