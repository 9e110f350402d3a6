"""Clustered designs and interrupted series on a scorecard: rows brought to periods, arms told apart, sites pooled."""

import numpy as np
import polars as pl
import pytest

from evaluation.compute.metrics import compute
from evaluation.data import Column, PilotData
from evaluation.estimate import Estimate, NotEstimable
from evaluation.indicators.estimators import ESTIMATORS
from evaluation.indicators.inputs import Inputs
from evaluation.protocol import parse_protocol
from evaluation.scorecard.build import score

ITS = ("its_level_change", "its_slope_change", "its_effect_at_last_point")


def inputs(options=None, with_tool=None, **columns):
    n = next(len(values) for values in columns.values() if not isinstance(values, Column))
    made = {
        name: (values,) if isinstance(values, Column) else (Column(np.asarray(values, dtype=float)),)
        for name, values in columns.items()
    }
    without = None if with_tool is None else ~with_tool
    return Inputs(columns=made, options=options or {}, level=0.95, rows=n, with_tool=with_tool, without_tool=without)


def series(n=40, seed=0):
    rng = np.random.default_rng(seed)
    time = np.arange(1.0, n + 1)
    post = (time > n // 2).astype(float)
    since = np.where(post == 1, time - n // 2 - 1, 0.0)
    return 20 + 0.2 * time - 3 * post - 0.1 * since + rng.normal(size=n), time, post, since


@pytest.mark.parametrize(("code", "name"), list(zip(ITS, ("post", "time_since", "effect_at_last_point"), strict=True)))
def test_one_value_of_the_series_is_that_of_compute(code, name):
    outcome, time, post, since = series()
    rows = {"outcome": outcome, "time": time, "post": post, "time_since": since, "season": []}
    whole = compute("its_newey_west", rows, {"lag": 4})
    want = whole["effect_at_last_point"] if name == "effect_at_last_point" else whole["coefficients"][name]
    got = ESTIMATORS[code](inputs({"lag": 4}, outcome=outcome, time=time, post=post))
    assert (got.value, got.low, got.high) == pytest.approx((want["estimate"], want["ci_low"], want["ci_high"]))
    assert got.pooling.variance == pytest.approx(want["se"] ** 2)
    assert got.n == 40


def test_rows_of_one_period_are_their_mean_and_dates_are_numbered():
    outcome, time, post, _ = series()
    plain = ESTIMATORS["its_level_change"](inputs(outcome=outcome, time=time, post=post))
    apart = np.concatenate([outcome - 1, outcome + 1])
    days = 1.7e9 + 604800 * np.tile(time, 2)
    twice = ESTIMATORS["its_level_change"](inputs(outcome=apart, time=days, post=np.tile(post, 2)))
    assert (twice.value, twice.low) == pytest.approx((plain.value, plain.low))
    weeks = Column(np.arange(40, dtype=np.int32), tuple(f"2026-S{i:02d}" for i in range(40)))
    labelled = ESTIMATORS["its_level_change"](inputs(outcome=outcome, time=weeks, post=post))
    assert labelled.value == pytest.approx(plain.value)


def test_the_rows_with_the_tool_tell_the_side_when_no_column_does():
    outcome, time, post, _ = series()
    bound = ESTIMATORS["its_slope_change"](inputs(outcome=outcome, time=time, post=post))
    told = ESTIMATORS["its_slope_change"](inputs(outcome=outcome, time=time, with_tool=post == 1))
    assert told.value == bound.value
    assert ESTIMATORS["its_slope_change"](inputs(outcome=outcome, time=time)).reason == "missing_column"


def test_a_season_is_a_length_and_its_harmonics_or_the_levels_of_a_column():
    outcome, time, post, since = series(60)
    wave = outcome + 5 * np.sin(2 * np.pi * time / 12)
    got = ESTIMATORS["its_level_change"](
        inputs({"season_length": 12.0, "harmonics": 1.0, "lag": 2}, outcome=wave, time=time, post=post)
    )
    turn = 2 * np.pi * time / 12
    rows = {"outcome": wave, "time": time, "post": post, "time_since": since, "season": [np.sin(turn), np.cos(turn)]}
    assert got.value == pytest.approx(compute("its_newey_west", rows, {"lag": 2})["coefficients"]["post"]["estimate"])
    quarter = Column((time.astype(np.int32) // 3) % 4, ("q1", "q2", "q3", "q4"))
    dummies = [(quarter.values == k).astype(float) for k in (1, 2, 3)]
    levels = ESTIMATORS["its_level_change"](inputs({"lag": 2}, outcome=wave, time=time, post=post, season=quarter))
    want = compute("its_newey_west", {**rows, "season": dummies}, {"lag": 2})["coefficients"]["post"]
    assert levels.value == pytest.approx(want["estimate"])


def test_sites_that_start_at_different_times_are_no_single_series():
    outcome, time, post, _ = series()
    later = np.where(time > 30, 1.0, 0.0)
    both = {"outcome": np.tile(outcome, 2), "time": np.tile(time, 2), "post": np.concatenate([post, later])}
    got = ESTIMATORS["its_level_change"](inputs(**both))
    assert isinstance(got, NotEstimable)
    assert got.reason == "not_identified"


@pytest.mark.parametrize("code", [*ITS, "its_quasi_poisson"])
def test_no_row_and_one_row_are_reasons(code):
    for n in (0, 1):
        columns = {name: np.ones(n) for name in ("outcome", "events", "time", "post")}
        assert isinstance(ESTIMATORS[code](inputs(**columns)), NotEstimable)


def test_events_and_exposures_are_summed_over_the_rows_of_a_period():
    rng = np.random.default_rng(1)
    time = np.repeat(np.arange(1.0, 25), 50)
    events = (rng.random(time.size) < 0.3).astype(float)
    got = ESTIMATORS["its_quasi_poisson"](inputs(events=events, time=time, with_tool=time > 12))
    summed = np.bincount(time.astype(int), weights=events)[1:]
    rows = {"events": summed, "exposure": [50] * 24, "time": range(1, 25), "post": [0] * 12 + [1] * 12, "season": []}
    want = compute("its_quasi_poisson", rows, {})
    assert (got.value, got.low, got.high) == pytest.approx((want["estimate"], want["ci_low"], want["ci_high"]))


def test_adjusted_effects_read_the_arms_and_the_levels_of_a_category():
    rng = np.random.default_rng(4)
    cluster, arm = rng.integers(0, 12, 120), rng.random(120) < 0.5
    outcome = rng.normal(size=120)
    triage = Column(rng.integers(-1, 3, 120).astype(np.int32), ("a", "b", "c"))
    given = {"outcome": outcome, "cluster": cluster}
    got = ESTIMATORS["cluster_robust_linear"](inputs(with_tool=arm, covariates=triage, **given))
    known = triage.values >= 0
    dummies = [(triage.values[known] == k).astype(float) for k in (1, 2)]
    rows = {"outcome": outcome[known], "treatment": arm[known], "covariates": dummies, "cluster": cluster[known]}
    want = compute("cluster_robust_linear", rows, {})
    assert (got.value, got.low, got.high) == pytest.approx((want["estimate"], want["ci_low"], want["ci_high"]))
    small = ESTIMATORS["cluster_robust_cr2"](inputs(with_tool=arm, covariates=triage, **given))
    assert (small.low, small.high) == pytest.approx((want["cr2_ci_low"], want["cr2_ci_high"]))
    assert ESTIMATORS["cluster_robust_linear"](inputs(**given)).reason == "missing_column"
    ratio = ESTIMATORS["cluster_robust_logistic"](inputs(with_tool=arm, outcome=(outcome > 0) * 1.0, cluster=cluster))
    assert isinstance(ratio, Estimate)


def test_a_difference_of_differences_reads_numbers_or_codes():
    rng = np.random.default_rng(6)
    unit, after = np.repeat(np.arange(8), 6), np.tile(np.arange(6) >= 3, 8)
    outcome, equipped = rng.normal(size=48), unit < 4
    numbers = inputs(outcome=outcome, treated_unit=equipped, post=after, cluster=unit)
    arm = Column(equipped.astype(np.int32), ("control", "tool"))
    period = Column(np.where(after, 0, 1).astype(np.int32), ("after", "before"))
    codes = inputs({"after": "after"}, equipped, outcome=outcome, treated_unit=arm, post=period, cluster=unit)
    named = inputs({"after": "after", "treated": "tool"}, outcome=outcome, treated_unit=arm, post=period, cluster=unit)
    found = [ESTIMATORS["did_two_by_two"](given) for given in (numbers, codes, named)]
    assert isinstance(found[0], Estimate)
    assert found[0] == found[1] == found[2]
    without = inputs(outcome=outcome, treated_unit=arm, post=period, cluster=unit)
    assert ESTIMATORS["did_two_by_two"](without).reason == "missing_column"


@pytest.mark.parametrize("code", ["two_way_fixed_effects", "stepped_wedge_mixed_nested"])
def test_a_panel_is_that_of_compute(code):
    rng = np.random.default_rng(9)
    cluster, period = np.repeat(np.arange(10), 12), np.tile(np.repeat(np.arange(4), 3), 10)
    rows = {
        "outcome": rng.normal(size=120) + cluster,
        "treatment": (period >= 1 + cluster % 3).astype(float),
        "period": period,
        "cluster": cluster,
    }
    got, want = ESTIMATORS[code](inputs(**rows)), compute(code, rows, {})
    assert (got.value, got.low, got.high) == pytest.approx((want["estimate"], want["ci_low"], want["ci_high"]))
    assert got.pooling is None


PROTOCOL = """
id = "series"
version = "1.0"
use_case = "triage_urgences"
design = "D4"
measured = "with_tool"
leading_domain = "organisational"
title = { fr = "Série", en = "Series" }
summary = { fr = "Série", en = "Series" }
[[tables]]
name = "weeks"
label = { fr = "Semaines", en = "Weeks" }
row_unit = { fr = "semaine", en = "week" }
columns = [
  { name = "site", role = "site", type = "text", label = { fr = "Site", en = "Site" } },
  { name = "week", role = "step", type = "date", label = { fr = "Semaine", en = "Week" } },
  { name = "live", role = "treatment", type = "boolean", label = { fr = "En service", en = "Live" } },
  { name = "delay", role = "outcome", type = "number", label = { fr = "Délai", en = "Delay" } },
]
[[indicators]]
id = "level"
code = "its_level_change"
table = "weeks"
role = "primary"
criterion = { threshold = 0, test = "superiority" }
options = { lag = 4 }
[[indicators]]
id = "adjusted"
code = "cluster_robust_cr2"
table = "weeks"
role = "secondary"
"""


def test_the_series_of_four_sites_are_pooled_on_the_scorecard():
    weeks = pl.date_range(pl.date(2026, 1, 5), pl.date(2026, 12, 28), "1w", eager=True)
    frames = []
    for site in range(4):
        outcome, _, _, _ = series(weeks.len(), seed=site)
        start = 20 + 2 * site
        live = [i >= start for i in range(weeks.len())]
        rows = {"site": [f"99000000{site}"] * weeks.len(), "week": weeks, "live": live, "delay": outcome}
        frames.append(pl.DataFrame(rows))
    protocol = parse_protocol(PROTOCOL)
    content = score(protocol, PilotData.from_frames(protocol, {"weeks": frames})).content
    level, adjusted = content["indicators"]
    assert level["estimate"]["not_estimable"] == "not_identified"  # the sites started in different weeks
    assert len(level["by_site"]) == 4
    assert level["verdict_reads"] == "pooled"
    assert adjusted["estimate"]["details"]["clusters"] == 4
    assert adjusted["pooled"]["not_estimable"] == "spans_sites"
