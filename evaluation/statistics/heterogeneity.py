"""How far sites differ beyond chance: the between-site variance τ² by several estimators, and its interval."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from evaluation.statistics.samples import DomainError, Numbers

PoolingMethod = Literal["fixed", "DL", "REML", "PM"]

LARGEST_EFFECT = 1e150
FURTHEST_APART = 1e120
PER_DECADE = 12


@dataclass(frozen=True, slots=True)
class Sites:
    """The sites that take part, prepared so that neither their order nor their unit reaches the digits of a result.

    They stand in the order of their variances, then of their effects: every sum runs over the same terms in the same order,
    however the rows came. Effects are measured from that of the most precise site (`origin`), so that nothing is lost when
    they are large beside their differences, in a `unit` (a power of 2, hence exact) that brings the smallest variance near 1.
    """

    deviations: Numbers
    variances: Numbers
    positions: NDArray[np.int64]
    origin: float
    unit: float
    identical: bool

    @property
    def k(self) -> int:
        """Number of sites."""
        return int(self.variances.size)

    def weights(self, tau2: float) -> Numbers:
        """Inverse variances when the sites differ by τ² (in squared units)."""
        weights: Numbers = 1 / (self.variances + tau2)
        return weights

    def mean(self, weights: Numbers) -> float:
        """Weighted mean of the deviations."""
        return float((weights * self.deviations).sum()) / float(weights.sum())

    def q(self, tau2: float) -> float:
        """Weighted sum of squares around the weighted mean, which falls as τ² grows; exactly 0 for identical effects."""
        if self.identical:
            return 0.0
        weights = self.weights(tau2)
        return float((weights * (self.deviations - self.mean(weights)) ** 2).sum())

    def in_row_order(self, values: Numbers) -> Numbers:
        """Values of the sites, in the order in which the sites came."""
        placed = np.empty_like(values)
        placed[self.positions] = values
        return placed


def sites(effects: ArrayLike, variances: ArrayLike) -> Sites:
    """The sites that have both an effect and its variance.

    Parameters
    ----------
    effects, variances
        Shape (k,), on one scale, variances > 0; a site that lacks either takes no part (NaN).

    Raises
    ------
    DomainError
        Columns of two lengths, a variance that is not positive, an infinite value, or effects so far apart for their
        variances (10¹²⁰ standard errors) that their squares cannot be held.
    """
    y, v = np.asarray(effects, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    if y.ndim != 1 or y.shape != v.shape:
        raise DomainError("each effect has one variance")
    known = ~(np.isnan(y) | np.isnan(v))
    y, v = y[known] + 0.0, v[known]  # + 0.0 turns −0 into 0: one number, one sign
    if not bool(np.all((v > 0) & np.isfinite(v) & (np.abs(y) <= LARGEST_EFFECT))):
        raise DomainError("every effect must be finite and every variance positive")
    order = np.lexsort((y, v))
    y, v = y[order], v[order]
    if y.size == 0:
        return Sites(y, v, order, 0.0, 1.0, identical=True)
    exponent = math.frexp(float(v[0]))[1] // 2
    with np.errstate(over="ignore"):
        scaled = np.ldexp(v, -2 * exponent)
        deviations = np.ldexp(y - y[0], -exponent)
    if not (np.abs(deviations).max() < FURTHEST_APART and scaled[-1] < FURTHEST_APART**2):
        raise DomainError("effects too far apart for their variances")
    identical = bool(np.ptp(y) <= 1e-12 * np.abs(y).max())
    return Sites(deviations, scaled, order, float(y[0]), math.ldexp(1.0, exponent), identical)


def between_sites(given: Sites, method: PoolingMethod) -> float:
    """τ² in squared units: `fixed` (0), `DL` [1]_, `PM` [2]_ or `REML` [3]_, each iterated to convergence.

    Raises
    ------
    DomainError
        For another method.

    References
    ----------
    .. [1] DerSimonian & Laird 1986, Control Clin Trials 7:177.
    .. [2] Paule & Mandel 1982, J Res Natl Bur Stand 87:377.
    .. [3] Viechtbauer 2005, J Educ Behav Stat 30:261.
    """
    if method not in _TAU2:
        raise DomainError(f"{method} is no estimator of the between-site variance")
    return 0.0 if given.identical or given.k < 2 else _TAU2[method](given)


def q_profile(given: Sites, level: float) -> tuple[float, float]:
    """Limits of τ² in squared units: where Q(τ²) meets the quantiles of χ² with k − 1 df [1]_; 0 where it stays below.

    References
    ----------
    .. [1] Viechtbauer 2007, Stat Med 26:37.
    """
    df = given.k - 1
    # chdtri takes upper-tail areas: a small one for the lower limit.
    low, high = (float(special.chdtri(df, area)) for area in ((1 - level) / 2, (1 + level) / 2))
    return _where_q_is(given, low), _where_q_is(given, high)


def _fixed(_given: Sites) -> float:
    return 0.0


def _dersimonian_laird(given: Sites) -> float:
    w = given.weights(0.0)
    total = float(w.sum())
    others = total - w
    others[0] = w[1:].sum()  # one site may outweigh all others: their sum must not drown in the difference
    return max(0.0, (given.q(0.0) - (given.k - 1)) / float((w * others / total).sum()))


def _paule_mandel(given: Sites) -> float:
    return _where_q_is(given, float(given.k - 1))


def _where_q_is(given: Sites, quantile: float) -> float:
    if given.q(0.0) <= quantile:
        return 0.0
    high = float(np.ptp(given.deviations)) ** 2  # no squared deviation exceeds it, so Q(τ²) ≤ k·high/τ²
    while given.q(high) > quantile:
        high *= 2
    return _root(lambda tau2: given.q(tau2) - quantile, 0.0, high)


def _reml(given: Sites) -> float:
    """The τ² ≥ 0 of highest restricted likelihood: the best of 0 and of the roots where its slope turns negative.

    In ln τ² the slope is a sum of curves about one unit wide, so that a grid of 12 points a decade parts its roots; two roots
    closer than that bound a dent too shallow to hold the maximum. Far below the smallest variance the slope is that at 0.
    """

    def slope(tau2: float) -> float:
        w = given.weights(tau2)
        total = float(w.sum())
        return float((w**2 * (given.deviations - given.mean(w)) ** 2).sum()) - total + float((w**2).sum()) / total

    def likelihood(tau2: float) -> float:
        w = given.weights(tau2)
        return (float(np.log(w).sum()) - math.log(float(w.sum())) - given.q(tau2)) / 2

    far = math.log10(float(given.variances[-1]) + float(np.ptp(given.deviations)) ** 2) + 1
    inner = np.logspace(-4, far, math.ceil(PER_DECADE * (far + 4)) + 1)
    grid = [0.0, *inner.tolist()]
    slopes = [slope(tau2) for tau2 in grid]
    roots = [_root(slope, grid[i], grid[i + 1]) for i in range(len(grid) - 1) if slopes[i] > 0 >= slopes[i + 1]]
    return max([0.0, *roots], key=likelihood)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    return float(optimize.brentq(function, low, high, xtol=1e-300, rtol=1e-14, maxiter=1000))


_TAU2: dict[str, Callable[[Sites], float]] = {
    "fixed": _fixed,
    "DL": _dersimonian_laird,
    "PM": _paule_mandel,
    "REML": _reml,
}
