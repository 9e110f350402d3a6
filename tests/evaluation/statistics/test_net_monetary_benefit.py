"""Net monetary benefit: the plain Welch difference of λ·effect − cost, patient by patient."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evaluation.compute.metrics import compute
from evaluation.estimate import Estimate, NotEstimable
from evaluation.statistics.net_monetary_benefit import incremental_net_benefit
from evaluation.statistics.samples import DomainError
from tests.evaluation.statistics.test_increments import ARMS, arms_of, trial


@pytest.mark.parametrize("seed", range(8))
def test_each_willingness_to_pay_is_a_difference_of_patients_net_benefits(seed):
    columns, wtp = trial(6 + seed, 9, seed), [0, 100.5, 20000, 1e6]
    new, old = arms_of(columns)
    found = compute("incremental_net_benefit", columns, {**ARMS, "wtp": wtp})
    for i, price in enumerate(wtp):
        ours, theirs = (price * arm[:, 1] - arm[:, 0] for arm in (new, old))
        value = ours.mean() - theirs.mean()
        se = math.sqrt(ours.var(ddof=1) / len(ours) + theirs.var(ddof=1) / len(theirs))
        low, high = stats.norm.interval(0.9, value, se)
        got = [found[key][i] for key in ("inmb", "se", "ci_low", "ci_high", "ceac_parametric")]
        assert got == pytest.approx([value, se, low, high, stats.norm.cdf(value / se)], rel=1e-8)


def test_one_number_is_a_list_of_one():
    one, many = (compute("incremental_net_benefit", trial(), {**ARMS, "wtp": wtp}) for wtp in ("500", [500]))
    assert one == many
    assert len(one["inmb"]) == 1
    assert compute("incremental_net_benefit", trial(), {**ARMS, "wtp": []})["inmb"] == []


def test_a_lone_patient_leaves_the_values_alone():
    columns = {"cost": [10, 40, 30], "effect": [1, 0.5, 0], "arm": ["new", "old", "old"]}
    found = compute("incremental_net_benefit", columns, {**ARMS, "wtp": [0, 100]})
    assert found["inmb"] == [25, 100]
    assert found["se"] == found["ci_low"] == found["ci_high"] == found["ceac_parametric"] == [None, None]
    assert (found["flag"], found["reason"]) == (True, "too_few")


def test_costs_that_are_exactly_what_the_effect_is_worth_have_no_interval():
    effect = np.array([0.1, 0.7, 0.3, 0.9, 0.2])
    columns = {"cost": 300 * effect, "effect": effect, "arm": ["new", "new", "old", "old", "old"]}
    found = compute("incremental_net_benefit", columns, {**ARMS, "wtp": [300, 100]})
    assert found["inmb"][0] == pytest.approx(0, abs=1e-10)
    assert (found["se"][0], found["ci_low"][0], found["ceac_parametric"][0]) == (0, None, None)
    assert found["ci_low"][1] is not None
    assert found["reason"] == "no_variation"


def test_no_arm_is_a_list_of_nothing():
    columns = {"cost": [1], "effect": [1], "arm": ["new"]}
    found = compute("incremental_net_benefit", columns, {**ARMS, "wtp": [1, 2]})
    assert (found["inmb"], found["se"], found["flag"]) == ([None, None], [None, None], True)


@pytest.mark.parametrize("wtp", ["much", [1, None], [math.inf], [math.nan], None, [[1]]])
def test_a_willingness_to_pay_is_a_number(wtp):
    with pytest.raises(DomainError):
        compute("incremental_net_benefit", trial(), {**ARMS, "wtp": wtp})


@given(st.floats(0, 1e5), st.sampled_from([0.8, 0.95]))
def test_the_scorecards_value_is_the_metrics_value(wtp, level):
    columns = trial()
    new, old = arms_of(columns)
    found = incremental_net_benefit(*new.T, *old.T, wtp, level)
    rich = compute("incremental_net_benefit", columns, {**ARMS, "conf_level": level, "wtp": [wtp]})
    assert isinstance(found, Estimate)
    assert [found.value, found.low, found.high] == [rich[key][0] for key in ("inmb", "ci_low", "ci_high")]
    assert found.low < found.value < found.high
    assert found.pooling.variance == found.extras["se"] ** 2


def test_the_scorecard_says_why_there_is_none():
    for arms, reason in (
        (([], [], [1], [1]), "empty_group"),
        (([], [], [], []), "no_rows"),
        (([1], [1], [2, 3], [1, 1]), "too_few"),
        (([1, 1], [2, 2], [3, 3], [1, 1]), "no_variation"),
    ):
        found = incremental_net_benefit(*arms, 100, 0.95)
        assert isinstance(found, NotEstimable)
        assert found.reason == reason
