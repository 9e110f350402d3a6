"""Durations and other measurements with and without the tool: estimators for the scorecard."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from evaluation.indicators.estimators.common import contrast
from evaluation.indicators.inputs import Estimator
from evaluation.statistics import means, medians, ranks

ESTIMATORS: Final[Mapping[str, Estimator]] = MappingProxyType(
    {
        "hodges_lehmann": contrast(ranks.hodges_lehmann, "outcome"),
        "median_difference": contrast(medians.median_difference, "outcome"),
        "welch_t": contrast(means.mean_difference, "outcome"),
    }
)
"""Code of the catalogue → estimator."""
