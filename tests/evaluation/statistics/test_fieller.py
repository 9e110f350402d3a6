"""Fieller's set: the ratios that the test of ΔC − RΔE does not refuse, one by one, in its three shapes."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from evaluation.compute.metrics import compute
from evaluation.estimate import Estimate, NotEstimable
from evaluation.statistics.fieller import Summary, fieller, icer_interval
from evaluation.statistics.samples import DomainError
from tests.evaluation.statistics.test_increments import ARMS, arms_of, trial


def refused(given, ratio, level):
    """Whether the data refuse the ratio: the direct test, without Fieller's quadratic."""
    sd = math.sqrt(
        given.se_cost**2
        + (ratio * given.se_effect) ** 2
        - 2 * ratio * given.correlation * given.se_cost * given.se_effect
    )
    return abs(given.delta_cost - ratio * given.delta_effect) / sd > stats.norm.ppf(0.5 + level / 2)


def holds(region, ratio):
    if region.shape == "bounded":
        return region.low <= ratio <= region.high
    return region.shape == "whole_line" or ratio <= region.low or ratio >= region.high


summaries = st.builds(
    Summary,
    st.floats(-5000, 5000),
    st.floats(1, 2000),
    st.floats(-2, 2),
    st.floats(0.01, 1),
    st.floats(-0.99, 0.99),
)


@given(summaries, st.floats(-1e5, 1e5), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_set_is_what_the_direct_test_does_not_refuse(given, ratio, level):
    region = fieller(given, level)
    for limit in (region.low, region.high):
        assume(limit is None or abs(ratio - limit) > 1e-7 * abs(limit))
    assert holds(region, ratio) != refused(given, ratio, level)


@given(summaries)
def test_at_each_limit_the_net_benefit_is_just_significant(given):
    region = fieller(given, 0.95)
    assert (region.low is None) == (region.shape == "whole_line")
    for ratio in [] if region.low is None else [region.low, region.high]:
        variance = (
            given.se_cost**2
            + (ratio * given.se_effect) ** 2
            - 2 * ratio * given.correlation * given.se_cost * given.se_effect
        )
        z = (given.delta_cost - ratio * given.delta_effect) / math.sqrt(variance)
        assert abs(z) == pytest.approx(1.959963984540054, rel=1e-5)


@pytest.mark.parametrize("seed", range(10))
def test_patients_and_their_summary_give_one_set(seed):
    columns = trial(8 + seed, 11, seed, shift=(100.0 * (-1) ** seed, 0.3 * (seed % 3 - 1)))
    given = compute("incremental_cost_effect", columns, ARMS)
    product = given["se_cost"] * given["se_effect"]
    roles = {
        "delta_cost": given["incremental_cost"],
        "delta_effect": given["incremental_effect"],
        "se_cost": given["se_cost"],
        "se_effect": given["se_effect"],
        "correlation": given["covariance"] / product,
    }
    ours, published = compute("icer_fieller", columns, ARMS), compute("icer_fieller_summary", roles, ARMS)
    z, de, dc = stats.norm.ppf(0.95), given["incremental_effect"], given["incremental_cost"]
    a, b, c = (
        de**2 - (z * given["se_effect"]) ** 2,
        dc * de - z * z * given["covariance"],
        dc**2 - (z * given["se_cost"]) ** 2,
    )
    under = b * b - a * c
    shape = "bounded" if a > 0 else "exclusive" if under > 0 and a < 0 else "whole_line"
    assert ours["shape"] == published["shape"] == shape
    for found in (ours, published):
        assert found["ratio"] == pytest.approx(dc / de, rel=1e-9)
        if shape != "whole_line":
            roots = sorted([(b - math.sqrt(under)) / a, (b + math.sqrt(under)) / a])
            assert [found["limit_low"], found["limit_high"]] == pytest.approx(roots, rel=1e-7)
    assert ours["effect_z"] == pytest.approx(de / given["se_effect"], rel=1e-10)


def test_the_scale_of_money_does_not_change_the_digits():
    small = fieller(Summary(1500, 400, 0.12, 0.03, 0.2), 0.95)
    large = fieller(Summary(1500e60, 400e60, 0.12e-60, 0.03e-60, 0.2), 0.95)
    assert (large.low / 1e120, large.high / 1e120) == pytest.approx((small.low, small.high), rel=1e-12)


def test_no_effect_difference_has_a_set_but_no_ratio():
    roles = {"delta_cost": 900, "se_cost": 100, "delta_effect": 0, "se_effect": 0.1, "correlation": 0}
    found = compute("icer_fieller_summary", roles, {"conf_level": 0.95})
    assert (found["ratio"], found["shape"], found["reason"], found["flag"]) == (
        None,
        "exclusive",
        "no_effect_difference",
        True,
    )
    assert found["limit_low"] == pytest.approx(-found["limit_high"])


def test_standard_errors_of_zero_follow_the_formula():
    exact = fieller(Summary(100, 0, 0.5, 0, 0), 0.95)
    assert (exact.shape, exact.low, exact.high) == ("bounded", 200, 200)
    assert fieller(Summary(100, 10, 0, 0, 0), 0.95).shape == "whole_line"
    assert fieller(Summary(0, 0, 0.5, 0.01, 0), 0.95).low == 0


@pytest.mark.parametrize("broken", [{"se_cost": -1}, {"se_effect": -0.1}, {"correlation": 1.01}, {"delta_cost": "inf"}])
def test_impossible_summaries_are_refused(broken):
    roles = {"delta_cost": 1, "se_cost": 1, "delta_effect": 1, "se_effect": 1, "correlation": 0} | broken
    with pytest.raises(DomainError):
        compute("icer_fieller_summary", roles, {"conf_level": 0.95})


def test_a_missing_summary_number_is_a_reason():
    roles = {"delta_cost": 1, "se_cost": "", "delta_effect": 1, "se_effect": 1, "correlation": 0}
    found = compute("icer_fieller_summary", roles, {})
    assert (found["ratio"], found["shape"], found["flag"]) == (None, None, True)


def test_one_patient_in_an_arm_has_a_ratio_without_a_set():
    columns = {"cost": [10, 40, 30], "effect": [1, 0.5, 0], "arm": ["new", "old", "old"]}
    found = compute("icer_fieller", columns, ARMS)
    assert (found["ratio"], found["shape"], found["limit_low"], found["effect_z"]) == (-25 / 0.75, None, None, None)
    assert (found["reason"], found["flag"]) == ("too_few", True)


# On the scorecard


def patients(dc, de, n=400, noise=1.0, seed=5):
    rng = np.random.default_rng(seed)

    def arm(cost, effect):
        c, e = rng.normal(0, noise, n), rng.normal(0, noise / 100, n)
        return c - c.mean() + cost, e - e.mean() + effect

    return *arm(1000 + dc, 1 + de), *arm(1000, 1)


def test_the_scorecard_holds_a_ratio_only_where_lower_is_better():
    found = icer_interval(*patients(50, 0.1), 0.95)
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(500)
    assert (found.extras["shape"], found.flags) == ("bounded", ())
    assert (found.low, found.high) == (found.extras["limit_low"], found.extras["limit_high"])
    for dc, de, reason in (
        (-50, 0.1, "dominant"),
        (50, -0.1, "dominated"),
        (-50, -0.1, "less_costly_less_effective"),
        (50, 0, "no_effect_difference"),
    ):
        none = icer_interval(*patients(dc, de), 0.95)
        assert isinstance(none, NotEstimable)
        assert none.reason == reason
    assert icer_interval(*patients(-50, -0.1), 0.95).point == pytest.approx(500)


@pytest.mark.parametrize(("dc", "de", "shape"), [(50, 1e-4, "exclusive"), (1e-4, 1e-4, "whole_line")])
def test_a_set_that_is_no_interval_has_infinite_limits_and_says_so(dc, de, shape):
    found = icer_interval(*patients(dc, de), 0.95)
    assert isinstance(found, Estimate)
    assert (found.low, found.high, found.extras["shape"]) == (-math.inf, math.inf, shape)
    assert found.flags == ("unbounded_set",)
    assert found.pooling is None


def test_a_lone_patient_or_no_variation_is_a_reason():
    assert icer_interval([5], [2], [1, 2], [0, 1], 0.95).reason == "too_few"
    assert icer_interval([5, 5], [2, 2], [1, 1], [0, 0], 0.95).reason == "no_variation"
    assert icer_interval([], [], [1, 1], [0, 0], 0.95).reason == "empty_group"
    assert icer_interval([], [], [], [], 0.95).reason == "no_rows"


def test_the_scorecards_ratio_is_the_metrics_ratio():
    columns = trial(40, 40, 1, shift=(400.0, 0.5))
    new, old = arms_of(columns)
    found, rich = icer_interval(*new.T, *old.T, 0.9), compute("icer", columns, ARMS)
    assert (found.value, found.extras["limit_low"], found.extras["effect_z"]) == (
        rich["ratio"],
        rich["limit_low"],
        rich["effect_z"],
    )
