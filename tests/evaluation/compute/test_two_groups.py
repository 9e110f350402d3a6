"""Metrics of two groups by role: the keys of the method sheets whatever the columns hold, and errors that say what is wrong."""

import math

import numpy as np
import polars as pl
import pytest

from evaluation.compute.metrics import METRICS, compute
from evaluation.compute.roles import Absent
from evaluation.statistics.samples import DomainError

LEVEL = {"conf_level": 0.95}
SIDES = {"group_1": "one", "group_2": "two", "conf_level": 0.95}
KEYS = {
    "hodges_lehmann": ("estimate", "ci_low", "ci_high"),
    "mann_whitney": ("u_statistic", "p_value", "prob_superiority", "cliffs_delta"),
    "median_difference": ("difference", "se", "ci_low", "ci_high"),
    "welch_t": ("difference", "se", "t", "df", "p_value", "ci_low", "ci_high"),
    "geometric_mean_ratio": ("estimate", "ci_low", "ci_high", "p_value"),
    "within_target_difference": ("difference", "ci_low", "ci_high", "p_value"),
    "p90_difference": ("difference", "ci_low", "ci_high"),
}
RISK_KEYS = {
    "risk_difference": ("difference", "ci_low", "ci_high", "p_value", "mn_ci_low", "mn_ci_high"),
    "risk_ratio": ("estimate", "ci_low", "ci_high"),
    "odds_ratio": ("estimate", "ci_low", "ci_high"),
    "noninferiority_risk_difference": ("difference", "ci_low", "ci_high", "z", "p_value", "noninferior"),
}
OPTIONS = {"ci_type": "normal", "target": 20, **LEVEL}
NI = {"margin": 0.1, "higher_is_better": True}


def times(before, after):
    """Columns of two groups."""
    return {"outcome": [*before, *after], "group": ["before"] * len(before) + ["after"] * len(after)}


def no_nan(value):
    if isinstance(value, dict):
        return all(map(no_nan, value.values()))
    if isinstance(value, list):
        return all(map(no_nan, value))
    return not (isinstance(value, float) and not math.isfinite(value))


@pytest.mark.parametrize("metric", KEYS)
@pytest.mark.parametrize(
    ("before", "after"),
    [([], []), ([1.0, 2.0], []), ([], [1.0, 2.0]), ([None, ""], [3.0, 4.0]), ([float("nan")], [None])],
)
def test_an_empty_group_gives_null_under_every_key(metric, before, after):
    found = compute(metric, times(before, after), OPTIONS)
    assert [found[key] for key in KEYS[metric]] == [None] * len(KEYS[metric])
    assert (found["flag"], found["reason"]) == (True, "empty_group")
    assert found["n_before"] + found["n_after"] in (0, 2)


@pytest.mark.parametrize("metric", KEYS)
def test_columns_of_any_make_give_the_same_answer(metric):
    rng = np.random.default_rng(3)
    values, groups = rng.lognormal(3, 0.4, 90).round(1), np.where(np.arange(90) % 2, "before", "after")
    plain = {"outcome": values.tolist(), "group": groups.tolist()}
    expected = compute(metric, plain, OPTIONS)
    text = {"outcome": [f"{v}" for v in values], "group": [f" {g} " for g in groups]}
    frame = {"outcome": pl.Series(values), "group": pl.Series(groups.tolist())}
    extra = {"outcome": [*values.tolist(), 5.0, None], "group": [*groups.tolist(), "other", "before"]}
    order = rng.permutation(90)
    shuffled = {"outcome": values[order], "group": groups[order]}
    for columns in (text, frame, extra):
        assert compute(metric, columns, OPTIONS) == expected
    again = compute(metric, shuffled, OPTIONS)
    assert {k: again[k] for k in KEYS[metric]} == {k: pytest.approx(expected[k], rel=1e-12) for k in KEYS[metric]}
    assert no_nan(expected)
    assert not expected["flag"]


@pytest.mark.parametrize("metric", KEYS)
@pytest.mark.parametrize("wrong", ["Infinity", "-inf", "1e999", 1e200, "ten"])
def test_what_no_measurement_can_be_is_refused(metric, wrong):
    with pytest.raises(DomainError):
        compute(metric, times([1.0, 2.0, wrong], [3.0, 4.0]), OPTIONS)


@pytest.mark.parametrize("metric", KEYS)
def test_columns_of_unequal_length_are_refused(metric):
    with pytest.raises(DomainError):
        compute(metric, {"outcome": [1.0, 2.0], "group": ["before", "after", "after"]}, OPTIONS)


@pytest.mark.parametrize("metric", KEYS)
def test_one_row_a_group_has_a_difference_and_no_inference(metric):
    found = compute(metric, times([2.0], [8.0]), OPTIONS)
    assert (found["n_before"], found["n_after"]) == (1, 1)
    assert found.get("ci_low") is None or metric == "within_target_difference"
    point = found.get("difference", found.get("estimate", found.get("prob_superiority")))
    expected = {"geometric_mean_ratio": 4, "mann_whitney": 1, "within_target_difference": 0}
    assert point == pytest.approx(expected.get(metric, 6))


def test_times_that_do_not_vary():
    columns = times([5.0] * 4, [5.0] * 8)
    assert compute("hodges_lehmann", columns, OPTIONS)["estimate"] == 0
    ranks = compute("mann_whitney", columns, {})
    assert (ranks["u_statistic"], ranks["p_value"], ranks["prob_superiority"], ranks["flag"]) == (16, None, 0.5, True)
    welch = compute("welch_t", columns, LEVEL)
    assert (welch["difference"], welch["se"], welch["p_value"], welch["flag"]) == (0, 0, None, True)
    assert compute("geometric_mean_ratio", columns, LEVEL)["estimate"] == 1
    median = compute("median_difference", columns, LEVEL)
    assert (median["difference"], median["se"], median["ci_low"], median["flag"]) == (0, 0, None, True)


def test_a_time_of_zero_is_an_error_of_input_of_a_ratio_only():
    columns = times([0.0, 2.0, 3.0], [1.0, 2.0, 4.0])
    with pytest.raises(DomainError):
        compute("geometric_mean_ratio", columns, LEVEL)
    assert compute("welch_t", columns, LEVEL)["difference"] == pytest.approx(2 / 3)


def test_the_summary_keeps_a_group_without_any_time():
    found = compute("time_summary", times([1.0, 2.0, 3.0], [None, ""]), {})
    assert found["after"] == {"n": 0, **dict.fromkeys(("mean", "sd", "q25", "median", "q75", "p90", "min", "max"))}
    assert (found["before"]["median"], found["flag"]) == (2, True)
    none = compute("time_summary", {"outcome": [], "group": []}, {})
    assert none["before"]["n"] == none["after"]["n"] == 0
    other = compute("time_summary", {"outcome": [1, 2, 4, 3, 3], "group": [2, "1", " ", "2.0", "1"]}, {})
    assert [key for key in other if key not in ("flag", "warnings")] == ["2", "1"]
    assert (other["1"]["mean"], other["2"]["n"], other["flag"]) == (2.5, 2, False)


def test_the_summary_of_a_single_time_says_that_it_has_no_deviation():
    found = compute("time_summary", times([1.0, 2.0, 3.0], [4.0]), {})
    assert (found["after"]["mean"], found["after"]["sd"]) == (4, None)
    assert (found["flag"], found["reason"]) == (True, "too_few")


def test_paired_columns():
    found = compute("paired_before_after", {"before": ["1", None, 3, 4], "after": [2, 5, "", 9]}, LEVEL)
    assert (found["n"], found["mean_difference"], found["hodges_lehmann"]) == (2, 3, 3)
    assert not found["flag"]
    for columns in ({"before": [], "after": []}, {"before": [1, None], "after": ["", 2]}):
        empty = compute("paired_before_after", columns, LEVEL)
        assert (empty["n"], empty["flag"], empty["reason"]) == (0, True, "no_rows")
        assert empty["hodges_lehmann"] is empty["v_statistic"] is empty["ci_low"] is None
    still = compute("paired_before_after", {"before": [1, 2], "after": [1, 2]}, LEVEL)
    assert (still["v_statistic"], still["p_value_wilcoxon"], still["hodges_lehmann"], still["flag"]) == (
        0,
        None,
        0,
        True,
    )
    for wrong in ({"before": [1, 2], "after": [1]}, {"before": [1, math.inf], "after": [1, 2]}):
        with pytest.raises(DomainError):
            compute("paired_before_after", wrong, LEVEL)


@pytest.mark.parametrize("metric", RISK_KEYS)
def test_an_empty_arm_gives_null_under_every_key(metric):
    for event, group in (([], []), ([1, 0], ["one", "one"]), ([1, None], ["one", "two"]), ([1, 1], ["x", "y"])):
        found = compute(metric, {"event": event, "group": group}, SIDES | NI)
        assert [found[key] for key in RISK_KEYS[metric]] == [None] * len(RISK_KEYS[metric])
        assert (found["flag"], found["reason"]) == (True, "empty_group")


@pytest.mark.parametrize("metric", RISK_KEYS)
def test_labels_compare_as_text_after_numbers_are_made_one(metric):
    event, group = [1, 1, 0, 0, 1, 0, 1, 0, 0], [1, "1", "1.0", 1.0, 2, "2", 2.0, "2.00", 3]
    names = [str(int(float(g))) for g in group]
    renamed = {"event": [str(e) for e in event], "group": [{"1": "one", "2": "two"}.get(n, "other") for n in names]}
    found = compute(metric, {"event": event, "group": group}, SIDES | NI | {"group_1": "1.0", "group_2": 2})
    assert found == compute(metric, renamed, SIDES | NI)
    assert found["n"] == 8


@pytest.mark.parametrize("metric", RISK_KEYS)
def test_groups_and_events_that_cannot_be_are_refused(metric):
    columns = {"event": [1, 0, 1], "group": ["one", "two", "two"]}
    with pytest.raises(DomainError):
        compute(metric, columns | {"event": [1, 0, 2]}, SIDES | NI)
    with pytest.raises(DomainError):
        compute(metric, columns | {"event": [1, 0]}, SIDES | NI)
    with pytest.raises(DomainError):
        compute(metric, columns, SIDES | NI | {"group_2": "one"})
    with pytest.raises(Absent, match="group_1"):
        compute(metric, columns, {"group_2": "two"} | NI | LEVEL)
    ignored = compute(metric, {"event": [*columns["event"], 7], "group": [*columns["group"], "three"]}, SIDES | NI)
    assert ignored["n"] == 3


def test_what_a_margin_must_be():
    columns = {"event": [1, 0, 1], "group": ["one", "two", "two"]}
    for wrong in ({"margin": -0.1}, {"margin": "wide"}, {"higher_is_better": "perhaps"}):
        with pytest.raises(DomainError):
            compute("noninferiority_risk_difference", columns, SIDES | NI | wrong)
    text = compute("noninferiority_risk_difference", columns, SIDES | {"margin": "0.1", "higher_is_better": "true"})
    assert text == compute("noninferiority_risk_difference", columns, SIDES | NI)


def test_no_event_in_both_arms():
    columns = {"event": [0] * 42, "group": ["one"] * 30 + ["two"] * 12}
    found = compute("risk_difference", columns, SIDES)
    assert (found["difference"], found["p_value"], found["flag"]) == (0, None, True)
    assert found["mn_ci_low"] < 0 < found["mn_ci_high"]
    assert (found["ci_low"], found["ci_high"]) == pytest.approx((-0.242494006655241, 0.113513393173969))
    for ratio in ("risk_ratio", "odds_ratio"):
        assert compute(ratio, columns, SIDES)["reason"] == "no_event"


def test_infinite_ratios_are_text():
    columns = {"event": [1] * 6 + [0] * 36, "group": ["one"] * 30 + ["two"] * 12}
    for ratio in ("risk_ratio", "odds_ratio"):
        found = compute(ratio, columns, SIDES)
        assert (found["estimate"], found["ci_high"], found["flag"]) == ("Infinity", "Infinity", True)
        assert 0 < found["ci_low"] < 1.5
    rates = compute("rate_ratio", {"events_1": 4, "exposure_1": 500, "events_2": 0, "exposure_2": 650}, LEVEL)
    assert (rates["estimate"], rates["ci_high"], rates["rate_2"]) == ("Infinity", "Infinity", 0)


@pytest.mark.parametrize("metric", ["rate_ratio", "rate_difference"])
def test_rates_without_exposure_or_events(metric):
    whole = {"events_1": 7, "exposure_1": 1344.0, "events_2": 11, "exposure_2": 1988.0}
    value = "estimate" if metric == "rate_ratio" else "difference"
    assert compute(metric, {k: [str(v)] for k, v in whole.items()}, LEVEL) == compute(metric, whole, LEVEL)
    for missing in ({"exposure_1": 0}, {"exposure_2": -3}, {"exposure_2": None}, {"exposure_1": []}, {"events_1": ""}):
        found = compute(metric, whole | missing, LEVEL)
        assert (found[value], found["ci_low"], found["ci_high"], found["flag"]) == (None, None, None, True)
    for wrong in ({"events_1": -1}, {"events_2": 1.5}, {"events_1": "inf"}, {"exposure_1": math.inf}):
        with pytest.raises(DomainError):
            compute(metric, whole | wrong, LEVEL)
    with pytest.raises(Absent, match="exposure_2"):
        compute(metric, {k: v for k, v in whole.items() if k != "exposure_2"}, LEVEL)
    none = compute(metric, whole | {"events_1": 0, "events_2": 0}, LEVEL)
    assert none[value] == (None if metric == "rate_ratio" else 0)


def test_overdispersed_counts_of_any_make():
    columns = {"events": ["3", None, 7, 2, 5], "treatment": [0, 0, "0", 1, 1.0], "exposure": [10.5, 4, 12, "6", 9]}
    found = compute("rate_ratio_overdispersed", columns, LEVEL)
    assert (found["n"], found["estimate"]) == (4, pytest.approx((7 / 15) / (10 / 22.5)))
    silent = compute("rate_ratio_overdispersed", columns | {"events": [3, 1, 7, 0, 0]}, LEVEL)
    assert (silent["estimate"], silent["ci_low"], silent["ci_high"], silent["flag"]) == (0, None, None, True)
    assert silent["dispersion"] > 0
    nothing = compute("rate_ratio_overdispersed", {"events": [], "treatment": [], "exposure": []}, LEVEL)
    assert (nothing["n"], nothing["estimate"], nothing["dispersion"]) == (0, None, None)


def test_a_proportion_of_counts():
    assert compute("proportion", {"events": "15", "trials": [148]}, LEVEL)["ci_low"] == pytest.approx(
        0.0623863995307363
    )
    for trials in (0, None, ""):
        found = compute("proportion", {"events": 0, "trials": trials}, LEVEL)
        assert (found["estimate"], found["ci_low"], found["ci_high"], found["flag"]) == (None, None, None, True)
    for wrong in ({"events": 4, "trials": 3}, {"events": -1, "trials": 3}, {"events": 1.5, "trials": 3}, {"events": 1, "trials": math.inf}):  # fmt: skip
        with pytest.raises(DomainError):
            compute("proportion", wrong, LEVEL)


def test_questionnaires_of_any_make():
    rows = [[4, 2, 5, 1, 4, 1, 5, 2, 4, 2], [3, 3, 3, None, 3, 3, 3, 3, 3, 3], [5, 1, 5, 1, 5, 1, 5, 1, 5, 2]]
    columns = {"items": [[str(v) if v is not None else "" for v in item] for item in zip(*rows, strict=True)]}
    found = compute("sus_score", columns, {"benchmark": 68, **LEVEL})
    assert (found["scores"], found["n"], found["flag"]) == ([85, None, 97.5], 2, True)
    assert found == compute("sus_score", columns, LEVEL)
    empty = compute("sus_score", {"items": [[] for _ in range(10)]}, LEVEL)
    assert (empty["scores"], empty["n"], empty["mean"], empty["cronbach_alpha"]) == ([], 0, None, None)
    for wrong in ({"items": [[3]] * 9}, {"items": [[3]] * 9 + [[3, 4]]}, {"items": [[3]] * 9 + [[6]]}):
        with pytest.raises(DomainError):
            compute("sus_score", wrong, LEVEL)


def test_times_within_a_target_and_their_percentile():
    within = compute("within_target", {"outcome": ["10", 20, 30, None]}, {"target": 20, **LEVEL})
    assert (within["estimate"], within["n"]) == (2 / 3, 3)
    with pytest.raises(Absent, match="target"):
        compute("within_target", {"outcome": [1, 2]}, LEVEL)
    assert compute("p90", {"outcome": list(range(101))}, LEVEL)["estimate"] == 90
    assert compute("probability_superiority", times([1, 2], [2, 3]), {})["prob_superiority"] == 0.875
    paired = compute("paired_mean_difference", {"before": [1, 2, 3], "after": [2, 2, 5]}, LEVEL)
    assert paired["mean_difference"] == 1


@pytest.mark.parametrize("metric", [*KEYS, "time_summary", "risk_difference", "paired_before_after"])
def test_a_hundred_thousand_rows(metric):
    rng = np.random.default_rng(1)
    values, late = rng.lognormal(3, 1, 100_000).round(1) + 0.1, rng.random(100_000) < 0.4
    groups = pl.Series(np.where(late, "after", "before").tolist())
    columns = {
        "outcome": values,
        "group": groups,
        "event": (values > 30) * 1.0,
        "before": values,
        "after": values[::-1],
    }
    found = compute(metric, columns, OPTIONS | {"group_1": "after", "group_2": "before"})
    assert no_nan(found)
    assert metric in METRICS
