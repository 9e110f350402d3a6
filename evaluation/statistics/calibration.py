"""Weak calibration of predicted risks: logistic recalibration, calibration-in-the-large, observed over expected."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.predictions import Predictions, predictions
from evaluation.statistics.samples import Numbers, logit, normal_quantile
from evaluation.vocabulary import Flag, Reason

METHOD: Final = "logistic_recalibration_wald"
RATIO_METHOD: Final = "observed_expected_log"
EDGE: Final = 1e-12
"""Risks nearer than this to 0 or 1 are brought to it before their logit is taken."""
CONVERGED: Final = 1e-10
"""A Newton step below this, relative to the coefficients, ends the iteration; the error left is its square."""
STEPS: Final = 200
SAME: Final = 1e-12
"""Logits that differ by less than this, relative to their size from 1 on, differ by the rounding of the machine."""
BLOCK: Final = 32768
"""Rows worked at a time: their intermediate columns stay in the processor's cache."""
WARM_ROWS: Final = 20_000
"""A longer column is first fitted on about so many of its rows, so that few passes over all of them are left."""


def calibration_slope(reference: ArrayLike, probability: ArrayLike, level: float) -> Result:
    """Slope of the logistic regression of the outcome on the logit of its predicted risk [1]_, [2]_.

    Parameters
    ----------
    reference
        Shape (n,), outcome 0/1, NaN missing.
    probability
        Shape (n,), predicted risk of 1 in [0, 1], NaN missing; brought within 1e-12 of the edge for the logit, and counted.
    level
        Two-sided confidence level of the Wald interval.

    Returns
    -------
    Estimate or NotEstimable
        No unit; 1 is ideal, below 1 the risks are too extreme. `extras`: se, intercept_joint (of the two-parameter model),
        n_clipped. Pooled on its own scale. None for one class only, a constant probability, or separated classes.

    Raises
    ------
    DomainError
        An outcome that is neither 0 nor 1, a probability outside [0, 1].

    References
    ----------
    .. [1] Cox 1958, Biometrika 45:562.
    .. [2] Van Calster et al. 2016, J Clin Epidemiol 74:167.
    """
    rows = predictions(reference, probability)
    logits, clipped = _logits(rows)
    flags = (Flag.CLIPPED,) if clipped else ()
    extras: dict[str, Extra] = {"se": None, "intercept_joint": None, "n_clipped": clipped}
    reason = rows.one_class or _slope_reason(rows.outcome, logits)
    if reason is not None:
        return NotEstimable(reason, rows.n, METHOD, flags=flags, extras=extras)
    intercept, slope, se = _recalibrated(rows.outcome, logits)
    half = normal_quantile(level) * se
    extras |= {"se": se, "intercept_joint": intercept}
    term = PoolingTerm(slope, se**2)
    return Estimate(slope, slope - half, slope + half, level, rows.n, METHOD, flags, extras, term)


def calibration_in_the_large(reference: ArrayLike, probability: ArrayLike, level: float) -> Result:
    """Intercept of the logistic regression of the outcome with the logit of its predicted risk as offset (slope 1) [1]_.

    Parameters
    ----------
    reference, probability, level
        As in `calibration_slope`.

    Returns
    -------
    Estimate or NotEstimable
        On the log odds; 0 is ideal, below 0 the risks are too high. `extras`: se, n_clipped. Pooled on its own scale. None for
        one class only.

    References
    ----------
    .. [1] Cox 1958, Biometrika 45:562; Van Calster et al. 2016, J Clin Epidemiol 74:167.
    """
    rows = predictions(reference, probability)
    logits, clipped = _logits(rows)
    flags = (Flag.CLIPPED,) if clipped else ()
    if rows.one_class is not None:
        return NotEstimable(rows.one_class, rows.n, METHOD, flags=flags, extras={"se": None, "n_clipped": clipped})
    shift, information = _shift(logits, rows.events)
    se = 1 / math.sqrt(information)
    half = normal_quantile(level) * se
    extras = {"se": se, "n_clipped": clipped}
    term = PoolingTerm(shift, se**2)
    return Estimate(shift, shift - half, shift + half, level, rows.n, METHOD, flags, extras, term)


def observed_expected_ratio(reference: ArrayLike, probability: ArrayLike, level: float) -> Result:
    """Observed events over the sum of the predicted risks, with the log interval that takes the risks as fixed [1]_.

    Parameters
    ----------
    reference, probability, level
        As in `calibration_slope`; the risks are not clipped.

    Returns
    -------
    Estimate or NotEstimable
        A ratio; 1 is ideal, below 1 the risks are too high. `extras`: observed, expected, se (of the log). Pooled on the log.
        Only the point without event or with events alone; infinite where risks of 0 met an event.

    Notes
    -----
    The variance of the log is (1 − O/n) / O.

    References
    ----------
    .. [1] Debray et al. 2017, BMJ 356:i6460; Riley et al. 2021, Stat Med 40:4230.
    """
    rows = predictions(reference, probability)
    expected = float(rows.risk.sum())
    extras: dict[str, Extra] = {"observed": rows.events, "expected": expected, "se": None}
    point = _over(rows.events, expected)
    reason = _ratio_reason(rows, expected)
    if reason is not None:
        return NotEstimable(reason, rows.n, RATIO_METHOD, point, extras=extras)
    value, variance = rows.events / expected, (1 - rows.events / rows.n) / rows.events
    extras["se"] = math.sqrt(variance)
    factor = math.exp(normal_quantile(level) * math.sqrt(variance))
    term = PoolingTerm(math.log(value), variance)
    return Estimate(value, value / factor, value * factor, level, rows.n, RATIO_METHOD, (), extras, term)


def _over(observed: int, expected: float) -> float | None:
    if expected == 0:
        return math.inf if observed else None
    return observed / expected


def _ratio_reason(rows: Predictions, expected: float) -> Reason | None:
    if rows.n == 0:
        return Reason.NO_ROWS
    if rows.events == 0:
        return Reason.NO_POSITIVE
    if rows.events == rows.n:
        return Reason.NO_NEGATIVE
    return Reason.CERTAIN_RISK if expected == 0 or math.isinf(rows.events / expected) else None


def _logits(rows: Predictions) -> tuple[Numbers, int]:
    """Logits of the clipped risks, and how many risks were clipped."""
    clipped = np.clip(rows.risk, EDGE, 1 - EDGE)
    return np.log(clipped / (1 - clipped)), int(np.count_nonzero(clipped != rows.risk))


def _slope_reason(outcome: Numbers, logits: Numbers) -> Reason | None:
    """Why the likelihood has no maximum in the slope: logits that do not vary, or that separate the classes."""
    positive = outcome == 1
    classes = (logits[~positive], logits[positive])
    lows = [float(part.min(initial=math.inf)) for part in classes]
    highs = [float(part.max(initial=-math.inf)) for part in classes]
    if max(highs) - min(lows) <= SAME * max(1.0, abs(max(highs)), abs(min(lows))):
        return Reason.CONSTANT_PROBABILITY
    return Reason.SEPARATION if highs[0] <= lows[1] or highs[1] <= lows[0] else None


def _recalibrated(outcome: Numbers, logits: Numbers) -> tuple[float, float, float]:
    """Joint intercept, slope and standard error of the slope at the maximum of the likelihood.

    The logits are centred and scaled first: the information is then well conditioned however close together they lie.
    """
    centre, spread = float(logits.mean()), float(logits.std())
    scaled = (logits - centre) / spread
    start = (logit(float(outcome.mean())), 0.0)
    stride = outcome.size // WARM_ROWS
    if stride > 1 and _slope_reason(outcome[::stride], scaled[::stride]) is None:
        start = _newton(outcome[::stride], scaled[::stride], start)
    height, tilt = _newton(outcome, scaled, start)
    tail = special.expit(-np.abs(height + tilt * scaled))
    weights = tail * (1 - tail)
    scaled -= (weights @ scaled) / weights.sum()
    information = float((weights * scaled) @ scaled)
    return height - tilt * centre / spread, tilt / spread, 1 / math.sqrt(information) / spread


def _newton(outcome: Numbers, x: Numbers, start: tuple[float, float]) -> tuple[float, float]:
    """Intercept and slope at the maximum of the logistic likelihood of outcome ~ 1 + x.

    The likelihood is concave. A step that runs so far past its maximum that the gradient along it turns round by more than
    half is cut back, so the iteration converges from afar too.
    """
    observed = np.array([outcome.sum(), outcome @ x])
    here = np.array(start)
    gradient, step = _newton_step(observed, x, here)
    for _ in range(STEPS):
        if np.all(np.abs(step) <= CONVERGED * np.maximum(np.abs(here), 1)):
            break
        towards, along = step, float(gradient @ step)
        gradient, step = _newton_step(observed, x, here + towards)
        while float(gradient @ towards) < -along / 2 and np.any(np.abs(towards) > CONVERGED * np.abs(here)):
            towards, along = towards / 2, along / 2
            gradient, step = _newton_step(observed, x, here + towards)
        here = here + towards
    here = here + step
    return float(here[0]), float(here[1])


def _newton_step(observed: Numbers, x: Numbers, here: Numbers) -> tuple[Numbers, Numbers]:
    """Gradient of the likelihood at the coefficients `here`, and Newton's step from there."""
    expected, sums = np.zeros(2), np.zeros(3)
    for start in range(0, x.size, BLOCK):
        part = x[start : start + BLOCK]
        risk = special.expit(here[0] + here[1] * part)
        weights = risk * (1 - risk)
        weighted = weights * part
        expected += (risk.sum(), risk @ part)
        sums += (weights.sum(), weighted.sum(), weighted @ part)
    gradient = observed - expected
    total, middle = (sums[0], sums[1] / sums[0]) if sums[0] > 0 else (x.size / 4, 0.0)
    about = (
        sums[2] - middle * sums[1]
    )  # weighted squares about the weighted mean; the rest of a cancellation is no number
    tilt = (gradient[1] - middle * gradient[0]) / (about if about > SAME * sums[2] else x.size / 4)
    return gradient, np.array([gradient[0] / total - middle * tilt, tilt])


def _shift(logits: Numbers, events: int) -> tuple[float, float]:
    """The shift of the logits that makes the expected events the observed ones, and the information there.

    The expected events rise with the shift, and the extreme logits bracket it: a Newton step that leaves the bracket is
    replaced by its middle.
    """
    aim = logit(events / logits.size)
    low, high = aim - float(logits.max()), aim - float(logits.min())
    shift = min(max(aim - logit(float(special.expit(logits).mean())), low), high)
    for _ in range(STEPS):
        excess, information = _excess(logits, shift, events)
        low, high = (shift, high) if excess > 0 else (low, shift)
        step = excess / information if information > 0 else math.inf
        if abs(step) <= CONVERGED * max(abs(shift), 1) or high - low <= SAME * max(abs(shift), 1):
            break
        shift = shift + step if low < shift + step < high else (low + high) / 2
    return shift, information


def _excess(logits: Numbers, shift: float, events: int) -> tuple[float, float]:
    """Observed less expected events at the shifted logits, and the binomial variance of the expected ones.

    Each risk is 0 or 1 plus a tail: summed apart, neither loses its digits to the other where all risks are near 0 or 1.
    """
    above, tails, information = 0, 0.0, 0.0
    for start in range(0, logits.size, BLOCK):
        moved = logits[start : start + BLOCK] + shift
        tail = special.expit(-np.abs(moved))
        above += int(np.count_nonzero(~np.signbit(moved)))
        tails += float(np.copysign(tail, moved).sum())
        information += float((tail * (1 - tail)).sum())
    return (events - above) + tails, information
