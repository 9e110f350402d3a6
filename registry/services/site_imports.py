"""Hospitals from the open extract of FINESS: added or brought up to date, what the registry alone knows left as it is."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from importers.documents.child import sites_in_child
from registry import db
from registry.policies.access import Action, Actor
from registry.services import guard, trail
from registry.services.nomenclatures import BATCH, Imported
from registry.tables import Site
from registry.vocabulary import LegalStatus

OFFICIAL = ("finess_ej", "name", "region", "siret")
"""What FINESS says is what is kept, when it says something."""


async def import_sites(*, by: Actor, path: Path, name: str, only: Sequence[str] = ()) -> Imported:
    """Import an extract of FINESS (with `only`, those numbers alone); the same file twice changes nothing.

    An establishment whose legal status the file does not tell is not kept as a public one: it would open the gate of a
    purchasing central. `legal_source` is then empty. The kind and the GHT that were entered by hand stay.
    """
    await guard.require(by, Action.CATALOGUE_WRITE, "site")
    found = await asyncio.to_thread(sites_in_child, path, name=name, only=only)
    if not found.accepted:
        return Imported(False, 0, 0, 0, 0, found.faults, found.file_sha256)
    known = {row["finess"]: row for row in await Site.select()}
    new: list[Site] = []
    changed: list[tuple[Any, dict[str, Any]]] = []
    for given in found.frame.iter_rows(named=True):
        row = known.get(given["finess"])
        if row is None:
            status = given["legal_status"] or LegalStatus.FOR_PROFIT.value
            new.append(Site(**{**given, "legal_status": status}))
        elif values := _changes(row, given):
            changed.append((row["id"], values))
    if new or changed:
        await _write(by, found.file_sha256, new, changed)
    same = found.frame.height - len(new) - len(changed)
    return Imported(True, len(new), len(changed), same, found.refused, found.faults, found.file_sha256)


async def _write(by: Actor, file: str, new: Sequence[Site], changed: Sequence[tuple[Any, dict[str, Any]]]) -> None:
    """All or nothing; a hospital that somebody else added meanwhile ends it, since a FINESS number stands once."""
    async with db.transaction():
        for start in range(0, len(new), BATCH):
            await Site.insert(*new[start : start + BATCH])
        for key, values in changed:
            await Site.update(values).where(Site.id == key)
        await trail.record(by, "site.imported", "site", "finess", file=file, added=len(new), updated=len(changed))


def _changes(row: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """What the file says otherwise than the registry."""
    wanted = {name: given[name] for name in OFFICIAL if given[name]}
    if not row["kind"]:
        wanted["kind"] = given["kind"]
    if given["legal_status"]:
        wanted |= {"legal_status": given["legal_status"], "legal_source": given["legal_source"]}
    return {name: value for name, value in wanted.items() if row[name] != value}
