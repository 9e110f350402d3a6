"""The scorecard: what each indicator reads, how sites come together, and that the same observations give the same bytes."""

import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.data import PilotData
from evaluation.estimate import Estimate, PoolingTerm
from evaluation.protocol import LIBRARY, Pooling, load_protocol, parse_protocol
from evaluation.scorecard.build import score
from evaluation.scorecard.model import scorecard_digest
from evaluation.scorecard.pooled import synthesise
from evaluation.statistics.meta import tau2_interval

GENERIC = load_protocol("diagnostic-accuracy")
TEXT = (LIBRARY / "diagnostic-accuracy.toml").read_text(encoding="utf-8")
SITES = ("990000010", "990000028", "990000036", "990000044")


def cases(n=200, *, site=SITES[0], period="after", positive=0.5, wrong=0.1):
    """A deterministic pilot site: `wrong` of each class is called wrongly, the score agrees with the call."""
    rows = []
    for i in range(n):
        truth = i < n * positive
        rank = i if truth else i - int(n * positive)
        size = n * (positive if truth else 1 - positive)
        call = truth if rank >= wrong * size else not truth
        rows.append(
            {
                "site": site,
                "period": period,
                "reference": truth,
                "prediction": call,
                "score": (0.6 if call else 0.2) + (i % 20) / 100,
                "sex": "F" if i % 2 else "M",
                "start_time": 1_767_600_000 + i * 3600,
                "end_time": 1_767_600_000 + i * 3600 + 60 * (10 + i % 7 + (5 if period == "before" else 0)),
                "cost_eur": 100.0 + i % 11 + (8.0 if period == "before" else 0.0),
            }
        )
    times = [
        pl.from_epoch(c, time_unit="s").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
        for c in ("start_time", "end_time")
    ]
    return pl.DataFrame(rows).with_columns(*times)


def card(*frames, protocol=GENERIC):
    return json.loads(score(protocol, PilotData.from_frames(protocol, {"cases": frames})).to_json_bytes())


def indicator(content, name):
    return next(i for i in content["indicators"] if i["id"] == name)


def test_accuracy_reads_the_rows_with_the_tool_only():
    before = cases(period="before", wrong=0.5)
    found = indicator(card(before, cases(wrong=0.1)), "sensitivity")
    assert (found["estimate"]["value"], found["estimate"]["n"]) == (0.9, 100)


def test_accuracy_reads_every_row_when_there_is_neither_arm_nor_period():
    found = card(cases(wrong=0.1).drop("period"))
    assert indicator(found, "sensitivity")["estimate"]["n"] == 100
    assert indicator(found, "duration_shift")["estimate"]["not_estimable"] == "missing_column"
    assert found["domains"]["organisational"]["verdict"] == "not_assessed"


def test_a_missing_answer_is_an_error_of_the_tool_unless_the_protocol_drops_it():
    silent = cases().with_columns(
        prediction=pl.when(pl.int_range(pl.len()) % 10 == 9).then(None).otherwise("prediction")
    )
    found = card(silent)
    # 100 positives, the first 10 called wrongly, the 10 whose index ends in 9 silent, one of them (9) both
    assert indicator(found, "sensitivity")["estimate"]["value"] == 0.81
    assert "failures_as_errors" in indicator(found, "sensitivity")["estimate"]["flags"]
    assert indicator(found, "failure_rate")["estimate"]["value"] == 0.1
    dropping = parse_protocol('failures = "drop"\n' + TEXT)
    assert indicator(card(silent, protocol=dropping), "sensitivity")["estimate"]["value"] == 81 / 90


def test_rows_without_a_reference_are_left_out_and_a_tenth_of_them_is_a_caution():
    gaps = cases().with_columns(reference=pl.when(pl.int_range(pl.len()) % 9 == 0).then(None).otherwise("reference"))
    assert [w["table"] for w in card(gaps)["warnings"] if w["code"] == "reference_missing"] == ["cases"]
    assert not [w for w in card(cases())["warnings"] if w["code"] == "reference_missing"]


def test_fewer_than_thirty_positives_is_not_assessed():
    found = indicator(card(cases(40)), "sensitivity")
    assert (found["verdict"], found["more_cases_reason"]) == ("not_assessed", "too_few_positives")
    assert found["estimate"]["n"] == 20


def test_differences_are_with_minus_without():
    found = card(cases(period="before"), cases())
    assert indicator(found, "duration_shift")["estimate"]["value"] == -5.0
    assert indicator(found, "duration_shift")["verdict"] == "met"
    assert indicator(found, "cost_difference")["estimate"]["value"] == pytest.approx(-8.0, abs=1e-12)


def test_three_sites_pool_and_two_do_not():
    two = card(*(cases(site=s, wrong=w) for s, w in zip(SITES[:2], (0.1, 0.2), strict=True)))
    three = card(*(cases(site=s, wrong=w) for s, w in zip(SITES[:3], (0.1, 0.2, 0.05), strict=True)))
    assert indicator(two, "sensitivity")["verdict_reads"] == "estimate"
    assert indicator(two, "sensitivity")["pooled"] == {"k": 2, "not_estimable": "too_few_sites"}
    pooled = indicator(three, "sensitivity")
    assert (pooled["verdict_reads"], pooled["pooled"]["k"]) == ("pooled", 3)
    assert 0 < pooled["pooled"]["low"] < pooled["pooled"]["value"] < pooled["pooled"]["high"] < 1


def test_every_declared_level_of_a_subgroup_is_there_even_empty():
    levels = indicator(card(cases().with_columns(sex=pl.lit("F"))), "sensitivity")["by_subgroup"]["sex"]
    assert [(level["level"], level["n"]) for level in levels] == [("F", 100), ("M", 0)]
    assert levels[1]["not_estimable"] == "no_rows"


def test_a_domain_without_primary_says_so():
    found = card(cases())
    assert found["domains"]["safety"] == {"verdict": None, "primaries": [], "reason": "no_primary_declared"}
    assert {"code": "domain_empty", "domain": "safety"} in found["warnings"]


def test_no_rows_at_all_is_a_scorecard_of_reasons():
    found = card()
    assert {i["verdict"] for i in found["indicators"]} == {"not_assessed"}
    assert all("not_estimable" in i["estimate"] for i in found["indicators"])


def test_the_digest_leaves_out_itself_and_the_registry_block():
    data = PilotData.from_frames(GENERIC, {"cases": cases()})
    made = score(GENERIC, data)
    content = json.loads(made.to_json_bytes(registry={"frozen": "before_inclusion"}))
    assert content["digest"] == made.digest == scorecard_digest(content)
    content["data"]["rows"] += 1
    assert scorecard_digest(content) != made.digest


def test_no_number_is_nan_and_every_null_of_a_verdict_has_its_reason():
    text = json.dumps(card(cases(40), cases(12, site=SITES[1])))
    assert "NaN" not in text
    for one in card(cases(40))["indicators"]:
        assert one["more_cases_needed"] is not None or one["more_cases_reason"] is not None


@settings(deadline=None, max_examples=15)
@given(st.permutations(list(range(120))), st.integers(1, 119))
def test_any_order_and_any_split_give_the_same_bytes(order, cut):
    frame = pl.concat([cases(60, wrong=0.2), cases(60, site=SITES[1], period="before")])
    whole = score(GENERIC, PilotData.from_frames(GENERIC, {"cases": frame})).to_json_bytes()
    mixed = frame[list(order)]
    parts = (mixed.head(cut), mixed.tail(120 - cut))
    assert score(GENERIC, PilotData.from_frames(GENERIC, {"cases": parts})).to_json_bytes() == whole


def test_the_pooled_block_has_the_interval_of_the_variance_between_sites():
    terms = [(0.1, 0.02), (0.9, 0.05), (0.4, 0.01), (-0.3, 0.04)]
    by_site = [
        (f"s{i}", Estimate(e, e - 1, e + 1, 0.95, 50, "m", pooling=PoolingTerm(e, v))) for i, (e, v) in enumerate(terms)
    ]
    found = synthesise(by_site, Pooling(), "identity", 0.95).content
    direct = tau2_interval([e for e, _ in terms], [v for _, v in terms])
    assert (found["tau2_low"], found["tau2_high"]) == (direct.low, direct.high)
    assert found["tau2_low"] < found["tau2"] < found["tau2_high"]


def test_a_prediction_too_wide_for_a_float_is_infinite_and_not_a_crash():
    terms = [(-80.0, 0.02), (90.0, 0.05), (70.0, 0.01)]
    by_site = [
        (f"s{i}", Estimate(1.0, 0.5, 2.0, 0.95, 50, "m", pooling=PoolingTerm(e, v))) for i, (e, v) in enumerate(terms)
    ]
    found = synthesise(by_site, Pooling(), "log", 0.95).content
    assert (found["prediction_low"], found["prediction_high"]) == (0.0, "Infinity")
