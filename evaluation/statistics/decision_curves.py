"""Decision curves: the net benefit of acting on a predicted risk, at one threshold probability or along many."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.predictions import Predictions, predictions
from evaluation.statistics.samples import DomainError, Numbers, normal_quantile
from evaluation.vocabulary import Reason

METHOD: Final = "vickers_elkin"


@dataclass(frozen=True, slots=True)
class DecisionCurve:
    """Net benefit a patient at each threshold, in the order asked; NaN where it does not exist.

    `model` acts from the threshold on (equality included), `treat_all` on everybody, `treat_none` on nobody;
    `avoided_per_100` are interventions spared a hundred patients against treating all, `standardised` is model / prevalence.
    """

    model: Numbers
    treat_all: Numbers
    treat_none: Numbers
    avoided_per_100: Numbers
    standardised: Numbers
    n: int
    reason: Reason | None = None


def net_benefit(reference: ArrayLike, probability: ArrayLike, thresholds: ArrayLike) -> DecisionCurve:
    """Net benefit along threshold probabilities [1]_: TP/n − FP/n · t/(1 − t).

    Parameters
    ----------
    reference
        Shape (n,), outcome 0/1, NaN missing.
    probability
        Shape (n,), predicted risk of 1 in [0, 1], NaN missing.
    thresholds
        Shape (k,), in [0, 1].

    Returns
    -------
    DecisionCurve
        At a threshold of 1 only treating nobody has a net benefit; at 0 no intervention can be avoided; without events nothing
        is standardised. `reason` says the first of these that occurred.

    Raises
    ------
    DomainError
        A threshold or a probability outside [0, 1], an outcome that is neither 0 nor 1.

    References
    ----------
    .. [1] Vickers & Elkin 2006, Med Decis Making 26:565; Vickers, van Calster & Steyerberg 2019, Diagn Progn Res 3:18.
    """
    at = np.atleast_1d(np.asarray(thresholds, dtype=np.float64))
    if not bool(np.all((at >= 0) & (at <= 1))):
        raise DomainError("a threshold probability lies outside [0, 1]")
    rows = predictions(reference, probability)
    if rows.n == 0:
        nothing = np.full(at.shape, np.nan)
        return DecisionCurve(nothing, nothing, nothing, nothing, nothing, 0, Reason.NO_ROWS)
    true, false = _treated(rows, at)
    prevalence = rows.events / rows.n
    below = np.where(at < 1, at, np.nan)
    weight = below / (1 - below)
    model = true / rows.n - weight * (false / rows.n)
    everybody = prevalence - weight * (1 - prevalence)
    spared = np.full(at.shape, np.nan)
    np.divide(100 * (model - everybody), weight, out=spared, where=weight > 0)
    standardised = model / prevalence if prevalence else np.full(at.shape, np.nan)
    return DecisionCurve(model, everybody, np.zeros(at.shape), spared, standardised, rows.n, _why(rows, at))


def _why(rows: Predictions, at: Numbers) -> Reason | None:
    if np.any(at == 1):
        return Reason.THRESHOLD_ONE
    if rows.events == 0:
        return Reason.NO_POSITIVE
    return Reason.THRESHOLD_ZERO if np.any(at == 0) else None


def _treated(rows: Predictions, at: Numbers) -> tuple[Numbers, Numbers]:
    """True and false positives at each threshold."""
    with_event = rows.outcome == 1
    return _from(rows.risk[with_event], at), _from(rows.risk[~with_event], at)


def _from(risks: Numbers, at: Numbers) -> Numbers:
    """How many of the risks reach each threshold."""
    return np.asarray(risks.size - np.searchsorted(np.sort(risks), at, side="left"), dtype=np.float64)


def net_benefit_at(reference: ArrayLike, probability: ArrayLike, threshold: float, level: float) -> Result:
    """Net benefit of acting from one threshold probability on, with its asymptotic interval [1]_.

    Parameters
    ----------
    reference, probability
        As in `net_benefit`.
    threshold
        Threshold probability in [0, 1].
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        Net true positives a patient. `extras`: se, treat_all, standardised, avoided_per_100. Pooled on its own scale. Only the
        point where nobody is treated, or all rows count alike; none at a threshold of 1.

    Notes
    -----
    The net benefit is the mean over patients of 1 for a true positive, −t/(1 − t) for a false one and 0 for the others; its
    variance is theirs over n, which is the delta method on sensitivity, false positive rate and prevalence.

    References
    ----------
    .. [1] Marsh, Janes & Pepe 2020, Biometrics 76:843; Sande et al. 2020, Stat Med 39:2980.
    """
    curve = net_benefit(reference, probability, [threshold])
    names = ("treat_all", "standardised", "avoided_per_100")
    extras: dict[str, Extra] = {"se": None, **{name: _one(getattr(curve, name)) for name in names}}
    if curve.n == 0 or threshold == 1:
        return NotEstimable(Reason.THRESHOLD_ONE if curve.n else Reason.NO_ROWS, curve.n, METHOD, extras=extras)
    rows = predictions(reference, probability)
    true, false = (float(count[0]) for count in _treated(rows, np.array([threshold])))
    value = float(curve.model[0])
    weight = threshold / (1 - threshold)
    untreated = rows.n - true - false
    spread = (true * (1 - value) ** 2 + false * (weight + value) ** 2 + untreated * value**2) / rows.n
    if true + false == 0 or spread == 0:
        reason = Reason.NO_VARIATION if true + false else Reason.NONE_FLAGGED
        return NotEstimable(reason, rows.n, METHOD, value, extras=extras)
    se = math.sqrt(spread / rows.n)
    half = normal_quantile(level) * se
    extras["se"] = se
    return Estimate(value, value - half, value + half, level, rows.n, METHOD, (), extras, PoolingTerm(value, se**2))


def _one(values: Numbers) -> float | None:
    return None if np.isnan(values[0]) else float(values[0])
