"""Engines: what a failure leaves behind (nothing), and one writer at a time."""

import asyncio
import contextlib
import sqlite3
import stat

import pytest

from registry.errors import Invalid, RegistryError, Unavailable


async def insert(name, siren):
    from registry import db
    from registry.tables import Supplier

    async with db.transaction():
        await Supplier.insert(Supplier(name=name, siren=siren))


async def test_a_commit_that_fails_leaves_no_lock_behind(registry_settings, engine_kind):
    from registry import db
    from registry.tables import Supplier

    if engine_kind == "sqlite":
        # a reader holds the file while the writer commits, for longer than the writer waits
        await db.close()
        db.engine().connection_kwargs["timeout"] = 0.2
        reader = sqlite3.connect(registry_settings.data_dir / "preuve.sqlite3", isolation_level=None)
        reader.execute("PRAGMA journal_mode")
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM supplier").fetchall()
        with pytest.raises(Unavailable, match="holds the database"):
            await insert("lost", "1")
        reader.execute("COMMIT")
        reader.close()
    else:
        await Supplier.raw(
            "ALTER TABLE tool DROP CONSTRAINT tool_supplier_fkey, ADD CONSTRAINT tool_supplier_fkey "
            "FOREIGN KEY (supplier) REFERENCES supplier (id) DEFERRABLE INITIALLY DEFERRED"
        )
        from uuid import uuid4

        from registry.tables import Tool

        for _ in range(15):  # more than the pool holds
            with pytest.raises(Exception, match="foreign key"):
                async with db.transaction():
                    await Tool.insert(Tool(slug="x", supplier=uuid4()))
    for number in range(3):
        await insert("kept", f"k{number}")
    assert await Supplier.count() == 3


async def test_an_exception_rolls_back_and_frees_the_writer(registry_settings):
    from registry import db
    from registry.tables import Supplier

    async def failing():
        async with db.transaction():
            await Supplier.insert(Supplier(name="lost", siren="1"))
            raise ZeroDivisionError

    for _ in range(12):
        with pytest.raises(ZeroDivisionError):
            await failing()
    assert await Supplier.count() == 0


async def test_a_cancelled_transaction_frees_the_writer(registry_settings):
    from registry import db
    from registry.tables import Supplier

    async def slow():
        async with db.transaction():
            await Supplier.insert(Supplier(name="lost", siren="1"))
            await asyncio.sleep(60)

    for _ in range(12):
        task = asyncio.create_task(slow())
        await asyncio.sleep(0.02)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    async with db.transaction():
        await Supplier.insert(Supplier(name="kept", siren="2"))
    assert [row["name"] for row in await Supplier.select()] == ["kept"]


async def test_what_is_read_then_written_in_one_transaction_is_never_lost(registry_settings):
    from registry import db
    from registry.tables import Supplier

    await Supplier.insert(Supplier(name="0", siren="1"))

    async def increment():
        async with db.transaction():
            row = await Supplier.select(Supplier.name).first()
            await asyncio.sleep(0.001)
            await Supplier.update({Supplier.name: str(int(row["name"]) + 1)}).where(Supplier.siren == "1")

    await asyncio.gather(*(increment() for _ in range(60)))
    assert (await Supplier.select(Supplier.name).first())["name"] == "60"


async def test_the_database_and_its_folder_are_for_their_owner_only(tmp_path):
    from registry import db
    from registry.settings import Settings

    settings = Settings(data_dir=tmp_path / "new")
    db.configure(settings)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "new" / "preuve.sqlite3").stat().st_mode) == 0o600


async def test_a_database_held_by_another_program_gives_one_sentence(tmp_path):
    from registry import db
    from registry.services import database
    from registry.settings import Settings

    db.configure(Settings(data_dir=tmp_path))
    db.engine().connection_kwargs["timeout"] = 0.1
    other = sqlite3.connect(tmp_path / "preuve.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(RegistryError) as refused:
        await database.upgrade()
    other.close()
    await db.close()
    assert refused.value.code == "database_locked"
    assert "occupe la base" in refused.value.sentence("fr")


async def test_a_server_that_does_not_answer_gives_one_sentence(tmp_path):
    from registry import db
    from registry.settings import Settings

    db.configure(Settings(data_dir=tmp_path, database_url="postgresql://nobody@127.0.0.1:9/none"))
    with pytest.raises(Unavailable) as refused:
        await db.connect()
    assert refused.value.code == "database_unreachable"


async def test_a_file_that_is_no_database_gives_one_sentence(tmp_path):
    from registry import db
    from registry.services import database
    from registry.settings import Settings

    (tmp_path / "preuve.sqlite3").write_bytes(b"not a database at all, but long enough to be read as one" * 20)
    db.configure(Settings(data_dir=tmp_path))
    with pytest.raises(Unavailable) as refused:
        await database.upgrade()
    await db.close()
    assert refused.value.code == "database_damaged"


def test_another_kind_of_database_is_refused(tmp_path):
    from registry import db
    from registry.settings import Settings

    with pytest.raises(Invalid):
        db.configure(Settings(data_dir=tmp_path, database_url="mysql://localhost/x"))
