"""Adjusted p-values against the closed testing procedures they shorten, and each other."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.statistics.multiplicity import METHODS, adjusted_p_values
from evaluation.statistics.samples import DomainError

families = st.lists(st.integers(0, 100).map(lambda k: k / 100), min_size=1, max_size=7)


def closed(p, local):
    """The closed testing procedure: the largest local p-value over all subsets that hold the hypothesis."""
    m = len(p)
    subsets = [s for k in range(1, m + 1) for s in itertools.combinations(range(m), k)]
    local_p = {s: local([p[i] for i in s]) for s in subsets}
    return [max(local_p[s] for s in subsets if i in s) for i in range(m)]


def bonferroni(subset):
    return min(1.0, len(subset) * min(subset))


def simes(subset):
    return min(len(subset) * p / k for k, p in enumerate(sorted(subset), start=1))


@given(families)
def test_hommel_is_closed_testing_with_simes(p):
    assert adjusted_p_values(p, "hommel") == pytest.approx(closed(p, simes), abs=1e-12)


@given(families)
def test_holm_is_closed_testing_with_bonferroni(p):
    assert adjusted_p_values(p, "holm") == pytest.approx(closed(p, bonferroni), abs=1e-12)


@given(families)
def test_false_discovery_rates_are_the_least_level_at_which_the_step_up_rejects(p):
    m = len(p)
    for method, factor in (("bh", 1.0), ("by", sum(1 / k for k in range(1, m + 1)))):
        levels = [min(1.0, factor * m * sum(1 for q in p if q <= one) ** -1 * one) for one in p]
        expected = [min(level for level, other in zip(levels, p, strict=True) if other >= one) for one in p]
        assert adjusted_p_values(p, method) == pytest.approx(expected, abs=1e-12)


@given(families)
def test_the_stronger_procedures_never_give_a_larger_value(p):
    raw, weakest = np.array(p), adjusted_p_values(p, "bonferroni")
    chain = [raw, *(adjusted_p_values(p, method) for method in ("hommel", "hochberg", "holm")), weakest]
    for stronger, weaker in itertools.pairwise(chain):
        assert np.all(stronger <= weaker + 1e-12)
    assert np.all(weakest <= 1)


@given(families, st.randoms())
def test_the_order_of_the_tests_does_not_matter(p, random):
    order = list(range(len(p)))
    random.shuffle(order)
    for method in METHODS:
        shuffled = adjusted_p_values([p[i] for i in order], method)
        assert shuffled == pytest.approx(adjusted_p_values(p, method)[order], abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_a_missing_p_stays_in_its_place_and_does_not_count(method):
    whole = adjusted_p_values([0.01, 0.02, 0.04, 0.5], method)
    found = adjusted_p_values([0.01, np.nan, 0.02, 0.04, 0.5, np.nan], method)
    assert found == pytest.approx([whole[0], np.nan, *whole[1:], np.nan], nan_ok=True)
    assert np.isnan(adjusted_p_values([np.nan, np.nan], method)).all()
    assert adjusted_p_values([], method).size == 0
    assert adjusted_p_values([0.3], method) == pytest.approx([0.3])


def test_impossible_values_are_refused():
    for wrong in ([1.1], [-0.1], [np.inf]):
        with pytest.raises(DomainError):
            adjusted_p_values(wrong, "holm")
    with pytest.raises(DomainError):
        adjusted_p_values([0.1], "sidak")
