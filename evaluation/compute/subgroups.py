"""Performance by subgroup: from roles and parameters to the keys of the method sheets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from evaluation.compute.answers import Adapter, Answer, answer
from evaluation.compute.asked import choice, given, level, number
from evaluation.compute.roles import Roles, label
from evaluation.estimate import NotEstimable, Result
from evaluation.statistics import subgroups
from evaluation.statistics.proportions import called
from evaluation.statistics.samples import DomainError
from evaluation.vocabulary import Flag, Reason


def _tables(roles: Roles, *also: str) -> tuple[subgroups.GroupTables, list[str]]:
    """The tables of the groups by first appearance, with their labels; the labels in `also` count even if no row has them."""
    labels = roles.labels("group")
    places: dict[Any, int] = {}
    codes = np.fromiter((-1 if one is None else places.setdefault(one, len(places)) for one in labels), np.int64)
    for one in also:
        places.setdefault(one, len(places))
    call = called(roles.numbers("score"), number(roles, "threshold"))
    return subgroups.group_tables(roles.numbers("reference"), call, codes, len(places)), list(places)


def _gap(roles: Roles) -> Answer:
    measure = choice(roles, "measure", tuple(subgroups.MEASURES))
    reference_group = label(given(roles, "reference_group"))
    if reference_group is None:
        raise DomainError("the reference group has no label")
    tables, labels = _tables(roles, reference_group)
    found = subgroups.subgroup_gap(tables, measure, labels.index(reference_group), level(roles))
    pairs = zip(labels, found.gaps, strict=True)
    empty = any(isinstance(group, NotEstimable) for group in found.by_group)
    reason = {} if found.reason is None else {"reason": found.reason.value}
    return {
        "by_group": {name: _group(group) for name, group in zip(labels, found.by_group, strict=True)},
        "gap_vs_reference": {name: _difference(gap) for name, gap in pairs if name != reference_group},
        "max_min_difference": found.max_min_difference,
        "min_max_ratio": found.min_max_ratio,
        "chi2": found.chi2,
        "df": found.df,
        "p_value": found.p_value,
        "flag": found.reason is not None,
        "warnings": [Flag.EMPTY_LEVEL.value] if empty else [],
        **reason,
    }


def _group(result: Result) -> Answer:
    told = answer(result)
    keys = ("numerator", "denominator", "estimate", "ci_low", "ci_high")
    return {key: told[key] for key in keys}


def _difference(gap: subgroups.Gap | None) -> Answer:
    if gap is None:
        return {"difference": None, "ci_low": None, "ci_high": None}
    return {"difference": gap.difference, "ci_low": gap.low, "ci_high": gap.high}


def _fairness(roles: Roles) -> Answer:
    found = subgroups.fairness(_tables(roles)[0])
    told: Answer = {}
    for name in ("demographic_parity", "equalized_odds", "equal_opportunity"):
        disparity: subgroups.Disparity = getattr(found, name)
        told |= {f"{name}_difference": disparity.difference, f"{name}_ratio": disparity.ratio}
    whole = all(value is not None for value in told.values())
    reason = {} if whole else {"reason": _why(told).value}
    warnings = [Flag.EMPTY_LEVEL.value] if found.some_group_lacks_a_rate else []
    return {**told, "flag": bool(warnings) or not whole, "warnings": warnings, **reason}


def _why(told: Answer) -> Reason:
    if told["demographic_parity_difference"] is None:
        return Reason.NO_ROWS
    if told["equal_opportunity_difference"] is None:
        return Reason.NO_POSITIVE
    return Reason.NO_NEGATIVE if told["equalized_odds_difference"] is None else Reason.ZERO_RATE


METRICS: Final[Mapping[str, Adapter]] = MappingProxyType({"subgroup_gap": _gap, "fairness_summary": _fairness})
"""Metric → adapter."""
