"""Paired proportions: exact McNemar p-value and Tango's interval."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evaluation.statistics.mcnemar import (
    PairedTable,
    mcnemar_exact_p,
    paired_difference,
    paired_sensitivity_difference,
    paired_specificity_difference,
    tango_limits,
)
from evaluation.statistics.samples import DomainError
from tests.evaluation.statistics import plain

count = st.integers(0, 10**6)
tables = st.builds(PairedTable, count, count, count, count)


def test_the_airway_example():
    """Airway hyper-responsiveness before and after transplantation (Fagerland, Lydersen & Laake 2014): 1, 1, 7, 12."""
    found = paired_difference(PairedTable(1, 1, 7, 12), 0.95)
    assert (found.value, found.low, found.high) == pytest.approx((-0.286, -0.517, -0.026), abs=5e-4)
    assert found.extras["p_value"] == pytest.approx(0.0703, abs=5e-5)


@given(tables, st.floats(0.5, 0.999))
def test_the_limits_solve_the_equation_and_turn_with_the_tests(table, level):
    found = paired_difference(table, level)
    if table.n == 0:
        assert found.reason == "no_rows"
        return
    b, c, n = table.only_1, table.only_2, table.n
    assert -1 <= found.low <= found.value <= found.high <= 1
    turned = tango_limits(c, b, n, level)
    assert turned == pytest.approx((-found.high, -found.low), abs=1e-12)
    assert found.pooling.variance > 0
    z = plain.z_of(level)
    for limit, wanted in ((found.low, z), (found.high, -z)):
        if b + c and -0.999 < limit < 0.999 and abs(limit) > 1e-6:
            assert plain.tango_score(b, c, n, limit) == pytest.approx(wanted, rel=1e-5)


def test_no_discordant_pair_and_pairs_all_one_way():
    z2 = plain.z_of(0.95) ** 2
    found = paired_difference(PairedTable(20, 0, 0, 7), 0.95)
    assert (found.value, found.extras["p_value"], found.flags) == (0.0, 1.0, ("no_discordant",))
    assert (found.low, found.high) == pytest.approx((-z2 / (27 + z2), z2 / (27 + z2)), rel=1e-14)
    assert tango_limits(9, 0, 9, 0.95)[1] == 1
    assert tango_limits(0, 9, 9, 0.95)[0] == -1


def test_large_counts_neither_overflow_nor_lose_the_limits():
    low, high = tango_limits(300_000_000, 299_990_000, 10**9, 0.95)
    half = 1.959963984540054 * math.sqrt(599_990_000) / 1e9
    assert (low, high) == pytest.approx((1e-5 - half, 1e-5 + half), rel=1e-6)


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_p_value_is_the_binomial_test(b, c):
    wanted = stats.binomtest(b, b + c).pvalue if b + c else 1.0
    assert mcnemar_exact_p(b, c) == pytest.approx(wanted, rel=1e-9)


def test_a_p_value_far_in_the_tail():
    assert mcnemar_exact_p(0, 1000) == pytest.approx(2 * 0.5**1000, rel=1e-12)
    assert mcnemar_exact_p(500_000, 500_000) == 1.0
    assert mcnemar_exact_p(500_000, 500_001) == pytest.approx(1.0, abs=1e-9)


def test_a_right_call_of_a_negative_case_is_negative():
    reference, first, second = [1, 1, 0, 0, 0, np.nan], [1, 0, 0, 0, 1, 0], [0, 0, 1, 0, np.nan, 0]
    specificity = paired_specificity_difference(reference, first, second, 0.95)
    sensitivity = paired_sensitivity_difference(reference, first, second, 0.95)
    assert [specificity.extras[k] for k in ("both", "only_1", "only_2", "neither")] == [1, 1, 0, 0]
    assert [sensitivity.extras[k] for k in ("both", "only_1", "only_2", "neither")] == [0, 1, 0, 1]
    assert paired_sensitivity_difference([0, 0], [1, 0], [1, 0], 0.95).reason == "no_positive"
    assert paired_specificity_difference([1, 1], [1, 0], [1, 0], 0.95).reason == "no_negative"


def test_impossible_counts_are_refused():
    for b, c, n in ((-1, 0, 3), (2, 2, 3), (0, 0, 0)):
        with pytest.raises(DomainError):
            tango_limits(b, c, n, 0.95)
    with pytest.raises(DomainError):
        PairedTable(1, -1, 0, 0)
