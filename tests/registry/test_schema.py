"""The schema on both engines: it applies once, matches the tables, refuses what must never change."""

import asyncio
import re

import pytest


async def test_the_steps_apply_once_whoever_starts_first(empty_database):
    from registry import db
    from registry.services import database

    assert await database.pending() == [
        "registry_2026_11_24_initial",
        "registry_2026_11_25_aggregates",
        "registry_2026_11_26_documents",
        "registry_2026_11_27_mappings",
    ]
    applied = await asyncio.gather(*(database.upgrade() for _ in range(4)))
    assert sorted(map(len, applied)) == [0, 0, 0, 4]
    assert await database.pending() == []
    await db.close()


async def test_a_step_that_fails_leaves_nothing_and_can_be_run_again(empty_database, monkeypatch):
    from registry.migrations import registry_2026_11_24_initial as step
    from registry.services import database
    from registry.tables import Supplier

    whole = step.statements
    monkeypatch.setattr(step, "statements", lambda engine: [*whole(engine)[:5], "CREATE NONSENSE"])
    with pytest.raises(Exception, match=r"(?i)nonsense"):
        await database.upgrade()
    assert not await Supplier.table_exists()
    monkeypatch.undo()
    assert await database.upgrade()
    assert await Supplier.count() == 0


async def test_every_column_of_the_tables_is_in_the_database(registry_settings, engine_kind):
    from registry.tables import TABLES

    for table in TABLES:
        name = table._meta.tablename
        if engine_kind == "sqlite":
            found = await table.raw('SELECT name, "notnull" AS required FROM pragma_table_info({})', name)
        else:
            found = await table.raw(
                "SELECT column_name AS name, (is_nullable = 'NO')::int AS required "
                "FROM information_schema.columns WHERE table_name = {}",
                name,
            )
        declared = {c._meta.db_column_name: int(not c._meta.null) for c in table._meta.columns}
        assert {row["name"]: row["required"] for row in found} == declared, name


async def test_every_column_says_what_null_and_default_are(registry_settings):
    from piccolo.columns import ForeignKey

    from registry.tables import TABLES

    for table in TABLES:
        for column in table._meta.columns:
            if isinstance(column, ForeignKey):
                assert {"null", "on_delete"} <= set(column._meta.params), column
            elif not column._meta.primary_key:
                assert "null" in column._meta.params, column


async def test_an_unknown_word_is_refused_by_the_database_itself(world):
    from registry.tables import Pilot

    with pytest.raises(Exception, match=r"(?i)check"):
        await Pilot.update({Pilot.state: "nonsense"}).where(Pilot.code == "PIL-1")


async def test_a_text_in_a_column_of_numbers_is_refused(world, engine_kind, scored):
    from registry.tables import Submission

    with pytest.raises(Exception, match=r"(?i)check|invalid input"):
        await Submission.raw("UPDATE submission SET rows = 'many'")


@pytest.mark.parametrize("table", ["audit_event", "protocol_record", "signature"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
async def test_what_only_grows_cannot_be_changed_or_removed(world, scored, table, change):
    from registry.services import decisions
    from registry.tables import AuditEvent

    await decisions.sign(by=world.eval_1, digest=scored, decision="more_evidence", reason="r", no_conflict=True)
    with pytest.raises(Exception, match=f"{table} is append-only"):
        await AuditEvent.raw(change.format(table))


def test_the_same_triggers_exist_on_both_engines():
    from registry.migrations import registry_2026_11_24_initial as step

    def guarded(engine):
        return {found for text in step.guards(engine) for found in re.findall(r'ON "(\w+)"', text)}

    assert guarded("sqlite") == guarded("postgres") == set(step.APPEND_ONLY)
