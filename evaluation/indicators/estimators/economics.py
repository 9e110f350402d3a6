"""Costs and effects: estimators for the scorecard."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from evaluation.estimate import Result
from evaluation.indicators.estimators.common import contrast, missing, two_groups
from evaluation.indicators.inputs import Estimator, Inputs
from evaluation.statistics import costs, fieller, increments, means
from evaluation.statistics import net_monetary_benefit as nmb
from evaluation.statistics.samples import Numbers

Columns = tuple[Numbers, Numbers, Numbers, Numbers]
"""Cost and effect with the tool, then cost and effect without."""


def _columns(inputs: Inputs) -> Columns | None:
    """The four columns of a trial; none when a column or the contrast is not there."""
    if not (inputs.has("cost") and inputs.has("effect")) or inputs.with_tool is None or inputs.without_tool is None:
        return None
    (cost_1, cost_0), (effect_1, effect_0) = (two_groups(inputs, name) for name in ("cost", "effect"))
    return cost_1, effect_1, cost_0, effect_0


def _trial(statistic: Callable[[Numbers, Numbers, Numbers, Numbers, float], Result], method: str) -> Estimator:
    def estimate(inputs: Inputs) -> Result:
        columns = _columns(inputs)
        return missing(method, inputs) if columns is None else statistic(*columns, inputs.level)

    return estimate


def _net_benefit(inputs: Inputs) -> Result:
    columns = _columns(inputs)
    wtp = inputs.options.get("wtp")
    if columns is None or not isinstance(wtp, (int, float)) or not math.isfinite(wtp):
        return missing(nmb.METHOD, inputs)
    return nmb.incremental_net_benefit(*columns, wtp, inputs.level)


ESTIMATORS: Final[Mapping[str, Estimator]] = MappingProxyType(
    {
        "cost_difference": contrast(costs.cost_difference, "cost"),
        "incremental_effect": _trial(increments.incremental_effect, means.METHOD),
        "icer": _trial(fieller.icer_interval, fieller.METHOD),
        "incremental_net_benefit": _net_benefit,
    }
)
"""Code of the catalogue → estimator."""
