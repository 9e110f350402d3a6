"""Synthesis of sites: exact rational arithmetic, closed forms for two sites, the highest likelihood, and no trace of the order."""

import itertools
import math
from dataclasses import fields
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evaluation.estimate import Estimate, NotEstimable, PoolingTerm
from evaluation.statistics.heterogeneity import sites
from evaluation.statistics.meta import leave_one_out, one_site, pool, tau2_interval
from evaluation.statistics.samples import DomainError

METHODS = ("fixed", "DL", "PM", "REML")

# Thirteen trials of the BCG vaccine, log risk ratios (Colditz 1994, JAMA 271:698, as tabulated by Viechtbauer 2010).
BCG = np.array(
    [-0.8893, -1.5854, -1.3481, -1.4416, -0.2175, -0.7861, -1.6209, 0.0120, -0.4694, -1.3713, -0.3394, 0.4459, -0.0173]
)
BCG_VARIANCES = np.array(
    [0.3256, 0.1946, 0.4154, 0.0200, 0.0512, 0.0069, 0.2230, 0.0040, 0.0564, 0.0730, 0.0124, 0.5325, 0.0714]
)


def exact(effects, variances, tau2):
    """Mean, variance of the mean, Q and weights in rational arithmetic: no rounding at all."""
    w = [1 / (Fraction(float(v)) + Fraction(tau2)) for v in variances]
    mean = sum(a * Fraction(float(y)) for a, y in zip(w, effects, strict=True)) / sum(w)
    return mean, 1 / sum(w), sum(a * (Fraction(float(y)) - mean) ** 2 for a, y in zip(w, effects, strict=True)), w


def restricted(effects, variances, tau2):
    w = 1 / (variances + tau2)
    mean = (w * effects).sum() / w.sum()
    return (np.log(w).sum() - math.log(w.sum()) - (w * (effects - mean) ** 2).sum()) / 2


def random_sites(seed):
    """Sites whose variances span up to ten decades, on any scale."""
    rng = np.random.default_rng(seed)
    k = int(rng.integers(2, 16))
    variances = np.exp(rng.normal(size=k) * rng.choice([0.3, 1, 3, 6])) * 10.0 ** rng.integers(-9, 9)
    between = np.sqrt(np.median(variances)) * rng.choice([0, 1, 5])
    effects = rng.normal(size=k) * np.sqrt(variances) * rng.choice([0.3, 1, 3]) + rng.normal(size=k) * between
    return effects + rng.choice([0, 1000]) * np.sqrt(variances.max()), variances


def test_bcg_as_viechtbauer_prints_it():
    # Viechtbauer 2010, J Stat Softw 36(3), p. 15: τ² 0.3132, estimate −0.7145, SE 0.1798, Q 152.2330; four digits of the data.
    found = pool(BCG, BCG_VARIANCES, "REML")
    assert found.tau2 == pytest.approx(0.3132, abs=3e-4)
    assert (found.effect, found.se) == (pytest.approx(-0.7145, abs=2e-4), pytest.approx(0.1798, abs=1e-4))
    assert found.q == pytest.approx(152.23, abs=0.6)


@pytest.mark.parametrize("seed", range(40))
def test_sums_are_those_of_exact_arithmetic(seed):
    effects, variances = random_sites(seed)
    k = effects.size
    _, _, q, w = exact(effects, variances, 0.0)
    total, squares = sum(w), sum(a * a for a in w)
    dersimonian = max(Fraction(0), (q - (k - 1)) / (total - squares / total))
    for method in METHODS:
        found = pool(effects, variances, method)
        mean, variance, spread, weights = exact(effects, variances, found.tau2)
        assert abs(float(Fraction(found.effect) - mean)) <= 1e-12 * max(abs(found.effect), found.se)
        assert found.se == pytest.approx(math.sqrt(variance), rel=1e-13)
        assert found.hk_se == pytest.approx(math.sqrt(spread * variance / (k - 1)), rel=1e-11)
        assert found.q == pytest.approx(float(q), rel=1e-11)
        assert found.weights == pytest.approx([float(a * variance) for a in weights], rel=1e-12)
        assert found.i2 == pytest.approx(max(0.0, float((q - (k - 1)) / q)), abs=1e-12)
    assert pool(effects, variances, "fixed").tau2 == 0
    assert pool(effects, variances, "DL").tau2 == pytest.approx(
        float(dersimonian), rel=1e-9, abs=1e-9 * variances.min()
    )


@pytest.mark.parametrize("seed", range(40))
def test_paule_mandel_and_the_q_profile_solve_their_equations(seed):
    effects, variances = random_sites(seed)
    df = effects.size - 1
    at_zero = float(exact(effects, variances, 0.0)[2])
    found = tau2_interval(effects, variances, "PM", 0.9)
    solved = ((found.value, df), (found.low, stats.chi2.ppf(0.95, df)), (found.high, stats.chi2.ppf(0.05, df)))
    for tau2, quantile in solved:
        if tau2 > 0:
            assert float(exact(effects, variances, tau2)[2]) == pytest.approx(quantile, rel=1e-10)
        else:
            assert at_zero <= quantile * (1 + 1e-12)
    assert 0 <= found.low <= found.high


@pytest.mark.parametrize("seed", range(25))
def test_reml_is_the_highest_point_of_a_fine_grid(seed):
    effects, variances = random_sites(seed)
    centred = effects - effects[np.argmin(variances)]
    top = 10 * (variances.max() + np.ptp(effects) ** 2)
    grid = np.concatenate(([0.0], np.geomspace(variances.min() * 1e-5, top, 3000)))
    best = max(restricted(centred, variances, tau2) for tau2 in grid)
    assert restricted(centred, variances, pool(effects, variances, "REML").tau2) >= best - 1e-9


def test_reml_takes_the_higher_of_two_summits():
    # Ten precise sites that agree, six rough ones that do not: a summit near 0 and another far from it.
    effects = np.concatenate((np.linspace(-1, 1, 10), [160.0, -110, 112, -90, 130, -140]))
    variances = np.concatenate((np.full(10, 0.4), np.full(6, 900.0)))
    grid = np.geomspace(1e-6, 1e6, 4000)
    heights = np.array([restricted(effects, variances, tau2) for tau2 in grid])
    summits = np.flatnonzero((heights[1:-1] > heights[:-2]) & (heights[1:-1] > heights[2:])) + 1
    assert len(summits) == 2
    found = pool(effects, variances, "REML").tau2
    assert restricted(effects, variances, found) >= heights.max()
    assert found == pytest.approx(grid[heights.argmax()], rel=0.01)


@pytest.mark.parametrize(("effects", "variances"), [((0.3, 0.7), (0.05, 0.075)), ((0.3, 0.4), (0.05, 0.075))])
def test_two_sites_have_a_closed_form(effects, variances):
    tau2 = max(0.0, ((effects[0] - effects[1]) ** 2 - sum(variances)) / 2)
    for method in ("DL", "PM", "REML"):
        assert pool(effects, variances, method).tau2 == pytest.approx(tau2, rel=1e-12)
    found = pool(effects, variances, "REML")
    assert found.prediction_low is None
    assert found.hk_high - found.effect == pytest.approx(12.706204736 * found.hk_se, rel=1e-9)


@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(1e-6, 1e3)), min_size=2, max_size=7),
    st.randoms(),
    st.sampled_from(METHODS),
)
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_sites_never_shows(pairs, random, method):
    order = list(range(len(pairs)))
    random.shuffle(order)
    (y, v), (y2, v2) = np.array(pairs).T, np.array([pairs[i] for i in order]).T
    one, other = pool(y, v, method), pool(y2, v2, method)
    for field in fields(one):
        if field.name != "weights":
            assert getattr(one, field.name) == getattr(other, field.name)
    assert [one.weights[i] for i in order] == list(other.weights)
    assert tau2_interval(y, v, method) == tau2_interval(y2, v2, method)
    left, again = leave_one_out(y, v, method), leave_one_out(y2, v2, method)
    assert [left.effects[i] for i in order] == list(again.effects)
    assert [left.highs[i] for i in order] == list(again.highs)


def test_every_order_of_four_sites_gives_the_same_bits():
    effects, variances = [0.1, 0.7, -1 / 3, 0.7], [0.03, 0.2, 0.11, 0.2]
    found = {
        (p.effect, p.se, p.tau2, p.q, p.hk_low, p.prediction_high)
        for rows in itertools.permutations(range(4))
        for p in [pool([effects[i] for i in rows], [variances[i] for i in rows])]
    }
    assert len(found) == 1


@given(st.integers(0, 200), st.integers(-40, 40), st.sampled_from(METHODS))
@settings(max_examples=40, deadline=None)
def test_another_unit_changes_the_unit_alone(seed, exponent, method):
    effects, variances = random_sites(seed)
    one, other = pool(effects, variances, method), pool(effects * 2.0**exponent, variances * 4.0**exponent, method)
    assert (other.effect, other.se) == (one.effect * 2.0**exponent, one.se * 2.0**exponent)
    assert (other.tau2, other.q, other.weights) == (one.tau2 * 4.0**exponent, one.q, one.weights)


def test_effects_far_from_zero_lose_no_digit_of_their_differences():
    near, far = pool([0.0, 1.0, 3.0], [1.0, 0.5, 0.25]), pool([2.0**40, 2.0**40 + 1, 2.0**40 + 3], [1.0, 0.5, 0.25])
    assert (far.tau2, far.q, far.se, far.hk_se) == (near.tau2, near.q, near.se, near.hk_se)


def test_one_site_may_outweigh_all_others():
    found = pool([0.0, 1.0, 2.0], [1e-30, 1.0, 1.0], "DL")
    assert found.q == pytest.approx(5.0)
    assert found.tau2 == pytest.approx((5.0 - 2) / 4)  # S1 − S2/S1 is twice the weight of the two others


@pytest.mark.parametrize("effects", [[0.3, 0.3, 0.3], [0.0, 0.0, 0.0], [0.1 + 0.2, 0.3, 0.3]])
def test_identical_effects_have_no_spread_and_no_hartung_knapp_interval(effects):
    for method in METHODS:
        found = pool(effects, [0.04, 0.05, 0.06], method)
        assert (found.q, found.tau2, found.i2, found.hk_se) == (0.0, 0.0, 0.0, 0.0)
        assert (found.hk_low, found.hk_high, found.hk_reason) == (None, None, "sites_identical")
        assert found.high > found.low
    interval = tau2_interval(effects, [0.04, 0.05, 0.06])
    assert (interval.value, interval.low, interval.high, interval.flags) == (0, 0, 0, ("boundary",))


def test_no_between_variance_means_the_fixed_effect_and_a_wider_prediction():
    found, fixed = (pool([0.25, 0.32, 0.34, 0.3], [0.04, 0.05, 0.06, 0.03], method) for method in ("REML", "fixed"))
    assert (found.tau2, found.effect, found.low) == (0, fixed.effect, fixed.low)
    assert found.hk_narrower_than_fixed
    assert (found.adhoc_se, found.adhoc_low < found.hk_low) == (found.fixed_se, True)
    assert found.prediction_low < found.low


def test_five_hundred_sites():
    rng = np.random.default_rng(4)
    variances = rng.uniform(0.01, 0.2, 500)
    effects = rng.normal(0.4, np.sqrt(variances + 0.09))
    found = pool(effects, variances)
    assert found.tau2 == pytest.approx(0.09, abs=0.03)
    assert sum(found.weights) == pytest.approx(1)


def test_leaving_one_out_is_pooling_the_others():
    found = leave_one_out(BCG, BCG_VARIANCES, "PM", 0.9)
    for j in range(BCG.size):
        others = pool(np.delete(BCG, j), np.delete(BCG_VARIANCES, j), "PM", 0.9)
        assert (found.effects[j], found.lows[j], found.highs[j]) == (others.effect, others.low, others.high)


def test_leaving_one_of_two_out_leaves_the_other():
    found = leave_one_out([0.2, math.nan, 0.9], [0.04, 0.5, 0.25])
    assert found.effects == (0.9, 0.2)
    assert found.highs[1] - 0.2 == pytest.approx(1.959963984540054 * 0.2)


@pytest.mark.parametrize(
    ("effects", "reason"), [([], "no_rows"), ([0.3], "too_few_studies"), ([0.3, math.nan], "too_few_studies")]
)
def test_fewer_than_two_sites_have_neither_spread_nor_synthesis(effects, reason):
    variances = [0.05] * len(effects)
    for found in (tau2_interval(effects, variances), leave_one_out(effects, variances)):
        assert isinstance(found, NotEstimable)
        assert found.reason == reason
    with pytest.raises(DomainError):
        pool(effects, variances)


def test_one_site_alone_has_its_own_interval():
    found = one_site(PoolingTerm(0.3, 0.05), 0.95)
    assert isinstance(found, Estimate)
    assert (found.low, found.high) == (pytest.approx(-0.138261270288291), pytest.approx(0.738261270288291))
    assert found.extras["tau2"] is None


@pytest.mark.parametrize(
    ("effects", "variances"),
    [
        ([0.3, 0.4], [0.0, 1.0]),
        ([0.3, 0.4], [-1.0, 1.0]),
        ([0.3, math.inf], [1.0, 1.0]),
        ([0.3, 0.4], [1.0, math.inf]),
        ([0.3, 0.4], [1.0]),
        ([1e140, -1e140], [1e-300, 1e-300]),
        ([1.0, 2.0], [1e-300, 1e300]),
        ([1e200, -1e200], [1.0, 1.0]),
    ],
)
def test_values_that_cannot_be_are_refused(effects, variances):
    with pytest.raises(DomainError):
        sites(effects, variances)


def test_another_estimator_is_refused():
    with pytest.raises(DomainError):
        pool([1.0, 2.0], [1.0, 1.0], "SJ")
