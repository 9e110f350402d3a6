"""Means, geometric means, medians and paired changes: SciPy's tests and the definitions written out."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evaluation.estimate import Estimate, NotEstimable
from evaluation.statistics import means, medians, paired_changes
from evaluation.statistics.samples import DomainError

Z = 1.959963984540054
SOME = st.lists(st.integers(-8, 8).map(lambda k: k / 2), min_size=1, max_size=14)


@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_welch_is_that_of_scipy(level):
    rng = np.random.default_rng(1)
    ours, theirs = rng.normal(3, 1, 12), rng.normal(2, 5, 40)
    expected = stats.ttest_ind(ours, theirs, equal_var=False)
    limits = expected.confidence_interval(level)
    found = means.mean_difference(ours, theirs, level)
    assert (found.low, found.high) == pytest.approx((limits.low, limits.high), rel=1e-10)
    assert found.extras["p_value"] == pytest.approx(expected.pvalue, rel=1e-10)
    assert found.extras["df"] == pytest.approx(expected.df, rel=1e-10)
    ratio = means.geometric_mean_ratio(np.exp(ours), np.exp(theirs), level)
    assert (math.log(ratio.value), math.log(ratio.low)) == pytest.approx((found.value, found.low), rel=1e-10)
    assert ratio.extras["p_value"] == pytest.approx(expected.pvalue, rel=1e-10)


def test_a_shift_far_above_the_spread_keeps_welch():
    rng = np.random.default_rng(2)
    ours, theirs = rng.integers(0, 50, 30) / 8, rng.integers(0, 50, 30) / 8  # exact after the shift
    near, far = (means.mean_difference(ours + s, theirs + s, 0.95) for s in (0.0, 2.0**20))
    assert (far.low, far.extras["df"]) == pytest.approx((near.low, near.extras["df"]), rel=1e-8)


def test_welch_without_variation_or_with_one_value():
    constant = means.mean_difference([14.0, 14.0], [10.0, 10.0, 10.0], 0.95)
    assert (constant.point, constant.reason, constant.extras["se"]) == (4, "no_variation", 0)
    rounding = means.mean_difference([0.3, 0.1 + 0.2], [0.1, 0.1], 0.95)
    assert (rounding.reason, rounding.extras["se"]) == ("no_variation", 0)
    single = means.mean_difference([14.0], [10.0, 11.0], 0.95)
    assert (single.point, single.reason, single.extras["se"]) == (3.5, "too_few", None)
    empty = means.mean_difference([], [10.0, 11.0], 0.95)
    assert (empty.point, empty.reason) == (None, "empty_group")
    assert [empty.extras[key] for key in ("se", "t", "df", "p_value")] == [None] * 4


def test_a_ratio_of_times_has_no_time_of_zero_and_no_overflow():
    for wrong in ([0.0, 1.0], [-1.0, 2.0], [math.inf, 1.0]):
        with pytest.raises(DomainError):
            means.geometric_mean_ratio(wrong, [1.0, 2.0], 0.95)
    single = means.geometric_mean_ratio([8.0], [2.0, 2.0], 0.95)
    assert single.point == pytest.approx(4)
    wild = means.geometric_mean_ratio([1.0, 1e3], [1.0, 1e-3], 0.99999)
    assert (wild.low, wild.high) == (0, math.inf)


def naive_median(values):
    """Standard error of a median by Price and Bonett, with the binomial written as a sum."""
    y, n = sorted(values), len(values)
    c = max(1, math.floor(n / 2 - math.sqrt(n) + 0.5))
    p = sum(math.comb(n, k) for k in range(c)) / 2**n
    return (y[n - c] - y[c - 1]) / (2 * stats.norm.ppf(1 - p))


@pytest.mark.parametrize(("m", "n"), [(2, 2), (3, 9), (4, 100), (16, 25), (37, 5)])
def test_the_median_difference_is_that_of_price_and_bonett(m, n):
    rng = np.random.default_rng(m + n)
    ours, theirs = rng.lognormal(size=m), rng.lognormal(size=n)
    found = medians.median_difference(ours, theirs, 0.95)
    se = math.hypot(naive_median(ours.tolist()), naive_median(theirs.tolist()))
    value = np.median(ours) - np.median(theirs)
    assert (found.value, found.extras["se"]) == pytest.approx((value, se), rel=1e-12)
    assert (found.low, found.high) == pytest.approx((value - Z * se, value + Z * se), rel=1e-9)


def test_a_median_difference_without_interval():
    assert medians.median_difference([3.0], [1.0, 2.0], 0.95).point == 1.5
    constant = medians.median_difference([3.0, 3.0], [1.0, 1.0], 0.95)
    assert (constant.point, constant.reason, constant.extras["se"]) == (2, "no_variation", 0)
    assert medians.median_difference([], [1.0], 0.95).extras["se"] is None


@given(SOME, SOME)
@settings(max_examples=60, deadline=None)
def test_exchanged_groups_oppose_the_difference(ours, theirs):
    for statistic in (means.mean_difference, medians.median_difference):
        one, other = statistic(ours, theirs, 0.95), statistic(theirs, ours, 0.95)
        assert type(one) is type(other)
        if isinstance(one, Estimate):
            assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def test_no_measurement_is_infinite_or_beyond_the_machine():
    for statistic in (means.mean_difference, medians.median_difference, paired_changes.paired_mean_difference):
        for wrong in (math.inf, -math.inf, 1e200):
            with pytest.raises(DomainError):
                statistic([1.0, wrong], [1.0, 2.0], 0.95)


@pytest.mark.parametrize("seed", range(5))
def test_the_paired_change_is_that_of_scipy(seed):
    rng = np.random.default_rng(seed)
    before = rng.integers(0, 30, 24) * 1.0
    after = before + rng.integers(-4, 6, 24)
    after[3] = np.nan
    known = ~np.isnan(after)
    found = paired_changes.paired_change(before, after, 0.95)
    t = stats.ttest_rel(after[known], before[known])
    assert (found.n, found.t, found.p_value_t) == (23, pytest.approx(t.statistic), pytest.approx(t.pvalue))
    assert (found.ci_low, found.ci_high) == pytest.approx(tuple(t.confidence_interval(0.95)))
    change = (after - before)[known]
    moved = change[change != 0]
    v = stats.rankdata(np.abs(moved))[moved > 0].sum()
    assert found.v_statistic == v
    expected = stats.wilcoxon(after[known], before[known], correction=True, method="asymptotic")
    if v != moved.size * (moved.size + 1) / 4:
        assert found.p_value_wilcoxon == pytest.approx(expected.pvalue, rel=1e-10)
    walsh = [(a + b) / 2 for a, b in itertools.combinations_with_replacement(change.tolist(), 2)]
    assert found.hodges_lehmann == np.median(walsh)


def test_pairs_that_say_little():
    still = paired_changes.paired_change([1, 2, 3], [1, 2, 3], 0.95)
    assert (still.v_statistic, still.p_value_wilcoxon, still.hodges_lehmann, still.reason) == (
        0,
        None,
        0,
        "no_variation",
    )
    same = paired_changes.paired_change([10.1, 12.3, 1000.7], [10.2, 12.4, 1000.8], 0.95)
    assert (same.t, same.ci_low, same.reason, same.v_statistic) == (None, None, "no_variation", 6)
    single = paired_changes.paired_change([1], [4], 0.95)
    assert (single.mean_difference, single.t, single.v_statistic, single.p_value_wilcoxon) == (3, None, 1, 1)
    empty = paired_changes.paired_mean_difference([1, np.nan], [np.nan, 2], 0.95)
    assert isinstance(empty, NotEstimable)
    assert (empty.n, empty.point, empty.reason) == (0, None, "no_rows")
    with pytest.raises(DomainError):
        paired_changes.paired_change([1, 2], [1], 0.95)


def test_symmetric_changes_have_p_1():
    found = paired_changes.paired_change([0, 0, 0, 0], [1, -1, 2, -2], 0.95)
    assert (found.v_statistic, found.p_value_wilcoxon) == (5, 1)
