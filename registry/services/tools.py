"""Looking at the solutions: what everybody may see, and what those who are signed in see besides."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, TypedDict

from importers.documents.dossier_rules import INTENDED_USE
from registry.policies.access import Action, Actor
from registry.services import guard
from registry.services.pages import Page, after_cursor, page, size
from registry.tables import Claim, Dossier, Referencing, Tool, ToolVersion
from registry.vocabulary import UserRole

PUBLIC_FIELDS = frozenset(INTENDED_USE) | frozenset(
    {
        "nom_commercial",
        "fournisseur_raison_sociale",
        "version",
        "date_mise_sur_marche",
        "usages_exclus",
        "statut_dm",
        "classe",
        "udi_di",
        "classe_risque",
        "mode",
    }
)
"""Fields of a dossier that anybody may read."""

PRICE_FIELDS: Final = frozenset(
    {
        "prix_unitaire_ht",
        "cout_mise_en_service_ht",
        "cout_interfaces_ht",
        "formation_ht",
        "maintenance_annuelle_ht",
        "remise_volume",
        "revision_prix",
        "redevance_donnees_ht",
    }
)
"""What a supplier may call confidential: then those who buy read it, those who run the registry, and the supplier."""
CONFIDENTIAL: Final = "prix_confidentiel"
BUYERS: Final = frozenset({UserRole.CENTRAL, UserRole.ADMINISTRATOR, UserRole.SYSTEM})


class SupplierOut(TypedDict):
    """The supplier of a solution."""

    id: str
    name: str
    siren: str
    siret: str
    country: str
    company_size: str


class FieldOut(TypedDict):
    """One field of a dossier, with where it comes from."""

    key: str
    value: str
    provenance: str
    date: str | None
    author: str


class ClaimOut(TypedDict):
    """A figure that the supplier announces."""

    indicator: str
    value: float
    low: float | None
    high: float | None
    source: str


class ListingOut(TypedDict):
    """Where a version is listed: nothing of an undecided pilot."""

    code: str
    central: str
    category: str
    status: str
    valid_from: dt.date
    valid_until: dt.date
    verification_code: str


class VersionOut(TypedDict):
    """A version with its file; `claims` and the whole `dossier` for those who are signed in."""

    id: str
    version: str
    marketed_on: dt.date | None
    decision_threshold: float | None
    dossier: list[FieldOut]
    claims: list[ClaimOut]
    listings: list[ListingOut]


class ToolOut(TypedDict):
    """A solution in a list."""

    id: str
    slug: str
    name: str
    use_case: str
    summary_fr: str
    summary_en: str
    supplier: SupplierOut


class ToolDetail(ToolOut):
    """A solution with its versions, the newest name last."""

    versions: list[VersionOut]


async def list_tools(
    *, by: Actor | None, use_case: str | None = None, limit: int = 50, cursor: str | None = None
) -> Page[ToolOut]:
    """The solutions in the neutral order of their slugs; the same for everybody."""
    if by is not None:
        await guard.require(by, Action.READ, "tool")
    limit = size(limit)
    query = _select().order_by(Tool.slug).limit(limit + 1)
    if use_case:
        query = query.where(Tool.use_case == use_case)
    if start := after_cursor(cursor):
        query = query.where(Tool.slug > start)
    return page([_tool(row) for row in await query], limit, lambda found: found["slug"])


async def get_tool(*, by: Actor | None, tool: str) -> ToolDetail:
    """A solution by its identifier or slug; the public part when nobody is signed in.

    Raises
    ------
    NotFound
        There is none.
    """
    if by is not None:
        await guard.require(by, Action.READ, "tool", tool)
    row = await _select().where(guard.known_as(Tool.id, Tool.slug, tool)).first()
    if row is None:
        raise await guard.hidden(by, "tool", tool)
    versions = await ToolVersion.select().where(ToolVersion.tool == row["id"]).order_by(ToolVersion.version)
    return {**_tool(row), "versions": [await _version(by, found, str(row["supplier.id"])) for found in versions]}


async def get_version(*, by: Actor | None, tool: str, version: str) -> VersionOut:
    """A version of a solution, by its identifier or its name.

    Raises
    ------
    NotFound
        There is none.
    """
    for found in (await get_tool(by=by, tool=tool))["versions"]:
        if version in (found["id"], found["version"]):
            return found
    raise await guard.hidden(by, "version", version)


def _select() -> Any:
    return Tool.select(
        Tool.id,
        Tool.slug,
        Tool.name,
        Tool.use_case,
        Tool.summary_fr,
        Tool.summary_en,
        Tool.supplier.id,
        Tool.supplier.name,
        Tool.supplier.siren,
        Tool.supplier.siret,
        Tool.supplier.country,
        Tool.supplier.company_size,
    )


def _tool(row: dict[str, Any]) -> ToolOut:
    return {
        "id": str(row["id"]),
        "slug": row["slug"],
        "name": row["name"],
        "use_case": row["use_case"],
        "summary_fr": row["summary_fr"],
        "summary_en": row["summary_en"],
        "supplier": {
            "id": str(row["supplier.id"]),
            "name": row["supplier.name"],
            "siren": row["supplier.siren"],
            "siret": row["supplier.siret"],
            "country": row["supplier.country"],
            "company_size": row["supplier.company_size"],
        },
    }


async def _version(by: Actor | None, row: dict[str, Any], supplier: str) -> VersionOut:
    dossier = await Dossier.select(Dossier.fields).where(Dossier.version == row["id"]).output(load_json=True).first()
    fields: list[FieldOut] = sorted(dossier["fields"], key=lambda item: item["key"]) if dossier else []
    claims = await Claim.select().where(Claim.version == row["id"]).order_by(Claim.indicator)
    return {
        "id": str(row["id"]),
        "version": row["version"],
        "marketed_on": row["marketed_on"],
        "decision_threshold": row["decision_threshold"],
        "dossier": [item for item in fields if _may_read(by, item["key"], fields, supplier)],
        "claims": [_claim(claim) for claim in claims] if by else [],
        "listings": await _listings(row["id"]),
    }


def _may_read(by: Actor | None, key: str, fields: list[FieldOut], supplier: str) -> bool:
    if by is None:
        return key in PUBLIC_FIELDS
    if key not in PRICE_FIELDS or by.role in BUYERS or (by.role is UserRole.SUPPLIER and by.supplier == supplier):
        return True
    return not any(item["key"] == CONFIDENTIAL and item["value"] == "oui" for item in fields)


def _claim(row: dict[str, Any]) -> ClaimOut:
    return {
        "indicator": row["indicator"],
        "value": row["value"],
        "low": row["low"],
        "high": row["high"],
        "source": row["source"],
    }


async def _listings(version: Any) -> list[ListingOut]:
    rows = (
        await Referencing.select(
            Referencing.code,
            Referencing.central.code,
            Referencing.category,
            Referencing.status,
            Referencing.valid_from,
            Referencing.valid_until,
            Referencing.verification_code,
        )
        .where(Referencing.version == version)
        .order_by(Referencing.code)
    )
    return [
        {
            "code": row["code"],
            "central": row["central.code"],
            "category": row["category"],
            "status": row["status"],
            "valid_from": row["valid_from"],
            "valid_until": row["valid_until"],
            "verification_code": row["verification_code"],
        }
        for row in rows
    ]
