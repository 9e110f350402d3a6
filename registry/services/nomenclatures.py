"""Published lists of codes: importing one, and what the registry then knows of its codes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from importers.documents.cells import Known
from importers.documents.child import list_in_child
from importers.documents.faults import Fault
from importers.documents.published_lists import Code
from registry import db
from registry.policies.access import Action, Actor
from registry.services import guard, trail
from registry.tables import NomenclatureCode

BATCH = 1000
"""Rows of one insertion: SQLite takes 32,766 values at once."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import changed, and what was said of its file; `accepted` is false when nothing could be read of it."""

    accepted: bool
    added: int
    updated: int
    unchanged: int
    refused: int
    faults: tuple[Fault, ...]
    file_sha256: str
    withdrawn: int = 0


async def import_list(*, by: Actor, which: str, path: Path, name: str, language: str = "en") -> Imported:
    """Import a published list (`cpv`, `emdn`): new codes are added, changed ones updated, absent ones no longer in force."""
    await guard.require(by, Action.CATALOGUE_WRITE, "nomenclature", which)
    found = await asyncio.to_thread(list_in_child, path, which, name=name, language=language)
    refused = sum(fault.code in ("list_invalid_code", "list_duplicate_code") for fault in found.faults)
    if not found.accepted:
        return Imported(False, 0, 0, 0, 0, found.faults, found.file_sha256)
    async with db.transaction():
        rows = await NomenclatureCode.select().where(NomenclatureCode.nomenclature == which)
        known = {row["code"]: row for row in rows}
        new, changed = [], []
        for code in found.codes:
            values = _values(which, code, known.get(code.code))
            if code.code not in known:
                new.append(NomenclatureCode(**values))
            elif any(known[code.code][key] != value for key, value in values.items()):
                changed.append((known[code.code]["id"], values))
        gone = [row for code, row in known.items() if row["in_force"] and code not in {c.code for c in found.codes}]
        for start in range(0, len(new), BATCH):
            await NomenclatureCode.insert(*new[start : start + BATCH])
        for key, values in changed:
            await NomenclatureCode.update(values).where(NomenclatureCode.id == key)
        for row in gone:
            await NomenclatureCode.update({"in_force": False}).where(NomenclatureCode.id == row["id"])
        counts = {"added": len(new), "updated": len(changed), "withdrawn": len(gone)}
        if any(counts.values()):
            await trail.record(by, "nomenclature.imported", "nomenclature", which, file=found.file_sha256, **counts)
    same = len(found.codes) - len(new) - len(changed)
    return Imported(True, len(new), len(changed), same, refused, found.faults, found.file_sha256, withdrawn=len(gone))


def _values(which: str, code: Code, known: dict[str, Any] | None) -> dict[str, Any]:
    """The row of a code; a language that the file does not speak keeps the label it had."""
    return {
        "nomenclature": which,
        "code": code.code,
        "label_fr": code.label_fr or (known["label_fr"] if known else ""),
        "label_en": code.label_en or (known["label_en"] if known else ""),
        "level": code.level,
        "terminal": code.terminal,
        "in_force": True,
    }


async def known() -> Known:
    """The codes in force of each list; a list that was never imported judges no code."""
    rows = await NomenclatureCode.select(
        NomenclatureCode.nomenclature, NomenclatureCode.code, NomenclatureCode.terminal
    ).where(NomenclatureCode.in_force.eq(True))
    cpv = frozenset(row["code"] for row in rows if row["nomenclature"] == "cpv")
    emdn = {row["code"]: row["terminal"] for row in rows if row["nomenclature"] == "emdn"}
    return Known(cpv or None, emdn or None)
