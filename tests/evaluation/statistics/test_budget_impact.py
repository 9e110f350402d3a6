"""Budget impact: the sums of the method sheet year by year, and years that are not known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.compute.metrics import compute
from evaluation.statistics.samples import DomainError

PLAN = {
    "eligible": [1000, 1100, 1200],
    "uptake": [0.2, 0.5, 0.8],
    "unit_cost_new": 45,
    "unit_cost_current": 30,
    "offset_per_case": 10,
    "annual_fixed_cost": 5000,
    "setup_cost": 20000,
}

years = st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1)), min_size=1, max_size=8)
price = st.floats(-1e4, 1e4)


@given(years, price, price, price, price, price)
def test_each_year_by_hand(plan, new, current, offset, fixed, setup):
    roles = {
        "eligible": [y[0] for y in plan],
        "uptake": [y[1] for y in plan],
        "unit_cost_new": new,
        "unit_cost_current": current,
        "offset_per_case": offset,
        "annual_fixed_cost": fixed,
        "setup_cost": setup,
    }
    found = compute("budget_impact", roles, {})
    total = 0.0
    for i, (eligible, uptake) in enumerate(plan):
        net = eligible * uptake * (new - current - offset) + fixed + (setup if i == 0 else 0)
        total += net
        assert found["users"][i] == pytest.approx(eligible * uptake)
        assert found["net_impact"][i] == pytest.approx(net, rel=1e-9, abs=1e-6)
        assert found["cumulative"][i] == pytest.approx(total, rel=1e-9, abs=1e-5)
    assert found["total"] == found["cumulative"][-1]
    assert not found["flag"]


def test_persons_are_not_rounded_and_savings_are_negative():
    found = compute(
        "budget_impact",
        PLAN | {"eligible": [7, 7, 7], "unit_cost_new": "25", "setup_cost": 0, "annual_fixed_cost": 0},
        {},
    )
    assert found["users"] == pytest.approx([1.4, 3.5, 5.6])
    assert found["total"] == pytest.approx(-15 * 10.5)


def test_costs_that_a_plan_does_not_have_are_zero():
    bare = {
        key: value for key, value in PLAN.items() if key not in ("offset_per_case", "annual_fixed_cost", "setup_cost")
    }
    assert compute("budget_impact", bare, {})["net_impact"] == pytest.approx([3000, 8250, 14400])


def test_a_missing_year_is_not_imputed():
    found = compute("budget_impact", PLAN | {"uptake": [0.2, "", 0.8]}, {})
    assert found["users"] == [200, None, 960]
    assert found["net_impact"] == pytest.approx([26000, None, 9800])
    assert (found["cumulative"], found["total"]) == ([26000, None, None], None)
    assert (found["flag"], found["reason"]) == (True, "year_missing")


def test_no_year_and_no_price_are_reasons():
    empty = compute("budget_impact", PLAN | {"eligible": [], "uptake": []}, {})
    assert (empty["users"], empty["total"], empty["reason"]) == ([], None, "no_rows")
    unpriced = compute("budget_impact", PLAN | {"unit_cost_new": None}, {})
    assert (unpriced["total"], unpriced["flag"]) == (None, True)


@pytest.mark.parametrize(
    "broken",
    [
        {"uptake": [0.2, 0.5]},
        {"uptake": [0.2, 0.5, 1.1]},
        {"uptake": [20, 50, 80]},
        {"eligible": [-1, 2, 3]},
        {"unit_cost_new": "inf"},
        {"setup_cost": [1, 2]},
        {"annual_fixed_cost": "free"},
    ],
)
def test_impossible_plans_are_refused(broken):
    with pytest.raises(DomainError):
        compute("budget_impact", PLAN | broken, {})
