"""Calibration metrics through `compute`: texts, missing cells, degenerate columns, a million rows."""

import json
import time

import numpy as np
import pytest

from evaluation.compute.metrics import compute
from evaluation.statistics.samples import DomainError

PARAMS = {
    "calibration_intercept_slope": {"conf_level": 0.95},
    "brier_score": {},
    "expected_calibration_error": {"n_bins": 10},
    "hosmer_lemeshow": {"groups": 10},
    "net_benefit": {"thresholds": [0.1, 0.5]},
}
Y = [1, 0, 1, 1, 0, 0, 1, 0, 0, 0]
P = [0.9, 0.2, 0.35, 0.6, 0.4, 0.1, 0.3, 0.05, 0.5, 0.25]


def run(code, y, p):
    got = compute(code, {"reference": y, "probability": p}, PARAMS[code])
    json.dumps(got, allow_nan=False)
    return got


@pytest.mark.parametrize("code", PARAMS)
def test_texts_count_as_their_numbers_and_incomplete_rows_not_at_all(code):
    plain = run(code, Y, P)
    texts = run(code, [str(float(y)) for y in Y], [str(p) for p in P])
    assert texts == plain
    holes = run(code, [*Y, None, "", 1, 0], [*P, 0.5, 0.5, None, ""])
    assert holes == plain
    assert plain["n"] == 10


@pytest.mark.parametrize("code", PARAMS)
@pytest.mark.parametrize(("y", "p"), [([], []), ([None], [0.3]), (["", 1], [0.2, ""])])
def test_without_a_row_everything_is_null_with_a_reason(code, y, p):
    got = run(code, y, p)
    assert got["flag"] is True
    assert got["reason"] == "no_rows"
    values = {key: value for key, value in got.items() if isinstance(value, float) and key != "expected"}
    assert not values


@pytest.mark.parametrize("code", PARAMS)
@pytest.mark.parametrize(
    ("y", "p"),
    [
        ([1, 2], [0.1, 0.2]),
        ([1, 0], [0.1, 1.0001]),
        ([1, 0], ["-Infinity", 0.2]),
        ([1, "x"], [0.1, 0.2]),
        ([1, 0], [0.1]),
    ],
)
def test_what_no_column_can_hold_is_refused(code, y, p):
    with pytest.raises(DomainError):
        run(code, y, p)


@pytest.mark.parametrize(
    ("code", "params"),
    [("expected_calibration_error", "n_bins"), ("hosmer_lemeshow", "groups"), ("net_benefit", "thresholds")],
)
def test_a_parameter_that_is_missing_or_no_number_is_refused(code, params):
    for given in ({}, {params: None}, {params: "ten"}, {params: [None]}):
        with pytest.raises(DomainError):
            compute(code, {"reference": Y, "probability": P}, given)
    with pytest.raises(DomainError):
        compute(code, {"reference": Y}, PARAMS[code])


def test_a_level_that_is_no_level_is_refused():
    for level in (0, 1, "nan", "x"):
        with pytest.raises(DomainError):
            compute("calibration_intercept_slope", {"reference": Y, "probability": P}, {"conf_level": level})


def test_each_null_of_the_recalibration_has_its_flag_and_reason():
    constant = run("calibration_intercept_slope", [0, 1, 1], [0.4, 0.4, 0.4])
    nulls = ("slope", "slope_se", "slope_ci_low", "slope_ci_high", "intercept_joint")
    assert all(constant[key] is None for key in nulls)
    assert constant["calibration_in_the_large"] is not None
    assert constant["citl_se"] is not None
    assert (constant["flag"], constant["reason"]) == (True, "constant_probability")
    one_class = run("calibration_intercept_slope", [1, 1], [0.4, 0.6])
    assert all(one_class[key] is None for key in (*nulls, "calibration_in_the_large", "citl_se", "citl_ci_low"))
    assert one_class["observed_expected_ratio"] == 2.0
    assert (one_class["flag"], one_class["reason"]) == (True, "one_class")
    clipped = run("calibration_intercept_slope", [0, 1, 0, 1], [0, 0.5, 0.6, 1])
    assert (clipped["n_clipped"], clipped["flag"], clipped["warnings"]) == (2, True, ["clipped"])
    assert clipped["slope"] is not None
    assert run("calibration_intercept_slope", Y, P)["flag"] is False


def test_risks_of_0_alone_give_an_infinite_ratio_in_words():
    assert run("calibration_intercept_slope", [0, 1], [0, 0])["observed_expected_ratio"] == "Infinity"
    assert run("calibration_intercept_slope", [0, 0], [0, 0])["observed_expected_ratio"] is None


def test_the_brier_score_keeps_its_value_where_its_interval_is_missing():
    got = run("brier_score", [1, 0], [0.5, 0.5])
    assert (got["brier"], got["scaled_brier"], got["flag"]) == (0.25, 0.0, True)
    assert run("brier_score", [1, 1], [0.5, 0.8])["scaled_brier"] is None


def test_thresholds_of_0_and_1():
    got = compute("net_benefit", {"reference": [1, 0, 0], "probability": [0.9, 0.2, 0.4]}, {"thresholds": [0, 1]})
    assert got["net_benefit_model"] == [pytest.approx(1 / 3), None]
    assert got["net_benefit_treat_all"] == [pytest.approx(1 / 3), None]
    assert got["net_interventions_avoided_per_100"] == [None, None]
    assert (got["flag"], got["reason"]) == (True, "threshold_one")
    one = compute("net_benefit_at", {"reference": [1, 0, 0], "probability": [0.9, 0.2, 0.4]}, {"threshold": "0.4"})
    assert one["net_benefit_model"] == [pytest.approx(1 / 3 - 0.4 / 0.6 / 3)]


@pytest.mark.parametrize("code", PARAMS)
def test_a_million_rows_take_a_moment(code):
    rng = np.random.default_rng(0)
    lp = rng.normal(-2, 1.5, 1_000_000)
    p = 1 / (1 + np.exp(-lp))
    y = (rng.random(lp.size) < 1 / (1 + np.exp(-0.3 - 0.8 * lp))).astype(float)
    started = time.process_time()
    got = run(code, y, p)
    assert time.process_time() - started < 2
    assert got["n"] == 1_000_000
    if code == "calibration_intercept_slope":
        assert got["slope"] == pytest.approx(0.8, abs=5 * got["slope_se"])
        assert got["intercept_joint"] == pytest.approx(0.3, abs=0.02)
