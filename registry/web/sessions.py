"""Sessions of browsers: kept on the server under hashed names, never with an identifier that the server did not give."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any, ClassVar

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.middleware.session.server_side import ServerSideSessionBackend, ServerSideSessionConfig
from litestar.stores.base import Store
from litestar.types import Empty, Message, ScopeSession

from registry.services import clock, sessions
from registry.settings import Settings

HOURS = 8
KNOWN, NEW = "_preuve_session_known", "_preuve_session_new"


class DatabaseStore(Store):
    """Litestar's store over the registry's table of sessions."""

    async def set(self, key: str, value: str | bytes, expires_in: int | dt.timedelta | None = None) -> None:
        """Keep the value; one that is fresh and unchanged is not written again (Litestar asks on every answer)."""
        data = value.encode() if isinstance(value, str) else value
        lasting = dt.timedelta(seconds=expires_in) if isinstance(expires_in, int) else expires_in
        until = None if lasting is None else clock.now() + lasting
        known = await sessions.get(key)
        fresh = known and known[1] and until and lasting and until - known[1] < lasting * 0.1
        if known is None or known[0] != data or not fresh:
            await sessions.put(key, data, until)

    async def get(self, key: str, renew_for: int | dt.timedelta | None = None) -> bytes | None:
        """The value of a session that still runs."""
        del renew_for  # renewed by `set`, on every answer
        found = await sessions.get(key)
        return None if found is None else found[0]

    async def delete(self, key: str) -> None:
        """Forget the session."""
        await sessions.delete(key)

    async def delete_all(self) -> None:
        """Forget every session."""
        await sessions.delete_all()

    async def exists(self, key: str) -> bool:
        """Whether the session still runs."""
        return await sessions.get(key) is not None

    async def expires_in(self, key: str) -> int | None:
        """Seconds until it ends."""
        found = await sessions.get(key)
        return None if found is None or found[1] is None else int((found[1] - clock.now()).total_seconds())


class StrictBackend(ServerSideSessionBackend):
    """A known identifier is kept; an unknown or rotated one gives a fresh one: no session can be planted."""

    async def load_from_connection(self, connection: ASGIConnection[Any, Any, Any, Any]) -> dict[str, Any]:
        """The session of the cookie, when the server gave that cookie."""
        data = await super().load_from_connection(connection)
        if data:
            scope: dict[str, Any] = connection.scope  # type: ignore[assignment]
            scope[KNOWN] = connection.cookies.get(self.config.key)
        return data

    def get_session_id(self, connection: ASGIConnection[Any, Any, Any, Any]) -> str:
        """The identifier to answer with."""
        scope: dict[str, Any] = connection.scope  # type: ignore[assignment]
        if new := scope.get(NEW):
            return str(new)
        cookie = connection.cookies.get(self.config.key)
        if cookie and scope.get(KNOWN) == cookie:
            return cookie
        scope[NEW] = self.generate_session_id()
        return str(scope[NEW])

    async def store_in_message(
        self, scope_session: ScopeSession, message: Message, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> None:
        """Write nothing, and set no cookie, for a visitor who has no session."""
        scope: dict[str, Any] = connection.scope  # type: ignore[assignment]
        if not scope_session and scope.get(KNOWN) is None:
            return
        await super().store_in_message(scope_session or Empty, message, connection)


@dataclass
class StrictConfig(ServerSideSessionConfig):
    """The configuration with the strict back end."""

    _backend_class: ClassVar[type[StrictBackend]] = StrictBackend  # type: ignore[misc]


def session_store() -> DatabaseStore:
    """The store that the configuration names."""
    return DatabaseStore()


def session_config(settings: Settings) -> StrictConfig:
    """Cookies: HttpOnly, SameSite=Lax; `__Host-` and Secure in production."""
    production = settings.env == "production"
    return StrictConfig(
        key="__Host-preuve" if production else "preuve",
        secure=production,
        httponly=True,
        samesite="lax",
        max_age=HOURS * 3600,
        store="sessions",
    )


async def begin(request: Request[Any, Any, Any], data: dict[str, Any]) -> None:
    """A session with a fresh identifier: at sign-in and whenever rights change."""
    scope: dict[str, Any] = request.scope  # type: ignore[assignment]
    if old := scope.get(KNOWN):
        await sessions.delete(old)
    scope[NEW] = secrets.token_hex(32)
    request.set_session(data)


async def end(request: Request[Any, Any, Any]) -> None:
    """Forget the session of this browser."""
    request.clear_session()
