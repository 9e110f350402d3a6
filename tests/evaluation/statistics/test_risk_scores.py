"""Brier score, log loss, calibration error and Hosmer-Lemeshow against their definitions written out row by row."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evaluation.estimate import Estimate, NotEstimable
from evaluation.statistics.risk_scores import brier_score, expected_calibration_error, hosmer_lemeshow
from evaluation.statistics.samples import DomainError

rows_of_risks = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 20)), min_size=1, max_size=40)


def split(rows):
    y, p = np.array(rows, dtype=float).T
    return y, p / 20


def test_brier_by_hand():
    y, p = [1, 0, 1, 0], [0.9, 0.2, 0.5, 0.0]
    found = brier_score(y, p, 0.95)
    squares = np.array([0.01, 0.04, 0.25, 0.0])
    assert found.value == pytest.approx(0.075)
    assert found.extras["scaled_brier"] == pytest.approx(1 - 0.075 / 0.25)
    assert found.extras["log_loss"] == pytest.approx(-(math.log(0.9) + math.log(0.8) + math.log(0.5)) / 4)
    assert found.extras["se"] == pytest.approx(squares.std(ddof=1) / 2)
    assert found.high == pytest.approx(0.075 + 1.959963984540054 * squares.std(ddof=1) / 2)
    assert found.low == 0.0


def test_the_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(3)
    p = rng.beta(2, 5, (400, 300))
    y = (rng.random(p.shape) < p).astype(float)
    truth = 2 * 5 / (7 * 8)  # the mean of p (1 − p) of this beta law
    found = [brier_score(*pair, 0.9) for pair in zip(y, p, strict=True)]
    assert 0.86 < np.mean([one.low <= truth <= one.high for one in found]) < 0.94


@pytest.mark.parametrize(
    ("y", "p", "reason", "point"),
    [([1], [0.3], "too_few", 0.49), ([1, 0], [0.5, 0.5], "no_variation", 0.25), ([], [], "no_rows", None)],
)
def test_a_brier_score_without_interval(y, p, reason, point):
    found = brier_score(y, p, 0.95)
    assert isinstance(found, NotEstimable)
    assert (found.reason, found.point) == (reason, None if point is None else pytest.approx(point))


def test_one_class_has_no_scaled_score_and_certainties_have_a_finite_log_loss():
    found = brier_score([1, 1, 1], [0.0, 0.5, 1.0], 0.95)
    assert isinstance(found, Estimate)
    assert found.extras["scaled_brier"] is None
    assert found.extras["log_loss"] == pytest.approx((-math.log(1e-15) + math.log(2)) / 3)


@given(rows_of_risks, st.sampled_from([1, 3, 5, 7, 10, 20, 49]))
def test_calibration_error_is_its_definition(rows, bins):
    y, p = split(rows)
    place = [next(k for k in range(1, bins + 1) if one <= k / bins) for one in p]
    gaps = {k: abs(np.mean(y[np.equal(place, k)] - p[np.equal(place, k)])) for k in set(place)}
    found = expected_calibration_error(y, p, bins)
    assert found.ece == pytest.approx(sum(gaps[k] for k in place) / y.size, abs=1e-12)
    assert found.mce == pytest.approx(max(gaps.values()), abs=1e-12)


def test_a_risk_on_an_edge_lies_in_the_bin_below_it():
    p = np.array([0.3, 0.30000000000000004])  # 3/10 and the next float: p·10 rounds both to 3
    found = expected_calibration_error([1, 0], p, 10)
    assert found.mce == pytest.approx(0.7)
    assert found.ece == pytest.approx(0.5)


def _hosmer_lemeshow(y, p, asked):
    """The statistic in exact fractions."""
    ordered, n = sorted(map(Fraction, p)), len(p)
    breaks = set()
    for k in range(asked + 1):
        place = Fraction((n - 1) * k, asked)
        low = ordered[int(place)]
        breaks.add(low + (place - int(place)) * (ordered[min(int(place) + 1, n - 1)] - low))
    tops = sorted(breaks)[1:] or sorted(breaks)
    place = [next(i for i, top in enumerate(tops) if Fraction(one) <= top) for one in p]
    chi2 = Fraction(0)
    for group in set(place):
        rows = [i for i in range(n) if place[i] == group]
        observed, expected = Fraction(sum(y[i] for i in rows)), sum((Fraction(p[i]) for i in rows), Fraction(0))
        if expected in (0, len(rows)):
            if observed != expected:
                return None, len(set(place))
        else:
            chi2 += (observed - expected) ** 2 / (expected * (1 - expected / len(rows)))
    return float(chi2), len(set(place))


@given(rows_of_risks, st.sampled_from([1, 2, 3, 4, 5, 10, 25]))
def test_hosmer_lemeshow_is_its_definition_in_exact_fractions(rows, asked):
    y, p = split(rows)
    chi2, groups = _hosmer_lemeshow(y.tolist(), p.tolist(), asked)
    found = hosmer_lemeshow(y, p, asked)
    assert found.groups == groups
    assert found.chi2 == (None if chi2 is None else pytest.approx(chi2, rel=1e-9, abs=1e-12))
    assert found.p_value == (None if chi2 is None else pytest.approx(stats.chi2.sf(chi2, groups), rel=1e-9))


def test_a_tie_on_a_quantile_stays_below_it():
    p = np.arange(71) / 100  # 70 · 0.1 is 7.000000000000001 in floats, and the seventh risk itself in numbers
    found = hosmer_lemeshow(np.tile([0, 1], 36)[:71], p, 10)
    assert (found.groups, found.chi2) == (
        10,
        pytest.approx(_hosmer_lemeshow(np.tile([0, 1], 36)[:71].tolist(), p.tolist(), 10)[0]),
    )


def test_a_certain_group_counts_for_nothing_when_right_and_refuses_when_wrong():
    p = [0.0, 0.0, 0.5, 0.5]
    assert hosmer_lemeshow([0, 0, 1, 0], p, 2).chi2 == pytest.approx(0)
    wrong = hosmer_lemeshow([0, 1, 1, 0], p, 2)
    assert (wrong.chi2, wrong.p_value, wrong.reason, wrong.groups) == (None, None, "certain_risk", 2)
    assert hosmer_lemeshow([1, 0], [1e-310, 0.5], 2).chi2 == math.inf


def test_no_row_and_impossible_parameters():
    assert expected_calibration_error([], [], 10).reason == "no_rows"
    assert hosmer_lemeshow([np.nan], [0.2], 10).reason == "no_rows"
    for wrong in (0, 2.5, -3, math.nan, math.inf, 1e9):
        with pytest.raises(DomainError):
            expected_calibration_error([1], [0.2], wrong)
        with pytest.raises(DomainError):
            hosmer_lemeshow([1], [0.2], wrong)
