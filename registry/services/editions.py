"""Editions: a central's list as it stands, filled into the content model of `exports`, numbered and kept for ever."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from evaluation.vocabulary import (
    Better,
    Decision,
    Design,
    Domain,
    Frozen,
    ListingStatus,
    Reason,
    Role,
    Strength,
    UseCase,
    Verdict,
)
from exports.edition import Condition, DataSource, Edition, Line, Measure, PilotSite, StatusChange
from registry import db
from registry.policies.decision import policy
from registry.services import clock, edition_json, pilots, scorecards
from registry.services.listings import months_later
from registry.tables import Dossier, EditionRecord, Referencing, ScorecardRecord, StatusEvent, Submission
from registry.vocabulary import SubmissionState


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
        lines.append(await _line(row, content, pilot))
        if row["status"] != ListingStatus.WITHDRAWN.value:
            measures.extend(_measures(row["code"], content))
            sites.extend(await _sites(row["code"], content, pilot))
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
        changes=tuple(await _changes(central["id"])),
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


async def _line(row: Mapping[str, Any], content: Mapping[str, Any], pilot: Mapping[str, Any]) -> Line:
    dossier = (
        await Dossier.select(Dossier.fields).where(Dossier.version == row["version"]).output(load_json=True).first()
    )
    fields = {item["key"]: item["value"] for item in dossier["fields"]} if dossier else {}
    strength = content["design_strength"]
    return Line(
        identifier=row["code"],
        tool=row["tool"],
        version=row["version_name"],
        supplier=row["supplier"],
        siret=row["siret"],
        company_size=row["company_size"],
        use_case=UseCase(row["use_case"]),
        category=row["category"],
        intended_use=fields.get("indication", ""),
        population=fields.get("population", ""),
        status=ListingStatus(row["status"]),
        decided_on=row["published_at"].astimezone(clock.PARIS).date(),
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        next_review=row["next_review"],
        conditions=tuple(
            Condition(item["indicator"], item["n"], dt.date.fromisoformat(item["date"]), item["text"])
            for item in row["conditions"]
        ),
        computed=Decision(row["computed"]),
        retained=Decision(row["retained"]),
        motivation=row["motivation"],
        strength=Strength(strength) if strength else None,
        sites=len(content["data"]["sites"]),
        cases=content["data"]["rows"],
        clinical=_conclusion(content, Domain.CLINICAL),
        organisational=_conclusion(content, Domain.ORGANISATIONAL),
        economic=_conclusion(content, Domain.ECONOMIC),
        frozen=Frozen((await scorecards.registry_block(pilot))["frozen"]),
        equity_alert="Écart inexpliqué" if pilot["equity_gap"] else "",
        safety_alert=" ; ".join(pilot["vetoes"]),
        device_status=" ".join(part for part in (fields.get("statut_dm", ""), fields.get("classe", "")) if part),
        udi_di=fields.get("udi_di", ""),
        ai_act_class=fields.get("classe_risque", ""),
        hds=fields.get("hds_certificat", ""),
        secnumcloud=fields.get("secnumcloud", ""),
        hosting=fields.get("localisation_traitement", ""),
        integrations=fields.get("dpi_integres", ""),
        cpv=fields.get("cpv_principal", ""),
        scorecard_digest=row["scorecard_digest"],
        verification_code=row["verification_code"],
        gco2e_per_use=_decimal(fields.get("gco2e_par_usage", "")),
    )


def _decimal(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _conclusion(content: Mapping[str, Any], domain: Domain) -> Verdict | None:
    verdict = content["domains"][domain.value]["verdict"]
    return Verdict(verdict) if verdict else None


def _measures(identifier: str, content: Mapping[str, Any]) -> Iterable[Measure]:
    """What the pilot measured, overall and in each subgroup; the overall figure is the one that the verdict reads."""
    for indicator in content["indicators"]:
        pooled = indicator["pooled"]
        block = pooled if indicator["verdict_reads"] == "pooled" else indicator["estimate"]
        yield _measure(identifier, content, indicator, block, "")
        for name, levels in indicator["by_subgroup"].items():
            for level in levels:
                yield _measure(identifier, content, indicator, level, f"{name} : {level['level']}")


def _measure(
    identifier: str,
    content: Mapping[str, Any],
    indicator: Mapping[str, Any],
    block: Mapping[str, Any],
    subgroup: str,
) -> Measure:
    pooled = {} if subgroup else indicator["pooled"]
    reason = block.get("not_estimable")
    return Measure(
        identifier=identifier,
        domain=Domain(indicator["domain"]),
        short_code=indicator["short"],
        label=indicator["label"],
        unit=indicator["unit"],
        better=Better(indicator["better"]),
        role=Role(indicator["role"]),
        value=_float(block.get("value")),
        low=_float(block.get("low")),
        high=_float(block.get("high")),
        reason=Reason(reason).label_fr if reason else "",
        threshold=_float(indicator["threshold"]),
        margin=_float(indicator["margin"]),
        verdict=Verdict.NOT_ASSESSED if subgroup else Verdict(indicator["verdict"]),
        design=Design(content["protocol"]["design"]),
        method=str(block.get("method", indicator["estimate"]["method"])),
        n=int(block["n"]),
        sites=len(indicator["by_site"]) or len(content["data"]["sites"]),
        prediction_low=_float(pooled.get("prediction_low")),
        prediction_high=_float(pooled.get("prediction_high")),
        comparator=indicator["comparator"] or "",
        subgroup=subgroup,
        i2=_float(pooled.get("i2")),
    )


def _float(value: Any) -> float | None:
    """A number of a scorecard, where an infinite one is a text."""
    return None if value is None else float(value)


async def _sites(identifier: str, content: Mapping[str, Any], pilot: Mapping[str, Any]) -> list[PilotSite]:
    accepted = (Submission.pilot == pilot["id"]) & (Submission.state == SubmissionState.ACCEPTED.value)
    rows: dict[UUID, int] = {}
    for item in await Submission.select(Submission.site, Submission.rows).where(accepted):
        rows[item["site"]] = rows.get(item["site"], 0) + item["rows"]
    return [
        PilotSite(
            identifier=identifier,
            finess_ej=site["finess_ej"],
            finess_et=site["finess"],
            name=site["name"],
            ght=site["ght"],
            region=site["region"],
            kind=site["kind"],
            service=site["service"],
            first_day=pilot["starts_on"],
            last_day=pilot["ends_on"],
            design=Design(content["protocol"]["design"]),
            n=rows.get(site["site_id"], 0),
            contact=site["contact"],
        )
        for site in await pilots.sites_of(pilot["id"])
    ]


async def _changes(central: UUID) -> list[StatusChange]:
    e = StatusEvent
    rows = (
        await e.select(
            e.before,
            e.after,
            e.effective,
            e.reason,
            e.conduct,
            e.referencing.code.as_alias("code"),
            e.referencing.version.version.as_alias("version"),
            e.referencing.version.tool.name.as_alias("tool"),
        )
        .where(e.referencing.central == central)
        .order_by(e.at)
    )
    return [
        StatusChange(
            identifier=row["code"],
            tool=row["tool"],
            version=row["version"],
            before=ListingStatus(row["before"]),
            after=ListingStatus(row["after"]),
            effective=row["effective"],
            reason=row["reason"],
            conduct=row["conduct"],
        )
        for row in rows
    ]
