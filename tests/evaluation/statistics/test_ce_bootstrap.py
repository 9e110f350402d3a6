"""The bootstrap of the plane: every resample of a tiny trial counted, a plain loop on a larger one, and its normal limit."""

import itertools
import math

import numpy as np
import pytest

from evaluation.compute.metrics import compute
from evaluation.statistics import ce_bootstrap as module
from evaluation.statistics.ce_bootstrap import ce_bootstrap
from evaluation.statistics.increments import Arm
from evaluation.statistics.samples import DomainError
from tests.evaluation.statistics.test_increments import ARMS, arms_of, trial


def arm(cost, effect):
    return Arm(np.asarray(cost, float), np.asarray(effect, float))


def test_the_shares_of_a_tiny_trial_are_those_of_all_its_resamples():
    """Three and two patients: 27 × 4 resamples, many of them with a difference of exactly 0 (S and W)."""
    new, old, wtp, draws = arm([10, 20, 40], [0, 1, 1]), arm([10, 30], [0, 1]), 15, 200_000
    counted = dict.fromkeys(("NE", "NW", "SE", "SW"), 0)
    worth = 0
    for ours in itertools.product(range(3), repeat=3):
        for theirs in itertools.product(range(2), repeat=2):
            dc = sum(new.cost[i] for i in ours) / 3 - sum(old.cost[i] for i in theirs) / 2
            de = sum(new.effect[i] for i in ours) / 3 - sum(old.effect[i] for i in theirs) / 2
            counted[("N" if dc > 1e-9 else "S") + ("E" if de > 1e-9 else "W")] += 1
            worth += wtp * de - dc > 1e-9
    found = ce_bootstrap(new, old, wtp, draws, 0.95)
    noise = 4 * 0.5 / math.sqrt(draws)
    assert sum(found.quadrants.values()) == pytest.approx(1)
    for name, n in counted.items():
        assert found.quadrants[name] == pytest.approx(n / 108, abs=noise)
    assert found.probability == pytest.approx(worth / 108, abs=noise)


def test_a_plain_loop_gives_the_same_limits():
    columns = trial(60, 45, 2)
    new, old = arms_of(columns)
    rng, draws, wtp = np.random.default_rng(8), 8000, 400.0
    loop = np.empty((draws, 2))
    for b in range(draws):
        ours, theirs = (side[rng.integers(0, len(side), len(side))] for side in (new, old))
        loop[b] = ours.mean(axis=0) - theirs.mean(axis=0)
    found = compute("ce_bootstrap", columns, {**ARMS, "wtp": wtp, "replicates": draws})
    for key, values in (
        ("incremental_cost", loop[:, 0]),
        ("incremental_effect", loop[:, 1]),
        ("inmb", wtp * loop[:, 1] - loop[:, 0]),
    ):
        low, high = np.quantile(values, [0.05, 0.95])
        allowed = 0.03 * (high - low)
        assert found[f"{key}_ci_low"] == pytest.approx(low, abs=allowed)
        assert found[f"{key}_ci_high"] == pytest.approx(high, abs=allowed)
    assert found["prob_cost_effective"] == pytest.approx(np.mean(wtp * loop[:, 1] > loop[:, 0]), abs=0.025)


def test_the_same_seed_gives_the_same_answer_and_another_one_another():
    asked = {**ARMS, "wtp": 100, "replicates": 500}
    first, again = (compute("ce_bootstrap", trial(), asked) for _ in range(2))
    assert first == again == compute("ce_bootstrap", trial(), {**asked, "seed": 20260101.0})
    assert first != compute("ce_bootstrap", trial(), {**asked, "seed": 7})
    assert first["resampling"] == "exact"


def test_equal_shares_of_a_yes_or_no_effect_are_neither_better_nor_worse():
    """With 0/1 effects two resampled means are often equal: W by the rule, never E by a rounding of 1e-17."""
    rng = np.random.default_rng(4)
    yes = np.repeat([0.0, 1.0], [7, 3])
    found = ce_bootstrap(arm(rng.random(10), yes), arm(rng.random(10), yes), 1, 100_000, 0.95)
    p = 0.3
    binomial = [math.comb(10, k) * p**k * (1 - p) ** (10 - k) for k in range(11)]
    better = sum(binomial[i] * binomial[j] for i in range(11) for j in range(i))
    assert found.quadrants["NE"] + found.quadrants["SE"] == pytest.approx(better, abs=0.007)


def test_blocks_draw_by_the_law_of_drawing_from_all(monkeypatch):
    """In blocks of seven the variance of a resampled mean is still that of drawing from all 50 cases."""
    monkeypatch.setattr(module, "BLOCK", 7)
    monkeypatch.setattr(module, "DRAWS_AT_ONCE", 100)
    rng = np.random.default_rng(1)
    values = rng.lognormal(0, 1, 50) + 1j * rng.random(50)
    sums = module._resampled_sums(values - values.mean(), 20_000, rng) / 50
    pairs = np.cov(sums.real, sums.imag)
    exact = np.cov(values.real, values.imag, ddof=0) / 50
    assert pairs == pytest.approx(exact, rel=0.05, abs=0.05 * math.sqrt(exact[0, 0] * exact[1, 1]))
    assert abs(sums.mean()) < 4 * math.sqrt((exact[0, 0] + exact[1, 1]) / 20_000)


def test_an_arm_too_large_to_be_drawn_from_takes_the_normal_law(monkeypatch):
    rng = np.random.default_rng(6)
    new, old = (arm(rng.lognormal(6, 1, n), rng.random(n)) for n in (12_000, 400))
    drawn = ce_bootstrap(new, old, 1000, 4000, 0.95)
    monkeypatch.setattr(module, "MOST_DRAWS", 1_000_000)
    normal = ce_bootstrap(new, old, 1000, 4000, 0.95)
    assert (drawn.resampling, normal.resampling) == ("exact", "normal_means")
    for ours, theirs in zip(
        (drawn.cost, drawn.effect, drawn.net_benefit), (normal.cost, normal.effect, normal.net_benefit), strict=True
    ):
        assert ours == pytest.approx(theirs, abs=0.04 * (ours[1] - ours[0]))
    assert drawn.probability == pytest.approx(normal.probability, abs=0.03)


def test_an_arm_of_one_is_not_resampled():
    columns = {"cost": [10, 40, 30], "effect": [1, 0.5, 0], "arm": ["new", "old", "old"]}
    found = compute("ce_bootstrap", columns, {**ARMS, "wtp": 1, "replicates": 100})
    assert (found["inmb_ci_low"], found["quadrant_share"], found["reason"], found["flag"]) == (
        None,
        None,
        "too_few",
        True,
    )


def test_constant_arms_have_intervals_of_no_width_and_say_so():
    columns = {"cost": [0.1] * 3 + [0.1] * 7, "effect": [0.3] * 3 + [0.3] * 7, "arm": ["new"] * 3 + ["old"] * 7}
    found = compute("ce_bootstrap", columns, {**ARMS, "wtp": 3, "replicates": 100})
    assert found["incremental_cost_ci_low"] == found["incremental_cost_ci_high"] == 0
    assert (found["quadrant_share"]["SW"], found["prob_cost_effective"], found["warnings"]) == (1, 0, ["no_width"])


@pytest.mark.parametrize(
    "broken", [{"replicates": 0}, {"replicates": 2.5}, {"replicates": 1e9}, {"seed": -1}, {"wtp": "x"}]
)
def test_settings_without_meaning_are_refused(broken):
    with pytest.raises(DomainError):
        compute("ce_bootstrap", trial(), {**ARMS, "wtp": 1, "replicates": 10} | broken)


def test_one_replicate_is_its_own_interval():
    found = compute("ce_bootstrap", trial(), {**ARMS, "wtp": 1, "replicates": 1})
    assert found["inmb_ci_low"] == found["inmb_ci_high"]
    assert sorted(found["quadrant_share"].values()) == [0, 0, 0, 1]


def test_a_million_patients_stay_in_a_small_memory():
    import tracemalloc

    rng = np.random.default_rng(3)
    half = 500_000
    new, old = (arm(rng.lognormal(6, 1, half), rng.random(half)) for _ in range(2))
    tracemalloc.start()
    found = ce_bootstrap(new, old, 1000, 20, 0.95)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.resampling == "exact"
    assert peak < 100e6
