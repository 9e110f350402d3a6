"""What a role or a parameter may look like, and what each is read as."""

import pytest

from evaluation.compute.metrics import compute
from evaluation.compute.roles import label
from evaluation.statistics.samples import DomainError

CASES = {"reference": [1, 1, 1, 0, 0, 0], "score": [3, 1, 2, 0, 1, 2]}


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (0, "0"),
        (-0.0, "0"),
        ("+1.50", "1.5"),
        (".5", "0.5"),
        ("1.", "1"),
        ("1e2", "100"),
        (" Nord ", "Nord"),
        ("1e31", "1e31"),
        ("1e999999999999", "1e999999999999"),
        ("nan", "nan"),
        ("1_2", "1_2"),
        ("1_000", "1_000"),
        ("\u0661", "\u0661"),
        (" ", None),
        (float("nan"), None),
    ],
)
def test_a_label_is_text_and_only_a_plain_number_is_made_one(given, read):
    assert label(given) == read


def test_names_with_an_underscore_are_groups_of_their_own():
    columns = {**CASES, "group": ["12", "1_2", "12", "1_2", "12", "1_2"]}
    found = compute("subgroup_gap", columns, {"measure": "selection_rate", "threshold": 2, "reference_group": 12})
    assert {name: group["denominator"] for name, group in found["by_group"].items()} == {"12": 3, "1_2": 3}


@pytest.mark.parametrize("metric", ["sensitivity", "auc", "calibration_intercept_slope"])
def test_a_level_may_be_given_as_text(metric):
    columns = {**CASES, "probability": [0.9, 0.2, 0.5, 0.1, 0.3, 0.6]}
    params = {"threshold": 2, "conf_level": 0.9}
    assert compute(metric, columns, params | {"conf_level": "0.9"}) == compute(metric, columns, params)


@pytest.mark.parametrize("level", [0, 1, "1", "nan", "high", None, True, [0.9]])
def test_a_level_that_is_none_is_refused(level):
    with pytest.raises(DomainError):
        compute("auc", CASES, {"conf_level": level})


def test_a_blank_field_is_a_missing_value():
    columns = {"reference": ["1", "0", " ", "1"], "score": ["2", " ", "1", "0"]}
    found = compute("confusion_matrix", columns, {"threshold": 1})
    assert (found["n"], found["n_missing_dropped"]) == (2, 2)


SERIES = {
    "outcome": [3.0, 4.0, 3.5, 5.0, 4.0, 6.0, 5.5, 7.0, 6.0, 8.0],
    "time": list(range(1, 11)),
    "post": [0] * 5 + [1] * 5,
    "time_since": [0] * 5 + [0, 1, 2, 3, 4],
}
ONE = [0.3, -0.1, 0.8, 0.2, -0.5, 0.1, 0.9, -0.7, 0.4, 0.0]
WITH_TERMS = [
    ("its_newey_west", "season", {**SERIES}, {"lag": 1}),
    ("its_ar1_reml", "season", {**SERIES}, {}),
    ("its_quasi_poisson", "season", {**SERIES, "events": SERIES["time"], "exposure": [2] * 10}, {}),
    ("cluster_robust_linear", "covariates", {**SERIES, "treatment": [0, 1] * 5, "cluster": list("abcde") * 2}, {}),
    (
        "cluster_robust_logistic",
        "covariates",
        {"outcome": [0, 1, 1, 0, 1, 1, 0, 0, 1, 0], "treatment": [0, 1] * 5, "cluster": list("abcde") * 2},
        {},
    ),
]


@pytest.mark.parametrize(("metric", "role", "columns", "params"), WITH_TERMS, ids=[case[0] for case in WITH_TERMS])
def test_a_role_of_several_columns_may_be_absent_or_null_or_be_one_column_alone(metric, role, columns, params):
    bare = compute(metric, columns, params)
    assert compute(metric, columns | {role: None}, params) == compute(metric, columns | {role: []}, params) == bare
    alone = compute(metric, columns | {role: ONE}, params)
    assert alone == compute(metric, columns | {role: [ONE]}, params) != bare
    assert alone == compute(metric, columns | {role: [str(value) for value in ONE]}, params)


def test_a_lag_may_be_given_as_text():
    found = compute("its_newey_west", SERIES, {"lag": 2})
    assert compute("its_newey_west", SERIES, {"lag": "2"}) == found != compute("its_newey_west", SERIES, {"lag": 0})
    for lag in ("two", True, -1, 1.5, "nan"):
        with pytest.raises(DomainError):
            compute("its_newey_west", SERIES, {"lag": lag})
