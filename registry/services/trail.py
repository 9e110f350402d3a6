"""Writing the trail: one event for each change, in the same transaction, each holding the digest of the one before."""

from __future__ import annotations

import datetime as dt
from typing import Any

from evaluation.canonical import canonical_json, digest_of
from registry import db
from registry.policies.access import Actor
from registry.services import clock
from registry.tables import AuditEvent

GENESIS = "0" * 64
"""What the first event holds as the digest of the one before."""


async def record(by: Actor, action: str, kind: str, object_id: str, **detail: Any) -> None:
    """Add an event; call it last, inside the transaction of the change (where one writer at a time is alone)."""
    last = (
        await AuditEvent.select(AuditEvent.sequence, AuditEvent.digest)
        .order_by(AuditEvent.sequence, ascending=False)
        .limit(1)
    )
    sequence, previous = (last[0]["sequence"] + 1, last[0]["digest"]) if last else (1, GENESIS)
    at = clock.now()
    values = {
        "actor": by.email,
        "action": action,
        "object_kind": kind,
        "object_id": object_id,
        "detail": canonical_json(detail).decode(),
    }
    digest = event_digest(sequence, at, previous, values)
    await AuditEvent.insert(AuditEvent(sequence=sequence, at=at, previous=previous, digest=digest, **values))


async def record_refusal(by: Actor, action: str, kind: str, object_id: str, code: str) -> None:
    """Add the event of a refusal, in a transaction of its own: nothing else was changed."""
    async with db.transaction():
        await record(by, f"refused:{action}", kind, object_id[:120], reason=code)


def event_digest(sequence: int, at: dt.datetime, previous: str, values: dict[str, str]) -> str:
    """The digest that an event must carry."""
    moment = at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return digest_of({"sequence": sequence, "at": moment, "previous": previous, **values})
