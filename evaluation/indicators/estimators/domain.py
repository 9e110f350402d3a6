"""Estimators of values and options that may lie outside their domain: a reason on the scorecard, never a stop."""

from __future__ import annotations

from functools import wraps

from evaluation.estimate import NotEstimable, Result
from evaluation.indicators.inputs import Estimator, Inputs
from evaluation.statistics.samples import DomainError
from evaluation.vocabulary import Reason


def in_domain(method: str, estimator: Estimator) -> Estimator:
    """The same estimator, which answers `impossible_value` where a value or an option is none that the method takes."""

    @wraps(estimator)
    def estimate(inputs: Inputs) -> Result:
        try:
            return estimator(inputs)
        except DomainError:
            return NotEstimable(Reason.IMPOSSIBLE_VALUE, inputs.rows, method)

    return estimate


def numeric_option(inputs: Inputs, name: str) -> float | None:
    """An option as a number; `None` when the protocol does not state it.

    Raises
    ------
    DomainError
        When it is stated, and no number.
    """
    if name not in inputs.options:
        return None
    try:
        return inputs.number(name)
    except ValueError as error:
        raise DomainError(f"the option {name} is no number") from error
