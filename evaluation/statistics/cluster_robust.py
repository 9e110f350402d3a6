"""Effects with standard errors that allow for clusters: least squares with CR1 or CR2, and difference in differences."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.regression import ROUNDING, Basis, basis_of, complete, exact, labelled
from evaluation.statistics.samples import Numbers, binary, student_p, student_quantile
from evaluation.vocabulary import Flag, Reason

METHOD: Final = "cr1_t"
METHOD_CR2: Final = "cr2_satterthwaite"
FEW_CLUSTERS: Final = 10
BLOCK: Final = 4_000_000
"""Numbers held at a time for the k × k tables of the clusters."""
SATURATED: Final = 1e-9
"""A leverage closer to 1 is exactly 1: the cluster has a coefficient of its own and says nothing of its error."""

Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """Least squares on complete rows: the basis of the design, its residuals, and the coefficient looked for."""

    basis: Basis
    residual: Numbers
    value: float
    direction: Numbers
    cluster: Codes
    clusters: int
    dropped: int
    reason: Reason | None
    """Why there is no inference at all, whatever its kind."""

    @property
    def n(self) -> int:
        """Rows that take part."""
        return self.residual.size


def cluster_robust(
    outcome: ArrayLike, treatment: ArrayLike, covariates: ArrayLike, cluster: ArrayLike, level: float
) -> Result:
    """Effect of the treatment by least squares, with the CR1 standard error and Student's t with G − 1 degrees of freedom.

    Parameters
    ----------
    outcome
        Shape (n,), a number; a 0/1 outcome makes a linear probability model. NaN missing.
    treatment
        Shape (n,), 0/1 or a number, NaN missing.
    covariates
        Shape (n, p), p ≥ 0, NaN missing; a column that earlier ones explain is left out.
    cluster
        Shape (n,), codes ≥ 0, negative for missing. A row with anything missing takes no part.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        In the outcome's unit. `extras`: se, t, df, p_value, clusters, n_missing_dropped. One cluster leaves the bare value.

    Raises
    ------
    DomainError
        For an infinite value or columns of unequal lengths.

    References
    ----------
    .. [1] Liang & Zeger 1986, Biometrika 73:13; Cameron & Miller 2015, J Hum Resour 50:317.
    """
    return cr1(fitted(outcome, treatment, covariates, cluster), level)


def cluster_robust_cr2(
    outcome: ArrayLike, treatment: ArrayLike, covariates: ArrayLike, cluster: ArrayLike, level: float
) -> Result:
    """As `cluster_robust`, with the bias-reduced CR2 variance and Satterthwaite degrees of freedom, for few clusters.

    Each cluster's residuals are multiplied by (I − H)^−1/2, H its block of the hat matrix, so that the variance is unbiased
    when errors are independent with equal variance; the degrees of freedom are those of that working model [1]_ [2]_. Where a
    cluster has a coefficient of its own, the Moore-Penrose inverse is taken. Nothing of the size rows × rows is formed: H has
    the rank of the design, so its powers act through k × k tables.

    Parameters, Returns, Raises
        As in `cluster_robust`; df is real, and can be far below G − 1 when few clusters carry the contrast.

    References
    ----------
    .. [1] Bell & McCaffrey 2002, Surv Methodol 28:169.
    .. [2] Pustejovsky & Tipton 2018, J Bus Econ Stat 36:672.
    """
    return bias_reduced(fitted(outcome, treatment, covariates, cluster), level)


def difference_in_differences(
    outcome: ArrayLike, treated_unit: ArrayLike, post: ArrayLike, cluster: ArrayLike, level: float
) -> Result:
    """(Treated units after − before) − (control units after − before), CR1, t with G − 1 degrees of freedom.

    Parameters
    ----------
    outcome
        Shape (n,), one row a unit and period; NaN missing.
    treated_unit, post
        Shape (n,), 0/1, NaN missing.
    cluster
        Shape (n,), codes ≥ 0 of the unit of assignment, negative for missing.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        As in `cluster_robust`; one of the four cells empty: `EMPTY_CELL`.

    References
    ----------
    .. [1] Bertrand, Duflo & Mullainathan 2004, Q J Econ 119:249.
    """
    return cr1(fitted_difference(outcome, treated_unit, post, cluster), level)


def fitted(
    outcome: ArrayLike, treatment: ArrayLike, covariates: ArrayLike, cluster: ArrayLike
) -> Fitted | NotEstimable:
    """Least squares of the outcome on an intercept, the treatment and the covariates."""
    (y, exposure, others, where), dropped = complete(outcome, treatment, covariates, labelled(cluster))
    return _fit(y, [np.ones(y.size), exposure, *others.T], 1, where, dropped, Reason.NOT_IDENTIFIED)


def fitted_difference(
    outcome: ArrayLike, treated_unit: ArrayLike, post: ArrayLike, cluster: ArrayLike
) -> Fitted | NotEstimable:
    """Least squares of the outcome on the four cells of unit and period."""
    (y, unit, after, where), dropped = complete(outcome, binary(treated_unit), binary(post), labelled(cluster))
    filled = np.unique(2 * unit + after).size
    if y.size and filled < 4:
        return _nothing(Reason.EMPTY_CELL, y.size, np.unique(where).size, dropped)
    return _fit(y, [np.ones(y.size), unit, after, unit * after], 3, where, dropped, Reason.NOT_IDENTIFIED)


def _fit(
    y: Numbers, columns: list[Numbers], wanted: int, where: Numbers, dropped: int, unidentified: Reason
) -> Fitted | NotEstimable:
    if y.size == 0:
        return _nothing(Reason.NO_ROWS, 0, 0, dropped)
    names, codes = np.unique(where, return_inverse=True)
    clusters = names.size
    basis = basis_of(columns)
    if wanted not in basis.kept:
        return _nothing(unidentified, y.size, clusters, dropped)
    coordinates, residual = basis.coordinates(y)
    direction = basis.direction(basis.kept.index(wanted))
    value = 0.0 if np.ptp(y) == 0 else float(direction @ coordinates)
    reason = None
    if clusters == 1:
        reason = Reason.ONE_CLUSTER
    elif y.size == basis.rank:
        reason = Reason.TOO_FEW
    elif exact(residual, y):
        reason = Reason.NO_VARIATION
    return Fitted(basis, residual, value, direction, codes.reshape(-1), clusters, dropped, reason)


def _nothing(reason: Reason, n: int, clusters: int, dropped: int) -> NotEstimable:
    return NotEstimable(reason, n, METHOD, extras=_extras(clusters, dropped))


def _extras(clusters: int, dropped: int) -> dict[str, Extra]:
    absent: dict[str, Extra] = dict.fromkeys(("se", "t", "df", "p_value"))
    return {**absent, "clusters": clusters, "n_missing_dropped": dropped}


def cr1(model: Fitted | NotEstimable, level: float) -> Result:
    """The CR1 reading of a fit."""
    if isinstance(model, NotEstimable):
        return model
    if model.reason is not None:
        return _point(model, model.reason, METHOD)
    n, groups = model.n, model.clusters
    parts = model.basis.q @ model.direction * model.residual  # what each row moves the coefficient by
    scores = sums(model.cluster, parts)
    if vanishing(scores, model.cluster, parts):
        return _point(model, Reason.CLUSTERS_FITTED, METHOD)
    factor = groups / (groups - 1) * (n - 1) / (n - model.basis.rank)
    return _interval(model, math.sqrt(factor * float((scores**2).sum())), groups - 1, level, METHOD)


def bias_reduced(model: Fitted | NotEstimable, level: float) -> Result:
    """The CR2 reading of a fit."""
    if isinstance(model, NotEstimable):
        return replace(model, method=METHOD_CR2)
    if model.reason is not None:
        return _point(model, model.reason, METHOD_CR2)
    variance, df = _cr2(model)
    if variance is None:
        return _point(model, Reason.CLUSTERS_FITTED, METHOD_CR2)
    return _interval(model, math.sqrt(variance), df, level, METHOD_CR2)


def sums(cluster: Codes, values: Numbers) -> Numbers:
    """Sum over the rows of each cluster."""
    return np.asarray(np.bincount(cluster, weights=values), dtype=np.float64)


def vanishing(scores: Numbers, cluster: Codes, parts: Numbers) -> bool:
    """Whether the clusters' sums are the rounding of zeros: the design fits each of them exactly, and no error is seen."""
    return float(np.abs(scores).max()) <= ROUNDING * float(sums(cluster, np.abs(parts)).max())


def _point(model: Fitted, reason: Reason, method: str) -> NotEstimable:
    flags = (Flag.FEW_CLUSTERS,) if model.clusters < FEW_CLUSTERS else ()
    return NotEstimable(reason, model.n, method, model.value, flags, _extras(model.clusters, model.dropped))


def _interval(model: Fitted, se: float, df: float, level: float, method: str) -> Estimate:
    t, half = model.value / se, student_quantile(level, df) * se
    inference: dict[str, Extra] = {"se": se, "t": t, "df": df, "p_value": student_p(t, df)}
    extras = {**_extras(model.clusters, model.dropped), **inference}
    flags = (Flag.FEW_CLUSTERS,) if model.clusters < FEW_CLUSTERS else ()
    low, high = model.value - half, model.value + half
    return Estimate(model.value, low, high, level, model.n, method, flags, extras, PoolingTerm(model.value, se**2))


def _cr2(model: Fitted) -> tuple[float | None, float]:
    """The CR2 variance and its Satterthwaite degrees of freedom; no variance where no cluster shows an error.

    With Λ = Q'Q of one cluster (Q its rows of the basis) and B = (I − Λ)^−1/2, the cluster moves the coefficient by
    d'B Q'e. Under the working model these moves have the covariance P = diag(d'BΛBd) − DD', the rows of D being ΛBd, and
    df = (tr P)² / tr P².
    """
    order = np.argsort(model.cluster, kind="stable")
    starts = np.concatenate(([0], np.cumsum(np.bincount(model.cluster))))
    k = model.basis.rank
    step = max(1, BLOCK // (k * k))
    scores, sizes, own, shared = [], [], [], []
    for first in range(0, model.clusters, step):
        last = min(first + step, model.clusters)
        rows = order[starts[first] : starts[last]]
        cuts = starts[first:last] - starts[first]
        q, e = model.basis.q[rows], model.residual[rows]
        gram = _grams(q, cuts)
        leverage, vectors = np.linalg.eigh(gram)
        seen = 1 - leverage > SATURATED
        power = np.where(seen, 1 / np.sqrt(np.where(seen, 1 - leverage, 1.0)), 0.0)
        turned = np.einsum("gij,gj->gi", vectors, power * (model.direction @ vectors))  # B d, one row a cluster
        moments = np.add.reduceat(q * e[:, None], cuts, axis=0)
        scores.append((turned * moments).sum(axis=1))
        sizes.append((np.abs(turned) * np.add.reduceat(np.abs(q * e[:, None]), cuts, axis=0)).sum(axis=1))
        reach = np.einsum("gij,gj->gi", gram, turned)
        own.append((turned * reach).sum(axis=1))
        shared.append(reach)
    move = np.concatenate(scores)
    diagonal, common = np.concatenate(own), np.concatenate(shared)
    if float(np.abs(move).max()) <= ROUNDING * float(np.concatenate(sizes).max()):
        return None, 0.0
    trace = float(diagonal.sum() - (common**2).sum())
    cross = common.T @ common
    squares = float((diagonal**2).sum() - 2 * (diagonal * (common**2).sum(axis=1)).sum() + (cross**2).sum())
    return float((move**2).sum()), trace**2 / squares


def _grams(q: Numbers, cuts: Codes) -> Numbers:
    """Q'Q of each cluster, shape (clusters, k, k); rows are sorted by cluster, `cuts` their first ones."""
    k = q.shape[1]
    gram = np.empty((cuts.size, k, k))
    for i in range(k):
        for j in range(i + 1):
            gram[:, i, j] = gram[:, j, i] = np.add.reduceat(q[:, i] * q[:, j], cuts)
    return gram
