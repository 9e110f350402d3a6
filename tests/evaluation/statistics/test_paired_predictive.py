"""Predictive values of two tests on the same cases."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.estimate import Estimate
from evaluation.statistics.paired_predictive import compare, negative_calls, positive_calls, relative_value

rows = st.lists(st.tuples(*[st.integers(0, 1)] * 3), min_size=1, max_size=40)


@given(rows)
def test_exchanging_the_tests_inverts_the_ratio_and_keeps_the_statistic(sample):
    truth, first, second = (np.array(column, dtype=float) for column in zip(*sample, strict=True))
    for calls in (positive_calls, negative_calls):
        found, back = (compare(calls(truth, *tests), 0.95) for tests in ((first, second), (second, first)))
        assert (back.value_1, back.value_2) == (found.value_2, found.value_1)
        assert back.statistic == (None if found.statistic is None else pytest.approx(found.statistic, rel=1e-12))
        if found.ratio is not None:
            assert (back.ratio, back.low, back.high) == pytest.approx((1 / found.ratio, 1 / found.high, 1 / found.low))
        ours = relative_value(found, 0.95)
        if isinstance(ours, Estimate):
            assert (ours.value, ours.low, ours.high) == pytest.approx((back.ratio, back.low, back.high))
            assert ours.pooling.variance > 0


def test_identical_calls_leave_a_ratio_of_one_and_no_estimate():
    truth, calls = [1, 1, 1, 0, 0, 0, 0], [1, 1, 0, 1, 0, 0, 0]
    for kind in (positive_calls, negative_calls):
        found = compare(kind(truth, calls, calls), 0.95)
        assert (found.statistic, found.p_value, found.ratio, found.low, found.high) == (None, None, 1.0, 1.0, 1.0)
        ours = relative_value(found, 0.95)
        assert (ours.point, ours.reason, ours.flags) == (1.0, "no_variation", ("no_discordant",))


def test_only_right_calls_by_both_tests_compare_nothing():
    found = compare(positive_calls([1, 1, 1, 0], [1, 1, 0, 0], [0, 1, 1, 0]), 0.95)
    assert (found.value_1, found.value_2, found.statistic, found.ratio, found.low) == (1.0, 1.0, None, 1.0, 1.0)


def test_a_value_of_zero_and_a_test_that_calls_nobody():
    zero = compare(positive_calls([1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 1, 1]), 0.95)
    assert (zero.value_1, zero.value_2, zero.ratio, zero.reason) == (0.5, 0.0, None, "zero_cell_no_interval")
    assert zero.statistic is not None
    silent = compare(positive_calls([1, 0], [0, 0], [1, 1]), 0.95)
    assert (silent.value_1, silent.value_2, silent.statistic, silent.reason) == (None, 0.5, None, "none_flagged")
    assert compare(positive_calls([np.nan], [1], [1]), 0.95).reason == "no_rows"
    assert relative_value(silent, 0.95).reason == "none_flagged"


def test_a_million_rows_have_whole_number_arithmetic():
    rng = np.random.default_rng(8)
    truth, first = rng.integers(0, 2, 10**6), rng.integers(0, 2, 10**6)
    found = compare(positive_calls(truth, first, first), 0.95)
    assert (found.statistic, found.low, found.high) == (None, 1.0, 1.0)
