"""Interrupted time series: from roles and parameters to the keys of the method sheets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from evaluation.compute.answers import Adapter, Answer, answer, plain
from evaluation.compute.asked import number
from evaluation.compute.roles import Roles
from evaluation.statistics import segmented, segmented_ar1, segmented_counts
from evaluation.statistics.samples import Numbers
from evaluation.statistics.segmented import Term
from evaluation.vocabulary import Flag, Reason


def _series(roles: Roles) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers]:
    outcome, time, post, since = (roles.numbers(role) for role in ("outcome", "time", "post", "time_since"))
    return outcome, time, post, since, roles.terms("season", outcome.size)


def _term(term: Term) -> dict[str, Any]:
    values = {
        "estimate": term.estimate,
        "se": term.se,
        "ci_low": term.low,
        "ci_high": term.high,
        "p_value": term.p_value,
    }
    return {name: plain(value) for name, value in values.items()}


def _notes(reason: Reason | None, flags: tuple[Flag, ...]) -> Answer:
    notes: Answer = {"flag": reason is not None or bool(flags), "warnings": [flag.value for flag in flags]}
    return notes if reason is None else {**notes, "reason": reason.value}


def _newey_west(roles: Roles) -> Answer:
    lag = None if roles.params.get("lag") is None else number(roles, "lag")
    found = segmented.newey_west(*_series(roles), roles.level, lag)
    last = found.effect_at_last_point
    return {
        "coefficients": {name: _term(term) for name, term in found.coefficients.items()},
        "n": found.n,
        "df": found.df,
        "r_squared": found.r_squared,
        "residual_sd": found.residual_sd,
        "durbin_watson": found.durbin_watson,
        "effect_at_last_point": None if last is None else _term(last),
        "lag": found.lag,
        **_notes(found.reason, found.flags),
    }


def _autoregressive(roles: Roles) -> Answer:
    found = segmented_ar1.autoregressive(*_series(roles))
    terms = {name: {"estimate": term.estimate, "se": term.se} for name, term in found.coefficients.items()}
    return {
        "coefficients": terms,
        "rho": found.rho,
        "sigma": found.sigma,
        "n": found.n,
        **_notes(found.reason, found.flags),
    }


def _quasi_poisson(roles: Roles) -> Answer:
    events = roles.numbers("events")
    given = (
        roles.numbers("exposure"),
        roles.numbers("time"),
        roles.numbers("post"),
        roles.terms("season", events.size),
    )
    return answer(segmented_counts.quasi_poisson(events, *given, roles.level))


METRICS: Final[Mapping[str, Adapter]] = MappingProxyType(
    {
        "its_newey_west": _newey_west,
        "its_ar1_reml": _autoregressive,
        "its_quasi_poisson": _quasi_poisson,
    }
)
"""Metric → adapter."""
