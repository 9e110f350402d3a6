"""Repeated looks, confidence sequences and multiplicity through `compute`."""

import json

import numpy as np
import pytest

from evaluation.compute.metrics import compute
from evaluation.statistics.samples import DomainError

SPENDING = {"spending": "obrien_fleming", "alpha": 0.05, "sides": 2}
BERNOULLI = {"alpha": 0.05, "t_opt": 100, "alpha_opt": 0.05}
STREAM = {"alpha": 0.05, "looks": [2, 4], "truncation": 0.5, "grid": 100}


def run(code, columns, params):
    got = compute(code, columns, params)
    json.dumps(got, allow_nan=False)
    return got


def test_a_missing_p_is_null_not_rejected_and_flagged():
    got = run("adjusted_p_values", {"p_value": ["0.01", "", None, 0.04]}, {"method": "holm", "alpha": 0.05})
    assert got["adjusted"] == [0.02, None, None, 0.04]
    assert got["rejected"] == [True, False, False, True]
    assert (got["n_rejected"], got["m_used"], got["flag"], got["warnings"]) == (2, 2, True, ["p_values_missing"])


def test_an_adjusted_p_equal_to_alpha_is_rejected():
    got = run("adjusted_p_values", {"p_value": [0.05, 0.01]}, {"method": "holm"})
    assert (got["rejected"], got["flag"]) == ([True, True], False)


def test_no_p_at_all():
    for values in ([], [None, ""]):
        got = run("adjusted_p_values", {"p_value": values}, {"method": "bh", "alpha": 0.05})
        assert (got["m_used"], got["n_rejected"], got["flag"], got["reason"]) == (0, 0, True, "no_rows")


def test_the_boundaries_of_text_and_of_one_number():
    got = run("group_sequential_spending", {"information": ["0.5", "1"]}, SPENDING)
    assert got["z"] == run("group_sequential_spending", {"information": [0.5, 1]}, SPENDING)["z"]
    one = run("group_sequential_classic", {"information": 1}, {"boundary": "pocock", "alpha": 0.05, "sides": 2})
    assert one["z"] == [pytest.approx(1.959963984540054, abs=1e-12)]
    far = run("group_sequential_spending", {"information": [0.001, 1]}, SPENDING)
    assert far["z"][0] == "Infinity"
    assert run("group_sequential_spending", {"information": []}, SPENDING)["flag"] is True


@pytest.mark.parametrize(
    ("code", "columns", "params"),
    [
        ("adjusted_p_values", {"p_value": [0.1]}, {}),
        ("adjusted_p_values", {"p_value": [0.1]}, {"method": "holm", "alpha": 0}),
        ("adjusted_p_values", {"p_value": ["x"]}, {"method": "holm"}),
        ("adjusted_p_values", {"p_value": ["Infinity"]}, {"method": "holm"}),
        ("group_sequential_spending", {"information": [0.5, None]}, SPENDING),
        ("group_sequential_spending", {"information": [0.5, "1.1"]}, SPENDING),
        ("group_sequential_spending", {"information": [0.5]}, SPENDING | {"spending": "kim_demets"}),
        ("group_sequential_spending", {"information": [0.5]}, SPENDING | {"sides": "both"}),
        ("group_sequential_classic", {"information": [0.5]}, SPENDING | {"boundary": "peto"}),
        ("confidence_sequence_normal_mixture", {"variance_time": [-1]}, {"alpha": 0.05, "v_opt": 10}),
        ("confidence_sequence_bernoulli", {"events": 4, "trials": 3}, BERNOULLI),
        ("confidence_sequence_bernoulli", {"events": 1, "trials": 3}, BERNOULLI | {"t_opt": None}),
        ("confidence_sequence_betting", {"stream": [2]}, STREAM),
        ("confidence_sequence_betting", {"stream": [0.2]}, STREAM | {"looks": [0]}),
        ("confidence_sequence_empirical_bernstein", {"stream": ["-Infinity"]}, STREAM),
        ("confidence_sequence_empirical_bernstein", {}, STREAM),
    ],
)
def test_impossible_values_are_refused(code, columns, params):
    with pytest.raises(DomainError):
        run(code, columns, params)


@pytest.mark.parametrize(("events", "trials"), [(None, 3), ([], []), ("", 5)])
def test_missing_counts_have_no_limits(events, trials):
    got = run("confidence_sequence_bernoulli", {"events": events, "trials": trials}, BERNOULLI)
    assert (got["ci_low"], got["ci_high"], got["flag"], got["reason"]) == (None, None, True, "no_rows")


def test_no_trial_knows_nothing_and_says_so():
    got = run("confidence_sequence_bernoulli", {"events": 0, "trials": 0}, BERNOULLI)
    assert (got["estimate"], got["ci_low"], got["ci_high"], got["flag"]) == (None, 0.0, 1.0, True)


def test_a_missing_variance_is_null_in_its_place():
    got = run("confidence_sequence_normal_mixture", {"variance_time": [None, "10"]}, {"alpha": 0.05, "v_opt": 100})
    assert got["boundary"] == [None, pytest.approx(12.1907531463415)]
    assert got["flag"] is True


@pytest.mark.parametrize("code", ["confidence_sequence_empirical_bernstein", "confidence_sequence_betting"])
def test_looks_beyond_the_stream_are_null_and_an_empty_stream_has_none(code):
    got = run(code, {"stream": ["0.5", None, 1, ""]}, STREAM)
    assert (got["mean"], got["n"], got["flag"], got["reason"]) == ([0.75, None], 2, True, "too_few")
    assert got["ci_low"][0] is not None
    assert got["ci_high"][1] is None
    assert run(code, {"stream": []}, STREAM)["reason"] == "no_rows"


def test_an_empty_set_is_0_to_1_with_a_flag():
    stream = np.tile([0.0, 1.0], 40)  # nearly sure losses on every side: a large error level leaves no candidate
    found = [
        run("confidence_sequence_betting", {"stream": stream[:n]}, STREAM | {"alpha": 0.9999, "looks": [n], "grid": 1})
        for n in range(1, 81)
    ]
    emptied = [got for got in found if got["flag"]]
    assert emptied
    assert all((got["ci_low"], got["ci_high"], got["warnings"]) == ([0.0], [1.0], ["degenerate"]) for got in emptied)


def test_a_long_stream_takes_a_moment():
    stream = (np.random.default_rng(3).random(100_000) < 0.3).astype(float)
    got = run("confidence_sequence_betting", {"stream": stream}, STREAM | {"looks": [100_000], "grid": 1000})
    assert got["ci_low"][0] < 0.3 < got["ci_high"][0]
    assert got["ci_high"][0] - got["ci_low"][0] < 0.03
