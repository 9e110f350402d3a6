"""Agreement of raters and of measurements: from roles and parameters to the keys of the method sheets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from evaluation.compute.answers import Adapter

METRICS: Final[Mapping[str, Adapter]] = MappingProxyType({})
"""Metric → adapter."""
