"""Risks and rates of two groups: estimators for the scorecard."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from evaluation.estimate import Result
from evaluation.indicators.estimators.common import two_groups
from evaluation.indicators.inputs import Estimator, Inputs
from evaluation.statistics import proportions, risks


def _proportion(inputs: Inputs) -> Result:
    trials = inputs.numbers("trials") if inputs.has("trials") else None
    return proportions.event_share(inputs.numbers("event"), inputs.level, trials)


def two_risks(inputs: Inputs) -> risks.TwoRisks:
    """Events and rows of the two groups of a contrast; rows without the event take no part."""
    groups = [group[~np.isnan(group)] for group in two_groups(inputs, "event")]
    (x1, n1), (x2, n2) = ((int(np.count_nonzero(group == 1)), group.size) for group in groups)
    return risks.TwoRisks(x1, n1, x2, n2)


ESTIMATORS: Final[Mapping[str, Estimator]] = MappingProxyType(
    {
        "proportion": _proportion,
        "odds_ratio": lambda inputs: risks.odds_ratio(two_risks(inputs), inputs.level),
        "risk_difference": lambda inputs: risks.risk_difference(two_risks(inputs), inputs.level),
    }
)
"""Code of the catalogue → estimator."""
