"""Rows nested in patients, readers or services: estimators whose intervals know that rows of one group resemble."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np

from evaluation.estimate import NotEstimable, PoolingTerm, Result
from evaluation.indicators.estimators.accuracy import call
from evaluation.indicators.estimators.common import few_positives, flagged, missing
from evaluation.indicators.estimators.risks import ESTIMATORS as RISKS
from evaluation.indicators.inputs import Clusters, Estimator, Inputs
from evaluation.statistics.cluster_robust import cluster_robust_cr2
from evaluation.statistics.clustered import clustered_auc, clustered_proportion
from evaluation.statistics.samples import Mask, Numbers
from evaluation.vocabulary import Flag, Reason

PREDICTIVE: Final = ("ppv", "npv")
"""Shares of the calls: a missing answer is no call, so it counts in none of them."""


def _accuracy(share: str, empty: Reason) -> Estimator:
    """A share of the 2×2 table over the rows that it counts, by clusters."""

    def estimate(inputs: Inputs) -> Result:
        answers = call(inputs)
        if answers is None:
            return missing("wilson_effective_size", inputs)
        reference = inputs.numbers("reference")
        silent = np.isnan(answers) & ~np.isnan(reference)
        flags: tuple[Flag, ...] = ()
        if inputs.failures_are_errors and silent.any() and share not in PREDICTIVE:
            answers = np.where(silent, 1.0 - reference, answers)  # intention to diagnose: no answer is a wrong answer
            flags = (Flag.FAILURES_AS_ERRORS,)
        if share == "sensitivity":
            flags += few_positives(np.where(np.isnan(answers), np.nan, reference))
        found = _share(inputs, *_counted(share, reference, answers))
        if isinstance(found, NotEstimable) and found.reason == Reason.NO_ROWS and inputs.rows:
            found = replace(found, reason=empty)
        return flagged(found, *flags)

    return estimate


def _counted(share: str, reference: Numbers, answers: Numbers) -> tuple[Numbers, Mask]:
    """Whether each row is a success of the share, and the rows that the share counts."""
    known = ~(np.isnan(reference) | np.isnan(answers))
    right = np.where(known, (reference == answers).astype(np.float64), np.nan)
    counted = {
        "sensitivity": reference == 1,
        "specificity": reference == 0,
        "ppv": answers == 1,
        "npv": answers == 0,
        "accuracy": known,
    }
    return right, known & counted[share]


def _share(inputs: Inputs, successes: Numbers, counted: Mask) -> Result:
    found = clustered_proportion(np.where(counted, successes, np.nan), _clusters(inputs), inputs.level)
    return flagged(found, Flag.CLUSTERED)


def _clusters(inputs: Inputs) -> Clusters:
    if inputs.clusters is None:
        raise ValueError("a nested estimator needs the groups of the rows")
    return inputs.clusters


def _prevalence(inputs: Inputs) -> Result:
    reference = inputs.numbers("reference")
    return _share(inputs, reference, ~np.isnan(reference))


def _failure_rate(inputs: Inputs) -> Result:
    for name in ("prediction", "score"):
        if inputs.has(name):
            silent = np.isnan(inputs.numbers(name)).astype(np.float64)
            return _share(inputs, silent, ~np.isnan(inputs.numbers("reference")))
    return missing("wilson_effective_size", inputs)


def _proportion(inputs: Inputs) -> Result:
    if inputs.has("trials"):  # a row is a count already: its trials are not rows that could be grouped
        return flagged(RISKS["proportion"](inputs), Flag.NESTING_IGNORED)
    event = inputs.numbers("event")
    return _share(inputs, event, ~np.isnan(event))


def _auc(inputs: Inputs) -> Result:
    reference, score = inputs.numbers("reference"), inputs.numbers("score")
    found = clustered_auc(reference, score, _clusters(inputs), inputs.level)
    return flagged(found, Flag.CLUSTERED, *few_positives(np.where(np.isnan(score), np.nan, reference)))


def _difference(column: str) -> Estimator:
    """Difference of means (of shares for a 0/1 column), with − without the tool, by least squares with CR2."""

    def estimate(inputs: Inputs) -> Result:
        if inputs.with_tool is None or inputs.without_tool is None:
            return missing("cr2_satterthwaite", inputs)
        treatment = np.where(inputs.with_tool, 1.0, np.where(inputs.without_tool, 0.0, np.nan))
        nothing = np.empty((inputs.rows, 0))
        found = cluster_robust_cr2(inputs.numbers(column), treatment, nothing, _clusters(inputs), inputs.level)
        se = found.extras.get("se")
        if not isinstance(found, NotEstimable) and isinstance(se, float) and se > 0:
            found = replace(found, pooling=PoolingTerm(found.value, se**2))
        return flagged(found, Flag.CLUSTERED)

    return estimate


NESTED: Final[Mapping[str, Estimator]] = MappingProxyType(
    {
        "sensitivity": _accuracy("sensitivity", Reason.NO_POSITIVE),
        "specificity": _accuracy("specificity", Reason.NO_NEGATIVE),
        "ppv": _accuracy("ppv", Reason.NONE_FLAGGED),
        "npv": _accuracy("npv", Reason.ALL_FLAGGED),
        "accuracy": _accuracy("accuracy", Reason.NO_ROWS),
        "prevalence": _prevalence,
        "failure_rate": _failure_rate,
        "proportion": _proportion,
        "auc": _auc,
        "welch_t": _difference("outcome"),
        "cost_difference": _difference("cost"),
        "risk_difference": _difference("event"),
    }
)
"""Code of the catalogue → estimator for rows that are nested."""
