"""The exact interval beside Wilson's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evaluation.compute.metrics import compute
from evaluation.statistics.proportions import clopper_pearson, proportion
from evaluation.statistics.samples import DomainError


def test_the_exact_limits_are_those_of_r_binom_test():
    assert clopper_pearson(5, 10, 0.95) == pytest.approx((0.1870860284, 0.8129139716), abs=1e-10)
    assert clopper_pearson(0, 20, 0.95) == pytest.approx((0.0, 1 - 0.025 ** (1 / 20)), rel=1e-12)


@given(st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.5, 0.999))
def test_the_exact_limits_are_scipys(counts, level):
    k, n = counts
    wanted = stats.binomtest(k, n).proportion_ci(level, method="exact") if n < 10**4 else None
    low, high = clopper_pearson(k, n, level)
    assert 0 <= low <= k / n <= high <= 1
    if wanted:
        assert (low, high) == pytest.approx((wanted.low, wanted.high), rel=1e-9)
    else:
        tail = (1 - level) / 2
        assert k == 0 or stats.binom.sf(k - 1, n, low) == pytest.approx(tail, rel=1e-6)
        assert k == n or stats.binom.cdf(k, n, high) == pytest.approx(tail, rel=1e-6)


def test_the_interval_is_asked_for_by_name():
    columns = {"reference": [1] * 10, "score": [1] * 5 + [0] * 5}
    found = compute("sensitivity", columns, {"threshold": 1, "interval": "clopper_pearson"})
    assert found["ci_low"] == pytest.approx(0.1870860284, abs=1e-10)
    assert compute("sensitivity", columns, {"threshold": 1})["ci_low"] == pytest.approx(0.236593, abs=1e-6)
    assert proportion(1, 2, 0.95, interval="clopper_pearson").method == "clopper_pearson"
    with pytest.raises(DomainError):
        compute("sensitivity", columns, {"threshold": 1, "interval": "wald"})
    with pytest.raises(DomainError):
        clopper_pearson(3, 2, 0.95)
