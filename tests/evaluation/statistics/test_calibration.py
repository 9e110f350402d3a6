"""Logistic recalibration against closed forms and an independent maximiser, its invariances and its edges."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, special, stats

from evaluation.estimate import Estimate, NotEstimable
from evaluation.statistics.calibration import (
    calibration_in_the_large,
    calibration_slope,
    observed_expected_ratio,
)
from evaluation.statistics.samples import DomainError

Z90 = stats.norm.ppf(0.95)


def logits(p):
    clipped = np.clip(p, 1e-12, 1 - 1e-12)
    return np.log(clipped / (1 - clipped))


def maximised(y, p):
    """Intercept, slope and the slope's standard error from SciPy's trust-region maximiser."""
    lp = logits(p)
    x = (lp - lp.mean()) / lp.std()

    def information(b):
        q = special.expit(b[0] + b[1] * x)
        w = q * (1 - q)
        return np.array([[w.sum(), (w * x).sum()], [(w * x).sum(), (w * x * x).sum()]])

    found = optimize.minimize(
        lambda b: np.logaddexp(0, -(2 * y - 1) * (b[0] + b[1] * x)).sum(),
        [0.0, 0.0],
        jac=lambda b: -np.array([(y - special.expit(b[0] + b[1] * x)) @ column for column in (np.ones(y.size), x)]),
        hess=information,
        method="trust-exact",
        options={"gtol": 1e-11},
    )
    slope = found.x[1] / lp.std()
    se = math.sqrt(np.linalg.inv(information(found.x))[1, 1]) / lp.std()
    return found.x[0] - slope * lp.mean(), slope, se


def sample(rng, kind, n):
    return {
        "uniform": lambda: rng.random(n),
        "at the edges": lambda: rng.beta(0.05, 0.05, n),
        "tenths": lambda: np.round(rng.random(n), 1),
        "close together": lambda: 0.3 + 1e-6 * rng.random(n),
        "rare": lambda: special.expit(rng.normal(-5, 3, n)),
    }[kind]()


@pytest.mark.parametrize("kind", ["uniform", "at the edges", "tenths", "close together", "rare"])
def test_slope_intercept_and_errors_are_those_of_an_independent_maximiser(kind):
    rng = np.random.default_rng(20)
    compared = 0
    for _ in range(40):
        n = int(rng.choice([12, 40, 300]))
        p = sample(rng, kind, n)
        y = (rng.random(n) < rng.choice([p, np.full(n, 0.5), 1 - p])).astype(float)
        found = calibration_slope(y, p, 0.9)
        lp = logits(p)
        overlap = 0 < y.sum() < n and lp[y == 0].max() > lp[y == 1].min() and lp[y == 1].max() > lp[y == 0].min()
        assert isinstance(found, Estimate) == overlap
        if not overlap:
            continue
        intercept, slope, se = maximised(y, p)
        assert found.value == pytest.approx(slope, rel=2e-6, abs=1e-8 * se)
        assert found.extras["se"] == pytest.approx(se, rel=2e-6)
        assert found.extras["intercept_joint"] == pytest.approx(intercept, rel=2e-6, abs=1e-5)
        assert found.high == pytest.approx(found.value + Z90 * found.extras["se"], rel=1e-12)
        compared += 1
    assert compared > 10


def test_two_risks_only_give_the_closed_form_of_a_2x2_table():
    a, b, c, d = 8, 12, 5, 30  # events and others at the higher risk, then at the lower one
    y = np.repeat([1, 0, 1, 0], (a, b, c, d))
    p = np.repeat([0.7, 0.2], (a + b, c + d))
    apart = logits(0.7) - logits(0.2)
    found = calibration_slope(y, p, 0.95)
    assert found.value == pytest.approx(math.log(a * d / (b * c)) / apart, rel=1e-12)
    assert found.extras["se"] == pytest.approx(math.sqrt(1 / a + 1 / b + 1 / c + 1 / d) / apart, rel=1e-12)
    assert found.pooling.effect == found.value
    assert found.pooling.variance == pytest.approx(found.extras["se"] ** 2)


def expected_events(shift, lp, events):
    return special.expit(lp + shift).sum() - events


def test_the_shift_is_the_root_of_the_expected_events():
    rng = np.random.default_rng(4)
    for kind in ("uniform", "at the edges", "rare"):
        p = sample(rng, kind, 200)
        y = (rng.random(200) < 0.4).astype(float)
        lp = logits(p)
        root = optimize.brentq(expected_events, -60, 60, args=(lp, y.sum()), xtol=1e-14)
        risk = special.expit(lp + root)
        found = calibration_in_the_large(y, p, 0.9)
        assert found.value == pytest.approx(root, abs=1e-9)
        assert found.extras["se"] == pytest.approx((risk * (1 - risk)).sum() ** -0.5, rel=1e-8)
        assert found.low == pytest.approx(found.value - Z90 * found.extras["se"], rel=1e-12)


def test_answers_of_0_and_1_that_err_as_often_on_either_side_need_no_shift_and_know_nothing():
    y, p = [0, 1, 0, 1], [0.0, 0.0, 1.0, 1.0]
    found = calibration_in_the_large(y, p, 0.95)
    tail = 1 / (1 + (1 - 1e-12) / 1e-12)
    assert found.value == pytest.approx(0, abs=1e-3)
    assert found.extras["se"] == pytest.approx((4 * tail * (1 - tail)) ** -0.5, rel=1e-4)
    assert found.extras["n_clipped"] == 4


def test_a_long_column_says_what_its_parts_say():
    rng = np.random.default_rng(8)
    lp = rng.normal(-1, 1.2, 3000)
    p, y = special.expit(lp), (rng.random(3000) < special.expit(0.4 + 0.7 * lp)).astype(float)
    short, long = calibration_slope(y, p, 0.95), calibration_slope(np.tile(y, 40), np.tile(p, 40), 0.95)
    assert long.value == pytest.approx(short.value, rel=1e-11)
    assert long.extras["se"] == pytest.approx(short.extras["se"] / math.sqrt(40), rel=1e-10)
    in_order = np.argsort(
        np.tile(y, 40), kind="stable"
    )  # the rows of the first fit are then of one class and the other
    assert calibration_slope(np.tile(y, 40)[in_order], np.tile(p, 40)[in_order], 0.95).value == pytest.approx(
        short.value, rel=1e-10
    )


def test_one_pair_out_of_order_by_a_hair_still_has_a_slope():
    p = np.concatenate((np.linspace(0.05, 0.4, 30), [0.5, 0.5 - 1e-9], np.linspace(0.6, 0.95, 30)))
    y = np.concatenate((np.zeros(30), [0, 1], np.ones(30)))
    found = calibration_slope(y, p, 0.95)
    assert isinstance(found, Estimate)
    assert np.isfinite([found.value, found.low, found.high]).all()
    risk = special.expit(found.extras["intercept_joint"] + found.value * logits(p))
    assert abs((y - risk).sum()) < 1e-6
    assert abs((y - risk) @ logits(p)) < 1e-6


complete = st.lists(st.tuples(st.integers(0, 1), st.integers(1, 99)), min_size=4, max_size=40)


@given(complete)
def test_turning_outcome_and_risk_round_keeps_the_slope_and_turns_the_shift(rows):
    y, p = np.array(rows, dtype=float).T
    p = p / 100
    slope, turned = calibration_slope(y, p, 0.95), calibration_slope(1 - y, 1 - p, 0.95)
    assert type(slope) is type(turned)
    if isinstance(slope, Estimate):
        assert turned.value == pytest.approx(slope.value, rel=1e-6, abs=1e-8)
    shift, turned = calibration_in_the_large(y, p, 0.95), calibration_in_the_large(1 - y, 1 - p, 0.95)
    if isinstance(shift, Estimate):
        assert turned.value == pytest.approx(-shift.value, abs=1e-8)


@given(complete, st.floats(0.5, 2), st.floats(-1, 1))
def test_logits_stretched_and_moved_shrink_the_slope_and_move_nothing_else(rows, stretch, move):
    y, p = np.array(rows, dtype=float).T
    lp = logits(p / 100)
    slope = calibration_slope(y, p / 100, 0.95)
    other = calibration_slope(y, special.expit(move + stretch * lp), 0.95)
    if isinstance(slope, Estimate):
        assert other.value * stretch == pytest.approx(slope.value, rel=1e-6, abs=1e-8)
        assert other.extras["se"] * stretch == pytest.approx(slope.extras["se"], rel=1e-6)


@pytest.mark.parametrize(
    ("y", "p", "reason"),
    [
        ([0, 1, 1], [0.4, 0.4, 0.4], "constant_probability"),
        ([0, 1, 1], [0.0, 1e-15, 1e-13], "constant_probability"),
        ([0, 1, 1], [0.3, 0.3 + 1e-16, 0.1 * 3], "constant_probability"),
        ([0, 1, 0], [0.5, 0.5000000000000001, 0.5000000000000002], "constant_probability"),
        ([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4], "separation"),
        ([1, 1, 0, 0], [0.1, 0.2, 0.3, 0.4], "separation"),
        ([0, 0, 1, 1], [0.1, 0.3, 0.3, 0.4], "separation"),
        ([1, 1], [0.2, 0.4], "one_class"),
        ([], [], "no_rows"),
    ],
)
def test_why_there_is_no_slope(y, p, reason):
    found = calibration_slope(y, p, 0.95)
    assert isinstance(found, NotEstimable)
    assert found.reason == reason
    assert found.extras["se"] is None


def test_a_constant_risk_has_its_shift_in_closed_form():
    found = calibration_in_the_large([0, 1, 1, 0, 1, 0, 0, 1, 1, 1], [0.4] * 10, 0.95)
    assert found.value == pytest.approx(math.log(0.6 / 0.4) - math.log(0.4 / 0.6), rel=1e-12)
    assert found.extras["se"] == pytest.approx((10 * 0.6 * 0.4) ** -0.5, rel=1e-12)


def test_risks_beyond_the_edge_are_counted_and_those_at_it_are_not():
    p = [0.0, 1e-13, 1e-12, 0.5, 1 - 1e-12, 1.0, np.nan]
    found = calibration_slope([0, 1, 0, 1, 0, 1, 1], p, 0.95)
    assert (found.extras["n_clipped"], found.n, found.flags) == (3, 6, ("clipped",))


def test_observed_over_expected_and_its_log_interval():
    y, p = np.repeat([1, 0], (30, 70)), np.repeat([0.2, 0.25], (50, 50))
    found = observed_expected_ratio(y, p, 0.95)
    se = math.sqrt(0.7 / 30)
    assert found.value == pytest.approx(30 / 22.5)
    assert found.low == pytest.approx(30 / 22.5 * math.exp(-1.959963984540054 * se))
    assert found.pooling.variance == pytest.approx(se**2)


@pytest.mark.parametrize(
    ("y", "p", "reason", "point"),
    [
        ([0, 0], [0.1, 0.2], "no_positive", 0.0),
        ([1, 1], [0.1, 0.3], "no_negative", 5.0),
        ([1, 0], [0.0, 0.0], "certain_risk", math.inf),
        ([0, 0], [0.0, 0.0], "no_positive", None),
        ([], [], "no_rows", None),
    ],
)
def test_a_ratio_without_interval(y, p, reason, point):
    found = observed_expected_ratio(y, p, 0.95)
    assert (found.reason, found.point) == (reason, None if point is None else pytest.approx(point))


@pytest.mark.parametrize(
    ("y", "p"),
    [([2, 0], [0.1, 0.2]), ([1, 0], [0.1, 1.2]), ([1, 0], [-0.1, 0.2]), ([1, 0], [math.inf, 0.2]), ([1], [0.1, 0.2])],
)
def test_impossible_values_are_refused(y, p):
    for statistic in (calibration_slope, calibration_in_the_large, observed_expected_ratio):
        with pytest.raises(DomainError):
            statistic(y, p, 0.95)
