"""Rank comparisons: SciPy's tests, and every pair formed in full where the engine forms none."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evaluation.estimate import Estimate
from evaluation.statistics import pairwise, rank_sums, ranks, superiority
from evaluation.statistics.samples import DomainError

Z = 1.959963984540054
SOME = st.lists(st.integers(-6, 6).map(lambda k: k / 4), min_size=1, max_size=14)


@pytest.mark.parametrize(("m", "n"), [(1, 1), (3, 5), (12, 40), (49, 49), (49, 2)])
def test_small_groups_without_ties_have_the_exact_p(m, n):
    rng = np.random.default_rng(m * 100 + n)
    values = rng.permutation(m + n).astype(float)
    ours, theirs = values[:m], values[m:]
    found = ranks.mann_whitney(ours, theirs)
    expected = stats.mannwhitneyu(ours, theirs, method="exact")
    assert found.u_statistic == expected.statistic
    assert found.p_value == pytest.approx(min(1.0, expected.pvalue), rel=1e-10)


def test_the_farthest_order_of_49_and_49_keeps_its_digits():
    found = ranks.mann_whitney(np.arange(49) + 100.0, np.arange(49) * 1.0)
    assert found.p_value == pytest.approx(2 / math.comb(98, 49), rel=1e-9)


@pytest.mark.parametrize(("m", "n", "step"), [(50, 3, 0.0), (20, 30, 0.5), (200, 300, 0.1), (3, 4, 1.0)])
def test_otherwise_the_normal_one_with_ties_and_continuity(m, n, step):
    rng = np.random.default_rng(m)
    values = rng.normal(size=m + n)
    values = np.round(values / step) * step if step else values
    values[: 1 if step else 0] = values[-1]
    found = ranks.mann_whitney(values[:m], values[m:])
    expected = stats.mannwhitneyu(values[:m], values[m:], method="asymptotic", use_continuity=True)
    assert found.p_value == pytest.approx(min(1.0, expected.pvalue), rel=1e-10)


def test_a_statistic_at_its_middle_has_p_1():
    assert ranks.mann_whitney([1, 1, 3], [1, 1, 3]).p_value == 1
    tied = ranks.mann_whitney([5, 5, 5], [5, 5])
    assert (tied.u_statistic, tied.p_value, tied.prob_superiority, tied.cliffs_delta) == (3, None, 0.5, 0)


def test_nearly_everything_tied_keeps_the_digits_of_the_variance():
    n = 10**5
    ours, theirs = np.zeros(n), np.zeros(n)
    ours[0] = 1.0
    found = ranks.mann_whitney(ours, theirs)
    # the tied N − 1 leave 3 of the variance's N + 1; the excess over the middle is that of one value above n others
    sigma = math.sqrt(n * n / 12 * 3)
    assert found.p_value == pytest.approx(2 * stats.norm.sf((n / 2 - 0.5) / sigma), rel=1e-12)


@given(SOME, SOME)
@settings(max_examples=100, deadline=None)
def test_the_shift_and_its_limits_are_those_of_all_pairs(ours, theirs):
    differences = sorted(a - b for a in ours for b in theirs)
    m, n = len(ours), len(theirs)
    found = ranks.hodges_lehmann(ours, theirs, 0.95)
    rank = max(1, math.floor(m * n / 2 - Z * math.sqrt(m * n * (m + n + 1) / 12)))
    if isinstance(found, Estimate):
        assert found.value == np.median(differences)
        assert (found.low, found.high) == (differences[rank - 1], differences[m * n - rank])
    else:
        assert len(set(ours)) == len(set(theirs)) == 1
        assert found.point == differences[0]


def counted(m, n):
    """P(U ≤ u), every arrangement of m among m + n counted."""
    counts = np.zeros(m * n + 1)
    for chosen in itertools.combinations(range(m + n), m):
        counts[sum(chosen) - m * (m - 1) // 2] += 1
    return np.cumsum(counts) / math.comb(m + n, m)


@pytest.mark.parametrize(("m", "n"), [(1, 1), (1, 6), (3, 3), (4, 5), (6, 7)])
@pytest.mark.parametrize("level", [0.8, 0.9, 0.95, 0.99])
def test_the_exact_rank_is_the_counted_one(m, n, level):
    tail = (1 - level) / 2
    expected = int(np.argmax(counted(m, n) >= tail - 1e-12))
    assert rank_sums.rank_sum_quantile(m, n, tail) == expected
    ours, theirs = np.arange(m) * 1.7, np.arange(n) * 1.1 + 0.3
    found = ranks.hodges_lehmann(ours, theirs, level, "exact")
    if isinstance(found, Estimate):
        differences = np.sort((ours[:, None] - theirs).ravel())
        rank = max(1, expected)
        assert (found.low, found.high) == (differences[rank - 1], differences[m * n - rank])


@pytest.mark.parametrize(("m", "n"), [(29, 51), (30, 60), (31, 90), (60, 60)])
def test_the_ways_to_the_exact_rank_agree(m, n):
    cumulated = np.cumsum(rank_sums.rank_sum_distribution(m, n))
    for tail in (0.4, 0.1, 0.025, 0.005, 1e-6):
        assert rank_sums.rank_sum_quantile(m, n, tail) == int(np.argmax(cumulated >= tail))


def test_the_exact_rank_of_a_million_rows():
    assert rank_sums.rank_sum_quantile(1, 999_999, 0.025) == 24_999  # one row has any rank with the same probability
    two = rank_sums.rank_sum_quantile(2, 99_999, 0.025)  # U ≤ u for two ranks: about (u/n)²/2 below the middle
    assert two / 99_999 == pytest.approx(math.sqrt(0.05), rel=1e-4)
    m = n = 500_000
    normal = m * n / 2 - Z * math.sqrt(m * n * (m + n + 1) / 12)
    assert rank_sums.rank_sum_quantile(m, n, 0.025) == pytest.approx(normal, rel=1e-8)


def test_a_kind_of_limits_is_one_of_the_two():
    with pytest.raises(DomainError):
        ranks.hodges_lehmann([1, 2], [3, 4], 0.95, "bootstrap")


@pytest.mark.parametrize(("few", "sample"), [(1, 3), (40, 1000), (1, 1)])
@pytest.mark.parametrize("seed", range(10))
def test_no_order_statistic_is_lost_when_pairs_are_cut_down(monkeypatch, few, sample, seed):
    monkeypatch.setattr(pairwise, "FEW", few)
    monkeypatch.setattr(pairwise, "SAMPLE", sample)
    rng = np.random.default_rng(seed)
    ours = rng.integers(-9, 9, rng.integers(1, 30)) / rng.choice([1, 3, 10]) + rng.choice([0.0, 1e9])
    theirs = rng.normal(size=rng.integers(1, 25)).round(int(rng.integers(0, 4)))
    differences = np.sort((ours[:, None] - theirs).ravel())
    asked = np.unique(np.linspace(1, differences.size, 40).astype(int))
    found = pairwise.order_statistics(ours, theirs, asked.tolist())
    assert list(found) == differences[asked - 1].tolist()
    averages = [a + b for a, b in itertools.combinations_with_replacement(ours.tolist(), 2)]
    assert pairwise.walsh_median(ours) == np.median(averages) / 2


def test_the_probability_of_superiority_is_the_share_of_pairs_with_the_variance_of_brunner_and_munzel():
    rng = np.random.default_rng(5)
    ours, theirs = rng.integers(0, 9, 40) * 1.0, rng.integers(1, 11, 25) * 1.0
    wins = ((ours[:, None] > theirs) + 0.5 * (ours[:, None] == theirs)).mean()
    found = superiority.probability_superiority(ours, theirs, 0.95)
    assert found.value == pytest.approx(wins, rel=1e-12)
    statistic = stats.brunnermunzel(theirs, ours).statistic
    assert (found.value - 0.5) / found.extras["se"] == pytest.approx(statistic, rel=1e-10)
    spread = found.extras["se"] / (wins * (1 - wins))
    assert found.low == pytest.approx(1 / (1 + math.exp(Z * spread - math.log(wins / (1 - wins)))), rel=1e-12)


@given(SOME, SOME)
@settings(max_examples=60, deadline=None)
def test_exchanged_groups_give_the_complement(ours, theirs):
    one, other = (superiority.probability_superiority(*pair, 0.9) for pair in ((ours, theirs), (theirs, ours)))
    assert type(one) is type(other)
    if isinstance(one, Estimate):
        assert (one.low, one.high) == pytest.approx((1 - other.high, 1 - other.low), abs=1e-12)
        assert 0 < one.low < one.value < one.high < 1


def test_where_superiority_has_no_interval():
    wholly = superiority.probability_superiority([5, 6], [1, 2], 0.95)
    assert (wholly.point, wholly.reason) == (1, "perfect_separation")
    assert superiority.probability_superiority([5, 5], [5, 5], 0.95).reason == "no_variation"
    assert superiority.probability_superiority([5], [5, 6], 0.95).reason == "too_few"
    assert superiority.probability_superiority([], [5, 6], 0.95).reason == "empty_group"
