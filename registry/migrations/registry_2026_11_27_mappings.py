"""A submission remembers how its site said that its headers are to be read; nothing was said of those sent before."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from registry import db

ID = "2026_11_27_mappings"
VERSION = "1.38.0"
DESCRIPTION = "Mapping of the headers of a submission"

MAPPING = 'ALTER TABLE "submission" ADD COLUMN "mapping" JSON NOT NULL DEFAULT \'{}\''


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="registry", description=DESCRIPTION)

    async def add() -> None:
        await db.engine().run_ddl(MAPPING)

    manager.add_raw(add)
    return manager
