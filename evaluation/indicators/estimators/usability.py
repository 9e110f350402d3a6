"""Questionnaires: estimators for the scorecard."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from evaluation.estimate import Result
from evaluation.indicators.inputs import Estimator, Inputs
from evaluation.statistics import sus


def _sus(inputs: Inputs) -> Result:
    items = np.column_stack([column.values for column in inputs.columns["items"]])
    benchmark = inputs.number("benchmark") if "benchmark" in inputs.options else sus.AVERAGE
    return sus.sus_score(items, inputs.level, benchmark)


ESTIMATORS: Final[Mapping[str, Estimator]] = MappingProxyType({"sus_score": _sus})
"""Code of the catalogue → estimator."""
