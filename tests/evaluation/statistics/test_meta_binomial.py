"""Pooled proportions: the integral by brute force and another optimiser, the gradient, and the edges."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special, stats

from evaluation.estimate import Estimate, NotEstimable
from evaluation.statistics.meta_binomial import fit, log_likelihood, modes, pooled_proportion
from evaluation.statistics.samples import DomainError

GRID = np.linspace(-8, 8, 801)
Z = 1.959963984540054


def brute_likelihood(point, events, trials):
    """The integral over u by a fine sum, binomial probabilities from SciPy."""
    p = special.expit(point[0] + point[1] * GRID)
    density = stats.norm.pdf(GRID) * (GRID[1] - GRID[0])
    return float(np.log((stats.binom.pmf(events[:, None], trials[:, None], p) * density).sum(axis=1)).sum())


def random_counts(seed):
    rng = np.random.default_rng(seed)
    k = int(rng.integers(4, 15))
    trials = rng.integers(8, int(rng.choice([20, 60, 300])), size=k)
    logits = rng.normal(rng.normal(0, 1.5), rng.choice([0.4, 1.0]), size=k)
    return rng.binomial(trials, special.expit(logits)).astype(float), trials.astype(float)


@pytest.mark.parametrize("seed", range(6))
def test_the_maximum_is_that_of_the_integral_itself(seed):
    events, trials = random_counts(seed)
    found = pooled_proportion(events, trials, 0.95)

    def height(point):
        return -brute_likelihood(point, events, trials)

    tight = {"xatol": 1e-7, "fatol": 1e-10, "maxiter": 400}
    other = optimize.minimize(height, [0.0, 0.8], method="Nelder-Mead", options=tight)
    assert found.extras["loglik"] >= -other.fun - 1e-6
    assert found.extras["loglik"] == pytest.approx(-other.fun, abs=1e-5)
    assert found.extras["logit_estimate"] == pytest.approx(other.x[0], abs=2e-4)
    assert found.extras["tau2"] == pytest.approx(other.x[1] ** 2, abs=1e-3)
    b, s, h = found.extras["logit_estimate"], math.sqrt(found.extras["tau2"]), 1e-3
    steps = [np.array([h, 0]), np.array([0, h])]
    at = np.array([b, s])
    hessian = np.array(
        [
            [
                (height(at + i + j) - height(at + i - j) - height(at - i + j) + height(at - i - j)) / (4 * h * h)
                for j in steps
            ]
            for i in steps
        ]
    )
    if s > 0.05:
        assert found.extras["se"] == pytest.approx(math.sqrt(np.linalg.inv(hessian)[0, 0]), rel=2e-3)
    assert found.low == pytest.approx(special.expit(b - Z * found.extras["se"]), rel=1e-12)
    assert found.value == pytest.approx(special.expit(b), rel=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_the_gradient_is_the_slope(seed):
    events, trials = random_counts(seed)
    point, h = np.random.default_rng(seed).normal(size=2) * [1, 2], 1e-5
    slope = [
        (log_likelihood(point + step, events, trials)[0] - log_likelihood(point - step, events, trials)[0]) / (2 * h)
        for step in (np.array([h, 0]), np.array([0, h]))
    ]
    assert log_likelihood(point, events, trials)[1] == pytest.approx(slope, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(("b", "s"), [(0, 1), (-3, 0.2), (2, 12), (0, -4)])
def test_each_mode_is_where_the_slope_vanishes(b, s):
    events, trials = np.array([0.0, 3, 50, 1, 10**6]), np.array([4.0, 3, 100, 10**5, 3 * 10**6])
    u = modes(b, s, events, trials)
    slope = s * (events - trials * special.expit(b + s * u)) - u
    assert np.abs(slope / (1 + s * s * trials)).max() < 1e-9


@pytest.mark.parametrize("seed", range(10))
def test_no_other_start_climbs_higher(seed):
    rng = np.random.default_rng(100 + seed)
    k = int(rng.integers(2, 9))
    trials = rng.integers(2, 12, size=k).astype(float)
    events = rng.binomial(trials.astype(int), special.expit(rng.normal(-1, 1, size=k))).astype(float)
    if events.sum() in (0, trials.sum()) or np.all((events == 0) | (events == trials)):
        events[0] = 1.0
    found = fit(events, trials)
    assert np.abs(log_likelihood(found.point, events, trials)[1]).max() < 1e-7
    for _ in range(3):
        start = np.array([rng.normal() * 2, np.exp(rng.uniform(-2, 1))])
        other = optimize.minimize(
            lambda point: -log_likelihood(point, events, trials)[0],
            start,
            method="Nelder-Mead",
            options={"maxiter": 300},
        )
        assert found.value >= -other.fun - 1e-9


def test_sites_that_agree_are_one_binomial():
    found = pooled_proportion([2, 20, 200], [10, 100, 1000], 0.95)
    assert found.value == pytest.approx(0.2, rel=1e-12)
    assert found.extras["se"] == pytest.approx(1 / math.sqrt(1110 * 0.2 * 0.8), rel=1e-9)
    assert found.extras["tau2"] == pytest.approx(0, abs=1e-12)
    assert found.flags == ("boundary",)


def test_huge_sites_are_their_own_logits():
    n = 10**9
    shares = np.array([0.1, 0.2, 0.3])
    found = pooled_proportion(shares * n, [n] * 3, 0.95)
    logits = special.logit(shares)
    assert found.extras["tau2"] == pytest.approx(np.var(logits), rel=1e-6)
    assert found.extras["se"] == pytest.approx(math.sqrt(np.var(logits) / 3), rel=1e-4)


def test_the_order_of_the_sites_never_shows():
    counts = [(3, 10), (7, 9), (0, 12), (7, 30)]
    found = {
        (r.value, r.low, r.extras["tau2"], r.extras["se"], r.extras["loglik"])
        for rows in itertools.permutations(counts)
        for r in [pooled_proportion(*np.array(rows, dtype=float).T, 0.95)]
    }
    assert len(found) == 1


@given(st.lists(st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2, max_size=8))
@settings(max_examples=25, deadline=None)
def test_any_counts_have_an_answer_and_events_mirror_non_events(counts):
    events, trials = np.array(counts, dtype=float).T
    one, other = pooled_proportion(events, trials, 0.9), pooled_proportion(trials - events, trials, 0.9)
    assert type(one) is type(other)
    if isinstance(one, Estimate) and "degenerate" not in one.flags:
        assert one.low < one.value < one.high
        assert one.value == pytest.approx(1 - other.value, abs=1e-6)
        assert one.extras["tau2"] == pytest.approx(other.extras["tau2"], rel=1e-4, abs=1e-6)


@pytest.mark.parametrize(
    ("events", "trials", "reason"),
    [
        ([], [], "no_rows"),
        ([math.nan], [10], "no_rows"),
        ([0], [0], "no_rows"),
        ([3], [10], "too_few_studies"),
        ([3, 0, math.nan], [10, 0, 10], "too_few_studies"),
        ([0, 0], [5, 9], "empty_margin"),
        ([5, 9], [5, 9], "empty_margin"),
        ([0, 9, 0], [5, 9, 4], "separation"),
        ([0, 1, 1], [1, 1, 1], "not_identified"),
    ],
)
def test_counts_that_cannot_bear_the_model_say_why(events, trials, reason):
    found = pooled_proportion(events, trials, 0.95)
    assert isinstance(found, NotEstimable)
    assert found.reason == reason


def test_sites_too_far_apart_for_the_quadrature_are_flagged():
    found = pooled_proportion([1, 42, 0, 38, 9, 0, 0, 9, 0], [48, 42, 21, 38, 9, 23, 33, 9, 10], 0.95)
    assert "degenerate" in found.flags


@pytest.mark.parametrize(
    ("events", "trials"), [([6], [5]), ([1.5], [5]), ([-1], [5]), ([math.inf], [5]), ([1, 2], [5]), ([1], [1e11])]
)
def test_counts_that_cannot_be_are_refused(events, trials):
    with pytest.raises(DomainError):
        pooled_proportion(events, trials, 0.95)
