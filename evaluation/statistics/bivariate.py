"""Sensitivity and specificity of several studies together: Reitsma's bivariate normal model of their logits, by REML."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evaluation.estimate import NotEstimable
from evaluation.statistics.ascent import maximise
from evaluation.statistics.counts import complete_counts
from evaluation.statistics.samples import Numbers, empty_reason, normal_quantile
from evaluation.vocabulary import Flag, Reason

METHOD = "reitsma_reml"
FEWEST = 3
NO_VARIANCE = 1e-8
"""A between-study variance of a logit below this is at its edge; so is a correlation whose 1 − ρ² is."""


@dataclass(frozen=True, slots=True)
class Bivariate:
    """The summary point of k studies and how the studies differ around it, on the logit scale.

    `first` is the logit of the sensitivity; `second` that of the false-positive rate or of the specificity, as the model has it;
    `se_*` their standard errors, `covariance` that of the two estimates. `variance_*` and `between` are the between-study
    variances and covariance. Sensitivity and specificity come with their limits, as proportions. `log_likelihood` is that of
    the method (restricted or not), `corrected` whether 0.5 was added to the cells.
    """

    k: int
    level: float
    first: float
    se_first: float
    second: float
    se_second: float
    covariance: float
    variance_first: float
    variance_second: float
    between: float
    sensitivity: float
    sensitivity_low: float
    sensitivity_high: float
    specificity: float
    specificity_low: float
    specificity_high: float
    log_likelihood: float
    corrected: bool
    flags: tuple[Flag, ...]


def reitsma(
    tp: ArrayLike, fn: ArrayLike, fp: ArrayLike, tn: ArrayLike, level: float = 0.95
) -> Bivariate | NotEstimable:
    """Summary sensitivity and false-positive rate: (logit Se, logit FPR) normal within and between studies, REML [1]_.

    A zero in any cell of any study adds 0.5 to all cells of all studies, which pulls both proportions towards 1/2: read the exact
    binomial model (`bivariate_glmm`) beside it.

    Parameters
    ----------
    tp, fn, fp, tn
        Shape (k,), counts of each study; a study that lacks one (NaN) takes no part.
    level
        Two-sided confidence level; Wald limits on the logits.

    Returns
    -------
    Bivariate or NotEstimable
        `second` is the logit of the false-positive rate. Not estimable with fewer than three studies, nor without
        any positive or any negative case in all of them.

    Raises
    ------
    DomainError
        A count that is negative, infinite or no whole number; columns of two lengths.

    References
    ----------
    .. [1] Reitsma 2005, J Clin Epidemiol 58:982.
    """
    table = complete_counts(tp, fn, fp, tn)
    k = table.shape[1]
    if k < FEWEST:
        return NotEstimable(empty_reason(k, Reason.TOO_FEW_STUDIES), k, METHOD)
    if table[:2].sum() == 0 or table[2:].sum() == 0:  # 0.5 in each cell would answer in the place of cases
        return NotEstimable(Reason.EMPTY_MARGIN, k, METHOD)
    corrected = bool(np.any(table == 0))
    table = table[:, np.lexsort(table)] + (
        0.5 if corrected else 0.0
    )  # the order of the studies must not reach the digits
    logits = np.log(table[[0, 2]]) - np.log(table[[1, 3]])
    within = 1 / table[[0, 2]] + 1 / table[[1, 3]]
    found = maximise(lambda point: restricted_likelihood(point, logits, within), _starts(logits))
    factor = lower_triangle(found.point)
    beta, covariance = summary_point(factor, logits, within)
    return described(beta, covariance, factor, found.value, k, level, corrected=corrected, second_is_fpr=True)


def described(
    beta: Numbers,
    covariance: Numbers,
    factor: Numbers,
    log_likelihood: float,
    k: int,
    level: float,
    *,
    corrected: bool = False,
    second_is_fpr: bool = False,
) -> Bivariate:
    """The summary point in the words of the field; of a false-positive rate, the limits change places for the specificity."""
    (first, second), (se_first, se_second) = beta.tolist(), np.sqrt(np.diag(covariance)).tolist()
    z = normal_quantile(level)
    between = factor @ factor.T
    edge = at_edge(between)
    sensitivity, sensitivity_low, sensitivity_high = _proportions(first, z * se_first)
    specificity, specificity_low, specificity_high = _proportions(-second if second_is_fpr else second, z * se_second)
    return Bivariate(
        k=k,
        level=level,
        first=first,
        se_first=se_first,
        second=second,
        se_second=se_second,
        covariance=float(covariance[0, 1]),
        variance_first=float(between[0, 0]),
        variance_second=float(between[1, 1]),
        between=float(between[0, 1]),
        sensitivity=sensitivity,
        sensitivity_low=sensitivity_low,
        sensitivity_high=sensitivity_high,
        specificity=specificity,
        specificity_low=specificity_low,
        specificity_high=specificity_high,
        log_likelihood=log_likelihood,
        corrected=corrected,
        flags=(Flag.CORRECTED,) * corrected + (Flag.BOUNDARY,) * edge,
    )


def _proportions(logit: float, half: float) -> tuple[float, float, float]:
    value, low, high = (float(special.expit(at)) for at in (logit, logit - half, logit + half))
    return value, low, high


def at_edge(between: Numbers) -> bool:
    """Whether a between-study variance is 0 or the correlation ±1, shape (2, 2)."""
    first, second = float(between[0, 0]), float(between[1, 1])
    if min(first, second) < NO_VARIANCE:
        return True
    return 1 - float(between[0, 1]) ** 2 / (first * second) < NO_VARIANCE


def lower_triangle(point: Numbers) -> Numbers:
    """The factor L of (l11, l21, l22), between-study covariance L L'."""
    return np.array([[point[0], 0.0], [point[1], point[2]]])


def summary_point(factor: Numbers, logits: Numbers, within: Numbers) -> tuple[Numbers, Numbers]:
    """Generalised least squares: the two logits and their covariance."""
    inverse, _ = _inverses(factor, within)
    covariance = np.linalg.inv(inverse.sum(axis=2))
    return (covariance * (inverse * logits).sum(axis=(1, 2))).sum(axis=1), covariance


def restricted_likelihood(point: Numbers, logits: Numbers, within: Numbers) -> tuple[float, Numbers]:
    """Restricted log likelihood at (l11, l21, l22) and its gradient.

    The summary point is the best one given L, so that only L moves the quadratic form: with Ψ = L L' and G the derivative of
    −2 × the likelihood by Ψ, the gradient is the lower triangle of −G L.

    Parameters
    ----------
    point
        Shape (3,).
    logits, within
        Shape (2, k): each study's two logits and their sampling variances.
    """
    factor = lower_triangle(point)
    inverse, log_determinants = _inverses(factor, within)
    information = inverse.sum(axis=2)
    beta, covariance = summary_point(factor, logits, within)
    residual = logits - beta[:, None]
    pulled = (inverse * residual).sum(axis=1)
    deviance = log_determinants + float(np.log(np.linalg.det(information))) + float((residual * pulled).sum())
    spread = np.einsum("abi,bc,cdi->ad", inverse, covariance, inverse)
    slope = information - spread - (pulled[:, None] * pulled[None, :]).sum(axis=2)
    gradient = -(slope @ factor)
    constant = (logits.shape[1] - 1) * math.log(2 * math.pi)
    return -deviance / 2 - constant, gradient[[0, 1, 1], [0, 0, 1]]


def _inverses(factor: Numbers, within: Numbers) -> tuple[Numbers, float]:
    """(S + L L')⁻¹ of each study, shape (2, 2, k), and the sum of the logs of the determinants.

    The determinant is summed from terms that are never negative: at a correlation of ±1 a difference would lose them.
    """
    between = factor @ factor.T
    first, second = within
    determinant = first * second + first * between[1, 1] + second * between[0, 0] + (factor[0, 0] * factor[1, 1]) ** 2
    across = np.full_like(first, -between[0, 1])
    inverse = np.array([[second + between[1, 1], across], [across, first + between[0, 0]]]) / determinant
    return inverse, float(np.log(determinant).sum())


def _starts(logits: Numbers) -> list[Numbers]:
    first, second = logits.std(axis=1, ddof=1).tolist()
    correlated = [np.array([first, r * second, second * math.sqrt(1 - r * r)]) for r in (0.0, -0.5, 0.5)]
    return [*correlated, np.array([0.1, 0.0, 0.1])]
