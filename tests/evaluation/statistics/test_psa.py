"""Simulations of a model, by plain loops over every simulation and strategy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from evaluation.compute.metrics import compute
from evaluation.statistics import psa
from evaluation.statistics.samples import DomainError

NAMES = ["usual", "tool", "tool and nurse", "nurse"]
WTP = [0, 1000, 20000, 50000.5]


def model(seed, n=60, strategies=4):
    rng = np.random.default_rng(seed)
    effects = rng.normal(np.linspace(1, 1.2, strategies)[:, None], 0.1, (strategies, n))
    costs = rng.normal(np.linspace(900, 4000, strategies)[:, None], 800, (strategies, n))
    return {"effects": effects.tolist(), "costs": costs.tolist()}


def loops(roles, wtp):
    """Mean net benefits, shares of wins and EVPI, one simulation at a time."""
    strategies, n = len(roles["costs"]), len(roles["costs"][0])
    means, wins, evpi = [], [], []
    for price in wtp:
        net = [
            [price * e - c for e, c in zip(*row, strict=True)]
            for row in zip(roles["effects"], roles["costs"], strict=True)
        ]
        mean = [sum(row) / n for row in net]
        best = [max(range(strategies), key=lambda s, i=i: (net[s][i], -s)) for i in range(n)]
        means.append(mean)
        wins.append([best.count(s) / n for s in range(strategies)])
        evpi.append(sum(net[b][i] for i, b in enumerate(best)) / n - max(mean))
    return np.array(means).T, np.array(wins).T, evpi


@pytest.mark.parametrize("seed", range(6))
def test_every_curve_is_that_of_plain_loops(seed):
    roles, asked = model(seed), {"strategies": NAMES, "wtp": WTP}
    means, wins, evpi = loops(roles, WTP)
    best = means.argmax(axis=0)
    expected = compute("psa_expected_nmb", roles, asked)
    curve = compute("ceac", roles, asked)
    for s, name in enumerate(NAMES):
        assert expected["nmb"][name] == pytest.approx(means[s].tolist(), rel=1e-10)
        assert curve["probability"][name] == wins[s].tolist()
    assert expected["best_strategy"] == curve["ceaf_strategy"] == [NAMES[b] for b in best]
    assert curve["ceaf"] == [wins[b, i] for i, b in enumerate(best)]
    assert compute("evpi", roles, asked)["evpi"] == pytest.approx(evpi, rel=1e-9, abs=1e-9)
    assert curve["n"] == 60


@pytest.mark.parametrize("seed", range(6))
def test_increments_are_paired_within_a_simulation(seed):
    roles = model(seed)
    found = compute("psa_increments", roles, {"strategies": NAMES, "reference": "tool", "conf_level": 0.8})
    assert list(found["by_strategy"]) == ["usual", "tool and nurse", "nurse"]
    effects, costs = np.array(roles["effects"]), np.array(roles["costs"])
    for s, name in enumerate(NAMES):
        if name == "tool":
            continue
        row, pairs = found["by_strategy"][name], {"cost": costs[s] - costs[1], "effect": effects[s] - effects[1]}
        for what, difference in pairs.items():
            low, high = np.percentile(difference, [10, 90])
            keys = (f"incremental_{what}", f"incremental_{what}_ci_low", f"incremental_{what}_ci_high")
            assert [row[k] for k in keys] == pytest.approx([difference.mean(), low, high], rel=1e-9)
        dc, de = (d.mean() for d in pairs.values())
        assert row["icer"] == (pytest.approx(dc / de, rel=1e-9) if (dc > 0) == (de > 0) else None)


def test_the_ratio_is_of_means_and_absent_where_one_is_better():
    roles = {
        "effects": [[1, 1, 1], [2, 3, 1], [1, 1, 1], [2, 2, 2]],
        "costs": [[0, 0, 0], [10, 20, 60], [5, 5, 5], [-1, -1, -1]],
    }
    found = compute("psa_increments", roles, {"strategies": NAMES, "reference": "usual"})
    assert [found["by_strategy"][n]["icer"] for n in NAMES[1:]] == [30, None, None]
    assert (found["flag"], sorted(found["warnings"])) == (True, ["no_ratio", "ratio_unreadable"])


def test_a_tie_goes_to_the_strategy_listed_first():
    roles = {"effects": [[1, 2], [1, 2], [2, 1]], "costs": [[0, 0], [0, 0], [0, 0]]}
    found = compute("ceac", roles, {"strategies": ["z", "a", "b"], "wtp": [1, 0]})
    assert found["probability"] == {"z": [0.5, 1], "a": [0, 0], "b": [0.5, 0]}
    assert found["ceaf_strategy"] == ["z", "z"]


def test_means_that_differ_by_their_rounding_are_a_tie():
    roles = {
        "effects": [[0.1, 0.2, 0.3, 0.7], [0.7, 0.3, 0.2, 0.1]],
        "costs": [[0.3, 0.2, 0.1, 0.7], [0.1, 0.2, 0.3, 0.7]],
    }
    for order in (1, -1):
        given = {role: columns[::order] for role, columns in roles.items()}
        assert compute("psa_expected_nmb", given, {"strategies": ["x", "y"], "wtp": [3, 1e4]})["best_strategy"] == [
            "x",
            "x",
        ]


def test_one_strategy_is_certain_and_needs_no_information():
    for columns in ([[10, 12, 9]], [10, 12, 9], np.array([[10.0, 12, 9]])):
        roles = {"effects": columns, "costs": [[0, 0.1, 0.2]]}
        asked = {"strategies": ["only"], "wtp": [1, 0.3]}
        assert compute("ceac", roles, asked)["probability"] == {"only": [1, 1]}
        assert compute("evpi", roles, asked)["evpi"] == [0, 0]
        assert compute("psa_increments", roles, {**asked, "reference": "only"})["by_strategy"] == {}


tables = hnp.arrays(np.float64, (2, 3, 7), elements=st.floats(-1e4, 1e4, width=32))


@given(tables, st.lists(st.floats(0, 1e5), min_size=1, max_size=4))
def test_information_is_never_worth_less_than_nothing(table, wtp):
    given = psa.simulations(table[0].T, table[1].T)
    assert psa.evpi(given, wtp).min() >= 0
    assert psa.acceptability(given, wtp).sum(axis=0) == pytest.approx(1)


def test_a_strategy_that_is_always_best_leaves_exactly_nothing_to_learn():
    rng = np.random.default_rng(2)
    effects = rng.random((1000, 3))
    effects[:, 1] += 2
    assert (
        compute("evpi", {"effects": effects.T, "costs": 0 * effects.T}, {"strategies": NAMES[:3], "wtp": WTP})["evpi"]
        == [0] * 4
    )


def test_a_simulation_with_a_missing_cell_takes_no_part():
    roles = {"effects": [["1", 2, 3], [2, "", 9]], "costs": [[0, 0, 0], [1, 1, None]]}
    found = compute("psa_expected_nmb", roles, {"strategies": ["a", "b"], "wtp": [10]})
    assert found["nmb"] == {"a": [10], "b": [19]}
    assert (found["n"], found["n_missing_dropped"]) == (1, 2)


@pytest.mark.parametrize("columns", [[[], []], [[None], [""]]])
def test_no_simulation_is_a_reason(columns):
    roles, asked = {"effects": columns, "costs": columns}, {"strategies": ["a", "b"], "wtp": [1, 2], "reference": "a"}
    found = {metric: compute(metric, roles, asked) for metric in ("psa_increments", "psa_expected_nmb", "ceac", "evpi")}
    assert all(one["flag"] and one["reason"] == "no_rows" for one in found.values())
    assert found["evpi"]["evpi"] == found["ceac"]["ceaf"] == found["psa_expected_nmb"]["best_strategy"] == [None, None]
    assert found["ceac"]["probability"] == {"a": [None, None], "b": [None, None]}
    assert found["psa_increments"]["by_strategy"]["b"]["icer"] is None


@pytest.mark.parametrize(
    ("roles", "params"),
    [
        ({"costs": [[1, 2]]}, {}),
        ({"costs": [[1, 2], [3]]}, {}),
        ({"effects": [[1, 2], ["x", 3]]}, {}),
        ({"effects": [[1, 2], ["inf", 3]]}, {}),
        ({"effects": [[1, 2], [3, 4], [5, 6]], "costs": [[1, 2], [3, 4], [5, 6]]}, {}),
        ({}, {"strategies": ["a", "a"]}),
        ({}, {"strategies": ["a", None]}),
        ({}, {"strategies": ["a", "b", "c"]}),
        ({}, {"reference": "c"}),
        ({}, {"wtp": "x"}),
    ],
)
def test_tables_that_are_not_of_the_strategies_are_refused(roles, params):
    roles = {"effects": [[1, 2], [3, 4]], "costs": [[1, 2], [3, 4]]} | roles
    metric = "psa_increments" if "reference" in params else "ceac"
    with pytest.raises(DomainError):
        compute(metric, roles, {"strategies": ["a", "b"], "wtp": [1], "reference": "a"} | params)


def test_names_are_printed_as_given_and_compared_as_labels():
    roles = {"effects": [[1, 2], [3, 4]], "costs": [[1, 2], [3, 4]]}
    assert list(compute("ceac", roles, {"strategies": ["007", 2.0], "wtp": 1})["probability"]) == ["007", "2"]
    assert list(compute("psa_increments", roles, {"strategies": ["1", "2"], "reference": 2.0})["by_strategy"]) == ["1"]
