"""Freezing protocols: the text is kept as it was, its digest names it for ever."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypedDict

from evaluation.faults import ProtocolError
from evaluation.protocol import Protocol, parse_protocol
from registry import db
from registry.errors import Invalid
from registry.policies.access import Action, Actor
from registry.services import clock, guard, trail
from registry.tables import ProtocolRecord


class ProtocolOut(TypedDict):
    """A frozen protocol."""

    id: str
    slug: str
    version: str
    digest: str
    frozen_at: dt.datetime
    content: str


async def freeze(*, by: Actor, toml_text: str, frozen_at: dt.datetime | None = None) -> ProtocolOut:
    """Freeze a protocol, given as TOML; the same content again is the first record, with its first date.

    Parameters
    ----------
    frozen_at
        By default now. Only the command line and the demonstration may say otherwise, for a protocol frozen elsewhere.

    Raises
    ------
    Invalid
        The protocol does not validate, or the date lies in the future or has no time zone.
    """
    await guard.require(by, Action.PROTOCOL_FREEZE, "protocol")
    try:
        protocol = parse_protocol(toml_text)
    except ProtocolError as error:
        first = error.problems[0]
        raise Invalid(
            "bad_protocol", "The protocol does not validate, at {key}: {reason}.", key=first.key, reason=first.reason
        ) from error
    moment = frozen_at or clock.now()
    if moment.tzinfo is None or moment > clock.now() or (frozen_at is not None and by.id is not None):
        raise Invalid(
            "bad_freeze_date", "A protocol is frozen now; only an import may give an earlier date, with its time zone."
        )
    async with db.transaction():
        if (known := await _row(ProtocolRecord.digest == protocol.digest)) is not None:
            return _out(known)
        row = ProtocolRecord(
            slug=protocol.id, version=protocol.version, digest=protocol.digest, content=toml_text, frozen_at=moment
        )
        await ProtocolRecord.insert(row)
        await trail.record(
            by, "protocol.frozen", "protocol", protocol.digest, slug=protocol.id, frozen_at=moment.isoformat()
        )
    return await get(by=by, digest=protocol.digest)


async def get(*, by: Actor | None, digest: str) -> ProtocolOut:
    """A frozen protocol by its digest, for whoever is signed in.

    Raises
    ------
    NotFound
        There is none.
    """
    await guard.require(by, Action.READ, "protocol", digest)
    if (row := await _row(ProtocolRecord.digest == digest)) is None:
        raise await guard.hidden(by, "protocol", digest)
    return _out(row)


def parsed(record: ProtocolOut) -> Protocol:
    """The protocol that a record holds."""
    return parse_protocol(record["content"], record["slug"])


async def by_id(record_id: Any) -> ProtocolOut | None:
    """The record of that identifier, for other services."""
    row = await _row(ProtocolRecord.id == record_id)
    return None if row is None else _out(row)


async def _row(where: Any) -> dict[str, Any] | None:
    row: dict[str, Any] | None = await ProtocolRecord.select().where(where).first()
    return row


def _out(row: dict[str, Any]) -> ProtocolOut:
    return {
        "id": str(row["id"]),
        "slug": row["slug"],
        "version": row["version"],
        "digest": row["digest"],
        "frozen_at": row["frozen_at"],
        "content": row["content"],
    }
