"""Entering suppliers, solutions, versions, dossiers, hospitals, centrals and calls, each by its natural key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from piccolo.table import Table

from evaluation.vocabulary import UseCase
from registry import db
from registry.errors import Invalid, NotFound
from registry.policies.access import Action, Actor
from registry.services import guard, trail
from registry.services.tools import get_tool, get_version, list_tools
from registry.tables import Call, Claim, Dossier, PurchasingCentral, Site, Supplier, Tool, ToolVersion
from registry.vocabulary import CallKind, LegalStatus, Provenance

__all__ = [
    "add_call",
    "add_central",
    "add_claim",
    "add_site",
    "add_supplier",
    "add_tool",
    "add_version",
    "get_tool",
    "get_version",
    "list_tools",
    "set_dossier",
]

LONGEST_TEXT = 2000


async def add_supplier(
    *, by: Actor, name: str, siren: str, siret: str = "", country: str = "FR", company_size: str = ""
) -> str:
    """Add a supplier, known by its SIREN (or its foreign number), and answer its identifier."""
    values = {"name": name, "siren": siren, "siret": siret, "country": country, "company_size": company_size}
    return await _add(by, Supplier, Supplier.siren == siren, values)


async def add_tool(
    *, by: Actor, slug: str, name: str, supplier: str, use_case: UseCase, summary_fr: str = "", summary_en: str = ""
) -> str:
    """Add a solution, known by its slug; `supplier` is a SIREN or an identifier."""
    owner = await _ref(Supplier, guard.known_as(Supplier.id, Supplier.siren, supplier), supplier)
    values = {
        "slug": slug,
        "name": name,
        "supplier": owner,
        "use_case": UseCase(use_case).value,
        "summary_fr": summary_fr,
        "summary_en": summary_en,
    }
    return await _add(by, Tool, Tool.slug == slug, values)


async def add_version(
    *,
    by: Actor,
    tool: str,
    version: str,
    marketed_on: dt.date | None = None,
    decision_threshold: float | None = None,
) -> str:
    """Add a version of a solution (`tool` is its slug or identifier), known by the two."""
    owner = await _ref(Tool, guard.known_as(Tool.id, Tool.slug, tool), tool)
    where = (ToolVersion.tool == owner) & (ToolVersion.version == version)
    values = {
        "tool": owner,
        "version": version,
        "marketed_on": marketed_on,
        "decision_threshold": decision_threshold,
    }
    return await _add(by, ToolVersion, where, values)


async def set_dossier(
    *,
    by: Actor,
    version: str,
    fields: Mapping[str, str],
    provenance: Provenance = Provenance.DECLARED,
    date: dt.date | None = None,
) -> str:
    """Write the fields of the file of a version (its identifier); those not given stay as they are."""
    await guard.require(by, Action.CATALOGUE_WRITE, "dossier", version)
    owner = await _ref(ToolVersion, ToolVersion.id == guard.identifier(version), version)
    for text in fields.values():
        _check_text(text)
    day = date.isoformat() if date else None
    given = [
        {"key": key, "value": value, "provenance": provenance.value, "date": day, "author": by.email}
        for key, value in fields.items()
    ]
    async with db.transaction():
        row = await Dossier.select().where(Dossier.version == owner).output(load_json=True).first()
        if row is None:
            new = Dossier(version=owner, fields=given)
            await Dossier.insert(new)
            dossier_id = new.id
        else:
            dossier_id = row["id"]
            kept = [item for item in row["fields"] if item["key"] not in fields]
            await Dossier.update({Dossier.fields: [*kept, *given]}).where(Dossier.id == dossier_id)
        await trail.record(by, "dossier.written", "dossier", str(dossier_id), keys=sorted(fields))
    return str(dossier_id)


async def add_claim(
    *,
    by: Actor,
    version: str,
    indicator: str,
    value: float,
    low: float | None = None,
    high: float | None = None,
    source: str = "",
) -> str:
    """Add a figure that the supplier announces for a version, known by its indicator."""
    owner = await _ref(ToolVersion, ToolVersion.id == guard.identifier(version), version)
    values = {"version": owner, "indicator": indicator, "value": value, "low": low, "high": high, "source": source}
    return await _add(by, Claim, (Claim.version == owner) & (Claim.indicator == indicator), values)


async def add_site(
    *,
    by: Actor,
    finess: str,
    name: str,
    finess_ej: str = "",
    kind: str = "",
    legal_status: LegalStatus = LegalStatus.PUBLIC,
    region: str = "",
    ght: str = "",
) -> str:
    """Add a hospital, known by its geographic FINESS."""
    values = {
        "finess": finess,
        "finess_ej": finess_ej,
        "name": name,
        "kind": kind,
        "legal_status": LegalStatus(legal_status).value,
        "region": region,
        "ght": ght,
    }
    return await _add(by, Site, Site.finess == finess, values)


async def add_central(
    *,
    by: Actor,
    code: str,
    name: str,
    profile: str,
    publishes: bool = False,
    contact: str = "",
    categories: Mapping[str, str] | None = None,
) -> str:
    """Add a purchasing central, known by its code; `categories` maps use cases to those of its vehicle."""
    values = {
        "code": code,
        "name": name,
        "profile": profile,
        "publishes": publishes,
        "contact": contact,
        "categories": dict(categories or {}),
    }
    return await _add(by, PurchasingCentral, PurchasingCentral.code == code, values)


async def add_call(
    *, by: Actor, code: str, title: str, kind: CallKind = CallKind.OTHER, deadline: dt.date | None = None
) -> str:
    """Add a call (AMI, AAP), known by its code."""
    values = {"code": code, "title": title, "kind": CallKind(kind).value, "deadline": deadline}
    return await _add(by, Call, Call.code == code, values)


async def _add(by: Actor, table: type[Table], where: Any, values: dict[str, Any]) -> str:
    """Insert the row unless its natural key is there already; answer the identifier either way."""
    kind = table._meta.tablename
    await guard.require(by, Action.CATALOGUE_WRITE, kind)
    for text in values.values():
        if isinstance(text, str):
            _check_text(text)
    async with db.transaction():
        primary = table._meta.primary_key
        if (known := await table.select(primary).where(where).first()) is not None:
            return str(known["id"])
        row = table(**values)
        await table.insert(row)
        key = next(
            str(values[name]) for name in ("slug", "code", "finess", "siren", "indicator", "version") if name in values
        )
        await trail.record(by, f"{kind}.added", kind, str(row["id"]), key=key)
        return str(row["id"])


def _check_text(text: str) -> None:
    """Control characters would break a workbook or a log; so would a text without end."""
    if len(text) > LONGEST_TEXT or any(ord(c) < 32 and c not in "\n\t" for c in text) or "\ufffe" in text:
        raise Invalid("bad_text", "A text here has at most {n} characters and no control character.", n=LONGEST_TEXT)


async def _ref(table: type[Table], where: Any, asked: str) -> UUID:
    primary = table._meta.primary_key
    row = await table.select(primary).where(where).first()
    if row is None:
        raise NotFound("unknown_reference", "{name} is not in the registry: add it first.", name=asked)
    found: UUID = row["id"]
    return found
