"""The parts of an edition, each filled from the tables and the stored scorecard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from evaluation.indicators.catalogue import catalogue
from evaluation.indicators.naming import method_name
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
from exports.edition import Condition, Line, Measure, PilotSite, StatusChange
from exports.numbers import limits, percent
from registry.services import clock, pilots, scorecards
from registry.tables import Dossier, StatusEvent, Submission
from registry.vocabulary import SubmissionState

USUAL_LEVEL = 0.95
"""The level that the headings of the workbook name."""


async def line_of(row: Mapping[str, Any], content: Mapping[str, Any], pilot: Mapping[str, Any]) -> Line:
    """One row of `Référencement`."""
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


def measures_of(identifier: str, content: Mapping[str, Any]) -> Iterable[Measure]:
    """What the pilot measured, overall and in each subgroup; the overall figure is the one that the verdict reads."""
    for indicator in content["indicators"]:
        pooled = indicator["pooled"]
        block = pooled if indicator["verdict_reads"] == "pooled" else indicator["estimate"]
        yield _measure(identifier, content, indicator, block, "")
        for name, levels in indicator["by_subgroup"].items():
            said = content["subgroups"][name]["fr"]
            for level in levels:
                yield _measure(identifier, content, indicator, level, f"{said} : {level['label']}")


def _measure(
    identifier: str,
    content: Mapping[str, Any],
    indicator: Mapping[str, Any],
    block: Mapping[str, Any],
    subgroup: str,
) -> Measure:
    pooled = {} if subgroup else indicator["pooled"]
    reason = block.get("not_estimable")
    low, high = limits(block)
    return Measure(
        identifier=identifier,
        domain=Domain(indicator["domain"]),
        short_code=indicator["short"],
        label=indicator["label"],
        unit=indicator.get("unit_fr") or catalogue()[indicator["code"]].unit_fr,
        better=Better(indicator["better"]),
        role=Role(indicator["role"]),
        value=_float(block.get("value")),
        low=_float(low),
        high=_float(high),
        reason=Reason(reason).label_fr if reason else "",
        threshold=_float(indicator["threshold"]),
        margin=_float(indicator["margin"]),
        verdict=Verdict.NOT_ASSESSED if subgroup else Verdict(indicator["verdict"]),
        design=Design(content["protocol"]["design"]),
        method=_method(content, str(block.get("method", indicator["estimate"]["method"]))),
        n=int(block["n"]),
        sites=len(indicator["by_site"]) or len(content["data"]["sites"]),
        prediction_low=_float(pooled.get("prediction_low")),
        prediction_high=_float(pooled.get("prediction_high")),
        comparator=indicator["comparator"] or "",
        subgroup=subgroup,
        i2=_float(pooled.get("i2")),
    )


def _method(content: Mapping[str, Any], code: str) -> str:
    """The method by its name, and the level of its interval where it is not that of the headings."""
    level = content["protocol"].get("level", USUAL_LEVEL)
    stated = "" if level == USUAL_LEVEL else f" ; intervalle à {percent(level)} %"
    return f"{method_name(code)}{stated}"


def _float(value: Any) -> float | None:
    """A number of a scorecard, where an infinite one is a text."""
    return None if value is None else float(value)


async def sites_of(identifier: str, content: Mapping[str, Any], pilot: Mapping[str, Any]) -> list[PilotSite]:
    """The rows of `Sites pilotes` of one line."""
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


async def changes_of(central: UUID) -> list[StatusChange]:
    """The rows of `Retraits et suspensions`, in the order of the events."""
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
