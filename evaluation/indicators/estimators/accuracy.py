"""Diagnostic accuracy: estimators for the scorecard."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evaluation.estimate import NotEstimable, Result
from evaluation.indicators.estimators.common import FEW_POSITIVES, few_positives, flagged, missing, two_groups
from evaluation.indicators.inputs import Estimator, GroupEstimator, Inputs
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
from evaluation.statistics.samples import Numbers, binary
from evaluation.statistics.score_runs import ScoreRuns, SortedScores, score_runs
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


Statistic = Callable[[ConfusionTable, float], Result]


def of_table(statistic: Statistic, method: str, *, counts_positives: bool = True) -> GroupEstimator:
    """A statistic of the 2×2 table with the protocol's rule for missing answers, for every group from one count.

    `counts_positives` says that few positive cases bear none of it.
    """

    def estimate(inputs: Inputs, codes: NDArray[Any], groups: int) -> list[Result]:
        found = tables(inputs, codes, groups)
        if found is None:
            return [missing(method, inputs)] * groups
        return [answer(table, inputs.level, silent=silent) for table, silent in found]

    def answer(table: ConfusionTable, level: float, *, silent: bool) -> Result:
        flags: tuple[Flag, ...] = (Flag.FAILURES_AS_ERRORS,) if silent else ()
        if counts_positives and table.positives < FEW_POSITIVES:
            flags += (Flag.FEW_POSITIVES,)
        return flagged(statistic(table, level), *flags)

    return estimate


def tables(inputs: Inputs, codes: NDArray[Any], groups: int) -> list[tuple[ConfusionTable, bool]] | None:
    """The 2×2 table of each group from one count, and whether missing answers are in it as errors of the tool.

    `None` when no file brought the tool's answer.
    """
    cells = _cells(inputs)
    if cells is None:
        return None
    counts = np.bincount((codes.astype(np.int64) * 9 + cells)[codes >= 0], minlength=9 * groups)
    found: list[tuple[ConfusionTable, bool]] = []
    for (tn, fp, silent_negative), (fn, tp, silent_positive), _ in counts.reshape(groups, 3, 3).tolist():
        if inputs.failures_are_errors and silent_negative + silent_positive:
            # intention to diagnose: no answer is a wrong answer
            found.append((ConfusionTable(tp, fn + silent_positive, fp + silent_negative, tn), True))
        else:
            found.append((ConfusionTable(tp, fn, fp, tn), False))
    return found


def _cells(inputs: Inputs) -> NDArray[np.int64] | None:
    """The cell of each row, 3 × reference + answer, with 2 for a missing one; `None` without the tool's answer."""
    answers = call(inputs)
    if answers is None:
        return None
    given = (inputs.numbers("reference"), answers)
    key = f"cells {inputs.options.get('threshold')}"
    return inputs.remember(key, ("reference", "prediction", "score"), lambda: 3 * _thirds(given[0]) + _thirds(given[1]))


def _thirds(values: Numbers) -> NDArray[np.int64]:
    column = binary(values)
    return np.where(np.isnan(column), 2.0, column).astype(np.int64)


def _share(
    statistic: Callable[[ConfusionTable, float, str], Result], *, counts_positives: bool = False
) -> GroupEstimator:
    """A proportion of the table with the interval that the protocol names, Wilson's by default."""

    def estimate(inputs: Inputs, codes: NDArray[Any], groups: int) -> Sequence[Result]:
        interval = str(inputs.options.get("interval", proportions.METHOD))
        if interval not in proportions.INTERVALS:
            return [NotEstimable(Reason.IMPOSSIBLE_VALUE, inputs.rows, proportions.METHOD)] * groups
        named = of_table(
            lambda table, level: statistic(table, level, interval), interval, counts_positives=counts_positives
        )
        return named(inputs, codes, groups)

    return estimate


def _at_prevalence(read: Callable[[predictive_values.PredictiveValues], Result]) -> GroupEstimator:
    def estimate(inputs: Inputs, codes: NDArray[Any], groups: int) -> Sequence[Result]:
        share = _option(inputs, "prevalence")
        if share is None or not 0 < share < 1:
            return [missing(predictive_values.METHOD, inputs)] * groups
        carried = of_table(
            lambda table, level: read(predictive_values.at_prevalence(table, share, level)), predictive_values.METHOD
        )
        return carried(inputs, codes, groups)

    return estimate


def on_all_rows(estimator: GroupEstimator) -> Estimator:
    """The same estimator on all rows as one group."""
    return lambda inputs: estimator(inputs, np.zeros(inputs.rows, dtype=np.int8), 1)[0]


def _prevalence(inputs: Inputs) -> Result:
    return proportions.prevalence(inputs.numbers("reference"), inputs.level)


def _failure_rate(inputs: Inputs) -> Result:
    for name in ("prediction", "score"):
        if inputs.has(name):
            answers = np.where(inputs.columns[name][0].missing, np.nan, 0.0)  # whether there is one, whatever it is
            return proportions.failure_rate(inputs.numbers("reference"), answers, inputs.level)
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


def _sorted_scores(inputs: Inputs) -> SortedScores:
    """The scores in rising order: sorted once for the whole, the sites and every subgroup."""
    given = (inputs.numbers("reference"), inputs.numbers("score"))
    return inputs.remember("sorted", ("reference", "score"), lambda: SortedScores.of(*given))


def overall_runs(inputs: Inputs) -> ScoreRuns:
    """The runs of equal scores over all rows."""
    return inputs.remember("runs", ("reference", "score"), lambda: score_runs(_sorted_scores(inputs)))


def _area(limits: Callable[[Result, float], Result]) -> tuple[Estimator, GroupEstimator]:
    """The area under the curve with its limits, over all rows and by group."""

    def read(runs: ScoreRuns, level: float) -> list[Result]:
        areas = [limits(area, level) for area in roc.area_by_group(runs, level)]
        few = [(Flag.FEW_POSITIVES,) if n < FEW_POSITIVES else () for n in runs.n_positive.tolist()]
        return [flagged(area, *flags) for area, flags in zip(areas, few, strict=True)]

    def by_group(inputs: Inputs, codes: NDArray[Any], groups: int) -> list[Result]:
        return read(score_runs(_sorted_scores(inputs), codes, groups), inputs.level)

    return lambda inputs: read(overall_runs(inputs), inputs.level)[0], by_group


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


_AUC, _AUC_BY_GROUP = _area(lambda found, _: found)
_AUC_LOGIT, _AUC_LOGIT_BY_GROUP = _area(roc.with_logit_limits)

_OF_TABLE: Final[Mapping[str, GroupEstimator]] = MappingProxyType(
    {
        "sensitivity": _share(proportions.sensitivity_of, counts_positives=True),
        "specificity": _share(proportions.specificity_of),
        "ppv": _share(proportions.ppv_of),
        "npv": _share(proportions.npv_of),
        "accuracy": _share(proportions.accuracy_of),
        "lr_positive": of_table(likelihood_ratios.lr_positive, likelihood_ratios.METHOD),
        "lr_negative": of_table(likelihood_ratios.lr_negative, likelihood_ratios.METHOD),
        "diagnostic_odds_ratio": of_table(likelihood_ratios.diagnostic_odds_ratio, likelihood_ratios.ODDS_METHOD),
        "youden_index": of_table(youden.youden_index, youden.METHOD),
        "balanced_accuracy": of_table(youden.balanced_accuracy, youden.METHOD),
        "f1": of_table(overlap.f1, overlap.F1_METHOD),
        "mcc": of_table(overlap.mcc, overlap.MCC_METHOD),
        "ppv_at_prevalence": _at_prevalence(lambda found: found.ppv),
        "npv_at_prevalence": _at_prevalence(lambda found: found.npv),
    }
)

GROUP_ESTIMATORS: Final[Mapping[str, GroupEstimator]] = MappingProxyType(
    {**_OF_TABLE, "auc": _AUC_BY_GROUP, "auc_logit": _AUC_LOGIT_BY_GROUP}
)
"""Code of the catalogue → estimator of all groups at once."""

ESTIMATORS: Final[Mapping[str, Estimator]] = MappingProxyType(
    {
        **{code: on_all_rows(estimator) for code, estimator in _OF_TABLE.items()},
        "prevalence": _prevalence,
        "auc": _AUC,
        "auc_logit": _AUC_LOGIT,
        "auc_difference_paired": _auc_paired,
        "auc_difference_unpaired": _auc_unpaired,
        "average_precision": _scored(precision_recall.average_precision),
        "failure_rate": _failure_rate,
    }
)
"""Code of the catalogue → estimator."""
