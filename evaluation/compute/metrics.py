"""Every metric by its name, and the one function that computes it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from evaluation.compute import (
    accuracy,
    agreement,
    calibration,
    clusters,
    contrasts,
    economics,
    monitoring,
    paired,
    readers,
    risks,
    series,
    subgroups,
    synthesis,
    usability,
)
from evaluation.compute.answers import Adapter, Answer
from evaluation.compute.roles import Roles
from evaluation.indicators.catalogue import catalogue

FAMILIES: Final = (
    accuracy,
    paired,
    calibration,
    subgroups,
    agreement,
    readers,
    contrasts,
    risks,
    usability,
    series,
    clusters,
    synthesis,
    economics,
    monitoring,
)

METRICS: Final[Mapping[str, Adapter]] = MappingProxyType(
    {name: adapter for family in FAMILIES for name, adapter in family.METRICS.items()}
)
"""Metric → adapter."""


def compute(code: str, columns: Mapping[str, Any], params: Mapping[str, Any]) -> Answer:
    """The keys of one metric on columns given by role.

    Parameters
    ----------
    code
        A code of the catalogue; an indicator that is one value of a richer metric prints all keys of that metric.
    columns
        Role → values, as `Roles` takes them; rows that lack a role of the metric take no part, never imputed.
    params
        Parameters of the method by name.

    Returns
    -------
    dict
        Plain JSON values; `flag` is true when there is something to know beside the numbers, and what is not estimable is
        null beside it.

    Raises
    ------
    KeyError
        The catalogue has no such code.
    DomainError
        A role is missing, or a value lies outside its domain.
    """
    entry = catalogue()[code]
    return METRICS[entry.metric or code](Roles(columns, params))
