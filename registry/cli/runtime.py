"""A command that needs the registry: settings, database and event loop, opened and closed around one call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from registry.settings import Settings

T = TypeVar("T")


def with_registry(work: Callable[[], Awaitable[T]], settings: Settings | None = None, *, migrate: bool = True) -> T:
    """Run `work` on the registry of the settings in force.

    Parameters
    ----------
    work
        Called in an event loop, with the database open.
    settings
        By default those of the environment.
    migrate
        Bring the schema up to date first.
    """
    from registry import db
    from registry.services import database

    async def run() -> T:
        db.configure(settings or Settings())
        try:
            if migrate:
                await database.upgrade()
            return await work()
        finally:
            await db.close()

    return asyncio.run(run())
