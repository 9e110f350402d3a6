"""Predictive values carried to another prevalence, from the sensitivity and specificity of the sample."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special

from evaluation.estimate import Estimate, NotEstimable, PoolingTerm, Result
from evaluation.statistics.proportions import ConfusionTable
from evaluation.statistics.samples import DomainError, logit, normal_quantile
from evaluation.vocabulary import Flag, Reason

METHOD = "bayes_logit_mercaldo"


@dataclass(frozen=True, slots=True)
class PredictiveValues:
    """Positive and negative predictive value at one prevalence."""

    ppv: Result
    npv: Result


def at_prevalence(table: ConfusionTable, prevalence: float, level: float) -> PredictiveValues:
    """What a positive and a negative call would be worth where a share `prevalence` of the cases is positive [1]_.

    Parameters
    ----------
    table
        The counts of (reference, call) from which sensitivity and specificity are taken; nothing is added to them.
    prevalence
        In (0, 1), taken as known.
    level
        Two-sided confidence level.

    Returns
    -------
    PredictiveValues
        Intervals symmetric on the logit. A value of 0 or 1 has none, and stands as the `point`. Pooled on the logit; where
        the interval does not exist, or has no width, with 0.5 in each of the four cells.

    Raises
    ------
    DomainError
        For a prevalence outside (0, 1).

    References
    ----------
    .. [1] Mercaldo, Lau & Zhou 2007, Stat Med 26:2170.
    """
    if not 0 < prevalence < 1:
        raise DomainError(f"a prevalence of {prevalence}")
    absent = table.missing_class
    if absent is not None:
        nothing = NotEstimable(absent, table.n, METHOD, flags=(Flag.DEGENERATE,))
        return PredictiveValues(nothing, nothing)
    counts = (table.tp, table.fn, table.fp, table.tn)
    reverse = (table.tn, table.fp, table.fn, table.tp)
    return PredictiveValues(
        _value(counts, prevalence, level, Reason.NONE_FLAGGED),
        _value(reverse, 1 - prevalence, level, Reason.ALL_FLAGGED),
    )


def _value(cells: tuple[int, int, int, int], share: float, level: float, none_called: Reason) -> Result:
    """One predictive value: `cells` are the right and wrong calls of the class sought, then wrong and right of the other."""
    hits, misses, alarms, rest = cells
    n = sum(cells)
    if hits == 0 and alarms == 0:
        return NotEstimable(none_called, n, METHOD, flags=(Flag.DEGENERATE,))
    gain, loss = hits / (hits + misses) * share, alarms / (alarms + rest) * (1 - share)
    value = gain / (gain + loss)
    if hits == 0 or alarms == 0:
        term = _term([cell + 0.5 for cell in cells], share)
        return NotEstimable(Reason.ZERO_CELL, n, METHOD, value, (Flag.DEGENERATE,), pooling=term)
    term = _term([float(cell) for cell in cells], share)
    half = normal_quantile(level) * math.sqrt(term.variance)
    low, high = (float(special.expit(term.effect + side)) for side in (-half, half))
    if term.variance > 0:
        return Estimate(value, low, high, level, n, METHOD, (), pooling=term)
    # everybody got this call: the value is the prevalence itself, and no sampling error is left in it
    term = _term([cell + 0.5 for cell in cells], share)
    return Estimate(value, value, value, level, n, METHOD, (Flag.DEGENERATE,), pooling=term)


def _term(cells: list[float], share: float) -> PoolingTerm:
    hits, misses, alarms, rest = cells
    odds = logit(share) + math.log(hits / (hits + misses)) - math.log(alarms / (alarms + rest))
    variance = misses / (hits * (hits + misses)) + rest / (alarms * (alarms + rest))
    return PoolingTerm(odds, variance)
