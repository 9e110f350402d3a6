"""Clustered designs: from roles and parameters to the keys of the method sheets."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from numpy.typing import ArrayLike

from evaluation.compute.answers import Adapter, Answer, answer
from evaluation.compute.roles import Roles
from evaluation.estimate import NotEstimable, Result
from evaluation.statistics import cluster_logistic, cluster_robust, two_way, wedge
from evaluation.statistics.samples import DomainError

Wedge = Callable[[ArrayLike, ArrayLike, ArrayLike, ArrayLike, float], Result]


def _bias_reduced(model: cluster_robust.Fitted | NotEstimable, level: float) -> Answer:
    """The keys of the CR2 reading."""
    found = answer(cluster_robust.bias_reduced(model, level))
    names = {"se": "cr2_se", "df": "cr2_df", "ci_low": "cr2_ci_low", "ci_high": "cr2_ci_high", "p_value": "cr2_p_value"}
    return {name: found[key] for key, name in names.items()}


def _linear(roles: Roles) -> Answer:
    outcome = roles.numbers("outcome")
    given = (roles.numbers("treatment"), roles.terms("covariates", outcome.size), roles.codes("cluster"))
    model = cluster_robust.fitted(outcome, *given)
    return {**answer(cluster_robust.cr1(model, roles.level)), **_bias_reduced(model, roles.level)}


def _logistic(roles: Roles) -> Answer:
    outcome = roles.numbers("outcome")
    given = (roles.numbers("treatment"), roles.terms("covariates", outcome.size), roles.codes("cluster"))
    return answer(cluster_logistic.cluster_robust_logistic(outcome, *given, roles.level))


def _difference(roles: Roles) -> Answer:
    outcome, unit, post = (roles.numbers(role) for role in ("outcome", "treated_unit", "post"))
    model = cluster_robust.fitted_difference(outcome, unit, post, roles.codes("cluster"))
    return {**answer(cluster_robust.cr1(model, roles.level)), **_bias_reduced(model, roles.level)}


def _two_way(roles: Roles) -> Answer:
    given = (roles.numbers("outcome"), roles.numbers("treatment"), roles.codes("period"), roles.codes("cluster"))
    weights = roles.numbers("weights") if roles.has("weights") else None
    return answer(two_way.two_way_fixed_effects(*given, roles.level, weights))


def _wedge(model: Wedge) -> Adapter:
    def run(roles: Roles) -> Answer:
        given = (roles.numbers("outcome"), roles.numbers("treatment"), roles.codes("period"), roles.codes("cluster"))
        return answer(model(*given, roles.level))

    return run


def _valued_time(roles: Roles) -> Answer:
    """The effect on the share of manual work in euros, at the unit costs that are stated."""
    rates = [float(roles.params[name]) for name in ("minutes", "hourly_cost_eur", "realised_share")]
    if not all(math.isfinite(rate) and rate >= 0 for rate in rates):
        raise DomainError("a unit cost is no number from 0 on")
    minutes, hourly, share = rates
    found = _wedge(wedge.stepped_wedge)(roles)
    scaled = ("estimate", "ci_low", "ci_high", "se")
    euros = {
        key: None if found[key] is None else found[key] * minutes / 60 * hourly * share
        for key in scaled
        if key in found
    }
    return {**found, **euros}


METRICS: Final[Mapping[str, Adapter]] = MappingProxyType(
    {
        "cluster_robust_linear": _linear,
        "cluster_robust_logistic": _logistic,
        "did_two_by_two": _difference,
        "two_way_fixed_effects": _two_way,
        "stepped_wedge_mixed": _wedge(wedge.stepped_wedge),
        "valued_time": _valued_time,
        "stepped_wedge_mixed_nested": _wedge(wedge.stepped_wedge_nested),
    }
)
"""Metric → adapter."""
