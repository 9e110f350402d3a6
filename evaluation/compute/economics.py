"""Costs and effects: from roles and parameters to the keys of the method sheets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from evaluation.compute.answers import Adapter, Answer, answer
from evaluation.compute.roles import Roles
from evaluation.statistics import costs


def _incremental(roles: Roles) -> Answer:
    arms = (roles.params["intervention"], roles.params["control"])
    (cost_1, cost_0), (effect_1, effect_0) = (roles.split(role, "arm", *arms) for role in ("cost", "effect"))
    result = costs.incremental_cost_effect(cost_1, effect_1, cost_0, effect_0, roles.level)
    return answer(result, "incremental_cost", "cost_ci_low", "cost_ci_high")


METRICS: Final[Mapping[str, Adapter]] = MappingProxyType(
    {
        "incremental_cost_effect": _incremental,
    }
)
"""Metric → adapter."""
