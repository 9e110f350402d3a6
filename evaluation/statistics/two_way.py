"""The effect of a treatment with cluster and period effects taken out, and standard errors that allow for clusters."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from evaluation.estimate import Estimate, Extra, NotEstimable, Result
from evaluation.statistics.cluster_robust import FEW_CLUSTERS, sums, vanishing
from evaluation.statistics.regression import EXPLAINED, complete, exact, labelled
from evaluation.statistics.samples import DomainError, Numbers, binary, student_p, student_quantile
from evaluation.vocabulary import Flag, Reason

METHOD: Final = "cr1_t_nested_effects_not_counted"

Codes = NDArray[np.int64]


def two_way_fixed_effects(
    outcome: ArrayLike,
    treatment: ArrayLike,
    period: ArrayLike,
    cluster: ArrayLike,
    level: float,
    weights: ArrayLike | None = None,
) -> Result:
    """Effect of the treatment by (weighted) least squares with cluster and period effects, CR1, t with G − 1 df.

    Parameters
    ----------
    outcome
        Shape (n,), a number, NaN missing.
    treatment
        Shape (n,), 0/1, 1 while the cluster is treated; NaN missing.
    period, cluster
        Shape (n,), codes ≥ 0, negative for missing.
    level
        Two-sided confidence level.
    weights
        Shape (n,), analytic weights ≥ 0, NaN missing; a row of weight 0 takes no part. All 1 when absent.

    Returns
    -------
    Estimate or NotEstimable
        In the outcome's unit. `extras`: se, t, df, p_value, clusters, n_missing_dropped. The cluster effects, nested in the
        clusters, are not counted as parameters [1]_. Never pooled: the model spans the sites.

    Raises
    ------
    DomainError
        For a treatment that is not 0/1, a negative weight or an infinite value.

    Notes
    -----
    With staggered adoption the estimate is a weighted mix of effects, some weights possibly negative [2]_; the result is then
    flagged.

    References
    ----------
    .. [1] Cameron & Miller 2015, J Hum Resour 50:317.
    .. [2] Goodman-Bacon 2021, J Econom 225:254.
    """
    given = np.ones(np.asarray(outcome).shape) if weights is None else weights
    rows, dropped = complete(outcome, binary(treatment), labelled(period), labelled(cluster), given)
    y, exposure, when, where, w = rows
    if bool(np.any(w < 0)):
        raise DomainError("a weight is negative")
    used = w > 0
    dropped += int(np.count_nonzero(~used))
    y, exposure, when, where, w = (column[used] for column in (y, exposure, when, where, w))
    periods, t = np.unique(when, return_inverse=True)
    clusters, g = np.unique(where, return_inverse=True)
    return _effect(y, exposure, w, t.reshape(-1), g.reshape(-1), (periods.size, clusters.size), dropped, level)


def _effect(
    y: Numbers,
    exposure: Numbers,
    w: Numbers,
    t: Codes,
    g: Codes,
    counts: tuple[int, int],
    dropped: int,
    level: float,
) -> Result:
    n, (periods, clusters) = y.size, counts
    absent: dict[str, Extra] = dict.fromkeys(("se", "t", "df", "p_value"))
    extras: dict[str, Extra] = {**absent, "clusters": clusters, "n_missing_dropped": dropped}
    if n == 0:
        return NotEstimable(Reason.NO_ROWS, 0, METHOD, extras=extras)
    flags = (Flag.FEW_CLUSTERS,) * (clusters < FEW_CLUSTERS) + (Flag.STAGGERED,) * staggered(exposure, t, g)
    w = w / w.max()
    effects = _Effects(w, t, g)
    left = effects.taken_out(exposure)
    if float((w * left**2).sum()) <= EXPLAINED**2 * float((w * exposure**2).sum()):
        reason = Reason.CONFOUNDED if np.ptp(exposure) else Reason.NOT_IDENTIFIED
        return NotEstimable(reason, n, METHOD, flags=flags, extras=extras)
    outcome = effects.taken_out(y)
    denominator = float((w * left**2).sum())
    value = float((w * left * outcome).sum()) / denominator
    residual = outcome - value * left
    parts = w * left * residual / denominator
    scores = sums(g, parts)
    bare = _no_inference(n, periods + 1, clusters, residual, y)
    if bare is None and vanishing(scores, g, parts):
        bare = Reason.CLUSTERS_FITTED
    if bare is not None:
        return NotEstimable(bare, n, METHOD, value, flags, extras)
    factor = clusters / (clusters - 1) * (n - 1) / (n - periods - 1)
    se = math.sqrt(factor * float((scores**2).sum()))
    df = clusters - 1
    half, ratio = student_quantile(level, df) * se, value / se
    extras |= {"se": se, "t": ratio, "df": df, "p_value": student_p(ratio, df)}
    return Estimate(value, value - half, value + half, level, n, METHOD, flags, extras)


def _no_inference(n: int, parameters: int, clusters: int, residual: Numbers, y: Numbers) -> Reason | None:
    if clusters == 1:
        return Reason.ONE_CLUSTER
    if n <= parameters:
        return Reason.TOO_FEW
    return Reason.NO_VARIATION if exact(residual, y) else None


def staggered(exposure: Numbers, period: Codes, cluster: Codes) -> bool:
    """Whether, among the clusters that are ever treated, a period finds some rows treated and others not."""
    ever = np.bincount(cluster, weights=exposure)[cluster] > 0
    treated = np.bincount(period[ever], weights=exposure[ever])
    rows = np.bincount(period[ever])
    return bool(np.any((treated > 0) & (treated < rows)))


class _Effects:
    """Weighted least squares on cluster and period indicators, from the weights of their cells.

    The normal equations are solved for the effects of the fewer of the two, the other's being eliminated: a million rows cost
    sums by cell and one small system.
    """

    def __init__(self, w: Numbers, t: Codes, g: Codes) -> None:
        self.w = w
        few, many = (t, g) if t.max() <= g.max() else (g, t)
        self.few, self.many = few, many
        self.cells = sparse.csr_array((w, (many, few)), shape=(int(many.max()) + 1, int(few.max()) + 1))
        self.totals = np.bincount(many, weights=w)
        shares = sparse.diags_array(1 / self.totals) @ self.cells
        system = np.diag(np.bincount(few, weights=w)) - (self.cells.T @ shares).toarray()
        # the effects are known up to one constant for each connected part of the design: the shortest solution will do
        self.inverse = np.linalg.pinv(system, rcond=1e-11, hermitian=True)

    def taken_out(self, values: Numbers) -> Numbers:
        """What the indicators leave of the values (twice, against rounding)."""
        return self._once(self._once(values))

    def _once(self, values: Numbers) -> Numbers:
        weighted = self.w * values
        by_many = np.bincount(self.many, weights=weighted) / self.totals
        effects = self.inverse @ (np.bincount(self.few, weights=weighted) - self.cells.T @ by_many)
        return np.asarray(values - effects[self.few] - (by_many - self.cells @ effects / self.totals)[self.many])
