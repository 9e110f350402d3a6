"""Verdicts are read off the confidence bound, as FIELD §6.2 writes them."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evaluation.protocol import Criterion
from evaluation.scorecard.verdict import Reading, beyond, judge, worst
from evaluation.vocabulary import Better, Settled, Verdict


def verdict(low, high, *, threshold=0.8, test="threshold", margin=0.0, better=Better.HIGHER):
    reading = Reading((low + high) / 2, low, high, 100)
    return judge(reading, Criterion(threshold=threshold, test=test, margin=margin), better).verdict


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.80, 0.9, "met"), (0.799, 0.9, "uncertain"), (0.7, 0.80, "uncertain"), (0.7, 0.799, "not_met")],
)
def test_an_absolute_threshold_is_met_when_the_bound_reaches_it(low, high, expected):
    assert verdict(low, high) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.01, 0.2, "met"), (0.0, 0.2, "uncertain"), (-0.2, 0.0, "uncertain"), (-0.2, -0.01, "not_met")],
)
def test_superiority_is_strict(low, high, expected):
    assert verdict(low, high, threshold=0, test="superiority") == expected
    assert verdict(-high, -low, threshold=0, test="superiority", better=Better.LOWER) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"), [(-0.02, 0.1, "met"), (-0.03, 0.1, "uncertain"), (-0.1, -0.031, "not_met")]
)
def test_non_inferiority_reads_the_bound_against_the_margin(low, high, expected):
    assert verdict(low, high, threshold=0, test="non_inferiority", margin=0.03) == expected
    assert verdict(-high, -low, threshold=0, test="non_inferiority", margin=0.03, better=Better.LOWER) == expected


def test_a_target_needs_the_whole_interval_within_the_margin():
    inside = {"threshold": 1.0, "margin": 0.2, "better": Better.TARGET}
    assert verdict(0.9, 1.1, **inside) == "met"
    assert verdict(0.7, 1.1, **inside) == "uncertain"
    assert verdict(1.3, 1.5, **inside) == "not_met"


def test_more_cases_narrow_the_interval_until_the_bound_is_at_the_threshold():
    # half-width 0.10 at n = 100, distance 0.05: four times the cases
    found = judge(Reading(0.85, 0.75, 0.95, 100), Criterion(threshold=0.80), Better.HIGHER)
    assert found.more_cases == 300


def test_ratios_are_reckoned_on_the_log_scale():
    reading = Reading(0.5, math.exp(math.log(0.5) - 1), math.exp(math.log(0.5) + 1), 50)
    found = judge(reading, Criterion(threshold=1, test="superiority"), Better.LOWER, "log")
    assert found.more_cases == math.ceil(50 * (1 / math.log(2)) ** 2 - 50)


def test_an_estimate_at_the_threshold_says_that_no_number_will_do():
    found = judge(Reading(0.0, -0.1, 0.1, 10), Criterion(threshold=0, test="superiority"), Better.LOWER)
    assert (found.more_cases, found.no_more_cases) == (None, Settled.AT_THRESHOLD)


@given(st.floats(-1, 1), st.floats(0.001, 1), st.integers(10, 1000))
def test_with_the_further_cases_the_verdict_is_settled(value, half, n):
    assume(abs(value) > 1e-3)
    reading = Reading(value, value - half, value + half, n)
    criterion = Criterion(threshold=0)
    found = judge(reading, criterion, Better.HIGHER)
    assume(found.verdict == Verdict.UNCERTAIN)
    shrunk = half * math.sqrt(n / (n + found.more_cases)) * (1 - 1e-9)
    again = judge(Reading(value, value - shrunk, value + shrunk, n + found.more_cases), criterion, Better.HIGHER)
    assert again.verdict == (Verdict.MET if value > 0 else Verdict.NOT_MET)


def test_the_worst_primary_is_the_domains():
    assert worst([Verdict.MET, Verdict.UNCERTAIN]) == Verdict.UNCERTAIN
    assert worst([Verdict.NOT_ASSESSED, Verdict.NOT_MET, Verdict.MET]) == Verdict.NOT_MET
    assert worst([Verdict.MET]) == Verdict.MET


def test_beyond_is_strict_for_superiority_only():
    assert beyond(0.8, Criterion(threshold=0.8), Better.HIGHER)
    assert not beyond(0.0, Criterion(threshold=0, test="superiority"), Better.LOWER)
    assert beyond(-0.02, Criterion(threshold=0, test="non_inferiority", margin=0.03), Better.HIGHER)


def test_an_estimate_is_beyond_a_target_only_within_its_margin():
    criterion = Criterion(threshold=0.0, margin=0.1)
    assert beyond(0.05, criterion, Better.TARGET)
    assert not beyond(-0.5, criterion, Better.TARGET)
    assert not beyond(0.5, criterion, Better.TARGET)


def test_a_distance_that_only_rounding_makes_asks_for_no_cases():
    found = judge(Reading(1.0000000000000002, 0.8, 1.2, 400), Criterion(threshold=1.0), Better.LOWER, "log")
    assert (found.more_cases, found.no_more_cases) == (None, Settled.AT_THRESHOLD)
