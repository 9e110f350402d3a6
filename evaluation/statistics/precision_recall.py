"""The area under the precision-recall curve."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.samples import binary, empty_reason, logit, normal_quantile
from evaluation.vocabulary import Reason

METHOD = "step_sum"


def average_precision(reference: ArrayLike, score: ArrayLike, level: float) -> Result:
    """Precision summed over the steps of recall, without interpolation [1]_.

    Parameters
    ----------
    reference
        Shape (n,), 0/1, NaN missing.
    score
        Shape (n,), higher = more suspicious; NaN missing. Tied rows enter together.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        `extras`: prevalence (the value of a constant score), n_positive, interval (its name). None without a positive case; no
        interval at 1. Pooled on the logit.

    Notes
    -----
    The interval is symmetric on the logit, with the variance 1 / (n₁·v·(1 − v)) of a value v over n₁ positive cases [2]_.

    References
    ----------
    .. [1] Davis & Goadrich 2006, Proc 23rd ICML:233.
    .. [2] Boyd, Eng & Page 2013, ECML PKDD, Lect Notes Comput Sci 8190:451.
    """
    truth, values = binary(reference), np.asarray(score, dtype=np.float64)
    known = ~(np.isnan(truth) | np.isnan(values))
    truth, values = truth[known], values[known]
    n, positives = truth.size, int(np.count_nonzero(truth == 1))
    if positives == 0:
        return NotEstimable(empty_reason(n, Reason.NO_POSITIVE), n, METHOD)
    distinct, place = np.unique(values, return_inverse=True)
    rows = np.bincount(place, minlength=distinct.size)[::-1]
    hits = np.bincount(place[truth == 1], minlength=distinct.size)[::-1]
    value = min(1.0, float(np.sum(hits * (hits.cumsum() / rows.cumsum()))) / positives)
    extras: dict[str, Extra] = {"prevalence": positives / n, "n_positive": positives}
    if value == 1:
        reason = Reason.PERFECT_SEPARATION if positives < n else Reason.NO_NEGATIVE
        return NotEstimable(reason, n, METHOD, value, extras=extras)
    variance = 1 / (positives * value * (1 - value))
    centre, half = logit(value), normal_quantile(level) * math.sqrt(variance)
    low, high = (float(special.expit(centre + side)) for side in (-half, half))
    found: dict[str, Extra] = {**extras, "interval": "logit"}
    return Estimate(value, low, high, level, n, METHOD, (), found, PoolingTerm(centre, variance))
