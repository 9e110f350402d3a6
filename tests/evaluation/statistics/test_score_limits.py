"""Miettinen-Nurminen limits: each is a point at which the score, maximised naively, equals the normal quantile."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.statistics import score_limits
from tests.evaluation.statistics import naive_risks

Z = 1.959963984540054
TABLES = [
    (56, 70, 48, 80),
    (6, 7, 2, 7),
    (0, 30, 0, 12),
    (5, 5, 3, 3),
    (0, 3, 0, 1),
    (1, 1, 1, 1),
    (9, 10, 3, 10),
    (10, 10, 0, 20),
    (0, 10, 20, 20),
    (3, 10**6, 1, 10**6),
    (0, 10**6, 5, 10**3),
    (2, 10**9, 7, 10**9),
    (10**7, 10**7, 10**7 - 2, 10**7),
]


def test_the_published_limits_of_a_risk_difference():
    low, high = score_limits.difference_limits(
        56, 70, 48, 80, 0.95
    )  # Newcombe 1998, Stat Med 17:873, table II, method 6
    assert (round(low, 4), round(high, 4)) == (0.0528, 0.3382)
    low, high = score_limits.difference_limits(9, 10, 3, 10, 0.95)
    assert (round(low, 4), round(high, 4)) == (0.1700, 0.8406)


@pytest.mark.parametrize("table", TABLES)
def test_the_limits_of_a_difference_are_where_the_score_is_the_quantile(table):
    low, high = score_limits.difference_limits(*table, 0.95)
    for limit, z in ((low, Z), (high, -Z)):
        if abs(limit) < 1:
            assert naive_risks.difference_score(*table, limit) == pytest.approx(z, rel=1e-7)


def test_a_limit_at_the_end_of_the_scale_is_that_end():
    low, high = score_limits.difference_limits(0, 1, 1, 1, 0.95)
    assert low == -1
    assert high < 1


@pytest.mark.parametrize("seed", range(40))
def test_the_score_of_a_difference_is_the_naive_one(seed):
    rng = np.random.default_rng(seed)
    n1, n2 = int(rng.choice([1, 2, 7, 30, 10**5])), int(rng.choice([1, 5, 12, 10**4]))
    x1, x2 = int(rng.choice([0, n1, rng.integers(0, n1 + 1)])), int(rng.choice([0, n2, rng.integers(0, n2 + 1)]))
    for d in (-0.9, -0.05, -1e-5, 1e-6, 0.1, 0.6):
        naive = naive_risks.difference_score(x1, n1, x2, n2, d)
        assert score_limits.difference_score(x1, n1, x2, n2, d) == pytest.approx(naive, rel=1e-8)


@pytest.mark.parametrize("table", [(0, 12, 6, 30), (0, 5, 5, 5), (0, 1, 1, 1), (0, 10**6, 3, 10**6), (0, 40, 1, 2)])
def test_the_ratio_limits_beside_a_zero_are_where_the_score_is_the_quantile(table):
    x1, n1, x2, n2 = table
    high = score_limits.risk_ratio_limit(*table, 0.95, upper=True)
    assert naive_risks.ratio_score(*table, high) == pytest.approx(-Z, rel=1e-8)
    low = score_limits.risk_ratio_limit(x2, n2, x1, n1, 0.95, upper=False)
    assert low == pytest.approx(1 / high, rel=1e-9)
    odds = score_limits.odds_ratio_limit(*table, 0.95, upper=True)
    assert naive_risks.odds_score(*table, odds) == pytest.approx(-Z, rel=1e-8)


@given(
    st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.sampled_from([0.5, 0.9, 0.95, 0.999]),
)
@settings(max_examples=60, deadline=None)
def test_the_limits_of_a_difference_hold_it_and_change_sign_with_the_groups(one, other, level):
    low, high = score_limits.difference_limits(*one, *other, level)
    value = one[0] / one[1] - other[0] / other[1]
    assert -1 <= low <= value <= high <= 1
    swapped = score_limits.difference_limits(*other, *one, level)
    assert swapped == pytest.approx((-high, -low), abs=1e-12)
    absent = score_limits.difference_limits(one[1] - one[0], one[1], other[1] - other[0], other[1], level)
    assert absent == pytest.approx((-high, -low), abs=1e-12)


def test_a_level_close_to_one_ends_at_infinity_not_in_an_error():
    limit = score_limits.risk_ratio_limit(0, 2, 1, 2, 1 - 1e-15, upper=True)
    assert limit > 0
    assert not math.isnan(limit)
