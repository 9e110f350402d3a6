"""Durations and other measurements with and without the tool: estimators for the scorecard."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from evaluation.estimate import Result
from evaluation.indicators.estimators.common import contrast, missing, two_groups
from evaluation.indicators.inputs import Estimator, Inputs
from evaluation.statistics import means, medians, paired_changes, proportions, ranks, risks, superiority, times


def _paired(inputs: Inputs) -> Result:
    if not (inputs.has("before") and inputs.has("after")):
        return missing(paired_changes.METHOD, inputs)
    return paired_changes.paired_mean_difference(inputs.numbers("before"), inputs.numbers("after"), inputs.level)


def _within(inputs: Inputs) -> Result:
    if "target" not in inputs.options:
        return missing(proportions.METHOD, inputs)
    return times.within_target(inputs.numbers("outcome"), inputs.number("target"), inputs.level)


def _within_difference(inputs: Inputs) -> Result:
    if "target" not in inputs.options:
        return missing(risks.DIFFERENCE_METHOD, inputs)
    return times.within_target_difference(*two_groups(inputs, "outcome"), inputs.number("target"), inputs.level)


ESTIMATORS: Final[Mapping[str, Estimator]] = MappingProxyType(
    {
        "hodges_lehmann": contrast(ranks.hodges_lehmann, "outcome"),
        "probability_superiority": contrast(superiority.probability_superiority, "outcome"),
        "median_difference": contrast(medians.median_difference, "outcome"),
        "welch_t": contrast(means.mean_difference, "outcome"),
        "geometric_mean_ratio": contrast(means.geometric_mean_ratio, "outcome"),
        "paired_mean_difference": _paired,
        "within_target": _within,
        "within_target_difference": _within_difference,
        "p90": lambda inputs: times.p90(inputs.numbers("outcome"), inputs.level),
        "p90_difference": contrast(times.p90_difference, "outcome"),
    }
)
"""Code of the catalogue → estimator."""
