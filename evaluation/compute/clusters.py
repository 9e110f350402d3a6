"""Clustered designs: from roles and parameters to the keys of the method sheets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from evaluation.compute.answers import Adapter, Answer, answer
from evaluation.compute.roles import Roles
from evaluation.statistics import wedge


def _wedge(roles: Roles) -> Answer:
    codes = (roles.codes("period"), roles.codes("cluster"))
    return answer(wedge.stepped_wedge(roles.numbers("outcome"), roles.numbers("treatment"), *codes, roles.level))


METRICS: Final[Mapping[str, Adapter]] = MappingProxyType(
    {
        "stepped_wedge_mixed": _wedge,
    }
)
"""Metric → adapter."""
