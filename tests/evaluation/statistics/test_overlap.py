"""F1 and the Matthews correlation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.estimate import Estimate, NotEstimable
from evaluation.statistics.overlap import f1, mcc
from evaluation.statistics.proportions import ConfusionTable

count = st.integers(0, 10**6)


def phi(p):
    tp, fn, fp, tn = p
    return (tp * tn - fp * fn) / math.sqrt((tp + fn) * (fp + tn) * (tp + fp) * (fn + tn))


@pytest.mark.parametrize("cells", [(40, 10, 5, 45), (3, 9, 30, 958), (5, 40, 50, 5), (1, 2, 3, 4), (7, 0, 4, 9)])
def test_the_standard_error_is_the_delta_method_by_finite_differences(cells):
    n = sum(cells)
    p = np.array(cells) / n
    steps = [np.eye(4)[i] * 1e-6 for i in range(4)]
    gradient = np.array(
        [(phi(p + h) - phi(p - h)) / 2e-6 if p[i] else (phi(p + h) - phi(p)) / 1e-6 for i, h in enumerate(steps)]
    )
    variance = (np.sum(p * gradient**2) - np.sum(p * gradient) ** 2) / n
    found = mcc(ConfusionTable(*cells), 0.95)
    assert found.value == pytest.approx(phi(p), rel=1e-12)
    assert found.extras["se"] == pytest.approx(math.sqrt(variance), rel=1e-4)


def test_the_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(5)
    p = np.array([0.25, 0.05, 0.1, 0.6])
    found = [mcc(ConfusionTable(*map(int, row)), 0.9) for row in rng.multinomial(150, p, size=2000)]
    covered = np.mean([one.low <= phi(p) <= one.high for one in found])
    assert covered == pytest.approx(0.9, abs=0.02)


@given(st.builds(ConfusionTable, count, count, count, count))
def test_the_correlation_lies_in_its_interval_and_turns_with_the_calls(table):
    found = mcc(table, 0.95)
    turned = mcc(ConfusionTable(table.fn, table.tp, table.tn, table.fp), 0.95)
    if isinstance(found, NotEstimable):
        assert found.point in (None, 1.0, -1.0)
        assert turned.point == (None if found.point is None else -found.point)
        return
    assert -1 <= found.low <= found.value <= found.high <= 1
    assert (turned.value, turned.low, turned.high) == pytest.approx((-found.value, -found.high, -found.low), abs=1e-12)


def test_no_margin_of_a_large_table_overflows():
    found = mcc(ConfusionTable(*[3 * 10**9] * 4), 0.95)
    assert (found.value, found.extras["se"]) == (0.0, pytest.approx(1 / math.sqrt(12e9)))


def test_a_perfect_table_has_no_interval_of_its_correlation():
    for cells, value in (((3, 0, 0, 9), 1.0), ((0, 4, 5, 0), -1.0)):
        found = mcc(ConfusionTable(*cells), 0.95)
        assert (found.point, found.reason) == (value, "perfect_separation")


@given(st.builds(ConfusionTable, count, count, count, count))
def test_f1_is_the_harmonic_mean_and_ignores_the_true_negatives(table):
    found = f1(table, 0.95)
    if isinstance(found, NotEstimable):
        assert table.tp + table.fp + table.fn == 0
        return
    precision, recall = found.extras["precision"], found.extras["recall"]
    if precision and recall:
        assert found.value == pytest.approx(2 * precision * recall / (precision + recall), rel=1e-12)
    assert 0 <= found.low <= found.value <= found.high <= 1
    more = f1(ConfusionTable(table.tp, table.fn, table.fp, table.tn + 7), 0.95)
    assert (more.value, more.low, more.high) == (found.value, found.low, found.high)


def test_nobody_flagged_is_an_f1_of_zero():
    found = f1(ConfusionTable(0, 8, 0, 12), 0.95)
    assert isinstance(found, Estimate)
    assert (found.value, found.low, found.extras["precision"], found.extras["recall"]) == (0.0, 0.0, None, 0.0)
