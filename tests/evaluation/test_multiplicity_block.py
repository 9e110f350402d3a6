"""What the scorecard says of several questions, of missing values and of three ways to measure one thing."""

import json

import numpy as np
import polars as pl
import pytest
from scipy import stats

from evaluation.data import PilotData
from evaluation.protocol import parse_protocol
from evaluation.scorecard.build import score
from tests.evaluation.test_nested import PROTOCOL, cases

PLAN = parse_protocol(PROTOCOL)


def card(frame, plan=PLAN):
    return json.loads(score(plan, PilotData.from_frames(plan, {"cases": frame})).to_json_bytes())


def test_holm_inside_a_domain_on_one_sided_values_of_the_interval():
    content = card(cases(patients=300, each=1))
    families = {f["domain"]: f for f in content["multiplicity"]["secondary"]}
    clinical = {t["id"]: t for t in families["clinical"]["tests"]}
    assert "sensitivity" not in clinical  # primaries must all be met: no adjustment
    ranked = sorted(clinical.values(), key=lambda t: t["p_value"])
    running = 0.0
    for i, test in enumerate(ranked):
        running = max(running, min(1.0, (len(ranked) - i) * test["p_value"]))
        assert test["adjusted"] == pytest.approx(running)
    indicators = {i["id"]: i for i in content["indicators"]}
    for code, test in clinical.items():
        low = (
            indicators[code]["pooled"].get("low")
            if indicators[code]["verdict_reads"] == "pooled"
            else indicators[code]["estimate"]["low"]
        )
        assert (test["p_value"] < 0.025) == (low > 0.5), code


def test_the_heterogeneity_of_subgroups_is_cochrans_q():
    frame = cases(patients=400, each=1, seed=5)
    content = card(frame)
    tests = {t["id"]: t for t in content["multiplicity"]["subgroups"]["tests"]}
    counts = (
        frame.filter((pl.col("arm") == "yes") & pl.col("reference"))
        .group_by("sex")
        .agg(yes=pl.col("prediction").sum(), n=pl.len())
        .sort("sex")
    )
    yes, n = counts["yes"].to_numpy(), counts["n"].to_numpy()
    effects, variances = np.log(yes / (n - yes)), 1 / yes + 1 / (n - yes)
    centre = np.average(effects, weights=1 / variances)
    q = float(((effects - centre) ** 2 / variances).sum())
    assert tests["sensitivity"]["q"] == pytest.approx(q)
    assert tests["sensitivity"]["p_value"] == pytest.approx(stats.chi2.sf(q, 1))
    known = [t for t in tests.values() if t["p_value"] is not None]
    smallest = min(known, key=lambda t: t["p_value"])
    assert smallest["adjusted"] <= len(known) * smallest["p_value"] + 1e-15


def test_a_subgroup_with_one_level_in_use_has_no_test():
    content = card(cases(patients=100, each=1).with_columns(sex=pl.lit("F")))
    assert all(t["p_value"] is None and t["adjusted"] is None for t in content["multiplicity"]["subgroups"]["tests"])


def test_missing_values_are_counted_input_by_input():
    frame = cases(patients=100, each=1, arm=False).with_columns(
        pl.when(pl.int_range(pl.len()) < 7).then(None).otherwise(pl.col("reference")).alias("reference"),
        pl.when(pl.int_range(pl.len()) < 3).then(None).otherwise(pl.col("score")).alias("score"),
    )
    found = {i["id"]: i["missing"] for i in card(frame)["indicators"]}
    assert found["auc"] == {"rows": 100, "by_input": {"reference": 7, "score": 3}}
    assert found["prevalence"]["by_input"] == {"reference": 7}


def test_tool_alone_and_professional_with_it_answer_each_other():
    text = PROTOCOL.replace('id = "sensitivity"\n', 'id = "sensitivity"\nmeasured = "with_tool"\n') + (
        '[[indicators]]\nid = "alone"\ncode = "sensitivity"\ntable = "cases"\nrole = "descriptive"\nmeasured = "tool_alone"\n'
        'inputs = { score = "score" }\noptions = { threshold = 1.0 }\n'
    )
    content = card(cases(patients=100, each=1), parse_protocol(text))
    assert content["three_estimates"] == [
        {
            "code": "sensitivity",
            "table": "cases",
            "tool_alone": "alone",
            "human_alone": None,
            "with_tool": "sensitivity",
        }
    ]
    measured = {i["id"]: i["measured"] for i in content["indicators"]}
    assert (measured["alone"], measured["sensitivity"], measured["auc"]) == ("tool_alone", "with_tool", "tool_alone")
    assert card(cases(patients=100, each=1))["three_estimates"] == []


FROZEN = """
id = "frozen"
version = "1"
title = { fr = "t", en = "t" }
summary = { fr = "s", en = "s" }
use_case = "autre"
design = "D1"
measured = "tool_alone"
leading_domain = "clinical"
[[tables]]
name = "cases"
label = { fr = "c", en = "c" }
row_unit = { fr = "c", en = "c" }
columns = [
  { name = "reference", role = "reference", type = "boolean", label = { fr = "r", en = "r" } },
  { name = "prediction", role = "prediction", type = "boolean", label = { fr = "p", en = "p" } },
]
[[indicators]]
id = "s"
code = "sensitivity"
table = "cases"
role = "primary"
criterion = { threshold = 0.8 }
"""


def test_a_key_added_later_leaves_frozen_digests_alone():
    """The digest that the first engine gave this text; a protocol frozen then must keep its name."""
    frozen = parse_protocol(FROZEN)
    assert frozen.digest == "2974c8256ce9674af50c59f50ae2f3994c592c6eb457b6a582187916a11f04b2"
    assert parse_protocol(FROZEN + 'measured = "with_tool"\n').digest != frozen.digest


def test_a_level_under_the_floor_takes_no_part_in_the_test():
    """A test over hidden levels would let their figures be found from those that are shown."""
    frame = cases(patients=400, each=1, seed=5)
    few = frame.with_columns(sex=pl.when(pl.int_range(pl.len()) < 8).then(pl.lit("M")).otherwise(pl.lit("F")))
    tests = {t["id"]: t for t in card(few)["multiplicity"]["subgroups"]["tests"]}
    assert tests["accuracy"]["p_value"] is None
    assert {t["id"]: t for t in card(frame)["multiplicity"]["subgroups"]["tests"]}["accuracy"]["p_value"] is not None
