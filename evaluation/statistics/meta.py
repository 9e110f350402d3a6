"""Sites brought together: fixed or random effects, heterogeneity, Hartung-Knapp and prediction intervals."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from evaluation.estimate import Estimate, PoolingTerm
from evaluation.statistics.samples import Numbers, normal_p, normal_quantile, student_p, student_quantile
from evaluation.vocabulary import Reason

PoolingMethod = Literal["fixed", "DL", "REML", "PM"]


@dataclass(frozen=True, slots=True)
class Pooled:
    """The synthesis of k ≥ 2 effects, on their own scale.

    `effect`, `se`, `low`, `high`, `z`, `p_value` are the normal (Wald) reading; `hk_*` the Hartung-Knapp one, t with k − 1 df,
    absent with `hk_reason` when the effects are identical; `adhoc_*` the same with a standard error never below the fixed-effect
    one; `prediction_*` the range of the effect in a new site, t with k − 2 df, from three sites on. `i2` is 0..1, from Q.
    """

    k: int
    method: PoolingMethod
    level: float
    effect: float
    se: float
    low: float
    high: float
    z: float
    p_value: float
    q: float
    q_df: int
    q_p_value: float
    tau2: float
    i2: float
    weights: tuple[float, ...]
    fixed_effect: float
    fixed_se: float
    hk_se: float
    hk_low: float | None
    hk_high: float | None
    hk_t: float | None
    hk_p_value: float | None
    hk_reason: Reason | None
    hk_narrower_than_fixed: bool
    adhoc_se: float
    adhoc_low: float
    adhoc_high: float
    prediction_low: float | None
    prediction_high: float | None


def pool(effects: ArrayLike, variances: ArrayLike, method: PoolingMethod = "REML", level: float = 0.95) -> Pooled:
    """Inverse-variance synthesis of the effects of several sites.

    Parameters
    ----------
    effects, variances
        Shape (k,), on one scale; variances > 0. A site that lacks either takes no part (NaN).
    method
        Between-site variance: `fixed` (none), `DL` [1]_, `PM` [2]_ or `REML` [3]_, iterated to convergence.
    level
        Two-sided confidence level.

    Raises
    ------
    ValueError
        Fewer than two sites (see `one_site`), a variance that is not positive, an infinite effect, an unknown method.

    References
    ----------
    .. [1] DerSimonian & Laird 1986, Control Clin Trials 7:177.
    .. [2] Paule & Mandel 1982, J Res Natl Bur Stand 87:377.
    .. [3] Viechtbauer 2005, J Educ Behav Stat 30:261. Hartung-Knapp: IntHout 2014, BMC Med Res Methodol 14:25; ad-hoc rule:
       Jackson 2017, Stat Med 36:3923; prediction: Higgins, Thompson & Spiegelhalter 2009, J R Stat Soc A 172:137.
    """
    y, v = _complete(effects, variances)
    k = y.size
    fixed, fixed_se = _mean(y, 1 / v)
    identical = bool(np.ptp(y) <= 1e-12 * np.abs(y).max())
    q = 0.0 if identical else float(((y - fixed) ** 2 / v).sum())
    tau2 = 0.0 if identical else _TAU2[method](y, v)
    w = 1 / (v + tau2)
    effect, se = _mean(y, w)
    hk_se = 0.0 if identical else se * math.sqrt(float((w * (y - effect) ** 2).sum()) / (k - 1))
    z, t = normal_quantile(level), student_quantile(level, k - 1)
    adhoc_se = max(hk_se, fixed_se)
    spread = student_quantile(level, k - 2) * math.sqrt(tau2 + se**2) if k > 2 else None
    return Pooled(
        k=k,
        method=method,
        level=level,
        effect=effect,
        se=se,
        low=effect - z * se,
        high=effect + z * se,
        z=effect / se,
        p_value=normal_p(effect / se),
        q=q,
        q_df=k - 1,
        q_p_value=float(special.chdtrc(k - 1, q)),
        tau2=tau2,
        i2=max(0.0, (q - (k - 1)) / q) if q > 0 else 0.0,
        weights=tuple((w / w.sum()).tolist()),
        fixed_effect=fixed,
        fixed_se=fixed_se,
        hk_se=hk_se,
        hk_low=effect - t * hk_se if hk_se > 0 else None,
        hk_high=effect + t * hk_se if hk_se > 0 else None,
        hk_t=effect / hk_se if hk_se > 0 else None,
        hk_p_value=student_p(effect / hk_se, k - 1) if hk_se > 0 else None,
        hk_reason=None if hk_se > 0 else Reason.SITES_IDENTICAL,
        hk_narrower_than_fixed=t * hk_se < z * fixed_se,
        adhoc_se=adhoc_se,
        adhoc_low=effect - t * adhoc_se,
        adhoc_high=effect + t * adhoc_se,
        prediction_low=None if spread is None else effect - spread,
        prediction_high=None if spread is None else effect + spread,
    )


def one_site(term: PoolingTerm, level: float) -> Estimate:
    """What one site alone says: its own effect and Wald interval; heterogeneity does not exist, not even as 0."""
    se = math.sqrt(term.variance)
    half = normal_quantile(level) * se
    extras = {
        "se": se,
        "z": term.effect / se,
        "p_value": normal_p(term.effect / se),
        "tau2": None,
        "i2": None,
        "q": None,
    }
    return Estimate(
        term.effect, term.effect - half, term.effect + half, level, 1, "inverse_variance_wald", (), extras, term
    )


def _complete(effects: ArrayLike, variances: ArrayLike) -> tuple[Numbers, Numbers]:
    y, v = np.asarray(effects, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    known = ~(np.isnan(y) | np.isnan(v))
    y, v = y[known], v[known]
    if y.size < 2:
        raise ValueError("a synthesis needs two sites or more")
    if not bool(np.all((v > 0) & np.isfinite(v) & np.isfinite(y))):
        raise ValueError("every effect must be finite and every variance positive")
    return y, v


def _mean(y: Numbers, w: Numbers) -> tuple[float, float]:
    """Weighted mean and its standard error."""
    total = float(w.sum())
    return float((w * y).sum()) / total, 1 / math.sqrt(total)


def _no_tau2(_y: Numbers, _v: Numbers) -> float:
    return 0.0


def _dersimonian_laird(y: Numbers, v: Numbers) -> float:
    fixed, _ = _mean(y, 1 / v)
    q = float(((y - fixed) ** 2 / v).sum())
    first, second = float((1 / v).sum()), float((1 / v**2).sum())
    return max(0.0, (q - (y.size - 1)) / (first - second / first))


def _paule_mandel(y: Numbers, v: Numbers) -> float:
    def excess(tau2: float) -> float:
        w = 1 / (v + tau2)
        mean, _ = _mean(y, w)
        return float((w * (y - mean) ** 2).sum()) - (y.size - 1)

    if excess(0.0) <= 0:
        return 0.0
    high = float(np.ptp(y)) ** 2  # every squared deviation is at most this, so Σw(y − µ)² ≤ k·high/τ²
    while excess(high) > 0:
        high *= 2
    return _refined(excess, 0.0, high)


def _reml(y: Numbers, v: Numbers) -> float:
    """The τ² ≥ 0 of highest restricted likelihood, among 0 and every root of the score on a log grid."""

    def score(tau2: float) -> float:
        w = 1 / (v + tau2)
        mean, _ = _mean(y, w)
        return float((w**2 * (y - mean) ** 2).sum() - w.sum() + (w**2).sum() / w.sum())

    def likelihood(tau2: float) -> float:
        w = 1 / (v + tau2)
        mean, _ = _mean(y, w)
        return float(np.log(w).sum() - math.log(w.sum()) - (w * (y - mean) ** 2).sum()) / 2

    scale = float(v.max()) + float(np.ptp(y)) ** 2
    grid = [0.0, *(scale * np.logspace(-12, 3, 301)).tolist()]
    scores = [score(tau2) for tau2 in grid]
    roots = [_refined(score, grid[i], grid[i + 1]) for i in range(len(grid) - 1) if scores[i] > 0 >= scores[i + 1]]
    return max([0.0, *roots], key=likelihood)


def _refined(function: Callable[[float], float], low: float, high: float) -> float:
    return float(optimize.brentq(function, low, high, xtol=1e-300, rtol=1e-14, maxiter=500))


_TAU2: dict[str, Callable[[Numbers, Numbers], float]] = {
    "fixed": _no_tau2,
    "DL": _dersimonian_laird,
    "PM": _paule_mandel,
    "REML": _reml,
}
