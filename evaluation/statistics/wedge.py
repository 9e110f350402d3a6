"""The stepped wedge: Hussey and Hughes' mixed model and its nested exchangeable extension, fitted by REML."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from evaluation.estimate import Estimate, Extra, NotEstimable, Result
from evaluation.statistics.samples import Numbers, normal_p, normal_quantile
from evaluation.statistics.wedge_likelihood import Fit, WedgeLikelihood, likelihood_of
from evaluation.vocabulary import Flag, Reason

METHOD: Final = "hussey_hughes_reml_gls"
METHOD_NESTED: Final = "nested_exchangeable_reml_gls"
FEW_CLUSTERS: Final = 10
LOG_RATIOS: Final[Numbers] = np.linspace(math.log(1e-8), math.log(1e4), 97)
BEATS: Final = 1e-9
"""A variance is not 0 only when its deviance is lower than that of 0 by more than this."""
STARTS: Final = tuple((a, b) for a in (-6.0, -2.5, 1.0) for b in (-6.0, -2.5, 1.0))
"""Logs of the two variance ratios to search from."""
WIDEST: Final = 15.0
"""Logs of variance ratios are searched between −15 and 15."""

PRINTED: Final = ("se", "z", "p_value", "variance_cluster", "residual_variance", "icc", "reml_loglik")

Ratios = tuple[float, float]


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
        `extras`: se, z, p_value, variance_cluster, residual_variance, icc, reml_loglik, clusters, n_missing_dropped. Never
        pooled: the model spans the sites.

    Raises
    ------
    DomainError
        For a treatment that is not 0/1, or an infinite outcome.

    References
    ----------
    .. [1] Hussey & Hughes 2007, Contemp Clin Trials 28:182.
    """
    model, clusters, dropped = likelihood_of(outcome, treatment, period, cluster, METHOD)
    counts: dict[str, Extra] = {"clusters": clusters, "n_missing_dropped": dropped}
    if isinstance(model, NotEstimable):
        return replace(model, extras={**dict.fromkeys(PRINTED), **counts})
    ratio = _best(model.fit)
    return _reading(model, (ratio, 0.0), level, METHOD, counts)


def stepped_wedge_nested(
    outcome: ArrayLike, treatment: ArrayLike, period: ArrayLike, cluster: ArrayLike, level: float
) -> Result:
    """As `stepped_wedge`, with a second random intercept for each cluster in each period [1]_.

    Parameters, Raises
        As in `stepped_wedge`, with several rows a cluster and period.

    Returns
    -------
    Estimate or NotEstimable
        `extras` as in `stepped_wedge`, and variance_cluster_period. `icc` is that between periods: the cluster's part alone.
        A variance at the edge of its domain is exactly 0, flagged.

    References
    ----------
    .. [1] Hooper, Teerenstra, de Hoop & Eldridge 2016, Stat Med 35:4718; Li et al. 2021, Stat Methods Med Res 30:612.
    """
    model, clusters, dropped = likelihood_of(outcome, treatment, period, cluster, METHOD_NESTED, several_a_block=True)
    counts: dict[str, Extra] = {"clusters": clusters, "n_missing_dropped": dropped}
    absent = {**dict.fromkeys((*PRINTED, "variance_cluster_period")), **counts}
    if isinstance(model, NotEstimable):
        return replace(model, extras=absent)
    if model.alike_in_blocks:
        return NotEstimable(Reason.NO_VARIATION, model.n, METHOD_NESTED, model.fit(0.0).coefficient, extras=absent)
    return _reading(model, _best_pair(model), level, METHOD_NESTED, counts)


def _reading(model: WedgeLikelihood, ratios: Ratios, level: float, method: str, counts: dict[str, Extra]) -> Result:
    fit = model.fit(*ratios)
    searched = ratios if method == METHOD_NESTED else ratios[:1]
    flags = (Flag.VARIANCE_ZERO,) * (ratios[0] == 0) + (Flag.FEW_CLUSTERS,) * (model.clusters < FEW_CLUSTERS)
    edge = math.exp(LOG_RATIOS[-1]) / 2
    flags += (Flag.BOUNDARY,) * (0 in searched[1:] or max(searched) > edge)
    se = math.sqrt(fit.residual_variance * fit.unscaled_variance)
    z = fit.coefficient / se
    variances: dict[str, Extra] = {"variance_cluster": ratios[0] * fit.residual_variance}
    if method == METHOD_NESTED:
        variances["variance_cluster_period"] = ratios[1] * fit.residual_variance
    extras: dict[str, Extra] = {
        "se": se,
        "z": z,
        "p_value": normal_p(z),
        **variances,
        "residual_variance": fit.residual_variance,
        "icc": ratios[0] / (1 + sum(ratios)),
        "reml_loglik": -fit.deviance / 2,
        **counts,
    }
    half = normal_quantile(level) * se
    value = fit.coefficient
    return Estimate(value, value - half, value + half, level, model.n, method, flags, extras)


def _best(fit: Callable[[float], Fit]) -> float:
    """The ratio ≥ 0 of highest restricted likelihood: best cell of a grid, then Brent; 0 when nothing inside beats it."""
    deviances = [fit(math.exp(log_ratio)).relative for log_ratio in LOG_RATIOS]
    at = int(np.argmin(deviances))
    ends = float(LOG_RATIOS[max(at - 1, 0)]), float(LOG_RATIOS[min(at + 1, LOG_RATIOS.size - 1)])
    found = optimize.minimize_scalar(
        lambda log_ratio: fit(math.exp(log_ratio)).relative, bounds=ends, method="bounded", options={"xatol": 1e-10}
    )
    ratio = math.exp(float(found.x))
    return ratio if fit(ratio).relative < fit(0.0).relative - BEATS else 0.0


def _best_pair(model: WedgeLikelihood) -> Ratios:
    """The pair of ratios of highest restricted likelihood: either at 0, or both inside when that beats the edges."""
    edges: list[Ratios] = [
        (_best(lambda ratio: model.fit(ratio, 0.0)), 0.0),
        (0.0, _best(lambda ratio: model.fit(0.0, ratio))),
    ]
    edge = min(edges, key=lambda ratios: model.fit(*ratios).relative)
    inside = _inside(model, edges)
    beats = model.fit(*inside).relative < model.fit(*edge).relative - BEATS
    return inside if beats else edge


def _inside(model: WedgeLikelihood, edges: list[Ratios]) -> Ratios:
    """The best optimum with both ratios above 0: short simplex searches from all over, the distinct best ones finished."""

    def deviance(logs: Numbers) -> float:
        if float(np.abs(logs).max()) > WIDEST:
            return math.inf
        return model.fit(math.exp(logs[0]), math.exp(logs[1])).relative

    def search(start: Numbers, precise: bool) -> tuple[float, Numbers]:
        steps = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]) * (0.05 if precise else 1.0)
        found = optimize.minimize(
            deviance,
            start,
            method="Nelder-Mead",
            options={
                "xatol": 1e-9 if precise else 0.05,
                "fatol": 1e-11 if precise else 1e-3,
                "maxfev": 800 if precise else 80,
                "initial_simplex": start + steps,
            },
        )
        return float(found.fun), np.asarray(found.x)

    both = tuple(math.log(max(pair)) if max(pair) > 0 else -6.0 for pair in edges)
    coarse = sorted((search(np.array(start), precise=False) for start in (*STARTS, both)), key=lambda one: one[0])
    kept: list[Numbers] = []
    for value, logs in coarse:
        if value <= coarse[0][0] + 5 and all(float(np.abs(logs - other).max()) > 0.5 for other in kept):
            kept.append(logs)
    best = min((search(logs, precise=True) for logs in kept), key=lambda one: one[0])[1]
    return math.exp(best[0]), math.exp(best[1])
