"""PostgreSQL: a pool for each event loop, and writing transactions one after the other, as on SQLite."""

from __future__ import annotations

import asyncio
import contextlib
import weakref
from typing import Any, Final

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

CONNECTIONS: Final = 10
WRITER_LOCK: Final = 0x5052_4555
"""Key of the advisory lock that a writing transaction holds."""


class _PostgresTransaction(PostgresTransaction):
    async def __aenter__(self) -> PostgresTransaction:
        if self._parent is not None:
            return self._parent
        self.connection = await self.get_connection()
        try:
            self.transaction = self.connection.transaction()
            await self.begin()
            await self.connection.execute("SELECT pg_advisory_xact_lock($1)", WRITER_LOCK)
        except BaseException:
            await asyncio.shield(self._give_back())
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def _give_back(self) -> None:
        if self.engine.pool:
            await self.engine.pool.release(self.connection)  # the pool itself ends a transaction left open
        else:
            await self.connection.close()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> bool:
        if self._parent is not None:
            return False
        try:
            if error is None:
                await self.commit()
            else:
                await self.rollback()
        finally:
            self.engine.current_transaction.reset(self.context)
            await asyncio.shield(self._give_back())
        return False


class RobustPostgresEngine(PostgresEngine):
    """One pool for each event loop, opened at its first use; nothing connects when a module is imported."""

    def __init__(self, url: str) -> None:
        self._pools: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Any] = weakref.WeakKeyDictionary()
        super().__init__(config={"dsn": url}, extensions=())

    async def check_version(self) -> None:
        """Piccolo would connect here, at construction."""

    @property
    def pool(self) -> Any:
        """The pool of the running event loop, if it was opened."""
        try:
            return self._pools.get(asyncio.get_running_loop())
        except RuntimeError:
            return None

    @pool.setter
    def pool(self, value: Any) -> None:
        with contextlib.suppress(RuntimeError):
            loop = asyncio.get_running_loop()
            if value is None:
                self._pools.pop(loop, None)
            else:
                self._pools[loop] = value

    async def start_connection_pool(self, **_: Any) -> None:
        """Open the pool of the running loop."""
        if self.pool is None:
            self.pool = await asyncpg.create_pool(**self.config, min_size=1, max_size=CONNECTIONS)

    async def close_connection_pool(self) -> None:
        """Close the pool of the running loop."""
        if pool := self.pool:
            self.pool = None
            await pool.close()

    def transaction(self, allow_nested: bool = True) -> PostgresTransaction:
        """A writing transaction: it waits for its turn, as SQLite makes it, then sees all that was committed."""
        return _PostgresTransaction(engine=self, allow_nested=allow_nested)
