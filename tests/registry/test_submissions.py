"""Files of sites: kept once, keyed, sealed from each other, withdrawn without vanishing."""

import asyncio

import pytest

from registry.errors import Conflict, Forbidden, NotFound
from registry.services import SYSTEM, accounts, audit, observations, pilots, scorecards, submissions

from .conftest import A, B, rows


async def test_a_good_file_is_kept_with_keyed_identifiers_and_without_itself(world, send):
    from registry.tables import Submission

    received = await send(world.site_a, rows(A, prefix="CANARY"), accept=False, name="C:\\dossier\\cas.csv")
    assert received.created
    found = received.submission
    assert (found["state"], found["rows"], found["site"], found["table"]) == ("checked", 120, A, "cases")
    assert found["file_name"] == "cas.csv"
    assert received.report["accepted"]
    stored = await Submission.select().first()
    frame = await observations.store().get_frame(stored["blob"])
    assert frame["case_id"].str.contains("CANARY").sum() == 0
    assert frame["case_id"].n_unique() == 120
    assert str(stored["first_observation"]) == "2026-03-02"
    for path in world.settings.data_dir.rglob("*"):
        assert not (path.is_file() and b"CANARY" in path.read_bytes()), path


async def test_a_refused_file_leaves_its_report_and_nothing_else(world, send):
    from registry.tables import Submission

    bad = rows(A).replace(b",1,", b",peut-etre,", 1)
    received = await send(world.site_a, bad)
    assert (received.submission, received.created, received.report["accepted"]) == (None, False, False)
    assert received.report["issues"]
    assert await Submission.count() == 0
    assert not list(world.settings.data_dir.rglob("*.parquet"))
    event = (await audit.list_events(by=world.admin))["items"][0]
    assert event["action"] == "submission.rejected"
    assert "peut-etre" not in str(event)


async def test_the_child_process_gives_the_same_answer(world, send, monkeypatch):
    from importers.child.sandbox import in_child

    monkeypatch.setattr(observations, "in_child", in_child)
    received = await send(world.site_a, rows(A))
    assert received.created
    assert received.submission["rows"] == 120


async def test_the_same_bytes_again_are_the_first_submission(world, send):
    first = await send(world.site_a, rows(A), accept=False)
    again = await send(world.site_a, rows(A), accept=False, name="autre nom.csv")
    assert not again.created
    assert again.submission["id"] == first.submission["id"]
    assert [i["code"] for i in again.report["issues"]] == ["duplicate_upload"]
    assert again.report["issues"][0]["message"]


async def test_the_same_bytes_sent_together_are_kept_once(world):
    from registry.tables import Submission

    path = world.folder / "upload.csv"
    path.write_bytes(rows(A))
    sent = [submissions.receive(by=world.site_a, pilot="PIL-1", path=path, file_name=f"{n}.csv") for n in range(20)]
    answers = await asyncio.gather(*sent)
    assert sum(a.created for a in answers) == 1
    assert len({a.submission["id"] for a in answers}) == 1
    assert await Submission.count() == 1


async def test_another_site_never_learns_that_the_bytes_are_known(world, send):
    content = rows(A)
    await send(world.site_a, content)
    other = await send(world.site_b, content)
    assert other.submission is None
    assert "duplicate_upload" not in {i["code"] for i in other.report["issues"]}


async def test_a_withdrawn_file_can_be_sent_again(world, send):
    first = await send(world.site_a, rows(A))
    await submissions.withdraw(by=world.site_a, submission=first.submission["id"])
    again = await send(world.site_a, rows(A))
    assert again.created
    listed = (await submissions.list_submissions(by=world.site_a, pilot="PIL-1"))["items"]
    assert [s["state"] for s in listed] == ["withdrawn", "accepted"]
    block = (await scorecards.current(by=world.eval_1, pilot="PIL-1"))["scorecard"]["registry"]
    assert (block["uploads"], block["withdrawals"]) == (2, 1)


async def test_the_same_cases_in_another_file_are_not_counted_twice(world, send):
    await send(world.site_a, rows(A))
    shuffled = rows(A).splitlines()
    other = b"\n".join([shuffled[0], *reversed(shuffled[1:])]) + b"\n"
    received = await send(world.site_a, other, accept=False)
    with pytest.raises(Conflict) as refused:
        await submissions.accept(by=world.site_a, submission=received.submission["id"])
    assert refused.value.params == {"n": 120}
    assert (await send(world.site_a, rows(A, prefix="d"))).created


async def test_two_files_with_the_same_cases_accepted_together_count_once(world, send):
    shuffled = rows(A).splitlines()
    files = (rows(A), b"\n".join([shuffled[0], *reversed(shuffled[1:])]) + b"\n")
    waiting = [(await send(world.site_a, content, accept=False)).submission["id"] for content in files]
    given = [submissions.accept(by=world.site_a, submission=one) for one in waiting]
    answers = await asyncio.gather(*given, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "dict"]
    assert (await scorecards.current(by=world.eval_1, pilot="PIL-1"))["scorecard"]["data"]["rows"] == 120


async def test_who_sends(world, send):
    for person in ("eval_1", "buyer_u", "admin", "programme", "supplier"):
        with pytest.raises(Forbidden):
            await send(getattr(world, person), rows(A))
    with pytest.raises(NotFound):
        await send(world.site_c, rows(A))
    reader = await accounts.create_token(by=SYSTEM, email=world.site_a.email, scopes=["read"])
    with pytest.raises(Forbidden):
        await send(await accounts.actor_by_token(reader), rows(A))
    uploader = await accounts.create_token(by=SYSTEM, email=world.site_a.email, scopes=["upload"])
    assert (await send(await accounts.actor_by_token(uploader), rows(A))).created


async def test_who_sees_a_submission(world, send):
    ident = (await send(world.site_a, rows(A))).submission["id"]
    for person in ("site_a", "eval_1", "admin", "programme"):
        assert (await submissions.get(by=getattr(world, person), submission=ident))["id"] == ident
    for person in ("site_b", "site_c", "eval_of_a", "eval_bound"):
        with pytest.raises(NotFound):
            await submissions.get(by=getattr(world, person), submission=ident)
    for person in ("buyer_u", "supplier"):
        with pytest.raises(Forbidden):
            await submissions.get(by=getattr(world, person), submission=ident)
    for action in (submissions.accept, submissions.withdraw):
        with pytest.raises(NotFound):
            await action(by=world.site_b, submission=ident)
        with pytest.raises(Forbidden):
            await action(by=world.eval_1, submission=ident)
        with pytest.raises(NotFound):
            await action(by=world.site_b, submission="no identifier")


async def test_a_list_holds_ones_own_only(world, send):
    await send(world.site_a, rows(A))
    await send(world.site_b, rows(B))
    own = await submissions.list_submissions(by=world.site_b, pilot="PIL-1")
    assert [s["site"] for s in own["items"]] == [B]
    first = await submissions.list_submissions(by=world.eval_1, pilot="PIL-1", limit=1)
    rest = await submissions.list_submissions(by=world.eval_1, pilot="PIL-1", limit=1, cursor=first["next_cursor"])
    assert [s["site"] for s in (*first["items"], *rest["items"])] == [A, B]
    assert rest["next_cursor"] is None


async def test_states_are_kept(world, send):
    ident = (await send(world.site_a, rows(A))).submission["id"]
    with pytest.raises(Conflict):
        await submissions.accept(by=world.site_a, submission=ident)
    await submissions.withdraw(by=world.site_a, submission=ident)
    with pytest.raises(Conflict):
        await submissions.withdraw(by=world.site_a, submission=ident)
    with pytest.raises(Conflict):
        await submissions.accept(by=world.site_a, submission=ident)


async def test_a_closed_pilot_takes_nothing_but_lets_go(world, send):
    waiting = (await send(world.site_a, rows(A), accept=False)).submission["id"]
    kept = (await send(world.site_b, rows(B))).submission["id"]
    await pilots.close_uploads(by=world.eval_1, pilot="PIL-1")
    with pytest.raises(Conflict):
        await send(world.site_a, rows(A, prefix="d"))
    with pytest.raises(Conflict):
        await submissions.accept(by=world.site_a, submission=waiting)
    assert (await submissions.withdraw(by=world.site_b, submission=kept))["state"] == "withdrawn"


async def test_a_registry_that_takes_no_rows(world, send):
    from registry import db

    db.configure(world.settings.model_copy(update={"accept_rows": False}))
    with pytest.raises(Forbidden) as refused:
        await send(world.site_a, rows(A))
    await db.close()
    assert refused.value.code == "rows_not_accepted"


async def test_one_pilots_pseudonyms_say_nothing_of_anothers(world):
    import polars as pl

    from evaluation.protocol import parse_protocol

    from .conftest import PROTOCOL

    table = parse_protocol(PROTOCOL).table("cases")
    frame = pl.DataFrame({"case_id": ["c1"], "site": [A]})
    first, second = (observations.keyed(frame, table, pilot)["case_id"][0] for pilot in ("one", "two"))
    assert first != second
