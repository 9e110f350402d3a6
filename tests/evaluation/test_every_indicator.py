"""Every indicator that a protocol may use gives a figure on good data, and a reason on data that cannot bear one."""

import json
import math
import random

import pytest

from evaluation.data import PilotData
from evaluation.indicators.catalogue import catalogue
from evaluation.scorecard.build import score
from evaluation.vocabulary import Flag, Reason
from registry.web.cards import charts_of, interval_heading, rows_of
from tests.evaluation.every_indicator import IDENTITY, frames, protocol, rows

PLAN = protocol()
GOOD = rows()


def card(given):
    content = score(PLAN, PilotData.from_frames(PLAN, frames(given))).content
    return json.loads(json.dumps(content, allow_nan=False))  # never NaN


def changed(change):
    """Every row of every table through `change(row)`, which gives the keys that differ."""
    return {name: [{**row, **change(row)} for row in lines] for name, lines in GOOD.items()}


def measured(row):
    return {key: value for key, value in row.items() if key not in IDENTITY}


def holes(row, rng=random.Random(5)):  # noqa: B008, S311  # one stream for all rows
    return {key: None if rng.random() < 0.4 else value for key, value in measured(row).items()}


def numbers(change):
    return changed(lambda row: {k: change(v) for k, v in measured(row).items() if isinstance(v, float)})


HARD = {
    "one row": {name: lines[:1] for name, lines in GOOD.items()},
    "two rows": {name: lines[:2] for name, lines in GOOD.items()},
    "no row": {name: [] for name in GOOD},
    "one site": changed(lambda _row: {"site": "S0"}),
    "holes": changed(holes),
    "all missing": changed(lambda row: dict.fromkeys(measured(row))),
    "constant": {name: [{**line, **measured(lines[0])} for line in lines] for name, lines in GOOD.items()},
    "one class": changed(lambda row: {key: True for key in ("y_ref", "ref") if key in row}),
    "one arm": changed(lambda row: {"bras": "sans"} if "bras" in row else {}),
    "columns absent": {name: [{k: v for k, v in r.items() if k in IDENTITY} for r in ls] for name, ls in GOOD.items()},
    "negative": numbers(lambda value: -abs(value) - 1),
    "infinite": numbers(lambda _value: math.inf),
    "huge": numbers(lambda value: value * 1e300),
    "tiny": numbers(lambda value: value * 1e-300),
}


def test_good_data_give_a_figure_for_every_indicator():
    found = card(GOOD)
    silent = {i["code"]: i["estimate"]["not_estimable"] for i in found["indicators"] if "value" not in i["estimate"]}
    assert not silent
    assert {i["code"] for i in found["indicators"]} == {e.code for e in catalogue().values() if e.on_scorecard}
    for indicator in found["indicators"]:
        entry = catalogue()[indicator["code"]]
        pooled = indicator["pooled"].get("not_estimable")
        expected = "spans_sites" if entry.spans_sites else "not_pooled" if not entry.pooled else None
        assert pooled == expected, indicator["code"]
        assert bool(indicator["by_site"]) != entry.spans_sites, indicator["code"]


@pytest.mark.parametrize("name", HARD)
def test_hard_data_give_a_reason_or_a_figure_and_a_page(name):
    found = card(HARD[name])
    for indicator in found["indicators"]:
        estimate = indicator["estimate"]
        assert "value" in estimate or Reason(estimate["not_estimable"])
        assert all(Flag(flag) for flag in estimate["flags"])
        assert indicator["more_cases_needed"] is None or indicator["more_cases_needed"] < 1e18
    for locale in ("fr", "en"):
        lines = rows_of(found, locale)
        assert len(lines) == len(found["indicators"])
        assert not [line.figure for line in lines if "_" in line.figure + line.note + line.unit + line.method]


def test_every_chart_of_the_page_can_be_drawn():
    charts = charts_of(card(GOOD), {}, "fr")
    assert len(charts) > 100
    assert not [chart.title for chart in charts if "NaN" in chart.svg or "Infinity" in chart.svg]


def test_a_target_is_shown_as_an_interval_and_a_duration_with_its_unit():
    lines = {line.id: line for line in rows_of(card(GOOD), "fr")}
    assert lines["i_calibration_in_the_large"].threshold == "de −0,100 à 0,100"
    assert lines["i_sensitivity"].threshold == "≥ 0,500"
    assert lines["i_hodges_lehmann"].unit == "min"
    assert lines["i_sensitivity"].method == "REML, Hartung-Knapp"


def test_a_page_says_why_sites_are_not_pooled_and_at_which_level_its_intervals_are():
    lines = {line.id: line for line in rows_of(card(GOOD), "fr")}
    assert lines["i_icc_2_1"].reads == "ne se combine pas entre sites"
    assert lines["i_stepped_wedge_mixed"].reads == "le modèle porte sur tous les sites : rien à combiner"
    assert interval_heading(0.9, "fr") == "Estimation [IC 90 %]"
    assert interval_heading(0.975, "fr") == "Estimation [IC 97,5 %]"
