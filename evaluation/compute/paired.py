"""Two tests on the same cases: from roles and parameters to the keys of the method sheets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from evaluation.compute.accuracy import same_rows
from evaluation.compute.answers import Adapter, Answer, answer
from evaluation.compute.roles import Roles
from evaluation.estimate import Result
from evaluation.statistics import mcnemar, paired_predictive
from evaluation.statistics.samples import Numbers
from evaluation.vocabulary import Reason


def _proportion_difference(roles: Roles) -> Answer:
    first, second = same_rows(roles, "outcome_1", "outcome_2")
    return answer(mcnemar.paired_difference(mcnemar.paired_table(first, second), roles.level), "difference")


def _class_difference(statistic: Callable[[Numbers, Numbers, Numbers, float], Result]) -> Adapter:
    def run(roles: Roles) -> Answer:
        reference, first, second = same_rows(roles, "reference", "test_1", "test_2")
        return answer(statistic(reference, first, second, roles.level), "difference")

    return run


def _predictive_values(roles: Roles) -> Answer:
    reference, first, second = same_rows(roles, "reference", "test_1", "test_2")
    positive = paired_predictive.compare(paired_predictive.positive_calls(reference, first, second), roles.level)
    negative = paired_predictive.compare(
        paired_predictive.negative_calls(reference, first, second), roles.level, none_called=Reason.ALL_FLAGGED
    )
    reasons = [found.reason.value for found in (positive, negative) if found.reason is not None]
    reason = {"reason": reasons[0]} if reasons else {}
    keys = {**_keys("ppv", positive), **_keys("npv", negative), **reason}
    return {**keys, "n": positive.n, "flag": bool(reasons), "warnings": []}


def _keys(name: str, found: paired_predictive.PairedPredictiveValue) -> Answer:
    return {
        f"{name}_1": found.value_1,
        f"{name}_2": found.value_2,
        f"{name}_test_statistic": found.statistic,
        f"{name}_p_value": found.p_value,
        f"relative_{name}_2_over_1": found.ratio,
        f"relative_{name}_2_over_1_ci_low": found.low,
        f"relative_{name}_2_over_1_ci_high": found.high,
    }


METRICS: Final[Mapping[str, Adapter]] = MappingProxyType(
    {
        "paired_proportion_difference": _proportion_difference,
        "paired_sensitivity_difference": _class_difference(mcnemar.paired_sensitivity_difference),
        "paired_specificity_difference": _class_difference(mcnemar.paired_specificity_difference),
        "paired_predictive_values": _predictive_values,
    }
)
"""Metric → adapter."""
