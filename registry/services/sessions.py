"""What the server keeps of browsers' sessions, under hashed names; the web room gives it Litestar's shape."""

from __future__ import annotations

import datetime as dt
import hashlib

from registry.services import clock
from registry.tables import SessionValue


def _name(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()  # a leaked table gives no usable session


async def get(key: str) -> tuple[bytes, dt.datetime | None] | None:
    """The value and the end of a session that still runs."""
    row = (
        await SessionValue.select(SessionValue.data, SessionValue.expires_at)
        .where(SessionValue.key == _name(key))
        .first()
    )
    if row is None or (row["expires_at"] and row["expires_at"] <= clock.now()):
        return None
    return bytes(row["data"]), row["expires_at"]


async def put(key: str, data: bytes, expires_at: dt.datetime | None) -> None:
    """Keep the value until then, in place of the one before."""
    row = SessionValue(key=_name(key), data=data, expires_at=expires_at)
    await SessionValue.insert(row).on_conflict(
        target=SessionValue.key, action="DO UPDATE", values=[SessionValue.data, SessionValue.expires_at]
    )


async def delete(key: str) -> None:
    """Forget the session."""
    await SessionValue.delete().where(SessionValue.key == _name(key))


async def delete_all() -> None:
    """Forget every session: everybody signs in again."""
    await SessionValue.delete(force=True)


async def delete_expired() -> None:
    """Forget the sessions that have ended."""
    await SessionValue.delete().where(SessionValue.expires_at < clock.now())
