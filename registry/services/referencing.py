"""Referencing lists: reading them, publishing editions, following their changes, suspending and withdrawing lines."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from evaluation.language import LOCALES
from evaluation.vocabulary import ListingStatus
from exports.edition import DataSource, Edition, Line
from exports.seal import verify_workbook
from exports.tables import as_json
from exports.workbook import workbook
from registry import db
from registry.errors import Conflict, Invalid, NotFound, Unauthenticated
from registry.policies.access import Action, Actor
from registry.policies.lifecycle import LISTING, ListingStep
from registry.services import clock, edition_json, editions, guard, listings, trail
from registry.tables import EditionRecord, PurchasingCentral, Referencing
from registry.vocabulary import UserRole


class CentralOut(TypedDict):
    """A purchasing central."""

    code: str
    name: str
    profile: str
    publishes: bool
    contact: str


class EditionOut(TypedDict):
    """An edition in a list."""

    number: int
    date: dt.date
    digest: str
    lines: int


class Change(TypedDict):
    """One difference between two editions: `kind` is `added`, `changed` or `removed`."""

    kind: str
    identifier: str
    tool: str
    field: str
    before: str
    after: str
    date: dt.date


class Verified(TypedDict):
    """What a verification code stands for."""

    identifier: str
    central: str
    tool: str
    version: str
    supplier: str
    category: str
    status: str
    decided_on: dt.date
    valid_from: dt.date
    valid_until: dt.date
    scorecard: str
    computed: str
    """What the policy computed; it differs from `retained` where two evaluators decided otherwise."""
    retained: str


async def list_centrals(*, by: Actor | None) -> list[CentralOut]:
    """The purchasing centrals, by code."""
    del by  # everybody may know them
    return [_central(row) for row in await PurchasingCentral.select().order_by(PurchasingCentral.code)]


def _central(row: Mapping[str, Any]) -> CentralOut:
    return {
        "code": row["code"],
        "name": row["name"],
        "profile": row["profile"],
        "publishes": row["publishes"],
        "contact": row["contact"],
    }


async def _readable(by: Actor | None, central: str) -> dict[str, Any]:
    """The central whose list `by` may read: its own people, and everybody when it publishes."""
    row: dict[str, Any] | None = await PurchasingCentral.select().where(PurchasingCentral.code == central).first()
    if row is not None and (row["publishes"] or (by is not None and by.role == UserRole.SYSTEM)):
        return row
    if by is None:
        raise Unauthenticated("sign_in", "Sign in first.")
    await guard.require(by, Action.READ, "central", central)
    if row is None or by.role == UserRole.CENTRAL:
        if row is None or by.central != central:
            raise await guard.hidden(by, "central", central)
        return row
    await guard.require(by, Action.LISTING_PUBLISH, "central", central)
    raise await guard.hidden(by, "central", central)


async def lines(*, by: Actor | None, central: str) -> tuple[Line, ...]:
    """The list of a central as it stands today.

    Raises
    ------
    Unauthenticated, Forbidden, NotFound
        The central does not publish and the person is not one of its own.
    """
    return (await editions.build(await _readable(by, central), 0)).lines


async def publish_edition(
    *,
    by: Actor,
    central: str,
    notices: Sequence[str] | None = None,
    sources: Sequence[DataSource] | None = None,
) -> EditionOut:
    """Publish the list as it stands; an unchanged one keeps its last edition and number.

    Parameters
    ----------
    notices, sources
        Sentences and data sources to print; by default those of the last edition.

    Raises
    ------
    Forbidden, NotFound
        Only the central itself publishes its list.
    """
    await guard.require(by, Action.LISTING_PUBLISH, "central", central)
    row = await _own(by, central)
    async with db.transaction():
        said = None if notices is None else tuple(notices)
        found, new = await editions.publish_inside(row, said, None if sources is None else tuple(sources))
        if new:
            await trail.record(
                by, "edition.published", "central", central, number=found["number"], digest=found["digest"]
            )
    return _edition(found)


async def _own(by: Actor, central: str) -> dict[str, Any]:
    row: dict[str, Any] | None = await PurchasingCentral.select().where(PurchasingCentral.code == central).first()
    if row is None or (by.role == UserRole.CENTRAL and by.central != central):
        raise await guard.hidden(by, "central", central)
    return row


async def get_edition(*, by: Actor | None, central: str, number: int | None = None) -> Edition:
    """An edition of a central's list, by default the last one.

    Raises
    ------
    NotFound
        There is none of that number, or no edition yet.
    """
    row = await _readable(by, central)
    found = await editions.last_row(row["id"], number)
    if found is None:
        raise NotFound("no_edition", "{central} has no such edition.", central=row["name"])
    return edition_json.from_text(found["content"])


async def list_editions(*, by: Actor | None, central: str) -> list[EditionOut]:
    """The editions of a central, the last one first."""
    row = await _readable(by, central)
    found = (
        await EditionRecord.select()
        .where(EditionRecord.central == row["id"])
        .order_by(EditionRecord.number, ascending=False)
    )
    return [_edition(item) for item in found]


def _edition(row: Mapping[str, Any]) -> EditionOut:
    return {
        "number": row["number"],
        "date": row["date"],
        "digest": row["digest"],
        "lines": len(json.loads(row["content"])["lines"]),
    }


async def changes(*, by: Actor | None, central: str, number: int) -> list[Change]:
    """What an edition changed since the one before: lines added, removed, and each changed field."""
    after = await get_edition(by=by, central=central, number=number)
    before = await get_edition(by=by, central=central, number=number - 1) if number > 1 else None
    old = {line.identifier: line for line in before.lines} if before else {}
    new = {line.identifier: line for line in after.lines}
    found = [_change("added", line, after.date) for key, line in new.items() if key not in old]
    found += [_change("removed", line, after.date) for key, line in old.items() if key not in new]
    for key in sorted(new.keys() & old.keys()):
        was, now = json.loads(edition_json.to_text(old[key])), json.loads(edition_json.to_text(new[key]))
        for field in (f for f in now if was[f] != now[f]):
            said = {"before": _text(was[field]), "after": _text(now[field])}
            found.append(_change("changed", new[key], after.date, field=field, **said))
    return found


def _change(kind: str, line: Line, date: dt.date, *, field: str = "", before: str = "", after: str = "") -> Change:
    return {
        "kind": kind,
        "identifier": line.identifier,
        "tool": line.tool,
        "field": field,
        "before": before,
        "after": after,
        "date": date,
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


async def verify_code(*, code: str) -> Verified:
    """What a verification code stands for, for anybody; spaces and hyphens, as people copy them, do not count.

    Raises
    ------
    NotFound
        No line has that code.
    """
    r = Referencing
    row = (
        await r.select(
            r.all_columns(),
            r.central.name.as_alias("central_name"),
            r.version.version.as_alias("version_name"),
            r.version.tool.name.as_alias("tool"),
            r.version.tool.supplier.name.as_alias("supplier"),
            r.decision.published_at.as_alias("published_at"),
            r.decision.computed.as_alias("computed"),
            r.decision.retained.as_alias("retained"),
            r.decision.scorecard.digest.as_alias("scorecard"),
        )
        .where(r.verification_code == re.sub(r"[\s-]", "", code).upper())
        .first()
    )
    if row is None:
        raise NotFound("unknown_code", "No line of a referencing list has this code.")
    return {
        "identifier": row["code"],
        "central": row["central_name"],
        "tool": row["tool"],
        "version": row["version_name"],
        "supplier": row["supplier"],
        "category": row["category"],
        "status": row["status"],
        "decided_on": row["published_at"].astimezone(clock.PARIS).date(),
        "valid_from": row["valid_from"],
        "valid_until": row["valid_until"],
        "scorecard": row["scorecard"],
        "computed": row["computed"],
        "retained": row["retained"],
    }


async def is_known(*, by: Actor | None, central: str, number: int, digest: str) -> bool:
    """Whether that edition of that central has this digest: the registry's own, or the seal of one of its files."""
    del by  # everybody may ask whether a digest is right
    row = await PurchasingCentral.select(PurchasingCentral.id).where(PurchasingCentral.code == central).first()
    found = await editions.last_row(row["id"], number) if row else None
    if found is None:
        return False
    if digest == found["digest"]:
        return True
    return digest in await asyncio.to_thread(_seals, edition_json.from_text(found["content"]))


def _seals(edition: Edition) -> set[str | None]:
    """The seals of the files of an edition: its workbook in each language, and its JSON twin."""
    twin = {str(value) for key, value in as_json(edition).items() if "digest" in key}
    return twin | {verify_workbook(workbook(edition, locale)).computed for locale in LOCALES}


async def suspend(*, by: Actor, code: str, reason: str, conduct: str = "") -> str:
    """Suspend a line at once; the supplier is heard afterwards. Answers the new status."""
    return await _step(by, code, ListingStep.SUSPEND, reason, conduct)


async def reinstate(*, by: Actor, code: str, reason: str, conduct: str = "") -> str:
    """Give a suspended line its former status back. Answers it."""
    return await _step(by, code, ListingStep.REINSTATE, reason, conduct)


async def withdraw(*, by: Actor, code: str, reason: str, conduct: str = "") -> str:
    """Withdraw a line for good. Answers the new status."""
    return await _step(by, code, ListingStep.WITHDRAW, reason, conduct)


async def _step(by: Actor, code: str, step: ListingStep, reason: str, conduct: str) -> str:
    await guard.require(by, Action.LISTING_STATUS, "referencing", code)
    if not reason.strip():
        raise Invalid("no_reason_status", "A change of status needs its reason.")
    row = (
        await Referencing.select(Referencing.id, Referencing.central.code.as_alias("central"))
        .where(Referencing.code == code)
        .first()
    )
    if row is None or (by.role == UserRole.CENTRAL and row["central"] != by.central):
        raise await guard.hidden(by, "referencing", code)
    async with db.transaction():
        now = await Referencing.select(Referencing.status).where(Referencing.id == row["id"]).first()
        before = ListingStatus(now["status"])
        if (before, step) not in LISTING:
            raise Conflict(
                "wrong_status", "The line {code} is “{status}”: this step is not open.", code=code, status=before
            )
        following = LISTING[before, step] or await listings.status_before(row["id"])
        await listings.change_status(row["id"], before, following, reason.strip(), conduct.strip())
        await trail.record(by, f"listing.{step.value}", "referencing", code, before=before.value, after=following.value)
    return following.value
