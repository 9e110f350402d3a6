"""The System Usability Scale: Brooke's scoring, SciPy's t test and alpha from its definition."""

import numpy as np
import pytest
from scipy import stats

from evaluation.statistics import sus
from evaluation.statistics.samples import DomainError

BEST, WORST, MIDDLE = [5, 1] * 5, [1, 5] * 5, [3] * 10


def test_the_ends_and_the_middle_of_the_scale():
    assert sus.sus_scores([BEST, WORST, MIDDLE]).tolist() == [100, 0, 50]


def test_the_mean_its_interval_and_the_test_are_those_of_scipy():
    items = np.random.default_rng(1).integers(1, 6, (15, 10)).astype(float)
    items[4, 2] = np.nan
    scores = np.delete(sus.sus_scores(items), 4)
    found = sus.sus_score(items, 0.9, 60)
    expected = stats.ttest_1samp(scores, 60)
    assert (found.n, found.value, found.flags) == (14, pytest.approx(scores.mean()), ("items_missing",))
    assert (found.low, found.high) == pytest.approx(tuple(expected.confidence_interval(0.9)))
    assert found.extras["p_value"] == pytest.approx(expected.pvalue)
    turned = np.delete(items, 4, axis=0) * np.where(np.arange(10) % 2, -1, 1)
    alpha = 10 / 9 * (1 - turned.var(axis=0, ddof=1).sum() / turned.sum(axis=1).var(ddof=1))
    assert found.extras["cronbach_alpha"] == pytest.approx(alpha)


@pytest.mark.parametrize(
    ("items", "reason"),
    [([[np.nan] * 10], "no_rows"), (np.empty((0, 10)), "no_rows"), ([BEST], "too_few"), ([BEST, BEST], "no_variation")],
)
def test_what_cannot_be_inferred_has_every_key_empty(items, reason):
    found = sus.sus_score(items, 0.95)
    assert found.reason == reason
    assert {"sd", "median", "p_value", "cronbach_alpha"} <= set(found.extras)
    assert found.extras["p_value"] is None


def test_an_answer_outside_the_scale_or_an_item_too_few_is_an_error():
    for wrong in ([[0, *BEST[1:]]], [[6, *BEST[1:]]], [[2.5, *BEST[1:]]], [BEST[:9]]):
        with pytest.raises(DomainError):
            sus.sus_score(wrong, 0.95)
