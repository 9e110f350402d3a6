"""One adapter per code of the catalogue: from the bound columns to the statistic, with the protocol's conventions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np

from evaluation.estimate import NotEstimable, Result
from evaluation.indicators.inputs import Estimator, Inputs
from evaluation.statistics import costs, means, medians, proportions, ranks, risks, roc, sus, wedge
from evaluation.statistics.samples import Numbers
from evaluation.vocabulary import Flag, Reason

FEW_POSITIVES: Final = 30
"""Reference-positive cases under which an indicator is not assessed (FIELD §3.3)."""


def _call(inputs: Inputs) -> Numbers | None:
    """The tool's answer: `prediction`, or the score against the option `threshold`; `None` when no file brought it."""
    if "threshold" in inputs.options:
        return proportions.called(inputs.numbers("score"), inputs.number("threshold")) if inputs.has("score") else None
    return inputs.numbers("prediction") if inputs.has("prediction") else None


def _missing(method: str, inputs: Inputs) -> NotEstimable:
    return NotEstimable(Reason.MISSING_COLUMN, inputs.rows, method)


def _flagged(result: Result, *flags: Flag) -> Result:
    return replace(result, flags=(*result.flags, *flags)) if flags else result


def _few_positives(reference: Numbers) -> tuple[Flag, ...]:
    return (Flag.FEW_POSITIVES,) if int(np.count_nonzero(reference == 1)) < FEW_POSITIVES else ()


def _accuracy(statistic: Callable[[Numbers, Numbers, float], Result], *, counts_positives: bool = False) -> Estimator:
    def estimate(inputs: Inputs) -> Result:
        call = _call(inputs)
        if call is None:
            return _missing("wilson", inputs)
        reference = inputs.numbers("reference")
        silent = np.isnan(call) & ~np.isnan(reference)
        flags: tuple[Flag, ...] = ()
        if inputs.failures_are_errors and silent.any():
            call = np.where(silent, 1.0 - reference, call)  # intention to diagnose: no answer is a wrong answer
            flags = (Flag.FAILURES_AS_ERRORS,)
        if counts_positives:
            flags += _few_positives(np.where(np.isnan(call), np.nan, reference))
        return _flagged(statistic(reference, call, inputs.level), *flags)

    return estimate


def _prevalence(inputs: Inputs) -> Result:
    return proportions.prevalence(inputs.numbers("reference"), inputs.level)


def _failure_rate(inputs: Inputs) -> Result:
    for name in ("prediction", "score"):
        if inputs.has(name):
            return proportions.failure_rate(inputs.numbers("reference"), inputs.numbers(name), inputs.level)
    return _missing("wilson", inputs)


def _auc(inputs: Inputs) -> Result:
    reference, score = inputs.numbers("reference"), inputs.numbers("score")
    scored = np.where(np.isnan(score), np.nan, reference)
    return _flagged(roc.auc(reference, score, inputs.level), *_few_positives(scored))


def _proportion(inputs: Inputs) -> Result:
    trials = inputs.numbers("trials") if inputs.has("trials") else None
    return proportions.event_share(inputs.numbers("event"), inputs.level, trials)


def _two_groups(inputs: Inputs, name: str) -> tuple[Numbers, Numbers]:
    values = inputs.numbers(name)
    with_tool, without_tool = inputs.with_tool, inputs.without_tool
    if with_tool is None or without_tool is None:
        raise ValueError(f"a contrast of {name} needs the rows with and without the tool")
    return values[with_tool], values[without_tool]


def _two_risks(inputs: Inputs) -> risks.TwoRisks:
    groups = [group[~np.isnan(group)] for group in _two_groups(inputs, "event")]
    (x1, n1), (x2, n2) = ((int(np.count_nonzero(group == 1)), group.size) for group in groups)
    return risks.TwoRisks(x1, n1, x2, n2)


def _contrast(statistic: Callable[[Numbers, Numbers, float], Result], name: str) -> Estimator:
    def estimate(inputs: Inputs) -> Result:
        with_tool, without_tool = _two_groups(inputs, name)
        return statistic(with_tool, without_tool, inputs.level)

    return estimate


def _stepped_wedge(inputs: Inputs) -> Result:
    codes = (inputs.codes("period"), inputs.codes("cluster"))
    return wedge.stepped_wedge(inputs.numbers("outcome"), inputs.numbers("treatment"), *codes, inputs.level)


def _valued_time(inputs: Inputs) -> Result:
    """The model's effect on the share of manual work, in euros: minutes per case × hourly cost × share reallocated."""
    euros = inputs.number("minutes") / 60 * inputs.number("hourly_cost_eur") * inputs.number("realised_share")
    effect = _stepped_wedge(inputs)
    if isinstance(effect, NotEstimable):
        return replace(effect, point=None if effect.point is None else effect.point * euros)
    extras = {"share_effect": effect.value, "euros_per_case": euros, "clusters": effect.extras["clusters"]}
    low, high = effect.low * euros, effect.high * euros
    return replace(effect, value=effect.value * euros, low=low, high=high, extras=extras)


def _sus(inputs: Inputs) -> Result:
    return sus.sus_score(np.column_stack([column.values for column in inputs.columns["items"]]), inputs.level)


ESTIMATORS: Final[Mapping[str, Estimator]] = MappingProxyType(
    {
        "sensitivity": _accuracy(proportions.sensitivity, counts_positives=True),
        "specificity": _accuracy(proportions.specificity),
        "ppv": _accuracy(proportions.ppv),
        "npv": _accuracy(proportions.npv),
        "prevalence": _prevalence,
        "auc": _auc,
        "failure_rate": _failure_rate,
        "proportion": _proportion,
        "odds_ratio": lambda inputs: risks.odds_ratio(_two_risks(inputs), inputs.level),
        "risk_difference": lambda inputs: risks.risk_difference(_two_risks(inputs), inputs.level),
        "hodges_lehmann": _contrast(ranks.hodges_lehmann, "outcome"),
        "median_difference": _contrast(medians.median_difference, "outcome"),
        "welch_t": _contrast(means.mean_difference, "outcome"),
        "cost_difference": _contrast(costs.cost_difference, "cost"),
        "stepped_wedge_mixed": _stepped_wedge,
        "valued_time": _valued_time,
        "sus_score": _sus,
    }
)
"""Code of the catalogue → estimator."""
