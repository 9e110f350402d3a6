"""Youden's index, the balanced accuracy, and the observed score that maximises the index."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evaluation.estimate import Estimate, NotEstimable, PoolingTerm, Result
from evaluation.statistics.proportions import ConfusionTable, wilson
from evaluation.statistics.samples import binary, empty_reason
from evaluation.vocabulary import Reason

METHOD = "newcombe_hybrid_score"
THRESHOLD_METHOD = "youden_observed_score"


def youden_index(table: ConfusionTable, level: float) -> Result:
    """Sensitivity + specificity − 1, that is sensitivity − (1 − specificity), with Newcombe's hybrid interval [1]_.

    Parameters
    ----------
    table
        The counts of (reference, call).
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        From −1 to 1. Pooled on its own scale with the binomial variance; a share of 0 or 1 takes 0.5 on either side for it.

    References
    ----------
    .. [1] Youden 1950, Cancer 3:32; Newcombe 1998, Stat Med 17:873 (method 10).
    """
    absent = table.missing_class
    if absent is not None:
        return NotEstimable(absent, table.n, METHOD)
    p1, p2 = table.tp / table.positives, table.fp / table.negatives
    low_1, high_1 = wilson(table.tp, table.positives, level)
    low_2, high_2 = wilson(table.fp, table.negatives, level)
    value = p1 - p2
    low, high = value - math.hypot(p1 - low_1, high_2 - p2), value + math.hypot(high_1 - p1, p2 - low_2)
    variance = _variance(table.tp, table.positives) + _variance(table.fp, table.negatives)
    return Estimate(value, low, high, level, table.n, METHOD, pooling=PoolingTerm(value, variance))


def balanced_accuracy(table: ConfusionTable, level: float) -> Result:
    """(sensitivity + specificity) / 2: Youden's index and its limits, brought to 0..1; 0.5 is chance."""
    found = youden_index(table, level)
    if isinstance(found, NotEstimable) or found.pooling is None:
        return found
    term = PoolingTerm((found.pooling.effect + 1) / 2, found.pooling.variance / 4)
    value, low, high = ((end + 1) / 2 for end in (found.value, found.low, found.high))
    return Estimate(value, low, high, level, found.n, METHOD, pooling=term)


def _variance(events: int, n: int) -> float:
    half = 0.5 if events in (0, n) else 0.0
    yes, no = events + half, n - events + half
    return yes * no / (yes + no) ** 3


@dataclass(frozen=True, slots=True)
class BestThreshold:
    """The observed score from which a positive call maximises Youden's index, and what it yields on the same rows."""

    threshold: float
    youden: float
    sensitivity: float
    specificity: float
    n: int


def youden_threshold(reference: ArrayLike, score: ArrayLike) -> BestThreshold | NotEstimable:
    """The data-driven threshold; its figures are optimistic, being chosen on the rows that they describe [1]_.

    Parameters
    ----------
    reference
        Shape (n,), 0/1, NaN missing.
    score
        Shape (n,), higher = more suspicious; NaN missing. The candidates are its distinct values, the rule is score ≥ candidate.

    Notes
    -----
    Tables are compared as whole numbers, tp·n0 − fp·n1; equal ones go to the highest candidate, the more specific.

    References
    ----------
    .. [1] Youden 1950, Cancer 3:32.
    """
    truth, values = binary(reference), np.asarray(score, dtype=np.float64)
    known = ~(np.isnan(truth) | np.isnan(values))
    truth, values = truth[known], values[known]
    n, n1 = truth.size, int(np.count_nonzero(truth == 1))
    n0 = n - n1
    if n1 == 0 or n0 == 0:
        reason = empty_reason(n, Reason.NO_NEGATIVE if n1 else Reason.NO_POSITIVE)
        return NotEstimable(reason, n, THRESHOLD_METHOD)
    candidates, place = np.unique(values, return_inverse=True)
    ours = np.bincount(place[truth == 1], minlength=candidates.size)[::-1].cumsum()
    theirs = np.bincount(place[truth == 0], minlength=candidates.size)[::-1].cumsum()
    best = int(np.argmax(ours * n0 - theirs * n1))
    tp, fp = int(ours[best]), int(theirs[best])
    threshold = float(candidates[::-1][best])
    return BestThreshold(threshold, (tp * n0 - fp * n1) / (n1 * n0), tp / n1, (n0 - fp) / n0, n)
