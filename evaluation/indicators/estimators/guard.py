"""An impossible value in a file is a reason beside its indicator, never the end of the whole scorecard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from numpy.typing import NDArray

from evaluation.estimate import NotEstimable, Result
from evaluation.indicators.catalogue import catalogue
from evaluation.indicators.inputs import Estimator, GroupEstimator, Inputs
from evaluation.statistics.samples import DomainError
from evaluation.vocabulary import Reason

UNSUITABLE: Final = (DomainError, ArithmeticError)
"""What impossible values raise: a refusal, or numbers so large or so small that their squares leave the machine's range."""


def guarded(estimators: Mapping[str, Estimator]) -> Mapping[str, Estimator]:
    """The same estimators, which answer a value outside its domain (a time of 0 in a ratio of times) by the reason."""
    return MappingProxyType({code: _guarded(code, estimator) for code, estimator in estimators.items()})


def guarded_groups(estimators: Mapping[str, GroupEstimator]) -> Mapping[str, GroupEstimator]:
    """The same for the estimators of all groups at once: the reason stands in every group."""
    return MappingProxyType({code: _guarded_groups(code, estimator) for code, estimator in estimators.items()})


def _guarded(code: str, estimator: Estimator) -> Estimator:
    def estimate(inputs: Inputs) -> Result:
        try:
            return estimator(inputs)
        except UNSUITABLE:
            return _impossible(code, inputs)

    return estimate


def _guarded_groups(code: str, estimator: GroupEstimator) -> GroupEstimator:
    def estimate(inputs: Inputs, codes: NDArray[Any], groups: int) -> Sequence[Result]:
        try:
            return estimator(inputs, codes, groups)
        except UNSUITABLE:
            return [_impossible(code, inputs)] * groups

    return estimate


def _impossible(code: str, inputs: Inputs) -> Result:
    return NotEstimable(Reason.IMPOSSIBLE_VALUE, inputs.rows, catalogue()[code].method)
