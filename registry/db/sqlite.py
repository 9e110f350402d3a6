"""SQLite for a server: a few kept connections, each transaction a writer from its start, nothing left locked."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import weakref
from collections.abc import Sequence
from typing import Any, Final

import aiosqlite
from piccolo.engine.sqlite import SQLiteEngine, SQLiteTransaction, TransactionType, dict_factory

CONNECTIONS: Final = 5
BUSY_SECONDS: Final = 10.0
SAFE_WAL: Final = (3, 51, 3)
"""Before this version of SQLite, two connections that checkpoint at once can lose a commit in WAL mode."""


def pragmas() -> tuple[str, ...]:
    """How each SQLite connection is opened."""
    mode = "WAL" if sqlite3.sqlite_version_info >= SAFE_WAL else "TRUNCATE"
    return (
        f"PRAGMA journal_mode = {mode}",
        "PRAGMA foreign_keys = ON",
        "PRAGMA synchronous = FULL",
        "PRAGMA cache_size = -16000",
    )


class _Pool:
    """Connections of one event loop, the last one given back first; writers queue in order before they begin."""

    def __init__(self, engine: PooledSQLiteEngine) -> None:
        self.engine = engine
        self.free: list[aiosqlite.Connection] = []
        self.all: set[aiosqlite.Connection] = set()
        self.room = asyncio.Semaphore(CONNECTIONS)
        self.writer = asyncio.Lock()

    async def acquire(self) -> aiosqlite.Connection:
        await self.room.acquire()
        try:
            return self.free.pop() if self.free else await self._open()
        except BaseException:
            self.room.release()
            raise

    async def _open(self) -> aiosqlite.Connection:
        connection = aiosqlite.connect(**self.engine.connection_kwargs)
        connection._thread.daemon = True  # a forgotten close must not keep the interpreter alive
        await connection
        connection.row_factory = dict_factory
        for pragma in pragmas():
            await connection.execute(pragma)
        self.all.add(connection)
        return connection

    async def release(self, connection: aiosqlite.Connection) -> None:
        try:
            if connection.in_transaction:  # a cancelled or failed transaction must not keep its lock
                await connection.rollback()
            self.free.append(connection)
        except (sqlite3.Error, ValueError):
            await self._discard(connection)
        finally:
            self.room.release()

    async def _discard(self, connection: aiosqlite.Connection) -> None:
        self.all.discard(connection)
        with contextlib.suppress(sqlite3.Error, ValueError):
            await connection.close()

    async def close(self) -> None:
        self.free.clear()
        for connection in tuple(self.all):
            await self._discard(connection)


class _SQLiteTransaction(SQLiteTransaction):
    """Gives the connection back whatever happens; Piccolo's own leaks it, locked, when BEGIN or COMMIT fails."""

    async def __aenter__(self) -> SQLiteTransaction:
        if self._parent is not None:
            return self._parent
        await self.engine.pool().writer.acquire()
        try:
            self.connection = await self.engine.get_connection()
            try:
                await self.begin()
            except BaseException:
                await asyncio.shield(self.engine.release(self.connection))
                raise
        except BaseException:
            self.engine.pool().writer.release()
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> bool:
        if self._parent is not None:
            return False
        try:
            if error is None:
                await self.commit()
            else:
                await asyncio.shield(self.rollback())
        finally:
            self.engine.current_transaction.reset(self.context)
            await asyncio.shield(self.engine.release(self.connection))
            self.engine.pool().writer.release()
        return False


class PooledSQLiteEngine(SQLiteEngine):
    """Keeps its connections, a few for each event loop, and begins each transaction as a writer."""

    def __init__(self, path: str) -> None:
        self._pools: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Pool] = weakref.WeakKeyDictionary()
        super().__init__(path=path, timeout=BUSY_SECONDS, cached_statements=512)

    def pool(self) -> _Pool:
        """The connections of the running event loop."""
        loop = asyncio.get_running_loop()
        if loop not in self._pools:
            self._pools[loop] = _Pool(self)
        return self._pools[loop]

    async def start_connection_pool(self, **_: Any) -> None:
        """Nothing to do: connections open when they are asked for."""

    async def close_connection_pool(self) -> None:
        """Close the connections of the running loop."""
        if pool := self._pools.pop(asyncio.get_running_loop(), None):
            await pool.close()

    async def get_connection(self) -> aiosqlite.Connection:
        """A connection, to be given back with `release`."""
        return await self.pool().acquire()

    async def release(self, connection: aiosqlite.Connection) -> None:
        """Give a connection back, without any transaction."""
        await self.pool().release(connection)

    async def _run_in_new_connection(
        self, query: str, args: Sequence[Any] | None = None, query_type: str = "generic", table: Any = None
    ) -> Any:
        del query_type, table  # Piccolo's own parameters, of use to its serial keys only
        connection = await self.get_connection()
        try:
            return await connection.execute_fetchall(query, args or [])
        finally:
            await asyncio.shield(self.release(connection))

    async def _run_in_existing_connection(
        self,
        connection: Any,
        query: str,
        args: Sequence[Any] | None = None,
        query_type: str = "generic",
        table: Any = None,
    ) -> Any:
        del query_type, table
        return await connection.execute_fetchall(query, args or [])

    def transaction(
        self, transaction_type: TransactionType = TransactionType.immediate, allow_nested: bool = True
    ) -> SQLiteTransaction:
        """A writing transaction: IMMEDIATE, so that what it reads cannot change before it writes."""
        return _SQLiteTransaction(engine=self, transaction_type=transaction_type, allow_nested=allow_nested)
