"""Aggregates: what a hospital that keeps its rows may let out in their place, checked and brought to a scorecard."""

from __future__ import annotations

from evaluation.aggregate.check import check_aggregate, loaded
from evaluation.aggregate.combine import combine, understood
from evaluation.aggregate.faults import AggregateFault
from evaluation.aggregate.make import aggregate, aggregate_bytes
from evaluation.aggregate.model import FORMAT, KIND

__all__ = [
    "FORMAT",
    "KIND",
    "AggregateFault",
    "aggregate",
    "aggregate_bytes",
    "check_aggregate",
    "combine",
    "loaded",
    "understood",
]
