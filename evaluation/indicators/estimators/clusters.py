"""Clustered designs: estimators for the scorecard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from evaluation.estimate import NotEstimable, Result
from evaluation.indicators.inputs import Estimator, Inputs
from evaluation.statistics import wedge


def _stepped_wedge(inputs: Inputs) -> Result:
    codes = (inputs.codes("period"), inputs.codes("cluster"))
    return wedge.stepped_wedge(inputs.numbers("outcome"), inputs.numbers("treatment"), *codes, inputs.level)


def _valued_time(inputs: Inputs) -> Result:
    """The model's effect on the share of manual work, in euros: minutes per case × hourly cost × share reallocated."""
    euros = inputs.number("minutes") / 60 * inputs.number("hourly_cost_eur") * inputs.number("realised_share")
    effect = _stepped_wedge(inputs)
    if isinstance(effect, NotEstimable):
        return replace(effect, point=None if effect.point is None else effect.point * euros)
    extras = {"share_effect": effect.value, "euros_per_case": euros, "clusters": effect.extras["clusters"]}
    low, high = effect.low * euros, effect.high * euros
    return replace(effect, value=effect.value * euros, low=low, high=high, extras=extras)


ESTIMATORS: Final[Mapping[str, Estimator]] = MappingProxyType(
    {"stepped_wedge_mixed": _stepped_wedge, "valued_time": _valued_time}
)
"""Code of the catalogue → estimator."""
