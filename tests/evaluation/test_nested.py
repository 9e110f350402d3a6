"""Rows nested in patients: the interval widens, its centre does not move, and what does not know it says so."""

import json

import numpy as np
import polars as pl
import pytest

from evaluation.data import PilotData
from evaluation.protocol import parse_protocol
from evaluation.scorecard.build import score
from evaluation.statistics.clustered import clustered_auc, clustered_proportion

PROTOCOL = """
id = "lesions"
version = "1"
title = { fr = "t", en = "t" }
summary = { fr = "s", en = "s" }
use_case = "imagerie_detection"
design = "D1"
measured = "tool_alone"
leading_domain = "clinical"
[[tables]]
name = "cases"
label = { fr = "cas", en = "cases" }
row_unit = { fr = "cas", en = "case" }
columns = [
  { name = "site", role = "site", type = "text", label = { fr = "s", en = "s" } },
  { name = "patient", role = "patient", type = "text", label = { fr = "p", en = "p" }, required = false },
  { name = "arm", role = "arm", type = "category", label = { fr = "b", en = "b" }, required = false, without_tool = "no", with_tool = "yes", categories = { no = ["no"], yes = ["yes"] } },
  { name = "sex", role = "covariate", type = "category", label = { fr = "x", en = "x" }, required = false, categories = { F = ["F"], M = ["M"] } },
  { name = "reference", role = "reference", type = "boolean", label = { fr = "r", en = "r" } },
  { name = "prediction", role = "prediction", type = "boolean", label = { fr = "o", en = "o" } },
  { name = "score", role = "score", type = "number", label = { fr = "n", en = "n" } },
  { name = "minutes", role = "outcome", type = "number", label = { fr = "m", en = "m" } },
]
"""
CODES = ("sensitivity", "specificity", "ppv", "npv", "accuracy", "prevalence", "failure_rate", "auc", "welch_t", "f1")
for code in CODES:
    role = "primary" if code == "sensitivity" else "secondary"
    PROTOCOL += f'[[indicators]]\nid = "{code}"\ncode = "{code}"\ntable = "cases"\nrole = "{role}"\ncriterion = {{ threshold = 0.5 }}\n'
PROTOCOL += '[[subgroups]]\nname = "sex"\ntable = "cases"\ncolumn = "sex"\nlabel = { fr = "x", en = "x" }\n'
PLAN = parse_protocol(PROTOCOL)


def cases(patients=60, each=5, seed=2, arm=True):
    """Lesions of one patient share most of their fate."""
    rng = np.random.default_rng(seed)
    n = patients * each
    owner = np.repeat(np.arange(patients), each)
    hard = rng.random(patients)[owner]
    reference = rng.random(n) < 0.5
    right = rng.random(n) < np.where(hard < 0.3, 0.2, 0.95)
    frame = {
        "site": [f"99000{i % 3}" for i in owner],
        "patient": [f"p{i}" for i in owner],
        "sex": np.where(owner % 2, "F", "M"),
        "reference": reference,
        "prediction": np.where(right, reference, ~reference),
        "score": np.where(right, reference, ~reference) + hard,
        "minutes": 20 + 10 * hard + rng.normal(size=n),
    }
    if arm:
        frame["arm"] = np.where(owner % 4 < 2, "yes", "no")
    return pl.DataFrame(frame)


def card(frame):
    return json.loads(score(PLAN, PilotData.from_frames(PLAN, {"cases": frame})).to_json_bytes())


def indicators(content):
    return {i["id"]: i for i in content["indicators"]}


@pytest.fixture(scope="module")
def both():
    frame = cases()
    return indicators(card(frame)), indicators(card(frame.drop("patient")))


@pytest.mark.parametrize(
    "code", ["sensitivity", "specificity", "ppv", "npv", "accuracy", "prevalence", "auc", "welch_t"]
)
def test_the_value_stays_and_the_interval_knows_the_patients(both, code):
    nested, plain = (found[code]["estimate"] for found in both)
    assert nested["value"] == pytest.approx(plain["value"], rel=1e-12)
    assert nested["n"] == plain["n"]
    assert "clustered" in nested["flags"]
    assert "clustered" not in plain["flags"]
    if code not in ("prevalence", "failure_rate"):  # these do not depend on the patient here
        assert nested["high"] - nested["low"] > 1.15 * (plain["high"] - plain["low"])


def test_an_interval_that_does_not_know_it_says_so(both):
    nested, plain = both
    assert "nesting_ignored" in nested["f1"]["estimate"]["flags"]
    assert "nesting_ignored" not in plain["f1"]["estimate"]["flags"]


def test_sites_and_subgroups_know_it_too(both):
    nested, plain = (found["accuracy"] for found in both)
    for key in ("by_site", "by_subgroup"):
        lines = [v["sex"] if key == "by_subgroup" else v for v in (nested[key], plain[key])]
        assert [line["value"] for line in lines[0]] == pytest.approx([line["value"] for line in lines[1]])
        assert lines[0][0]["high"] - lines[0][0]["low"] > lines[1][0]["high"] - lines[1][0]["low"]


def test_the_figures_are_those_of_the_clustered_functions():
    frame = cases(arm=False)
    found = indicators(card(frame))
    owner = frame["patient"].str.slice(1).cast(pl.Int64).to_numpy()
    reference, call = frame["reference"].to_numpy(), frame["prediction"].to_numpy()
    direct = clustered_proportion(np.where(reference, call, np.nan), owner, 0.95)
    assert found["sensitivity"]["estimate"]["low"] == pytest.approx(direct.low, rel=1e-12)
    area = clustered_auc(reference, frame["score"].to_numpy(), owner, 0.95)
    assert found["auc"]["estimate"]["high"] == pytest.approx(area.high, rel=1e-12)


def test_one_row_a_patient_is_no_nesting():
    frame = cases(patients=200, each=1)
    assert all("clustered" not in i["estimate"]["flags"] for i in card(frame)["indicators"])


def test_missing_answers_are_errors_and_empty_shares_have_their_reason():
    frame = cases().with_columns(
        pl.when(pl.int_range(pl.len()) < 40).then(None).otherwise(pl.col("prediction")).alias("prediction")
    )
    found = indicators(card(frame))
    assert "failures_as_errors" in found["sensitivity"]["estimate"]["flags"]
    assert "failures_as_errors" not in found["ppv"]["estimate"]["flags"]
    assert found["failure_rate"]["estimate"]["value"] > 0
    none = indicators(card(cases().with_columns(reference=pl.lit(value=False))))
    assert none["sensitivity"]["estimate"]["not_estimable"] == "no_positive"
