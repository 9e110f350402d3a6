"""Several sites brought together: from roles and parameters to the keys of the method sheets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evaluation.compute.answers import Adapter, Answer, answer
from evaluation.compute.roles import Roles
from evaluation.estimate import PoolingTerm
from evaluation.statistics import meta, risks
from evaluation.statistics.samples import Numbers


def _effects(roles: Roles) -> tuple[Numbers, Numbers, Any, float]:
    level = roles.params.get("conf_level", 0.95)
    return roles.numbers("yi"), roles.numbers("vi"), roles.params["tau2_method"], level


def _known(effects: Numbers, variances: Numbers) -> NDArray[np.int64]:
    return np.flatnonzero(~(np.isnan(effects) | np.isnan(variances)))


def _meta(roles: Roles) -> Answer:
    effects, variances, method, level = _effects(roles)
    known = _known(effects, variances)
    if known.size == 1:
        term = PoolingTerm(float(effects[known[0]]), float(variances[known[0]]))
        alone = {
            "k": 1,
            "i2_percent": None,
            "q_statistic": None,
            "q_df": None,
            "q_p_value": None,
            "weights_percent": [100.0],
        }
        return {**answer(meta.one_site(term, level)), **alone, "flag": True}
    found = meta.pool(effects, variances, method, level)
    names = ("k", "se", "z", "p_value", "q_df", "q_p_value", "tau2")
    return {
        **{name: getattr(found, name) for name in names},
        "estimate": found.effect,
        "ci_low": found.low,
        "ci_high": found.high,
        "q_statistic": found.q,
        "i2_percent": 100 * found.i2,
        "weights_percent": [100 * w for w in found.weights],
        "flag": False,
    }


def _hartung_knapp(roles: Roles) -> Answer:
    effects, variances, method, level = _effects(roles)
    known = _known(effects, variances)
    if known.size == 1:
        return {"k": 1, "estimate": float(effects[known[0]]), "ci_low": None, "ci_high": None, "flag": True}
    found = meta.pool(effects, variances, method, level)
    return {
        "k": found.k,
        "estimate": found.effect,
        "se": found.hk_se,
        "ci_low": found.hk_low,
        "ci_high": found.hk_high,
        "t": found.hk_t,
        "df": found.k - 1,
        "p_value": found.hk_p_value,
        "tau2": found.tau2,
        "flag": found.hk_low is None or found.hk_narrower_than_fixed,
    }


def _prediction(roles: Roles) -> Answer:
    effects, variances, method, level = _effects(roles)
    if _known(effects, variances).size < 2:
        return {"pi_low": None, "pi_high": None, "flag": True}
    found = meta.pool(effects, variances, method, level)
    limits = {"pi_low": found.prediction_low, "pi_high": found.prediction_high}
    return {**limits, "flag": found.prediction_low is None}


def _meta_odds_ratio(roles: Roles) -> Answer:
    counts = (roles.numbers(role) for role in ("events_1", "n_1", "events_2", "n_2"))
    tables = [risks.TwoRisks(*map(int, row)) for row in zip(*counts, strict=True)]
    terms = [risks.log_odds_ratio(table) for table in tables]
    lists = {"yi": [t and t.effect for t in terms], "vi": [t and t.variance for t in terms]}
    used = [t for t in terms if t is not None]
    found = meta.pool([t.effect for t in used], [t.variance for t in used], roles.params["tau2_method"], 0.95)
    return {**lists, "k": found.k, "estimate": found.effect, "se": found.se, "flag": len(used) < len(terms)}


METRICS: Final[Mapping[str, Adapter]] = MappingProxyType(
    {
        "meta_analysis": _meta,
        "meta_hartung_knapp": _hartung_knapp,
        "meta_prediction_interval": _prediction,
        "meta_odds_ratio": _meta_odds_ratio,
    }
)
"""Metric → adapter."""
