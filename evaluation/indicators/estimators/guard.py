"""An impossible value in a file is a reason beside its indicator, never the end of the whole scorecard."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from evaluation.estimate import NotEstimable, Result
from evaluation.indicators.catalogue import catalogue
from evaluation.indicators.inputs import Estimator, Inputs
from evaluation.statistics.samples import DomainError
from evaluation.vocabulary import Reason


def guarded(estimators: Mapping[str, Estimator]) -> Mapping[str, Estimator]:
    """The same estimators, which answer a value outside its domain (a time of 0 in a ratio of times) by the reason."""
    return MappingProxyType({code: _guarded(code, estimator) for code, estimator in estimators.items()})


def _guarded(code: str, estimator: Estimator) -> Estimator:
    def estimate(inputs: Inputs) -> Result:
        try:
            return estimator(inputs)
        except DomainError:
            return NotEstimable(Reason.IMPOSSIBLE_VALUE, inputs.rows, catalogue()[code].method)

    return estimate
