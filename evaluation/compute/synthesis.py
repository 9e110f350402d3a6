"""Several sites brought together: from roles and parameters to the keys of the method sheets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, get_args

import numpy as np

from evaluation.compute.answers import Adapter, Answer, answer, plain
from evaluation.compute.roles import Roles
from evaluation.estimate import NotEstimable, PoolingTerm
from evaluation.statistics import meta, risks
from evaluation.statistics.bivariate import Bivariate, reitsma
from evaluation.statistics.bivariate_glmm import binomial_bivariate
from evaluation.statistics.counts import whole_counts
from evaluation.statistics.heterogeneity import PoolingMethod, sites
from evaluation.statistics.meta_binomial import pooled_proportion
from evaluation.statistics.samples import DomainError, Numbers
from evaluation.vocabulary import Flag, Reason

WALD: Final = ("estimate", "se", "ci_low", "ci_high", "z", "p_value")
HETEROGENEITY: Final = ("tau2", "i2_percent", "q_statistic", "q_df", "q_p_value")


def _level(roles: Roles) -> float:
    level = roles.level
    if 0.5 + level / 2 == 1:
        raise DomainError("the confidence level cannot be told from 1")
    return level


def _method(roles: Roles) -> PoolingMethod:
    method: PoolingMethod = roles.params["tau2_method"]
    if method not in get_args(PoolingMethod):
        raise DomainError(f"{method} is no estimator of the between-site variance")
    return method


def _sites(roles: Roles) -> tuple[Numbers, Numbers, int]:
    """Effects, variances and the number of sites that have both."""
    effects, variances = roles.numbers("yi"), roles.numbers("vi")
    return effects, variances, sites(effects, variances).k


def _absent(k: int, *names: str) -> Answer:
    """Null under each name, with the reason why fewer than the sites needed are too few."""
    reason = Reason.TOO_FEW_STUDIES if k else Reason.NO_ROWS
    return {**dict.fromkeys(names), "k": k, "flag": True, "warnings": [], "reason": reason.value}


def _meta(roles: Roles) -> Answer:
    effects, variances, _ = _sites(roles)
    return _pooled(effects, variances, _method(roles), _level(roles))


def _pooled(effects: Numbers, variances: Numbers, method: PoolingMethod, level: float) -> Answer:
    known = ~(np.isnan(effects) | np.isnan(variances))
    k = int(np.count_nonzero(known))
    if k == 0:
        return _absent(0, *WALD, *HETEROGENEITY, "weights_percent")
    if k == 1:
        term = PoolingTerm(float(effects[known][0]), float(variances[known][0]))
        alone = answer(meta.one_site(term, level))
        return {**_absent(1, *HETEROGENEITY), **{name: alone[name] for name in WALD}, "weights_percent": [100.0]}
    found = meta.pool(effects, variances, method, level)
    names = ("k", "se", "z", "p_value", "q_df", "q_p_value", "tau2")
    given = {
        **{name: getattr(found, name) for name in names},
        "estimate": found.effect,
        "ci_low": found.low,
        "ci_high": found.high,
        "q_statistic": found.q,
        "i2_percent": 100 * found.i2,
        "weights_percent": [100 * w for w in found.weights],
    }
    return {**plain(given), "flag": False, "warnings": []}


def _hartung_knapp(roles: Roles) -> Answer:
    (effects, variances, k), method, level = _sites(roles), _method(roles), _level(roles)
    if k < 2:
        spread = ("se", "ci_low", "ci_high", "t", "df", "p_value", "tau2", "adhoc_se", "adhoc_ci_low", "adhoc_ci_high")
        return {**_absent(k, *spread), "estimate": _pooled(effects, variances, method, level)["estimate"]}
    found = meta.pool(effects, variances, method, level)
    narrow = found.hk_low is not None and found.hk_narrower_than_fixed
    given = {
        "k": found.k,
        "estimate": found.effect,
        "se": found.hk_se,
        "ci_low": found.hk_low,
        "ci_high": found.hk_high,
        "t": found.hk_t,
        "df": found.k - 1,
        "p_value": found.hk_p_value,
        "tau2": found.tau2,
        "adhoc_se": found.adhoc_se,
        "adhoc_ci_low": found.adhoc_low,
        "adhoc_ci_high": found.adhoc_high,
    }
    reason = {} if found.hk_reason is None else {"reason": found.hk_reason.value}
    warnings = [Flag.NARROW_INTERVAL.value] * narrow
    return {**plain(given), "flag": bool(warnings or reason), "warnings": warnings, **reason}


def _prediction(roles: Roles) -> Answer:
    (effects, variances, k), method, level = _sites(roles), _method(roles), _level(roles)
    if k < 3:
        return _absent(k, "pi_low", "pi_high")
    found = meta.pool(effects, variances, method, level)
    names = {"pi_low": found.prediction_low, "pi_high": found.prediction_high, "estimate": found.effect}
    return {**plain(names), "k": k, "df": k - 2, "tau2": found.tau2, "flag": False, "warnings": []}


def _tau2(roles: Roles) -> Answer:
    effects, variances, _ = _sites(roles)
    found = meta.tau2_interval(effects, variances, _method(roles), _level(roles))
    return answer(found, "tau2", "tau2_ci_low", "tau2_ci_high")


def _leave_one_out(roles: Roles) -> Answer:
    (effects, variances, k), method, level = _sites(roles), _method(roles), _level(roles)
    found = meta.leave_one_out(effects, variances, method, level)
    if isinstance(found, NotEstimable):
        return _absent(k, "estimate", "ci_low", "ci_high")
    lists = {"estimate": found.effects, "ci_low": found.lows, "ci_high": found.highs}
    return {**plain(lists), "k": k, "flag": False, "warnings": []}


def _odds_ratios(roles: Roles) -> Answer:
    counts = whole_counts(*(roles.numbers(role) for role in ("events_1", "n_1", "events_2", "n_2")))
    tables = [None if np.isnan(row).any() else risks.TwoRisks(*map(int, row)) for row in counts.T]
    terms = [None if table is None else risks.log_odds_ratio(table) for table in tables]
    effects = np.array([np.nan if term is None else term.effect for term in terms])
    variances = np.array([np.nan if term is None else term.variance for term in terms])
    dropped = sum(term is None for term in terms)
    corrected = any(table is not None and table.silent is None and 0 in table.cells for table in tables)
    pooled = _pooled(effects, variances, _method(roles), _level(roles))
    if terms and dropped == len(terms):
        pooled["reason"] = Reason.TOO_FEW_STUDIES.value
    warnings = [Flag.SITES_DROPPED.value] * (dropped > 0) + [Flag.CORRECTED.value] * corrected
    lists = {"yi": plain(effects), "vi": plain(variances), "studies_dropped": dropped}
    return {**pooled, **lists, "flag": pooled["flag"] or bool(warnings), "warnings": warnings}


def _proportion(roles: Roles) -> Answer:
    found = pooled_proportion(roles.numbers("events"), roles.numbers("trials"), _level(roles))
    return {**dict.fromkeys(("logit_estimate", "se", "tau2")), **answer(found, "proportion")}


def _reitsma(roles: Roles) -> Answer:
    return _bivariate(reitsma(*_cells(roles), _level(roles)), "fpr")


def _bivariate_glmm(roles: Roles) -> Answer:
    return _bivariate(binomial_bivariate(*_cells(roles), _level(roles)), "specificity")


def _cells(roles: Roles) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    return roles.numbers("tp"), roles.numbers("fn"), roles.numbers("fp"), roles.numbers("tn")


def _bivariate(found: Bivariate | NotEstimable, second: str) -> Answer:
    """The keys of a bivariate model, whose second logit is that of `second`."""
    names = {
        "logit_sensitivity": "first",
        "se_logit_sensitivity": "se_first",
        f"logit_{second}": "second",
        f"se_logit_{second}": "se_second",
        "sensitivity": "sensitivity",
        "sensitivity_ci_low": "sensitivity_low",
        "sensitivity_ci_high": "sensitivity_high",
        "specificity": "specificity",
        "specificity_ci_low": "specificity_low",
        "specificity_ci_high": "specificity_high",
        "var_logit_sensitivity": "variance_first",
        f"var_logit_{second}": "variance_second",
        "cov_logit": "between",
        "cov_estimates": "covariance",
        "loglik": "log_likelihood",
        "continuity_correction_applied": "corrected",
        "k": "k",
    }
    if isinstance(found, NotEstimable):
        return {**dict.fromkeys(names), "k": found.n, "flag": True, "warnings": [], "reason": found.reason.value}
    warnings = [flag.value for flag in found.flags]
    given = {key: plain(getattr(found, name)) for key, name in names.items()}
    return {**given, "flag": bool(warnings), "warnings": warnings}


METRICS: Final[Mapping[str, Adapter]] = MappingProxyType(
    {
        "meta_analysis": _meta,
        "meta_hartung_knapp": _hartung_knapp,
        "meta_prediction_interval": _prediction,
        "meta_tau2_interval": _tau2,
        "meta_leave_one_out": _leave_one_out,
        "meta_odds_ratio": _odds_ratios,
        "meta_proportion_glmm": _proportion,
        "bivariate_reitsma": _reitsma,
        "bivariate_glmm": _bivariate_glmm,
    }
)
"""Metric → adapter."""
