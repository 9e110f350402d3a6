"""Sites brought together: fixed or random effects, Hartung-Knapp and prediction intervals, each site left out in turn."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.heterogeneity import PoolingMethod, Sites, between_sites, q_profile, sites
from evaluation.statistics.samples import (
    DomainError,
    empty_reason,
    normal_p,
    normal_quantile,
    student_p,
    student_quantile,
)
from evaluation.vocabulary import Flag, Reason

WALD_METHOD = "inverse_variance_wald"
TAU2_METHOD = "q_profile"


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


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The pooled effect without each site in turn, in the order of the sites that take part, with Wald limits."""

    effects: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]


def pool(effects: ArrayLike, variances: ArrayLike, method: PoolingMethod = "REML", level: float = 0.95) -> Pooled:
    """Inverse-variance synthesis of the effects of several sites; the order of the sites never shows, to the last bit.

    Parameters
    ----------
    effects, variances
        Shape (k,), on one scale; variances > 0. A site that lacks either takes no part (NaN).
    method
        Between-site variance: `fixed` (none), `DL`, `PM` or `REML` (see `heterogeneity`), iterated to convergence.
    level
        Two-sided confidence level.

    Raises
    ------
    DomainError
        Fewer than two sites (see `one_site`), a variance that is not positive, an infinite effect, an unknown method.

    References
    ----------
    .. [1] Hartung-Knapp: IntHout 2014, BMC Med Res Methodol 14:25; ad-hoc rule: Jackson 2017, Stat Med 36:3923; prediction:
       Higgins, Thompson & Spiegelhalter 2009, J R Stat Soc A 172:137; I²: Higgins & Thompson 2002, Stat Med 21:1539.
    """
    given = sites(effects, variances)
    k = given.k
    if k < 2:
        raise DomainError("a synthesis needs two sites or more")
    squared_unit = given.unit**2
    fixed, fixed_se = _mean(given, 0.0)
    q = given.q(0.0)
    tau2 = between_sites(given, method)
    effect, se = _mean(given, tau2)
    hk_se = se * math.sqrt(given.q(tau2) / (k - 1))
    z, t = normal_quantile(level), student_quantile(level, k - 1)
    adhoc_se = max(hk_se, fixed_se)
    spread = student_quantile(level, k - 2) * math.hypot(math.sqrt(tau2) * given.unit, se) if k > 2 else None
    weights = given.weights(tau2)
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
        tau2=tau2 * squared_unit,
        i2=max(0.0, (q - (k - 1)) / q) if q > 0 else 0.0,
        weights=tuple(given.in_row_order(weights / weights.sum()).tolist()),
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
    return Estimate(term.effect, term.effect - half, term.effect + half, level, 1, WALD_METHOD, (), extras, term)


def tau2_interval(
    effects: ArrayLike, variances: ArrayLike, method: PoolingMethod = "REML", level: float = 0.95
) -> Result:
    """The between-site variance τ² with its Q-profile interval [1]_.

    Parameters
    ----------
    effects, variances
        Shape (k,), on one scale; variances > 0. A site that lacks either takes no part (NaN).
    method
        Estimator of τ²; the interval is the same for all.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        In squared units of the effects; a limit is 0 where the sites differ less than chance would have them. `extras`: k,
        q_statistic, i2_percent. The estimate need not lie within its interval, which owes nothing to it. Not estimable below
        two sites.

    Raises
    ------
    DomainError
        As `pool`.

    References
    ----------
    .. [1] Viechtbauer 2007, Stat Med 26:37.
    """
    given = sites(effects, variances)
    if given.k < 2:
        return NotEstimable(empty_reason(given.k, Reason.TOO_FEW_STUDIES), given.k, TAU2_METHOD, extras={"k": given.k})
    squared_unit = given.unit**2
    tau2 = between_sites(given, method) * squared_unit
    low, high = (limit * squared_unit for limit in q_profile(given, level))
    q, df = given.q(0.0), given.k - 1
    i2 = max(0.0, (q - df) / q) if q > 0 else 0.0
    extras: dict[str, Extra] = {"k": given.k, "q_statistic": q, "i2_percent": 100 * i2}
    flags = (Flag.BOUNDARY,) * (high == 0)
    return Estimate(tau2, low, high, level, given.k, TAU2_METHOD, flags, extras)


def leave_one_out(
    effects: ArrayLike, variances: ArrayLike, method: PoolingMethod = "REML", level: float = 0.95
) -> LeftOut | NotEstimable:
    """The pooled effect without each site in turn, τ² estimated anew each time.

    Parameters
    ----------
    effects, variances, method, level
        As `pool`.

    Returns
    -------
    LeftOut or NotEstimable
        Item j is the result without the j-th of the sites that take part; of two sites, the other one's own effect and
        limits. Not estimable below two sites.

    Raises
    ------
    DomainError
        As `pool`.

    References
    ----------
    .. [1] Viechtbauer & Cheung 2010, Res Synth Methods 1:112.
    """
    given = sites(effects, variances)
    if given.k < 2:
        return NotEstimable(empty_reason(given.k, Reason.TOO_FEW_STUDIES), given.k, WALD_METHOD)
    y, v = (np.asarray(column, dtype=np.float64) for column in (effects, variances))
    known = np.flatnonzero(~(np.isnan(y) | np.isnan(v)))
    found = [_wald(sites(y[others], v[others]), method, level) for others in (known[known != j] for j in known)]
    return LeftOut(*(tuple(column) for column in zip(*found, strict=True)))


def _wald(given: Sites, method: PoolingMethod, level: float) -> tuple[float, float, float]:
    """Pooled effect and its limits; those of the site itself when it is alone."""
    effect, se = _mean(given, between_sites(given, method))
    half = normal_quantile(level) * se
    return effect, effect - half, effect + half


def _mean(given: Sites, tau2: float) -> tuple[float, float]:
    """Pooled effect and its standard error, in the unit of the effects."""
    weights = given.weights(tau2)
    return given.origin + given.unit * given.mean(weights), given.unit / math.sqrt(float(weights.sum()))
