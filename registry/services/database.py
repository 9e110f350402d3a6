"""The schema: which steps are missing, and applying them, all or none, one process at a time."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from piccolo.apps.migrations.tables import Migration

from registry import db, migrations

APP = "registry"


async def upgrade() -> list[str]:
    """Apply the missing steps and answer which ones.

    They run in one transaction, which on both engines admits one writer: of several processes that start together, one
    migrates and the others then find nothing to do; one that is killed leaves nothing half done.
    """
    applied = []
    async with db.transaction():
        for name in await _missing():
            manager = await import_module(f"{migrations.__name__}.{name}").forwards()
            for step in manager.raw:
                await step()
            await Migration.insert(Migration(name=name, app_name=APP))
            applied.append(name)
    return applied


async def pending() -> list[str]:
    """Steps that are shipped and not applied: nobody works on a stale schema."""
    with db.translated():
        if not await Migration.table_exists():
            return _shipped()
        return await _not_recorded()


def _shipped() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(migrations.__path__))


async def _missing() -> list[str]:
    await Migration.create_table(if_not_exists=True)
    return await _not_recorded()


async def _not_recorded() -> list[str]:
    done = set(await Migration.get_migrations_which_ran(APP))
    return [name for name in _shipped() if name not in done]
