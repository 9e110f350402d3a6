"""Diagnostic accuracy: from roles and parameters to the keys of the method sheets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from evaluation.compute.answers import Adapter, Answer, answer, plain
from evaluation.compute.roles import Roles, label
from evaluation.estimate import NotEstimable, Result
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
from evaluation.statistics.samples import DomainError, Numbers


def same_rows(roles: Roles, *names: str) -> tuple[Numbers, ...]:
    """Columns of numbers, one row a case in each.

    Raises
    ------
    DomainError
        When one of them has more rows than another.
    """
    columns = tuple(roles.numbers(name) for name in names)
    if len({column.size for column in columns}) > 1:
        raise DomainError(f"the roles {', '.join(names)} have different numbers of rows")
    return columns


def _number(roles: Roles, name: str) -> float:
    given = roles.params[name]
    try:
        value = float(given)
    except (TypeError, ValueError) as error:
        raise DomainError(f"the parameter {name} is no number") from error
    if np.isnan(value):
        raise DomainError(f"the parameter {name} is no number")
    return value


def _calls(roles: Roles) -> tuple[Numbers, Numbers]:
    """Reference and calls: the score against the threshold, or the tool's own answers where they are given instead."""
    if roles.has("prediction") and not roles.has("score"):
        reference, call = same_rows(roles, "reference", "prediction")
        return reference, call
    reference, score = same_rows(roles, "reference", "score")
    return reference, proportions.called(score, _number(roles, "threshold"))


def _share(statistic: Callable[[Numbers, Numbers, float, str], Result]) -> Adapter:
    def run(roles: Roles) -> Answer:
        interval = str(roles.params.get("interval", proportions.METHOD))
        return answer(statistic(*_calls(roles), roles.level, interval))

    return run


def _prevalence(roles: Roles) -> Answer:
    if not roles.has("score"):
        return answer(proportions.prevalence(roles.numbers("reference"), roles.level))
    reference, score = same_rows(roles, "reference", "score")
    return answer(proportions.prevalence(np.where(np.isnan(score), np.nan, reference), roles.level))


def _confusion(roles: Roles) -> Answer:
    reference, call = _calls(roles)
    table = proportions.confusion(reference, call)
    cells = {"tp": table.tp, "fn": table.fn, "fp": table.fp, "tn": table.tn}
    return {**cells, "n": table.n, "n_missing_dropped": reference.size - table.n, "flag": False, "warnings": []}


def _of_table(statistic: Callable[[ConfusionTable, float], Result]) -> Adapter:
    def run(roles: Roles) -> Answer:
        return answer(statistic(proportions.confusion(*_calls(roles)), roles.level))

    return run


def _predictive_values(roles: Roles) -> Answer:
    table = proportions.confusion(*_calls(roles))
    found = predictive_values.at_prevalence(table, _number(roles, "prevalence"), roles.level)
    ppv = answer(found.ppv, "ppv", "ppv_ci_low", "ppv_ci_high")
    npv = answer(found.npv, "npv", "npv_ci_low", "npv_ci_high")
    warnings = list(dict.fromkeys([*ppv["warnings"], *npv["warnings"]]))
    # the reason of either stands when only one of them is missing
    return {**npv, **ppv, "flag": ppv["flag"] or npv["flag"], "warnings": warnings}


def _auc(roles: Roles) -> Answer:
    reference, score = same_rows(roles, "reference", "score")
    found = roc.auc(reference, score, roles.level)
    on_logit = answer(roc.with_logit_limits(found, roles.level))
    return {**answer(found), "logit_ci_low": on_logit["ci_low"], "logit_ci_high": on_logit["ci_high"]}


def _auc_paired(roles: Roles) -> Answer:
    reference, first, second = same_rows(roles, "reference", "score_1", "score_2")
    return answer(roc_difference.auc_difference_paired(reference, first, second, roles.level), "difference")


def _auc_unpaired(roles: Roles) -> Answer:
    reference, score = same_rows(roles, "reference", "score")
    labels = roles.labels("group")
    if labels.size != reference.size:
        raise DomainError("the roles reference, score, group have different numbers of rows")
    names = [label(roles.params[name]) for name in ("group_1", "group_2")]
    if None in names or names[0] == names[1]:
        raise DomainError("the two groups are not two labels")
    masks = [np.asarray(labels == name, dtype=bool) for name in names]
    groups = [(reference[mask], score[mask]) for mask in masks]
    return answer(roc_difference.auc_difference_unpaired(groups[0], groups[1], roles.level), "difference")


def _average_precision(roles: Roles) -> Answer:
    reference, score = same_rows(roles, "reference", "score")
    return answer(precision_recall.average_precision(reference, score, roles.level))


def _youden_threshold(roles: Roles) -> Answer:
    reference, score = same_rows(roles, "reference", "score")
    found = youden.youden_threshold(reference, score)
    keys = ("youden", "sensitivity", "specificity", "threshold")
    if isinstance(found, NotEstimable):
        nothing = dict.fromkeys(keys)
        return {**nothing, "n": found.n, "reason": found.reason.value, "flag": True, "warnings": []}
    return {**{key: plain(getattr(found, key)) for key in keys}, "n": found.n, "flag": False, "warnings": []}


def _failure_rate(roles: Roles) -> Answer:
    """The share of rows without an answer: a missing `prediction`, or `score` when there is no prediction."""
    name = "prediction" if roles.has("prediction") else "score"
    reference, given = same_rows(roles, "reference", name)
    return answer(proportions.failure_rate(reference, given, roles.level))


METRICS: Final[Mapping[str, Adapter]] = MappingProxyType(
    {
        "confusion_matrix": _confusion,
        "sensitivity": _share(proportions.sensitivity),
        "specificity": _share(proportions.specificity),
        "ppv": _share(proportions.ppv),
        "npv": _share(proportions.npv),
        "accuracy": _share(proportions.accuracy),
        "prevalence": _prevalence,
        "failure_rate": _failure_rate,
        "lr_positive": _of_table(likelihood_ratios.lr_positive),
        "lr_negative": _of_table(likelihood_ratios.lr_negative),
        "diagnostic_odds_ratio": _of_table(likelihood_ratios.diagnostic_odds_ratio),
        "youden_index": _of_table(youden.youden_index),
        "balanced_accuracy": _of_table(youden.balanced_accuracy),
        "f1": _of_table(overlap.f1),
        "mcc": _of_table(overlap.mcc),
        "predictive_values_at_prevalence": _predictive_values,
        "auc": _auc,
        "auc_difference_paired": _auc_paired,
        "auc_difference_unpaired": _auc_unpaired,
        "average_precision": _average_precision,
        "youden_threshold": _youden_threshold,
    }
)
"""Metric → adapter."""
