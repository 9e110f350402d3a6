"""Risks and rates of two groups: from roles and parameters to the keys of the method sheets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from evaluation.compute.answers import Adapter, Answer, answer
from evaluation.compute.roles import Roles
from evaluation.statistics import proportions, risks


def _proportion(roles: Roles) -> Answer:
    events, trials = (int(roles.scalar(role)) for role in ("events", "trials"))
    return answer(proportions.proportion(events, trials, roles.level))


def _two_risks(roles: Roles) -> risks.TwoRisks:
    groups = roles.split("event", "group", roles.params["group_1"], roles.params["group_2"])
    known = [group[~np.isnan(group)] for group in groups]
    (x1, n1), (x2, n2) = ((int(np.count_nonzero(g == 1)), g.size) for g in known)
    return risks.TwoRisks(x1, n1, x2, n2)


def _odds_ratio(roles: Roles) -> Answer:
    return answer(risks.odds_ratio(_two_risks(roles), roles.level))


def _risk_difference(roles: Roles) -> Answer:
    return answer(risks.risk_difference(_two_risks(roles), roles.level), "difference")


METRICS: Final[Mapping[str, Adapter]] = MappingProxyType(
    {
        "proportion": _proportion,
        "odds_ratio": _odds_ratio,
        "risk_difference": _risk_difference,
    }
)
"""Metric → adapter."""
