"""Bland and Altman: the published limits, the formulas on any pairs, and what is degenerate."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evaluation.compute.metrics import compute
from evaluation.estimate import Estimate, NotEstimable
from evaluation.statistics.limits_of_agreement import agreement_line, bland_altman
from evaluation.statistics.samples import DomainError

PEFR = Path(__file__).parents[2] / "reference" / "data" / "pefr.csv"
LIMITS = (
    "bias_ci_low",
    "bias_ci_high",
    "lower_limit_ci_low",
    "lower_limit_ci_high",
    "upper_limit_ci_low",
    "upper_limit_ci_high",
)


def pair(first, second, **params):
    return compute("bland_altman", {"measurement_1": first, "measurement_2": second}, params)


def test_the_published_limits():
    with PEFR.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    found = pair([r["wright_large"] for r in rows], [r["wright_mini"] for r in rows])
    # Bland & Altman 1986, Lancet 1:307: mean difference -2.1, SD 38.8 l/min
    assert (round(found["bias"], 1), round(found["sd"], 1), found["n"]) == (-2.1, 38.8, 17)


@pytest.mark.parametrize("seed", range(8))
def test_they_are_the_formulas(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(50, 10, 20), rng.normal(48, 9, 20)
    found, d = pair(x.tolist(), y.tolist(), conf_level=0.9), x - y
    t, s = stats.t.ppf(0.95, 19), d.std(ddof=1)
    assert found["bias_ci_low"] == pytest.approx(d.mean() - t * s / np.sqrt(20), rel=1e-10)
    assert found["upper_limit"] == pytest.approx(d.mean() + 1.96 * s, rel=1e-10)  # 1.96, whatever the level
    assert found["lower_limit_ci_high"] == pytest.approx(d.mean() - 1.96 * s + t * np.sqrt(3 * s**2 / 20), rel=1e-10)


def test_a_pair_with_a_missing_measurement_is_dropped():
    found = pair(["1", 2, "", 4.5], [0, None, 3, "4"])
    assert (found["n"], found["bias"]) == (2, 0.75)


@pytest.mark.parametrize(
    ("first", "second", "reason"), [([], [], "no_rows"), ([1, None], [None, 1], "no_rows"), ([3], [1], "too_few")]
)
def test_no_pair_or_one(first, second, reason):
    found = pair(first, second)
    assert found["bias"] == (2.0 if reason == "too_few" else None)
    assert [found[key] for key in ("sd", "lower_limit", "upper_limit", *LIMITS)] == [None] * 9
    assert (found["flag"], found["reason"]) == (True, reason)


@pytest.mark.parametrize(
    ("first", "second"), [([1, 2, 3], [1, 2, 3]), ([0.3, 0.5, 0.7], [0.1, 0.3, 0.5]), ([1e6 + 0.1, 0.1], [1e6, 0])]
)
def test_equal_differences_have_limits_at_the_bias_and_no_interval(first, second):
    found = pair(first, second)
    assert found["sd"] == 0
    assert found["lower_limit"] == found["upper_limit"] == found["bias"]
    assert [found[key] for key in LIMITS] == [None] * 6
    assert found["flag"] is True


def test_impossible_values_are_refused():
    for first, second in (([1, float("inf")], [1, 2]), (["x"], [1]), ([1, 2], [1]), ([1e308, 2], [-1e308, 1])):
        with pytest.raises(DomainError):
            pair(first, second)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), min_size=3, max_size=30),
    st.sampled_from([1e-200, 1.0, 1e200]),
)
def test_lines_are_ordered_turn_with_the_pair_and_follow_the_unit(pairs, unit):
    first, second = (np.array(column) for column in zip(*pairs, strict=True))
    found, turned = bland_altman(first * unit, second * unit, 0.95), bland_altman(second * unit, first * unit, 0.95)
    assert (found.bias.value, found.upper.value) == pytest.approx(
        (-turned.bias.value, -turned.lower.value), rel=1e-9, abs=0
    )
    if found.reason is None:
        assert found.lower.low < found.lower.value < found.bias.value < found.upper.value < found.upper.high
        plain = bland_altman(first, second, 0.95)
        assert found.sd == pytest.approx(plain.sd * unit, rel=1e-9)


def test_each_line_alone():
    first, second = [10.0, 12.0, 9.0, 14.0], [9.0, 13.0, 8.5, 12.0]
    whole = bland_altman(first, second, 0.95)
    for which in ("bias", "lower", "upper"):
        one, line = agreement_line(first, second, 0.95, which), getattr(whole, which)
        assert isinstance(one, Estimate)
        assert (one.value, one.low, one.high, one.pooling.variance) == (line.value, line.low, line.high, line.se**2)
    same = agreement_line([1, 2], [0, 1], 0.95, "upper")
    assert isinstance(same, NotEstimable)
    assert (same.reason, same.point) == ("no_variation", 1.0)
