"""Subgroup metrics through `compute`: labels as text, rows without a label, groups with nothing to count."""

import json

import numpy as np
import pytest

from evaluation.compute.metrics import compute
from evaluation.statistics.samples import DomainError

PARAMS = {"measure": "sensitivity", "threshold": 0.5, "reference_group": "0", "conf_level": 0.95}


def gap(y, score, group, **params):
    got = compute("subgroup_gap", {"reference": y, "score": score, "group": group}, PARAMS | params)
    json.dumps(got, allow_nan=False)
    return got


def fairness(y, score, group):
    got = compute("fairness_summary", {"reference": y, "score": score, "group": group}, {"threshold": 0.5})
    json.dumps(got, allow_nan=False)
    return got


def test_0_and_0_point_0_are_one_group_and_no_label_is_none():
    got = gap([1, 1, 1, 1, 1], [0.5, 0.1, 0.9, 0.9, 0.9], ["0", 0.0, 0, "b", None], reference_group=0.0)
    assert list(got["by_group"]) == ["0", "b"]
    assert (got["by_group"]["0"]["numerator"], got["by_group"]["0"]["denominator"]) == (2, 3)
    assert list(got["gap_vs_reference"]) == ["b"]
    assert got["flag"] is False


def test_a_group_whose_rows_are_all_incomplete_stays_with_a_denominator_of_0():
    got = gap([1, 1, None, 1], [0.9, 0.1, 0.5, None], ["0", "1", "2", "2"])
    assert got["by_group"]["2"] == {"numerator": 0, "denominator": 0, "estimate": None, "ci_low": None, "ci_high": None}
    assert got["gap_vs_reference"]["2"] == {"difference": None, "ci_low": None, "ci_high": None}
    assert (got["max_min_difference"], got["df"]) == (1.0, 1)
    assert (got["flag"], got["warnings"], got["reason"]) == (True, ["empty_level"], "empty_group")


def test_a_reference_group_that_no_row_has_leaves_every_gap_null():
    got = gap([1, 1], [0.9, 0.1], ["a", "b"], reference_group="c")
    assert got["gap_vs_reference"]["a"]["difference"] is None
    assert got["by_group"]["c"]["denominator"] == 0
    assert got["max_min_difference"] == 1.0
    assert got["flag"] is True


def test_no_row_at_all():
    got = gap([], [], [])
    assert (got["by_group"]["0"]["estimate"], got["chi2"], got["flag"], got["reason"]) == (None, None, True, "no_rows")
    told = fairness([], [], [])
    assert (told["demographic_parity_difference"], told["flag"], told["reason"]) == (None, True, "no_rows")


@pytest.mark.parametrize(
    "wrong",
    [
        {"measure": "f1"},
        {"measure": None},
        {"reference_group": None},
        {"reference_group": ""},
        {"threshold": "x"},
        {"conf_level": 1},
    ],
)
def test_impossible_parameters_are_refused(wrong):
    with pytest.raises(DomainError):
        gap([1, 0], [0.9, 0.1], ["0", "1"], **wrong)


def test_a_rate_that_no_group_has_and_a_rate_of_0_everywhere():
    without = fairness([1, 1], [0.9, 0.1], ["a", "b"])
    assert (without["equal_opportunity_difference"], without["equalized_odds_difference"]) == (1.0, None)
    assert (without["flag"], without["reason"]) == (True, "no_negative")
    nobody = fairness([1, 0, 1, 0], [0.1, 0.1, 0.1, 0.1], ["a", "a", "b", "b"])
    assert (nobody["demographic_parity_difference"], nobody["demographic_parity_ratio"]) == (0.0, None)
    assert (nobody["equalized_odds_ratio"], nobody["flag"], nobody["reason"]) == (None, True, "zero_rate")
    alone = fairness([1, 0], [0.9, 0.9], ["a", "a"])
    assert (alone["demographic_parity_difference"], alone["demographic_parity_ratio"], alone["flag"]) == (
        0.0,
        1.0,
        False,
    )


def test_a_million_rows_are_counted_once():
    rng = np.random.default_rng(1)
    n = 1_000_000
    y, score, group = rng.integers(0, 2, n), rng.random(n), rng.integers(0, 5, n)
    got = gap(y, score, group)
    assert sum(one["denominator"] for one in got["by_group"].values()) == y.sum()
    assert got["by_group"]["3"]["numerator"] == np.count_nonzero((y == 1) & (score >= 0.5) & (group == 3))
