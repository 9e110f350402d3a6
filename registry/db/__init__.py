"""The database in force: one code base on SQLite (embedded default) and PostgreSQL, one writer at a time on both."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator
from typing import Any

from piccolo.apps.migrations.tables import Migration
from piccolo.conf.apps import Finder
from piccolo.engine.base import Engine

from registry.db.failures import as_refusal, is_unique_violation, translated
from registry.db.postgres import RobustPostgresEngine
from registry.db.sqlite import PooledSQLiteEngine
from registry.errors import Invalid, Unavailable
from registry.settings import Settings, sqlite_path

__all__ = [
    "as_refusal",
    "close",
    "configure",
    "connect",
    "engine",
    "is_unique_violation",
    "settings",
    "transaction",
    "translated",
]

os.environ.setdefault("PICCOLO_CONF", "registry.piccolo_conf")  # where Piccolo finds the engine and the tables


class _Current:
    """The settings and the engine in force; a process has one of each at a time."""

    settings: Settings | None = None
    engine: Engine[Any] | None = None


def configure(settings: Settings) -> Engine[Any]:
    """Put `settings` and their database in force for every table.

    Raises
    ------
    Unavailable
        The data folder cannot be written.
    Invalid
        The URL is of another kind of database.
    """
    url = settings.database
    if url.startswith(("postgresql://", "postgres://")):
        _Current.engine = RobustPostgresEngine(url)
    elif url.startswith("sqlite:///"):
        settings.prepare()
        with translated():
            # made beforehand for its owner only; SQLite gives its journals the same rights
            os.close(os.open(sqlite_path(url), os.O_RDWR | os.O_CREAT, 0o600))
        _Current.engine = PooledSQLiteEngine(str(sqlite_path(url)))
    else:
        raise Invalid("database_url", "PREUVE_DATABASE_URL must begin with sqlite:/// or postgresql://.")
    for table in (Migration, *Finder().get_table_classes()):
        table._meta.db = _Current.engine
    _Current.settings = settings
    return _Current.engine


def settings() -> Settings:
    """The settings in force.

    Raises
    ------
    Unavailable
        Nobody called `configure`.
    """
    if _Current.settings is None:
        raise Unavailable("not_configured", "No database is open: start the registry with its settings first.")
    return _Current.settings


def engine() -> Engine[Any]:
    """The engine in force.

    Raises
    ------
    Unavailable
        Nobody called `configure`.
    """
    if _Current.engine is None:
        raise Unavailable("not_configured", "No database is open: start the registry with its settings first.")
    return _Current.engine


async def connect() -> None:
    """Open the connections of the running event loop.

    Raises
    ------
    Unavailable
        The server cannot be reached.
    """
    with translated():
        await engine().start_connection_pool()


async def close() -> None:
    """Close the connections of the running event loop."""
    if _Current.engine is not None:
        await _Current.engine.close_connection_pool()


@contextlib.asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """One writing transaction: all or nothing, alone, and never a lock or a connection left behind."""
    with translated():
        async with engine().transaction():
            yield
