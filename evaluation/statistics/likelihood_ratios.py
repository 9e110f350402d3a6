"""Likelihood ratios and the diagnostic odds ratio of a 2×2 table."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy import optimize

from evaluation.estimate import Estimate, NotEstimable, PoolingTerm, Result
from evaluation.statistics.proportions import ConfusionTable
from evaluation.statistics.samples import DomainError, normal_quantile
from evaluation.vocabulary import Flag, Reason

METHOD = "log_simel_or_koopman_score"
ODDS_METHOD = "woolf_log_haldane_if_zero_cell"


def lr_positive(table: ConfusionTable, level: float) -> Result:
    """Sensitivity / (1 − specificity): by how much a positive call raises the odds [1]_.

    Parameters
    ----------
    table
        The counts of (reference, call).
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        A ratio, infinite without false positives, 0 without true positives; then, and where everybody is called positive, the
        limits are Koopman's score limits, flagged. Pooled on the log; for that alone a count of 0, or a variance of 0, takes
        0.5 more case on either side in both classes.

    References
    ----------
    .. [1] Simel, Samsa & Matchar 1991, J Clin Epidemiol 44:763; Koopman 1984, Biometrics 40:513.
    """
    return _ratio(table, table.tp, table.fp, level, Reason.NONE_FLAGGED)


def lr_negative(table: ConfusionTable, level: float) -> Result:
    """(1 − sensitivity) / specificity: by how much a negative call lowers the odds; limits and edges as in `lr_positive`."""
    return _ratio(table, table.fn, table.tn, level, Reason.ALL_FLAGGED)


def _ratio(table: ConfusionTable, x1: int, x0: int, level: float, neither: Reason) -> Result:
    absent = table.missing_class
    if absent is None and x1 + x0 == 0:
        absent = neither
    if absent is not None:
        return NotEstimable(absent, table.n, METHOD)
    n1, n0 = table.positives, table.negatives
    term = _pooling_term(x1, n1, x0, n0)
    if x1 == 0 or x0 == 0 or (x1 == n1 and x0 == n0):
        value = math.inf if x0 == 0 else (x1 / n1) / (x0 / n0)
        low, high = koopman_limits(x1, n1, x0, n0, level)
        return Estimate(value, low, high, level, table.n, METHOD, (Flag.ZERO_CELL,), pooling=term)
    value = (x1 / n1) / (x0 / n0)
    factor = math.exp(normal_quantile(level) * math.sqrt(_log_variance(x1, n1, x0, n0)))
    return Estimate(value, value / factor, value * factor, level, table.n, METHOD, pooling=term)


def _log_variance(x1: float, n1: float, x0: float, n0: float) -> float:
    # 1/x − 1/n as one fraction: nothing cancels when nearly the whole class has the call
    return (n1 - x1) / (x1 * n1) + (n0 - x0) / (x0 * n0)


def _pooling_term(x1: int, n1: int, x0: int, n0: int) -> PoolingTerm:
    half = 0.5 if x1 == 0 or x0 == 0 or (x1 == n1 and x0 == n0) else 0.0
    cells = (x1 + half, n1 + 2 * half, x0 + half, n0 + 2 * half)
    return PoolingTerm(math.log((cells[0] / cells[1]) / (cells[2] / cells[3])), _log_variance(*cells))


def koopman_limits(x1: int, n1: int, x0: int, n0: int, level: float) -> tuple[float, float]:
    """The ratios of two proportions at which the score statistic is ±z, without any correction [1]_.

    Parameters
    ----------
    x1, n1, x0, n0
        Counts of the numerator's and the denominator's group; n1 and n0 > 0, x1 + x0 > 0.
    level
        Two-sided confidence level.

    Returns
    -------
    tuple of float
        0 and a finite limit when x1 is 0, a finite limit and infinity when x0 is 0.

    References
    ----------
    .. [1] Koopman 1984, Biometrics 40:513.
    """
    if not (0 <= x1 <= n1 and 0 <= x0 <= n0 and n1 and n0 and x1 + x0):
        raise DomainError(f"{x1} of {n1} against {x0} of {n0}")
    z = normal_quantile(level)

    def score(log_ratio: float) -> float:
        return _ratio_score(float(x1), float(n1), float(x0), float(n0), math.exp(log_ratio))

    low = 0.0 if x1 == 0 else math.exp(_crossing(lambda t: score(t) - z))
    high = math.inf if x0 == 0 else math.exp(_crossing(lambda t: score(t) + z))
    return low, high


def _ratio_score(x1: float, n1: float, x0: float, n0: float, ratio: float) -> float:
    """Z of x1/n1 against `ratio`·x0/n0, with the two proportions likeliest under that ratio; falls as the ratio grows."""
    gap = x1 / n1 - ratio * x0 / n0
    b = ratio * (n1 + x0) + x1 + n0
    # b² − 4ac without its cancellation, and the smaller root by the sum of two positive numbers
    root = math.sqrt((ratio * (n1 + x0) - x1 - n0) ** 2 + 4 * ratio * (n1 - x1) * (n0 - x0))
    p0 = min(1.0, 2 * (x1 + x0) / (b + root))
    p1 = min(1.0, ratio * p0)
    variance = p1 * (1 - p1) / n1 + ratio**2 * p0 * (1 - p0) / n0
    if variance <= 0:
        return math.copysign(math.inf, gap) if gap else 0.0
    return gap / math.sqrt(variance)


def _crossing(falling: Callable[[float], float]) -> float:
    low, high = -1.0, 1.0
    while falling(low) <= 0:
        low *= 2
    while falling(high) >= 0:
        high *= 2
    return float(optimize.bisect(falling, low, high, xtol=1e-14, rtol=1e-14, maxiter=200))


def diagnostic_odds_ratio(table: ConfusionTable, level: float) -> Result:
    """Odds of a positive call among the positive cases / among the negative ones, with Woolf's interval [1]_.

    Parameters
    ----------
    table
        The counts of (reference, call).
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        With a zero cell, 0.5 is added to the four cells, for the estimate and the interval, flagged; `extras`:
        estimate_uncorrected, the ratio of the raw cells (infinite, 0 or none with a zero cell). Pooled on the log.

    References
    ----------
    .. [1] Woolf 1955, Ann Hum Genet 19:251; Glas et al. 2003, J Clin Epidemiol 56:1129.
    """
    absent = table.missing_class
    if absent is not None:
        return NotEstimable(absent, table.n, ODDS_METHOD, extras={"estimate_uncorrected": None})
    zero = 0 in (table.tp, table.fn, table.fp, table.tn)
    half = 0.5 if zero else 0.0
    tp, fn, fp, tn = table.tp + half, table.fn + half, table.fp + half, table.tn + half
    value, variance = tp * tn / (fp * fn), 1 / tp + 1 / fn + 1 / fp + 1 / tn
    factor = math.exp(normal_quantile(level) * math.sqrt(variance))
    return Estimate(
        value,
        value / factor,
        value * factor,
        level,
        table.n,
        ODDS_METHOD,
        (Flag.CORRECTED,) if zero else (),
        {"estimate_uncorrected": _raw_odds_ratio(table)},
        PoolingTerm(math.log(value), variance),
    )


def _raw_odds_ratio(table: ConfusionTable) -> float | None:
    right, wrong = table.tp * table.tn, table.fp * table.fn
    if wrong == 0:
        return math.inf if right else None
    return right / wrong
