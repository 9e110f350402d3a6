"""What the design of a pilot obliges a reader to know."""

import json

import polars as pl
import pytest

from evaluation.data import PilotData
from evaluation.protocol import parse_protocol
from evaluation.scorecard.build import score
from tests.evaluation.test_nested import PROTOCOL, cases
from tests.evaluation.test_scorecard import SITES, TEXT
from tests.evaluation.test_scorecard import cases as visits

BEFORE_AFTER = parse_protocol(TEXT.replace('design = "D6"', 'design = "D3"'))


def codes(plan, frame):
    content = json.loads(score(plan, PilotData.from_frames(plan, {"cases": frame})).to_json_bytes())
    return {warning["code"] for warning in content["warnings"]}


def test_several_rows_a_patient_are_said_once():
    plan = parse_protocol(PROTOCOL)
    assert "nested_rows" in codes(plan, cases())
    assert "nested_rows" not in codes(plan, cases(patients=100, each=1))


@pytest.mark.parametrize(
    ("design", "code"), [("D7", "parallel_trends"), ("D8", "silent_phase"), ("D1", None), ("D2", None)]
)
def test_a_design_says_what_it_assumes(design, code):
    plan = parse_protocol(PROTOCOL.replace('design = "D1"', f'design = "{design}"'))
    found = codes(plan, cases(patients=100, each=1)) & {"parallel_trends", "silent_phase", "one_reader"}
    assert found == ({code} if code else set())


READERS = PROTOCOL.replace('design = "D1"', 'design = "D2"').replace(
    'name = "patient", role = "patient"', 'name = "patient", role = "reader"'
)


@pytest.mark.parametrize(("readers", "said"), [(1, True), (2, False)])
def test_one_reader_is_said(readers, said):
    frame = cases(patients=100, each=1).with_columns(patient=pl.Series([f"r{i % readers}" for i in range(100)]))
    assert ("one_reader" in codes(parse_protocol(READERS), frame)) is said


@pytest.mark.parametrize(("days", "said"), [(30, True), (120, False)])
def test_a_short_period_is_said(days, said):
    spread = pl.duration(seconds=pl.int_range(pl.len()) * (days * 86_400 // 200))
    frames = [
        visits(site=SITES[0], period=period).with_columns(
            start_time=pl.col("start_time").min() + spread, end_time=pl.col("end_time").min() + spread
        )
        for period in ("before", "after")
    ]
    assert ("short_period" in codes(BEFORE_AFTER, pl.concat(frames))) is said
