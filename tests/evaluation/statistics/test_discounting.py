"""Discounting: the printed annuity tables, year-by-year sums, and the limits of a rate."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.compute.metrics import compute
from evaluation.statistics.discounting import effective_population, equivalent_annual_cost, present_value
from evaluation.statistics.samples import DomainError


@pytest.mark.parametrize(
    ("years", "rate", "printed"),
    [(5, 0.05, 4.3295), (10, 0.05, 7.7217), (10, 0.06, 7.3601), (20, 0.03, 14.8775), (1, 0.1, 0.9091)],
)
def test_the_annuity_factors_of_the_printed_tables(years, rate, printed):
    """Present value of 1 a year in arrears, as every discount table prints it (Drummond 2015, table of annuity factors)."""
    assert equivalent_annual_cost(1, 0, years, rate)[0] == pytest.approx(printed, abs=5e-5)


@given(st.integers(1, 60), st.sampled_from(["0.025", "0.035", "-0.01", "1e-9", "1.5"]))
def test_sums_over_the_years_in_exact_fractions(n, rate):
    growth = 1 + Fraction(rate)
    found = compute(
        "equivalent_annual_cost", {"capital_cost": 60000, "resale_value": 5000}, {"lifetime_years": n, "rate": rate}
    )
    factor = sum(growth**-t for t in range(1, n + 1))
    assert found["annuity_factor"] == pytest.approx(float(factor), rel=1e-12)
    assert found["equivalent_annual_cost"] == pytest.approx(float((60000 - 5000 * growth**-n) / factor), rel=1e-11)
    population = sum(1000 * growth**-t for t in range(n))
    roles, asked = {"evpi_per_person": "2.5", "incidence": 1000}, {"horizon_years": float(n), "rate": rate}
    found = compute("population_evpi", roles, asked)
    assert found["effective_population"] == pytest.approx(float(population), rel=1e-12)
    assert found["population_evpi"] == pytest.approx(2.5 * float(population), rel=1e-12)
    flows = [1000 - 7 * t for t in range(n)]
    found = compute("present_value", {"cash_flows": flows}, {"rate": float(rate)})
    exact = sum(cf * growth**-t for t, cf in enumerate(flows))
    assert found["present_value"] == pytest.approx(float(exact), rel=1e-11)
    assert found["undiscounted"] == sum(flows)
    assert found["discount_factors"] == pytest.approx([float(growth**-t) for t in range(n)], rel=1e-12)
    assert found["discount_factors"][0] == 1


def test_a_rate_of_zero_spreads_evenly():
    assert equivalent_annual_cost(100, 20, 4, 0) == (4, 20)
    assert effective_population(10, 3, 0) == 30
    assert compute("present_value", {"cash_flows": [1, 2, 3]}, {"rate": 0})["present_value"] == 6


def test_an_annuity_pays_for_the_equipment():
    factor, cost = equivalent_annual_cost(60000, 5000, 7, 0.03)
    back = present_value([60000, *[-cost] * 6, -cost - 5000], 0.03)
    assert back.value == pytest.approx(0, abs=1e-9)
    assert factor < 7


def test_no_horizon_concerns_nobody():
    assert (
        compute("population_evpi", {"evpi_per_person": 2, "incidence": 5}, {"horizon_years": 0, "rate": 0.03})[
            "population_evpi"
        ]
        == 0
    )


def test_a_missing_year_leaves_no_sum_and_moves_no_other():
    found = compute("present_value", {"cash_flows": [100, "", 100]}, {"rate": 0.1})
    assert (found["present_value"], found["undiscounted"], found["reason"]) == (None, None, "year_missing")
    assert found["discount_factors"] == pytest.approx([1, 1 / 1.1, 1 / 1.21])
    empty = compute("present_value", {"cash_flows": []}, {"rate": 0.1})
    assert (empty["present_value"], empty["discount_factors"], empty["flag"]) == (None, [], True)


def test_a_missing_number_is_a_reason():
    found = compute(
        "equivalent_annual_cost", {"capital_cost": None, "resale_value": 0}, {"lifetime_years": 5, "rate": 0.03}
    )
    assert (found["annuity_factor"], found["equivalent_annual_cost"], found["flag"]) == (None, None, True)
    found = compute("population_evpi", {"evpi_per_person": [], "incidence": 0}, {"horizon_years": 5, "rate": 0.03})
    assert (found["effective_population"], found["population_evpi"], found["flag"]) == (None, None, True)


@pytest.mark.parametrize(
    ("metric", "roles", "params"),
    [
        ("present_value", {"cash_flows": [1, 2]}, {"rate": -1}),
        ("present_value", {"cash_flows": [1, 2]}, {"rate": "high"}),
        ("present_value", {"cash_flows": [1, math.inf]}, {"rate": 0}),
        ("present_value", {"cash_flows": [1] * 400}, {"rate": -0.99}),
        ("equivalent_annual_cost", {"capital_cost": 1, "resale_value": 0}, {"lifetime_years": 0, "rate": 0.1}),
        ("equivalent_annual_cost", {"capital_cost": 1, "resale_value": 0}, {"lifetime_years": 1e6, "rate": -0.9}),
        ("population_evpi", {"evpi_per_person": -1, "incidence": 1}, {"horizon_years": 1, "rate": 0}),
        ("population_evpi", {"evpi_per_person": 1, "incidence": -1}, {"horizon_years": 1, "rate": 0}),
        ("population_evpi", {"evpi_per_person": 1, "incidence": 1}, {"horizon_years": 1.5, "rate": 0}),
        ("population_evpi", {"evpi_per_person": 1, "incidence": 1}, {"horizon_years": 1e6, "rate": -0.5}),
    ],
)
def test_impossible_rates_horizons_and_amounts_are_refused(metric, roles, params):
    with pytest.raises(DomainError):
        compute(metric, roles, params)
