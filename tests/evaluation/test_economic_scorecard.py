"""Costs and effects on a scorecard: what a trial's table holds, and what a protocol cannot ask for."""

import json
import math

import numpy as np
import polars as pl
import pytest

from evaluation.data import Column, PilotData
from evaluation.estimate import NotEstimable
from evaluation.indicators.catalogue import catalogue
from evaluation.indicators.estimators import ESTIMATORS
from evaluation.indicators.inputs import Inputs
from evaluation.protocol import LIBRARY, ProtocolError, parse_protocol
from evaluation.scorecard.build import score

CODES = ("cost_difference", "incremental_effect", "icer", "incremental_net_benefit")
"""The indicators of this family that a protocol may hold."""


def inputs(n=200, *, options=None, effect=True, contrast=True, shift=(60.0, 0.1), seed=1):
    rng = np.random.default_rng(seed)
    new = np.arange(n) % 2 == 0
    columns = {"cost": (Column(1000 + 20 * rng.normal(size=n) + shift[0] * new),)}
    if effect:
        columns["effect"] = (Column(0.7 + 0.02 * rng.normal(size=n) + shift[1] * new),)
    masks = (new, ~new) if contrast else (None, None)
    return Inputs(columns, options or {}, 0.95, n, with_tool=masks[0], without_tool=masks[1])


def test_each_indicator_reads_a_trial():
    given = inputs(options={"wtp": 2000.0})
    values = {code: ESTIMATORS[code](given) for code in CODES}
    assert values["icer"].value == pytest.approx(values["cost_difference"].value / values["incremental_effect"].value)
    net = 2000 * values["incremental_effect"].value - values["cost_difference"].value
    assert values["incremental_net_benefit"].value == pytest.approx(net)
    for code in CODES:
        assert values[code].low < values[code].value < values[code].high
        assert values[code].method == catalogue()[code].method
        assert (values[code].pooling is not None) == catalogue()[code].pooled


@pytest.mark.parametrize("code", CODES[1:])
def test_an_absent_column_contrast_or_option_is_a_reason(code):
    asked = {"wtp": 2000.0}
    for given in (
        inputs(options=asked, effect=False),
        inputs(options=asked, contrast=False),
        *(
            [inputs(), inputs(options={"wtp": "beaucoup"}), inputs(options={"wtp": math.inf})]
            if code.endswith("benefit")
            else []
        ),
    ):
        found = ESTIMATORS[code](given)
        assert isinstance(found, NotEstimable)
        assert found.reason == "missing_column"


@pytest.mark.parametrize("code", CODES)
def test_a_poor_table_is_a_reason(code):
    given = inputs(options={"wtp": 2000.0})
    n = given.rows
    for keep in (np.zeros(n, bool), np.arange(n) < 1, np.arange(n) < 2, given.with_tool):
        assert isinstance(ESTIMATORS[code](given.where(keep)), NotEstimable)
    still = Inputs(
        {"cost": (Column(np.full(n, 0.1)),), "effect": (Column(np.full(n, 0.3)),)},
        {"wtp": 2000.0},
        0.95,
        n,
        with_tool=given.with_tool,
        without_tool=given.without_tool,
    )
    assert isinstance(ESTIMATORS[code](still), NotEstimable)


TEXT = (LIBRARY / "diagnostic-accuracy.toml").read_text(encoding="utf-8")
ASKED = """
[[indicators]]
id = "{code}"
code = "{code}"
table = "cases"
role = "secondary"
inputs = {{ cost = "cost_eur", effect = "score" }}
{options}
criterion = {{ threshold = {threshold}, source = "essai" }}
"""


def protocol(*asked):
    blocks = "".join(ASKED.format(code=c, options=o, threshold=t) for c, o, t in asked)
    return parse_protocol(TEXT + blocks)


def cases(shift, n=600):
    rng = np.random.default_rng(4)
    after = np.arange(n) % 2 == 0
    frame = {
        "site": [f"99000{i % 3}0" for i in range(n)],
        "period": ["after" if a else "before" for a in after],
        "reference": [i % 4 < 2 for i in range(n)],
        "prediction": [i % 4 < 2 for i in range(n)],
        "score": 0.5 + 0.05 * rng.normal(size=n) + shift[1] * after,
        "cost_eur": 1000 + 20 * rng.normal(size=n) + shift[0] * after,
    }
    return pl.DataFrame(frame)


def card(plan, frame):
    content = json.loads(score(plan, PilotData.from_frames(plan, {"cases": [frame]})).to_json_bytes())
    return {one["id"]: one for one in content["indicators"]}


def test_a_protocol_asks_for_the_ratio_and_the_net_benefit():
    plan = protocol(("icer", "", 1000.0), ("incremental_net_benefit", "options = { wtp = 1000.0 }", 0.0))
    dear = card(plan, cases((60.0, 0.1)))
    assert dear["icer"]["estimate"]["value"] == pytest.approx(600, rel=0.2)
    assert (dear["icer"]["verdict"], dear["incremental_net_benefit"]["verdict"]) == ("met", "met")
    assert len(dear["incremental_net_benefit"]["by_site"]) == 3
    assert dear["incremental_net_benefit"]["pooled"]["k"] == 3
    less = card(plan, cases((-60.0, -0.1)))
    assert less["icer"]["estimate"]["not_estimable"] == "less_costly_less_effective"
    assert (less["icer"]["verdict"], less["incremental_net_benefit"]["verdict"]) == ("not_assessed", "not_met")
    unknown = card(plan, cases((60.0, 0.005)))["icer"]
    assert (unknown["estimate"]["low"], unknown["estimate"]["high"]) == ("-Infinity", "Infinity")
    assert (unknown["estimate"]["flags"], unknown["verdict"]) == (["unbounded_set"], "uncertain")


def test_a_protocol_must_say_the_willingness_to_pay_and_cannot_hold_a_table():
    with pytest.raises(ProtocolError):
        protocol(("incremental_net_benefit", "", 0.0))
    with pytest.raises(ProtocolError):
        protocol(("ceac", "", 0.0))
