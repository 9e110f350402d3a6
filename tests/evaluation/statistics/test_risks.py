"""Risks of two groups: published tables, the degenerate ones, and what must not depend on the order of the groups."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evaluation.estimate import Estimate, NotEstimable
from evaluation.statistics import noninferiority, risks
from evaluation.statistics.samples import DomainError
from tests.evaluation.statistics import naive_risks

TWO = st.integers(1, 80).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def table(x1, n1, x2, n2):
    return risks.TwoRisks(x1, n1, x2, n2)


@pytest.mark.parametrize(
    ("cells", "low", "high"),
    [  # Newcombe 1998, Stat Med 17:873, table II, method 10
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
    ],
)
def test_newcombes_published_intervals(cells, low, high):
    found = risks.risk_difference(table(*cells), 0.95)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_the_chi_square_is_the_uncorrected_one():
    p = risks.chi_square_p(table(27, 295, 52, 307))
    assert p == pytest.approx(stats.chi2_contingency([[27, 268], [52, 255]], correction=False).pvalue, rel=1e-12)
    large = risks.chi_square_p(table(3 * 10**8, 10**9, 3 * 10**8 + 9, 10**9))
    assert 0.999 < large < 1


def test_the_risk_ratio_of_a_published_table():
    found = risks.risk_ratio(table(56, 70, 48, 80), 0.95)
    assert found.value == pytest.approx(4 / 3)
    se = math.sqrt(1 / 56 - 1 / 70 + 1 / 48 - 1 / 80)
    assert found.low == pytest.approx(4 / 3 * math.exp(-1.959963984540054 * se), rel=1e-12)


def test_a_group_without_event_has_one_limit_and_a_flag():
    none = risks.risk_ratio(table(0, 12, 6, 30), 0.95)
    assert (none.value, none.low) == (0, 0)
    assert naive_risks.ratio_score(0, 12, 6, 30, none.high) == pytest.approx(-1.959963984540054, rel=1e-9)
    only = risks.risk_ratio(table(6, 30, 0, 12), 0.95)
    assert (only.value, only.high) == (math.inf, math.inf)
    assert only.low == pytest.approx(1 / none.high)
    assert none.flags == only.flags == ("zero_cell",)


def test_ratios_that_say_nothing():
    for ratio in (risks.risk_ratio, risks.odds_ratio):
        assert ratio(table(0, 5, 0, 9), 0.95).reason == "no_event"
        assert ratio(table(0, 0, 3, 9), 0.95).reason == "empty_group"
    assert risks.odds_ratio(table(5, 5, 9, 9), 0.95).reason == "all_events"
    only = risks.risk_ratio(table(5, 5, 9, 9), 0.95)
    assert (only.value, only.low, only.high, only.flags) == (1, 1, 1, ("degenerate",))
    assert risks.risk_difference(table(0, 0, 3, 9), 0.95).reason == "empty_group"


@given(TWO, TWO)
@settings(max_examples=80, deadline=None)
def test_exchanged_groups_invert_ratios_and_oppose_differences(one, other):
    here, there = table(*one, *other), table(*other, *one)
    first, second = risks.risk_difference(here, 0.95), risks.risk_difference(there, 0.95)
    assert (first.low, first.high) == pytest.approx((-second.high, -second.low), abs=1e-12)
    assert -1 <= first.low <= first.value <= first.high <= 1
    for ratio in (risks.risk_ratio, risks.odds_ratio):
        found, inverse = ratio(here, 0.95), ratio(there, 0.95)
        assert type(found) is type(inverse)
        if isinstance(found, Estimate):
            assert found.low <= found.value <= found.high
            for a, b in ((found.value, inverse.value), (found.low, inverse.high)):
                assert (a == 0 and b == math.inf) or (a == math.inf and b == 0) or a * b == pytest.approx(1, rel=1e-8)


def test_pooling_terms_exist_where_sites_can_be_pooled():
    for cells in ((0, 12, 6, 30), (6, 30, 0, 12), (5, 5, 3, 9), (2, 7, 3, 9)):
        term = risks.log_risk_ratio(table(*cells))
        assert math.isfinite(term.effect)
        assert term.variance > 0
    assert risks.log_risk_ratio(table(0, 5, 0, 9)) is None


def test_an_event_is_0_or_1():
    with pytest.raises(DomainError):
        risks.two_risks(np.array([0, 1, 2.0]), np.array([1.0]))
    found = risks.two_risks(np.array([0, 1, np.nan]), np.array([]))
    assert (found.events_1, found.n1, found.n2) == (1, 2, 0)


def test_noninferiority_of_a_published_trial_both_ways_round():
    # strep (Medical Research Council 1948): the improved and, the other way round, those who did not improve
    good = noninferiority.noninferiority(table(38, 55, 17, 52), 0.95, 0.1, higher_is_better=True)
    bad = noninferiority.noninferiority(table(17, 55, 35, 52), 0.95, 0.1, higher_is_better=False)
    assert good.extras["signed_margin"] == -0.1
    assert bad.extras["signed_margin"] == 0.1
    assert good.extras["z"] == pytest.approx(-bad.extras["z"], rel=1e-10)
    assert good.extras["p_value"] == pytest.approx(bad.extras["p_value"], rel=1e-10)
    assert good.extras["noninferior"] is bad.extras["noninferior"] is True
    assert good.extras["z"] == pytest.approx(naive_risks.difference_score(38, 55, 17, 52, -0.1), rel=1e-10)


@given(TWO, TWO, st.sampled_from([0.02, 0.1, 0.3]), st.booleans())
@settings(max_examples=80, deadline=None)
def test_the_verdict_of_the_limit_is_that_of_the_test(one, other, margin, higher):
    found = noninferiority.noninferiority(table(*one, *other), 0.95, margin, higher_is_better=higher)
    if abs(found.extras["p_value"] - 0.025) > 1e-6:
        assert found.extras["noninferior"] == (found.extras["p_value"] < 0.025)


def test_noninferiority_says_what_is_missing_and_refuses_a_margin_that_is_none():
    empty = noninferiority.noninferiority(table(0, 0, 3, 9), 0.95, 0.1, higher_is_better=True)
    assert isinstance(empty, NotEstimable)
    assert empty.extras["signed_margin"] == -0.1
    assert empty.extras["noninferior"] is None
    for margin in (0.0, -0.1, 1.5, math.nan):
        with pytest.raises(DomainError):
            noninferiority.noninferiority(table(1, 2, 1, 2), 0.95, margin, higher_is_better=True)
