"""Every public reference case of the metrics that the engine has."""

import json
from pathlib import Path

import pytest

from tests.reference.columns import Columns
from tests.reference.comparison import differences
from tests.reference.metrics import METRICS

FOLDER = Path(__file__).parent
CASES = json.loads((FOLDER / "cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_engine_prints_the_published_number(case):
    got = METRICS[case["metric"]](Columns(case, FOLDER))
    assert list(differences(case, got)) == []


def test_the_comparison_can_fail():
    case = {"expected": {"estimate": 0.5, "flag": True, "list": [1, None]}, "tolerance": {"rel": 1e-6}}
    right = {"estimate": 0.5, "flag": True, "list": [1, None]}
    assert list(differences(case, right)) == []
    for wrong in ({"estimate": 0.50001}, {"estimate": None}, {"flag": False}, {"list": [1]}, {"list": [1, 0]}):
        assert len(list(differences(case, right | wrong))) == 1


def test_every_metric_has_a_case_and_every_data_file_a_licence():
    assert set(METRICS) == {case["metric"] for case in CASES}
    licences = (FOLDER / "LICENCES.md").read_text(encoding="utf-8")
    for case in CASES:
        assert not case["data"] or f"| {case['data']} |" in licences
