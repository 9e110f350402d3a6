"""Two raters on categories: published tables, the formulas term by term, and what is degenerate."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.compute.metrics import compute
from evaluation.estimate import Estimate, NotEstimable
from evaluation.statistics.kappa import cross_table, kappa
from evaluation.statistics.samples import DomainError
from tests.evaluation.statistics import naive_agreement as naive

# Gwet 2014, Handbook of Inter-Rater Reliability: abstractors' diagnoses of 100 ectopic pregnancies (irrCAC::cont3x3abstractors)
ABSTRACTORS = np.array([[13.0, 0, 0], [0, 20, 7], [0, 4, 56]])


def two(metric, first, second, categories, **params):
    given_params = {"categories": categories, "weights": "quadratic", **params}
    return compute(metric, {"rater_1": first, "rater_2": second}, given_params)


def test_ac1_and_pabak_are_the_published_ones():
    found = kappa(ABSTRACTORS, 0.95)
    assert found.extras["percent_agreement"] == pytest.approx(89, rel=1e-12)
    assert found.extras["ac1"] == pytest.approx(0.8493305, abs=5e-8)  # irrCAC gwet.ac1.table
    assert found.extras["pabak"] == pytest.approx(0.835, abs=1e-12)  # irrCAC bp2.table


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(("metric", "weights"), [("cohen_kappa", "none"), ("weighted_kappa", "quadratic")])
def test_it_is_the_formula_term_by_term(metric, weights, seed):
    rng = np.random.default_rng(seed)
    k, n = int(rng.integers(2, 7)), int(rng.integers(6, 80))
    names = [f"grade {i}" for i in range(k)]
    first = rng.integers(0, k, n)
    second = np.where(rng.random(n) < 0.5, first, rng.integers(0, k, n))
    first, second = ([names[i] for i in codes] for codes in (first, second))
    found = two(metric, first, second, names, conf_level=0.9)
    expected = naive.kappa(list(zip(first, second, strict=True)), names, weights, 0.9)
    assert {key: found[key] for key in expected} == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_labels_are_text_after_numeric_normalisation_and_incomplete_pairs_are_dropped():
    found = two("cohen_kappa", ["1", 2.0, 3, None, 2], [1, "2.0", "3", 1, ""], [1, "2", 3.0])
    assert (found["estimate"], found["n"]) == (1.0, 3)


def test_nominal_categories_may_be_left_out_and_ordered_ones_may_not():
    pair = {"rater_1": ["a", "b", "a"], "rater_2": ["a", "b", "b"]}
    assert compute("cohen_kappa", pair, {})["estimate"] == pytest.approx(0.4, rel=1e-12)
    with pytest.raises(DomainError, match="categories"):
        compute("weighted_kappa", pair, {"weights": "quadratic"})


def test_an_unused_category_stretches_the_scale():
    first, second = [1, 2, 3, 1, 2], [1, 3, 3, 2, 2]
    short = two("weighted_kappa", first, second, [1, 2, 3])
    long = two("weighted_kappa", first, second, [1, 2, 3, 4, 5])
    assert short["estimate"] == pytest.approx(long["estimate"], rel=1e-12)  # quadratic weights: the scale cancels
    assert short["observed_agreement"] < long["observed_agreement"]
    assert short["pabak"] != long["pabak"]


def test_perfect_agreement_has_a_standard_error_of_exactly_zero():
    found = two("weighted_kappa", [1, 2, 3, 3], [1, 2, 3, 3], [1, 2, 3])
    assert (found["estimate"], found["se"], found["ci_low"], found["flag"]) == (1.0, 0.0, 1.0, True)
    assert 0 < found["p_value"] < 1  # against no agreement, with the null standard error


@pytest.mark.parametrize("metric", ["cohen_kappa", "weighted_kappa"])
@pytest.mark.parametrize("n", [7, 11, 49, 1001])
def test_a_rater_who_uses_one_category_settles_kappa_at_exactly_zero(metric, n):
    found = two(metric, [i % 3 for i in range(n)], [1] * n, [0, 1, 2, 3])
    assert (found["estimate"], found["se"], found["p_value"]) == (0.0, 0.0, None)
    assert found["warnings"] == ["degenerate"]


@pytest.mark.parametrize(
    ("first", "second", "reason"), [([], [], "no_rows"), ([None], [1], "no_rows"), ([2, 2], [2, 2], "one_category")]
)
def test_what_cannot_be_estimated_is_null_with_its_reason(first, second, reason):
    found = two("cohen_kappa", first, second, [1, 2])
    assert (found["estimate"], found["se"], found["ci_low"], found["ci_high"]) == (None,) * 4
    assert (found["flag"], found["reason"]) == (True, reason)
    assert found["observed_agreement"] == (None if reason == "no_rows" else 1.0)


def test_one_pair_that_disagrees_is_flagged():
    found = two("cohen_kappa", [1], [2], [1, 2])
    assert (found["estimate"], found["observed_agreement"], found["flag"]) == (0.0, 0.0, True)


def test_ratings_out_of_the_categories_and_categories_named_twice_are_refused():
    for categories in ([1, 2], [1, 2, 3, "3.0"]):
        with pytest.raises(DomainError):
            two("cohen_kappa", [1, 3], [1, 2], categories)
    with pytest.raises(DomainError):
        two("cohen_kappa", [1, 2], [1], [1, 2])
    with pytest.raises(DomainError):
        two("weighted_kappa", [1, 2], [1, 2], [1, 2], weights="linear")
    with pytest.raises(DomainError):
        cross_table([0, 2], [0, 1], 2)


def test_large_counts_lose_nothing():
    small, large = kappa(ABSTRACTORS, 0.95), kappa(ABSTRACTORS * 1e9, 0.95)
    assert large.value == pytest.approx(small.value, rel=1e-13)
    assert large.extras["se"] == pytest.approx(small.extras["se"] / 1e4 / np.sqrt(10), rel=1e-12)


TABLES = st.integers(2, 5).flatmap(
    lambda k: st.lists(st.lists(st.integers(0, 30), min_size=k, max_size=k), min_size=k, max_size=k)
)


@settings(deadline=None, max_examples=150)
@given(TABLES, st.sampled_from(["none", "quadratic"]))
def test_any_table_has_an_ordered_interval_and_raters_may_be_exchanged(table, weights):
    counts = np.array(table, dtype=float)
    found, turned = kappa(counts, 0.95, weights), kappa(counts.T, 0.95, weights)
    if isinstance(found, NotEstimable):
        assert isinstance(turned, NotEstimable)
        return
    assert isinstance(found, Estimate)
    assert found.low <= found.value <= found.high
    assert found.value <= 1
    assert (found.value, found.extras["se"]) == pytest.approx((turned.value, turned.extras["se"]), rel=1e-9, abs=1e-12)


@settings(deadline=None, max_examples=50)
@given(TABLES)
def test_nominal_kappa_does_not_know_the_order_of_the_categories(table):
    counts = np.array(table, dtype=float)
    found, turned = kappa(counts, 0.95), kappa(counts[::-1, ::-1].copy(), 0.95)
    assert type(found) is type(turned)
    if isinstance(found, Estimate):
        assert found.value == pytest.approx(turned.value, rel=1e-12, abs=1e-12)
