"""Times of overseas hospitals are read by their own clocks, which never change."""

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from evaluation.protocol import load_protocol
from importers.cells import quick
from importers.cells.zones import OVERSEAS, PARIS, zone_of
from importers.check import Context, check_bytes
from importers.messages import message
from importers.preview import preview

PROTOCOL = load_protocol("diagnostic-accuracy")
HEAD = "case_id;site;period;reference;score;prediction;start_time;end_time"
REUNION, MARTINIQUE, AUXERRE = "970408589", "970211207", "890000037"
NIGHT = "2026-03-29T02:30"
"""An hour that the clocks of Paris skip."""


def file(*sites, start=NIGHT, end="2026-03-29T03:10", times=1):
    lines = [
        f"K{i};{site};après;{i % 2};0.{2 + 5 * (i % 2)};{i % 2};{start};{end}" for i, site in enumerate(sites * times)
    ]
    return "\n".join([HEAD, *lines, ""]).encode()


def check(content, **context):
    return check_bytes(content, PROTOCOL, Context(**context), name="f.csv")


def faults(found):
    return {i.code for i in found.report.issues if i.severity == "error"}


@pytest.mark.parametrize(
    ("sites", "zone"),
    [
        ([], PARIS),
        ([AUXERRE, "2A0000014"], PARIS),
        ([REUNION, " 970400024"], "Indian/Reunion"),
        ([MARTINIQUE], "America/Martinique"),
        (["970100228"], "America/Guadeloupe"),
        (["970302022"], "America/Cayenne"),
        (["980500003"], "Indian/Mayotte"),
        ([REUNION, AUXERRE], None),
    ],
)
def test_the_number_of_a_hospital_tells_its_clock(sites, zone):
    assert zone_of(sites) == zone


@pytest.mark.parametrize("times", [2, 4000])
def test_an_hour_that_paris_skips_exists_elsewhere(times):
    found = check(file(REUNION, REUNION, times=times))
    assert faults(found) == set()
    assert set(found.frame["start_time"].to_list()) == {dt.datetime(2026, 3, 28, 22, 30, tzinfo=dt.UTC)}
    assert set((found.frame["end_time"] - found.frame["start_time"]).to_list()) == {dt.timedelta(minutes=40)}
    assert faults(check(file(AUXERRE, AUXERRE, times=times))) == {"invalid_date"}
    assert faults(check(file("x", "y", times=times), uploader_site=REUNION)) == {"site_mismatch"}


@pytest.mark.parametrize("site", [REUNION, MARTINIQUE])
def test_the_days_of_the_pilot_are_those_of_the_hospital(site):
    """From the first minute of the first day to the last minute of the last one, wherever that is."""
    days = {"first_day": dt.date(2026, 6, 1), "last_day": dt.date(2026, 6, 30), "today": dt.date(2026, 11, 1)}
    inside = check(file(site, site, start="2026-06-01 00:01", end="2026-06-30 23:59"), **days)
    assert faults(inside) == set()
    shown = {one.name: one.sentence("fr") for one in preview(inside.frame, PROTOCOL.tables[0])}
    assert "01/06/2026 00:01" in shown["start_time"]
    assert "30/06/2026 23:59" in shown["end_time"]
    assert faults(check(file(site, site, start="2026-05-31 23:59", end="2026-06-01 00:10"), **days)) == {
        "date_outside_pilot"
    }
    assert faults(check(file(site, site, start="2026-06-30 23:50", end="2026-07-01 00:01"), **days)) == {
        "date_outside_pilot"
    }


def test_sites_of_several_clocks_are_told():
    found = check(file(REUNION, AUXERRE, start="2026-06-01 10:00", end="2026-06-01 10:30"))
    (issue,) = [i for i in found.report.issues if i.code == "several_clocks"]
    assert "fuseau" in message(issue, "fr")
    assert set(found.frame["start_time"].to_list()) == {dt.datetime(2026, 6, 1, 8, 0, tzinfo=dt.UTC)}
    stated = check(file(REUNION, REUNION, start="2026-06-01T10:00+02:00", end="2026-06-01T10:30+02:00"))
    assert stated.frame["start_time"][0] == dt.datetime(2026, 6, 1, 8, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize("zone", [PARIS, *OVERSEAS.values()])
def test_the_quick_way_says_what_the_standard_library_says(zone):
    local = [dt.datetime(2026, 3, 28) + dt.timedelta(minutes=17 * i) for i in range(200)]
    known = ZoneInfo(zone)
    wanted = [moment.replace(tzinfo=known).astimezone(dt.UTC) for moment in local]
    exists = [
        there.astimezone(known).replace(tzinfo=None) == moment for there, moment in zip(wanted, local, strict=True)
    ]
    assert exists.count(False) == (4 if zone == PARIS else 0)
    found = quick.instants(pl.Series(local, dtype=pl.Datetime("us")), zone).to_list()
    assert found == [there if is_there else None for there, is_there in zip(wanted, exists, strict=True)]
