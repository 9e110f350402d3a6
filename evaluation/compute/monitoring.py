"""Repeated looks, confidence sequences and multiplicity: from roles and parameters to the keys of the method sheets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from evaluation.compute.answers import Adapter, Answer, plain
from evaluation.compute.asked import choice, number, numbers
from evaluation.compute.roles import Roles
from evaluation.statistics import confidence_sequences, multiplicity, sequential
from evaluation.statistics.settings import share
from evaluation.vocabulary import Flag, Reason


def _adjusted(roles: Roles) -> Answer:
    values = roles.numbers("p_value")
    alpha = share(number(roles, "alpha") if "alpha" in roles.params else 0.05, "alpha")
    adjusted = multiplicity.adjusted_p_values(values, choice(roles, "method", tuple(multiplicity.METHODS)))
    rejected = adjusted <= alpha
    used = int(np.count_nonzero(~np.isnan(adjusted)))
    told = {"adjusted": plain(adjusted), "rejected": plain(rejected), "n_rejected": int(rejected.sum()), "m_used": used}
    if used == 0:
        return {**told, **_absent(Reason.NO_ROWS)}
    return {**told, "flag": used < values.size, "warnings": [Flag.P_VALUES_MISSING.value] if used < values.size else []}


def _spending(roles: Roles) -> Answer:
    spending = choice(roles, "spending", tuple(sequential.SPENDING))
    asked = roles.params.get("spending_parameter")
    parameter = None if asked is None else number(roles, "spending_parameter")
    design = (number(roles, "alpha"), number(roles, "sides"), parameter)
    return _boundaries(sequential.spending_boundaries(roles.numbers("information"), spending, *design))


def _classic(roles: Roles) -> Answer:
    shape = choice(roles, "boundary", tuple(sequential.SHAPES))
    design = (number(roles, "alpha"), number(roles, "sides"))
    return _boundaries(sequential.classic_boundaries(roles.numbers("information"), shape, *design))


def _boundaries(found: sequential.Boundaries) -> Answer:
    lists = {name: plain(getattr(found, name)) for name in ("z", "cumulative_alpha", "nominal_p")}
    return {**lists, **(_present() if found.z.size else _absent(Reason.NO_ROWS))}


def _normal_mixture(roles: Roles) -> Answer:
    variance = roles.numbers("variance_time")
    found = confidence_sequences.normal_mixture_boundary(variance, number(roles, "alpha"), number(roles, "v_opt"))
    missing = found.size == 0 or bool(np.isnan(found).any())
    return {"boundary": plain(found), **(_absent(Reason.NO_ROWS) if missing else _present())}


def _bernoulli(roles: Roles) -> Answer:
    counts = [roles.numbers(role) for role in ("events", "trials")]
    if any(count.size == 0 or np.isnan(count[0]) for count in counts):
        return {"ci_low": None, "ci_high": None, **_absent(Reason.NO_ROWS)}
    events, trials = (float(count[0]) for count in counts)
    tuning = (number(roles, "alpha"), number(roles, "t_opt"), number(roles, "alpha_opt"))
    low, high = confidence_sequences.bernoulli_limits(events, trials, *tuning)
    estimate = events / trials if trials else None
    return {"estimate": estimate, "ci_low": low, "ci_high": high, **(_present() if trials else _absent(Reason.NO_ROWS))}


def _bernstein(roles: Roles) -> Answer:
    asked = (number(roles, "alpha"), numbers(roles, "looks"), number(roles, "truncation"))
    return _sequence(confidence_sequences.empirical_bernstein(roles.numbers("stream"), *asked))


def _betting(roles: Roles) -> Answer:
    asked = (number(roles, "alpha"), numbers(roles, "looks"), number(roles, "truncation"), number(roles, "grid"))
    return _sequence(confidence_sequences.betting(roles.numbers("stream"), *asked))


def _sequence(found: confidence_sequences.MeanSequence) -> Answer:
    lists = {"mean": plain(found.mean), "ci_low": plain(found.low), "ci_high": plain(found.high), "n": found.n}
    if found.n == 0:
        return {**lists, **_absent(Reason.NO_ROWS)}
    if np.isnan(found.mean).any():
        return {**lists, **_absent(Reason.TOO_FEW)}
    return {**lists, "flag": found.emptied, "warnings": [Flag.DEGENERATE.value] if found.emptied else []}


def _present() -> Answer:
    return {"flag": False, "warnings": []}


def _absent(reason: Reason) -> Answer:
    return {"flag": True, "warnings": [], "reason": reason.value}


METRICS: Final[Mapping[str, Adapter]] = MappingProxyType(
    {
        "adjusted_p_values": _adjusted,
        "group_sequential_spending": _spending,
        "group_sequential_classic": _classic,
        "confidence_sequence_normal_mixture": _normal_mixture,
        "confidence_sequence_bernoulli": _bernoulli,
        "confidence_sequence_empirical_bernstein": _bernstein,
        "confidence_sequence_betting": _betting,
    }
)
"""Metric → adapter."""
