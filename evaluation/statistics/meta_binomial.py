"""A proportion over several sites from its counts: the logit random-intercept binomial model, without any correction."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evaluation.estimate import Estimate, Extra, NotEstimable, Result
from evaluation.statistics.ascent import Summit, maximise
from evaluation.statistics.counts import complete_counts
from evaluation.statistics.samples import DomainError, Numbers, empty_reason, logit, normal_quantile
from evaluation.vocabulary import Flag, Reason

METHOD = "binomial_glmm_ml"
NODES = 21
MODE_STEP = 1e-12
STARTING_SPREADS = (1.0, 0.3)
SPREAD_OF_ZERO = 1e-4


def pooled_proportion(events: ArrayLike, trials: ArrayLike, level: float) -> Result:
    """The proportion in the median site, by maximum likelihood over the sites' counts [1]_.

    The events of a site are binomial, the logits of the sites normal: expit(b + s·u), u ~ N(0, 1). The integral over u is an
    adaptive Gauss-Hermite quadrature of 21 nodes.

    Parameters
    ----------
    events, trials
        Shape (k,), whole numbers, 0 ≤ events ≤ trials. A site that lacks either (NaN), or without any trial, takes no part.
    level
        Two-sided confidence level; Wald limits on the logit, from the information of (b, s) together.

    Returns
    -------
    Estimate or NotEstimable
        A proportion. `extras`: logit_estimate, se (of the logit), tau2 (between-site variance of the logits), loglik
        (binomial coefficients included), k. Not estimable with fewer than two sites, without any event or with only events; nor
        where every site has all or none (the likelihood rises with s for ever), nor with one trial a site (b and s cannot be
        told apart). Flagged as degenerate where the sites lie so far apart that twice the nodes find another likelihood.

    Raises
    ------
    DomainError
        A count that is negative, infinite or no whole number, more events than trials, columns of two lengths.

    References
    ----------
    .. [1] Hamza, van Houwelingen & Stijnen 2008, J Clin Epidemiol 61:41; Pinheiro & Bates 1995, J Comput Graph Stat 4:12.
    """
    x, n = complete_counts(events, trials)
    if bool(np.any(x > n)):
        raise DomainError("more events than trials in a site")
    x, n = x[n > 0], n[n > 0]
    k, total, yes = x.size, float(n.sum()), float(x.sum())
    rows = int(total)
    if k < 2:
        return NotEstimable(empty_reason(k, Reason.TOO_FEW_STUDIES), rows, METHOD, extras={"k": k})
    if yes in (0.0, total):
        return NotEstimable(Reason.EMPTY_MARGIN, rows, METHOD, extras={"k": k})
    if n.max() == 1:  # single trials tell one mean proportion, which many pairs (b, s) share
        return NotEstimable(Reason.NOT_IDENTIFIED, rows, METHOD, extras={"k": k})
    if bool(np.all((x == 0) | (x == n))):
        return NotEstimable(Reason.SEPARATION, rows, METHOD, extras={"k": k})
    found = fit(x, n)
    covariance = found.covariance
    if covariance is None:
        return NotEstimable(Reason.NOT_IDENTIFIED, rows, METHOD, extras={"k": k})
    b, s = found.point.tolist()
    se = math.sqrt(float(covariance[0, 0]))
    half = normal_quantile(level) * se
    extras: dict[str, Extra] = {
        "k": k,
        "logit_estimate": b,
        "se": se,
        "tau2": s**2,
        "loglik": found.value + float(_log_coefficients(x, n).sum()),
    }
    doubled = log_likelihood(found.point, x, n, 2 * NODES)[0]
    flags = (Flag.BOUNDARY,) * (abs(s) < SPREAD_OF_ZERO) + (Flag.DEGENERATE,) * (abs(doubled - found.value) > 0.01)
    value, low, high = (float(special.expit(at)) for at in (b, b - half, b + half))
    return Estimate(value, low, high, level, rows, METHOD, flags, extras)


def fit(events: Numbers, trials: Numbers) -> Summit:
    """The maximum over (b, s); s may come out negative, which means the same model."""
    order = np.lexsort((events, trials))  # the order of the sites must not reach the digits
    x, n = events[order], trials[order]
    pooled = logit(float(x.sum()) / float(n.sum()))
    return maximise(lambda point: log_likelihood(point, x, n), [np.array([pooled, s]) for s in STARTING_SPREADS])


def log_likelihood(point: Numbers, events: Numbers, trials: Numbers, count: int = NODES) -> tuple[float, Numbers]:
    """Log likelihood at (b, s) by `count` nodes, without the binomial coefficients, and its gradient.

    Each site's integrand is centred at its mode û and scaled by σ = (−g'')^(−1/2) there, g the log of the integrand. With nodes
    û + σa, the derivative of the quadrature is σ̇/σ plus the mean, over the weights of the nodes, of ġ + g'·(û̇ + σ̇a).
    """
    b, s = point.tolist()
    u = modes(b, s, events, trials)
    p = special.expit(b + s * u)
    residual = events - trials * p
    weight = trials * p * (1 - p)
    skew = weight * (1 - 2 * p)
    bend = 1 + s * s * weight  # −g'' at the mode
    sigma = 1 / np.sqrt(bend)
    u_dot = np.stack((-s * weight, residual - s * u * weight)) / bend
    bend_dot = np.stack((s * s * skew, 2 * s * weight + s * s * u * skew)) + s**3 * skew * u_dot
    sigma_dot = -bend_dot / (2 * bend**1.5)
    nodes, log_weights = _rule(count)
    v = u[:, None] + sigma[:, None] * nodes
    eta = b + s * v
    terms = events[:, None] * eta - trials[:, None] * np.logaddexp(0, eta) - v**2 / 2 + log_weights
    total = special.logsumexp(terms, axis=1)
    share = np.exp(terms - total[:, None])
    left = events[:, None] - trials[:, None] * special.expit(eta)
    slope = s * left - v
    gradient = [
        float(
            (
                sigma_dot[j] / sigma
                + (share * (direct + slope * (u_dot[j][:, None] + sigma_dot[j][:, None] * nodes))).sum(1)
            ).sum()
        )
        for j, direct in enumerate((left, v * left))
    ]
    return float((np.log(sigma) + total).sum()), np.array(gradient)


def modes(b: float, s: float, events: Numbers, trials: Numbers) -> Numbers:
    """The most probable u of each site: Newton's steps on a concave function, halved where they overshoot; shape (k,)."""

    def height(u: Numbers) -> Numbers:
        eta = b + s * u
        return events * eta - trials * np.logaddexp(0, eta) - u**2 / 2

    share = (events + 0.5) / (trials + 1)
    weight = s * trials * share * (1 - share)
    u = weight * (np.log(share) - np.log1p(-share) - b) / (1 + s * weight)  # the mode, were the binomials normal
    now = height(u)
    for _ in range(100):
        p = special.expit(b + s * u)
        step = (s * (events - trials * p) - u) / (1 + s * s * trials * p * (1 - p))
        for _ in range(60):
            then = height(u + step)
            lower = then < now - 1e-14 * np.abs(now)
            if not bool(lower.any()):
                break
            step = np.where(lower, step / 2, step)
        u, now = u + step, then
        if float(np.max(np.abs(step) / np.maximum(1.0, np.abs(u)))) < MODE_STEP:
            break
    return u


@cache
def _rule(count: int) -> tuple[Numbers, Numbers]:
    """Nodes in standard deviations, and the logs of the weights with the normal kernel taken out."""
    nodes, weights = np.polynomial.hermite.hermgauss(count)
    return math.sqrt(2) * nodes, np.log(weights) + nodes**2 - math.log(math.pi) / 2


def _log_coefficients(events: Numbers, trials: Numbers) -> Numbers:
    coefficients: Numbers = (
        special.gammaln(trials + 1) - special.gammaln(events + 1) - special.gammaln(trials - events + 1)
    )
    return coefficients
