"""Performance by subgroup: estimators for the scorecard."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from evaluation.data import Column
from evaluation.estimate import Result
from evaluation.indicators.estimators.accuracy import call
from evaluation.indicators.estimators.common import few_positives, flagged, missing, numeric_option
from evaluation.indicators.inputs import Estimator, Inputs, Mask
from evaluation.statistics import risks, subgroups
from evaluation.statistics.samples import DomainError
from evaluation.vocabulary import Flag

METHOD: Final = risks.DIFFERENCE_METHOD
SILENCE_COUNTS: Final = ("sensitivity", "specificity")
"""The measures in which a missing answer of the tool may count as its error."""


def _difference(inputs: Inputs) -> Result:
    """The proportion of one group less that of another, as the accuracy indicators reckon it."""
    numeric_option(inputs, "threshold")
    answers = call(inputs)
    named = [inputs.options.get(name) for name in ("compared_group", "reference_group")]
    if answers is None or not inputs.has("subgroup") or None in named:
        return missing(METHOD, inputs)
    measure = str(inputs.options.get("measure", "sensitivity"))
    if measure not in subgroups.MEASURES:
        raise DomainError(f"there is no measure {measure}")
    reference = inputs.numbers("reference")
    compared, against = (_holds(inputs.columns["subgroup"][0], name) for name in named)
    silent = np.isnan(answers) & ~np.isnan(reference) & (compared | against)
    flags: tuple[Flag, ...] = ()
    if inputs.failures_are_errors and measure in SILENCE_COUNTS and silent.any():
        answers = np.where(silent, 1.0 - reference, answers)  # intention to diagnose: no answer is a wrong answer
        flags = (Flag.FAILURES_AS_ERRORS,)
    tables = subgroups.group_tables(reference, answers, np.where(compared, 0, np.where(against, 1, -1)), 2)
    answered = np.where(np.isnan(answers), np.nan, reference)
    flags += max((few_positives(answered[rows]) for rows in (compared, against)), key=len)
    events, trials = (counts.tolist() for counts in subgroups.MEASURES[measure][0](tables))
    table = risks.TwoRisks(events[0], trials[0], events[1], trials[1])
    return flagged(risks.risk_difference(table, inputs.level), *flags)


def _holds(column: Column, name: object) -> Mask:
    """Rows of the group called `name`: a label, or a number in a column of numbers."""
    if column.labels is not None:
        text = f"{name:g}" if isinstance(name, float) else str(name)
        return column.is_label(text)
    try:
        return np.asarray(column.values == float(str(name)))
    except ValueError:
        return np.zeros(column.values.size, dtype=bool)


ESTIMATORS: Final[Mapping[str, Estimator]] = MappingProxyType({"subgroup_difference": _difference})
"""Code of the catalogue → estimator."""
