"""The restricted likelihood of the stepped wedge's mixed models, from sums per cluster, period and exposure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation.estimate import NotEstimable
from evaluation.statistics.regression import complete, labelled
from evaluation.statistics.samples import Numbers, binary
from evaluation.vocabulary import Reason

Codes = NDArray[np.int64]

NOTHING_LEFT = 1e-20
"""A residual sum of squares below this share of the total is the rounding of an exact 0."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Generalised least squares at given variance ratios, with −2 × the restricted log-likelihood.

    `relative` is that deviance less a constant of the data, so that optimisers see its digits; `unscaled_variance` is the
    treatment's entry of (X'V⁻¹X)⁻¹ in units of the residual variance.
    """

    relative: float
    deviance: float
    coefficient: float
    unscaled_variance: float
    residual_variance: float


class WedgeLikelihood:
    """Everything that the likelihood needs, summed over the rows: a million rows cost no more than their cells.

    A *block* is one cluster in one period, a *cell* the rows of a block under one exposure. X holds one indicator a period and
    the treatment (an intercept with all periods but the first has the same determinant). In units of the residual variance
    V = I + λ ZZ' + κ WW', Z the clusters and W the blocks. Within a block of m rows V without its λ gives the block's mean the
    weight q = m/(1 + κm); within a cluster, with Q its sum of q, λ takes λ/(1 + λQ) of the cluster's weighted sums away.
    """

    def __init__(self, outcome: Numbers, treatment: Numbers, period: Numbers, cluster: Numbers) -> None:
        t = np.unique(period, return_inverse=True)[1].reshape(-1)
        g = np.unique(cluster, return_inverse=True)[1].reshape(-1)
        self.n, self.periods, self.clusters = outcome.size, int(t.max()) + 1, int(g.max()) + 1
        codes, cell = np.unique((g * self.periods + t) * 2 + treatment.astype(np.int64), return_inverse=True)
        cell = cell.reshape(-1)
        centred = outcome - outcome.mean()  # moves the periods' effects only, and spares digits
        self.rows = np.bincount(cell).astype(np.float64)
        self.means = np.bincount(cell, weights=centred) / self.rows
        self.pure = float(((centred - self.means[cell]) ** 2).sum())
        self.exposed = (codes % 2).astype(np.float64)
        blocks, self.block = np.unique(codes // 2, return_inverse=True)
        self.block = self.block.reshape(-1)
        self.g, self.t = blocks // self.periods, blocks % self.periods
        self.m = np.bincount(self.block, weights=self.rows)
        self.share = self._of_blocks(self.exposed)
        self.level = self._of_blocks(self.means)
        apart = self.rows * (self.exposed - self.share[self.block])
        self.own_exposure, self.own_outcome = float(apart @ self.exposed), float(apart @ self.means)
        self.total = self.pure + float((self.rows * self.means**2).sum())

    def _of_blocks(self, values: Numbers) -> Numbers:
        """Mean of each block, from the values of its cells."""
        return np.asarray(np.bincount(self.block, weights=self.rows * values) / self.m)

    def _of_clusters(self, values: Numbers) -> Numbers:
        return np.asarray(np.bincount(self.g, weights=values, minlength=self.clusters))

    @property
    def parameters(self) -> int:
        """Columns of X."""
        return self.periods + 1

    @property
    def df(self) -> int:
        """Rows less columns of X."""
        return self.n - self.parameters

    @property
    def identified(self) -> bool:
        """Whether a period finds both exposures: the periods then leave the treatment something to explain."""
        exposed = np.bincount(self.t, weights=self.m * self.share)
        rows = np.bincount(self.t, weights=self.m)
        return bool(np.any((exposed > 0) & (exposed < rows)))

    @property
    def alike_in_blocks(self) -> bool:
        """Whether the rows of each cluster in each period are alike: nothing is left for the residual variance."""
        return self.rows.size == self.m.size and self.pure <= NOTHING_LEFT * self.total

    def fit(self, cluster_ratio: float, block_ratio: float = 0.0) -> Fit:
        """The model at λ = `cluster_ratio` and κ = `block_ratio`."""
        q = self.m / (1 + block_ratio * self.m)
        sums = self._of_clusters(q)
        taken = cluster_ratio / (1 + cluster_ratio * sums)
        gram, moments = self._equations(q, taken)
        unit = np.zeros(self.parameters)
        unit[-1] = 1.0
        solved = np.linalg.solve(gram, np.column_stack((moments, unit)))
        effects = solved[:, 0]
        rss = self._rss(q, sums, cluster_ratio, np.asarray(effects, dtype=np.float64))
        if rss <= NOTHING_LEFT * self.total:
            return Fit(-math.inf, -math.inf, float(effects[-1]), 0.0, 0.0)
        determinants = float(np.log1p(block_ratio * self.m).sum() + np.log1p(cluster_ratio * sums).sum())
        relative = determinants + float(np.linalg.slogdet(gram)[1]) + self.df * math.log(rss / self.total)
        deviance = relative + self.df * (1 + math.log(2 * math.pi * self.total / self.df))
        return Fit(relative, deviance, float(effects[-1]), float(solved[-1, 1]), rss / self.df)

    def _equations(self, q: Numbers, taken: Numbers) -> tuple[Numbers, Numbers]:
        """X'V⁻¹X and X'V⁻¹y: an arrow of periods and treatment, less what the clusters take."""
        p = self.parameters
        gram, moments = np.zeros((p, p)), np.empty(p)
        gram[np.arange(p - 1), np.arange(p - 1)] = np.bincount(self.t, weights=q)
        gram[-1, :-1] = gram[:-1, -1] = np.bincount(self.t, weights=q * self.share)
        gram[-1, -1] = self.own_exposure + float((q * self.share**2).sum())
        moments[:-1] = np.bincount(self.t, weights=q * self.level)
        moments[-1] = self.own_outcome + float((q * self.share * self.level).sum())
        by_cluster = np.zeros((self.clusters, p))
        by_cluster[self.g, self.t] = q
        by_cluster[:, -1] = self._of_clusters(q * self.share)
        weighted = by_cluster * taken[:, None]
        return gram - by_cluster.T @ weighted, moments - weighted.T @ self._of_clusters(q * self.level)

    def _rss(self, q: Numbers, sums: Numbers, cluster_ratio: float, effects: Numbers) -> float:
        """r'V⁻¹r as a sum of squares within cells, blocks and clusters, and of the clusters' own: nothing cancels."""
        residual = self.means - effects[self.t[self.block]] - effects[-1] * self.exposed
        blocks = self._of_blocks(residual)
        clusters = self._of_clusters(q * blocks) / sums
        return (
            self.pure
            + float((self.rows * (residual - blocks[self.block]) ** 2).sum())
            + float((q * (blocks - clusters[self.g]) ** 2).sum())
            + float((sums * clusters**2 / (1 + cluster_ratio * sums)).sum())
        )


def likelihood_of(
    outcome: ArrayLike,
    treatment: ArrayLike,
    period: ArrayLike,
    cluster: ArrayLike,
    method: str,
    *,
    several_a_block: bool = False,
) -> tuple[WedgeLikelihood | NotEstimable, int, int]:
    """The likelihood of the complete rows or why there is none, with the numbers of clusters and of rows left out.

    With `several_a_block` there is none either when no cluster has more than one row in a period.
    """
    (y, exposure, when, where), dropped = complete(outcome, binary(treatment), labelled(period), labelled(cluster))
    clusters = np.unique(where).size
    reason = None
    if y.size == 0:
        reason = Reason.NO_ROWS
    elif clusters == 1:
        reason = Reason.ONE_CLUSTER
    elif np.ptp(y) == 0:
        reason = Reason.NO_VARIATION
    if reason is not None:
        return NotEstimable(reason, y.size, method), clusters, dropped
    model = WedgeLikelihood(y, exposure, when, where)
    if not model.identified:
        return NotEstimable(Reason.CONFOUNDED, y.size, method), clusters, dropped
    if model.df <= 0:
        return NotEstimable(Reason.TOO_FEW, y.size, method), clusters, dropped
    if several_a_block and model.m.max() == 1:
        return NotEstimable(Reason.ONE_ROW_A_CELL, y.size, method), clusters, dropped
    plain = model.fit(0.0)
    if plain.residual_variance == 0:
        return NotEstimable(Reason.NO_VARIATION, y.size, method, plain.coefficient), clusters, dropped
    return model, clusters, dropped
