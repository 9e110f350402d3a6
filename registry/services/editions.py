"""Editions: a central's list as it stands, filled into the content model of `exports`, numbered and kept for ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from evaluation.vocabulary import (
    ListingStatus,
)
from exports.edition import DataSource, Edition, Line, Measure, PilotSite
from registry import db
from registry.policies.decision import policy
from registry.services import clock, edition_json, edition_parts, pilots, scorecards
from registry.services.listings import months_later
from registry.tables import EditionRecord, Referencing, ScorecardRecord


async def publish_inside(
    central: Mapping[str, Any],
    notices: tuple[str, ...] | None = None,
    sources: tuple[DataSource, ...] | None = None,
) -> tuple[dict[str, Any], bool]:
    """Publish the list of a central, inside a transaction; an unchanged list keeps its last edition.

    Parameters
    ----------
    notices, sources
        By default those of the last edition.

    Returns
    -------
    tuple
        The row of the edition, and whether it is new.
    """
    last = await last_row(central["id"])
    before = edition_json.from_text(last["content"]) if last else None
    if notices is None:
        notices = before.notices if before else ()
    if sources is None:
        sources = before.sources if before else ()
    edition = await build(central, (last["number"] if last else 0) + 1, notices, sources)
    text = edition_json.to_text(edition)
    if last and edition_json.content_digest(last["content"]) == edition_json.content_digest(text):
        return last, False
    row = EditionRecord(
        central=central["id"],
        number=edition.number,
        date=edition.date,
        digest=edition_json.content_digest(text),
        content=text,
        created_at=clock.now(),
    )
    await EditionRecord.insert(row)
    new = await last_row(central["id"])
    if new is None:
        raise AssertionError("the edition was inserted in this transaction")
    return new, True


async def last_row(central: UUID, number: int | None = None) -> dict[str, Any] | None:
    """The row of an edition, by default of the last one."""
    query = EditionRecord.select().where(EditionRecord.central == central)
    if number is not None:
        query = query.where(EditionRecord.number == number)
    row: dict[str, Any] | None = await query.order_by(EditionRecord.number, ascending=False).first()
    return row


async def build(
    central: Mapping[str, Any], number: int, notices: tuple[str, ...] = (), sources: tuple[DataSource, ...] = ()
) -> Edition:
    """The list of a central as it stands today."""
    rows = await _listed(central["id"])
    lines: list[Line] = []
    measures: list[Measure] = []
    sites: list[PilotSite] = []
    for row in rows:
        content = scorecards.content_of({"content": row["content"], "digest": row["scorecard_digest"]})
        pilot = await pilots.find(by=None, pilot=str(row["pilot_id"]))
        lines.append(await edition_parts.line_of(row, content, pilot))
        if row["status"] != ListingStatus.WITHDRAWN.value:
            measures.extend(edition_parts.measures_of(row["code"], content))
            sites.extend(await edition_parts.sites_of(row["code"], content, pilot))
    rules, today = policy(), clock.today()
    return Edition(
        central_code=central["code"],
        central_name=central["name"],
        profile=central["profile"],
        number=number,
        date=today,
        valid_until=months_later(today, rules.review_months),
        policy=rules.id,
        policy_source=rules.source,
        verification_address=f"{db.settings().public_url.rstrip('/')}/verify/",
        contact=central["contact"],
        lines=tuple(lines),
        measures=tuple(measures),
        sites=tuple(sites),
        changes=tuple(await edition_parts.changes_of(central["id"])),
        notices=notices,
        sources=sources,
    )


async def _listed(central: UUID) -> list[dict[str, Any]]:
    """The lines of a central in neutral order: by solution, version, then identifier."""
    r = Referencing
    rows: list[dict[str, Any]] = (
        await r.select(
            r.all_columns(),
            r.version.version.as_alias("version_name"),
            r.version.tool.name.as_alias("tool"),
            r.version.tool.use_case.as_alias("use_case"),
            r.version.tool.supplier.name.as_alias("supplier"),
            r.version.tool.supplier.siret.as_alias("siret"),
            r.version.tool.supplier.company_size.as_alias("company_size"),
            r.decision.computed.as_alias("computed"),
            r.decision.retained.as_alias("retained"),
            r.decision.motivation.as_alias("motivation"),
            r.decision.published_at.as_alias("published_at"),
            r.decision.pilot.as_alias("pilot_id"),
            r.decision.scorecard.as_alias("scorecard_id"),
        )
        .where(r.central == central)
        .order_by(r.version.tool.name)
        .order_by(r.version.version)
        .order_by(r.code)
        .output(load_json=True)
    )
    for row in rows:
        card = (
            await ScorecardRecord.select(ScorecardRecord.digest, ScorecardRecord.content)
            .where(ScorecardRecord.id == row["scorecard_id"])
            .first()
        )
        row["scorecard_digest"], row["content"] = card["digest"], card["content"]
    return rows
