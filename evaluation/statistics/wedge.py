"""The stepped wedge: Hussey and Hughes' mixed model, fitted by REML from sums per cluster, period and exposure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from evaluation.estimate import Estimate, Extra, NotEstimable, Result
from evaluation.statistics.samples import DomainError, Numbers, binary, normal_p, normal_quantile
from evaluation.vocabulary import Flag, Reason

METHOD = "hussey_hughes_reml_gls"
GRID: Numbers = np.logspace(-8, 4, 97)
FEW_CLUSTERS = 10


@dataclass(frozen=True, slots=True)
class _Fit:
    deviance: float
    coefficient: float
    unscaled_variance: float
    residual_variance: float


class _Model:
    """Everything that the likelihood needs, summed over the rows: a million rows cost no more than their cells.

    A cell is one cluster in one period under one exposure; its rows share their row of the design matrix X (intercept, period
    indicators, treatment last). With V = I + λZZ' in units of the residual variance, V⁻¹ takes λ/(1 + λn) of the cluster's sums
    away from the plain sums, n its rows.
    """

    def __init__(self, outcome: Numbers, treatment: Numbers, period: Numbers, cluster: Numbers) -> None:
        cells, cell = np.unique(np.column_stack((cluster, period, treatment)), axis=0, return_inverse=True)
        cell = cell.reshape(-1)
        self.n = outcome.size
        self.counts = np.bincount(cell).astype(np.float64)
        centred = outcome - outcome.mean()  # moves the intercept only, and spares digits
        self.means = np.bincount(cell, weights=centred) / self.counts
        self.within = float(((centred - self.means[cell]) ** 2).sum())
        periods = np.unique(cells[:, 1])
        indicators = cells[:, 1][:, None] == periods[None, 1:]
        self.design = np.column_stack((np.ones(len(cells)), indicators, cells[:, 2]))
        self.cluster = np.unique(cells[:, 0], return_inverse=True)[1].reshape(-1)
        self.cluster_rows = np.bincount(self.cluster, weights=self.counts)
        weighted = self.design * self.counts[:, None]
        self.gram = self.design.T @ weighted
        self.moments = weighted.T @ self.means
        self.total = self.within + float((self.counts * self.means**2).sum())
        self.cluster_design = np.column_stack([self._by_cluster(column) for column in weighted.T])
        self.cluster_outcome = self._by_cluster(self.counts * self.means)

    @property
    def clusters(self) -> int:
        return self.cluster_rows.size

    @property
    def parameters(self) -> int:
        return int(self.design.shape[1])

    @property
    def identified(self) -> bool:
        """Whether the periods leave the treatment something to explain."""
        return int(np.linalg.matrix_rank(self.design)) == self.parameters

    def _by_cluster(self, values: Numbers) -> Numbers:
        return np.asarray(np.bincount(self.cluster, weights=values), dtype=np.float64)

    def fit(self, ratio: float) -> _Fit:
        """Generalised least squares at λ = `ratio`, with −2 × the restricted log-likelihood."""
        taken = ratio / (1 + ratio * self.cluster_rows)
        gram = self.gram - self.cluster_design.T @ (self.cluster_design * taken[:, None])
        moments = self.moments - self.cluster_design.T @ (self.cluster_outcome * taken)
        coefficients = np.linalg.solve(gram, moments)
        residual = self.means - self.design @ coefficients
        sums = self._by_cluster(self.counts * residual)
        rss = self.within + float((self.counts * residual**2).sum()) - float((taken * sums**2).sum())
        df = self.n - self.parameters
        if rss <= 1e-20 * self.total:
            return _Fit(-math.inf, float(coefficients[-1]), 0.0, 0.0)
        deviance = (
            float(np.log1p(ratio * self.cluster_rows).sum())
            + float(np.linalg.slogdet(gram)[1])
            + df * (1 + math.log(2 * math.pi * rss / df))
        )
        return _Fit(deviance, float(coefficients[-1]), float(np.linalg.inv(gram)[-1, -1]), rss / df)

    def best_ratio(self) -> float:
        """The λ ≥ 0 of highest restricted likelihood: best cell of a grid, then Brent; 0 when nothing inside beats it."""
        deviances = [self.fit(float(ratio)).deviance for ratio in GRID]
        at = int(np.argmin(deviances))
        logs = np.log(GRID)
        ends = float(logs[max(at - 1, 0)]), float(logs[min(at + 1, GRID.size - 1)])
        found = optimize.minimize_scalar(
            lambda log_ratio: self.fit(math.exp(log_ratio)).deviance,
            bounds=ends,
            method="bounded",
            options={"xatol": 1e-10},
        )
        ratio = math.exp(float(found.x))
        return ratio if self.fit(ratio).deviance < self.fit(0.0).deviance else 0.0


def stepped_wedge(
    outcome: ArrayLike, treatment: ArrayLike, period: ArrayLike, cluster: ArrayLike, level: float
) -> Result:
    """Effect of the exposure, treated − untreated: periods fixed, clusters random, REML [1]_.

    Parameters
    ----------
    outcome
        Shape (n,), a number or 0/1 (linear scale); NaN missing.
    treatment
        Shape (n,), 0/1, NaN missing.
    period, cluster
        Shape (n,), codes ≥ 0; negative or NaN missing. A row with any missing value takes no part.
    level
        Two-sided confidence level; normal quantile.

    Returns
    -------
    Estimate or NotEstimable
        `extras`: se, z, p_value, variance_cluster, residual_variance, icc, reml_loglik, clusters. Never pooled: the model
        spans the sites.

    References
    ----------
    .. [1] Hussey & Hughes 2007, Contemp Clin Trials 28:182.
    """
    model = _model(outcome, treatment, period, cluster)
    if isinstance(model, NotEstimable):
        return model
    ratio = model.best_ratio()
    fit = model.fit(ratio)
    flags = (Flag.VARIANCE_ZERO,) * (ratio == 0) + (Flag.FEW_CLUSTERS,) * (model.clusters < FEW_CLUSTERS)
    if fit.residual_variance == 0:
        return NotEstimable(Reason.NO_VARIATION, model.n, METHOD, fit.coefficient)
    se = math.sqrt(fit.residual_variance * fit.unscaled_variance)
    z = fit.coefficient / se
    extras: dict[str, Extra] = {
        "se": se,
        "z": z,
        "p_value": normal_p(z),
        "variance_cluster": ratio * fit.residual_variance,
        "residual_variance": fit.residual_variance,
        "icc": ratio / (1 + ratio),
        "reml_loglik": -fit.deviance / 2,
        "clusters": model.clusters,
    }
    half = normal_quantile(level) * se
    value = fit.coefficient
    return Estimate(value, value - half, value + half, level, model.n, METHOD, flags, extras)


def _model(outcome: ArrayLike, treatment: ArrayLike, period: ArrayLike, cluster: ArrayLike) -> _Model | NotEstimable:
    columns = np.column_stack([np.asarray(c, dtype=np.float64) for c in (outcome, binary(treatment), period, cluster)])
    columns = columns[~np.isnan(columns).any(axis=1) & (columns[:, 2] >= 0) & (columns[:, 3] >= 0)]
    y, exposure, when, where = columns.T
    n = y.size
    if not bool(np.all(np.isfinite(y))):
        raise DomainError("an outcome is infinite")
    if n == 0:
        return NotEstimable(Reason.NO_ROWS, 0, METHOD)
    if np.unique(where).size == 1:
        return NotEstimable(Reason.ONE_CLUSTER, n, METHOD)
    if np.ptp(y) == 0:
        return NotEstimable(Reason.NO_VARIATION, n, METHOD)
    model = _Model(y, exposure, when, where)
    if not model.identified:
        return NotEstimable(Reason.CONFOUNDED, n, METHOD)
    return model if n > model.parameters else NotEstimable(Reason.TOO_FEW, n, METHOD)
