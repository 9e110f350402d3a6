"""Diagnostic accuracy: estimators for the scorecard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from evaluation.estimate import Result
from evaluation.indicators.estimators.common import few_positives, flagged, missing
from evaluation.indicators.inputs import Estimator, Inputs
from evaluation.statistics import proportions, roc
from evaluation.statistics.samples import Numbers
from evaluation.vocabulary import Flag


def call(inputs: Inputs) -> Numbers | None:
    """The tool's answer: `prediction`, or the score against the option `threshold`; `None` when no file brought it."""
    if "threshold" in inputs.options:
        return proportions.called(inputs.numbers("score"), inputs.number("threshold")) if inputs.has("score") else None
    return inputs.numbers("prediction") if inputs.has("prediction") else None


def accuracy(statistic: Callable[[Numbers, Numbers, float], Result], *, counts_positives: bool = False) -> Estimator:
    """A statistic of (reference, call, level) with the protocol's rule for missing answers."""

    def estimate(inputs: Inputs) -> Result:
        answers = call(inputs)
        if answers is None:
            return missing("wilson", inputs)
        reference = inputs.numbers("reference")
        silent = np.isnan(answers) & ~np.isnan(reference)
        flags: tuple[Flag, ...] = ()
        if inputs.failures_are_errors and silent.any():
            answers = np.where(silent, 1.0 - reference, answers)  # intention to diagnose: no answer is a wrong answer
            flags = (Flag.FAILURES_AS_ERRORS,)
        if counts_positives:
            flags += few_positives(np.where(np.isnan(answers), np.nan, reference))
        return flagged(statistic(reference, answers, inputs.level), *flags)

    return estimate


def _prevalence(inputs: Inputs) -> Result:
    return proportions.prevalence(inputs.numbers("reference"), inputs.level)


def _failure_rate(inputs: Inputs) -> Result:
    for name in ("prediction", "score"):
        if inputs.has(name):
            return proportions.failure_rate(inputs.numbers("reference"), inputs.numbers(name), inputs.level)
    return missing("wilson", inputs)


def _auc(inputs: Inputs) -> Result:
    reference, score = inputs.numbers("reference"), inputs.numbers("score")
    scored = np.where(np.isnan(score), np.nan, reference)
    return flagged(roc.auc(reference, score, inputs.level), *few_positives(scored))


ESTIMATORS: Final[Mapping[str, Estimator]] = MappingProxyType(
    {
        "sensitivity": accuracy(proportions.sensitivity, counts_positives=True),
        "specificity": accuracy(proportions.specificity),
        "ppv": accuracy(proportions.ppv),
        "npv": accuracy(proportions.npv),
        "prevalence": _prevalence,
        "auc": _auc,
        "failure_rate": _failure_rate,
    }
)
"""Code of the catalogue → estimator."""
