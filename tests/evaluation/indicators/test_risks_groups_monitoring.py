"""Calibration, subgroup and monitoring indicators on a scorecard: what they read, and what they say without it."""

import json

import numpy as np
import polars as pl
import pytest

from evaluation.data import Column, PilotData
from evaluation.estimate import Estimate, NotEstimable
from evaluation.indicators.estimators import ESTIMATORS
from evaluation.indicators.inputs import Inputs
from evaluation.protocol import LIBRARY, parse_protocol
from evaluation.scorecard.build import score
from evaluation.statistics.confidence_sequences import bernoulli_limits

CALIBRATION = (
    "calibration_slope",
    "calibration_in_the_large",
    "observed_expected_ratio",
    "brier_score",
    "net_benefit_at",
)
OPTIONS = {"net_benefit_at": {"threshold": 0.3}}


def inputs(options=None, **columns):
    made = {name: (c if isinstance(c, Column) else Column(np.asarray(c, dtype=float)),) for name, c in columns.items()}
    rows = max((len(c[0].values) for c in made.values()), default=0)
    return Inputs(columns=made, options=options or {}, level=0.95, rows=rows)


def risks(n=200, seed=5):
    rng = np.random.default_rng(seed)
    p = rng.beta(2, 3, n)
    return {"reference": (rng.random(n) < p).astype(float), "probability": p}


@pytest.mark.parametrize("code", CALIBRATION)
def test_a_pilot_with_risks_gets_an_interval_that_sites_can_pool(code):
    found = ESTIMATORS[code](inputs(OPTIONS.get(code), **risks()))
    assert isinstance(found, Estimate)
    assert found.low < found.value < found.high
    assert found.pooling.variance > 0
    assert found.flags == ()


@pytest.mark.parametrize("code", CALIBRATION)
@pytest.mark.parametrize(
    "columns",
    [
        {"reference": [], "probability": []},
        {"reference": [1], "probability": [0.4]},
        {"reference": [np.nan, 1], "probability": [0.4, np.nan]},
        {"reference": [0, 0, 0], "probability": [0.2, 0.2, 0.2]},
        {"reference": [1.0, 0.0]},
    ],
)
def test_columns_that_say_nothing_are_a_reason(code, columns):
    assert isinstance(ESTIMATORS[code](inputs(OPTIONS.get(code), **columns)), NotEstimable)


@pytest.mark.parametrize("code", CALIBRATION)
def test_few_positives_are_flagged_and_impossible_risks_named(code):
    few = ESTIMATORS[code](inputs(OPTIONS.get(code), **risks(40)))
    assert "few_positives" in few.flags
    wrong = ESTIMATORS[code](inputs(OPTIONS.get(code), reference=[1, 0], probability=[40, 20]))
    assert (wrong.reason, wrong.n) == ("impossible_value", 2)


def test_a_threshold_left_out_or_out_of_place():
    assert ESTIMATORS["net_benefit_at"](inputs(**risks())).reason == "missing_column"
    for threshold in (2.0, "high"):
        assert ESTIMATORS["net_benefit_at"](inputs({"threshold": threshold}, **risks())).reason == "impossible_value"


def groups(**more):
    columns = {
        "reference": [1] * 80 + [0] * 20,
        "prediction": [1] * 30 + [0] * 10 + [1] * 20 + [0] * 20 + [0] * 20,
        "subgroup": Column(np.array([0] * 40 + [1] * 40 + [0] * 10 + [1] * 10), ("F", "M")),
    }
    return columns | more


NAMES = {"compared_group": "M", "reference_group": "F"}


def test_the_gap_of_one_group_from_another():
    found = ESTIMATORS["subgroup_difference"](inputs(NAMES, **groups()))
    assert found.value == pytest.approx(20 / 40 - 30 / 40)
    assert found.low < found.value < found.high < 0
    turned = ESTIMATORS["subgroup_difference"](inputs({"compared_group": "F", "reference_group": "M"}, **groups()))
    assert (turned.value, turned.low, turned.high) == (-found.value, -found.high, -found.low)
    specificity = ESTIMATORS["subgroup_difference"](inputs(NAMES | {"measure": "specificity"}, **groups()))
    assert (specificity.value, specificity.extras["n1"]) == (0.0, 10)


def test_groups_of_a_number_and_a_score_with_its_threshold():
    columns = groups(subgroup=[0.0] * 40 + [1.0] * 40 + [np.nan] * 20)
    columns["score"] = np.array(columns.pop("prediction")) * 0.6
    options = {"compared_group": 1.0, "reference_group": "0", "threshold": 0.6}
    assert ESTIMATORS["subgroup_difference"](inputs(options, **columns)).value == pytest.approx(-0.25)


def test_a_missing_answer_is_an_error_in_the_gap_where_the_protocol_says_so():
    columns = groups()
    columns["prediction"] = np.array(columns["prediction"], dtype=float)
    columns["prediction"][:15] = np.nan
    given = inputs(NAMES, **columns)
    dropped = ESTIMATORS["subgroup_difference"](given)
    assert (dropped.extras["events_2"], dropped.extras["n2"]) == (15, 25)
    assert "few_positives" in dropped.flags
    strict = Inputs(given.columns, given.options, given.level, given.rows, failures_are_errors=True)
    counted = ESTIMATORS["subgroup_difference"](strict)
    assert (counted.extras["events_2"], counted.extras["n2"]) == (15, 40)
    assert "failures_as_errors" in counted.flags
    ppv = Inputs(given.columns, {**NAMES, "measure": "ppv"}, given.level, given.rows, failures_are_errors=True)
    assert "failures_as_errors" not in ESTIMATORS["subgroup_difference"](ppv).flags


@pytest.mark.parametrize(
    ("options", "columns", "reason"),
    [
        ({}, groups(), "missing_column"),
        (NAMES, {k: v for k, v in groups().items() if k != "prediction"}, "missing_column"),
        (NAMES, {k: v for k, v in groups().items() if k != "subgroup"}, "missing_column"),
        (NAMES | {"compared_group": "X"}, groups(), "empty_group"),
        (NAMES | {"compared_group": "X"}, groups(subgroup=[1.0] * 100), "empty_group"),
        (NAMES | {"measure": "charm"}, groups(), "impossible_value"),
        (NAMES | {"threshold": "high"}, groups(score=[0.5] * 100), "impossible_value"),
        (NAMES, groups(prediction=[7] * 100), "impossible_value"),
    ],
)
def test_why_there_is_no_gap(options, columns, reason):
    found = ESTIMATORS["subgroup_difference"](inputs(options, **columns))
    assert isinstance(found, NotEstimable)
    assert found.reason == reason


def test_a_monitored_proportion_holds_the_sequence_at_the_protocol_level():
    found = ESTIMATORS["monitored_proportion"](inputs({"t_opt": 100}, event=[1] * 30 + [0] * 70 + [np.nan] * 9))
    assert (found.value, found.n, found.pooling) == (0.3, 100, None)
    assert (found.low, found.high) == bernoulli_limits(30, 100, 1 - 0.95, 100, 1 - 0.95)
    assert ESTIMATORS["monitored_proportion"](inputs({"t_opt": 100}, event=[np.nan])).reason == "no_rows"
    assert ESTIMATORS["monitored_proportion"](inputs(event=[1, 0])).reason == "missing_column"
    assert ESTIMATORS["monitored_proportion"](inputs({"t_opt": -1}, event=[1, 0])).reason == "impossible_value"
    assert ESTIMATORS["monitored_proportion"](inputs({"t_opt": 9}, event=[3, 0])).reason == "impossible_value"


EXTRA = """
[[indicators]]
id = "pente"
code = "calibration_slope"
table = "cases"
role = "secondary"
criterion = { threshold = 1.0, margin = 0.5 }

[[indicators]]
id = "benefice"
code = "net_benefit_at"
table = "cases"
role = "descriptive"
options = { threshold = 0.2 }

[[indicators]]
id = "ecart"
code = "subgroup_difference"
table = "cases"
role = "descriptive"
inputs = { subgroup = "sex" }
options = { compared_group = "F", reference_group = "M" }

[[indicators]]
id = "suivi"
code = "monitored_proportion"
table = "cases"
role = "descriptive"
inputs = { event = "reference" }
options = { t_opt = 200 }
"""


def test_a_protocol_may_use_them():
    text = (LIBRARY / "diagnostic-accuracy.toml").read_text(encoding="utf-8")
    protocol = parse_protocol(text.replace("[[indicators]]", EXTRA + "\n[[indicators]]", 1))
    rng = np.random.default_rng(9)
    n = 400
    risk = rng.random(n)
    truth = rng.random(n) < risk
    frame = pl.DataFrame(
        {
            "site": rng.choice(["990000010", "990000028", "990000036", "990000044"], n),
            "reference": truth,
            "prediction": np.where(rng.random(n) < 0.85, truth, ~truth),
            "score": risk,
            "sex": rng.choice(["F", "M"], n),
        }
    )
    content = json.loads(score(protocol, PilotData.from_frames(protocol, {"cases": frame})).to_json_bytes())
    found = {one["id"]: one for one in content["indicators"]}
    assert found["pente"]["verdict"] in ("met", "uncertain")
    assert found["pente"]["pooled"]["k"] == 4
    assert found["ecart"]["estimate"]["n"] == int(truth.sum())
    assert found["suivi"]["pooled"]["not_estimable"] == "spans_sites"
    for name in ("pente", "benefice", "ecart", "suivi"):
        assert found[name]["estimate"]["low"] < found[name]["estimate"]["high"]
