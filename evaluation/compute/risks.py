"""Risks and rates of two groups: from roles and parameters to the keys of the method sheets."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from evaluation.compute.answers import Adapter, Answer, answer
from evaluation.compute.groups import number, parameter, split
from evaluation.compute.roles import Roles
from evaluation.estimate import Result
from evaluation.statistics import noninferiority, proportions, rates, risks
from evaluation.statistics.samples import DomainError


def _proportion(roles: Roles) -> Answer:
    events, trials = roles.scalar("events"), roles.scalar("trials")
    known = not math.isnan(events + trials)
    if known and not (math.isfinite(events + trials) and events == math.floor(events) and trials == math.floor(trials)):
        raise DomainError("events and trials are whole numbers")
    counts = (int(events), int(trials)) if known else (0, 0)
    if not 0 <= counts[0] <= counts[1]:
        raise DomainError(f"{counts[0]} events in {counts[1]} trials")
    return answer(proportions.proportion(*counts, roles.level))


def _two_risks(roles: Roles) -> risks.TwoRisks:
    return risks.two_risks(*split(roles, "event", parameter(roles, "group_1"), parameter(roles, "group_2")))


def _noninferiority(roles: Roles) -> Answer:
    better = str(parameter(roles, "higher_is_better")).lower()
    if better not in ("true", "false"):
        raise DomainError("higher_is_better is true or false")
    margin = number(roles, "margin")
    found = noninferiority.noninferiority(_two_risks(roles), roles.level, margin, higher_is_better=better == "true")
    return answer(found, "difference")


def _rates(statistic: Callable[[rates.TwoRates, float], Result], value: str) -> Adapter:
    def run(roles: Roles) -> Answer:
        found = [roles.scalar(name) for name in ("events_1", "exposure_1", "events_2", "exposure_2")]
        two = rates.TwoRates(found[0], found[1], found[2], found[3])
        return answer(statistic(two, roles.level), value)

    return run


def _overdispersed(roles: Roles) -> Answer:
    events, treatment, exposure = (roles.numbers(role) for role in ("events", "treatment", "exposure"))
    return answer(rates.rate_ratio_overdispersed(events, treatment, exposure, roles.level))


METRICS: Final[Mapping[str, Adapter]] = MappingProxyType(
    {
        "proportion": _proportion,
        "risk_difference": lambda roles: answer(risks.risk_difference(_two_risks(roles), roles.level), "difference"),
        "noninferiority_risk_difference": _noninferiority,
        "risk_ratio": lambda roles: answer(risks.risk_ratio(_two_risks(roles), roles.level)),
        "odds_ratio": lambda roles: answer(risks.odds_ratio(_two_risks(roles), roles.level)),
        "rate_difference": _rates(rates.rate_difference, "difference"),
        "rate_ratio": _rates(rates.rate_ratio, "estimate"),
        "rate_ratio_overdispersed": _overdispersed,
    }
)
"""Metric → adapter."""
