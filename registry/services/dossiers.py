"""A supplier's dossier: importing what it declares of one version, which never takes the place of what others established."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from importers.documents.child import document_in_child
from importers.documents.faults import Answer
from registry import db
from registry.errors import Conflict
from registry.policies.access import Action, Actor
from registry.services import clock, guard, nomenclatures, trail
from registry.tables import Dossier, DossierDeclaration, ToolVersion
from registry.vocabulary import Provenance


@dataclass(frozen=True, slots=True)
class Declared:
    """What an import changed; `kept` names the fields whose value was established by somebody else and stays."""

    answer: Answer
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: tuple[str, ...] = ()


async def import_dossier(*, by: Actor, version: str, path: Path, name: str) -> Declared:
    """Import the dossier of a version, known by its identifier or as `solution@version`; the same file twice changes nothing.

    Every value arrives as declared. A value that was verified, measured, documented or taken from an official source is
    never replaced by it; the file as declared is kept beside, with its digest, its date and its author.

    Raises
    ------
    NotFound
        There is no such version.
    Conflict
        The file is about another version, or from another supplier.
    """
    await guard.require(by, Action.CATALOGUE_WRITE, "dossier", version)
    row = await _version(by, version)
    known, today = await nomenclatures.known(), clock.today().isoformat()
    answer = await asyncio.to_thread(document_in_child, path, "dossier", known, name=name, today=today)
    if not answer.accepted:
        return Declared(answer)
    declared = {item["key"]: dict(item) for item in answer.content["dossier"]}
    _require_same(row, {key: item["value"] for key, item in declared.items()})
    async with db.transaction():
        return await _declare(by, row, answer, declared, name)


async def _declare(
    by: Actor, version: dict[str, Any], answer: Answer, declared: dict[str, dict[str, str]], name: str
) -> Declared:
    dossier = await Dossier.select().where(Dossier.version == version["id"]).output(load_json=True).first()
    before = {item["key"]: item for item in dossier["fields"]} if dossier else {}
    kept = tuple(key for key in declared if key in before and before[key]["provenance"] != Provenance.DECLARED.value)
    given = {key: item["value"] for key, item in declared.items() if key not in kept}
    new = [key for key in given if key not in before]
    changed = [key for key in given if key in before and before[key]["value"] != given[key]]
    result = Declared(answer, len(new), len(changed), len(given) - len(new) - len(changed), kept)
    last = (
        await DossierDeclaration.select(DossierDeclaration.file_sha256)
        .where(DossierDeclaration.version == version["id"])
        .order_by(DossierDeclaration.declared_at, ascending=False)
        .first()
    )
    if not new and not changed and last is not None and last["file_sha256"] == answer.file_sha256:
        return result
    day = clock.today().isoformat()
    for key in (*new, *changed):
        before[key] = {
            "key": key,
            "value": given[key],
            "provenance": Provenance.DECLARED.value,
            "date": day,
            "author": by.email,
        }
    fields = list(before.values())
    if dossier is None:
        await Dossier.insert(Dossier(version=version["id"], fields=fields))
    else:
        await Dossier.update({Dossier.fields: fields}).where(Dossier.id == dossier["id"])
    record = DossierDeclaration(
        version=version["id"],
        provenance=Provenance.DECLARED.value,
        file_name=name[:255],
        file_sha256=answer.file_sha256,
        fields=list(declared.values()),
        declared_by=by.email,
        declared_at=clock.now(),
    )
    await DossierDeclaration.insert(record)
    detail = {
        "version": str(version["id"]),
        "file": answer.file_sha256,
        "changed": sorted((*new, *changed)),
        "kept": kept,
    }
    await trail.record(by, "dossier.declared", "dossier", str(record.id), **detail)
    return result


async def _version(by: Actor, asked: str) -> dict[str, Any]:
    solution, _, name = asked.rpartition("@")
    where = (
        (ToolVersion.tool.slug == solution) & (ToolVersion.version == name)
        if solution
        else ToolVersion.id == guard.identifier(asked)
    )
    row: dict[str, Any] | None = (
        await ToolVersion.select(ToolVersion.id, ToolVersion.version, ToolVersion.tool.supplier.siren.as_alias("siren"))
        .where(where)
        .first()
    )
    if row is None:
        raise await guard.hidden(by, "version", asked)
    return row


def _require_same(version: dict[str, Any], values: dict[str, str]) -> None:
    """Evidence belongs to a version: a dossier of another one, or of another supplier, is not this one's."""
    if values["version"] != version["version"]:
        raise Conflict(
            "other_version",
            "The dossier is about another version than “{version}”: correct the file, or import it into its own version.",
            version=version["version"],
        )
    if values["fournisseur_siren"] != version["siren"]:
        raise Conflict(
            "other_supplier",
            "The dossier names another supplier than the one of this solution in the registry: check the SIREN in both.",
        )
