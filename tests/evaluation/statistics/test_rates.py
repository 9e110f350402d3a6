"""Event rates: exact conditional inference against SciPy, score limits against their definition, regression by iteration."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evaluation.estimate import Estimate, NotEstimable
from evaluation.statistics import rates
from evaluation.statistics.samples import DomainError

Z = 1.959963984540054


@given(st.integers(0, 400), st.integers(0, 400), st.sampled_from([1.0, 0.5, 2.0, 3.7, 1e-6, 1e5]))
@settings(max_examples=150, deadline=None)
def test_the_conditional_p_is_that_of_the_exact_binomial_test(x1, x2, times):
    if x1 + x2:
        share, rest = times / (1 + times), 1 / (1 + times)
        expected = stats.binomtest(x1, x1 + x2, share).pvalue
        assert rates.conditional_p(x1, x2, share, rest) == pytest.approx(expected, rel=1e-8, abs=1e-300)


def test_the_conditional_p_of_large_and_of_rare_counts():
    assert rates.conditional_p(10**8, 10**8, 0.5, 0.5) == 1
    p = rates.conditional_p(50_000_000, 50_020_000, 0.5, 0.5)
    assert p == pytest.approx(2 * stats.norm.sf(20_000 / math.sqrt(100_020_000)), rel=1e-3)
    tiny = 1e-18
    assert rates.conditional_p(1, 5, tiny, 1.0) == pytest.approx(6 * tiny, rel=1e-9)


@pytest.mark.parametrize(("x1", "x2"), [(0, 9), (0, 1), (0, 250), (4, 0), (1, 0)])
def test_a_count_of_zero_has_the_clopper_pearson_limit(x1, x2):
    found = rates.rate_ratio(rates.TwoRates(x1, 800, x2, 750), 0.95)
    interval = stats.binomtest(x1, x1 + x2).proportion_ci(0.95, "exact")
    if x1 == 0:
        assert (found.value, found.low) == (0, 0)
        assert found.high == pytest.approx(interval.high / (1 - interval.high) * 750 / 800, rel=1e-9)
    else:
        assert (found.value, found.high) == (math.inf, math.inf)
        assert found.low == pytest.approx(interval.low / (1 - interval.low) * 750 / 800, rel=1e-9)
    assert found.flags == ("zero_count",)
    assert math.isfinite(found.pooling.effect)


def test_a_rate_ratio_by_hand():
    found = rates.rate_ratio(rates.TwoRates(48, 25778, 77, 25605), 0.9)
    ratio, half = (48 / 25778) / (77 / 25605), 1.6448536269514722 * math.sqrt(1 / 48 + 1 / 77)
    assert (found.value, found.low, found.high) == pytest.approx(
        (ratio, ratio * math.exp(-half), ratio * math.exp(half))
    )
    assert found.extras["rate_1"] == 48 / 25778


def naive_score(x1, t1, x2, t2, difference):
    """The restricted rates by maximising the likelihood on a fine grid, refined by a bisection of its slope."""
    low, high = max(0.0, -difference), max(x1 / t1, x2 / t2, abs(difference)) * 4 + 10 / min(t1, t2)
    for _ in range(200):
        rate = (low + high) / 2
        slope = -t1 - t2
        slope += x1 / (rate + difference) if x1 else 0.0
        slope += x2 / rate if x2 else 0.0
        low, high = (rate, high) if slope > 0 else (low, rate)
    rate = (low + high) / 2
    return (x1 / t1 - x2 / t2 - difference) / math.sqrt((rate + difference) / t1 + rate / t2)


@pytest.mark.parametrize(
    "given_",
    [
        (7, 1344.0, 11, 1988.0),
        (48, 25778.0, 77, 25605.0),
        (0, 10.0, 5, 3.0),
        (4, 1e-3, 0, 2e-3),
        (1, 1e9, 0, 5e8),
        (10**9, 1e10, 10**9 + 50_000, 1e10),
        (3, 1.0, 900, 1e6),
    ],
)
def test_the_score_limits_of_a_difference_are_where_the_score_is_the_quantile(given_):
    found = rates.rate_difference(rates.TwoRates(*given_), 0.95)
    assert naive_score(*given_, found.low) == pytest.approx(Z, rel=1e-6)
    assert naive_score(*given_, found.high) == pytest.approx(-Z, rel=1e-6)
    assert found.low < found.value < found.high


def test_without_any_event_the_limits_are_z_squared_over_the_exposures():
    found = rates.rate_difference(rates.TwoRates(0, 200, 0, 500), 0.95)
    assert (found.value, found.low, found.high) == pytest.approx((0, -Z * Z / 500, Z * Z / 200), rel=1e-10)
    assert rates.rate_ratio(rates.TwoRates(0, 200, 0, 500), 0.95).reason == "no_event"


@given(st.integers(0, 90), st.integers(0, 90), st.floats(1e-4, 1e7), st.floats(1e-4, 1e7))
@settings(max_examples=60, deadline=None)
def test_exchanged_groups_invert_the_ratio_and_oppose_the_difference(x1, x2, t1, t2):
    here, there = rates.TwoRates(x1, t1, x2, t2), rates.TwoRates(x2, t2, x1, t1)
    one, other = rates.rate_difference(here, 0.95), rates.rate_difference(there, 0.95)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low), rel=1e-9)
    found, inverse = rates.rate_ratio(here, 0.95), rates.rate_ratio(there, 0.95)
    if isinstance(found, Estimate):
        assert found.extras["p_value"] == pytest.approx(inverse.extras["p_value"], rel=1e-9)
        if x1 and x2:
            assert found.low * inverse.high == pytest.approx(1, rel=1e-9)


@pytest.mark.parametrize("exposure", [0.0, -3.0, math.nan])
def test_without_exposure_there_is_no_rate(exposure):
    for statistic in (rates.rate_ratio, rates.rate_difference):
        found = statistic(rates.TwoRates(3, exposure, 4, 10.0), 0.95)
        assert isinstance(found, NotEstimable)
        assert found.reason == "no_exposure"
        assert found.extras["rate_1"] is None
        assert found.extras["rate_2"] == 0.4


def test_a_number_of_events_is_a_whole_number():
    for wrong in (-1, 2.5, math.inf):
        with pytest.raises(DomainError):
            rates.TwoRates(wrong, 1.0, 3, 1.0)
    for wrong in (math.inf, 1e-300, 1e200):
        with pytest.raises(DomainError):
            rates.TwoRates(1, wrong, 3, 1.0)
        with pytest.raises(DomainError):
            rates.rate_ratio_overdispersed([1, 2, 3], [1, 0, 1], [1, 1, wrong], 0.95)
    assert rates.rate_ratio(rates.TwoRates(math.nan, 1.0, 3, 1.0), 0.95).reason == "no_rows"


def by_iteration(events, treatment, exposure):
    """Log-linear regression by iterated weighted least squares; slope, its variance before inflation, Pearson's dispersion."""
    design = np.column_stack((np.ones(events.size), treatment))
    beta = np.array([math.log(events.sum() / exposure.sum()), 0.0])
    for _ in range(60):
        mu = exposure * np.exp(design @ beta)
        beta = beta + np.linalg.solve(design.T @ (design * mu[:, None]), design.T @ (events - mu))
    mu = exposure * np.exp(design @ beta)
    variance = np.linalg.inv(design.T @ (design * mu[:, None]))[1, 1]
    return beta[1], variance, ((events - mu) ** 2 / mu).sum() / (events.size - 2)


@pytest.mark.parametrize("seed", range(6))
def test_the_overdispersed_ratio_is_the_regression(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(6, 60))
    treatment = (np.arange(n) % 3 == 0).astype(float)
    exposure = rng.uniform(0.5, 20, n)
    events = rng.poisson(exposure * rng.gamma(2, 1, n) * np.where(treatment == 1, 0.6, 1.0)).astype(float)
    slope, variance, dispersion = by_iteration(events, treatment, exposure)
    found = rates.rate_ratio_overdispersed(events, treatment, exposure, 0.95)
    half = Z * math.sqrt(dispersion * variance)
    expected = (math.exp(slope), math.exp(slope - half), math.exp(slope + half), dispersion)
    assert (found.value, found.low, found.high, found.extras["dispersion"]) == pytest.approx(expected, rel=1e-9)


def test_the_edges_of_the_overdispersed_ratio():
    ratio = rates.rate_ratio_overdispersed
    none = ratio([0, 0, 3, 5], [1, 1, 0, 0], [1, 2, 2, 2], 0.95)
    assert (none.point, none.reason, none.n) == (0, "no_event_in_group", 4)
    assert none.extras["dispersion"] == pytest.approx(0.5 / 2)  # (3 − 4)²/4 + (5 − 4)²/4 over 4 − 2
    assert ratio([2, 3, 0, 0], [1, 1, 0, 0], [1, 2, 2, 2], 0.95).point == math.inf
    assert ratio([0, 0, 0, 0], [1, 1, 0, 0], [1, 2, 2, 2], 0.95).reason == "no_event"
    two = ratio([2, 3], [1, 0], [1, 1], 0.95)
    assert (two.reason, two.extras["dispersion"], two.point) == ("too_few", None, pytest.approx(2 / 3))
    assert ratio([2, 3, 4], [1, 1, 1], [1, 1, 1], 0.95).reason == "empty_group"
    assert ratio([], [], [], 0.95).reason == "no_rows"
    assert ratio([2, 3, 4], [1, 0, 1], [1, 0, 1], 0.95).reason == "no_exposure"
    exact = ratio([2, 4, 3, 9], [1, 1, 0, 0], [0.1, 0.2, 0.3, 0.9], 0.95)
    assert (exact.low, exact.high, exact.flags) == (exact.value, exact.value, ("degenerate",))
    missing = ratio([2, np.nan, 3, 5, 8], [1, 1, 0, 0, np.nan], [1, 2, np.nan, 2, 1], 0.95)
    assert missing.n == 2
    for wrong in ([-1, 2, 3], [1.5, 2, 3], [math.inf, 2, 3]):
        with pytest.raises(DomainError):
            ratio(wrong, [1, 0, 1], [1, 1, 1], 0.95)
    with pytest.raises(DomainError):
        ratio([1, 2, 3], [1, 0, 2], [1, 1, 1], 0.95)


def test_a_wild_dispersion_gives_an_infinite_limit_not_an_error():
    found = rates.rate_ratio_overdispersed([900, 0, 0, 3], [1, 1, 0, 0], [1e-9, 1e3, 1e-12, 1e6], 0.95)
    assert found.high == math.inf
    assert found.low == 0
