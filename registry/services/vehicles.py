"""A central's own vehicles: importing its file, which is then in force, and reading who is admitted on a day."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict
from uuid import UUID

from importers.documents.child import document_in_child
from importers.documents.faults import Answer
from registry import db
from registry.policies.access import Action, Actor
from registry.services import clock, guard, nomenclatures, trail
from registry.tables import PurchaseAdmission, PurchaseLot, PurchaseProcedure, PurchasingCentral, VehicleImport
from registry.vocabulary import UserRole

PROCEDURE = ("procedure", "title", "technique", "opens_on", "closes_on")
LOT = ("procedure", "lot", "title")
ADMISSION = ("procedure", "lot", "supplier", "id_type", "supplier_id", "admitted_on", "left_on")
"""Fields that have a column of their own; the others stand in `detail`."""


@dataclass(frozen=True, slots=True)
class Received:
    """What an import brought; `unchanged` when the file in force is this very one."""

    answer: Answer
    procedures: int = 0
    lots: int = 0
    suppliers: int = 0
    unchanged: bool = False


class Admitted(TypedDict):
    """A supplier that is to be invited: no rank, in the order of its name."""

    supplier: str
    id_type: str
    supplier_id: str
    lot: str
    admitted_on: dt.date | None


async def import_vehicles(*, by: Actor, central: str, path: Path, name: str) -> Received:
    """Import the vehicles of a central (its code), by itself or an administrator; earlier imports stay, dated.

    Raises
    ------
    NotFound
        There is no such central, or it is another one than the person's.
    """
    await guard.require(by, Action.VEHICLE_WRITE, "vehicle", central)
    owner = await _central(by, central)
    known = await nomenclatures.known()
    answer = await asyncio.to_thread(document_in_child, path, "vehicles", known, name=name, central=central)
    if not answer.accepted:
        return Received(answer)
    content = answer.content
    procedures, lots, suppliers = (len(content.get(sheet, ())) for sheet in ("procedures", "lots", "suppliers"))
    async with db.transaction():
        last = await _last(owner)
        if last is not None and last["file_sha256"] == answer.file_sha256:
            return Received(answer, procedures, lots, suppliers, unchanged=True)
        row = VehicleImport(
            central=owner,
            file_name=name[:255],
            file_sha256=answer.file_sha256,
            imported_by=by.email,
            imported_at=clock.now(),
        )
        await VehicleImport.insert(row)
        await _keep(row.id, content)
        await trail.record(
            by,
            "vehicle.imported",
            "vehicle",
            str(row.id),
            central=central,
            file=answer.file_sha256,
            procedures=procedures,
            lots=lots,
            suppliers=suppliers,
        )
    return Received(answer, procedures, lots, suppliers)


async def _keep(imported: UUID, content: Mapping[str, Any]) -> None:
    procedures: dict[str, UUID] = {}
    for item in content["procedures"]:
        procedure = PurchaseProcedure(
            imported=imported,
            number=item["procedure"],
            title=item["title"],
            technique=item["technique"],
            opens_on=dt.date.fromisoformat(item["opens_on"]),
            closes_on=dt.date.fromisoformat(item["closes_on"]),
            detail=_detail(item, PROCEDURE),
        )
        await PurchaseProcedure.insert(procedure)
        procedures[item["procedure"]] = procedure.id
    lots: dict[tuple[str, str], UUID] = {}
    for item in content.get("lots", ()):
        lot = PurchaseLot(
            procedure=procedures[item["procedure"]],
            number=item["lot"],
            title=item["title"],
            detail=_detail(item, LOT),
        )
        await PurchaseLot.insert(lot)
        lots[item["procedure"], item["lot"]] = lot.id
    for item in content.get("suppliers", ()):
        admission = PurchaseAdmission(
            procedure=procedures[item["procedure"]],
            lot=lots.get((item["procedure"], item.get("lot", ""))),
            supplier=item["supplier"],
            id_type=item["id_type"],
            supplier_id=item["supplier_id"],
            admitted_on=_day(item, "admitted_on"),
            left_on=_day(item, "left_on"),
            detail=_detail(item, ADMISSION),
        )
        await PurchaseAdmission.insert(admission)


def _detail(item: Mapping[str, str], own: tuple[str, ...]) -> dict[str, str]:
    return {key: value for key, value in item.items() if key not in own}


def _day(item: Mapping[str, str], name: str) -> dt.date | None:
    return dt.date.fromisoformat(item[name]) if item.get(name) else None


async def admitted(
    *, by: Actor, central: str, procedure: str, lot: str = "", on: dt.date | None = None
) -> list[Admitted]:
    """Every supplier admitted on a day (today by default) to a procedure, or to one of its lots: all of them are invited.

    Raises
    ------
    NotFound
        There is no such central, or it is another one than the person's.
    """
    await guard.require(by, Action.VEHICLE_WRITE, "vehicle", central)
    last = await _last(await _central(by, central))
    day = on or clock.today()
    a = PurchaseAdmission
    rows = (
        await a.select(
            a.supplier, a.id_type, a.supplier_id, a.admitted_on, a.left_on, a.lot.number.as_alias("lot_number")
        )
        .where((a.procedure.imported == (last["id"] if last else None)) & (a.procedure.number == procedure))
        .order_by(a.supplier)
        .order_by(a.supplier_id)
    )
    return [
        {
            "supplier": row["supplier"],
            "id_type": row["id_type"],
            "supplier_id": row["supplier_id"],
            "lot": row["lot_number"] or "",
            "admitted_on": row["admitted_on"],
        }
        for row in rows
        if (not lot or row["lot_number"] in (None, lot))
        and (row["admitted_on"] is None or row["admitted_on"] <= day)
        and (row["left_on"] is None or day <= row["left_on"])
    ]


async def _central(by: Actor, code: str) -> UUID:
    row = await PurchasingCentral.select(PurchasingCentral.id).where(PurchasingCentral.code == code).first()
    if row is None or (by.role == UserRole.CENTRAL and by.central != code):
        raise await guard.hidden(by, "central", code)
    found: UUID = row["id"]
    return found


async def _last(central: UUID) -> dict[str, Any] | None:
    row: dict[str, Any] | None = (
        await VehicleImport.select()
        .where(VehicleImport.central == central)
        .order_by(VehicleImport.imported_at, ascending=False)
        .first()
    )
    return row
