"""Increments of cost and effect: SciPy's Welch interval, the quadrants, and differences that are only rounding."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evaluation.compute.metrics import compute
from evaluation.estimate import Estimate, NotEstimable
from evaluation.statistics.increments import icer, incremental_cost_effect, incremental_effect, quadrant, verdict
from evaluation.statistics.samples import DomainError

ARMS = {"intervention": "new", "control": "old", "conf_level": 0.9}


def trial(n_new=12, n_old=9, seed=0, shift=(50.0, 0.1)):
    """Columns of a trial with a patient of a third arm and some missing cells."""
    rng = np.random.default_rng(seed)
    arm = ["new"] * n_new + ["old"] * n_old + ["other"]
    n = len(arm)
    new = np.array([a == "new" for a in arm])
    cost = rng.lognormal(6, 0.8, n) + new * shift[0]
    effect = rng.normal(0.7, 0.2, n) + 1e-4 * cost + new * shift[1]
    cost[0] = np.nan
    effect[n_new] = np.nan
    return {"cost": list(cost), "effect": list(effect), "arm": arm}


def arms_of(columns):
    """Complete pairs by arm, row by row."""
    rows = zip(columns["cost"], columns["effect"], columns["arm"], strict=True)
    kept = [row for row in rows if not (math.isnan(row[0]) or math.isnan(row[1]))]
    return [np.array([row[:2] for row in kept if row[2] == name]) for name in ("new", "old")]


@pytest.mark.parametrize("seed", range(12))
def test_the_differences_are_those_of_scipy_on_complete_pairs(seed):
    columns = trial(5 + seed, 4 + 2 * seed, seed, shift=(50.0 * (-1) ** seed, 0.1 * (-1) ** (seed // 2)))
    new, old = arms_of(columns)
    found = compute("incremental_cost_effect", columns, ARMS)
    assert (found["n_intervention"], found["n_control"]) == (len(new), len(old))
    for j, (key, ci) in enumerate((("incremental_cost", "cost"), ("incremental_effect", "effect"))):
        welch = stats.ttest_ind(new[:, j], old[:, j], equal_var=False)
        low, high = welch.confidence_interval(0.9)
        assert found[key] == pytest.approx(new[:, j].mean() - old[:, j].mean(), rel=1e-10)
        assert (found[f"{ci}_ci_low"], found[f"{ci}_ci_high"]) == pytest.approx((low, high), rel=1e-9)
        variance = new[:, j].var(ddof=1) / len(new) + old[:, j].var(ddof=1) / len(old)
        assert found[f"se_{ci}"] == pytest.approx(math.sqrt(variance), rel=1e-10)
    covariance = np.cov(new.T)[0, 1] / len(new) + np.cov(old.T)[0, 1] / len(old)
    assert found["covariance"] == pytest.approx(covariance, rel=1e-9)
    dc, de = found["incremental_cost"], found["incremental_effect"]
    assert found["quadrant"] == ("N" if dc > 0 else "S") + ("E" if de > 0 else "W")
    same_side = (dc > 0) == (de > 0)
    assert found["icer"] == (pytest.approx(dc / de, rel=1e-12) if same_side else None)
    assert found["flag"] == (found["quadrant"] != "NE")


def test_one_patient_in_an_arm_leaves_the_differences_alone():
    columns = {"cost": [10, 20, 30], "effect": ["1", "0.5", "0"], "arm": ["1", 0, "0.0"]}
    found = compute("incremental_cost_effect", columns, {"intervention": 1.0, "control": "0"})
    assert (found["incremental_cost"], found["incremental_effect"]) == (-15, 0.75)
    assert (found["quadrant"], found["icer"], found["reason"], found["flag"]) == ("SE", None, "too_few", True)
    for key in ("se_cost", "cost_ci_low", "cost_ci_high", "se_effect", "effect_ci_low", "effect_ci_high", "covariance"):
        assert found[key] is None


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"cost": [], "effect": [], "arm": []}, "no_rows"),
        ({"cost": ["", None], "effect": [1, 2], "arm": ["new", "old"]}, "no_rows"),
        ({"cost": [1, 2, 3], "effect": [1, 2, None], "arm": ["new", "new", "old"]}, "empty_group"),
        ({"cost": [1, 2, 3], "effect": [1, 2, 3], "arm": ["new", "new", None]}, "empty_group"),
    ],
)
def test_an_arm_without_a_complete_patient_is_a_reason(columns, reason):
    found = compute("incremental_cost_effect", columns, ARMS)
    assert (found["reason"], found["flag"]) == (reason, True)
    for key in ("incremental_cost", "cost_ci_low", "incremental_effect", "effect_ci_high", "icer", "quadrant"):
        assert found[key] is None
    for metric in ("icer_fieller", "ce_bootstrap", "incremental_net_benefit"):
        also = compute(metric, columns, {**ARMS, "wtp": 100, "replicates": 10})
        assert (also["reason"], also["flag"]) == (reason, True)


def test_equal_means_in_another_order_are_no_difference():
    """0.1 + 0.2 + 0.3 depends on the order in the seventeenth digit: the ratio over that digit would be 10¹⁹."""
    ours, theirs = [0.1, 0.2, 0.3], [0.3, 0.2, 0.1]
    assert (ours[0] + ours[1]) + ours[2] != (theirs[0] + theirs[1]) + theirs[2]
    found = incremental_cost_effect([5, 6, 8], ours, [1, 2, 4], theirs, 0.95)
    assert (found.extras["incremental_effect"], found.extras["icer"], found.extras["quadrant"]) == (0.0, None, "NW")
    constant = incremental_cost_effect([0.1] * 3, [1, 2, 3], [0.1] * 7, range(7), 0.95)
    assert isinstance(constant, NotEstimable)
    assert (constant.point, constant.extras["quadrant"], constant.extras["covariance"]) == (0.0, "SW", 0.0)
    assert constant.extras["icer"] == 0.0
    assert math.copysign(1, constant.extras["icer"]) == 1  # never minus zero


def test_an_effect_without_variation_has_no_interval_and_says_so():
    columns = {"cost": [1, 2, 4, 8], "effect": [1, 1, 0.5, 0.5], "arm": ["new", "new", "old", "old"]}
    found = compute("incremental_cost_effect", columns, ARMS)
    assert (found["se_effect"], found["effect_ci_low"], found["effect_ci_high"], found["covariance"]) == (
        0,
        None,
        None,
        0,
    )
    assert found["cost_ci_low"] < found["incremental_cost"] < found["cost_ci_high"]
    assert "degenerate" in found["warnings"]


def test_the_scorecards_effect_is_the_metrics_effect_and_pools():
    columns = trial()
    new, old = arms_of(columns)
    found = incremental_effect(*new.T, *old.T, 0.9)
    rich = compute("incremental_effect", columns, ARMS)
    assert isinstance(found, Estimate)
    assert (found.value, found.low, found.high) == tuple(
        rich[k] for k in ("incremental_effect", "effect_ci_low", "effect_ci_high")
    )
    assert (found.pooling.effect, found.pooling.variance) == (found.value, pytest.approx(rich["se_effect"] ** 2))


@pytest.mark.parametrize(
    "broken",
    [
        {"cost": ["Infinity", 1]},
        {"effect": [1, "-inf"]},
        {"cost": [1e200, 1]},
        {"cost": ["many", 1]},
        {"cost": [[1], 2]},
        {"cost": [1, 2, 3]},
        {"arm": ["new"]},
    ],
)
def test_what_no_patient_can_cost_is_refused(broken):
    columns = {"cost": [1, 2], "effect": [1, 2], "arm": ["new", "old"]} | broken
    for metric in ("incremental_cost_effect", "icer_fieller", "incremental_net_benefit", "ce_bootstrap"):
        with pytest.raises(DomainError):
            compute(metric, columns, {**ARMS, "wtp": 1, "replicates": 5})


@pytest.mark.parametrize(
    "broken", [{"conf_level": 1}, {"conf_level": 95}, {"conf_level": "nan"}, {"control": "new"}, {"control": None}]
)
def test_parameters_that_name_no_trial_are_refused(broken):
    with pytest.raises(DomainError):
        compute("incremental_cost_effect", trial(), ARMS | broken)


def test_a_missing_label_is_not_an_arm():
    columns = {"cost": [1, 2, 3, 4], "effect": [1, 2, 3, 4], "arm": ["new", "", None, "old"]}
    found = compute("incremental_cost_effect", columns, ARMS)
    assert (found["n_intervention"], found["n_control"]) == (1, 1)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_ratio_is_positive_or_absent(cost, effect):
    ratio = icer(cost, effect)
    assert ratio is None or ratio >= 0
    assert (ratio is None) == (effect == 0 or quadrant(cost, effect) in ("NW", "SE"))


@pytest.mark.parametrize(
    ("cost", "effect", "said", "ratio"),
    [
        (-1200, 0.05, "dominant", None),
        (1200, -0.05, "dominated", None),
        (-1200, -0.05, "less_costly_less_effective", 24000),
        (1200, 0.05, "more_costly_more_effective", 24000),
        (0, 0.05, "dominant", None),
        (0, -0.05, "dominated", None),
        (1200, 0, "dominated", None),
        (-1200, 0, "dominant", None),
        (0, 0, None, None),
    ],
)
def test_each_verdict(cost, effect, said, ratio):
    found = compute("icer_quadrant", {"delta_cost": cost, "delta_effect": effect}, {"wtp": 20000})
    assert verdict(cost, effect) == found["verdict"] == said
    assert found["icer"] == (None if ratio is None else pytest.approx(ratio))
    assert found["inmb"] == pytest.approx(20000 * effect - cost)
    assert found["flag"] == (said != "more_costly_more_effective")
    assert (found.get("reason") == "no_effect_difference") == (effect == 0)


@pytest.mark.parametrize("missing", [None, "", [], [None]])
def test_a_missing_increment_has_no_verdict(missing):
    found = compute("icer_quadrant", {"delta_cost": missing, "delta_effect": 1}, {"wtp": "20000"})
    assert (found["verdict"], found["icer"], found["inmb"], found["flag"]) == (None, None, None, True)


def test_one_number_may_be_repeated_but_not_contradicted():
    assert compute("icer_quadrant", {"delta_cost": [5, None, 5], "delta_effect": ["2"]}, {"wtp": 10})["icer"] == 2.5
    with pytest.raises(DomainError):
        compute("icer_quadrant", {"delta_cost": [5, 6], "delta_effect": [2, 2]}, {"wtp": 10})


def test_a_million_patients():
    rng = np.random.default_rng(3)
    n = 1_000_000
    cost = rng.normal(1e6, 10, n)  # a million euros each, a sum of 10¹²
    effect = rng.normal(0.5, 0.1, n)
    arm = rng.integers(0, 2, n).astype(float)
    columns = {"cost": cost, "effect": effect, "arm": arm}
    found = compute("incremental_cost_effect", columns, {"intervention": "1", "control": 0})
    exact = math.fsum(cost[arm == 1]) / (arm == 1).sum() - math.fsum(cost[arm == 0]) / (arm == 0).sum()
    assert found["n_intervention"] + found["n_control"] == n
    assert found["incremental_cost"] == pytest.approx(exact, abs=1e-8)
