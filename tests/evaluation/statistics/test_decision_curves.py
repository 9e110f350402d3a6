"""Net benefit against its definition, and its interval against the delta method on its three parts."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.estimate import Estimate
from evaluation.statistics.decision_curves import net_benefit, net_benefit_at
from evaluation.statistics.samples import DomainError

rows_of_risks = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 10)), min_size=1, max_size=60)
tenths = st.integers(0, 9).map(lambda k: k / 10)


def split(rows):
    y, p = np.array(rows, dtype=float).T
    return y, p / 10


@given(rows_of_risks, st.lists(tenths, min_size=1, max_size=6))
def test_each_threshold_is_its_definition(rows, thresholds):
    y, p = split(rows)
    found = net_benefit(y, p, thresholds)
    share = y.mean()
    for i, t in enumerate(thresholds):
        treated, weight = p >= t, t / (1 - t)
        value = np.mean(treated & (y == 1)) - weight * np.mean(treated & (y == 0))
        everybody = share - weight * (1 - share)
        assert found.model[i] == pytest.approx(value, abs=1e-12)
        assert found.treat_all[i] == pytest.approx(everybody, abs=1e-12)
        avoided = 100 * (value - everybody) / weight if t else math.nan
        assert found.avoided_per_100[i] == pytest.approx(avoided, abs=1e-9, nan_ok=True)
        assert found.standardised[i] == pytest.approx(value / share if share else math.nan, abs=1e-12, nan_ok=True)
    assert not found.treat_none.any()


@given(rows_of_risks, tenths)
def test_the_interval_is_the_delta_method_on_sensitivity_false_positive_rate_and_prevalence(rows, t):
    y, p = split(rows)
    found = net_benefit_at(y, p, t, 0.95)
    treated, weight, n = p >= t, t / (1 - t), y.size
    if not treated.any() or y.all() or not y.any():
        return
    share, tpr, fpr = y.mean(), treated[y == 1].mean(), treated[y == 0].mean()
    parts = (
        (share, tpr * (1 - tpr) / (n * share)),
        (weight * (1 - share), fpr * (1 - fpr) / (n * (1 - share))),
        (tpr + weight * fpr, share * (1 - share) / n),
    )
    variance = sum(slope**2 * part for slope, part in parts)
    if variance < 1e-15:
        return
    assert isinstance(found, Estimate)
    assert found.extras["se"] == pytest.approx(math.sqrt(variance), rel=1e-9)
    assert found.high - found.value == pytest.approx(1.959963984540054 * math.sqrt(variance), rel=1e-9)
    assert found.value == pytest.approx(net_benefit(y, p, [t]).model[0])


def test_a_threshold_of_0_or_1_and_a_column_without_event():
    curve = net_benefit([1, 0, 0, 1, 0], [0.9, 0.2, 0, 0.4, 1.0], [0, 1])
    assert (curve.model[0], curve.treat_all[0]) == (pytest.approx(0.4), pytest.approx(0.4))
    lists = (curve.model, curve.treat_all, curve.avoided_per_100, curve.standardised)
    assert all(math.isnan(values[1]) for values in lists)
    assert math.isnan(curve.avoided_per_100[0])
    assert curve.reason == "threshold_one"
    without = net_benefit([0, 0], [0.1, 0.9], [0.5])
    assert (without.model[0], without.reason) == (pytest.approx(-0.5), "no_positive")
    assert math.isnan(without.standardised[0])
    assert net_benefit([1, 0], [0.1, 0.9], [0]).reason == "threshold_zero"


@pytest.mark.parametrize(
    ("y", "p", "t", "reason", "point"),
    [
        ([1, 0, 0], [0.1, 0.2, 0.3], 0.5, "none_flagged", 0.0),
        ([1, 1], [0.6, 0.7], 0.5, "no_variation", 1.0),
        ([1, 0], [0.6, 0.7], 1, "threshold_one", None),
        ([], [], 0.5, "no_rows", None),
    ],
)
def test_a_net_benefit_without_interval(y, p, t, reason, point):
    found = net_benefit_at(y, p, t, 0.95)
    assert (found.reason, found.point) == (reason, point)


@pytest.mark.parametrize("wrong", [-0.1, 1.1, math.nan, math.inf])
def test_a_threshold_is_a_probability(wrong):
    with pytest.raises(DomainError):
        net_benefit([1, 0], [0.1, 0.2], [0.5, wrong])
    with pytest.raises(DomainError):
        net_benefit_at([1, 0], [0.1, 0.2], wrong, 0.95)
