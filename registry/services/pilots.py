"""Pilots: creating them, finding those that a person may see, and moving them from state to state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from uuid import UUID

from evaluation.vocabulary import UseCase
from registry import db
from registry.errors import Conflict, Invalid, NotFound
from registry.policies.access import Action, Actor, may
from registry.policies.lifecycle import PilotStep, after
from registry.services import clock, guard, trail
from registry.services.pages import Page, after_cursor, page, size
from registry.services.plans import PlanItem, plan_of
from registry.tables import Call, DecisionRecord, Pilot, PilotSite, ProtocolRecord, Site, Submission, ToolVersion
from registry.vocabulary import PilotState, SubmissionState, UserRole


class PilotSiteOut(TypedDict):
    """A hospital in a pilot; `rows` counts its accepted observations."""

    finess: str
    name: str
    service: str
    contact: str
    rows: int


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


async def create(
    *,
    by: Actor,
    code: str,
    version: str,
    starts_on: dt.date,
    ends_on: dt.date,
    sites: Mapping[str, str],
    protocol: str | None = None,
    call: str | None = None,
    contacts: Mapping[str, str] | None = None,
    evidence_plan: Sequence[Mapping[str, Any]] = (),
) -> PilotOut:
    """Create a pilot; the same code again is the first one, unchanged.

    Parameters
    ----------
    version
        Identifier of the tool's version.
    sites
        FINESS → service.
    protocol
        Digest of a frozen protocol; without it the pilot is a draft.

    Raises
    ------
    Invalid
        The days are in the wrong order, there is no site, or the evidence plan is incomplete.
    NotFound
        The version, a site, the protocol or the call is not in the registry.
    """
    await guard.require(by, Action.PILOT_WRITE, "pilot", code)
    if starts_on > ends_on or not sites:
        raise Invalid("bad_pilot", "A pilot has at least one site, and ends after it starts.")
    plan = plan_of(evidence_plan)
    owner = await _reference(ToolVersion, ToolVersion.id == guard.identifier(version), version)
    frozen = await _reference(ProtocolRecord, ProtocolRecord.digest == protocol, protocol) if protocol else None
    under = await _reference(Call, Call.code == call, call) if call else None
    places = {finess: await _reference(Site, Site.finess == finess, finess) for finess in sites}
    async with db.transaction():
        if not await Pilot.exists().where(Pilot.code == code):
            row = Pilot(
                code=code,
                version=owner,
                protocol=frozen,
                call=under,
                state=(PilotState.FROZEN if frozen else PilotState.DRAFT).value,
                starts_on=starts_on,
                ends_on=ends_on,
                evidence_plan=plan,
                created_at=clock.now(),
            )
            await Pilot.insert(row)
            for finess, site in places.items():
                contact = (contacts or {}).get(finess, "")
                await PilotSite.insert(PilotSite(pilot=row.id, site=site, service=sites[finess], contact=contact))
            await trail.record(
                by, "pilot.created", "pilot", str(row.id), code=code, protocol=protocol, sites=sorted(sites)
            )
    return await get_pilot(by=by, pilot=code)


async def _reference(table: Any, where: Any, asked: str) -> UUID:
    row = await table.select(table.id).where(where).first()
    if row is None:
        raise NotFound("unknown_reference", "{name} is not in the registry: add it first.", name=asked)
    found: UUID = row["id"]
    return found


async def set_protocol(*, by: Actor, pilot: str, protocol: str) -> PilotOut:
    """Bind a frozen protocol (its digest), as long as the uploads have not been opened.

    Raises
    ------
    Conflict
        The uploads were opened: the protocol cannot change any more.
    """
    await guard.require(by, Action.PILOT_WRITE, "pilot", pilot)
    row = await find(by=by, pilot=pilot)
    frozen = await _reference(ProtocolRecord, ProtocolRecord.digest == protocol, protocol)
    return await _move(by, row, PilotStep.FREEZE, "pilot.protocol_set", {Pilot.protocol: frozen}, protocol=protocol)


async def open_uploads(*, by: Actor, pilot: str) -> PilotOut:
    """Let the sites send their files.

    Raises
    ------
    Conflict
        The pilot has no frozen protocol, or its uploads were opened already.
    """
    await guard.require(by, Action.PILOT_WRITE, "pilot", pilot)
    return await _move(by, await find(by=by, pilot=pilot), PilotStep.OPEN, "pilot.opened", {})


async def close_uploads(*, by: Actor, pilot: str) -> PilotOut:
    """Close the uploads: from now on the sites see their own figures and the evaluators can sign.

    Raises
    ------
    Conflict
        They are not open.
    """
    await guard.require(by, Action.PILOT_CLOSE, "pilot", pilot)
    row = await find(by=by, pilot=pilot)
    return await _move(by, row, PilotStep.CLOSE, "pilot.closed", {Pilot.closed_at: clock.now()})


async def _move(
    by: Actor, row: Mapping[str, Any], step: PilotStep, action: str, values: dict[Any, Any], **detail: Any
) -> PilotOut:
    async with db.transaction():
        state = await state_of(row["id"])
        following = after(state, step)
        if following is None:
            raise Conflict(
                "wrong_state",
                "The pilot {code} is in the state “{state}”: this step is not open.",
                code=row["code"],
                state=state,
            )
        await Pilot.update({Pilot.state: following.value, **values}).where(Pilot.id == row["id"])
        await trail.record(by, action, "pilot", str(row["id"]), before=state.value, after=following.value, **detail)
    return await get_pilot(by=by, pilot=str(row["id"]))


async def record_finding(*, by: Actor, pilot: str, veto: str = "", equity_gap: bool | None = None) -> None:
    """Record what an evaluator found besides the figures: a veto with its sentence, or an unexplained equity gap.

    Raises
    ------
    Conflict
        The decision is published.
    """
    await guard.require(by, Action.FINDING_WRITE, "pilot", pilot)
    row = await find(by=by, pilot=pilot)
    async with db.transaction():
        now = (
            await Pilot.select(Pilot.state, Pilot.vetoes, Pilot.equity_gap)
            .where(Pilot.id == row["id"])
            .output(load_json=True)
            .first()
        )
        if PilotState(now["state"]) in (PilotState.SIGNING, PilotState.PUBLISHED):
            raise Conflict("signed", "Somebody has signed: nothing that the decision reads can change any more.")
        vetoes = [*now["vetoes"], veto] if veto else now["vetoes"]
        gap = now["equity_gap"] if equity_gap is None else equity_gap
        await Pilot.update({Pilot.vetoes: vetoes, Pilot.equity_gap: gap}).where(Pilot.id == row["id"])
        await trail.record(by, "pilot.finding", "pilot", str(row["id"]), veto=veto, equity_gap=gap)


async def set_evidence_plan(*, by: Actor, pilot: str, plan: Sequence[Mapping[str, Any]]) -> PilotOut:
    """Write the evidence plan that a conditional listing needs, before anybody has signed.

    Raises
    ------
    Conflict
        Somebody has signed.
    Invalid
        An item lacks its indicator, number or date.
    """
    await guard.require(by, Action.PILOT_WRITE, "pilot", pilot)
    row = await find(by=by, pilot=pilot)
    items = plan_of(plan)
    async with db.transaction():
        if await state_of(row["id"]) in (PilotState.SIGNING, PilotState.PUBLISHED):
            raise Conflict("signed", "Somebody has signed: nothing that the decision reads can change any more.")
        await Pilot.update({Pilot.evidence_plan: items}).where(Pilot.id == row["id"])
        await trail.record(by, "pilot.plan_set", "pilot", str(row["id"]), items=len(items))
    return await get_pilot(by=by, pilot=pilot)


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
    return None if may(by, Action.PILOT_READ_ALL) else published


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
    rows = await _accepted_rows(row["id"])
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
            }
            for site in shown
        ],
        "evidence_plan": row["evidence_plan"],
    }


async def _accepted_rows(pilot_id: UUID) -> dict[UUID, int]:
    accepted = (Submission.pilot == pilot_id) & (Submission.state == SubmissionState.ACCEPTED.value)
    counted: dict[UUID, int] = {}
    for row in await Submission.select(Submission.site, Submission.rows).where(accepted):
        counted[row["site"]] = counted.get(row["site"], 0) + row["rows"]
    return counted
