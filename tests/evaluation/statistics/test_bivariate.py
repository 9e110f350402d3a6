"""Reitsma's model: the restricted likelihood by whole matrices and another optimiser, and the edges."""

import itertools
import math
from dataclasses import astuple

import numpy as np
import pytest
from scipy import linalg, optimize, special

from evaluation.estimate import NotEstimable
from evaluation.statistics.bivariate import Bivariate, at_edge, reitsma, restricted_likelihood
from evaluation.statistics.samples import DomainError


def random_studies(seed, fewest=3, most=25, size=200, spread=1.0):
    """(tp, fn, fp, tn) of studies whose two logits differ together."""
    rng = np.random.default_rng(seed)
    k = int(rng.integers(fewest, most))
    factor = np.array([[spread, 0.0], [-0.5 * spread, 0.8 * spread]])
    logits = np.array([[1.5], [1.0]]) + factor @ rng.normal(size=(2, k))
    positives, negatives = rng.integers(2, size, size=(2, k))
    tp, tn = rng.binomial(positives, special.expit(logits[0])), rng.binomial(negatives, special.expit(logits[1]))
    return np.array([tp, positives - tp, negatives - tn, tn], dtype=float)


def whole_matrices(table, between):
    """Restricted log likelihood, summary point and its covariance, from the 2k × 2k covariance of all logits."""
    tp, fn, fp, tn = table + (0.5 if (table == 0).any() else 0.0)
    k = tp.size
    y = np.column_stack((np.log(tp / fn), np.log(fp / tn))).ravel()
    within = np.column_stack((1 / tp + 1 / fn, 1 / fp + 1 / tn)).ravel()
    v = np.diag(within) + np.kron(np.eye(k), between)
    x = np.kron(np.ones((k, 1)), np.eye(2))
    inverse = linalg.inv(v)
    covariance = linalg.inv(x.T @ inverse @ x)
    beta = covariance @ x.T @ inverse @ y
    r = y - x @ beta
    twice = (
        np.linalg.slogdet(v)[1]
        - np.linalg.slogdet(covariance)[1]
        + r @ inverse @ r
        + (2 * k - 2) * math.log(2 * math.pi)
    )
    return -twice / 2, beta, covariance


def study_by_study(table, between):
    """The same likelihood from the sums over the studies (faster)."""
    tp, fn, fp, tn = table + (0.5 if (table == 0).any() else 0.0)
    y = np.column_stack((np.log(tp / fn), np.log(fp / tn)))
    v = np.array([np.diag([1 / a + 1 / b, 1 / c + 1 / d]) + between for a, b, c, d in zip(tp, fn, fp, tn, strict=True)])
    inverse = np.linalg.inv(v)
    information = inverse.sum(axis=0)
    r = y - np.linalg.solve(information, np.einsum("iab,ib->a", inverse, y))
    twice = np.log(np.linalg.det(v)).sum() + np.log(np.linalg.det(information)) + np.einsum("ia,iab,ib", r, inverse, r)
    return -twice / 2 - (tp.size - 1) * math.log(2 * math.pi)


def covariance_of(parameters):
    """From two log SDs and the hyperbolic arctangent of the correlation."""
    first, second = np.exp(parameters[:2])
    across = math.tanh(parameters[2]) * first * second
    return np.array([[first**2, across], [across, second**2]])


@pytest.mark.parametrize("seed", range(4))
def test_another_optimiser_on_whole_matrices_finds_the_same(seed):
    table = random_studies(seed, fewest=5, most=8)
    found = reitsma(*table)
    tight = {"xatol": 1e-6, "fatol": 1e-10, "maxiter": 600}
    starts = ([0.0, 0.0, r] for r in (-0.5, 0.5))
    other = min(
        (
            optimize.minimize(
                lambda p: -study_by_study(table, covariance_of(p)), start, method="Nelder-Mead", options=tight
            )
            for start in starts
        ),
        key=lambda result: result.fun,
    )
    between = np.array([[found.variance_first, found.between], [found.between, found.variance_second]])
    value, beta, covariance = whole_matrices(table, between)
    assert value >= -other.fun - 1e-8
    assert found.log_likelihood == pytest.approx(value, abs=1e-8)
    assert (found.first, found.second) == (pytest.approx(beta[0], rel=1e-9), pytest.approx(beta[1], rel=1e-9))
    assert found.se_first == pytest.approx(math.sqrt(covariance[0, 0]), rel=1e-9)
    assert found.se_second == pytest.approx(math.sqrt(covariance[1, 1]), rel=1e-9)
    assert found.covariance == pytest.approx(covariance[0, 1], rel=1e-7, abs=1e-12)
    if not found.flags:
        assert between == pytest.approx(covariance_of(other.x), rel=1e-3, abs=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_the_gradient_is_the_slope(seed):
    rng = np.random.default_rng(seed)
    logits, within, point = rng.normal(size=(2, 6)), rng.uniform(0.05, 1, size=(2, 6)), rng.normal(size=3)
    steps = 1e-5 * np.eye(3)
    slope = [
        (restricted_likelihood(point + s, logits, within)[0] - restricted_likelihood(point - s, logits, within)[0])
        / 2e-5
        for s in steps
    ]
    assert restricted_likelihood(point, logits, within)[1] == pytest.approx(slope, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("spread", [0.0, 3.0])
def test_no_other_between_variance_is_likelier(seed, spread):
    table = random_studies(seed, most=8, size=20, spread=spread)
    found = reitsma(*table)
    rng = np.random.default_rng(seed)
    for _ in range(25):
        other = covariance_of(rng.uniform([-3, -3, -3], [1.5, 1.5, 3]))
        assert found.log_likelihood >= study_by_study(table, other) - 1e-9


def test_a_zero_cell_anywhere_corrects_every_study():
    table = np.array([[10, 20, 15], [2, 0, 3], [5, 6, 7], [50, 60, 55]], dtype=float)
    found, corrected = reitsma(*table), reitsma(*(table * 2 + 1))
    assert found.corrected
    assert "continuity_corrected" in found.flags
    assert not corrected.corrected
    assert found.first == pytest.approx(corrected.first, rel=0.2)


def test_studies_that_agree_are_weighted_by_their_precision():
    found = reitsma([10, 20, 40], [1, 2, 4], [5, 10, 20], [20, 40, 80])
    assert (found.variance_first, found.variance_second) == (pytest.approx(0, abs=1e-10), pytest.approx(0, abs=1e-10))
    assert (found.sensitivity, found.specificity) == (pytest.approx(10 / 11), pytest.approx(0.8))
    assert found.se_first == pytest.approx(math.sqrt(1 / 70 + 1 / 7), rel=1e-7)
    assert found.flags == ("boundary",)


def test_swapping_the_two_margins_swaps_the_answer():
    tp, fn, fp, tn = random_studies(3, fewest=8)
    one, other = reitsma(tp, fn, fp, tn), reitsma(fp, tn, tp, fn)
    assert (one.first, one.se_second) == (
        pytest.approx(other.second, rel=1e-8),
        pytest.approx(other.se_first, rel=1e-8),
    )
    assert one.between == pytest.approx(other.between, rel=1e-6)


def test_limits_of_the_specificity_change_places():
    found = reitsma(*random_studies(3, fewest=8))
    assert found.specificity_low < found.specificity < found.specificity_high
    upper_fpr = special.expit(found.second + 1.959963984540054 * found.se_second)
    assert found.specificity_low == pytest.approx(1 - upper_fpr, rel=1e-12)


def test_the_order_of_the_studies_never_shows():
    table = random_studies(5)[:, :4]
    assert len({astuple(reitsma(*table[:, list(rows)])) for rows in itertools.permutations(range(4))}) == 1


def test_a_missing_count_leaves_the_study_out():
    table = random_studies(1, fewest=6)
    holed = np.column_stack((table, [3, 4, math.nan, 6]))
    assert reitsma(*holed) == reitsma(*table)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (np.empty((4, 0)), "no_rows"),
        (np.ones((4, 2)), "too_few_studies"),
        (np.array([[0, 0, 0], [0, 0, 0], [1, 2, 3], [4, 5, 6]]), "empty_margin"),
    ],
)
def test_too_little_says_why(table, reason):
    found = reitsma(*table)
    assert isinstance(found, NotEstimable)
    assert found.reason == reason


def test_counts_that_cannot_be_are_refused():
    for wrong in (-1, 0.5, math.inf):
        with pytest.raises(DomainError):
            reitsma([1, 2, wrong], [1, 2, 3], [1, 2, 3], [1, 2, 3])
    with pytest.raises(DomainError):
        reitsma([1, 2], [1, 2, 3], [1, 2, 3], [1, 2, 3])


def test_where_a_variance_or_a_correlation_is_at_its_edge():
    assert at_edge(np.array([[1.0, 2.0], [2.0, 4.0]]))
    assert at_edge(np.array([[1.0, -1.0], [-1.0, 1.0]]))
    assert at_edge(np.array([[0.0, 0.0], [0.0, 1.0]]))
    assert not at_edge(np.array([[1.0, 0.9], [0.9, 1.0]]))


@pytest.mark.parametrize("factor", [1, 10**6])
def test_large_counts(factor):
    found = reitsma(*(random_studies(2, fewest=10) * factor))
    assert isinstance(found, Bivariate)
    assert 0 < found.sensitivity_low < found.sensitivity_high < 1
