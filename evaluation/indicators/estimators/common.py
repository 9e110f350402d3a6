"""What several estimators share: a missing column, flags added to a result, the two groups of a contrast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from evaluation.estimate import NotEstimable, Result
from evaluation.indicators.inputs import Estimator, Inputs
from evaluation.statistics.samples import DomainError, Numbers
from evaluation.vocabulary import Flag, Reason

FEW_POSITIVES: Final = 30
"""Reference-positive cases under which an indicator is not assessed (FIELD §3.3)."""


def missing(method: str, inputs: Inputs) -> NotEstimable:
    """The answer when an optional column that the indicator needs is not there."""
    return NotEstimable(Reason.MISSING_COLUMN, inputs.rows, method)


def flagged(result: Result, *flags: Flag) -> Result:
    """The same result with more to know beside it."""
    return replace(result, flags=(*result.flags, *flags)) if flags else result


def few_positives(reference: Numbers) -> tuple[Flag, ...]:
    """The flag of a column with fewer reference-positive cases than an assessment asks for."""
    return (Flag.FEW_POSITIVES,) if int(np.count_nonzero(reference == 1)) < FEW_POSITIVES else ()


def two_groups(inputs: Inputs, name: str) -> tuple[Numbers, Numbers]:
    """The values with the tool and those without."""
    values = inputs.numbers(name)
    if inputs.with_tool is None or inputs.without_tool is None:
        raise ValueError(f"a contrast of {name} needs the rows with and without the tool")
    return values[inputs.with_tool], values[inputs.without_tool]


def contrast(statistic: Callable[[Numbers, Numbers, float], Result], name: str) -> Estimator:
    """A statistic of two groups as an estimator of the column `name`, with − without the tool."""

    def estimate(inputs: Inputs) -> Result:
        with_tool, without_tool = two_groups(inputs, name)
        return statistic(with_tool, without_tool, inputs.level)

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
