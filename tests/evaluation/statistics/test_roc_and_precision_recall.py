"""Areas under two curves: limits on the logit, and the precision-recall step function."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from evaluation.estimate import Estimate
from evaluation.statistics.precision_recall import average_precision
from evaluation.statistics.roc import auc, auc_logit
from evaluation.statistics.roc_difference import auc_difference_paired, auc_difference_unpaired

rows = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=60)


@given(rows)
def test_the_logit_limits_are_the_formula_and_stay_inside(sample):
    truth, score, _ = zip(*sample, strict=True)
    plain, found = auc(truth, score, 0.95), auc_logit(truth, score, 0.95)
    assert type(found) is type(plain)
    if isinstance(found, Estimate):
        half = 1.959963984540054 * plain.extras["se"] / (plain.value * (1 - plain.value))
        assert (found.low, found.high) == pytest.approx(
            tuple(expit(logit(found.value) + np.array([-half, half]))), abs=1e-12
        )
        assert (found.value, found.method) == (plain.value, "delong_logit")


@given(rows)
def test_differences_change_sign_with_the_scores_and_ignore_rising_transformations(sample):
    truth, first, second = (np.array(column, dtype=float) for column in zip(*sample, strict=True))
    found = auc_difference_paired(truth, first, second, 0.95)
    back = auc_difference_paired(truth, np.exp(second), first * 3 - 7, 0.95)
    assert type(back) is type(found)
    if isinstance(found, Estimate):
        assert (back.value, back.low, back.high) == pytest.approx((-found.value, -found.high, -found.low), abs=1e-12)
        assert back.extras["z"] == pytest.approx(-found.extras["z"])
        assert back.extras["p_value"] == pytest.approx(found.extras["p_value"])


def test_a_score_against_a_rising_function_of_itself_differs_by_nothing():
    rng = np.random.default_rng(4)
    truth, score = rng.integers(0, 2, 500), rng.normal(size=500)
    found = auc_difference_paired(truth, score, np.exp(score), 0.95)
    assert (found.point, found.extras["se"], found.extras["p_value"]) == (0.0, 0.0, None)
    assert found.extras["covariance"] == pytest.approx(auc(truth, score, 0.95).extras["se"] ** 2, rel=1e-12)


def test_a_group_without_variance_is_flagged_beside_one_with_it():
    perfect, other = ([0, 0, 1, 1], [1, 2, 3, 4]), ([0, 0, 1, 1], [1, 3, 2, 4])
    found = auc_difference_unpaired(perfect, other, 0.95)
    assert (found.value, found.flags) == (0.25, ("degenerate",))
    assert auc_difference_unpaired(perfect, perfect, 0.95).reason == "no_variation"
    assert auc_difference_unpaired(perfect, ([], []), 0.95).reason == "empty_group"
    assert auc_difference_unpaired(perfect, ([1, 1], [1, 2]), 0.95).reason == "no_negative"


def test_the_average_precision_of_a_worked_ranking():
    """Positive, negative, positive, negative: ½·1 + ½·⅔ = 5/6; a constant score gives the prevalence."""
    assert average_precision([1, 0, 1, 0], [4, 3, 2, 1], 0.95).value == pytest.approx(5 / 6)
    assert average_precision([1, 0, 1, 0, 0], [1] * 5, 0.95).value == pytest.approx(0.4)


def test_the_interval_of_the_average_precision_is_boyds():
    rng = np.random.default_rng(1)
    truth = (rng.random(400) < 0.3).astype(float)
    found = average_precision(truth, rng.normal(truth), 0.95)
    half = 1.959963984540054 / np.sqrt(truth.sum() * found.value * (1 - found.value))
    assert (found.low, found.high) == pytest.approx(tuple(expit(logit(found.value) + np.array([-half, half]))))


def test_a_perfect_ranking_has_no_interval():
    found = average_precision([1, 1, 0], [3, 2, 1], 0.95)
    assert (found.point, found.reason) == (1.0, "perfect_separation")
    assert average_precision([1, 1], [3, 2], 0.95).reason == "no_negative"
    assert average_precision([0, 0], [3, 2], 0.95).reason == "no_positive"
