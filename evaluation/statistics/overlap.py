"""How far calls and reference overlap: F1 by way of the Jaccard index, and the Matthews correlation."""

from __future__ import annotations

import math

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.proportions import ConfusionTable, logit_term, wilson
from evaluation.statistics.samples import empty_reason, normal_quantile
from evaluation.vocabulary import Flag, Reason

F1_METHOD = "wilson_on_jaccard"
MCC_METHOD = "definition"
NO_VARIANCE = 1e-24
"""A variance below this is the rounding of an exact 0."""


def f1(table: ConfusionTable, level: float) -> Result:
    """F1 of the positive class, 2tp / (2tp + fp + fn).

    Parameters
    ----------
    table
        The counts of (reference, call).
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        `extras`: precision, recall (none over no row; then flagged). Pooled on the logit.

    Notes
    -----
    F1 is 2J / (1 + J) of the Jaccard index J = tp / (tp + fp + fn), a rising function, so the Wilson limits of J [1]_ are
    carried over by it; in the same way logit F1 is logit J + ln 2, with the same variance.

    References
    ----------
    .. [1] Wilson 1927, J Am Stat Assoc 22:209; the delta-method alternative: Takahashi et al. 2022, Appl Intell 52:4961.
    """
    flagged, positives = table.tp + table.fp, table.positives
    extras: dict[str, Extra] = {
        "precision": table.tp / flagged if flagged else None,
        "recall": table.tp / positives if positives else None,
    }
    union = table.tp + table.fp + table.fn
    if union == 0:
        reason = empty_reason(table.n, Reason.NO_POSITIVE)
        return NotEstimable(reason, table.n, F1_METHOD, flags=(Flag.DEGENERATE,) if table.n else (), extras=extras)
    low, high = wilson(table.tp, union, level)
    flags = () if flagged and positives else (Flag.DEGENERATE,)
    logit_j = logit_term(table.tp, union)
    term = PoolingTerm(logit_j.effect + math.log(2), logit_j.variance)
    value = 2 * table.tp / (union + table.tp)
    return Estimate(value, _f1_of(low), _f1_of(high), level, table.n, F1_METHOD, flags, extras, term)


def _f1_of(jaccard: float) -> float:
    return 2 * jaccard / (1 + jaccard)


def mcc(table: ConfusionTable, level: float) -> Result:
    """Matthews correlation of calls and reference (φ of the table), −1 to 1, above 0 better than chance [1]_.

    Parameters
    ----------
    table
        The counts of (reference, call).
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        `extras`: se (delta method on the multinomial counts), interval (its name). No value when a margin is 0, no interval
        at ±1. Pooled on its own scale.

    Notes
    -----
    The variance is that of φ [2]_; the interval is symmetric in artanh φ, which keeps it within −1 and 1 [3]_.

    References
    ----------
    .. [1] Matthews 1975, Biochim Biophys Acta 405:442.
    .. [2] Bishop, Fienberg & Holland 1975, Discrete Multivariate Analysis, §11.3.
    .. [3] Itaya et al. 2025, Stat Med 44:e10303.
    """
    absent = _empty_margin(table)
    if absent is not None:
        return NotEstimable(absent, table.n, MCC_METHOD, extras={"se": None})
    value, variance = _phi(table)
    if variance < NO_VARIANCE:
        return NotEstimable(Reason.PERFECT_SEPARATION, table.n, MCC_METHOD, value, extras={"se": 0.0})
    se = math.sqrt(variance)
    centre, half = math.atanh(value), normal_quantile(level) * se / (1 - value**2)
    extras: dict[str, Extra] = {"se": se, "interval": "fisher_z_delta"}
    limits = math.tanh(centre - half), math.tanh(centre + half)
    return Estimate(value, *limits, level, table.n, MCC_METHOD, (), extras, PoolingTerm(value, variance))


def _empty_margin(table: ConfusionTable) -> Reason | None:
    margins = {
        Reason.NO_POSITIVE: table.positives,
        Reason.NO_NEGATIVE: table.negatives,
        Reason.NONE_FLAGGED: table.tp + table.fp,
        Reason.ALL_FLAGGED: table.tn + table.fn,
    }
    return next((empty_reason(table.n, reason) for reason, size in margins.items() if size == 0), None)


def _phi(table: ConfusionTable) -> tuple[float, float]:
    """φ and its delta-method variance; a perfect or perfectly wrong table has φ = ±1 and variance 0 exactly."""
    positive, negative = float(table.positives), float(table.negatives)
    flagged, passed = float(table.tp + table.fp), float(table.tn + table.fn)
    if table.fp + table.fn == 0 or table.tp + table.tn == 0:
        return (1.0 if table.tp else -1.0), 0.0
    root = math.sqrt(positive * negative * flagged * passed)
    phi = (table.tp * table.tn - table.fp * table.fn) / root
    tilt, lean = positive - negative, flagged - passed
    spread = 1 - phi**2 + phi * (1 + phi**2 / 2) * tilt * lean / root
    spread -= 0.75 * phi**2 * (tilt**2 / (positive * negative) + lean**2 / (flagged * passed))
    return phi, max(spread, 0.0) / table.n
