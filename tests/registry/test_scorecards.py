"""Scorecards: the same as offline, never a mix, shown to whom they may be, seen when damaged."""

import asyncio
import datetime as dt
import io
import json

import polars as pl
import pytest

from evaluation.campaigns import Failed
from evaluation.data import PilotData
from evaluation.protocol import parse_protocol
from evaluation.scorecard.build import score
from evaluation.vocabulary import Frozen, Unscored
from registry.errors import Damaged, Forbidden, NotFound
from registry.services import SYSTEM, pilots, scorecards, scoring, submissions

from .conftest import PROTOCOL, A, B, rows


def offline(*files):
    """The scorecard of the sites' own files, computed without the registry."""
    frames = [
        pl.read_csv(io.BytesIO(content), schema_overrides={"site": pl.String}, try_parse_dates=True).with_columns(
            pl.col("reference", "prediction").cast(pl.Boolean)
        )
        for content in files
    ]
    protocol = parse_protocol(PROTOCOL)
    return score(protocol, PilotData.from_frames(protocol, {"cases": frames}))


async def test_the_registry_and_the_hospital_compute_the_same_bytes(world, scored):
    shown = await scorecards.by_digest(by=world.eval_1, digest=scored)
    card = offline(rows(A), rows(B))
    assert scored == card.digest
    assert shown["scorecard"] == json.loads(card.to_json_bytes(shown["scorecard"]["registry"]))
    assert shown["current"]
    assert shown["scorecard"]["data"]["rows"] == 240


async def test_each_accepted_file_gives_a_new_digest_and_the_same_files_the_same(world, send):
    first = await send(world.site_a, rows(A))
    one = (await scorecards.current(by=world.eval_1, pilot="PIL-1"))["digest"]
    assert one == offline(rows(A)).digest
    second = await send(world.site_b, rows(B))
    two = (await scorecards.current(by=world.eval_1, pilot="PIL-1"))["digest"]
    assert two != one
    await submissions.withdraw(by=world.site_b, submission=second.submission["id"])
    assert (await scorecards.current(by=world.eval_1, pilot="PIL-1"))["digest"] == one
    assert not (await scorecards.by_digest(by=world.eval_1, digest=two))["current"]
    await submissions.withdraw(by=world.site_a, submission=first.submission["id"])
    with pytest.raises(NotFound) as refused:
        await scorecards.current(by=world.eval_1, pilot="PIL-1")
    assert refused.value.code == "no_scorecard"


async def test_files_accepted_together_end_in_one_scorecard_of_all(world, send):
    waiting = [
        (await send(by, rows(site, prefix=f"p{n}"), accept=False)).submission["id"]
        for by, site in ((world.site_a, A), (world.site_b, B))
        for n in range(3)
    ]
    owners = [world.site_a] * 3 + [world.site_b] * 3
    await asyncio.gather(*(submissions.accept(by=by, submission=one) for by, one in zip(owners, waiting, strict=True)))
    files = [rows(site, prefix=f"p{n}") for site in (A, B) for n in range(3)]
    shown = await scorecards.current(by=world.eval_1, pilot="PIL-1")
    assert shown["digest"] == offline(*files).digest


async def test_a_scorecard_that_a_crash_lost_is_computed_again(world, send, monkeypatch):
    received = await send(world.site_a, rows(A), accept=False)

    async def killed(**_):
        raise RuntimeError("killed")

    monkeypatch.setattr(scoring, "rescore", killed)
    with pytest.raises(RuntimeError):
        await submissions.accept(by=world.site_a, submission=received.submission["id"])
    monkeypatch.undo()
    assert (await scorecards.current(by=world.eval_1, pilot="PIL-1"))["digest"] == offline(rows(A)).digest


async def test_a_pilot_that_cannot_be_scored_is_said(world, scored, monkeypatch):
    row = await pilots.find(by=SYSTEM, pilot="PIL-1")
    monkeypatch.setattr(scoring, "evaluate", lambda _: Failed(Unscored.OTHER_COLUMNS, "column day: String"))
    with pytest.raises(Damaged) as refused:
        await scoring.rescore(by=SYSTEM, pilot_id=row["id"])
    assert refused.value.code == "not_scored"
    assert "colonnes autres que celles du protocole" in refused.value.sentence("fr")
    assert (await scorecards.current(by=world.eval_1, pilot="PIL-1"))["digest"] == scored


WHO_READS_AN_UNSIGNED_SCORECARD = {
    "eval_1": None,
    "eval_of_a": Forbidden,
    "eval_bound": Forbidden,
    "admin": Forbidden,
    "site_a": NotFound,
    "site_c": NotFound,
    "buyer_u": NotFound,
    "programme": NotFound,
    "supplier": NotFound,
}


@pytest.mark.parametrize(("person", "refusal"), WHO_READS_AN_UNSIGNED_SCORECARD.items())
async def test_who_reads_an_unsigned_scorecard(world, scored, person, refusal):
    by = getattr(world, person)
    for reading in (
        lambda: scorecards.current(by=by, pilot="PIL-1"),
        lambda: scorecards.by_digest(by=by, digest=scored),
    ):
        if refusal is None:
            assert (await reading())["digest"] == scored
        else:
            with pytest.raises(refusal):
                await reading()


async def test_nobody_in_particular_reads_no_unsigned_scorecard(world, scored):
    with pytest.raises(NotFound):
        await scorecards.by_digest(by=None, digest=scored)
    assert await scorecards.is_known(by=None, digest=scored)
    assert not await scorecards.is_known(by=None, digest="0" * 64)


async def test_a_site_sees_its_own_figures_once_the_uploads_are_closed(world, scored):
    with pytest.raises(NotFound):
        await scorecards.own(by=world.site_a, pilot="PIL-1")
    await pilots.close_uploads(by=world.eval_1, pilot="PIL-1")
    own = await scorecards.own(by=world.site_a, pilot="PIL-1")
    assert own["digest"] == offline(rows(A)).digest
    assert B not in json.dumps(own, default=str)
    assert own["signatures"] == []
    with pytest.raises(NotFound):
        await scorecards.own(by=world.site_c, pilot="PIL-1")
    with pytest.raises(Forbidden):
        await scorecards.own(by=world.eval_1, pilot="PIL-1")


async def test_a_changed_figure_is_seen(world, scored):
    from registry.tables import ScorecardRecord

    content = (await ScorecardRecord.select(ScorecardRecord.content).first())["content"]
    await ScorecardRecord.update({ScorecardRecord.content: content.replace('"rows":240', '"rows":241')}).where(
        ScorecardRecord.digest == scored
    )
    with pytest.raises(Damaged):
        await scorecards.current(by=world.eval_1, pilot="PIL-1")


async def test_damaged_observations_are_not_scored(world, scored):
    path = next(world.settings.data_dir.rglob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-9] + b"\x00" * 9)
    row = await pilots.find(by=SYSTEM, pilot="PIL-1")
    with pytest.raises(Damaged):
        await scoring.rescore(by=SYSTEM, pilot_id=row["id"])


DAY = dt.date(2026, 3, 2)


def at(day, hour=12):
    return dt.datetime(2026, 3, day, hour, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("frozen_at", "first_observation", "uploaded", "expected"),
    [
        (at(1), DAY, at(20), Frozen.BEFORE_INCLUSION),
        (at(2), DAY, at(20), Frozen.BEFORE_UPLOAD),  # the same day: not certainly before
        (at(19), DAY, at(20), Frozen.BEFORE_UPLOAD),
        (at(20, 13), DAY, at(20), Frozen.RETROSPECTIVE),
        (at(1), None, at(20), Frozen.BEFORE_UPLOAD),  # undated: the pilot's first day, 1 March
        (dt.datetime(2026, 2, 28, 22, 30, tzinfo=dt.UTC), None, at(20), Frozen.BEFORE_INCLUSION),
        (dt.datetime(2026, 2, 28, 23, 30, tzinfo=dt.UTC), None, at(20), Frozen.BEFORE_UPLOAD),  # 1 March in France
    ],
)
def test_when_the_protocol_was_frozen(frozen_at, first_observation, uploaded, expected):
    row = {"frozen_at": frozen_at, "starts_on": dt.date(2026, 3, 1)}
    sent = [{"first_observation": first_observation, "created_at": uploaded}]
    assert scorecards.frozen_when(row, sent) == expected


def test_a_withdrawn_file_was_seen_all_the_same():
    row = {"frozen_at": at(10), "starts_on": dt.date(2026, 3, 15)}
    early = {"first_observation": dt.date(2026, 3, 5), "created_at": at(6)}
    late = {"first_observation": dt.date(2026, 3, 16), "created_at": at(20)}
    assert scorecards.frozen_when(row, [late]) == Frozen.BEFORE_INCLUSION
    assert scorecards.frozen_when(row, [early, late]) == Frozen.RETROSPECTIVE


@pytest.mark.parametrize("executor", ["processes", "threads"])
async def test_the_work_is_done_elsewhere(registry_settings, executor):
    import os

    from registry import db
    from registry.services import workers

    db.configure(registry_settings.model_copy(update={"executor": executor}))
    pid = await workers.run(os.getpid)
    assert (pid == os.getpid()) == (executor == "threads")


async def test_a_pool_that_a_crash_broke_is_made_anew(registry_settings):
    import os

    from registry import db
    from registry.errors import Unavailable
    from registry.services import workers

    db.configure(registry_settings.model_copy(update={"executor": "processes"}))
    with pytest.raises(Unavailable):
        await workers.run(os._exit, 1)
    assert await workers.run(abs, -1) == 1
