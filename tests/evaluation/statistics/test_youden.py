"""Youden's index, the balanced accuracy and the data-driven threshold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.estimate import NotEstimable
from evaluation.statistics.proportions import ConfusionTable
from evaluation.statistics.youden import balanced_accuracy, youden_index, youden_threshold

count = st.integers(0, 10**5)


def test_newcombes_own_example():
    """56 of 70 against 48 of 80 (Newcombe 1998, table II a, method 10): 0.0524 to 0.3339."""
    found = youden_index(ConfusionTable(56, 14, 48, 32), 0.95)
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


@given(st.builds(ConfusionTable, count, count, count, count))
def test_the_index_turns_with_the_calls_and_gives_the_balanced_accuracy(table):
    found, halved = youden_index(table, 0.95), balanced_accuracy(table, 0.95)
    if isinstance(found, NotEstimable):
        assert halved == found
        return
    assert -1 <= found.low <= found.value <= found.high <= 1
    turned = youden_index(ConfusionTable(table.fn, table.tp, table.tn, table.fp), 0.95)
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low), abs=1e-12)
    assert (halved.value, halved.pooling.variance) == pytest.approx(((found.value + 1) / 2, found.pooling.variance / 4))
    assert found.pooling.variance > 0


def test_equal_indices_go_to_the_more_specific_threshold():
    found = youden_threshold([1, 0, 1, 0], [4, 3, 2, 1])
    assert (found.threshold, found.sensitivity, found.specificity, found.youden) == (4, 0.5, 1.0, 0.5)


def test_the_ties_of_thirds_are_equal_to_the_last_bit():
    """1/3 + 1/3 − 0 against 1 − 1/3 and the like: whole numbers leave no rounding to decide."""
    found = youden_threshold([1, 1, 0, 1, 0, 0], [6, 5, 4, 3, 2, 1])
    assert (found.threshold, found.youden) == (5, pytest.approx(2 / 3))


def test_a_score_that_points_the_wrong_way_keeps_its_direction():
    found = youden_threshold([0, 0, 1, 1], [4, 3, 2, 1])
    assert (found.threshold, found.youden, found.sensitivity, found.specificity) == (1, 0.0, 1.0, 0.0)


def test_a_million_rows():
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 10**6)
    found = youden_threshold(truth, np.where(truth == 1, 2.0, 1.0))
    assert (found.threshold, found.youden, found.n) == (2.0, 1.0, 10**6)
