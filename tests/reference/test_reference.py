"""Every public reference case, and the comparison itself."""

import json
from pathlib import Path

import pytest

from evaluation.compute.metrics import METRICS
from tests.reference.columns import roles_of
from tests.reference.comparison import differences
from tests.reference.runner import run

FOLDER = Path(__file__).parent
CASES = json.loads((FOLDER / "cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_engine_prints_the_published_number(case):
    outcome = run(case, FOLDER)
    assert (outcome.state, outcome.differences) == ("passed", [])


def test_the_comparison_can_fail():
    case = {
        "expected": {"estimate": 0.5, "flag": True, "list": [1, None], "end": "Infinity"},
        "tolerance": {"rel": 1e-6},
    }
    right = {"estimate": 0.5, "flag": True, "list": [1, None], "end": "Infinity"}
    assert list(differences(case, right)) == []
    for wrong in (
        {"estimate": 0.50001},
        {"estimate": None},
        {"estimate": float("nan")},
        {"flag": False},
        {"list": [1]},
        {"list": [1, 0]},
        {"end": float("inf")},
    ):
        assert len(list(differences(case, right | wrong))) == 1


def test_a_simulation_is_compared_by_its_width_and_its_shares():
    case = {
        "expected": {"x_ci_low": 0.0, "x_ci_high": 10.0, "prob_good": 0.5},
        "tolerance": {"monte_carlo": True, "rel_to_ci_width": 0.04, "probability_abs": 0.02},
    }
    assert list(differences(case, {"x_ci_low": 0.3, "x_ci_high": 9.7, "prob_good": 0.515})) == []
    assert len(list(differences(case, {"x_ci_low": 0.5, "x_ci_high": 9.5, "prob_good": 0.53}))) == 3


def test_a_limit_that_does_not_exist_has_no_width_to_be_compared_by():
    case = {
        "expected": {"x_ci_low": None, "x_ci_high": "Infinity", "y_ci_low": 1.0},
        "tolerance": {"monte_carlo": True, "rel_to_ci_width": 0.04, "probability_abs": 0.02},
        "accept_also": None,
    }
    assert list(differences(case, {"x_ci_low": None, "x_ci_high": "Infinity", "y_ci_low": 1.0})) == []
    assert len(list(differences(case, {"x_ci_low": 0.0, "x_ci_high": None, "y_ci_low": 1.1}))) == 3


def test_a_case_that_cannot_be_read_fails_alone(tmp_path):
    case = {**CASES[0], "data": "absent.csv"}
    assert run(case, tmp_path).state == "failed"
    broken = {**CASES[0], "expected": {"estimate": 0.5}, "accept_also": {"estimate": 1}}
    assert run(broken, FOLDER).differences[0][0] == "(exception)"


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_an_empty_field_is_a_missing_value_also_where_it_is_the_whole_line(tmp_path, mark):
    (tmp_path / "one.csv").write_text(f'{mark}p_value\r\n0.01\r\n\r\n""\r\n0.02\r\n', encoding="utf-8", newline="")
    case = {"values": {}, "data": "one.csv", "columns": {"p_value": "p_value"}}
    assert roles_of(case, tmp_path) == {"p_value": ["0.01", "", "", "0.02"]}
    (tmp_path / "two.csv").write_text('a,"b, c"\n1,\n,"é"\n\n', encoding="utf-8")
    case = {"values": {"t": 3}, "data": "two.csv", "columns": {"raters": ["b, c", "a"]}}
    assert roles_of(case, tmp_path) == {"t": 3, "raters": [["", "é"], ["1", ""]]}


def test_every_metric_has_a_case_and_every_data_file_a_licence():
    assert {case["metric"] for case in CASES} <= set(METRICS)
    licences = (FOLDER / "LICENCES.md").read_text(encoding="utf-8")
    for case in CASES:
        assert not case["data"] or f"| {case['data']} |" in licences
