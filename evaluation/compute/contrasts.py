"""Durations and other measurements with and without the tool: from roles and parameters to the keys of the method sheets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Final

import numpy as np

from evaluation.compute.answers import Adapter, Answer, answer, plain
from evaluation.compute.groups import number, split
from evaluation.compute.roles import Roles
from evaluation.estimate import NotEstimable, Result
from evaluation.statistics import means, medians, paired_changes, ranks, times
from evaluation.statistics.samples import DomainError, Numbers

RANK_KEYS = ("u_statistic", "p_value", "prob_superiority", "cliffs_delta")
PERIODS = ("before", "after")


def _times(roles: Roles) -> tuple[Numbers, Numbers]:
    """The outcomes after and before."""
    return split(roles, "outcome", "after", "before")


def _contrast(statistic: Callable[[Numbers, Numbers, Roles], Result], value: str) -> Adapter:
    def run(roles: Roles) -> Answer:
        after, before = _times(roles)
        sizes = {"n_before": _known(before), "n_after": _known(after)}
        return {**answer(statistic(after, before, roles), value), **sizes}

    return run


def _known(values: Numbers) -> int:
    return int(np.count_nonzero(~np.isnan(values)))


def _mann_whitney(roles: Roles) -> Answer:
    after, before = _times(roles)
    sizes = {"n_before": _known(before), "n_after": _known(after)}
    found = ranks.mann_whitney(after, before)
    if isinstance(found, NotEstimable):
        return {**dict.fromkeys(RANK_KEYS), **sizes, "reason": found.reason.value, "flag": True, "warnings": []}
    keys = {key: plain(getattr(found, key)) for key in RANK_KEYS}
    tied = {"reason": "no_variation"} if found.p_value is None else {}
    return {**keys, **sizes, **tied, "flag": bool(tied), "warnings": []}


def _paired(roles: Roles) -> Answer:
    found = asdict(paired_changes.paired_change(roles.numbers("before"), roles.numbers("after"), roles.level))
    reason = found.pop("reason")
    if reason is None and found["p_value_wilcoxon"] is None:
        reason = "no_variation"
    why = {} if reason is None else {"reason": str(reason)}
    return {**plain(found), **why, "flag": bool(why), "warnings": []}


def _summary(roles: Roles) -> Answer:
    """One description per group in the order of the rows; `before` and `after` stay where a file has no row of theirs."""
    values, labels = roles.numbers("outcome"), roles.labels("group")
    if values.shape != labels.shape:
        raise DomainError("the columns outcome and group differ in length")
    named = np.array([bool(one) for one in labels], dtype=bool)
    values, names = values[named], labels[named].astype(str)
    distinct, first, code = np.unique(names, return_index=True, return_inverse=True)
    parts = np.split(values[np.argsort(code, kind="stable")], np.cumsum(np.bincount(code, minlength=distinct.size)))
    found = {str(distinct[i]): parts[i] for i in np.argsort(first)}
    if set(found) <= set(PERIODS):
        found = {**dict.fromkeys(PERIODS, np.empty(0)), **found}
    described = {name: asdict(times.describe(part)) for name, part in found.items()}
    fewest = min((one["n"] for one in described.values()), default=0)
    reason = {0: {"reason": "empty_group"}, 1: {"reason": "too_few"}}.get(fewest, {})
    return {**plain(described), **reason, "flag": bool(reason), "warnings": []}


def _within(roles: Roles) -> Answer:
    return answer(times.within_target(roles.numbers("outcome"), number(roles, "target"), roles.level))


def _p90(roles: Roles) -> Answer:
    return answer(times.p90(roles.numbers("outcome"), roles.level))


METRICS: Final[Mapping[str, Adapter]] = MappingProxyType(
    {
        "time_summary": _summary,
        "hodges_lehmann": _contrast(
            lambda after, before, roles: ranks.hodges_lehmann(
                after, before, roles.level, str(roles.params.get("ci_type", "normal"))
            ),
            "estimate",
        ),
        "mann_whitney": _mann_whitney,
        "median_difference": _contrast(
            lambda after, before, roles: medians.median_difference(after, before, roles.level), "difference"
        ),
        "welch_t": _contrast(
            lambda after, before, roles: means.mean_difference(after, before, roles.level), "difference"
        ),
        "geometric_mean_ratio": _contrast(
            lambda after, before, roles: means.geometric_mean_ratio(after, before, roles.level), "estimate"
        ),
        "paired_before_after": _paired,
        "within_target": _within,
        "within_target_difference": _contrast(
            lambda after, before, roles: times.within_target_difference(
                after, before, number(roles, "target"), roles.level
            ),
            "difference",
        ),
        "p90": _p90,
        "p90_difference": _contrast(
            lambda after, before, roles: times.p90_difference(after, before, roles.level), "difference"
        ),
    }
)
"""Metric → adapter."""
