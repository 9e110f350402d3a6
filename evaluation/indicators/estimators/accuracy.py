"""Diagnostic accuracy: estimators for the scorecard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaluation.estimate import NotEstimable, Result
from evaluation.indicators.estimators.common import few_positives, flagged, missing, two_groups
from evaluation.indicators.inputs import Estimator, Inputs
from evaluation.statistics import (
    likelihood_ratios,
    overlap,
    precision_recall,
    predictive_values,
    proportions,
    roc,
    roc_difference,
    youden,
)
from evaluation.statistics.proportions import ConfusionTable
from evaluation.statistics.samples import Numbers
from evaluation.vocabulary import Flag, Reason


def call(inputs: Inputs) -> Numbers | None:
    """The tool's answer: `prediction`, or the score against the option `threshold`; `None` when no file brought it."""
    if "threshold" in inputs.options:
        threshold = _option(inputs, "threshold")
        if threshold is None or not inputs.has("score"):
            return None
        return proportions.called(inputs.numbers("score"), threshold)
    return inputs.numbers("prediction") if inputs.has("prediction") else None


def _option(inputs: Inputs, name: str) -> float | None:
    """A numeric option; `None` when it is not given, or is no number."""
    value = inputs.options.get(name)
    return float(value) if isinstance(value, (int, float)) and not np.isnan(value) else None


def accuracy(
    statistic: Callable[[Numbers, Numbers, float], Result], *, counts_positives: bool = False, method: str = "wilson"
) -> Estimator:
    """A statistic of (reference, call, level) with the protocol's rule for missing answers."""

    def estimate(inputs: Inputs) -> Result:
        answers = call(inputs)
        if answers is None:
            return missing(method, inputs)
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


def _share(statistic: Callable[[Numbers, Numbers, float, str], Result], *, counts_positives: bool = False) -> Estimator:
    """A proportion of the table with the interval that the protocol names, Wilson's by default."""

    def estimate(inputs: Inputs) -> Result:
        interval = str(inputs.options.get("interval", proportions.METHOD))
        if interval not in proportions.INTERVALS:
            return NotEstimable(Reason.IMPOSSIBLE_VALUE, inputs.rows, proportions.METHOD)
        named = accuracy(
            lambda reference, answers, level: statistic(reference, answers, level, interval),
            counts_positives=counts_positives,
            method=interval,
        )
        return named(inputs)

    return estimate


def _of_table(statistic: Callable[[ConfusionTable, float], Result], method: str) -> Estimator:
    """A statistic of the 2×2 table; few positive cases bear none of them."""
    return accuracy(
        lambda reference, answers, level: statistic(proportions.confusion(reference, answers), level),
        counts_positives=True,
        method=method,
    )


def _at_prevalence(read: Callable[[predictive_values.PredictiveValues], Result]) -> Estimator:
    def estimate(inputs: Inputs) -> Result:
        share = _option(inputs, "prevalence")
        if share is None or not 0 < share < 1:
            return missing(predictive_values.METHOD, inputs)
        carried = _of_table(
            lambda table, level: read(predictive_values.at_prevalence(table, share, level)), predictive_values.METHOD
        )
        return carried(inputs)

    return estimate


def _prevalence(inputs: Inputs) -> Result:
    return proportions.prevalence(inputs.numbers("reference"), inputs.level)


def _failure_rate(inputs: Inputs) -> Result:
    for name in ("prediction", "score"):
        if inputs.has(name):
            return proportions.failure_rate(inputs.numbers("reference"), inputs.numbers(name), inputs.level)
    return missing("wilson", inputs)


def _scored(statistic: Callable[[Numbers, Numbers, float], Result]) -> Estimator:
    """A statistic of (reference, score, level)."""

    def estimate(inputs: Inputs) -> Result:
        reference, score = inputs.numbers("reference"), inputs.numbers("score")
        return flagged(statistic(reference, score, inputs.level), *few_positives(_complete(reference, score)))

    return estimate


def _complete(reference: Numbers, *others: Numbers) -> Numbers:
    """The reference, missing where any other column is."""
    absent: NDArray[np.bool_] = np.any([np.isnan(other) for other in others], axis=0)
    return np.where(absent, np.nan, reference)


def _auc_paired(inputs: Inputs) -> Result:
    reference, first, second = (inputs.numbers(name) for name in ("reference", "score_1", "score_2"))
    found = roc_difference.auc_difference_paired(reference, first, second, inputs.level)
    return flagged(found, *few_positives(_complete(reference, first, second)))


def _auc_unpaired(inputs: Inputs) -> Result:
    references, scores = two_groups(inputs, "reference"), two_groups(inputs, "score")
    groups = list(zip(references, scores, strict=True))
    found = roc_difference.auc_difference_unpaired(groups[0], groups[1], inputs.level)
    few = {flag for group in groups for flag in few_positives(_complete(*group))}
    return flagged(found, *few)


ESTIMATORS: Final[Mapping[str, Estimator]] = MappingProxyType(
    {
        "sensitivity": _share(proportions.sensitivity, counts_positives=True),
        "specificity": _share(proportions.specificity),
        "ppv": _share(proportions.ppv),
        "npv": _share(proportions.npv),
        "accuracy": _share(proportions.accuracy),
        "prevalence": _prevalence,
        "lr_positive": _of_table(likelihood_ratios.lr_positive, likelihood_ratios.METHOD),
        "lr_negative": _of_table(likelihood_ratios.lr_negative, likelihood_ratios.METHOD),
        "diagnostic_odds_ratio": _of_table(likelihood_ratios.diagnostic_odds_ratio, likelihood_ratios.ODDS_METHOD),
        "youden_index": _of_table(youden.youden_index, youden.METHOD),
        "balanced_accuracy": _of_table(youden.balanced_accuracy, youden.METHOD),
        "f1": _of_table(overlap.f1, overlap.F1_METHOD),
        "mcc": _of_table(overlap.mcc, overlap.MCC_METHOD),
        "ppv_at_prevalence": _at_prevalence(lambda found: found.ppv),
        "npv_at_prevalence": _at_prevalence(lambda found: found.npv),
        "auc": _scored(roc.auc),
        "auc_logit": _scored(roc.auc_logit),
        "auc_difference_paired": _auc_paired,
        "auc_difference_unpaired": _auc_unpaired,
        "average_precision": _scored(precision_recall.average_precision),
        "failure_rate": _failure_rate,
    }
)
"""Code of the catalogue → estimator."""
