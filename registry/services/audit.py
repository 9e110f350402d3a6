"""Reading the trail, and proving that nothing in it was changed."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, TypedDict

from registry.policies.access import Action, Actor
from registry.services import guard
from registry.services.pages import Page, after_cursor, page, size
from registry.services.trail import GENESIS, event_digest, record, record_refusal
from registry.tables import AuditEvent

__all__ = ["Event", "Verification", "list_events", "record", "record_refusal", "verify_chain"]

BATCH = 1000


class Event(TypedDict):
    """One event as it is shown; `detail` holds no value of a patient's row."""

    sequence: int
    at: dt.datetime
    actor: str
    action: str
    object_kind: str
    object_id: str
    detail: dict[str, Any]
    digest: str


class Verification(TypedDict):
    """Whether the chain holds: `broken_at` is the first event that does not, `head` the digest of the last one."""

    ok: bool
    events: int
    broken_at: int | None
    head: str


async def verify_chain(*, checkpoint: tuple[int, str] | None = None) -> Verification:
    """Recompute every digest in order.

    Parameters
    ----------
    checkpoint
        Sequence and digest of an event, kept outside the registry: a chain that was cut or rebuilt misses it.
    """
    sequence, previous, seen = 0, GENESIS, checkpoint is None
    while (
        rows := await AuditEvent.select()
        .where(AuditEvent.sequence > sequence)
        .order_by(AuditEvent.sequence)
        .limit(BATCH)
    ):
        for row in rows:
            values = {key: row[key] for key in ("actor", "action", "object_kind", "object_id", "detail")}
            expected = event_digest(row["sequence"], row["at"], row["previous"], values)
            if row["sequence"] != sequence + 1 or row["previous"] != previous or row["digest"] != expected:
                return {"ok": False, "events": sequence, "broken_at": row["sequence"], "head": previous}
            sequence, previous = row["sequence"], row["digest"]
            seen = seen or (sequence, previous) == checkpoint
    broken = None if seen or checkpoint is None else checkpoint[0]
    return {"ok": seen, "events": sequence, "broken_at": broken, "head": previous}


async def list_events(
    *, by: Actor | None, mine: bool = False, limit: int = 50, cursor: str | None = None
) -> Page[Event]:
    """The last events first: all for an administrator, one's own with `mine`.

    Raises
    ------
    Forbidden
        All the events, for anybody else.
    """
    actor = await guard.require(by, Action.READ if mine else Action.AUDIT_READ_ALL, "audit")
    limit = size(limit)
    query = AuditEvent.select().order_by(AuditEvent.sequence, ascending=False).limit(limit + 1)
    if mine:
        query = query.where(AuditEvent.actor == actor.email)
    if start := after_cursor(cursor):
        query = query.where(AuditEvent.sequence < guard.number(start))
    return page([_event(row) for row in await query], limit, lambda event: str(event["sequence"]))


def _event(row: dict[str, Any]) -> Event:
    return {
        "sequence": row["sequence"],
        "at": row["at"],
        "actor": row["actor"],
        "action": row["action"],
        "object_kind": row["object_kind"],
        "object_id": row["object_id"],
        "detail": json.loads(row["detail"]),
        "digest": row["digest"],
    }
