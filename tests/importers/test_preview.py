"""What was read of each column: a unit or a group that was mistaken shows in one line."""

import datetime as dt

import polars as pl
import pytest

from evaluation.protocol import load_protocol
from importers.preview import preview

TABLE = load_protocol("diagnostic-accuracy").tables[0]
START = dt.datetime(2026, 3, 2, 7, 10, tzinfo=dt.UTC)


def frame(minutes=(5, 51, 20), **columns):
    n = len(minutes)
    made = {
        "case_id": [f"C{i}" for i in range(n)],
        "site": ["990000010"] * (n - 1) + ["990000028"],
        "period": ["before", "after", "after"],
        "reference": [True, False, None],
        "score": [0.25, 0.5, 1.0],
        "start_time": [START] * n,
        "end_time": [START + dt.timedelta(minutes=m) for m in minutes],
    } | columns
    return pl.DataFrame(made)


def said(of, locale="fr"):
    return {one.name or "duration": one.sentence(locale) for one in preview(of, TABLE)}


def test_each_kind_of_column_is_told():
    assert said(frame()) == {
        "case_id": "3 codes différents",
        "site": "990000010 : 2, 990000028 : 1",
        "period": "avant : 1, après : 2",
        "reference": "oui : 1, non : 1",
        "score": "de 0,25 à 1, médiane 0,5",
        "start_time": "du 02/03/2026 08:10 au 02/03/2026 08:10",
        "end_time": "du 02/03/2026 08:15 au 02/03/2026 09:01",
        "duration": "de 5 à 51 minutes, médiane 20",
    }
    assert said(frame(), "en")["score"] == "0.25 to 1, median 0.5"
    counts = {one.name: (one.filled, one.empty) for one in preview(frame(), TABLE)}
    assert counts["reference"] == (2, 1)
    assert counts["site"] == (3, 0)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ((30, 90, 240), "de 0,5 à 4 heures, médiane 1,5"),
        ((30, 4320, 7200), "de 0,02083 à 5 jours, médiane 3"),
        ((0.5, 1, 59), "de 0,5 à 59 minutes, médiane 1"),
    ],
)
def test_a_duration_is_told_in_the_unit_that_tells_it_best(minutes, expected):
    assert said(frame(minutes))["duration"] == expected


def test_a_column_without_values_says_nothing_and_no_code_of_a_case_is_listed():
    empty = frame(
        score=pl.Series([None] * 3, dtype=pl.Float64), end_time=pl.Series([None] * 3, dtype=pl.Datetime("us", "UTC"))
    )
    found = said(empty)
    assert found["score"] == found["end_time"] == "rien"
    assert "duration" not in found
    assert not any(one.counts for one in preview(empty, TABLE) if one.name == "case_id")
