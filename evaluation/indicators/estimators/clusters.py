"""Clustered designs: estimators for the scorecard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from evaluation.data import Column
from evaluation.estimate import NotEstimable, Result
from evaluation.indicators.estimators.common import missing
from evaluation.indicators.inputs import Estimator, Inputs
from evaluation.statistics import cluster_logistic, cluster_robust, two_way, wedge
from evaluation.statistics.samples import Numbers

Adjusted = Callable[[ArrayLike, ArrayLike, ArrayLike, ArrayLike, float], Result]


def exposure(inputs: Inputs, name: str = "treatment") -> Numbers | None:
    """Who is exposed, 0/1: the bound column, else the rows with and without the tool; `None` when nothing tells."""
    if inputs.has(name) and inputs.columns[name][0].labels is None:
        return inputs.numbers(name)
    if inputs.with_tool is None or inputs.without_tool is None:
        return None
    return np.where(inputs.with_tool, 1.0, np.where(inputs.without_tool, 0.0, np.nan))


def indicator(inputs: Inputs, name: str, option: str) -> Numbers | None:
    """A bound column as 0/1: its numbers, or its rows that hold the code that the option names."""
    column = inputs.columns[name][0]
    if column.labels is None:
        return inputs.numbers(name)
    if option not in inputs.options:
        return None
    return np.where(column.missing, np.nan, column.is_label(str(inputs.options[option])).astype(np.float64))


def covariates(inputs: Inputs, name: str = "covariates") -> Numbers:
    """The columns of an input: numbers as they are, a category as indicators of its levels but the first."""
    found = [part for column in inputs.columns.get(name, ()) for part in _indicators(column)]
    return np.column_stack(found) if found else np.empty((inputs.rows, 0))


def _indicators(column: Column) -> list[Numbers]:
    if column.labels is None:
        return [np.asarray(column.values, dtype=np.float64)]
    levels = np.unique(column.values[~column.missing])[1:]
    return [np.where(column.missing, np.nan, (column.values == level).astype(np.float64)) for level in levels]


def _adjusted(model: Adjusted, method: str) -> Estimator:
    def estimate(inputs: Inputs) -> Result:
        exposed = exposure(inputs)
        if exposed is None:
            return missing(method, inputs)
        return model(inputs.numbers("outcome"), exposed, covariates(inputs), inputs.codes("cluster"), inputs.level)

    return estimate


def _difference(inputs: Inputs) -> Result:
    unit = indicator(inputs, "treated_unit", "treated")
    unit = exposure(inputs, "treated_unit") if unit is None else unit  # the arm's own code of the rows with the tool
    post = indicator(inputs, "post", "after")
    if unit is None or post is None:
        return missing(cluster_robust.METHOD, inputs)
    cluster = inputs.codes("cluster")
    return cluster_robust.difference_in_differences(inputs.numbers("outcome"), unit, post, cluster, inputs.level)


def _two_way(inputs: Inputs) -> Result:
    given = (inputs.numbers("outcome"), inputs.numbers("treatment"), inputs.codes("period"), inputs.codes("cluster"))
    weights = inputs.numbers("weights") if inputs.has("weights") else None
    return two_way.two_way_fixed_effects(*given, inputs.level, weights)


def _stepped_wedge(inputs: Inputs) -> Result:
    codes = (inputs.codes("period"), inputs.codes("cluster"))
    return wedge.stepped_wedge(inputs.numbers("outcome"), inputs.numbers("treatment"), *codes, inputs.level)


def _nested(inputs: Inputs) -> Result:
    codes = (inputs.codes("period"), inputs.codes("cluster"))
    return wedge.stepped_wedge_nested(inputs.numbers("outcome"), inputs.numbers("treatment"), *codes, inputs.level)


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
    {
        "stepped_wedge_mixed": _stepped_wedge,
        "valued_time": _valued_time,
        "stepped_wedge_mixed_nested": _nested,
        "two_way_fixed_effects": _two_way,
        "did_two_by_two": _difference,
        "cluster_robust_linear": _adjusted(cluster_robust.cluster_robust, cluster_robust.METHOD),
        "cluster_robust_cr2": _adjusted(cluster_robust.cluster_robust_cr2, cluster_robust.METHOD_CR2),
        "cluster_robust_logistic": _adjusted(cluster_logistic.cluster_robust_logistic, cluster_logistic.METHOD),
    }
)
"""Code of the catalogue → estimator."""
