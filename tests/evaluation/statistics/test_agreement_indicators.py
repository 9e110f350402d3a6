"""Agreement and reader studies on a scorecard: what the estimators read, and the reason where there is no number."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from evaluation.data import Column, PilotData
from evaluation.estimate import Estimate, NotEstimable
from evaluation.indicators.estimators import ESTIMATORS
from evaluation.indicators.inputs import Inputs
from evaluation.protocol import parse_protocol
from evaluation.scorecard.build import score
from tests.evaluation.statistics.test_mrmc import run, vandyke

GRADES = ("high", "low", "mild")  # as a column sorts them


def column(values):
    if all(value is None or isinstance(value, str) for value in values):
        labels = tuple(sorted({value for value in values if value is not None}))
        return Column(np.array([-1 if v is None else labels.index(v) for v in values], dtype=np.int32), labels)
    return Column(np.array([np.nan if v is None else v for v in values], dtype=float))


def inputs(options=None, **columns):
    made = {
        name: tuple(column(one) for one in values) if isinstance(values, tuple) else (column(values),)
        for name, values in columns.items()
    }
    rows = len(next(iter(made.values()))[0].values)
    return Inputs(columns=made, options=options or {}, level=0.95, rows=rows)


def estimate(code, options=None, **columns):
    return ESTIMATORS[code](inputs(options, **columns))


def test_kappa_reads_text_numbers_and_booleans_by_their_labels():
    as_text = estimate("cohen_kappa", rater_1=["1", "0", "1", "0", None], rater_2=["1", "0", "0", "0", "1"])
    mixed = estimate("cohen_kappa", rater_1=[1, 0, 1, 0, None], rater_2=["1", "0", "0", "0", "1"])
    assert isinstance(as_text, Estimate)
    assert (mixed.value, mixed.low, mixed.n) == (as_text.value, as_text.low, 4)
    assert as_text.value == pytest.approx(0.5, rel=1e-12)


def test_weighted_kappa_takes_the_order_of_its_option_not_that_of_the_alphabet():
    columns = {"rater_1": ["low", "mild", "high", "low"], "rater_2": ["low", "high", "high", "mild"]}
    found = estimate("weighted_kappa", {"categories": "low|mild|high"}, **columns)
    alphabetical = estimate("weighted_kappa", {"categories": "high|low|mild"}, **columns)
    assert found.value != pytest.approx(alphabetical.value, abs=0.05)
    numbers = {"rater_1": [0, 1, 2, 0], "rater_2": [0, 2, 2, 1]}
    assert estimate("weighted_kappa", {"categories": "0|1|2"}, **numbers).value == found.value
    assert found.pooling.variance == pytest.approx(found.extras["se"] ** 2)


@pytest.mark.parametrize(
    ("code", "options", "columns", "reason"),
    [
        ("cohen_kappa", {}, {"rater_1": [1, 0]}, "missing_column"),
        ("weighted_kappa", {}, {"rater_1": [1, 0], "rater_2": [1, 0]}, "missing_column"),
        ("weighted_kappa", {"categories": "1|2"}, {"rater_1": [1, 0], "rater_2": [1, 0]}, "impossible_value"),
        ("cohen_kappa", {"categories": "0|0"}, {"rater_1": [0, 0], "rater_2": [0, 0]}, "impossible_value"),
        ("cohen_kappa", {}, {"rater_1": [1, 1], "rater_2": [1, 1]}, "one_category"),
        ("cohen_kappa", {}, {"rater_1": [1, 0], "rater_2": [1, 0]}, "perfect_agreement"),
        ("cohen_kappa", {}, {"rater_1": [1, 0], "rater_2": [1, 1]}, "no_variation"),
        ("cohen_kappa", {}, {"rater_1": [None], "rater_2": [1]}, "no_rows"),
        ("cohen_kappa", {}, {"rater_1": [], "rater_2": []}, "no_rows"),
        ("fleiss_kappa", {}, {"other": [1]}, "missing_column"),
        ("fleiss_kappa", {}, {"raters": ([1, 0], [1, 0])}, "perfect_agreement"),
        ("fleiss_kappa", {}, {"raters": ([1, 0, 1],)}, "too_few"),
        ("icc_2_1", {}, {"other": [1]}, "missing_column"),
        ("icc_2_1", {}, {"raters": ([1, 2], [1, 2])}, "perfect_agreement"),
        ("icc_2_1", {}, {"raters": ([1, 2], [1, np.inf])}, "impossible_value"),
        ("icc_2_1", {}, {"raters": ([], [])}, "no_rows"),
        ("bland_altman_bias", {}, {"measurement_1": [1]}, "missing_column"),
        ("bland_altman_bias", {}, {"measurement_1": [1, 2], "measurement_2": [1, 2]}, "no_variation"),
        ("bland_altman_upper_limit", {}, {"measurement_1": [1], "measurement_2": [1]}, "too_few"),
        ("bland_altman_lower_limit", {}, {"measurement_1": [1e308, 1], "measurement_2": [-1e308, 1]}, "impossible_value"),
        ("mrmc_auc_difference", {}, {"reference": [1], "score": [1], "reader": ["a"]}, "missing_column"),
        ("mrmc_auc_difference", {}, {"reference": [1], "score": [1], "reader": ["a"], "case": ["a"]}, "missing_column"),
        ("mrmc_auc_difference", {}, {"reference": [1], "score": [1], "reader": ["a"], "case": ["a"], "modality": [3]}, "impossible_value"),
        ("mrmc_auc_difference", {}, {"reference": [1], "score": [1], "reader": ["a"], "case": ["a"], "modality": [1]}, "empty_group"),
        ("mrmc_auc_difference", {"covariance": "x"}, {"reference": [1], "score": [1], "reader": ["a"], "case": ["a"], "modality": [1]}, "impossible_value"),
        ("mrmc_auc_difference", {}, {"reference": [], "score": [], "reader": [], "case": [], "modality": []}, "no_rows"),
    ],
)  # fmt: skip
def test_what_cannot_be_estimated_says_why(code, options, columns, reason):
    found = estimate(code, options, **columns)
    assert isinstance(found, NotEstimable)
    assert found.reason == reason


def test_fleiss_and_icc_read_one_column_a_rater():
    raters = (["a", "b", "a", "c"], ["a", "b", "b", "c"], ["a", "a", "a", None])
    found = estimate("fleiss_kappa", raters=raters)
    assert (found.extras["n_subjects"], found.extras["n_raters"]) == (3, 3)
    assert estimate("icc_2_1", raters=([1, 2, 3.5], [1, 2.5, 3], [1.5, 2, 3])).n == 3


def readings(tool="m2"):
    rows = vandyke()
    return {
        "reference": [row[0] for row in rows],
        "score": [row[1] for row in rows],
        "reader": [row[3] for row in rows],
        "case": [row[4] for row in rows],
        "modality": [float(row[2] == tool) for row in rows],
    }


def test_the_difference_is_with_minus_without_the_tool_by_either_way_of_saying_it():
    expected = run(vandyke())["comparisons"]["m1|m2"]
    found = estimate("mrmc_auc_difference", **readings())
    assert (found.value, found.low, found.high) == pytest.approx(
        (-expected["difference"], -expected["ci_high"], -expected["ci_low"]), rel=1e-10
    )
    assert found.extras["p_value"] == pytest.approx(expected["p_value"], rel=1e-10)
    assert (found.n, found.extras["n_readings"], found.extras["n_readers"], found.pooling) == (114, 1140, 5, None)
    given = readings()
    tool = np.array(given.pop("modality")) == 1
    by_arm = replace(inputs({"covariance": "delong"}, **given), with_tool=tool, without_tool=~tool)
    assert ESTIMATORS["mrmc_auc_difference"](by_arm).value == pytest.approx(found.value, rel=1e-12)
    turned = estimate("mrmc_auc_difference", **readings("m1"))
    assert (turned.value, turned.high) == pytest.approx((-found.value, -found.low), rel=1e-12)


def test_few_positive_cases_are_counted_as_cases_not_as_readings():
    assert "few_positives" not in estimate("mrmc_auc_difference", **readings()).flags
    given = readings()
    first = sorted({case for case, truth in zip(given["case"], given["reference"], strict=True) if truth == 1})[:29]
    kept = [i for i, case in enumerate(given["case"]) if given["reference"][i] == 0 or case in first]
    few = {name: [values[i] for i in kept] for name, values in given.items()}
    assert "few_positives" in estimate("mrmc_auc_difference", **few).flags


PROTOCOL = """
id = "paired-reading"
version = "1"
use_case = "imagerie_detection"
design = "D2"
measured = "with_tool"
leading_domain = "clinical"
title = { fr = "Lecture", en = "Reading" }
summary = { fr = "Lecture", en = "Reading" }

[[tables]]
name = "readings"
label = { fr = "Lectures", en = "Readings" }
row_unit = { fr = "lecture", en = "reading" }
columns = [
  { name = "reading", role = "case_id", type = "text", label = { fr = "l", en = "r" } },
  { name = "site", role = "site", type = "text", label = { fr = "s", en = "s" } },
  { name = "exam", role = "patient", type = "text", label = { fr = "e", en = "e" } },
  { name = "reader", role = "reader", type = "text", label = { fr = "l", en = "r" } },
  { name = "arm", role = "arm", type = "category", label = { fr = "b", en = "a" }, without_tool = "without", with_tool = "with", categories = { without = [], with = [] } },
  { name = "truth", role = "reference", type = "boolean", label = { fr = "r", en = "r" } },
  { name = "rating", role = "score", type = "number", label = { fr = "n", en = "n" } },
  { name = "grade_tool", role = "covariate", type = "category", label = { fr = "g", en = "g" }, categories = { low = [], mild = [], high = [] } },
  { name = "grade_expert", role = "covariate", type = "category", label = { fr = "g", en = "g" }, categories = { low = [], mild = [], high = [] } },
]

[[indicators]]
id = "gain"
code = "mrmc_auc_difference"
table = "readings"
role = "primary"
criterion = { threshold = 0.0, test = "superiority" }

[[indicators]]
id = "grades"
code = "weighted_kappa"
table = "readings"
role = "secondary"
inputs = { rater_1 = "grade_tool", rater_2 = "grade_expert" }
options = { categories = "low|mild|high" }
"""


def test_a_paired_reading_is_scored_from_end_to_end():
    protocol = parse_protocol(PROTOCOL)
    rows = vandyke()
    scale = ("low", "mild", "high")
    frame = pl.DataFrame(
        {
            "reading": [f"{i}" for i in range(len(rows))],
            "site": [f"99000001{i % 3}" for i in range(len(rows))],
            "exam": [row[4] for row in rows],
            "reader": [row[3] for row in rows],
            "arm": ["with" if row[2] == "m2" else "without" for row in rows],
            "truth": [row[0] == 1 for row in rows],
            "rating": [row[1] for row in rows],
            "grade_tool": [scale[int(row[1]) % 3] if row[2] == "m2" else None for row in rows],
            "grade_expert": [scale[int(row[1] + (i % 5 == 0)) % 3] for i, row in enumerate(rows)],
        }
    )
    content = json.loads(score(protocol, PilotData.from_frames(protocol, {"readings": frame})).to_json_bytes())
    gain, grades = content["indicators"]
    assert gain["estimate"]["value"] == pytest.approx(0.0438003220611916, rel=1e-9)
    assert gain["estimate"]["low"] == pytest.approx(-0.000358854444171379, rel=1e-7)
    assert (gain["verdict"], gain["pooled"], gain["by_site"]) == ("uncertain", {"not_estimable": "spans_sites"}, [])
    assert grades["estimate"]["n"] == 570  # the readings with the tool
    assert grades["pooled"]["k"] == 3
    mixed = PilotData.from_frames(protocol, {"readings": frame.sample(fraction=1.0, shuffle=True, seed=1)})
    assert (
        score(protocol, mixed).to_json_bytes()
        == score(protocol, PilotData.from_frames(protocol, {"readings": frame})).to_json_bytes()
    )
