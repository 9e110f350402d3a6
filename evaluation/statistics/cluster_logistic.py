"""The odds ratio of a treatment by logistic regression, with a standard error that allows for clusters."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.canonical_glm import LOGISTIC, maximise
from evaluation.statistics.cluster_robust import FEW_CLUSTERS, sums, vanishing
from evaluation.statistics.regression import basis_of, complete, labelled
from evaluation.statistics.samples import Numbers, binary, logit, normal_p, normal_quantile
from evaluation.vocabulary import Flag, Reason

METHOD: Final = "cluster_robust_g_factor_normal"


def cluster_robust_logistic(
    outcome: ArrayLike, treatment: ArrayLike, covariates: ArrayLike, cluster: ArrayLike, level: float
) -> Result:
    """Odds ratio of the outcome, treated against untreated, with a cluster-robust interval (normal) on the log scale.

    Parameters
    ----------
    outcome, treatment
        Shape (n,), 0/1, NaN missing.
    covariates
        Shape (n, p), p ≥ 0, NaN missing; a column that earlier ones explain is left out.
    cluster
        Shape (n,), codes ≥ 0, negative for missing. A row with anything missing takes no part.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        `extras`: log_odds_ratio, se (log scale), p_value, clusters, n_missing_dropped. Pooled on the log. The variance is that
        of generalised estimating equations with working independence times G/(G − 1) [1]_. One cluster leaves the bare value;
        classes that the model separates leave nothing.

    Raises
    ------
    DomainError
        For an outcome or treatment that is not 0/1, or an infinite covariate.

    References
    ----------
    .. [1] Liang & Zeger 1986, Biometrika 73:13; Cameron & Miller 2015, J Hum Resour 50:317.
    """
    (y, exposure, others, where), dropped = complete(binary(outcome), binary(treatment), covariates, labelled(cluster))
    names, codes = np.unique(where, return_inverse=True)
    counts: dict[str, Extra] = {"clusters": names.size, "n_missing_dropped": dropped}
    absent: dict[str, Extra] = dict.fromkeys(("log_odds_ratio", "se", "p_value"))
    flags = (Flag.FEW_CLUSTERS,) if 0 < names.size < FEW_CLUSTERS else ()
    reason = _unfit(y, exposure)
    if reason is not None:
        return NotEstimable(reason, y.size, METHOD, flags=flags, extras={**absent, **counts})
    basis = basis_of([np.ones(y.size), exposure, *others.T])
    found = maximise(basis, y, np.zeros(y.size), logit(float(y.mean())), LOGISTIC)
    if found is None:
        return NotEstimable(Reason.SEPARATION, y.size, METHOD, flags=flags, extras={**absent, **counts})
    direction = basis.direction(1)
    effect = float(direction @ found.coordinates)
    ratio = _exp(effect)
    parts = basis.q @ np.linalg.solve(found.information, direction) * (y - found.mean)
    scores = sums(codes, parts)
    bare = {**absent, "log_odds_ratio": effect, **counts}
    if names.size == 1:
        return NotEstimable(Reason.ONE_CLUSTER, y.size, METHOD, ratio, flags, bare)
    if vanishing(scores, codes, parts):
        return NotEstimable(Reason.CLUSTERS_FITTED, y.size, METHOD, ratio, flags, bare)
    se = math.sqrt(names.size / (names.size - 1) * float((scores**2).sum()))
    half = normal_quantile(level) * se
    extras: dict[str, Extra] = {"log_odds_ratio": effect, "se": se, "p_value": normal_p(effect / se), **counts}
    low, high = _exp(effect - half), _exp(effect + half)
    return Estimate(ratio, low, high, level, y.size, METHOD, flags, extras, PoolingTerm(effect, se**2))


def _unfit(y: Numbers, exposure: Numbers) -> Reason | None:
    """Why there is no odds ratio, seen from the counts alone: an empty cell of treatment and outcome separates the classes."""
    if y.size == 0:
        return Reason.NO_ROWS
    if np.ptp(exposure) == 0:
        return Reason.NOT_IDENTIFIED
    if np.ptp(y) == 0:
        return Reason.ONE_CLASS
    return Reason.SEPARATION if np.unique(2 * exposure + y).size < 4 else None


def _exp(value: float) -> float:
    """The exponential, infinite where float64 ends."""
    return math.exp(value) if value < 709 else math.inf
