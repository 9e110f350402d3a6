"""Times described: type 7 quantiles, the share within a target, percentiles between order statistics."""

import math

import numpy as np
import pytest
from scipy import stats

from evaluation.statistics import times
from evaluation.statistics.proportions import wilson
from evaluation.statistics.samples import DomainError


def seventh(values, p):
    """Position 1 + (n − 1)p, linear between two sorted values."""
    y, at = sorted(values), (len(values) - 1) * p
    low = math.floor(at)
    return y[low] + (at - low) * (y[min(low + 1, len(y) - 1)] - y[low])


@pytest.mark.parametrize("n", [1, 2, 5, 11, 40])
def test_a_description_is_the_definitions(n):
    values = np.random.default_rng(n).lognormal(size=n)
    found = times.describe([*values, np.nan])
    assert (found.n, found.mean, found.min, found.max) == (n, pytest.approx(values.mean()), values.min(), values.max())
    assert found.sd == (None if n == 1 else pytest.approx(np.std(values, ddof=1)))
    for key, p in (("q25", 0.25), ("median", 0.5), ("q75", 0.75), ("p90", 0.9)):
        assert getattr(found, key) == pytest.approx(seventh(values.tolist(), p), rel=1e-12)


def test_no_time_is_described_by_nothing():
    assert times.describe([np.nan]) == times.Description(0)


def test_a_time_equal_to_the_target_is_within():
    found = times.within_target([10, 20, 30, np.nan], 20, 0.95)
    assert (found.value, found.n) == (2 / 3, 3)
    assert (found.low, found.high) == wilson(2, 3, 0.95)
    difference = times.within_target_difference([10, 20, 30], [30, 40], 20, 0.95)
    assert difference.value == pytest.approx(2 / 3)
    assert times.within_target([], 20, 0.95).reason == "no_rows"
    assert times.within_target_difference([], [30, 40], 20, 0.95).reason == "empty_group"
    with pytest.raises(DomainError):
        times.within_target([10], math.nan, 0.95)


@pytest.mark.parametrize("n", [36, 50, 117, 1000])
def test_the_limits_of_a_percentile_are_the_tightest_that_hold_both_tails(n):
    found = times.p90(np.arange(1, n + 1), 0.95)  # the value of an order statistic is its rank
    low, high = int(found.low), int(found.high)
    assert stats.binom.cdf(low - 1, n, 0.9) <= 0.025 < stats.binom.cdf(low, n, 0.9)
    assert stats.binom.cdf(high - 1, n, 0.9) >= 0.975 > stats.binom.cdf(high - 2, n, 0.9)
    assert found.low <= found.value <= found.high


def test_fewer_than_36_rows_bear_no_upper_limit():
    assert times.p90(np.arange(35), 0.95).reason == "too_few"
    assert times.p90(np.arange(35), 0.95).point == pytest.approx(30.6)
    assert times.p90(np.full(60, 4.0), 0.95).reason == "no_variation"
    assert times.p90([], 0.95).reason == "no_rows"


def test_the_limits_of_a_percentile_cover_it():
    rng = np.random.default_rng(3)
    truth = stats.lognorm.ppf(0.9, 1)
    found = [times.p90(rng.lognormal(size=60), 0.9) for _ in range(1500)]
    covered = np.mean([one.low <= truth <= one.high for one in found])
    assert 0.89 < covered < 0.97


def test_a_difference_of_percentiles_brings_the_two_intervals_together():
    rng = np.random.default_rng(4)
    ours, theirs = rng.lognormal(size=80), rng.lognormal(size=90)
    one, other, found = times.p90(ours, 0.95), times.p90(theirs, 0.95), times.p90_difference(ours, theirs, 0.95)
    assert found.value == one.value - other.value
    assert found.low == pytest.approx(found.value - math.hypot(one.value - one.low, other.high - other.value))
    swapped = times.p90_difference(theirs, ours, 0.95)
    assert (swapped.low, swapped.high) == pytest.approx((-found.high, -found.low))
    few = times.p90_difference(ours, theirs[:20], 0.95)
    assert (few.reason, few.point) == ("too_few", pytest.approx(one.value - times.p90(theirs[:20], 0.95).point))
    assert times.p90_difference(ours, [], 0.95).reason == "empty_group"
    rounded = times.p90_difference([1.0, *[5.0] * 60], [2.0, *[7.0] * 60], 0.95)
    assert (rounded.value, rounded.low, rounded.high, rounded.flags) == (-2, -2, -2, ("no_width",))
