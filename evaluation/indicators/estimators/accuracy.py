"""Diagnostic accuracy: estimators for the scorecard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evaluation.estimate import Result
from evaluation.indicators.estimators.common import FEW_POSITIVES, flagged, missing
from evaluation.indicators.inputs import Estimator, GroupEstimator, Inputs
from evaluation.statistics import proportions, roc
from evaluation.statistics.samples import Numbers, binary
from evaluation.statistics.score_runs import ScoreRuns, SortedScores, score_runs
from evaluation.vocabulary import Flag


def call(inputs: Inputs) -> Numbers | None:
    """The tool's answer: `prediction`, or the score against the option `threshold`; `None` when no file brought it."""
    if "threshold" in inputs.options:
        return proportions.called(inputs.numbers("score"), inputs.number("threshold")) if inputs.has("score") else None
    return inputs.numbers("prediction") if inputs.has("prediction") else None


def accuracy(
    statistic: Callable[[proportions.ConfusionTable, float], Result], *, counts_positives: bool = False
) -> GroupEstimator:
    """A statistic of the 2×2 table with the protocol's rule for missing answers, for every group from one count."""

    def estimate(inputs: Inputs, codes: NDArray[Any], groups: int) -> list[Result]:
        cells = _cells(inputs)
        if cells is None:
            return [missing("wilson", inputs)] * groups
        counts = np.bincount((codes.astype(np.int64) * 9 + cells)[codes >= 0], minlength=9 * groups)
        return [_answer(table, inputs) for table in counts.reshape(groups, 3, 3).tolist()]

    def _answer(table: list[list[int]], inputs: Inputs) -> Result:
        (tn, fp, silent_negative), (fn, tp, silent_positive), _ = table
        flags: tuple[Flag, ...] = ()
        if inputs.failures_are_errors and silent_negative + silent_positive:
            fp, fn = fp + silent_negative, fn + silent_positive  # intention to diagnose: no answer is a wrong answer
            flags = (Flag.FAILURES_AS_ERRORS,)
        if counts_positives and tp + fn < FEW_POSITIVES:
            flags += (Flag.FEW_POSITIVES,)
        return flagged(statistic(proportions.ConfusionTable(tp, fn, fp, tn), inputs.level), *flags)

    return estimate


def _cells(inputs: Inputs) -> NDArray[np.int64] | None:
    """The cell of each row, 3 × reference + answer, with 2 for a missing one; `None` without the tool's answer."""
    threshold = inputs.options.get("threshold")
    answers = call(inputs)
    if answers is None:
        return None
    given = (inputs.numbers("reference"), answers)

    def make() -> NDArray[np.int64]:
        return 3 * _thirds(given[0]) + _thirds(given[1])

    return inputs.remember(f"cells {threshold}", ("reference", "prediction", "score"), make)


def _thirds(values: Numbers) -> NDArray[np.int64]:
    column = binary(values)
    return np.where(np.isnan(column), 2.0, column).astype(np.int64)


def _one(estimator: GroupEstimator) -> Estimator:
    """The same estimator on all rows as one group."""
    return lambda inputs: estimator(inputs, np.zeros(inputs.rows, dtype=np.int8), 1)[0]


def _prevalence(inputs: Inputs) -> Result:
    return proportions.prevalence(inputs.numbers("reference"), inputs.level)


def _failure_rate(inputs: Inputs) -> Result:
    for name in ("prediction", "score"):
        if inputs.has(name):
            return proportions.failure_rate(inputs.numbers("reference"), inputs.numbers(name), inputs.level)
    return missing("wilson", inputs)


def _sorted_scores(inputs: Inputs) -> SortedScores:
    """The scores in rising order: sorted once for the whole, the sites and every subgroup."""
    given = (inputs.numbers("reference"), inputs.numbers("score"))
    return inputs.remember("sorted", ("reference", "score"), lambda: SortedScores.of(*given))


def overall_runs(inputs: Inputs) -> ScoreRuns:
    """The runs of equal scores over all rows."""
    return inputs.remember("runs", ("reference", "score"), lambda: score_runs(_sorted_scores(inputs)))


def _auc(inputs: Inputs) -> Result:
    return _areas(overall_runs(inputs), inputs.level)[0]


def _auc_by_group(inputs: Inputs, codes: NDArray[Any], groups: int) -> list[Result]:
    return _areas(score_runs(_sorted_scores(inputs), codes, groups), inputs.level)


def _areas(runs: ScoreRuns, level: float) -> list[Result]:
    areas = roc.area_by_group(runs, level)
    few = [(Flag.FEW_POSITIVES,) if n < FEW_POSITIVES else () for n in runs.n_positive.tolist()]
    return [flagged(area, *flags) for area, flags in zip(areas, few, strict=True)]


GROUP_ESTIMATORS: Final[Mapping[str, GroupEstimator]] = MappingProxyType(
    {
        "sensitivity": accuracy(proportions.sensitivity_of, counts_positives=True),
        "specificity": accuracy(proportions.specificity_of),
        "ppv": accuracy(proportions.ppv_of),
        "npv": accuracy(proportions.npv_of),
        "auc": _auc_by_group,
    }
)
"""Code of the catalogue → estimator of all groups at once."""

ESTIMATORS: Final[Mapping[str, Estimator]] = MappingProxyType(
    {
        "sensitivity": _one(GROUP_ESTIMATORS["sensitivity"]),
        "specificity": _one(GROUP_ESTIMATORS["specificity"]),
        "ppv": _one(GROUP_ESTIMATORS["ppv"]),
        "npv": _one(GROUP_ESTIMATORS["npv"]),
        "prevalence": _prevalence,
        "auc": _auc,
        "failure_rate": _failure_rate,
    }
)
"""Code of the catalogue → estimator."""
