"""Group-sequential boundaries against published tables and multivariate normal probabilities."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from evaluation.statistics.samples import DomainError
from evaluation.statistics.sequential import SPENDING, classic_boundaries, spending_boundaries

# Jennison & Turnbull 2000, Group Sequential Methods, tables 2.1 and 2.3: constants C_P(K, α) and C_B(K, α), two-sided
TABLE = [
    (2, 0.05, 2.178, 1.977),
    (3, 0.05, 2.289, 2.004),
    (4, 0.05, 2.361, 2.024),
    (5, 0.05, 2.413, 2.040),
    (10, 0.05, 2.555, 2.087),
    (20, 0.05, 2.672, 2.126),
]


@pytest.mark.parametrize(("looks", "alpha", "pocock", "obrien_fleming"), TABLE)
def test_the_classic_constants_are_the_published_ones(looks, alpha, pocock, obrien_fleming):
    information = np.arange(1, looks + 1) / looks
    assert classic_boundaries(information, "pocock", alpha, 2).z == pytest.approx(np.full(looks, pocock), abs=5.01e-4)
    found = classic_boundaries(information, "obrien_fleming", alpha, 2)
    assert found.z[-1] == pytest.approx(obrien_fleming, abs=5.01e-4)
    assert found.z == pytest.approx(found.z[-1] / np.sqrt(information))
    assert found.cumulative_alpha[-1] == pytest.approx(alpha / 2, abs=1e-10)


@pytest.mark.parametrize(("alpha", "constant"), [(0.01, 2.986), (0.10, 2.122)])
def test_pocock_at_other_levels(alpha, constant):
    assert classic_boundaries(np.arange(1, 6) / 5, "pocock", alpha, 2).z[0] == pytest.approx(constant, abs=5.01e-4)


def second_look(z, times, sides):
    """P(going on at look 1, at or above z₂ at look 2) by quadrature of the conditional normal."""
    rho = math.sqrt(times[0] / times[1])
    low = -z[0] if sides == 2 else -12.0
    return integrate.quad(
        lambda u: stats.norm.pdf(u) * stats.norm.sf((z[1] - rho * u) / math.sqrt(1 - rho**2)),
        low,
        z[0],
        epsabs=1e-14,
        epsrel=1e-12,
        points=[min(max(z[1] / rho, low), z[0])],
    )[0]


@pytest.mark.parametrize("sides", [1, 2])
@pytest.mark.parametrize("times", [(0.3, 1.0), (0.5, 0.51), (0.05, 0.9), (0.99, 0.9901), (0.2, 0.2 + 1e-5)])
@pytest.mark.parametrize(("spending", "parameter"), [("pocock", None), ("kim_demets", 1.5), ("hwang_shih_decani", 2.0)])
def test_two_looks_spend_what_they_should(times, sides, spending, parameter):
    found = spending_boundaries(times, spending, 0.05, sides, parameter)
    step = found.cumulative_alpha[1] - found.cumulative_alpha[0]
    assert stats.norm.sf(found.z[0]) == pytest.approx(found.cumulative_alpha[0], rel=1e-12)
    assert second_look(found.z, times, sides) == pytest.approx(step, rel=1e-7)


@pytest.mark.parametrize("sides", [1, 2])
def test_four_looks_never_cross_as_often_as_the_multivariate_normal_says(sides):
    times = np.array([0.2, 0.5, 0.8, 1.0])
    found = spending_boundaries(times, "pocock", 0.1, sides)
    correlation = np.sqrt(np.minimum.outer(times, times) / np.maximum.outer(times, times))
    lower = -found.z if sides == 2 else np.full(4, -np.inf)
    inside = stats.multivariate_normal(np.zeros(4), correlation, maxpts=400_000, abseps=2e-7, releps=0, seed=1).cdf(
        found.z, lower_limit=lower
    )
    assert inside == pytest.approx(0.9, abs=1e-6)


@pytest.mark.parametrize("spending", SPENDING)
@pytest.mark.parametrize("sides", [1, 2])
def test_one_look_is_the_fixed_sample_test(spending, sides):
    found = spending_boundaries([1.0], spending, 0.05, sides, 1.5)
    assert found.z == pytest.approx([stats.norm.isf(0.05 / sides)], rel=1e-12)
    assert classic_boundaries([1.0], "pocock", 0.05, sides).z == pytest.approx(found.z, rel=1e-12)


@pytest.mark.parametrize(
    ("spending", "parameter", "spent"),
    [
        ("obrien_fleming", None, lambda t: 2 * stats.norm.sf(stats.norm.isf(0.0125) / math.sqrt(t))),
        ("pocock", None, lambda t: 0.025 * math.log(1 + (math.e - 1) * t)),
        ("hwang_shih_decani", -4, lambda t: 0.025 * (1 - math.exp(4 * t)) / (1 - math.exp(4))),
        ("hwang_shih_decani", 3, lambda t: 0.025 * (1 - math.exp(-3 * t)) / (1 - math.exp(-3))),
        ("hwang_shih_decani", 0, lambda t: 0.025 * t),
        ("kim_demets", 2, lambda t: 0.025 * t**2),
    ],
)
def test_the_error_spent_is_the_function_on_one_side(spending, parameter, spent):
    times = [0.25, 0.7, 1.0]
    found = spending_boundaries(times, spending, 0.05, 2, parameter)
    assert found.cumulative_alpha == pytest.approx([spent(t) for t in times], rel=1e-12)
    assert found.nominal_p == pytest.approx(stats.norm.sf(found.z), rel=1e-12)


def test_a_parameter_far_out_does_not_overflow_and_an_unspent_look_has_no_boundary():
    found = spending_boundaries([0.1, 0.5, 1.0], "hwang_shih_decani", 0.05, 1, -900.0)
    assert found.z[0] == math.inf
    assert found.z[2] == pytest.approx(stats.norm.isf(0.05), abs=1e-9)
    early = spending_boundaries([0.001, 0.5, 1.0], "obrien_fleming", 0.05, 2)
    later = spending_boundaries([0.5, 1.0], "obrien_fleming", 0.05, 2)
    assert early.z[0] == math.inf
    assert early.z[1:] == pytest.approx(later.z, abs=1e-9)


def test_each_further_look_costs_less_than_the_one_before():
    constants = [classic_boundaries(np.arange(1, k + 1) / k, "pocock", 0.05, 2).z[0] for k in (4, 6, 8, 10, 12)]
    steps = np.diff(constants)
    assert np.all(steps > 0)
    assert np.all(np.diff(steps) < 0)


@pytest.mark.parametrize("wrong", [[0.5, 0.4], [0.5, 0.5], [0.0, 1.0], [0.5, 1.2], [np.nan], [-0.1], [0.5, np.nan, 1]])
def test_looks_rise_up_to_1(wrong):
    with pytest.raises(DomainError):
        spending_boundaries(wrong, "pocock", 0.05, 2)
    with pytest.raises(DomainError):
        classic_boundaries(wrong, "pocock", 0.05, 2)


@pytest.mark.parametrize(
    ("spending", "alpha", "sides", "parameter"),
    [
        ("linear", 0.05, 2, None),
        ("pocock", 0.0, 2, None),
        ("pocock", 1.0, 2, None),
        ("pocock", 0.05, 3, None),
        ("kim_demets", 0.05, 1, None),
        ("kim_demets", 0.05, 1, 0.0),
        ("hwang_shih_decani", 0.05, 1, None),
        ("hwang_shih_decani", 0.05, 1, math.nan),
    ],
)
def test_impossible_designs_are_refused(spending, alpha, sides, parameter):
    with pytest.raises(DomainError):
        spending_boundaries([0.5, 1.0], spending, alpha, sides, parameter)


def test_no_look_no_boundary():
    assert spending_boundaries([], "pocock", 0.05, 2).z.size == 0
    assert classic_boundaries([], "pocock", 0.05, 2).z.size == 0
    with pytest.raises(DomainError):
        classic_boundaries([1.0], "haybittle", 0.05, 2)


def test_two_looks_that_no_float_tells_apart_are_refused():
    with pytest.raises(DomainError):
        spending_boundaries([0.5, np.nextafter(0.5, 1)], "pocock", 0.05, 1)
