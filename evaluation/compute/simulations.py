"""Simulations of a decision model: from roles and parameters to the keys of the method sheets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from evaluation.compute.answers import Adapter, Answer
from evaluation.compute.economic_roles import known, level_of, prices_of, printed_name
from evaluation.compute.roles import Roles, label
from evaluation.statistics import psa
from evaluation.statistics.increments import quadrant_flags
from evaluation.statistics.samples import DomainError, Numbers
from evaluation.vocabulary import Flag, Reason


def _strategies(roles: Roles) -> list[str]:
    given = roles.params["strategies"]
    names = [given] if isinstance(given, str) or not hasattr(given, "__iter__") else list(given)
    labels = [label(name) for name in names]
    if None in labels or len(set(labels)) < len(labels):
        raise DomainError("the strategies are not named, each by its own name")
    return [printed_name(name) for name in names]


def _table(roles: Roles, role: str, strategies: int) -> Numbers:
    """Shape (simulations, strategies); the only strategy may be given as one column."""
    columns = list(roles.values(role))
    if strategies == 1 and len(columns) != 1:
        columns = [columns]
    try:
        return Roles({role: columns}, {}).many(role)
    except (TypeError, ValueError, OverflowError) as error:
        raise DomainError("the columns of the strategies are not numbers of one length") from error


def _simulations(roles: Roles) -> tuple[list[str], psa.Simulations]:
    names = _strategies(roles)
    found = psa.simulations(*(_table(roles, role, len(names)) for role in ("effects", "costs")))
    if found.strategies != len(names):
        raise DomainError("there are not as many columns as strategies")
    return names, found


def _psa(fill: Callable[[Roles, list[str], psa.Simulations], Answer]) -> Adapter:
    """An adapter over the simulations: their number beside the keys; without any, every value is null."""

    def run(roles: Roles) -> Answer:
        names, given = _simulations(roles)
        found = fill(roles, names, given)
        return {**found, "n": given.n, "n_missing_dropped": given.dropped}

    return run


def _psa_increments(roles: Roles, names: list[str], given: psa.Simulations) -> Answer:
    labels = [label(name) for name in names]
    reference = label(roles.params["reference"])
    if reference not in labels:
        raise DomainError("the reference is none of the strategies")
    at = labels.index(reference)
    ends = ("", "_ci_low", "_ci_high")
    keys = [f"incremental_{what}{end}" for what in ("cost", "effect") for end in ends]
    if given.n == 0:
        nothing = dict.fromkeys([*keys, "icer"])
        return known({"by_strategy": {n: nothing for i, n in enumerate(names) if i != at}}, reason=Reason.NO_ROWS)
    found = psa.increments_against(given, at, level_of(roles))
    rows, flags = {}, [Flag.DEGENERATE] * (given.n == 1)
    for i, (name, one) in enumerate(zip(names, found, strict=True)):
        if i != at:
            values = (one.cost, one.cost_low, one.cost_high, one.effect, one.effect_low, one.effect_high)
            rows[name] = {**dict(zip(keys, values, strict=True)), "icer": one.icer}
            flags.extend(quadrant_flags(one.cost, one.effect))
    return known({"by_strategy": rows}, flags)


def _psa_expected(roles: Roles, names: list[str], given: psa.Simulations) -> Answer:
    prices = prices_of(roles)
    nothing = [None] * len(prices)
    if given.n == 0:
        return known({"nmb": dict.fromkeys(names, nothing), "best_strategy": nothing}, reason=Reason.NO_ROWS)
    expected = psa.expected_net_benefit(given, prices)
    best = [names[i] for i in psa.best_strategies(given, prices)]
    return known({"nmb": dict(zip(names, expected, strict=True)), "best_strategy": best})


def _ceac(roles: Roles, names: list[str], given: psa.Simulations) -> Answer:
    prices = prices_of(roles)
    nothing = [None] * len(prices)
    if given.n == 0:
        empty = {"probability": dict.fromkeys(names, nothing), "ceaf": nothing, "ceaf_strategy": nothing}
        return known(empty, reason=Reason.NO_ROWS)
    shares, best = psa.acceptability(given, prices), psa.best_strategies(given, prices)
    return known(
        {
            "probability": dict(zip(names, shares, strict=True)),
            "ceaf": shares[best, np.arange(best.size)],
            "ceaf_strategy": [names[i] for i in best],
        }
    )


def _evpi(roles: Roles, _names: list[str], given: psa.Simulations) -> Answer:
    prices = prices_of(roles)
    if given.n == 0:
        return known({"evpi": [None] * len(prices)}, reason=Reason.NO_ROWS)
    return known({"evpi": psa.evpi(given, prices)})


METRICS: Final[Mapping[str, Adapter]] = MappingProxyType(
    {
        "psa_increments": _psa(_psa_increments),
        "psa_expected_nmb": _psa(_psa_expected),
        "ceac": _psa(_ceac),
        "evpi": _psa(_evpi),
    }
)
"""Metric → adapter."""
