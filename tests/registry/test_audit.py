"""The trail: one event for each change, and every way of tampering with it shows."""

import asyncio

import pytest

from registry.errors import Forbidden, Unauthenticated
from registry.services import SYSTEM, audit, catalogue, health

from .conftest import A, rows


async def test_each_change_leaves_one_event_and_the_chain_holds(world, scored, send):
    from registry.tables import AuditEvent

    before = await AuditEvent.count()
    await catalogue.add_call(by=SYSTEM, code="AMI", title="Appel")
    await send(world.site_a, rows(A, prefix="x"), accept=False)
    assert await AuditEvent.count() == before + 2
    found = await audit.verify_chain()
    assert found == {"ok": True, "events": before + 2, "broken_at": None, "head": found["head"]}


async def test_changes_made_together_make_one_chain(world):
    await asyncio.gather(*(catalogue.add_call(by=SYSTEM, code=f"C{n}", title="x") for n in range(30)))
    assert (await audit.verify_chain())["ok"]


async def test_a_change_whose_event_cannot_be_written_is_not_made(world, monkeypatch):
    from registry.services import trail
    from registry.tables import Call

    async def failing(*_, **__):
        raise RuntimeError("no event")

    monkeypatch.setattr(trail, "record", failing)
    with pytest.raises(RuntimeError):
        await catalogue.add_call(by=SYSTEM, code="AMI", title="Appel")
    assert await Call.count() == 0


TAMPERING = {
    "edit": "UPDATE audit_event SET detail = '{\"rows\":1}' WHERE sequence = 5",
    "who": "UPDATE audit_event SET actor = 'somebody' WHERE sequence = 5",
    "delete": "DELETE FROM audit_event WHERE sequence = 5",
    "reorder": "UPDATE audit_event SET sequence = CASE sequence WHEN 5 THEN 1000006 ELSE 1000005 END WHERE sequence IN (5, 6)",
}


async def unguarded(engine_kind, statement):
    """What somebody with the file itself can do: the triggers are gone."""
    from registry.tables import AuditEvent

    if engine_kind == "sqlite":
        for verb in ("update", "delete"):
            await AuditEvent.raw(f"DROP TRIGGER audit_event_no_{verb}")
    else:
        await AuditEvent.raw("DROP TRIGGER audit_event_append_only ON audit_event")
    await AuditEvent.raw(statement)


@pytest.mark.parametrize("how", TAMPERING)
async def test_tampering_shows(world, engine_kind, how):
    await unguarded(engine_kind, TAMPERING[how])
    found = await audit.verify_chain()
    assert not found["ok"]
    assert found["broken_at"] in (5, 6, 7, 1000005)


async def test_an_insertion_shows(world):
    from registry.services import clock
    from registry.tables import AuditEvent

    head = await audit.verify_chain()
    values = {"actor": "x", "action": "x", "object_kind": "x", "object_id": "x", "previous": head["head"]}
    await AuditEvent.insert(AuditEvent(sequence=head["events"] + 1, at=clock.now(), digest="f" * 64, **values))
    assert (await audit.verify_chain())["broken_at"] == head["events"] + 1


async def test_a_chain_that_was_cut_misses_its_checkpoint(world, engine_kind):
    head = await audit.verify_chain()
    checkpoint = (head["events"], head["head"])
    assert (await audit.verify_chain(checkpoint=checkpoint))["ok"]
    await unguarded(engine_kind, "DELETE FROM audit_event WHERE sequence > (SELECT max(sequence) - 3 FROM audit_event)")
    assert (await audit.verify_chain())["ok"]  # what a bare chain cannot see
    cut = await audit.verify_chain(checkpoint=checkpoint)
    assert (cut["ok"], cut["broken_at"]) == (False, head["events"])


async def test_who_reads_the_trail(world, scored):
    for person in ("site_a", "eval_1", "buyer_u", "programme"):
        by = getattr(world, person)
        with pytest.raises(Forbidden):
            await audit.list_events(by=by)
        assert {e["actor"] for e in (await audit.list_events(by=by, mine=True))["items"]} == {by.email}
    with pytest.raises(Unauthenticated):
        await audit.list_events(by=None)
    first = await audit.list_events(by=world.admin, limit=3)
    second = await audit.list_events(by=world.admin, limit=3, cursor=first["next_cursor"])
    numbers = [e["sequence"] for e in (*first["items"], *second["items"])]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == 6


async def test_no_event_holds_a_value_of_a_row(world, send):
    await send(world.site_a, rows(A, prefix="CANARY"))
    text = str(await audit.list_events(by=world.admin, limit=200))
    assert "CANARY" not in text


async def test_the_doctor_says_what_is_in_force_and_unsafe(world, engine_kind, scored):
    checks = {check.name: check for check in await health.examine()}
    assert checks["audit"].ok
    assert checks["schema"].ok
    assert not checks["PREUVE_ACCEPT_ROWS"].ok  # two hospitals send rows to a host without HDS
    assert "HDS" in checks["PREUVE_ACCEPT_ROWS"].sentence("fr")
    assert world.settings.secret_key not in str(checks)
    await unguarded(engine_kind, TAMPERING["who"])
    checks = {check.name: check for check in await health.examine()}
    assert "5" in checks["audit"].sentence("en")
    assert await health.ready()


def test_what_must_not_start_in_production(tmp_path):
    from registry.settings import Settings

    weak = Settings(data_dir=tmp_path, env="production", secret_key="short")
    assert [check.name for check in health.unsafe_for_production(weak)] == ["PREUVE_SECRET_KEY", "PREUVE_PUBLIC_URL"]
    good = Settings(data_dir=tmp_path, env="production", secret_key="x" * 40, public_url="https://preuve.example.org")
    assert health.unsafe_for_production(good) == []
    assert health.unsafe_for_production(Settings(data_dir=tmp_path, secret_key="short")) == []
