"""The exact bivariate model: Laplace by general-purpose routines study by study, the gradient, and the edges."""

import itertools
import math
from dataclasses import astuple

import numpy as np
import pytest
from scipy import optimize, special, stats

from evaluation.estimate import NotEstimable
from evaluation.statistics.bivariate_glmm import binomial_bivariate, fit, laplace_likelihood, modes
from evaluation.statistics.samples import DomainError
from tests.evaluation.statistics.test_bivariate import random_studies


def margins(table):
    return table[[0, 3]], table[[0, 3]] + table[[1, 2]]


def plain_laplace(point, hits, totals):
    """Each study's mode by BFGS, its curvature written out as a matrix, binomial probabilities from SciPy."""
    factor, beta = np.array([[point[0], 0.0], [point[1], point[2]]]), point[3:]
    total = 0.0
    for x, n in zip(hits.T, totals.T, strict=True):

        def height(u, x=x, n=n):
            p = special.expit(beta + factor @ u)
            return stats.binom.logpmf(x, n, p).sum() - u @ u / 2

        u = optimize.minimize(lambda u: -height(u), np.zeros(2), method="BFGS", options={"gtol": 1e-9}).x
        p = special.expit(beta + factor @ u)
        information = factor.T @ np.diag(n * p * (1 - p)) @ factor + np.eye(2)
        total += height(u) - np.linalg.slogdet(information)[1] / 2
    return total


@pytest.mark.parametrize("seed", range(5))
def test_the_likelihood_is_the_laplace_approximation(seed):
    hits, totals = margins(random_studies(seed, most=10, size=40))
    point = np.random.default_rng(seed).normal(size=5)
    assert laplace_likelihood(point, hits, totals)[0] == pytest.approx(plain_laplace(point, hits, totals), abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_the_gradient_is_the_slope(seed):
    hits, totals = margins(random_studies(seed, most=10, size=40))
    point, h = np.random.default_rng(seed).normal(size=5) * 1.5, 1e-5
    slope = [
        (laplace_likelihood(point + s, hits, totals)[0] - laplace_likelihood(point - s, hits, totals)[0]) / (2 * h)
        for s in h * np.eye(5)
    ]
    assert laplace_likelihood(point, hits, totals)[1] == pytest.approx(slope, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("seed", range(8))
def test_no_other_start_climbs_higher(seed):
    hits, totals = margins(random_studies(seed, fewest=4, most=9, size=25, spread=(0.0, 0.6, 1.5)[seed % 3]))
    found = fit(hits, totals)
    assert np.abs(laplace_likelihood(found.point, hits, totals)[1]).max() < 1e-6
    assert np.linalg.eigvalsh(found.hessian)[-1] < 0
    rng = np.random.default_rng(seed)
    for _ in range(2):
        start = np.concatenate((np.exp(rng.uniform(-2, 1, 3)), rng.normal(size=2)))
        other = optimize.minimize(
            lambda p: tuple(-part for part in laplace_likelihood(p, hits, totals)), start, jac=True, method="L-BFGS-B"
        )
        assert found.value >= -other.fun - 1e-9


def test_standard_errors_come_from_all_five_parameters():
    table = random_studies(4, fewest=12)
    found, (hits, totals) = binomial_bivariate(*table), margins(table)
    point, h = fit(hits, totals).point, 1e-3
    steps = h * np.eye(5)

    def height(at):
        return laplace_likelihood(at, hits, totals)[0]

    hessian = [
        [
            (height(point + i + j) - height(point + i - j) - height(point - i + j) + height(point - i - j))
            / (4 * h * h)
            for j in steps
        ]
        for i in steps
    ]
    covariance = np.linalg.inv(-np.array(hessian))
    assert found.se_first == pytest.approx(math.sqrt(covariance[3, 3]), rel=1e-4)
    assert found.se_second == pytest.approx(math.sqrt(covariance[4, 4]), rel=1e-4)
    assert found.covariance == pytest.approx(covariance[3, 4], rel=1e-3)
    assert found.sensitivity_high == pytest.approx(
        special.expit(found.first + 1.959963984540054 * found.se_first), rel=1e-12
    )


def test_each_mode_is_where_the_slope_vanishes():
    hits = np.array([[0.0, 5, 100, 2, 10**5], [7, 0, 3, 1000, 10]])
    totals = np.array([[9.0, 5, 200, 10**4, 10**6], [7, 30, 9, 1000, 10**5]])
    for point in (np.array([1, 0.5, 1, 0, 0.0]), np.array([-6, 8, 3, 2, -4.0]), np.array([0, 0, 0, 1, 1.0])):
        u = modes(point, hits, totals)
        eta = np.array([point[3] + point[0] * u[0], point[4] + point[1] * u[0] + point[2] * u[1]])
        r = hits - totals * special.expit(eta)
        slope = np.array([point[0] * r[0] + point[1] * r[1] - u[0], point[2] * r[1] - u[1]])
        assert np.abs(slope / (1 + totals.max(axis=0))).max() < 1e-10


def test_studies_that_agree_are_two_binomials():
    found = binomial_bivariate([10, 20, 40], [1, 2, 4], [5, 10, 20], [20, 40, 80])
    assert (found.sensitivity, found.specificity) == (pytest.approx(10 / 11), pytest.approx(0.8))
    assert found.se_first == pytest.approx(math.sqrt(1 / 70 + 1 / 7), rel=1e-7)
    assert found.flags == ("boundary",)


def test_logits_in_step_are_a_correlation_at_its_edge():
    found = binomial_bivariate([50, 70, 90], [50, 30, 10], [50, 30, 10], [50, 70, 90])
    correlation = found.between / math.sqrt(found.variance_first * found.variance_second)
    assert correlation == pytest.approx(1, abs=1e-6)
    assert found.flags == ("boundary",)


def test_swapping_the_two_margins_swaps_the_answer():
    tp, fn, fp, tn = random_studies(3, fewest=8)
    one, other = binomial_bivariate(tp, fn, fp, tn), binomial_bivariate(tn, fp, fn, tp)
    assert (one.first, one.se_second) == (
        pytest.approx(other.second, rel=1e-7),
        pytest.approx(other.se_first, rel=1e-6),
    )
    assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-8)


def test_the_order_of_the_studies_never_shows():
    table = random_studies(6, fewest=4)[:, :3]
    assert len({astuple(binomial_bivariate(*table[:, list(rows)])) for rows in itertools.permutations(range(3))}) == 1


def test_a_study_with_one_margin_only_takes_part():
    table = random_studies(7, fewest=6)
    table[:2, 0] = 0
    found = binomial_bivariate(*table)
    assert found.k == table.shape[1]
    without = binomial_bivariate(*table[:, 1:])
    assert found.second != pytest.approx(without.second, rel=1e-6)


def test_a_missing_count_leaves_the_study_out():
    table = random_studies(1, fewest=6)
    assert binomial_bivariate(*np.column_stack((table, [3, 4, math.nan, 6]))) == binomial_bivariate(*table)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ([[], [], [], []], "no_rows"),
        ([[1, 2], [1, 2], [1, 2], [1, 2]], "too_few_studies"),
        ([[0, 0, 0], [1, 2, 3], [1, 2, 3], [1, 2, 3]], "empty_margin"),
        ([[1, 2, 3], [0, 0, 0], [1, 2, 3], [1, 2, 3]], "empty_margin"),
        ([[1, 2, 3], [1, 2, 3], [0, 0, 0], [1, 2, 3]], "empty_margin"),
        ([[1, 2, 3], [1, 2, 3], [1, 2, 3], [0, 0, 0]], "empty_margin"),
        ([[5, 0, 4], [0, 3, 0], [1, 2, 3], [4, 5, 6]], "separation"),
        ([[1, 0, 1], [0, 1, 0], [1, 2, 3], [4, 5, 6]], "not_identified"),
    ],
)
def test_counts_that_cannot_bear_the_model_say_why(table, reason):
    found = binomial_bivariate(*table)
    assert isinstance(found, NotEstimable)
    assert found.reason == reason


def test_counts_that_cannot_be_are_refused():
    with pytest.raises(DomainError):
        binomial_bivariate([1, 2, -3], [1, 2, 3], [1, 2, 3], [1, 2, 3])
