"""Sensitivity and specificity of several studies together, from their counts: the exact binomial bivariate model, by Laplace."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evaluation.estimate import NotEstimable
from evaluation.statistics.ascent import Summit, maximise
from evaluation.statistics.bivariate import FEWEST, Bivariate, described, lower_triangle
from evaluation.statistics.counts import complete_counts
from evaluation.statistics.samples import Numbers, empty_reason
from evaluation.vocabulary import Reason

METHOD = "binomial_glmm_laplace"
MODE_STEP = 1e-12
STARTING_SLOPES = (0.0, -0.5, 0.5)


def binomial_bivariate(
    tp: ArrayLike, fn: ArrayLike, fp: ArrayLike, tn: ArrayLike, level: float = 0.95
) -> Bivariate | NotEstimable:
    """Summary sensitivity and specificity by maximum likelihood, without any continuity correction [1]_.

    tp ~ Bin(tp + fn, p₁) and tn ~ Bin(tn + fp, p₂) in each study, (logit p₁, logit p₂) = β + L u with u two independent standard
    normals; one-point Laplace approximation of the likelihood, each mode converged.

    Parameters
    ----------
    tp, fn, fp, tn
        Shape (k,), counts of each study; a study that lacks one (NaN) takes no part.
    level
        Two-sided confidence level; Wald limits on the logits, from the information of β and L together.

    Returns
    -------
    Bivariate or NotEstimable
        `second` is the logit of the specificity; `log_likelihood` includes the binomial coefficients. Not estimable with fewer
        than three studies, nor when a column is 0 in all of them; nor where every study has all or none of a margin (the
        likelihood rises with L for ever), nor with one case a study in a margin (β and L cannot be told apart).

    Raises
    ------
    DomainError
        A count that is negative, infinite or no whole number; columns of two lengths.

    References
    ----------
    .. [1] Chu & Cole 2006, J Clin Epidemiol 59:1331.
    """
    table = complete_counts(tp, fn, fp, tn)
    k = table.shape[1]
    reason = _silent(table)
    if reason is not None:
        return NotEstimable(reason, k, METHOD)
    table = table[:, np.lexsort(table)]  # the order of the studies must not reach the digits
    hits, totals = table[[0, 3]], table[[0, 3]] + table[[1, 2]]
    found = fit(hits, totals)
    covariance = found.covariance
    if covariance is None:
        return NotEstimable(Reason.NOT_IDENTIFIED, k, METHOD)
    factor = lower_triangle(found.point)
    return described(found.point[3:], covariance[3:, 3:], factor, found.value, k, level)


def _silent(table: Numbers) -> Reason | None:
    """Why the studies say nothing of the model."""
    if table.shape[1] < FEWEST:
        return empty_reason(table.shape[1], Reason.TOO_FEW_STUDIES)
    if bool(np.any(table.sum(axis=1) == 0)):
        return Reason.EMPTY_MARGIN
    for margin in (table[:2], table[2:]):
        if margin.sum(axis=0).max() <= 1:
            return Reason.NOT_IDENTIFIED
        if bool(np.all(margin.min(axis=0) == 0)):
            return Reason.SEPARATION
    return None


def fit(hits: Numbers, totals: Numbers) -> Summit:
    """The maximum over (l11, l21, l22, β₁, β₂); the sign of a column of L is free.

    Parameters
    ----------
    hits, totals
        Shape (2, k): true positives and true negatives, of so many positives and negatives.
    """
    share = hits.sum(axis=1) / totals.sum(axis=1)
    beta = np.log(share) - np.log1p(-share)
    starts = [np.array([1.0, slope, 1.0, *beta]) for slope in STARTING_SLOPES]
    return maximise(lambda point: laplace_likelihood(point, hits, totals), starts)


def laplace_likelihood(point: Numbers, hits: Numbers, totals: Numbers) -> tuple[float, Numbers]:
    """Laplace log likelihood at (l11, l21, l22, β₁, β₂), binomial coefficients included, and its gradient.

    Each study adds log f(û) − |û|²/2 − ½ log det M with M = I + L'WL, W the binomial variances at the mode û. û maximises the
    first two terms, so that it moves the determinant alone, through W: du/dθ = M⁻¹ × the derivative of their slope by θ.
    """
    l11, l21, l22 = point[:3].tolist()
    u = modes(point, hits, totals)
    eta = _logits(point, u)
    p = special.expit(eta)
    residual = hits - totals * p
    w1, w2 = weight = totals * p * special.expit(-eta)
    first, second = 1 + w1 * l11**2, 1 + w2 * l22**2
    determinant = first * second + w2 * l21**2
    one, none = np.ones_like(w1), np.zeros_like(w1)
    r1, r2 = residual
    # By parameter: what it adds to (η₁, η₂), to the slope in (u₁, u₂) beside that, and to the determinant beside W.
    eta_dot = np.array([[u[0], none], [none, u[0]], [none, u[1]], [one, none], [none, one]])
    slope_dot = np.array([[r1, none], [r2, none], [none, r2], [none, none], [none, none]])
    factor_part = np.array([2 * w1 * l11 * second, 2 * w2 * l21, 2 * w2 * l22 * first, none, none])
    pull_1 = slope_dot[:, 0] - l11 * w1 * eta_dot[:, 0] - l21 * w2 * eta_dot[:, 1]
    pull_2 = slope_dot[:, 1] - l22 * w2 * eta_dot[:, 1]
    u1_dot, u2_dot = _solved(point, weight, pull_1, pull_2)
    total_1 = eta_dot[:, 0] + l11 * u1_dot
    total_2 = eta_dot[:, 1] + l21 * u1_dot + l22 * u2_dot
    skew_1, skew_2 = weight * (1 - 2 * p)
    weight_part = l11**2 * second * skew_1 * total_1 + (l22**2 * first + l21**2) * skew_2 * total_2
    gradient = (residual * eta_dot).sum(axis=(1, 2)) - ((factor_part + weight_part) / determinant).sum(axis=1) / 2
    coefficients = special.gammaln(totals + 1) - special.gammaln(hits + 1) - special.gammaln(totals - hits + 1)
    value = float(coefficients.sum()) + float((_heights(point, u, hits, totals) - np.log(determinant) / 2).sum())
    return value, gradient


def modes(point: Numbers, hits: Numbers, totals: Numbers) -> Numbers:
    """The most probable u of each study: Newton's steps on a concave function, halved where they overshoot; shape (2, k)."""
    l11, l21, l22 = point[:3].tolist()
    weight, (d1, d2) = _normal_guess(point, hits, totals)
    u = np.stack(_solved(point, weight, l11 * d1 + l21 * d2, l22 * d2))
    now = _heights(point, u, hits, totals)
    for _ in range(100):
        eta = _logits(point, u)
        p = special.expit(eta)
        r1, r2 = hits - totals * p
        weight = totals * p * special.expit(-eta)
        step = np.stack(_solved(point, weight, l11 * r1 + l21 * r2 - u[0], l22 * r2 - u[1]))
        for _ in range(60):
            then = _heights(point, u + step, hits, totals)
            lower = then < now - 1e-14 * np.abs(now)
            if not bool(lower.any()):
                break
            step = np.where(lower, step / 2, step)
        u, now = u + step, then
        if float(np.max(np.abs(step) / np.maximum(1.0, np.abs(u)))) < MODE_STEP:
            break
    return u


def _normal_guess(point: Numbers, hits: Numbers, totals: Numbers) -> tuple[Numbers, Numbers]:
    """The binomials taken as normal: weights of the empirical logits, and weighted distances to β."""
    share = (hits + 0.5) / (totals + 1)
    weight = totals * share * (1 - share)
    return weight, weight * (np.log(share) - np.log1p(-share) - point[3:, None])


def _logits(point: Numbers, u: Numbers) -> Numbers:
    l11, l21, l22, b1, b2 = point.tolist()
    return np.stack((b1 + l11 * u[0], b2 + l21 * u[0] + l22 * u[1]))


def _heights(point: Numbers, u: Numbers, hits: Numbers, totals: Numbers) -> Numbers:
    eta = _logits(point, u)
    heights: Numbers = (hits * eta - totals * np.logaddexp(0, eta) - u**2 / 2).sum(axis=0)
    return heights


def _solved(point: Numbers, weight: Numbers, first: Numbers, second: Numbers) -> tuple[Numbers, Numbers]:
    """M⁻¹ times a vector, study by study, M = I + L'WL; its determinant as a sum of positive terms."""
    l11, l21, l22 = point[:3].tolist()
    w1, w2 = weight
    across = w2 * l21 * l22
    m22 = 1 + w2 * l22**2
    m11 = 1 + w1 * l11**2 + w2 * l21**2
    determinant = (1 + w1 * l11**2) * m22 + w2 * l21**2
    return (m22 * first - across * second) / determinant, (m11 * second - across * first) / determinant
