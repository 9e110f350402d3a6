"""Predictive values carried to another prevalence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.statistics.predictive_values import at_prevalence
from evaluation.statistics.proportions import ConfusionTable
from evaluation.statistics.samples import DomainError

count = st.integers(0, 10**5)


def test_the_apoe_example():
    """The 2×2 table of Mercaldo, Lau & Zhou 2007 (sensitivity 240/418, specificity 288/375) at a prevalence of 3 %."""
    found = at_prevalence(ConfusionTable(240, 178, 87, 288), 0.03, 0.95)
    assert found.ppv.value == pytest.approx(0.0711, abs=5e-5)
    assert found.npv.value == pytest.approx(0.9831, abs=5e-5)


def test_the_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(2)
    tp, fp = rng.binomial(120, 0.8, 2000), rng.binomial(200, 0.15, 2000)
    truth = 0.8 * 0.1 / (0.8 * 0.1 + 0.15 * 0.9)
    found = [
        at_prevalence(ConfusionTable(int(a), 120 - int(a), int(b), 200 - int(b)), 0.1, 0.9).ppv
        for a, b in zip(tp, fp, strict=True)
    ]
    assert np.mean([one.low <= truth <= one.high for one in found]) == pytest.approx(0.9, abs=0.025)


@given(st.builds(ConfusionTable, count, count, count, count), st.floats(1e-6, 1 - 1e-6))
def test_the_sample_prevalence_gives_the_sample_values_and_the_classes_are_symmetric(table, q):
    if table.missing_class:
        assert at_prevalence(table, q, 0.95).ppv.reason == table.missing_class
        return
    here = at_prevalence(table, table.positives / table.n, 0.95)
    if table.tp + table.fp:
        found = getattr(here.ppv, "value", None) if hasattr(here.ppv, "value") else here.ppv.point
        assert found == pytest.approx(table.tp / (table.tp + table.fp), rel=1e-9)
    found = at_prevalence(table, q, 0.95)
    turned = at_prevalence(ConfusionTable(table.tn, table.fp, table.fn, table.tp), 1 - q, 0.95)
    assert type(turned.npv) is type(found.ppv)
    if hasattr(found.ppv, "value"):
        assert (turned.npv.low, turned.npv.high) == pytest.approx((found.ppv.low, found.ppv.high), rel=1e-6)
        assert found.ppv.low <= found.ppv.value * (1 + 1e-12)
        assert found.ppv.pooling.variance > 0


@pytest.mark.parametrize("q", [0, 1, -0.1, float("nan")])
def test_a_prevalence_lies_within_0_and_1(q):
    with pytest.raises(DomainError):
        at_prevalence(ConfusionTable(1, 1, 1, 1), q, 0.95)


def test_everybody_called_leaves_the_prevalence_itself():
    found = at_prevalence(ConfusionTable(5, 0, 7, 0), 0.2, 0.95)
    assert (found.ppv.value, found.ppv.low, found.ppv.high) == pytest.approx((0.2, 0.2, 0.2))
    assert found.ppv.flags == ("degenerate",)
    assert found.npv.reason == "all_flagged"


def test_a_value_at_the_edge_stands_without_interval():
    found = at_prevalence(ConfusionTable(5, 2, 0, 7), 0.2, 0.95)
    assert (found.ppv.point, found.ppv.reason) == (1.0, "zero_cell_no_interval")
    assert found.npv.low < found.npv.value < found.npv.high
