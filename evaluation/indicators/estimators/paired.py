"""Two tests on the same cases: estimators for the scorecard, test 1 being with the tool and test 2 without it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from evaluation.estimate import Result
from evaluation.indicators.estimators.common import few_positives, flagged
from evaluation.indicators.inputs import Estimator, Inputs
from evaluation.statistics import mcnemar, paired_predictive
from evaluation.statistics.paired_predictive import PairedCalls
from evaluation.statistics.samples import Numbers
from evaluation.vocabulary import Flag, Reason


def _proportion_difference(inputs: Inputs) -> Result:
    table = mcnemar.paired_table(inputs.numbers("outcome_1"), inputs.numbers("outcome_2"))
    return mcnemar.paired_difference(table, inputs.level)


def _tests(inputs: Inputs) -> tuple[Numbers, Numbers, Numbers]:
    return inputs.numbers("reference"), inputs.numbers("test_1"), inputs.numbers("test_2")


def _class_difference(
    statistic: Callable[[Numbers, Numbers, Numbers, float], Result], *, counts_positives: bool = False
) -> Estimator:
    """A difference with − without the tool. Where failures are errors, no answer with the tool is a wrong one.

    A row without the comparator's answer takes no part: an absent comparator is no point for the tool.
    """

    def estimate(inputs: Inputs) -> Result:
        reference, first, second = _tests(inputs)
        compared = ~(np.isnan(reference) | np.isnan(second))
        silent = compared & np.isnan(first)
        flags: tuple[Flag, ...] = ()
        if inputs.failures_are_errors and silent.any():
            first = np.where(silent, 1.0 - reference, first)
            flags = (Flag.FAILURES_AS_ERRORS,)
        if counts_positives:
            flags += few_positives(np.where(compared & ~np.isnan(first), reference, np.nan))
        return flagged(statistic(reference, first, second, inputs.level), *flags)

    return estimate


def _relative(calls: Callable[[Numbers, Numbers, Numbers], PairedCalls], none_called: Reason) -> Estimator:
    """A predictive value with the tool over the one without it."""

    def estimate(inputs: Inputs) -> Result:
        reference, first, second = _tests(inputs)
        found = paired_predictive.compare(calls(reference, first, second), inputs.level, none_called)
        complete = np.where(np.isnan(first) | np.isnan(second), np.nan, reference)
        return flagged(paired_predictive.relative_value(found, inputs.level), *few_positives(complete))

    return estimate


ESTIMATORS: Final[Mapping[str, Estimator]] = MappingProxyType(
    {
        "paired_proportion_difference": _proportion_difference,
        "paired_sensitivity_difference": _class_difference(
            mcnemar.paired_sensitivity_difference, counts_positives=True
        ),
        "paired_specificity_difference": _class_difference(mcnemar.paired_specificity_difference),
        "relative_ppv": _relative(paired_predictive.positive_calls, Reason.NONE_FLAGGED),
        "relative_npv": _relative(paired_predictive.negative_calls, Reason.ALL_FLAGGED),
    }
)
"""Code of the catalogue → estimator."""
