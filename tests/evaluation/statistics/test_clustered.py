"""A proportion and an area of rows nested in clusters: formulas by hand, and what they become without clusters."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evaluation.estimate import Estimate
from evaluation.statistics.clustered import clustered_auc, clustered_proportion
from evaluation.statistics.proportions import wilson
from evaluation.statistics.roc import auc
from evaluation.statistics.samples import DomainError


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 60), st.integers(1, 60))
def test_rows_that_are_their_own_clusters_have_wilsons_interval(yes, no):
    got = clustered_proportion(np.repeat([1.0, 0.0], [yes, no]), np.arange(yes + no), 0.95)
    assert (got.low, got.high) == pytest.approx(wilson(yes, yes + no, 0.95), rel=1e-12)
    assert got.extras["design_effect"] == pytest.approx(1)


def test_a_hand_computation():
    """Clusters 3/4, 1/3, 0/2, 5/5: p = 9/14, Σ(y − pm)² and the rest by the formulas of Cochran, Korn and Graubard."""
    y = np.repeat([1.0, 0, 1, 0, 0, 1], [3, 1, 1, 2, 2, 5])
    g = np.repeat([0, 1, 2, 3], [4, 3, 2, 5])
    p = 9 / 14
    squares = (3 - 4 * p) ** 2 + (1 - 3 * p) ** 2 + (0 - 2 * p) ** 2 + (5 - 5 * p) ** 2
    effect = 4 / 3 * squares / 14**2 / (p * (1 - p) / 13)
    size = 14 / effect * (stats.t.ppf(0.975, 13) / stats.t.ppf(0.975, 3)) ** 2
    z = stats.norm.ppf(0.975)
    centre, spread = 2 * size * p + z**2, z * math.sqrt(z**2 + 4 * size * p * (1 - p))
    got = clustered_proportion(y, g, 0.95)
    assert got.extras["design_effect"] == pytest.approx(effect)
    assert got.extras["n_effective"] == pytest.approx(size)
    assert (got.low, got.high) == pytest.approx(
        ((centre - spread) / 2 / (size + z**2), (centre + spread) / 2 / (size + z**2))
    )
    assert (got.extras["numerator"], got.extras["denominator"], got.extras["clusters"]) == (9, 14, 4)


def test_whole_clusters_alike_count_as_their_clusters():
    """Twenty clusters of fifty equal rows say what twenty rows say, but for the n/(n − 1) of the plain variance."""
    per_cluster = np.array([1.0] * 13 + [0.0] * 7)
    got = clustered_proportion(np.repeat(per_cluster, 50), np.repeat(np.arange(20), 50), 0.95)
    assert got.extras["design_effect"] == pytest.approx(50 * (999 / 1000) * 20 / 19, rel=1e-9)
    alone = wilson(13, 20, 0.95)
    assert got.low < alone[0]
    assert got.high > alone[1]


def test_a_design_effect_below_one_earns_nothing():
    y = np.tile([1.0, 0.0], 30)
    got = clustered_proportion(y, np.repeat(np.arange(30), 2), 0.95)
    assert got.extras["design_effect"] == pytest.approx(0)
    assert got.extras["n_effective"] < 60
    plain = wilson(30, 60, 0.95)
    assert got.low <= plain[0]


def test_all_rows_alike_read_as_one_row_a_cluster():
    got = clustered_proportion(np.ones(100), np.repeat(np.arange(20), 5), 0.95)
    assert (got.low, got.high) == pytest.approx(wilson(20, 20, 0.95))
    assert got.extras["design_effect"] is None
    assert "degenerate" in got.flags
    assert got.pooling.variance > 0


def test_missing_rows_one_cluster_and_no_row():
    y, g = [1, 0, np.nan, 1, 1, 0], [0, 0, 1, 1, -1, 2]
    assert clustered_proportion(y, g, 0.9).n == 4
    alone = clustered_proportion([1, 0, 1], [4, 4, 4], 0.9)
    assert (alone.reason, alone.point) == ("one_cluster", pytest.approx(2 / 3))
    assert clustered_proportion([], [], 0.9).reason == "no_rows"
    with pytest.raises(DomainError):
        clustered_proportion([2, 0], [0, 1], 0.9)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_the_proportion_lies_in_its_interval_and_names_of_clusters_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    y, g = (rng.random(40) < rng.random()).astype(float), rng.integers(0, 8, 40)
    got = clustered_proportion(y, g, 0.95)
    again = clustered_proportion(1 - y, 100 - g, 0.95)
    assert 0 <= got.low <= got.value <= got.high <= 1
    assert (again.low, again.high) == pytest.approx((1 - got.high, 1 - got.low))


def test_the_interval_covers_what_the_plain_one_misses():
    """Beta-binomial clusters: 30 of 20 rows, correlation 0.2; nominal 95 %."""
    rng = np.random.default_rng(7)
    held = {"clustered": 0, "plain": 0}
    for _ in range(400):
        rates = rng.beta(0.3 * 4, 0.7 * 4, 30)
        y = (rng.random((30, 20)) < rates[:, None]).astype(float).ravel()
        got = clustered_proportion(y, np.repeat(np.arange(30), 20), 0.95)
        low, high = wilson(int(y.sum()), 600, 0.95)
        held["clustered"] += got.low <= 0.3 <= got.high
        held["plain"] += low <= 0.3 <= high
    assert held["clustered"] / 400 > 0.92
    assert held["plain"] / 400 < 0.75


def by_hand(truth, score, cluster):
    """Obuchowski's variance with every pair formed."""
    x, y = score[truth == 1], score[truth == 0]
    wins = (x[:, None] > y[None]) + 0.5 * (x[:, None] == y[None])
    area, m, n = wins.mean(), x.size, y.size
    names = np.unique(cluster)
    gx, gy = cluster[truth == 1], cluster[truth == 0]
    a = np.array([(wins.mean(axis=1)[gx == c] - area).sum() for c in names])
    b = np.array([(wins.mean(axis=0)[gy == c] - area).sum() for c in names])
    i, i10, i01 = names.size, np.unique(gx).size, np.unique(gy).size
    s10 = i10 / ((i10 - 1) * m) * (a**2).sum()
    s01 = i01 / ((i01 - 1) * n) * (b**2).sum()
    s11 = i / (i - 1) * (a * b).sum()
    return area, s10 / m + s01 / n + 2 * s11 / (m * n)


@pytest.mark.parametrize("seed", range(10))
def test_the_area_of_clusters_is_obuchowskis(seed):
    rng = np.random.default_rng(seed)
    cluster = rng.integers(0, 15, 90)
    truth = (rng.random(90) < 0.4).astype(float)
    score = np.round(rng.normal(size=90) + truth + 0.8 * rng.normal(size=15)[cluster], 1)
    area, variance = by_hand(truth, score, cluster)
    got = clustered_auc(truth, score, cluster, 0.95)
    assert (got.value, got.extras["se"]) == pytest.approx((area, math.sqrt(variance)), rel=1e-10)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_rows_that_are_their_own_clusters_have_delongs_interval(seed):
    rng = np.random.default_rng(seed)
    truth = np.repeat([1.0, 0.0], [12, 18])
    score = np.round(rng.normal(size=30) + truth, 1)
    plain, got = auc(truth, score, 0.95), clustered_auc(truth, score, np.arange(30), 0.95)
    assert isinstance(got, Estimate) == isinstance(plain, Estimate)
    if isinstance(plain, Estimate):
        assert (got.low, got.high) == pytest.approx((plain.low, plain.high), rel=1e-9)
        assert got.extras["design_effect"] == pytest.approx(1)


def test_no_interval_for_an_area_that_shows_no_error():
    truth = np.array([1.0, 1, 0, 0])
    assert clustered_auc(truth, [3, 4, 1, 2], [0, 1, 2, 3], 0.95).reason == "perfect_separation"
    assert clustered_auc(truth, [1, 1, 1, 1], [0, 1, 2, 3], 0.95).reason == "constant_score"
    assert clustered_auc(truth, [1, 3, 2, 4], [0, 0, 1, 2], 0.95).reason == "one_cluster"
    assert clustered_auc([1.0, 0, 0], [1, 3, 2], [0, 1, 2], 0.95).reason == "one_case_in_class"
    assert clustered_auc([1.0, 1], [1, 3], [0, 1], 0.95).reason == "no_negative"
    assert clustered_auc([], [], [], 0.95).reason == "no_rows"
    extreme = clustered_auc([1, 0, 1, 0, 0], [math.inf, 1, 2, 3, -math.inf], np.arange(5), 0.95)
    assert extreme.value == pytest.approx(auc([1, 0, 1, 0, 0], [9, 1, 2, 3, -9], 0.95).value)


def test_a_million_rows():
    rng = np.random.default_rng(1)
    cluster = rng.integers(0, 200_000, 1_000_000)
    truth = (rng.random(1_000_000) < 0.3).astype(float)
    got = clustered_auc(truth, rng.normal(size=1_000_000) + truth, cluster, 0.95)
    assert got.value == pytest.approx(0.76, abs=0.01)
    assert clustered_proportion(truth, cluster, 0.95).value == pytest.approx(0.3, abs=0.01)
