"""A submission may be an aggregate in place of rows: which of the two each is; those sent before are rows."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from registry import db

ID = "2026_11_25_aggregates"
VERSION = "1.38.0"
DESCRIPTION = "Kind of a submission"

KIND = (
    'ALTER TABLE "submission" ADD COLUMN "kind" VARCHAR(10) NOT NULL DEFAULT \'rows\' '
    "CHECK (\"kind\" IN ('rows', 'aggregate'))"
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="registry", description=DESCRIPTION)

    async def add() -> None:
        await db.engine().run_ddl(KIND)

    manager.add_raw(add)
    return manager
