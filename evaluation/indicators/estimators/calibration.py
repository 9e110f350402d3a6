"""Calibration of predicted risks and decision curves: estimators for the scorecard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from evaluation.estimate import Result
from evaluation.indicators.estimators.common import few_positives, flagged, missing, numeric_option
from evaluation.indicators.inputs import Estimator, Inputs
from evaluation.statistics import calibration, decision_curves, risk_scores
from evaluation.statistics.samples import Numbers

Statistic = Callable[[Numbers, Numbers, float], Result]


def _of_risks(method: str, statistic: Statistic) -> Estimator:
    """A statistic of (reference, probability, level), flagged where few cases are positive."""

    def estimate(inputs: Inputs) -> Result:
        if not (inputs.has("reference") and inputs.has("probability")):
            return missing(method, inputs)
        reference, risk = inputs.numbers("reference"), inputs.numbers("probability")
        scored = np.where(np.isnan(risk), np.nan, reference)
        return flagged(statistic(reference, risk, inputs.level), *few_positives(scored))

    return estimate


def _net_benefit(inputs: Inputs) -> Result:
    threshold = numeric_option(inputs, "threshold")
    if threshold is None:
        return missing(decision_curves.METHOD, inputs)

    def at_threshold(reference: Numbers, risk: Numbers, level: float) -> Result:
        return decision_curves.net_benefit_at(reference, risk, threshold, level)

    return _of_risks(decision_curves.METHOD, at_threshold)(inputs)


ESTIMATORS: Final[Mapping[str, Estimator]] = MappingProxyType(
    {
        "calibration_slope": _of_risks(calibration.METHOD, calibration.calibration_slope),
        "calibration_in_the_large": _of_risks(calibration.METHOD, calibration.calibration_in_the_large),
        "observed_expected_ratio": _of_risks(calibration.RATIO_METHOD, calibration.observed_expected_ratio),
        "brier_score": _of_risks(risk_scores.METHOD, risk_scores.brier_score),
        "net_benefit_at": _net_benefit,
    }
)
"""Code of the catalogue → estimator."""
