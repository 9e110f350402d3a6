"""Two tests on the same cases: estimators for the scorecard."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from evaluation.indicators.inputs import Estimator

ESTIMATORS: Final[Mapping[str, Estimator]] = MappingProxyType({})
"""Code of the catalogue → estimator."""
