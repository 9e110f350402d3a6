"""Interrupted time series of counts: log-linear quasi-Poisson regression with an exposure."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.canonical_glm import POISSON, maximise
from evaluation.statistics.regression import basis_of, complete
from evaluation.statistics.samples import DomainError, Numbers, binary, normal_p, normal_quantile
from evaluation.statistics.segmented import SHORT
from evaluation.vocabulary import Flag, Reason

METHOD: Final = "log_linear_quasi_poisson"
POST: Final = 2
"""Place of the level change among the columns."""


def quasi_poisson(
    events: ArrayLike, exposure: ArrayLike, time: ArrayLike, post: ArrayLike, season: ArrayLike, level: float
) -> Result:
    """Rate ratio after against before the intervention, the trend held; the Pearson dispersion widens (or narrows) it.

    Parameters
    ----------
    events
        Shape (n,), count of each period ≥ 0; NaN missing.
    exposure
        Shape (n,), denominator of each period > 0.
    time, post
        Shape (n,): number of the period; 0 before, 1 from the first period after.
    season
        Shape (n, s), s ≥ 0.
    level
        Two-sided confidence level; normal quantile.

    Returns
    -------
    Estimate or NotEstimable
        `extras`: dispersion, log_rate_ratio, se (log scale), p_value. Pooled on the log. No event on a side: nothing.

    Raises
    ------
    DomainError
        For a negative count or exposure, a `post` that is not 0/1, an infinite value.

    References
    ----------
    .. [1] Bernal, Cummins & Gasparrini 2017, Int J Epidemiol 46:348; McCullagh & Nelder 1989, §6.2.
    """
    (y, denominator, when, after, terms), _ = complete(events, exposure, time, binary(post), season)
    if bool(np.any(y < 0)) or bool(np.any(denominator < 0)):
        raise DomainError("a count or an exposure is negative")
    n = y.size
    short = min(np.count_nonzero(after == 0), np.count_nonzero(after == 1)) < SHORT
    flags = (Flag.SHORT_SERIES,) if n and short else ()
    absent: dict[str, Extra] = dict.fromkeys(("dispersion", "log_rate_ratio", "se", "p_value"))
    reason = _unfit(y, denominator, after)
    if reason is not None:
        return NotEstimable(reason, n, METHOD, flags=flags, extras=absent)
    basis = basis_of([np.ones(n), when, after, *terms.T])
    flags = (Flag.COLUMN_DROPPED,) * (basis.rank < 3 + terms.shape[1]) + flags
    if POST not in basis.kept:
        return NotEstimable(Reason.CONFOUNDED, n, METHOD, flags=flags, extras=absent)
    offset = np.log(denominator)
    found = maximise(basis, y, offset, math.log(float(y.sum())) - math.log(float(denominator.sum())), POISSON)
    if found is None:
        return NotEstimable(Reason.SEPARATION, n, METHOD, flags=flags, extras=absent)
    direction = basis.direction(basis.kept.index(POST))
    effect = float(direction @ found.coordinates)
    unscaled = float(direction @ np.linalg.solve(found.information, direction))
    return _reading(effect, unscaled, _dispersion(y, found.mean, n - basis.rank), n, level, flags)


def _unfit(y: Numbers, exposure: Numbers, after: Numbers) -> Reason | None:
    if y.size == 0:
        return Reason.NO_ROWS
    if bool(np.any(exposure == 0)):
        return Reason.NO_EXPOSURE
    if np.ptp(after) == 0:
        return Reason.EMPTY_GROUP
    return Reason.NO_EVENT_ON_A_SIDE if min(y[after == 0].sum(), y[after == 1].sum()) == 0 else None


def _dispersion(y: Numbers, mean: Numbers, df: int) -> float | None:
    """Pearson's χ² over its degrees of freedom; none for as many terms as periods."""
    return float(((y - mean) ** 2 / mean).sum()) / df if df else None


def _reading(
    effect: float, unscaled: float, dispersion: float | None, n: int, level: float, flags: tuple[Flag, ...]
) -> Result:
    bare: dict[str, Extra] = {"dispersion": dispersion, "log_rate_ratio": effect, "se": None, "p_value": None}
    ratio = math.exp(effect)
    if dispersion is None or dispersion < 1e-20:
        reason = Reason.TOO_FEW if dispersion is None else Reason.NO_VARIATION
        return NotEstimable(reason, n, METHOD, ratio, flags, bare)
    se = math.sqrt(dispersion * unscaled)
    half = normal_quantile(level) * se
    extras = {**bare, "se": se, "p_value": normal_p(effect / se)}
    low, high = math.exp(effect - half), math.exp(min(effect + half, 709.0))
    return Estimate(ratio, low, high, level, n, METHOD, flags, extras, PoolingTerm(effect, se**2))
