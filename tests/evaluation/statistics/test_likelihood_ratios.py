"""Likelihood ratios and the diagnostic odds ratio."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.estimate import NotEstimable
from evaluation.statistics.likelihood_ratios import (
    diagnostic_odds_ratio,
    koopman_limits,
    lr_negative,
    lr_positive,
)
from evaluation.statistics.proportions import ConfusionTable
from evaluation.statistics.samples import DomainError, normal_quantile

cell = st.integers(0, 10**6)


def test_koopmans_own_example():
    """36 of 40 against 16 of 80 (Koopman 1984): 2.94 to 7.15."""
    assert koopman_limits(36, 40, 16, 80, 0.95) == pytest.approx((2.94, 7.15), abs=0.005)


def test_everybody_called_has_closed_limits():
    """With all of both groups the score equation is n₁(1 − θ)/θ = z² below 1 and n₀(θ − 1) = z² above."""
    z2 = normal_quantile(0.95) ** 2
    for n1, n0 in ((7, 3), (1, 1), (10**6, 10**7)):
        assert koopman_limits(n1, n1, n0, n0, 0.95) == pytest.approx((n1 / (n1 + z2), 1 + z2 / n0), rel=1e-12)
        found = lr_positive(ConfusionTable(n1, 0, n0, 0), 0.95)
        assert (found.value, found.flags) == (1.0, ("zero_cell",))


@given(st.tuples(cell, cell, cell, cell), st.floats(0.5, 0.999))
def test_the_limits_hold_the_estimate_and_swap_with_the_groups(counts, level):
    x1, r1, x0, r0 = counts
    n1, n0 = x1 + r1, x0 + r0
    if not n1 or not n0 or x1 + x0 == 0:
        with pytest.raises(DomainError):
            koopman_limits(x1, n1, x0, n0, level)
        return
    low, high = koopman_limits(x1, n1, x0, n0, level)
    value = math.inf if x0 == 0 else (x1 / n1) / (x0 / n0)
    assert low <= value * (1 + 1e-12)
    assert value <= high * (1 + 1e-12)
    other_low, other_high = koopman_limits(x0, n0, x1, n1, level)
    assert (1 / other_high if other_high else math.inf) == pytest.approx(low, rel=1e-9)
    assert (1 / other_low if other_low else math.inf) == pytest.approx(high, rel=1e-9)


@given(st.builds(ConfusionTable, cell, cell, cell, cell))
def test_the_odds_ratio_is_the_ratio_of_the_likelihood_ratios(table):
    ratio = diagnostic_odds_ratio(table, 0.95)
    if isinstance(ratio, NotEstimable):
        assert table.missing_class == ratio.reason
        return
    assert 0 < ratio.low <= ratio.value <= ratio.high < math.inf
    raw, positive, negative = ratio.extras["estimate_uncorrected"], lr_positive(table, 0.95), lr_negative(table, 0.95)
    if 0 not in (table.tp, table.fn, table.fp, table.tn):
        assert raw == ratio.value == pytest.approx(positive.value / negative.value, rel=1e-9)
    for found in (positive, negative, ratio):
        assert found.pooling is None or found.pooling.variance > 0


def test_the_reasons():
    reasons = [
        lr_positive(ConfusionTable(0, 5, 0, 5), 0.95).reason,
        lr_negative(ConfusionTable(5, 0, 5, 0), 0.95).reason,
        lr_positive(ConfusionTable(0, 0, 2, 5), 0.95).reason,
        lr_positive(ConfusionTable(2, 5, 0, 0), 0.95).reason,
        diagnostic_odds_ratio(ConfusionTable(0, 0, 0, 0), 0.95).reason,
    ]
    assert reasons == ["none_flagged", "all_flagged", "no_positive", "no_negative", "no_rows"]
