"""Confidence sequences against their definitions written out value by value, and their promise of coverage at every time."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from evaluation.statistics.confidence_sequences import (
    bernoulli_limits,
    betting,
    empirical_bernstein,
    normal_mixture_boundary,
)
from evaluation.statistics.samples import DomainError

streams = st.lists(st.sampled_from([0.0, 0.05, 0.3, 0.5, 1.0]), min_size=1, max_size=40)
errors = st.sampled_from([0.01, 0.05, 0.3])


def bets(x, one_side):
    total = squares = 0.0
    variance, found = 0.25, []
    for t, value in enumerate(x, start=1):
        found.append(math.sqrt(2 * math.log(1 / one_side) / (t * math.log(1 + t) * variance)))
        total += value
        squares += (value - (0.5 + total) / (t + 1)) ** 2
        variance = (0.25 + squares) / (t + 1)
    return found


def bernstein_low(x, alpha, largest):
    won = staked = spent = total = 0.0
    stakes = [min(bet, largest) for bet in bets(x, alpha / 2)]
    for i, (value, bet) in enumerate(zip(x, stakes, strict=True)):
        before = total / i if i else 0.0
        won, staked = won + bet * value, staked + bet
        spent += (value - before) ** 2 * (-math.log(1 - bet) - bet)
        total += value
    return min(1.0, max(0.0, (won - math.log(2 / alpha) - spent) / staked))


@given(streams, errors, st.sampled_from([0.1, 0.5, 0.9]), st.data())
def test_empirical_bernstein_is_its_definition(x, alpha, largest, data):
    looks = data.draw(st.lists(st.integers(1, len(x)), min_size=1, max_size=4))
    found = empirical_bernstein(x, alpha, looks, largest)
    for i, look in enumerate(looks):
        head = x[:look]
        assert found.mean[i] == pytest.approx(np.mean(head))
        assert found.low[i] == pytest.approx(bernstein_low(head, alpha, largest), abs=1e-10)
        assert found.high[i] == pytest.approx(1 - bernstein_low([1 - v for v in head], alpha, largest), abs=1e-10)


def betting_set(x, alpha, truncation, steps):
    """Candidates whose two capitals, as products of plain numbers, have both stayed at or below 2/α."""
    stakes = bets(x, alpha / 2)
    left = []
    for j in range(steps + 1):
        m, above, below = j / steps, 1.0, 1.0
        for value, bet in zip(x, stakes, strict=True):
            up = 1 + min(bet, truncation / m if m else math.inf) * (value - m)
            down = 1 - min(bet, truncation / (1 - m) if m < 1 else math.inf) * (value - m)
            above, below = above * (up if up > 1e-12 else 0), below * (down if down > 1e-12 else 0)
        if max(above, below) / 2 <= 1 / alpha:
            left.append(m)
    return left


@settings(max_examples=60)
@given(streams, errors, st.sampled_from([0.1, 0.5, 1.0]), st.sampled_from([1, 7, 20]))
def test_betting_is_its_definition(x, alpha, truncation, steps):
    left = betting_set(x, alpha, truncation, steps)
    found = betting(x, alpha, [len(x)], truncation, steps)
    assert found.emptied == (not left)
    assert found.low[0] == pytest.approx(max(0, left[0] - 1 / steps) if left else 0, abs=1e-12)
    assert found.high[0] == pytest.approx(min(1, left[-1] + 1 / steps) if left else 1, abs=1e-12)


@given(streams, errors)
def test_what_is_seen_in_the_mirror_is_the_mirrored_betting_interval(x, alpha):
    found = betting(x, alpha, [len(x)], 0.5, 100)
    turned = betting([1 - v for v in x], alpha, [len(x)], 0.5, 100)
    assert turned.low[0] == pytest.approx(1 - found.high[0], abs=0.0100001)
    assert turned.high[0] == pytest.approx(1 - found.low[0], abs=0.0100001)


def test_looks_in_any_order_stand_alone():
    x = np.random.default_rng(2).random(300)
    for sequence in (
        lambda looks: empirical_bernstein(x, 0.05, looks, 0.5),
        lambda looks: betting(x, 0.05, looks, 0.5, 50),
    ):
        together = sequence([300, 10, 120, 10])
        for i, look in enumerate((300, 10, 120, 10)):
            alone = sequence([look])
            assert (together.low[i], together.high[i]) == (pytest.approx(alone.low[0]), pytest.approx(alone.high[0]))


def test_a_long_stream_neither_over_nor_underflows():
    x = np.tile([0.0, 1.0, 1.0], 10_000)
    found = betting(x, 0.05, [30_000], 0.5, 200)
    assert found.low[0] < 2 / 3 < found.high[0]
    assert found.high[0] - found.low[0] < 0.05
    assert not found.emptied


def test_no_more_than_alpha_of_the_streams_ever_leave_their_limits():
    rng = np.random.default_rng(12)
    x = (rng.random((300, 200)) < 0.3).astype(float)
    looks = np.arange(1, 201)
    for sequence in (
        lambda stream: empirical_bernstein(stream, 0.2, looks, 0.5),
        lambda stream: betting(stream, 0.2, looks, 0.5, 40),
    ):
        left = [np.any((found.low > 0.3) | (found.high < 0.3)) for found in map(sequence, x)]
        assert np.mean(left) < 0.2


def mixture_excess(p, events, trials, alpha, t_opt, alpha_opt):
    """ln M(p) − ln(1/α), as the definition has it."""
    tail = 2 * math.log(1 / alpha_opt)
    k = max(t_opt / (tail + math.log(1 + tail)) - 1, 0.001)
    gained = special.betaln(k * p + events, k * (1 - p) + trials - events) - special.betaln(k * p, k * (1 - p))
    return gained - special.xlogy(events, p) - special.xlog1py(trials - events, -p) - math.log(1 / alpha)


@settings(max_examples=60)
@given(st.data(), st.sampled_from([2, 3, 10, 60, 1000]), errors, st.sampled_from([1, 40, 5000]))
def test_bernoulli_limits_hold_the_candidates_that_the_mixture_cannot_rule_out(data, trials, alpha, t_opt):
    events = data.draw(st.integers(0, trials))
    low, high = bernoulli_limits(events, trials, alpha, t_opt, 0.05)
    assert (low == 0, high == 1) == (events <= 1, events >= trials - 1)
    candidates = np.linspace(1e-4, 1 - 1e-4, 800)
    excess = mixture_excess(candidates, events, trials, alpha, t_opt, 0.05)
    clear = np.abs(excess) > 1e-6
    assert np.array_equal(excess[clear] <= 0, ((candidates >= low) & (candidates <= high))[clear])


def test_bernoulli_limits_are_roots_to_1e_9():
    for events, trials in ((60, 100), (3, 50), (190, 200), (5 * 10**8, 10**9)):
        low, high = bernoulli_limits(events, trials, 0.05, 100, 0.05)
        for root, inward in ((low, 1), (high, -1)):
            inside, outside = (
                mixture_excess(root + side * inward * 1e-9, events, trials, 0.05, 100, 0.05) for side in (1, -1)
            )
            assert inside < 0 < outside


@given(st.integers(0, 30), st.integers(0, 30))
def test_events_and_others_are_mirror_images(events, others):
    low, high = bernoulli_limits(events, events + others, 0.05, 20, 0.05)
    assert bernoulli_limits(others, events + others, 0.05, 20, 0.05) == (
        pytest.approx(1 - high, abs=1e-9),
        pytest.approx(1 - low, abs=1e-9),
    )


def test_the_normal_boundary_is_its_formula_and_tightest_near_v_opt():
    v = np.array([0.0, 1.0, 100.0, 1e4, 1e12])
    tail = 2 * math.log(20)
    rho = 100 / (tail + math.log(1 + tail))
    expected = np.sqrt((v + rho) * np.log((v + rho) / (rho * 0.05**2)))
    assert normal_mixture_boundary(v, 0.05, 100) == pytest.approx(expected, rel=1e-12)
    at = [normal_mixture_boundary([100.0], 0.05, v_opt)[0] for v_opt in (20, 100, 500)]
    assert at[1] == min(at)
    assert np.isnan(normal_mixture_boundary([np.nan, 1.0], 0.05, 100)).tolist() == [True, False]


def test_a_look_beyond_the_stream_has_no_limits():
    for found in (
        empirical_bernstein([0.2, np.nan, 1], 0.05, [2, 3], 0.5),
        betting([0.2, np.nan, 1], 0.05, [2, 3], 0.5, 10),
    ):
        assert found.n == 2
        assert found.mean.tolist() == [pytest.approx(0.6), pytest.approx(math.nan, nan_ok=True)]
        assert np.isnan([found.low[1], found.high[1]]).all()
        assert not np.isnan([found.low[0], found.high[0]]).any()


@pytest.mark.parametrize(
    "refused",
    [
        lambda: empirical_bernstein([1.5], 0.05, [1], 0.5),
        lambda: empirical_bernstein([np.inf], 0.05, [1], 0.5),
        lambda: empirical_bernstein([0.5], 0.05, [0], 0.5),
        lambda: empirical_bernstein([0.5], 0.05, [1.5], 0.5),
        lambda: empirical_bernstein([0.5], 0.05, [1], 1.0),
        lambda: betting([0.5], 0.05, [1], 1.1, 10),
        lambda: betting([0.5], 0.05, [1], 0.5, 0),
        lambda: betting([0.5], 1.0, [1], 0.5, 10),
        lambda: bernoulli_limits(3, 2, 0.05, 100, 0.05),
        lambda: bernoulli_limits(-1, 2, 0.05, 100, 0.05),
        lambda: bernoulli_limits(0.5, 2, 0.05, 100, 0.05),
        lambda: bernoulli_limits(1, np.inf, 0.05, 100, 0.05),
        lambda: bernoulli_limits(1, 2, 0.0, 100, 0.05),
        lambda: bernoulli_limits(1, 2, 0.05, 0, 0.05),
        lambda: bernoulli_limits(1, 2, 0.05, 100, 1.0),
        lambda: normal_mixture_boundary([-1.0], 0.05, 100),
        lambda: normal_mixture_boundary([np.inf], 0.05, 100),
        lambda: normal_mixture_boundary([1.0], 0.05, 0),
    ],
)
def test_impossible_values_are_refused(refused):
    with pytest.raises(DomainError):
        refused()
