"""Confidence sequences: limits that hold at every moment at once, however often and whenever one looks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from evaluation.statistics.samples import DomainError, Numbers
from evaluation.statistics.settings import positive, share, whole

LEAST_PRIOR: Final = 0.001
"""The least number of trials that the mixture's prior is worth (Howard et al. 2021)."""
FARTHEST_LOGIT: Final = 700.0
FINE: Final = 1e-12
MOST_STEPS: Final = 1_000_000
BLOCK: Final = 16
"""Rows whose factors are multiplied before one logarithm is taken: such a product neither over- nor underflows."""
RUIN: Final = 1e-12
"""A share of the capital below this is the rounding of nothing."""
CELLS: Final = 65_536
"""Rows × candidates worked at a time."""


def tightest_at(variance: float, alpha: float) -> float:
    """The mixture parameter ρ that makes the normal-mixture boundary tightest at an accumulated variance."""
    tail = -2 * math.log(share(alpha, "alpha"))
    return positive(variance, "the variance of the tightest boundary") / (tail + math.log1p(tail))


def normal_mixture_boundary(variance_time: ArrayLike, alpha: float, v_opt: float) -> Numbers:
    """Two-sided normal-mixture boundary of a centred sum, valid at every accumulated variance at once [1]_.

    Parameters
    ----------
    variance_time
        Any shape; accumulated variance of the sum, ≥ 0; NaN missing.
    alpha
        Two-sided total error, in (0, 1).
    v_opt
        The accumulated variance, > 0, at which the boundary is tightest.

    Returns
    -------
    ndarray
        On the scale of the sum; NaN where the variance is missing.

    Raises
    ------
    DomainError
        A negative or infinite variance, a parameter outside its domain.

    References
    ----------
    .. [1] Howard, Ramdas, McAuliffe & Sekhon 2021, Ann Stat 49:1055, eq. 14.
    """
    variance = np.asarray(variance_time, dtype=np.float64)
    if np.any(np.isinf(variance)) or np.any(variance < 0):
        raise DomainError("an accumulated variance is negative or infinite")
    rho = tightest_at(v_opt, alpha)
    return np.asarray(np.sqrt((variance + rho) * (np.log1p(variance / rho) - 2 * math.log(alpha))))


def bernoulli_limits(events: float, trials: float, alpha: float, t_opt: float, alpha_opt: float) -> tuple[float, float]:
    """Limits of a proportion, valid at every number of trials at once, from a two-sided beta-binomial mixture [1]_.

    Parameters
    ----------
    events, trials
        Whole counts, 0 ≤ events ≤ trials.
    alpha
        Two-sided total error, in (0, 1).
    t_opt
        Number of trials, > 0, at which the sequence is tightest.
    alpha_opt
        The error for which it is tightest there, in (0, 1).

    Returns
    -------
    tuple of float
        The candidates on either side of events / trials at which the mixture's likelihood ratio reaches 1/α; 0 below one event
        or none, 1 above all trials but one or all: there it never does.

    Raises
    ------
    DomainError
        Counts that cannot be, a parameter outside its domain.

    References
    ----------
    .. [1] Howard, Ramdas, McAuliffe & Sekhon 2021, Ann Stat 49:1055; Robbins 1970, Ann Math Stat 41:1397.
    """
    if not (math.isfinite(trials) and trials == math.floor(trials) and events == math.floor(events)):
        raise DomainError("events and trials are whole counts")
    if not 0 <= events <= trials:
        raise DomainError(f"{events:g} events in {trials:g} trials")
    prior = max(positive(t_opt, "t_opt") * tightest_at(1.0, share(alpha_opt, "alpha_opt")) - 1, LEAST_PRIOR)
    wall = -math.log(share(alpha, "alpha"))

    def beyond(logit: float) -> float:
        return _log_mixture(events, trials, prior, logit) - wall

    best = math.log(events / (trials - events)) if 0 < events < trials else 0.0
    low, high = 0.0, 1.0
    if events > 1:
        top = best if events < trials else FARTHEST_LOGIT
        low = float(special.expit(optimize.brentq(beyond, -FARTHEST_LOGIT, top, xtol=FINE)))
    if events < trials - 1:
        bottom = best if events > 0 else -FARTHEST_LOGIT
        high = float(special.expit(optimize.brentq(beyond, bottom, FARTHEST_LOGIT, xtol=FINE)))
    return low, high


def _log_mixture(events: float, trials: float, prior: float, logit: float) -> float:
    """Log of the mixture's likelihood over that of the candidate, which is given as a logit."""
    yes, no = float(special.expit(logit)), float(special.expit(-logit))
    others = trials - events
    gained = special.betaln(prior * yes + events, prior * no + others) - special.betaln(prior * yes, prior * no)
    return float(gained - events * special.log_expit(logit) - others * special.log_expit(-logit))


@dataclass(frozen=True, slots=True)
class MeanSequence:
    """At each look, in the order asked: the mean of the stream so far and its limits; NaN at a look beyond the stream.

    `emptied` says that no candidate mean was left at some look: its limits are then 0 and 1.
    """

    mean: Numbers
    low: Numbers
    high: Numbers
    n: int
    emptied: bool = False


def empirical_bernstein(stream: ArrayLike, alpha: float, looks: ArrayLike, truncation: float) -> MeanSequence:
    """Predictable plug-in empirical-Bernstein confidence sequence for the mean of values in [0, 1] [1]_.

    Parameters
    ----------
    stream
        Shape (n,), in [0, 1], in the order of time; NaN missing, left out.
    alpha
        Two-sided total error, in (0, 1).
    looks
        Numbers of values at which the limits are wanted, ≥ 1.
    truncation
        The largest bet, in (0, 1).

    Returns
    -------
    MeanSequence
        Limits cut to [0, 1]; each look stands alone, none is intersected with those before.

    Raises
    ------
    DomainError
        A value outside [0, 1], a look that is not a whole number above 0, a parameter outside its domain.

    References
    ----------
    .. [1] Waudby-Smith & Ramdas 2024, J R Stat Soc B 86:1, theorem 2.
    """
    values, at = _stream(stream), _looks(looks)
    largest = share(truncation, "the truncation")
    one_side = share(alpha, "alpha") / 2
    bets = np.minimum(largest, _bets(values, one_side))  # the same for 1 − x, which varies as x does
    low = _at(_bernstein_bound(values, one_side, bets), at)
    high = _at(_bernstein_bound(1 - values, one_side, bets), at)
    return MeanSequence(_at(_running_mean(values), at), np.clip(low, 0, 1), np.clip(1 - high, 0, 1), values.size)


def _bernstein_bound(values: Numbers, one_side: float, bets: Numbers) -> Numbers:
    before = np.concatenate(([0.0], _running_mean(values)[:-1]))[: values.size]
    spent = (values - before) ** 2 * (-np.log1p(-bets) - bets)
    return np.asarray((np.cumsum(bets * values) + math.log(one_side) - np.cumsum(spent)) / np.cumsum(bets))


def betting(stream: ArrayLike, alpha: float, looks: ArrayLike, truncation: float, grid: float) -> MeanSequence:
    """Hedged-capital betting confidence sequence for the mean of values in [0, 1] [1]_.

    Parameters
    ----------
    stream, alpha, looks
        As in `empirical_bernstein`.
    truncation
        Share of the capital that may be lost at once, in (0, 1].
    grid
        Number of steps of the grid of candidate means on [0, 1].

    Returns
    -------
    MeanSequence
        The first and last candidates that no capital has ruled out, one step farther out and cut to [0, 1]; 0 and 1 where none
        is left. Each look stands alone.

    Raises
    ------
    DomainError
        As `empirical_bernstein`; a grid that is not a whole number above 0.

    Notes
    -----
    The capital is kept as a sum of logarithms, in blocks of rows: memory does not grow with the stream.

    References
    ----------
    .. [1] Waudby-Smith & Ramdas 2024, J R Stat Soc B 86:1, theorem 3 (hedged, θ = 1/2).
    """
    values, at = _stream(stream), _looks(looks)
    steps = whole(grid, 1, MOST_STEPS, "the grid")
    wall = math.log(2 / share(alpha, "alpha"))
    if not 0 < truncation <= 1:
        raise DomainError("the truncation lies in (0, 1]")
    capital = _Capital(steps, truncation)
    bets = _bets(values, alpha / 2)
    low, high = np.full(at.shape, np.nan), np.full(at.shape, np.nan)
    done, emptied = 0, False
    for look in np.unique(at[at <= values.size]).tolist():
        capital.play(values[done:look], bets[done:look])
        done = look
        limits = capital.limits(wall)
        emptied = emptied or limits is None
        low[at == look], high[at == look] = limits or (0.0, 1.0)
    return MeanSequence(_at(_running_mean(values), at), low, high, values.size, emptied)


class _Capital:
    """Log-capital of the gamblers who bet that the mean is above, or below, each candidate on a grid."""

    def __init__(self, steps: int, truncation: float) -> None:
        self._steps = steps
        self._may_be_ruined = truncation > 1 - RUIN
        self._candidates: Numbers = np.arange(steps + 1) / steps
        with np.errstate(divide="ignore"):  # against a candidate of 0 no bet can lose
            self._cap_above: Numbers = truncation / self._candidates
        self._cap_below: Numbers = self._cap_above[::-1]
        self._above: Numbers = np.zeros(steps + 1)
        self._below: Numbers = np.zeros(steps + 1)

    def play(self, values: Numbers, bets: Numbers) -> None:
        """Bet on each value in turn."""
        rows = min(BLOCK, max(1, CELLS // (self._steps + 1)))
        with np.errstate(divide="ignore"):  # a capital of 0 stays 0
            for start in range(0, values.size, rows):
                bet = bets[start : start + rows, None]
                gain = values[start : start + rows, None] - self._candidates
                self._above += self._growth(np.minimum(bet, self._cap_above) * gain)
                self._below += self._growth(np.minimum(bet, self._cap_below) * -gain)

    def _growth(self, won: Numbers) -> Numbers:
        won += 1
        if self._may_be_ruined:
            won[won < RUIN] = 0.0  # all was staked and lost: rounding must not leave the gambler a grain to grow again
        return np.asarray(np.log(won.prod(axis=0)))

    def limits(self, wall: float) -> tuple[float, float] | None:
        """First and last candidates still in the set, one step farther out; none when none is left."""
        left = np.flatnonzero(np.maximum(self._above, self._below) <= wall)
        if left.size == 0:
            return None
        return max(0.0, float(left[0] - 1) / self._steps), min(1.0, float(left[-1] + 1) / self._steps)


def _bets(values: Numbers, one_side: float) -> Numbers:
    """The predictable bets, each from the values before it, not truncated."""
    count = np.arange(1, values.size + 1)
    regularised = (0.5 + np.cumsum(values)) / (count + 1)
    variance = (0.25 + np.cumsum((values - regularised) ** 2)) / (count + 1)
    before = np.concatenate(([0.25], variance[:-1]))[: values.size]
    return np.asarray(np.sqrt(-2 * math.log(one_side) / (count * np.log1p(count) * before)))


def _running_mean(values: Numbers) -> Numbers:
    return np.asarray(np.cumsum(values) / np.arange(1, values.size + 1))


def _stream(stream: ArrayLike) -> Numbers:
    values = np.atleast_1d(np.asarray(stream, dtype=np.float64))
    values = values[~np.isnan(values)]
    if np.any((values < 0) | (values > 1)):
        raise DomainError("a value of the stream lies outside [0, 1]")
    return values


def _looks(looks: ArrayLike) -> NDArray[np.int64]:
    at = np.atleast_1d(np.asarray(looks, dtype=np.float64))
    if not bool(np.all(np.isfinite(at) & (at == np.floor(at)) & (at >= 1))):
        raise DomainError("a look comes after a whole number of values, at least one")
    return np.minimum(at, float(2**62)).astype(np.int64)


def _at(path: Numbers, looks: NDArray[np.int64]) -> Numbers:
    """The path at each look, NaN beyond its end."""
    found = np.full(looks.shape, np.nan)
    reached = looks <= path.size
    found[reached] = path[looks[reached] - 1]
    return found
