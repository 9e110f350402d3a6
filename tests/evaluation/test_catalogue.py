"""The catalogue is complete: each entry has its estimator, its words, its methods entry and a published-value test."""

import json
from pathlib import Path

import numpy as np
import pytest

from evaluation.compute.metrics import METRICS, compute
from evaluation.data import Column
from evaluation.estimate import Estimate, NotEstimable
from evaluation.indicators.catalogue import catalogue
from evaluation.indicators.document import methods_page
from evaluation.indicators.estimators import ESTIMATORS
from evaluation.indicators.inputs import Inputs

ROOT = Path(__file__).parents[2]
CASES = {case["metric"] for case in json.loads((ROOT / "tests/reference/cases.json").read_text(encoding="utf-8"))}
PROVEN_BY = {
    "cost_difference": "welch_t",  # the same Welch difference, on costs
    "valued_time": "stepped_wedge_mixed",  # the same model, times stated constants
    "failure_rate": "proportion",  # a Wilson proportion of the rows without an answer
    "within_target": "proportion",  # a Wilson proportion of the rows within the target
    "within_target_difference": "risk_difference",  # Newcombe's difference of two such proportions
    "p90": "time_summary",  # the summary's percentile, with limits
    "p90_difference": "time_summary",  # the difference of two such percentiles
}


@pytest.mark.parametrize("code", catalogue())
def test_each_entry_is_whole(code):
    entry = catalogue()[code]
    assert (code in ESTIMATORS) == entry.on_scorecard
    assert (entry.metric or code) in METRICS
    assert PROVEN_BY.get(code, entry.metric or code) in CASES
    assert all([entry.fr, entry.en, entry.unit, entry.unit_fr, entry.reference, entry.method, entry.short])
    assert f"## `{code}` ·" in methods_page()


def test_there_is_no_estimator_nor_metric_without_entry_and_no_two_short_codes():
    assert set(ESTIMATORS) | set(METRICS) <= set(catalogue())
    shorts = [entry.short for entry in catalogue().values()]
    assert len(set(shorts)) == len(shorts)


def test_the_metrics_that_are_not_of_the_reference_agree_with_those_that_prove_them():
    costs = [10.0, 12.0, 9.0, 20.0, 21.0, 26.0]
    groups = ["after"] * 3 + ["before"] * 3
    welch = compute("welch_t", {"outcome": costs, "group": groups}, {})
    found = compute("cost_difference", {"cost": costs, "group": groups}, {"intervention": "after", "control": "before"})
    assert (found["difference"], found["ci_low"]) == (welch["difference"], welch["ci_low"])
    silent = compute("failure_rate", {"reference": [1, 0, 1, 0], "prediction": [1, None, 1, 0]}, {})
    assert (silent["numerator"], silent["denominator"], silent["estimate"]) == (1, 4, 0.25)
    weeks = {
        "outcome": [0.9, 0.7, 0.8, 0.3, 0.9, 0.2, 0.85, 0.75],
        "treatment": [0, 0, 0, 1, 0, 1, 0, 0],
        "period": [1, 2] * 4,
        "cluster": ["a", "a", "b", "b", "c", "c", "d", "d"],
    }
    share = compute("stepped_wedge_mixed", weeks, {})
    euros = compute("valued_time", weeks, {"minutes": 30, "hourly_cost_eur": 40, "realised_share": 0.5})
    assert euros["estimate"] == pytest.approx(10 * share["estimate"])
    assert euros["ci_high"] == pytest.approx(10 * share["ci_high"])


def test_the_page_of_methods_is_current():
    assert (ROOT / "docs" / "methods.md").read_text(encoding="utf-8") == methods_page()


def inputs(options=None, **columns):
    n = len(next(iter(columns.values())))
    made = {name: (Column(np.asarray(values, dtype=float)),) for name, values in columns.items()}
    return Inputs(columns=made, options=options or {}, level=0.95, rows=n)


def test_the_threshold_calls_from_the_threshold_on():
    given = inputs({"threshold": 0.5}, reference=[1, 1, 0, 0], score=[0.5, 0.4, 0.6, 0.1])
    found = ESTIMATORS["sensitivity"](given)
    assert (found.extras["numerator"], found.extras["denominator"]) == (1, 2)


def test_valued_time_is_the_effect_in_euros():
    rng = np.random.default_rng(1)
    n = 40
    treated = (np.arange(n) % 4 >= 2).astype(float)
    columns = {
        "outcome": rng.random(n),
        "treatment": treated,
        "period": np.arange(n) % 4,
        "cluster": np.repeat(np.arange(10), 4),
    }
    columns["treatment"][:8] = 0.0
    share = ESTIMATORS["stepped_wedge_mixed"](inputs(**columns))
    options = {"minutes": 45.0, "hourly_cost_eur": 32.0, "realised_share": 0.5}
    euros = ESTIMATORS["valued_time"](inputs(options, **columns))
    assert isinstance(share, Estimate)
    assert euros.value == pytest.approx(share.value * 12, rel=1e-12)
    assert euros.low == pytest.approx(share.low * 12, rel=1e-12)


def test_a_contrast_without_an_answer_column_or_a_group_is_a_reason():
    found = ESTIMATORS["sensitivity"](inputs(reference=[1, 0]))
    assert isinstance(found, NotEstimable)
    assert found.reason == "missing_column"
