"""Questionnaires: from roles and parameters to the keys of the method sheets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from evaluation.compute.answers import Adapter, Answer, answer, plain
from evaluation.compute.groups import number
from evaluation.compute.roles import Roles
from evaluation.statistics import sus
from evaluation.statistics.samples import DomainError


def _sus(roles: Roles) -> Answer:
    if len({len(column) for column in roles.values("items")}) > 1:
        raise DomainError("the items differ in length")
    items = roles.many("items")
    result = sus.sus_score(
        items, roles.level, number(roles, "benchmark") if "benchmark" in roles.params else sus.AVERAGE
    )
    return {**answer(result, "mean"), "scores": plain(sus.sus_scores(items))}


METRICS: Final[Mapping[str, Adapter]] = MappingProxyType(
    {
        "sus_score": _sus,
    }
)
"""Metric → adapter."""
