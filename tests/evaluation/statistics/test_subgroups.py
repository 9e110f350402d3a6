"""Subgroup gaps against SciPy's contingency table and the formulas, from 2×2 tables counted in one pass."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evaluation.statistics.proportions import wilson
from evaluation.statistics.samples import DomainError
from evaluation.statistics.subgroups import MEASURES, fairness, group_tables, subgroup_gap

cases = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0, math.nan]), st.sampled_from([0.0, 1.0, math.nan]), st.integers(-1, 3)),
    max_size=60,
)


def tables(rows):
    reference, call, group = np.array(rows, dtype=float).reshape(-1, 3).T
    return group_tables(reference, call, group.astype(int), 4)


@given(cases)
def test_one_count_is_four_counts_of_each_group(rows):
    found = tables(rows)
    for group in range(4):
        for name, reference, call in (("tp", 1, 1), ("fn", 1, 0), ("fp", 0, 1), ("tn", 0, 0)):
            assert getattr(found, name)[group] == sum(row == (reference, call, group) for row in rows)


def test_newcombe_1998_table_ii_case_a():
    """56/70 against 48/80: 0.2, method 10 from 0.0524 to 0.3339."""
    found = group_tables(np.ones(150), np.repeat([1, 0, 1, 0], (56, 14, 48, 32)), np.repeat([0, 1], (70, 80)), 2)
    gap = subgroup_gap(found, "sensitivity", 1, 0.95).gaps[0]
    assert (gap.difference, gap.low, gap.high) == (
        pytest.approx(0.2),
        pytest.approx(0.0524, abs=5e-5),
        pytest.approx(0.3339, abs=5e-5),
    )


@given(cases, st.sampled_from(sorted(MEASURES)), st.integers(0, 3))
def test_gaps_and_heterogeneity_are_their_formulas(rows, measure, against):
    counts = tables(rows)
    events, trials = MEASURES[measure][0](counts)
    found = subgroup_gap(counts, measure, against, 0.9)
    shares = [e / t if t else None for e, t in zip(events, trials, strict=True)]
    for group, share in enumerate(shares):
        gap = found.gaps[group]
        if group == against or share is None or shares[against] is None:
            assert gap is None
            continue
        low, high = wilson(int(events[group]), int(trials[group]), 0.9)
        low_2, high_2 = wilson(int(events[against]), int(trials[against]), 0.9)
        difference = share - shares[against]
        assert gap.difference == pytest.approx(difference)
        assert gap.low == pytest.approx(difference - math.hypot(share - low, high_2 - shares[against]))
        assert gap.high == pytest.approx(difference + math.hypot(high - share, shares[against] - low_2))
    known = [share for share in shares if share is not None]
    if len(known) < 2:
        nothing = (found.max_min_difference, found.min_max_ratio, found.chi2, found.df, found.p_value)
        assert nothing == (None,) * 5
        assert found.reason is not None
        return
    assert found.max_min_difference == pytest.approx(max(known) - min(known))
    assert found.min_max_ratio == (pytest.approx(min(known) / max(known)) if max(known) else None)
    assert found.df == len(known) - 1
    table = np.array([events, trials - events])[:, trials > 0]
    if table.sum(axis=1).min() == 0:
        assert (found.chi2, found.p_value) == (None, None)
    else:
        expected = stats.chi2_contingency(table, correction=False)
        assert (found.chi2, found.p_value) == (pytest.approx(expected.statistic), pytest.approx(expected.pvalue))


def test_a_group_with_nothing_to_count_stays_and_says_why():
    counts = group_tables([1, 1, 0, 0], [1, 0, 0, 1], [0, 0, 1, 1], 3)
    found = subgroup_gap(counts, "sensitivity", 1, 0.95)
    assert [one.extras["denominator"] for one in found.by_group] == [2, 0, 0]
    assert found.by_group[1].reason == "no_positive"
    assert found.gaps == (None, None, None)
    assert found.reason == "one_group"
    assert subgroup_gap(group_tables([], [], [], 1), "ppv", 0, 0.95).reason == "no_rows"


def test_all_successes_and_all_failures():
    successes = subgroup_gap(group_tables([1, 1, 1], [1, 1, 1], [0, 0, 1], 2), "sensitivity", 0, 0.95)
    assert (successes.min_max_ratio, successes.chi2, successes.df, successes.reason) == (1.0, None, 1, "no_variation")
    failures = subgroup_gap(group_tables([1, 1, 1], [0, 0, 0], [0, 0, 1], 2), "sensitivity", 0, 0.95)
    assert (failures.max_min_difference, failures.min_max_ratio, failures.reason) == (0.0, None, "zero_rate")


@given(cases)
def test_fairness_is_the_spread_of_three_rates(rows):
    counts = tables(rows)
    found = fairness(counts)

    def spread(events, trials):
        shares = [e / t for e, t in zip(events, trials, strict=True) if t]
        if not shares:
            return None, None
        return max(shares) - min(shares), min(shares) / max(shares) if max(shares) else None

    everybody = counts.tp + counts.fn + counts.fp + counts.tn
    selected = spread(counts.tp + counts.fp, everybody)
    opportunity, alarm = spread(counts.tp, counts.tp + counts.fn), spread(counts.fp, counts.fp + counts.tn)
    for disparity, expected in ((found.demographic_parity, selected), (found.equal_opportunity, opportunity)):
        assert (disparity.difference, disparity.ratio) == expected
    difference, ratio = zip(opportunity, alarm, strict=True)
    assert found.equalized_odds.difference == (None if None in difference else max(difference))
    assert found.equalized_odds.ratio == (None if None in ratio else min(ratio))


def test_columns_of_different_lengths_and_other_answers_are_refused():
    with pytest.raises(DomainError):
        group_tables([1, 0], [1], [0, 0], 1)
    with pytest.raises(DomainError):
        group_tables([1, 2], [1, 0], [0, 0], 1)
