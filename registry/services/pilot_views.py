"""Looking at pilots: the rows that a person may see, and what is shown of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, TypedDict
from uuid import UUID

from evaluation.vocabulary import UseCase
from registry.policies.access import Action, Actor, has_role
from registry.services import guard
from registry.services.pages import Page, after_cursor, page, size
from registry.services.plans import PlanItem
from registry.tables import DecisionRecord, Pilot, PilotSite, Submission
from registry.vocabulary import PilotState, SubmissionKind, SubmissionState, UserRole


class PilotSiteOut(TypedDict):
    """A hospital in a pilot; `rows` counts its accepted observations, `aggregate` says that it kept them."""

    finess: str
    name: str
    service: str
    contact: str
    rows: int
    aggregate: bool


class PilotOut(TypedDict):
    """A pilot; a pilot site sees itself only among `sites` until the decision is published."""

    id: str
    code: str
    state: str
    tool: dict[str, str]
    version: dict[str, str]
    use_case: str
    protocol: dict[str, Any] | None
    call: str | None
    starts_on: dt.date
    ends_on: dt.date
    closed_at: dt.datetime | None
    published_at: dt.datetime | None
    decision: str | None
    site_count: int
    sites: list[PilotSiteOut]
    evidence_plan: list[PlanItem]


async def list_pilots(
    *, by: Actor | None, state: str | None = None, limit: int = 50, cursor: str | None = None
) -> Page[PilotOut]:
    """The pilots that the person may see, by code."""
    if by is not None:
        await guard.require(by, Action.READ, "pilot")
    limit = size(limit)
    query = _select().order_by(Pilot.code).limit(limit + 1)
    condition = await _visible(by)
    if condition is not None:
        query = query.where(condition)
    if state:
        query = query.where(Pilot.state == state)
    if start := after_cursor(cursor):
        query = query.where(Pilot.code > start)
    rows = await query
    return page([await _out(by, row) for row in rows], limit, lambda pilot: pilot["code"])


async def get_pilot(*, by: Actor | None, pilot: str) -> PilotOut:
    """A pilot by its identifier or code.

    Raises
    ------
    NotFound
        There is none, or the person has no part in it and its decision is not published.
    """
    if by is not None:
        await guard.require(by, Action.READ, "pilot", pilot)
    return await _out(by, await find(by=by, pilot=pilot))


async def find(*, by: Actor | None, pilot: str) -> dict[str, Any]:
    """The row of a pilot that `by` may see, for other services; nobody holds one that they may not.

    Raises
    ------
    NotFound
        There is none, or the person may not see it.
    """
    query = _select().where(guard.known_as(Pilot.id, Pilot.code, pilot))
    condition = await _visible(by)
    row: dict[str, Any] | None = await (query if condition is None else query.where(condition)).first()
    if row is None:
        raise await guard.hidden(by, "pilot", pilot)
    return row


async def state_of(pilot_id: UUID) -> PilotState:
    """The present state of a pilot; to be asked inside the transaction that relies on it."""
    row = await Pilot.select(Pilot.state).where(Pilot.id == pilot_id).first()
    return PilotState(row["state"])


async def sites_of(pilot_id: UUID) -> list[dict[str, Any]]:
    """The sites of a pilot: identifier, FINESS, name, legal status and the rest, for other services."""
    rows: list[dict[str, Any]] = (
        await PilotSite.select(
            PilotSite.service,
            PilotSite.contact,
            PilotSite.site.id.as_alias("site_id"),
            PilotSite.site.finess.as_alias("finess"),
            PilotSite.site.finess_ej.as_alias("finess_ej"),
            PilotSite.site.name.as_alias("name"),
            PilotSite.site.kind.as_alias("kind"),
            PilotSite.site.legal_status.as_alias("legal_status"),
            PilotSite.site.region.as_alias("region"),
            PilotSite.site.ght.as_alias("ght"),
        )
        .where(PilotSite.pilot == pilot_id)
        .order_by(PilotSite.site.finess)
    )
    return rows


async def _visible(by: Actor | None) -> Any:
    """What `by` may see, as a condition on the rows; `None` when all."""
    published = Pilot.state == PilotState.PUBLISHED.value
    if by is None:
        return published
    if by.role == UserRole.PILOT_SITE:
        own = await PilotSite.select(PilotSite.pilot).where(PilotSite.site.finess == by.site)
        return (published | Pilot.id.is_in([row["pilot"] for row in own])) if own else published
    return None if has_role(by, Action.PILOT_READ_ALL) else published


def _select() -> Any:
    return Pilot.select(
        Pilot.id,
        Pilot.code,
        Pilot.state,
        Pilot.protocol,
        Pilot.starts_on,
        Pilot.ends_on,
        Pilot.closed_at,
        Pilot.evidence_plan,
        Pilot.vetoes,
        Pilot.equity_gap,
        Pilot.created_at,
        Pilot.call.code.as_alias("call_code"),
        Pilot.version.id.as_alias("version_id"),
        Pilot.version.version.as_alias("version_name"),
        Pilot.version.tool.id.as_alias("tool_id"),
        Pilot.version.tool.slug.as_alias("tool_slug"),
        Pilot.version.tool.name.as_alias("tool_name"),
        Pilot.version.tool.use_case.as_alias("use_case"),
        Pilot.version.tool.supplier.id.as_alias("supplier_id"),
        Pilot.protocol.slug.as_alias("protocol_slug"),
        Pilot.protocol.version.as_alias("protocol_version"),
        Pilot.protocol.digest.as_alias("protocol_digest"),
        Pilot.protocol.frozen_at.as_alias("frozen_at"),
    ).output(load_json=True)


async def _out(by: Actor | None, row: Mapping[str, Any]) -> PilotOut:
    sites = await sites_of(row["id"])
    rows, kept = await _accepted_rows(row["id"])
    state = PilotState(row["state"])
    alone = by is not None and by.role == UserRole.PILOT_SITE and state != PilotState.PUBLISHED
    shown = [s for s in sites if not alone or s["finess"] == by.site] if by else sites
    decided = (
        await DecisionRecord.select(DecisionRecord.retained, DecisionRecord.published_at)
        .where(DecisionRecord.pilot == row["id"])
        .first()
    )
    protocol = {
        "slug": row["protocol_slug"],
        "version": row["protocol_version"],
        "digest": row["protocol_digest"],
        "frozen_at": row["frozen_at"],
    }
    return {
        "id": str(row["id"]),
        "code": row["code"],
        "state": state.value,
        "tool": {"id": str(row["tool_id"]), "slug": row["tool_slug"], "name": row["tool_name"]},
        "version": {"id": str(row["version_id"]), "version": row["version_name"]},
        "use_case": UseCase(row["use_case"]).value,
        "protocol": protocol if row["protocol_digest"] else None,
        "call": row["call_code"],
        "starts_on": row["starts_on"],
        "ends_on": row["ends_on"],
        "closed_at": row["closed_at"],
        "published_at": decided["published_at"] if decided else None,
        "decision": decided["retained"] if decided else None,
        "site_count": len(sites),
        "sites": [
            {
                "finess": site["finess"],
                "name": site["name"],
                "service": site["service"],
                "contact": site["contact"] if by else "",
                "rows": rows.get(site["site_id"], 0),
                "aggregate": site["site_id"] in kept,
            }
            for site in shown
        ],
        "evidence_plan": row["evidence_plan"],
    }


async def _accepted_rows(pilot_id: UUID) -> tuple[dict[UUID, int], set[UUID]]:
    """The accepted rows of each site, and the sites that sent an aggregate of theirs."""
    accepted = (Submission.pilot == pilot_id) & (Submission.state == SubmissionState.ACCEPTED.value)
    counted: dict[UUID, int] = {}
    kept: set[UUID] = set()
    for row in await Submission.select(Submission.site, Submission.rows, Submission.kind).where(accepted):
        counted[row["site"]] = counted.get(row["site"], 0) + row["rows"]
        if row["kind"] == SubmissionKind.AGGREGATE.value:
            kept.add(row["site"])
    return counted, kept
