"""Indicators of two groups as a protocol uses them: with − without the tool, a reason where a file cannot bear them."""

import math

import numpy as np
import pytest

from evaluation.data import Column
from evaluation.estimate import Estimate, NotEstimable
from evaluation.indicators.catalogue import catalogue
from evaluation.indicators.estimators import ESTIMATORS, contrasts, risks, usability
from evaluation.indicators.inputs import Inputs
from evaluation.statistics import noninferiority, times
from evaluation.statistics import risks as statistics

FAMILY = [*contrasts.ESTIMATORS, *risks.ESTIMATORS]
TIMES = [code for code in contrasts.ESTIMATORS if "outcome" in catalogue()[code].inputs]
COUNTED = ["rate_ratio", "rate_difference", "rate_ratio_overdispersed"]
RISKS = ["risk_difference", "noninferiority_risk_difference", "risk_ratio", "odds_ratio"]


def inputs(with_tool=None, options=None, **columns):
    n = len(next(iter(columns.values())))
    made = {name: (Column(np.asarray(values, dtype=float)),) for name, values in columns.items()}
    mask = None if with_tool is None else np.asarray(with_tool, dtype=bool)
    without = None if mask is None else ~mask
    return Inputs(columns=made, options=options or {}, level=0.95, rows=n, with_tool=mask, without_tool=without)


def any_columns(rows, make):
    return {name: make(rows) for name in ("outcome", "before", "after", "event", "exposure", "trials")}


@pytest.mark.parametrize("code", FAMILY)
@pytest.mark.parametrize("rows", [0, 1, 2])
@pytest.mark.parametrize("make", [np.zeros, np.ones, lambda n: np.full(n, np.nan)])
def test_few_or_constant_or_missing_rows_give_a_reason_or_an_interval_with_width(code, rows, make):
    for tooled in (np.ones(rows), np.zeros(rows), np.arange(rows) % 2):
        found = ESTIMATORS[code](inputs(tooled, {"target": 5.0}, **any_columns(rows, make)))
        assert isinstance(found, (Estimate, NotEstimable))
        if isinstance(found, Estimate):
            assert found.low < found.high
            assert found.n <= rows


@pytest.mark.parametrize("code", TIMES)
def test_a_slower_tool_is_on_the_upper_side(code):
    rng = np.random.default_rng(1)
    tooled = np.arange(400) % 2 == 1
    outcome = rng.lognormal(3, 0.3, 400) * np.where(tooled, 1.6, 1.0)
    found = ESTIMATORS[code](inputs(tooled, {"target": 25.0}, outcome=outcome))
    assert isinstance(found, Estimate)
    assert found.pooling is not None
    neutral = {"geometric_mean_ratio": 1, "probability_superiority": 0.5}.get(code, 0)
    if code == "within_target_difference":
        assert found.high < 0
    elif code not in ("within_target", "p90"):
        assert found.low > neutral


@pytest.mark.parametrize("code", RISKS)
def test_more_events_with_the_tool_are_on_the_upper_side(code):
    event = [1] * 60 + [0] * 40 + [1] * 20 + [0] * 80
    found = ESTIMATORS[code](inputs([1] * 100 + [0] * 100, event=event))
    assert found.low > (1 if catalogue()[code].scale == "log" else 0)
    wrong = ESTIMATORS[code](inputs([1] * 100 + [0] * 100, event=[2, *event[1:]]))
    assert (wrong.reason, wrong.n) == ("impossible_value", 200)


def test_the_scorecard_shows_the_miettinen_nurminen_limits():
    event = [1] * 6 + [0] + [1] * 2 + [0] * 5
    found = ESTIMATORS["noninferiority_risk_difference"](inputs([1] * 7 + [0] * 7, event=event))
    assert (round(found.low, 6), round(found.high, 6)) == (0.034176, 0.853405)
    assert found.method == noninferiority.METHOD


def test_only_events_bear_no_ratio_on_a_scorecard():
    found = ESTIMATORS["risk_ratio"](inputs([1, 1, 0, 0], event=[1, 1, 1, 1]))
    assert (found.reason, found.point) == ("all_events", 1)
    proportional = inputs([1, 1, 0, 0], event=[2, 4, 3, 9], exposure=[0.1, 0.2, 0.3, 0.9])
    found = ESTIMATORS["rate_ratio_overdispersed"](proportional)
    assert (found.reason, found.point) == ("no_variation", pytest.approx(2))


def test_rates_add_events_and_exposures_of_complete_rows():
    event, exposure = [3, 4, np.nan, 5, 6], [100, 50, 80, np.nan, 40]
    found = ESTIMATORS["rate_ratio"](inputs([1, 1, 1, 0, 0], event=event, exposure=exposure))
    assert (found.value, found.n) == (pytest.approx((7 / 150) / (6 / 40)), 3)
    difference = ESTIMATORS["rate_difference"](inputs([1, 1, 1, 0, 0], event=event, exposure=exposure))
    assert difference.value == pytest.approx(7 / 150 - 6 / 40)


@pytest.mark.parametrize("code", COUNTED)
def test_counts_without_their_exposure_column(code):
    assert ESTIMATORS[code](inputs([1, 0], event=[3, 4])).reason == "missing_column"
    assert ESTIMATORS[code](inputs([1, 0], event=[3, -4], exposure=[1, 1])).reason == "impossible_value"
    assert ESTIMATORS[code](inputs([1, 0], event=[3, 4], exposure=[0, 1])).reason == "no_exposure"


def test_a_time_of_zero_in_a_ratio_of_times_is_a_reason_and_no_end():
    found = ESTIMATORS["geometric_mean_ratio"](inputs([1, 1, 0, 0], outcome=[0, 2, 3, 4]))
    assert (found.reason, found.method, found.n) == ("impossible_value", "welch_on_logs", 4)


def test_the_target_and_the_benchmark_are_options():
    given = inputs([1, 1, 0, 0], {"target": 30.0}, outcome=[10, 30, 40, 20])
    assert ESTIMATORS["within_target"](given).value == 0.75  # the engine has kept the rows with the tool beforehand
    assert ESTIMATORS["within_target_difference"](given).value == 0.5
    for code in ("within_target", "within_target_difference"):
        assert catalogue()[code].options["target"].required
        assert ESTIMATORS[code](inputs([1, 0], outcome=[1, 2])).reason == "missing_column"
    items = tuple(Column(np.asarray([v, 3.0, 5.0])) for v in (4, 2, 5, 1, 4, 1, 5, 2, 4, 2))
    asked = Inputs(columns={"items": items}, options={"benchmark": 50.0}, level=0.95, rows=3)
    assert usability.ESTIMATORS["sus_score"](asked).extras["benchmark"] == 50


def test_paired_columns_are_bound_and_may_be_absent():
    found = ESTIMATORS["paired_mean_difference"](inputs(before=[5, 6, 7, np.nan], after=[3, 5, 4, 1]))
    assert (found.value, found.n) == (-2, 3)
    assert ESTIMATORS["paired_mean_difference"](inputs(before=[5, 6])).reason == "missing_column"


def test_the_methods_on_a_scorecard_are_those_of_the_catalogue():
    tooled = np.arange(200) % 2
    rng = np.random.default_rng(2)
    columns = {
        "outcome": rng.lognormal(size=200),
        "before": rng.lognormal(size=200),
        "after": rng.lognormal(size=200),
        "event": rng.integers(0, 2, 200),
        "exposure": rng.random(200) + 0.5,
    }
    for code in FAMILY:
        found = ESTIMATORS[code](inputs(tooled, {"target": 1.0}, **columns))
        assert found.method == catalogue()[code].method, code
        assert isinstance(found, Estimate)
        assert math.isfinite(found.value)


def test_pooling_terms_are_on_the_scale_that_the_catalogue_names():
    to_scale = {"identity": float, "log": math.log, "logit": lambda p: math.log(p / (1 - p))}
    table = statistics.TwoRisks(30, 100, 20, 90)
    for code, found in (
        ("risk_difference", statistics.risk_difference(table, 0.95)),
        ("risk_ratio", statistics.risk_ratio(table, 0.95)),
        ("odds_ratio", statistics.odds_ratio(table, 0.95)),
        ("within_target", times.within_target(np.arange(50), 20, 0.95)),
        ("p90", times.p90(np.arange(50), 0.95)),
    ):
        assert found.pooling.effect == pytest.approx(to_scale[catalogue()[code].scale](found.value)), code
        assert found.pooling.variance > 0
