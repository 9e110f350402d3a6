"""One estimator per indicator that a scorecard may hold: from bound columns to the statistic, by the protocol's conventions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from evaluation.indicators.estimators import (
    accuracy,
    agreement,
    calibration,
    clusters,
    contrasts,
    economics,
    monitoring,
    nested,
    paired,
    readers,
    risks,
    series,
    subgroups,
    synthesis,
    usability,
)
from evaluation.indicators.estimators.guard import guarded, guarded_groups
from evaluation.indicators.inputs import Estimator, GroupEstimator

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

ESTIMATORS: Final[Mapping[str, Estimator]] = guarded(
    {code: estimator for family in FAMILIES for code, estimator in family.ESTIMATORS.items()}
)
"""Code of the catalogue → estimator."""

GROUP_ESTIMATORS: Final[Mapping[str, GroupEstimator]] = guarded_groups(accuracy.GROUP_ESTIMATORS)
"""Code of the catalogue → estimator of all groups at once, for the families that have one."""

NESTED_ESTIMATORS: Final[Mapping[str, Estimator]] = guarded(nested.NESTED)
"""Code of the catalogue → estimator for rows that are nested in patients, readers or services."""
