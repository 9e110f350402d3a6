"""Aggregates in place of rows: kept as sent, never beside the rows of the same site, and told apart everywhere."""

import json

import pytest

from evaluation.canonical import sha256
from registry.errors import Conflict, Forbidden
from registry.services import health, observations, pilots, scorecards, submissions

from .aggregates import sent_by
from .conftest import A, B, rows


async def test_an_aggregate_is_kept_by_its_content_and_scored(world, send):
    from registry.tables import Submission

    content = sent_by(A)
    received = await send(world.site_a, content, name="agrégat.json")
    assert received.created
    found = received.submission
    assert (found["kind"], found["table"], found["rows"], found["columns"]) == ("aggregate", "", 120, {})
    assert received.report["kind"] == "aggregate"
    row = await Submission.select().first()
    stored = await observations.store().get_content(row["blob"], "json")
    assert (sha256(stored), json.loads(stored)) == (row["blob"], json.loads(content))
    assert row["content_sha256"] == json.loads(content)["digest"]
    card = (await scorecards.current(by=world.eval_1, pilot="PIL-1"))["scorecard"]
    assert card["data"]["sites"] == [A]
    assert [one["sites"] for one in card["data"]["aggregates"]] == [[A]]
    sensitivity = card["indicators"][0]
    assert sensitivity["estimate"]["not_estimable"] == "aggregate_site"
    assert [(line["site"], line["value"], line["aggregate"]) for line in sensitivity["by_site"]] == [(A, 0.9, True)]
    assert {"code": "aggregates", "sites": [A]} in card["warnings"]
    shown = (await pilots.get_pilot(by=world.eval_1, pilot="PIL-1"))["sites"]
    assert [(site["finess"], site["rows"], site["aggregate"]) for site in shown] == [(A, 120, True), (B, 0, False)]


async def test_rows_and_aggregates_stand_side_by_side_and_a_withdrawal_brings_the_estimate_back(world, send):
    await send(world.site_a, rows(A))
    sent = await send(world.site_b, sent_by(B), name="b.json")
    card = (await scorecards.current(by=world.eval_1, pilot="PIL-1"))["scorecard"]
    assert (card["data"]["rows"], card["data"]["sites"]) == (240, [A, B])
    assert "not_estimable" in card["indicators"][0]["estimate"]
    await submissions.withdraw(by=world.site_b, submission=sent.submission["id"])
    card = (await scorecards.current(by=world.eval_1, pilot="PIL-1"))["scorecard"]
    assert card["indicators"][0]["estimate"]["value"] == 0.9
    assert "aggregates" not in card["data"]


@pytest.mark.parametrize("first", ["rows", "aggregate"])
async def test_a_site_is_never_described_twice(world, send, first):
    files = {"rows": rows(A), "aggregate": sent_by(A, prefix="d")}
    await send(world.site_a, files.pop(first), name="cas.csv" if first == "rows" else "a.json")
    (other,) = files
    waiting = await send(world.site_a, files[other], accept=False, name="cas.csv" if other == "rows" else "a.json")
    with pytest.raises(Conflict) as refused:
        await submissions.accept(by=world.site_a, submission=waiting.submission["id"])
    assert refused.value.code == "site_described_twice"


async def test_a_second_aggregate_waits_until_the_first_is_withdrawn(world, send):
    first = await send(world.site_a, sent_by(A), name="a.json")
    second = await send(world.site_a, sent_by(A, 200), accept=False, name="b.json")
    with pytest.raises(Conflict):
        await submissions.accept(by=world.site_a, submission=second.submission["id"])
    await submissions.withdraw(by=world.site_a, submission=first.submission["id"])
    assert (await submissions.accept(by=world.site_a, submission=second.submission["id"]))["state"] == "accepted"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda c: c.update(engine="0"), "aggregate_engine"),
        (lambda c: c["sites"][0].update(site=B), "aggregate_site_mismatch"),
        (lambda c: c["data"].update(rows=7), "aggregate_digest"),
        (lambda c: c.update(patient="CANARY"), "aggregate_schema"),
    ],
)
async def test_a_changed_one_leaves_nothing(world, send, change, code):
    from registry.tables import Submission

    content = json.loads(sent_by(A))
    change(content)
    received = await send(world.site_a, json.dumps(content).encode(), name="a.json")
    assert (received.submission, received.created) == (None, False)
    assert code in received.report["issue_counts"]
    assert "CANARY" not in json.dumps(received.report)
    assert await Submission.count() == 0
    assert not list(world.settings.data_dir.rglob("*.json"))


async def test_the_same_bytes_again_are_the_first_submission(world, send):
    first = await send(world.site_a, sent_by(A), accept=False, name="a.json")
    again = await send(world.site_a, sent_by(A), accept=False, name="b.json")
    assert (again.created, again.submission["id"]) == (False, first.submission["id"])


async def test_a_registry_that_takes_no_rows_takes_aggregates(world, send):
    from registry import db

    settings = world.settings.model_copy(update={"accept_rows": False})
    db.configure(settings)
    await db.connect()
    with pytest.raises(Forbidden) as refused:
        await send(world.site_a, rows(A))
    assert refused.value.code == "rows_not_accepted"
    assert (await send(world.site_a, sent_by(A), name="a.json")).created
    assert (await send(world.site_b, sent_by(B), name="b.json")).created
    await db.close()


async def test_aggregates_are_no_rows_hosted_for_others(world, send):
    await send(world.site_a, sent_by(A), name="a.json")
    await send(world.site_b, sent_by(B), name="b.json")
    checks = {check.name: check for check in await health.examine()}
    assert checks["PREUVE_ACCEPT_ROWS"].ok
