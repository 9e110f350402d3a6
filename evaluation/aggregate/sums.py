"""The tables and sums from which a site's estimate can be computed again, and that computation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from evaluation.estimate import Result
from evaluation.indicators.catalogue import Indicator
from evaluation.indicators.estimators import accuracy as tables
from evaluation.indicators.inputs import Inputs
from evaluation.statistics import (
    likelihood_ratios,
    means,
    noninferiority,
    overlap,
    predictive_values,
    proportions,
    risks,
    youden,
)
from evaluation.statistics.proportions import ConfusionTable
from evaluation.statistics.risks import TwoRisks

SHARES: Final[Mapping[str, Callable[[ConfusionTable, float, str], Result]]] = {
    "sensitivity": proportions.sensitivity_of,
    "specificity": proportions.specificity_of,
    "ppv": proportions.ppv_of,
    "npv": proportions.npv_of,
    "accuracy": proportions.accuracy_of,
}
OF_TABLE: Final[Mapping[str, Callable[[ConfusionTable, float], Result]]] = {
    "lr_positive": likelihood_ratios.lr_positive,
    "lr_negative": likelihood_ratios.lr_negative,
    "diagnostic_odds_ratio": likelihood_ratios.diagnostic_odds_ratio,
    "youden_index": youden.youden_index,
    "balanced_accuracy": youden.balanced_accuracy,
    "f1": overlap.f1,
    "mcc": overlap.mcc,
}
AT_PREVALENCE: Final[Mapping[str, str]] = {"ppv_at_prevalence": "ppv", "npv_at_prevalence": "npv"}
PROPORTIONS: Final = frozenset({"prevalence", "failure_rate", "proportion", "within_target"})
OF_RISKS: Final[Mapping[str, Callable[[TwoRisks, float], Result]]] = {
    "odds_ratio": risks.odds_ratio,
    "risk_difference": risks.risk_difference,
    "risk_ratio": risks.risk_ratio,
    "within_target_difference": risks.risk_difference,
    "noninferiority_risk_difference": noninferiority.score_difference,
}
MEANS: Final[Mapping[str, str]] = {"welch_t": "outcome", "cost_difference": "cost", "geometric_mean_ratio": "outcome"}
ON_LOGS: Final = "geometric_mean_ratio"
ONE_CLASS: Final = frozenset({"sensitivity", "specificity"})
"""Shares of one class: the table would describe the other class too, which may be too small."""
CELLS: Final = ("tp", "fn", "fp", "tn")
SIDES: Final = ("with_tool", "without_tool")


def has_table(code: str) -> bool:
    """Whether the indicator is a statistic of the 2×2 table of calls against the reference."""
    return code in SHARES or code in OF_TABLE or code in AT_PREVALENCE


def sums_of(entry: Indicator, inputs: Inputs, result: Result) -> dict[str, Any] | None:
    """The 2×2 table, or size, mean and variance of either side, where the plain estimator rests on nothing else."""
    if inputs.clusters is not None or not result.n:
        return None
    if has_table(entry.code) and entry.code not in ONE_CLASS:
        found = tables.tables(inputs, np.zeros(inputs.rows, dtype=np.int8), 1)
        return None if found is None else {cell: getattr(found[0][0], cell) for cell in CELLS}
    return _moments_of(entry.code, inputs) if entry.code in MEANS else None


def _moments_of(code: str, inputs: Inputs) -> dict[str, Any] | None:
    if inputs.with_tool is None or inputs.without_tool is None:
        return None
    values = inputs.numbers(MEANS[code])
    sides = [side[~np.isnan(side)] for side in (values[inputs.with_tool], values[inputs.without_tool])]
    if min(side.size for side in sides) < 2 or not all(np.isfinite(side).all() for side in sides):
        return None
    if code == ON_LOGS:
        if min(float(side.min()) for side in sides) <= 0:
            return None
        sides = [np.log(side) for side in sides]
    groups = zip(SIDES, map(means.moments, sides), strict=True)
    return {name: {"n": group.n, "mean": group.mean, "variance": group.variance} for name, group in groups}


def recomputed(
    code: str, details: Mapping[str, Any], sums: Mapping[str, Any] | None, options: Mapping[str, Any], level: float
) -> Result | None:
    """The result of the plain estimator from the counts and sums alone; `None` where these do not suffice.

    Raises
    ------
    DomainError, KeyError
        Counts that cannot be, or are not there.
    """
    if code in ONE_CLASS or code in PROPORTIONS:
        interval = str(options.get("interval", proportions.METHOD)) if code in SHARES else proportions.METHOD
        return proportions.proportion(details["numerator"], details["denominator"], level, interval=interval)
    if code in OF_RISKS:
        return OF_RISKS[code](TwoRisks(*(details[k] for k in ("events_1", "n1", "events_2", "n2"))), level)
    if sums is None:
        return None
    if code in MEANS:
        ours, theirs = (means.Moments(**sums[side]) for side in SIDES)
        found = means.mean_difference_of(ours, theirs, level)
        return means.as_ratio(found) if code == ON_LOGS else found
    return _from_table(code, ConfusionTable(*(sums[cell] for cell in CELLS)), options, level)


def _from_table(code: str, table: ConfusionTable, options: Mapping[str, Any], level: float) -> Result:
    if code in SHARES:
        return SHARES[code](table, level, str(options.get("interval", proportions.METHOD)))
    if code in OF_TABLE:
        return OF_TABLE[code](table, level)
    carried = predictive_values.at_prevalence(table, float(options["prevalence"]), level)
    return carried.ppv if code == "ppv_at_prevalence" else carried.npv
