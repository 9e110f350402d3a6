"""Two event rates compared over their exposure: ratio, difference, and ratio with overdispersed counts."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.groups import exponential
from evaluation.statistics.samples import DomainError, Mask, Numbers, binary, normal_quantile
from evaluation.vocabulary import Flag, Reason

RATIO_METHOD = "log_wald_or_exact_if_zero"
DIFFERENCE_METHOD = "score_poisson"
OVERDISPERSED_METHOD = "quasi_poisson"
LEAST = 1e-100
"""No positive exposure is smaller, and none larger than its inverse."""
LIKELY = math.log1p(1e-7)
"""Two probabilities closer than this, on the log, are one: rounding must not leave an equal one out of a p-value."""


@dataclass(frozen=True, slots=True)
class TwoRates:
    """Events and exposure of group 1 (with the tool) and of group 2 (without), NaN missing; `rows` are those behind them."""

    events_1: float
    exposure_1: float
    events_2: float
    exposure_2: float
    rows: int = 0

    def __post_init__(self) -> None:
        """Refuse counts and exposures that cannot be."""
        for events in (self.events_1, self.events_2):
            if math.isinf(events) or events < 0 or not (math.isnan(events) or float(events).is_integer()):
                raise DomainError("a number of events is a whole number")
        _check_exposure(np.array([self.exposure_1, self.exposure_2]))

    @property
    def silent(self) -> Reason | None:
        """Why there is no rate: an exposure missing or not positive, or an unknown number of events."""
        if not (self.exposure_1 > 0 and self.exposure_2 > 0):
            return Reason.NO_EXPOSURE
        return Reason.NO_ROWS if math.isnan(self.events_1 + self.events_2) else None

    @property
    def rates(self) -> dict[str, Extra]:
        """Events per unit of exposure; none where there is no exposure."""
        pairs = ((self.events_1, self.exposure_1), (self.events_2, self.exposure_2))
        found = [x / t if t > 0 and not math.isnan(x) else None for x, t in pairs]
        return {"rate_1": found[0], "rate_2": found[1]}

    @property
    def n(self) -> int:
        """Rows behind the counts, else the events themselves."""
        total = self.events_1 + self.events_2
        return self.rows or (0 if math.isnan(total) else int(total))


def _check_exposure(exposure: Numbers) -> None:
    """Refuse an exposure whose rates would leave the machine's numbers; one that is not positive is said, not refused."""
    given = exposure[exposure > 0]
    if given.size and not LEAST <= float(given.min()) <= float(given.max()) <= 1 / LEAST:
        raise DomainError("an exposure is infinite, or too small to be one")


def rate_ratio(rates: TwoRates, level: float) -> Result:
    """Rate of group 1 / rate of group 2, with the log-normal interval, or exact limits beside a count of 0 [1]_.

    Parameters
    ----------
    rates
        Events and exposures, the latter in one unit.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        `extras`: rate_1, rate_2, p_value (exact conditional, two-sided by likelihood). One count of 0: 0 or infinite, with the
        exact conditional limits, flagged; both: nothing. Pooled on the log; there a count of 0 adds 0.5 to both.

    References
    ----------
    .. [1] Rothman, Greenland & Lash 2008, Modern Epidemiology, ch. 14; Clopper & Pearson 1934, Biometrika 26:404.
    """
    extras: dict[str, Extra] = {**rates.rates, "p_value": None}
    if rates.silent is not None:
        return NotEstimable(rates.silent, rates.n, RATIO_METHOD, extras=extras)
    x1, x2, t1, t2 = rates.events_1, rates.events_2, rates.exposure_1, rates.exposure_2
    if x1 == 0 and x2 == 0:
        return NotEstimable(Reason.NO_EVENT, rates.n, RATIO_METHOD, extras=extras)
    extras["p_value"] = conditional_p(int(x1), int(x2), t1 / (t1 + t2), t2 / (t1 + t2))
    half = 0.5 if 0 in (x1, x2) else 0.0
    y1, y2 = x1 + half, x2 + half
    term = PoolingTerm(math.log(y1 / y2) - math.log(t1 / t2), 1 / y1 + 1 / y2)
    if half:
        # the Clopper-Pearson limit of a share of 0 or of 1, as odds: (2/α)^(1/n) − 1, or its inverse
        odds = math.expm1(math.log(2 / (1 - level)) / (x1 + x2))
        value, low, high = (0.0, 0.0, odds * (t2 / t1)) if x1 == 0 else (math.inf, t2 / t1 / odds, math.inf)
        return Estimate(value, low, high, level, rates.n, RATIO_METHOD, (Flag.ZERO_COUNT,), extras, term)
    value = (x1 / x2) * (t2 / t1)
    factor = math.exp(normal_quantile(level) * math.sqrt(1 / x1 + 1 / x2))
    return Estimate(value, value / factor, value * factor, level, rates.n, RATIO_METHOD, (), extras, term)


def conditional_p(events_1: int, events_2: int, share: float, rest: float) -> float:
    """Two-sided exact p-value of `events_1` among all events, binomial with `share` (and `rest` = 1 − share).

    The sum of the probabilities of every count that is no likelier than the one observed, not twice the smaller tail. From
    the mode the likelihood falls on either side, so the far tail starts where a bisection finds it.
    """
    n = events_1 + events_2

    def log_likelihood(k: int) -> float:
        ways = special.gammaln(k + 1) + special.gammaln(n - k + 1)
        return float(special.xlogy(k, share) + special.xlogy(n - k, rest) - ways)

    bound = log_likelihood(events_1) + LIKELY
    mode = min(n, math.floor((n + 1) * share))
    if log_likelihood(mode) <= bound:
        return 1.0
    if events_1 < mode:
        far = _bisected(mode, n + 1, lambda k: k == n + 1 or log_likelihood(k) <= bound)
        tails = _lower_tail(events_1, n, share, rest) + _lower_tail(n - far, n, rest, share)
    else:
        far = _bisected(mode, -1, lambda k: k == -1 or log_likelihood(k) <= bound)
        tails = _lower_tail(far, n, share, rest) + _lower_tail(n - events_1, n, rest, share)
    return min(1.0, tails)


def _bisected(start: int, end: int, holds: Callable[[int], bool]) -> int:
    """From `start`, where the condition fails, towards `end`, where it holds: the first count at which it does."""
    while abs(end - start) > 1:
        middle = (start + end) // 2
        start, end = (start, middle) if holds(middle) else (middle, end)
    return end


def _lower_tail(k: int, n: int, share: float, rest: float) -> float:
    """P(B ≤ k), from the incomplete beta function of the two shares, so that neither is 1 less the other."""
    if k < 0:
        return 0.0
    return (
        1.0
        if k >= n
        else float(special.betainc(n - k, k + 1, rest) if rest < 0.5 else special.betaincc(k + 1, n - k, share))
    )


def rate_difference(rates: TwoRates, level: float) -> Result:
    """Rate of group 1 − rate of group 2, per unit of exposure, with the score interval [1]_.

    Parameters
    ----------
    rates
        Events and exposures, the latter in one unit.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        `extras`: rate_1, rate_2. Counts of 0 need no correction. Pooled on its own scale with the Poisson variance; there a
        count of 0 adds 0.5 to both.

    References
    ----------
    .. [1] Miettinen & Nurminen 1985, Stat Med 4:213.
    """
    if rates.silent is not None:
        return NotEstimable(rates.silent, rates.n, DIFFERENCE_METHOD, extras=rates.rates)
    x1, x2, t1, t2 = rates.events_1, rates.events_2, rates.exposure_1, rates.exposure_2
    total, z = t1 + t2, normal_quantile(level)
    s1, s2 = t1 / total, t2 / total  # in units of the whole exposure the rates are of the size of the counts
    value = x1 / s1 - x2 / s2

    def excess(difference: float, target: float) -> float:
        return _difference_score(x1, s1, x2, s2, difference) - target

    step = 1 + z * z / min(s1, s2)
    ends = []
    for sign in (-1.0, 1.0):
        reach = step
        while sign * excess(value + sign * reach, -sign * z) > 0:
            reach *= 2
        near, far = sorted((value, value + sign * reach))
        ends.append(float(optimize.bisect(excess, near, far, (-sign * z,), 1e-14, 1e-15, 500)) / total)
    half = 0.5 if 0 in (x1, x2) else 0.0
    term = PoolingTerm(value / total, ((x1 + half) / s1**2 + (x2 + half) / s2**2) / total**2)
    return Estimate(value / total, ends[0], ends[1], level, rates.n, DIFFERENCE_METHOD, (), rates.rates, term)


def _difference_score(x1: float, t1: float, x2: float, t2: float, difference: float) -> float:
    """Z of the observed rates against a difference; the rates restricted to it solve a quadratic, the smaller one first."""
    gap = x1 / t1 - x2 / t2 - difference
    if gap == 0:
        return 0.0
    rises = difference >= 0  # the smaller rate is then that of group 2
    smaller = _smaller_rate(x2 if rises else x1, x1 + x2, t1 + t2, abs(difference))
    larger = smaller + abs(difference)
    variance = larger / t1 + smaller / t2 if rises else smaller / t1 + larger / t2
    return gap / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, gap)


def _smaller_rate(events: float, all_events: float, exposure: float, difference: float) -> float:
    """The likeliest smaller rate when the larger one is `difference` above it: the root of a quadratic, no digit lost."""
    b = exposure * difference - all_events
    root = math.sqrt(b * b + 4 * exposure * events * difference)
    return 2 * events * difference / (b + root) if b > 0 else (root - b) / (2 * exposure)


def rate_ratio_overdispersed(events: ArrayLike, treatment: ArrayLike, exposure: ArrayLike, level: float) -> Result:
    """Rate in the treated rows / rate in the others, standard error inflated by Pearson's dispersion [1]_.

    Parameters
    ----------
    events
        Shape (n,), a count per row; NaN missing.
    treatment
        Shape (n,), 1 with the tool, 0 without; NaN missing.
    exposure
        Shape (n,), positive, in one unit; NaN missing. Complete rows only take part.
    level
        Two-sided confidence level, normal.

    Returns
    -------
    Estimate or NotEstimable
        `extras`: dispersion (Pearson's χ² over n − 2, not floored at 1), se (of the log), n_with_tool, n_without_tool. Pooled on
        the log. No event in one arm, or two rows in all: the ratio without an interval. Counts that are exactly proportional
        to their exposures have a dispersion of 0 and an interval of no width, flagged.

    References
    ----------
    .. [1] McCullagh & Nelder 1989, Generalized Linear Models, §4.5 and 6.2.
    """
    y, treated, t = _complete_counts(events, treatment, exposure)
    n = int(y.size)
    extras: dict[str, Extra] = {"dispersion": None, "se": None}
    extras |= {"n_with_tool": int(treated.sum()), "n_without_tool": int((~treated).sum())}
    if not treated.any() or treated.all():
        return NotEstimable(Reason.EMPTY_GROUP if n else Reason.NO_ROWS, n, OVERDISPERSED_METHOD, extras=extras)
    if not bool((t > 0).all()):
        return NotEstimable(Reason.NO_EXPOSURE, n, OVERDISPERSED_METHOD, extras=extras)
    y1, y0 = float(y[treated].sum()), float(y[~treated].sum())
    rate_1, rate_0 = y1 / float(t[treated].sum()), y0 / float(t[~treated].sum())
    dispersion = _dispersion(y, t * np.where(treated, rate_1, rate_0))
    extras["dispersion"] = dispersion
    if y1 == 0 and y0 == 0:
        return NotEstimable(Reason.NO_EVENT, n, OVERDISPERSED_METHOD, extras=extras)
    value = rate_1 / rate_0 if y0 else math.inf
    if y1 == 0 or y0 == 0:
        return NotEstimable(Reason.NO_EVENT_IN_GROUP, n, OVERDISPERSED_METHOD, value, extras=extras)
    if dispersion is None:
        return NotEstimable(Reason.TOO_FEW, n, OVERDISPERSED_METHOD, value, extras=extras)
    return _inflated(value, dispersion * (1 / y0 + 1 / y1), level, n, extras)


def _inflated(value: float, variance: float, level: float, n: int, extras: dict[str, Extra]) -> Estimate:
    extras["se"] = math.sqrt(variance)
    half = normal_quantile(level) * math.sqrt(variance)
    low, high = value * math.exp(-half), value * exponential(half)
    if variance == 0:
        return Estimate(value, low, high, level, n, OVERDISPERSED_METHOD, (Flag.DEGENERATE,), extras)
    term = PoolingTerm(math.log(value), variance)
    return Estimate(value, low, high, level, n, OVERDISPERSED_METHOD, (), extras, term)


def _complete_counts(events: ArrayLike, treatment: ArrayLike, exposure: ArrayLike) -> tuple[Numbers, Mask, Numbers]:
    """Complete rows: counts, whether the tool was there, exposures."""
    y, arm, t = np.asarray(events, dtype=np.float64), binary(treatment), np.asarray(exposure, dtype=np.float64)
    if not y.shape == arm.shape == t.shape:
        raise DomainError("the columns of counts, arms and exposures differ in length")
    known = ~(np.isnan(y) | np.isnan(arm) | np.isnan(t))
    y, t = y[known], t[known]
    if not bool(np.all(np.isfinite(y) & (y >= 0) & (y == np.floor(y)))):
        raise DomainError("a number of events is a whole number")
    _check_exposure(t)
    return y, arm[known] == 1, t


def _dispersion(y: Numbers, expected: Numbers) -> float | None:
    """Pearson's χ² over n − 2; rows of an arm without event fit exactly, and so does what differs by rounding alone."""
    if y.size <= 2:
        return None
    held = expected > 0
    gap = y[held] - expected[held]
    gap[np.abs(gap) <= 16 * np.finfo(np.float64).eps * expected[held]] = 0.0
    return float((gap * (gap / expected[held])).sum()) / (y.size - 2)
