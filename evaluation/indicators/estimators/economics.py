"""Costs and effects: estimators for the scorecard."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from evaluation.indicators.estimators.common import contrast
from evaluation.indicators.inputs import Estimator
from evaluation.statistics import costs

ESTIMATORS: Final[Mapping[str, Estimator]] = MappingProxyType(
    {"cost_difference": contrast(costs.cost_difference, "cost")}
)
"""Code of the catalogue → estimator."""
