"""Scorecards: computed from the accepted observations, kept by digest, shown to whoever may see them."""

from __future__ import annotations

import datetime as dt
import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypedDict
from uuid import UUID

from evaluation.campaigns import Scored
from evaluation.scorecard.model import scorecard_digest
from evaluation.vocabulary import Frozen
from registry.errors import Damaged, Forbidden, NotFound
from registry.policies.access import Action, Actor, has_role, is_conflicted
from registry.policies.lifecycle import OWN_FIGURES_OPEN
from registry.services import clock, guard, pilots, scoring, trail
from registry.tables import ScorecardRecord, Signature, Submission
from registry.vocabulary import PilotState, SubmissionState, UserRole


class SignatureOut(TypedDict):
    """A signature as it is shown."""

    email: str
    decision: str
    reason: str
    conditions: list[dict[str, Any]]
    signed_at: dt.datetime


class ScorecardOut(TypedDict):
    """A scorecard with where it stands; `scorecard` is its JSON, with `digest` and `registry`."""

    pilot: str
    pilot_code: str
    pilot_state: str
    digest: str
    current: bool
    created_at: dt.datetime
    signatures: list[SignatureOut]
    scorecard: dict[str, Any]


async def current(*, by: Actor | None, pilot: str) -> ScorecardOut:
    """The scorecard of the accepted files of a pilot, computed anew when a crash lost it.

    Raises
    ------
    NotFound
        The pilot is not the person's to see, its decision is not published, or no file was accepted.
    Forbidden
        An administrator before the publication, or an evaluator bound to a site or to the supplier.
    """
    row = await _readable(by, pilot)
    record = await _record(ScorecardRecord.pilot == row["id"], ScorecardRecord.current.eq(True))
    if record is None and await scoring.accepted_files(row["id"]) and by is not None:
        digest = await scoring.rescore(by=by, pilot_id=row["id"])
        record = await _record(ScorecardRecord.pilot == row["id"], ScorecardRecord.digest == digest)
    if record is None:
        raise NotFound("no_scorecard", "The pilot {code} has no scorecard: no file was accepted yet.", code=row["code"])
    return await _out(row, record)


async def by_digest(*, by: Actor | None, digest: str) -> ScorecardOut:
    """A scorecard by its digest, current or not; the same rights as `current`.

    Raises
    ------
    NotFound
        There is none, or the person may not see its pilot.
    """
    record = await find(digest)
    if record is None:
        raise await guard.hidden(by, "scorecard", digest)
    return await _out(await _readable(by, str(record["pilot"])), record)


async def find(digest: str) -> dict[str, Any] | None:
    """The record of that digest, the current one first, for other services."""
    rows: list[dict[str, Any]] = await ScorecardRecord.select().where(ScorecardRecord.digest == digest)
    return max(rows, key=lambda row: (row["current"], row["created_at"]), default=None)


async def is_known(*, by: Actor | None, digest: str) -> bool:
    """Whether this registry computed a scorecard of that digest; it says nothing else of it."""
    del by  # everybody may ask
    return (await find(digest)) is not None


async def _record(*where: Any) -> dict[str, Any] | None:
    row: dict[str, Any] | None = await ScorecardRecord.select().where(*where).first()
    return row


async def _readable(by: Actor | None, pilot: str) -> dict[str, Any]:
    """The pilot whose scorecard `by` may see."""
    if by is not None:
        await guard.require(by, Action.READ, "scorecard", pilot)
    row = await pilots.find(by=by, pilot=pilot)
    if row["state"] == PilotState.PUBLISHED.value:
        return row
    if by is not None and by.role == UserRole.ADMINISTRATOR:
        await guard.require(by, Action.SCORECARD_READ_ALL, "scorecard", pilot)
    if not has_role(by, Action.SCORECARD_READ_ALL):
        raise await guard.hidden(by, "scorecard", pilot)
    if by is not None and await conflicted(by, row):
        await trail.record_refusal(by, Action.SCORECARD_READ_ALL, "scorecard", pilot, "conflict_of_interest")
        raise Forbidden(
            "conflict_of_interest",
            "You are bound to a site or to the supplier of this pilot: nobody judges their own cause.",
        )
    return row


async def conflicted(by: Actor, row: Mapping[str, Any]) -> bool:
    """Whether `by` belongs to a site of the pilot or is bound to the supplier of its tool."""
    sites = frozenset(site["finess"] for site in await pilots.sites_of(row["id"]))
    return is_conflicted(by, sites=sites, supplier=str(row["supplier_id"]))


class _Own:
    """The last few scorecards of one site alone, by the files that made them."""

    kept: ClassVar[OrderedDict[tuple[str, ...], Scored]] = OrderedDict()
    most: ClassVar[int] = 32


async def own(*, by: Actor, pilot: str) -> ScorecardOut:
    """A site's own figures, once the uploads are closed: the scorecard of its own rows alone.

    Raises
    ------
    NotFound
        The site takes no part in the pilot, its uploads are still open, or it has no accepted file.
    Forbidden
        Only a pilot site has figures of its own.
    """
    await guard.require(by, Action.READ, "scorecard", pilot)
    if by.role != UserRole.PILOT_SITE:
        raise Forbidden("role", "Your role ({role}) does not allow this.", role=by.role)
    row = await pilots.find(by=by, pilot=pilot)
    accepted = await scoring.accepted_files(row["id"], by.site)
    if PilotState(row["state"]) not in OWN_FIGURES_OPEN or not accepted:
        raise await guard.hidden(by, "scorecard", pilot)
    key = (str(row["protocol"]), *(item["blob"] for item in accepted))
    if key not in _Own.kept:
        _Own.kept[key] = await scoring.score_files(row["protocol"], accepted)
        while len(_Own.kept) > _Own.most:
            _Own.kept.popitem(last=False)
    scored = _Own.kept[key]
    record = {
        "pilot": row["id"],
        "digest": scored.digest,
        "content": scored.content,
        "current": False,
        "created_at": clock.now(),
    }
    return await _out(row, record, signatures=[])


async def _out(
    row: Mapping[str, Any], record: Mapping[str, Any], *, signatures: list[SignatureOut] | None = None
) -> ScorecardOut:
    return {
        "pilot": str(row["id"]),
        "pilot_code": row["code"],
        "pilot_state": row["state"],
        "digest": record["digest"],
        "current": record["current"],
        "created_at": record["created_at"],
        "signatures": await signatures_of(record["id"]) if signatures is None else signatures,
        "scorecard": {**content_of(record), "digest": record["digest"], "registry": await registry_block(row)},
    }


def content_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a record, after its digest was recomputed.

    Raises
    ------
    Damaged
        The content is not the one that was stored.
    """
    content: dict[str, Any] = json.loads(record["content"])
    if scorecard_digest(content) != record["digest"]:
        raise Damaged(
            "damaged_scorecard",
            "The stored scorecard {digest} is damaged: restore a backup.",
            digest=record["digest"][:12],
        )
    return content


async def signatures_of(record_id: UUID) -> list[SignatureOut]:
    """The signatures under a scorecard, in the order in which they came."""
    rows = (
        await Signature.select(
            Signature.decision,
            Signature.reason,
            Signature.conditions,
            Signature.signed_at,
            Signature.account.email.as_alias("email"),
        )
        .where(Signature.scorecard == record_id)
        .order_by(Signature.signed_at)
        .output(load_json=True)
    )
    return [
        {
            "email": row["email"],
            "decision": row["decision"],
            "reason": row["reason"],
            "conditions": row["conditions"],
            "signed_at": row["signed_at"],
        }
        for row in rows
    ]


async def registry_block(row: Mapping[str, Any]) -> dict[str, Any]:
    """What only a registry knows: when the protocol was frozen, and how many files came and went."""
    sent = await Submission.select(Submission.state, Submission.created_at, Submission.first_observation).where(
        Submission.pilot == row["id"]
    )
    withdrawn = sum(1 for item in sent if item["state"] == SubmissionState.WITHDRAWN.value)
    return {"frozen": frozen_when(row, sent).value, "uploads": len(sent), "withdrawals": withdrawn}


def frozen_when(row: Mapping[str, Any], sent: Sequence[Mapping[str, Any]]) -> Frozen:
    """When the protocol was frozen, against the earliest observation (withdrawn files count: they were seen) and upload.

    A file without dates counts from the pilot's first day; a protocol frozen on the day of the first observation was not
    certainly frozen before it.
    """
    earliest = min((item["first_observation"] or row["starts_on"] for item in sent), default=row["starts_on"])
    if row["frozen_at"].astimezone(clock.PARIS).date() < earliest:
        return Frozen.BEFORE_INCLUSION
    first_upload = min((item["created_at"] for item in sent), default=None)
    if first_upload is None or row["frozen_at"] < first_upload:
        return Frozen.BEFORE_UPLOAD
    return Frozen.RETROSPECTIVE
