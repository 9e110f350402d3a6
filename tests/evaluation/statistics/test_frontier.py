"""The frontier: the method sheet's procedure, word for word, in exact fractions."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.compute.metrics import compute
from evaluation.statistics.frontier import cost_effectiveness_frontier
from evaluation.statistics.samples import DomainError


def by_the_book(cost, effect):
    """Strong dominance over all pairs; then remove the first strategy whose ratio exceeds the next one's, and start again."""
    every = range(len(cost))
    strong = [
        i
        for i in every
        if any(
            cost[j] <= cost[i] and effect[j] >= effect[i] and (cost[j] < cost[i] or effect[j] > effect[i])
            for j in every
        )
    ]
    left = sorted((i for i in every if i not in strong), key=lambda i: cost[i])
    extended = []
    while True:
        ratios = [Fraction(cost[b] - cost[a]) / Fraction(effect[b] - effect[a]) for a, b in itertools.pairwise(left)]
        falls = [i for i in range(1, len(ratios)) if ratios[i] < ratios[i - 1]]
        if not falls:
            return left, ratios, strong, sorted(extended)
        extended.append(left.pop(falls[0]))


pairs = st.tuples(st.integers(-8, 8), st.integers(-8, 8))


@given(st.lists(pairs, min_size=1, max_size=14, unique=True))
def test_the_procedure_of_the_method_sheet(points):
    cost, effect = ([Fraction(p[i]) for p in points] for i in (0, 1))
    left, ratios, strong, extended = by_the_book(cost, effect)
    found = cost_effectiveness_frontier(*zip(*points, strict=True))
    assert list(found.frontier) == left
    assert list(found.icer) == [None, *(pytest.approx(float(r)) for r in ratios)]
    assert (list(found.strongly_dominated), list(found.extendedly_dominated)) == (strong, extended)


@given(st.lists(pairs, min_size=1, max_size=14, unique=True), st.sampled_from([0.1, 0.7, 1e-6, 3e9]))
def test_decimals_that_no_machine_holds_change_nothing(points, unit):
    """Strategies on one line in tenths stay on the frontier, as they do in whole numbers."""
    cost, effect = zip(*points, strict=True)
    whole = cost_effectiveness_frontier(cost, effect)
    scaled = cost_effectiveness_frontier(cost, [unit * e for e in effect])
    assert scaled.frontier == whole.frontier
    assert scaled.extendedly_dominated == whole.extendedly_dominated


@given(st.lists(pairs, min_size=1, max_size=10), st.randoms())
def test_the_order_of_the_list_changes_nothing_and_all_are_somewhere(points, random):
    names = [f"s{i}" for i in range(len(points))]
    rows = list(zip(names, points, strict=True))

    def run(rows):
        roles = {"strategy": [n for n, _ in rows], "cost": [p[0] for _, p in rows], "effect": [p[1] for _, p in rows]}
        return compute("cost_effectiveness_frontier", roles, {})

    first = run(rows)
    random.shuffle(rows)
    again = run(rows)
    lists = ("frontier", "strongly_dominated", "extendedly_dominated")
    assert sorted(itertools.chain(*(first[key] for key in lists))) == sorted(names)
    assert first["icer"] == again["icer"]
    assert [sorted(first[key]) for key in lists] == [sorted(again[key]) for key in lists]


def test_names_are_sorted_by_code_point_and_printed_as_given():
    roles = {"strategy": ["s2", "s10", "Z", "é", "007"], "cost": [5, 5, 5, 5, 0], "effect": [0, 0, 0, 0, 1]}
    found = compute("cost_effectiveness_frontier", roles, {})
    assert found["strongly_dominated"] == ["Z", "s10", "s2", "é"]
    assert (found["frontier"], found["icer"], found["flag"]) == (["007"], [None], False)


def test_twins_stand_or_fall_together():
    roles = {"strategy": [1, 2, 3, 4.0], "cost": [0, 10, 10, 30], "effect": [0, 1, 1, 2]}
    found = compute("cost_effectiveness_frontier", roles, {})
    assert (found["frontier"], found["icer"]) == (["1", "2", "3", "4"], [None, 10, None, 20])
    assert found["warnings"] == ["no_ratio"]
    roles["cost"] = [0, 25, 25, 30]
    assert compute("cost_effectiveness_frontier", roles, {})["extendedly_dominated"] == ["2", "3"]


def test_a_strategy_without_its_numbers_takes_no_part():
    roles = {"strategy": ["a", "b", "", "d"], "cost": [1, None, 3, "4"], "effect": [1, 2, 3, "5"]}
    found = compute("cost_effectiveness_frontier", roles, {})
    assert (found["frontier"], found["n"], found["n_missing_dropped"]) == (["a", "d"], 2, 2)
    for columns in ({"strategy": [], "cost": [], "effect": []}, {"strategy": ["a"], "cost": [None], "effect": [1]}):
        none = compute("cost_effectiveness_frontier", columns, {})
        assert (none["frontier"], none["icer"], none["flag"], none["reason"]) == ([], [], True, "no_rows")


@pytest.mark.parametrize(
    "broken", [{"strategy": ["a", "a"]}, {"strategy": ["1", 1.0]}, {"cost": [1]}, {"effect": [1, "inf"]}]
)
def test_lists_that_do_not_fit_are_refused(broken):
    with pytest.raises(DomainError):
        compute("cost_effectiveness_frontier", {"strategy": ["a", "b"], "cost": [1, 2], "effect": [1, 2]} | broken, {})


def test_a_long_list_of_efficient_strategies():
    effect = np.linspace(0, 1, 200_001)
    found = cost_effectiveness_frontier(1e5 * effect**2, effect)
    assert len(found.frontier) == effect.size
    shuffled = np.random.default_rng(1).permutation(effect)
    assert cost_effectiveness_frontier(-(shuffled**2) + 2 * shuffled, shuffled).frontier == tuple(
        int(i) for i in (np.argmin(shuffled), np.argmax(shuffled))
    )
