"""Pilots: creating them, and moving them from state to state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from registry import db
from registry.errors import Conflict, Invalid, NotFound
from registry.policies.access import Action, Actor
from registry.policies.lifecycle import PilotStep, after
from registry.services import clock, guard, trail
from registry.services.pilot_views import PilotOut, find, get_pilot, list_pilots, sites_of, state_of
from registry.services.plans import plan_of
from registry.tables import Call, Pilot, PilotSite, ProtocolRecord, Site, ToolVersion
from registry.vocabulary import PilotState

__all__ = [
    "PilotOut",
    "close_uploads",
    "create",
    "find",
    "get_pilot",
    "list_pilots",
    "open_uploads",
    "record_finding",
    "set_evidence_plan",
    "set_protocol",
    "sites_of",
    "state_of",
]


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
