"""Costs and effects: from roles and parameters to the keys of the method sheets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from evaluation.compute import simulations
from evaluation.compute.answers import Adapter, Answer, answer
from evaluation.compute.economic_roles import (
    as_number,
    column,
    known,
    level_of,
    one_number,
    prices_of,
    printed_name,
    unknown,
    whole,
)
from evaluation.compute.roles import Roles, label
from evaluation.statistics import budget_impact as budget
from evaluation.statistics import ce_bootstrap as resampling
from evaluation.statistics import costs, discounting, fieller, frontier
from evaluation.statistics import increments as plane
from evaluation.statistics import net_monetary_benefit as nmb
from evaluation.statistics.samples import DomainError
from evaluation.vocabulary import Flag, Reason


def _arms(roles: Roles) -> tuple[plane.Arm, plane.Arm]:
    """Complete patients of the intervention and of the control; rows of any other arm take no part."""
    cost, effect, arm = column(roles, "cost"), column(roles, "effect"), roles.labels("arm")
    names = [label(roles.params[name]) for name in ("intervention", "control")]
    if not cost.size == effect.size == arm.size:
        raise DomainError("cost, effect and arm are not of one length")
    if None in names or names[0] == names[1]:
        raise DomainError("the intervention and the control are not two arms")
    first, second = (plane.complete_arm(cost[arm == name], effect[arm == name]) for name in names)
    return first, second


def _increments(roles: Roles) -> tuple[plane.Increments | None, Reason]:
    """The increments, and the reason why there are none."""
    arms = _arms(roles)
    reason = Reason.EMPTY_GROUP if arms[0].n + arms[1].n else Reason.NO_ROWS
    return plane.increments(*arms, level_of(roles)), reason


def _cost_difference(roles: Roles) -> Answer:
    arms = (roles.params["intervention"], roles.params["control"])
    groups = roles.split("cost", "group", *arms)
    return answer(costs.cost_difference(*groups, level_of(roles)), "difference")


def _incremental(roles: Roles) -> Answer:
    (ours, theirs), level = _arms(roles), level_of(roles)
    result = plane.incremental_cost_effect(ours.cost, ours.effect, theirs.cost, theirs.effect, level)
    return answer(result, "incremental_cost", "cost_ci_low", "cost_ci_high")


def _fieller(roles: Roles) -> Answer:
    found, reason = _increments(roles)
    keys = ("ratio", "shape", "limit_low", "limit_high", "effect_z")
    if found is None:
        return unknown(keys, reason)
    counts = plane.counts(found)
    z = fieller.effect_z(found)
    summary = fieller.summary(found)
    if summary is None:
        return unknown(keys, Reason.TOO_FEW, ratio=found.plain_ratio, **counts)
    return {
        **_region(summary, level_of(roles), found.plain_ratio, Flag.DEGENERATE if z is None else None),
        **counts,
        "effect_z": z,
    }


def _region(given: fieller.Summary, level: float, ratio: float | None, also: Flag | None = None) -> Answer:
    region = fieller.fieller(given, level)
    quadrant = plane.quadrant_flags(given.delta_cost, given.delta_effect)
    flags = [*quadrant, *region.flags, *([] if also is None else [also])]
    keys = {"ratio": ratio, "shape": region.shape, "limit_low": region.low, "limit_high": region.high}
    return known(keys, flags, Reason.NO_EFFECT_DIFFERENCE if ratio is None else None)


def _fieller_summary(roles: Roles) -> Answer:
    names = ("delta_cost", "se_cost", "delta_effect", "se_effect", "correlation")
    given = [one_number(roles, name) for name in names]
    level = level_of(roles)
    if np.isnan(given).any():
        return unknown(("ratio", "shape", "limit_low", "limit_high"), Reason.NO_ROWS)
    summary = fieller.Summary(*given)
    ratio = None if summary.delta_effect == 0 else summary.delta_cost / summary.delta_effect + 0.0
    return _region(summary, level, ratio)


def _quadrant(roles: Roles) -> Answer:
    cost, effect, wtp = (
        one_number(roles, "delta_cost"),
        one_number(roles, "delta_effect"),
        as_number(roles.params["wtp"]),
    )
    if np.isnan(cost) or np.isnan(effect):
        return unknown(("verdict", "icer", "inmb"), Reason.NO_ROWS)
    verdict = plane.verdict(cost, effect)
    one_sided = verdict in (None, "dominant", "dominated")
    keys = {"verdict": verdict, "icer": None if one_sided else cost / effect, "inmb": wtp * effect - cost}
    reason = {"dominant": Reason.DOMINANT, "dominated": Reason.DOMINATED}.get(str(verdict))
    if effect == 0:
        reason = Reason.NO_EFFECT_DIFFERENCE
    flags = [Flag.RATIO_UNREADABLE] if one_sided and effect != 0 else plane.quadrant_flags(cost, effect)
    return known(keys, flags, reason)


def _net_benefit(roles: Roles) -> Answer:
    found, reason = _increments(roles)
    prices, level = prices_of(roles), level_of(roles)
    fields = {"inmb": "value", "se": "se", "ci_low": "low", "ci_high": "high", "ceac_parametric": "probability"}
    if found is None:
        nothing = [None] * len(prices)
        return unknown((), reason, **dict.fromkeys(fields, nothing))
    each = [nmb.net_benefit(found, price, level) for price in prices]
    keys = {key: [getattr(one, name) for one in each] for key, name in fields.items()}
    if any(one.se is None for one in each):
        return known({**keys, **plane.counts(found)}, reason=Reason.TOO_FEW)
    still = any(one.low is None for one in each)
    return known({**keys, **plane.counts(found)}, reason=Reason.NO_VARIATION if still else None)


def _bootstrap(roles: Roles) -> Answer:
    ours, theirs = _arms(roles)
    params = roles.params
    settings = (as_number(params["wtp"]), whole(params["replicates"]), level_of(roles))
    found = resampling.ce_bootstrap(ours, theirs, *settings, whole(params.get("seed", resampling.SEED)))
    counts = {"n_intervention": ours.n, "n_control": theirs.n}
    if found is None:
        few = Reason.TOO_FEW if ours.n and theirs.n else Reason.EMPTY_GROUP
        names = ("incremental_cost", "incremental_effect", "inmb")
        limits = [f"{name}_ci_{end}" for name in names for end in ("low", "high")]
        return unknown(
            (*limits, "prob_cost_effective", "quadrant_share"), few if ours.n + theirs.n else Reason.NO_ROWS, **counts
        )
    intervals = {"incremental_cost": found.cost, "incremental_effect": found.effect, "inmb": found.net_benefit}
    still = any(low == high for low, high in intervals.values())
    keys = {
        **{
            f"{name}_ci_{end}": limits[at]
            for name, limits in intervals.items()
            for at, end in enumerate(("low", "high"))
        },
        "prob_cost_effective": found.probability,
        "quadrant_share": found.quadrants,
        "resampling": found.resampling,
        **counts,
    }
    return known(keys, [Flag.NO_WIDTH] * still)


def _population_evpi(roles: Roles) -> Answer:
    value, incidence = one_number(roles, "evpi_per_person"), one_number(roles, "incidence")
    horizon, rate = whole(roles.params["horizon_years"]), as_number(roles.params["rate"])
    if np.isnan(value) or np.isnan(incidence):
        return unknown(("effective_population", "population_evpi"), Reason.NO_ROWS)
    population, total = discounting.population_evpi(value, incidence, horizon, rate)
    return known({"effective_population": population, "population_evpi": total})


def _frontier(roles: Roles) -> Answer:
    given, labels = list(roles.values("strategy")), roles.labels("strategy")
    cost, effect = column(roles, "cost"), column(roles, "effect")
    if not cost.size == effect.size == labels.size:
        raise DomainError("strategy, cost and effect are not of one length")
    named = np.array([one is not None for one in labels], dtype=bool)
    if len(set(labels[named])) < np.count_nonzero(named):
        raise DomainError("a strategy stands twice in the list")
    rows = np.flatnonzero(named & ~np.isnan(cost) & ~np.isnan(effect))
    found = frontier.cost_effectiveness_frontier(cost[rows], effect[rows])
    names = [printed_name(given[i]) for i in rows]
    keys = {
        "frontier": [names[i] for i in found.frontier],
        "icer": found.icer,
        "strongly_dominated": sorted(names[i] for i in found.strongly_dominated),
        "extendedly_dominated": sorted(names[i] for i in found.extendedly_dominated),
        "n": rows.size,
        "n_missing_dropped": labels.size - rows.size,
    }
    return known(keys, [Flag.NO_RATIO] * found.has_twins, None if rows.size else Reason.NO_ROWS)


def _budget_impact(roles: Roles) -> Answer:
    names = ("unit_cost_new", "unit_cost_current", "offset_per_case", "annual_fixed_cost", "setup_cost")
    needed = names[:2]
    prices = [one_number(roles, name) if name in needed or roles.has(name) else 0.0 for name in names]
    years = column(roles, "eligible"), column(roles, "uptake")
    if np.isnan(prices).any():
        return unknown(("users", "net_impact", "cumulative", "total"), Reason.NO_ROWS)
    found = budget.budget_impact(*years, budget.Prices(*prices))
    keys = {key: getattr(found, key) for key in ("users", "net_impact", "cumulative", "total")}
    missing = Reason.YEAR_MISSING if found.users.size else Reason.NO_ROWS
    return known(keys, reason=missing if found.total is None else None)


def _present_value(roles: Roles) -> Answer:
    found = discounting.present_value(column(roles, "cash_flows"), as_number(roles.params["rate"]))
    keys = {"present_value": found.value, "undiscounted": found.undiscounted, "discount_factors": found.factors}
    missing = Reason.YEAR_MISSING if found.factors else Reason.NO_ROWS
    return known(keys, reason=missing if found.value is None else None)


def _annual_cost(roles: Roles) -> Answer:
    capital, resale = one_number(roles, "capital_cost"), one_number(roles, "resale_value")
    years, rate = as_number(roles.params["lifetime_years"]), as_number(roles.params["rate"])
    if np.isnan(capital) or np.isnan(resale):
        return unknown(("annuity_factor", "equivalent_annual_cost"), Reason.NO_ROWS)
    factor, cost = discounting.equivalent_annual_cost(capital, resale, years, rate)
    return known({"annuity_factor": factor, "equivalent_annual_cost": cost})


METRICS: Final[Mapping[str, Adapter]] = MappingProxyType(
    {
        "cost_difference": _cost_difference,
        "incremental_cost_effect": _incremental,
        "icer_fieller": _fieller,
        "icer_fieller_summary": _fieller_summary,
        "icer_quadrant": _quadrant,
        "incremental_net_benefit": _net_benefit,
        "ce_bootstrap": _bootstrap,
        **simulations.METRICS,
        "population_evpi": _population_evpi,
        "cost_effectiveness_frontier": _frontier,
        "budget_impact": _budget_impact,
        "present_value": _present_value,
        "equivalent_annual_cost": _annual_cost,
    }
)
"""Metric → adapter."""
