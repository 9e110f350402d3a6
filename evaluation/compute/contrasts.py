"""Durations and other measurements with and without the tool: from roles and parameters to the keys of the method sheets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from evaluation.compute.answers import Adapter, Answer, answer
from evaluation.compute.roles import Roles
from evaluation.estimate import NotEstimable
from evaluation.statistics import means, medians, ranks
from evaluation.statistics.samples import Numbers


def _times(roles: Roles) -> tuple[Numbers, Numbers]:
    return roles.split("outcome", "group", "after", "before")


def _hodges_lehmann(roles: Roles) -> Answer:
    return answer(ranks.hodges_lehmann(*_times(roles), roles.level, roles.params["ci_type"]))


def _mann_whitney(roles: Roles) -> Answer:
    found = ranks.mann_whitney(*_times(roles))
    if isinstance(found, NotEstimable):
        return {"u_statistic": None, "p_value": None, "prob_superiority": None, "cliffs_delta": None, "flag": True}
    keys = ("u_statistic", "p_value", "prob_superiority", "cliffs_delta")
    counts = {"n_after": found.n_with_tool, "n_before": found.n_without_tool}
    return {**{key: getattr(found, key) for key in keys}, **counts, "flag": found.p_value is None}


def _median_difference(roles: Roles) -> Answer:
    return answer(medians.median_difference(*_times(roles), roles.level), "difference")


def _welch(roles: Roles) -> Answer:
    return answer(means.mean_difference(*_times(roles), roles.level), "difference")


METRICS: Final[Mapping[str, Adapter]] = MappingProxyType(
    {
        "hodges_lehmann": _hodges_lehmann,
        "mann_whitney": _mann_whitney,
        "median_difference": _median_difference,
        "welch_t": _welch,
    }
)
"""Metric → adapter."""
