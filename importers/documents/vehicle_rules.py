"""What the sheets of a central's vehicles must say of one another: known procedures, dates in order, admissions and holders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from importers.documents import identifiers
from importers.documents.faults import Fault
from importers.documents.tables import Record, Table

SAD: Final = "Système d'acquisition dynamique"
FRAMEWORK: Final = "Accord-cadre"
UNIHA: Final = "uniha"
UNIHA_PROCEDURE: Final = re.compile(r"M_\d{4}", re.ASCII)
UNIHA_LOT: Final = re.compile(r"LOT-\d{4}|(?i:lot) \d+", re.ASCII)
AVOIDED: Final = re.compile(r"[&\"\\<\s,;]")
"""Signs that the DECP schema asks to avoid in the number of a contract."""
FOREIGN: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z./_\-]{1,39}", re.ASCII)


def vehicle_faults(tables: Mapping[str, Table], central: str = "") -> list[Fault]:
    """Every fault between cells; `central` is the code of the central, one of which has its own way of numbering."""
    procedures = tables.get("procedures")
    if procedures is None:
        return []
    known = {r.value("procedure"): r for r in procedures.records if r.value("procedure")}
    faults = [*_procedures(procedures, central)]
    lots: set[tuple[str, str]] = set()
    if (table := tables.get("lots")) is not None:
        lots = {(r.value("procedure"), r.value("lot")) for r in table.records}
        faults += _lots(table, known, central)
    suppliers = tables.get("suppliers")
    if suppliers is not None:
        faults += _suppliers(suppliers, known, lots)
    faults += _without_holder(procedures, suppliers)
    return faults


def _twice(table: Table, *names: str) -> Iterator[Fault]:
    """Records of one key."""
    seen: dict[tuple[str, ...], int] = {}
    for record in table.records:
        key = tuple(record.value(name) for name in names)
        if not key[-1] and len(key) < 3:
            continue
        if key in seen:
            yield table.fault("duplicate_row", record, names[-1], first=seen[key])
        seen.setdefault(key, record.row)


def _procedures(table: Table, central: str) -> Iterator[Fault]:
    yield from _twice(table, "procedure")
    for record in table.records:
        number = record.value("procedure")
        if number and AVOIDED.search(number):
            yield table.fault("avoided_sign", record, "procedure", warning=True)
        elif number and central == UNIHA and not UNIHA_PROCEDURE.fullmatch(number):
            yield table.fault("unusual_number", record, "procedure", warning=True, usual="M_0000")
        if record.value("closes_on") and record.value("closes_on") < record.value("opens_on"):
            yield table.fault("end_before_start", record, "closes_on")


def _lots(table: Table, known: Mapping[str, Record], central: str) -> Iterator[Fault]:
    yield from _twice(table, "procedure", "lot")
    for record in table.records:
        if record.value("procedure") and record.value("procedure") not in known:
            yield table.fault("unknown_procedure", record, "procedure")
        if record.value("lot") and central == UNIHA and not UNIHA_LOT.fullmatch(record.value("lot")):
            yield table.fault("unusual_number", record, "lot", warning=True, usual="LOT-0001")


def _suppliers(table: Table, known: Mapping[str, Record], lots: set[tuple[str, str]]) -> Iterator[Fault]:
    yield from _twice(table, "procedure", "lot", "supplier_id")
    for record in table.records:
        procedure, lot = record.value("procedure"), record.value("lot")
        if procedure and procedure not in known:
            yield table.fault("unknown_procedure", record, "procedure")
        elif lot and (procedure, lot) not in lots:
            yield table.fault("unknown_lot", record, "lot")
        yield from identifier_faults(table, record, record.value("id_type"), "supplier_id", "siret")
        if procedure in known:
            yield from _dates(table, record, known[procedure])
        if record.value("left_on") and record.value("left_on") < record.value("admitted_on"):
            yield table.fault("end_before_start", record, "left_on")


def identifier_faults(table: Table, record: Record, kind: str, name: str, french: str) -> Iterator[Fault]:
    """An identifier against its kind: the SIRET or SIREN (`french`), the VAT number, or a foreign number in plain signs."""
    text = record.value(name)
    if not text:
        return
    check = {"": french, "SIRET": french, "TVA": "vat"}.get(kind)
    if check is None:
        if not FOREIGN.fullmatch(text):
            yield table.fault("invalid:foreign_id", record, name)
        return
    code = identifiers.normalised(check, text)
    if identifiers.CHECKS[check](code):
        record.values[name] = code
    elif (whole := identifiers.with_leading_zeros(check, code)) is not None:
        record.values[name] = whole
        yield table.fault("leading_zero_restored", record, name, warning=True)
    else:
        yield table.fault(f"invalid:{check}", record, name)


def _dates(table: Table, record: Record, procedure: Record) -> Iterator[Fault]:
    """Admission stands within the life of the procedure; a dynamic purchasing system dates each of them."""
    admitted = record.value("admitted_on")
    if not admitted:
        if procedure.value("technique") == SAD and "admitted_on" not in record.cells:
            yield table.fault("admission_date_missing", record, "admitted_on")
        return
    opens, closes = procedure.value("opens_on"), procedure.value("closes_on")
    if opens and closes and opens <= closes and not opens <= admitted <= closes:
        yield table.fault("outside_procedure", record, "admitted_on", procedure=record.value("procedure"))


def _without_holder(procedures: Table, suppliers: Table | None) -> Iterator[Fault]:
    """A framework agreement has holders from its first day; a dynamic purchasing system admits suppliers over its life."""
    held = {record.value("procedure") for record in suppliers.records} if suppliers else set()
    for record in procedures.records:
        if record.value("technique") == FRAMEWORK and record.value("procedure") not in held:
            yield procedures.fault("no_holder", record, "procedure")
