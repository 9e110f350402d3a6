"""Computing scorecards from the accepted observations; asking again is harmless."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from evaluation.campaigns import Failed, Job, Part, Scored, evaluate
from registry import db
from registry.errors import Conflict, Damaged
from registry.policies.access import Actor
from registry.services import clock, observations, pilots, protocols, trail, workers
from registry.store import JSON
from registry.tables import ScorecardRecord, Submission
from registry.vocabulary import SubmissionKind, SubmissionState

ATTEMPTS = 5


async def accepted_files(pilot_id: UUID, site: str | None = None) -> list[dict[str, Any]]:
    """The accepted files of a pilot, or of one of its sites."""
    query = (
        Submission.select(Submission.id, Submission.table_name, Submission.kind, Submission.blob)
        .where(Submission.pilot == pilot_id, Submission.state == SubmissionState.ACCEPTED.value)
        .order_by(Submission.id)
    )
    rows: list[dict[str, Any]] = await (query if site is None else query.where(Submission.site.finess == site))
    return rows


async def score_files(protocol_id: Any, accepted: Sequence[Mapping[str, Any]]) -> Scored:
    """The scorecard of these files, computed in a worker.

    Raises
    ------
    Conflict
        The protocol is not frozen yet.
    Damaged
        What was kept can no longer be read or scored.
    """
    frozen = await protocols.by_id(protocol_id)
    if frozen is None:
        raise Conflict("no_frozen_protocol", "The pilot has no frozen protocol: there is nothing to compute.")
    store = observations.store()
    tables: dict[str, list[Part]] = {}
    aggregates: list[bytes] = []
    for row in accepted:
        if row["kind"] == SubmissionKind.AGGREGATE.value:
            aggregates.append(await store.get_content(row["blob"], JSON))
            continue
        tables.setdefault(row["table_name"], []).append(await store.get_content(row["blob"]))
    outcome = await workers.run(evaluate, Job(frozen["content"], tables, tuple(aggregates)))
    if isinstance(outcome, Failed):
        raise Damaged(
            "not_scored",
            "The scorecard of this pilot cannot be computed ({reason}: {detail}): tell an administrator.",
            reason=outcome.reason,
            detail=outcome.detail,
        )
    return outcome


async def rescore(*, by: Actor, pilot_id: UUID) -> str | None:
    """Compute the scorecard of the accepted files and make it the current one; `None` when there is no file.

    Asking again is harmless: the same files give the same digest. When files change during the computation, it starts
    again, so that a scorecard never mixes two states.
    """
    row = await pilots.find(by=by, pilot=str(pilot_id))
    for _ in range(ATTEMPTS):
        accepted = await accepted_files(pilot_id)
        if not accepted:
            return None
        scored = await score_files(row["protocol"], accepted)
        async with db.transaction():
            if await accepted_files(pilot_id) == accepted:
                await _make_current(by, pilot_id, scored)
                return scored.digest
    raise Conflict("busy", "The files of this pilot keep changing: ask for the scorecard again in a moment.")


async def _make_current(by: Actor, pilot_id: UUID, scored: Scored) -> None:
    mine, record = ScorecardRecord.pilot == pilot_id, ScorecardRecord
    known = await record.select(record.id, record.current).where(mine, record.digest == scored.digest).first()
    if known and known["current"]:
        return
    await record.update({record.current: False}).where(mine, record.current.eq(True))
    if known:
        await record.update({record.current: True}).where(record.id == known["id"])
    else:
        new = record(
            pilot=pilot_id,
            digest=scored.digest,
            data_digest=scored.data_digest,
            protocol_digest=scored.protocol_digest,
            engine=scored.engine,
            content=scored.content,
            created_at=clock.now(),
            current=True,
        )
        await record.insert(new)
    await trail.record(
        by, "scorecard.computed", "scorecard", scored.digest, pilot=str(pilot_id), data=scored.data_digest
    )
