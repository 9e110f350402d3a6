"""The whole check of one document: its sheets, its cells, then what they say of one another; every fault in one go."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any, Final

from importers.context import Limits
from importers.documents.cells import Known, Unfit, harmless, read_cell
from importers.documents.dossier_rules import dossier_faults
from importers.documents.faults import Answer, Fault, answer, from_issue
from importers.documents.kinds import Document, document
from importers.documents.reading import LIMITS, Cell, read_pages
from importers.documents.tables import Record, Table, tables_of
from importers.documents.vehicle_rules import vehicle_faults
from importers.files.unreadable import Unreadable

NOTHING_KNOWN: Final = Known()
LONGEST_PROOF: Final = 1000


def check_document(
    content: bytes,
    kind: str,
    known: Known = NOTHING_KNOWN,
    *,
    name: str,
    central: str = "",
    today: dt.date | None = None,
    limits: Limits = LIMITS,
) -> Answer:
    """Read a document.

    Parameters
    ----------
    kind
        `dossier` or `vehicles`.
    known
        The lists of codes that the registry holds.
    central
        Code of the central whose vehicles they are: one of them has its own way of numbering.
    today
        The day from which a certificate has expired; by default none has.
    """
    digest = hashlib.sha256(content).hexdigest()
    described = document(kind)
    try:
        pages = read_pages(content, name, limits)
    except Unreadable as stop:
        return answer(kind, digest, [from_issue(stop.issue)], {})
    faults: list[Fault] = []
    tables = dict(tables_of(described, pages, faults))
    for sheet in described.sheets:
        if sheet.name not in tables and sheet.required:
            faults.append(Fault("missing_sheet", params={"expected": sheet.label}))
        elif sheet.required and not tables[sheet.name].records:
            faults.append(Fault("no_rows", sheet=tables[sheet.name].title))
    told: set[str] = set()
    for table in tables.values():
        _read(described, table, known, told, faults)
    faults += dossier_faults(tables, today) if kind == "dossier" else vehicle_faults(tables, central)
    titles = [table.title for table in tables.values()]
    faults.sort(key=lambda f: (titles.index(f.sheet) if f.sheet in titles else -1, f.row or 0))
    return answer(kind, digest, faults, _content(tables))


def _content(tables: Mapping[str, Table]) -> dict[str, list[dict[str, Any]]]:
    """Plain values: of a vertical sheet one row a field, of a table one row a record."""
    content: dict[str, list[dict[str, Any]]] = {}
    for name, table in tables.items():
        if table.sheet.layout == "rows":
            content[name] = [dict(record.values) for record in table.records]
            continue
        proofs = {key: cell.text for record in table.records for key, cell in record.proofs.items()}
        content[name] = [
            {"key": key, "value": value, "evidence": proofs.get(key, "")}
            for record in table.records
            for key, value in record.values.items()
        ]
    return content


def _read(described: Document, table: Table, known: Known, told: set[str], faults: list[Fault]) -> None:
    """Read every cell of a table, and tell those that are missing."""
    for record in table.records:
        for spec in table.sheet.fields:
            cell = record.cells.get(spec.name)
            if cell is not None and cell.text:
                try:
                    read = read_cell(described, spec, cell, known)
                except Unfit as unfit:
                    faults.append(table.fault(unfit.code, record, spec.name, **unfit.params))
                    continue
                record.values[spec.name] = read.value
                _warn(table, record, spec.name, read.warnings, told, faults)
            elif spec.need == "open" and (table.sheet.layout == "vertical" or spec.name in table.headers):
                faults.append(table.fault("missing_value", record, spec.name, expected=spec.label))
            elif spec.need == "list":
                faults.append(table.fault("missing_for_listing", record, spec.name, warning=True, expected=spec.label))
        for key, proof in record.proofs.items():
            _proof(table, key, proof, faults)


def _warn(table: Table, record: Record, name: str, warnings: list[str], told: set[str], faults: list[Fault]) -> None:
    for code in dict.fromkeys(warnings):
        if not code.endswith("_not_imported"):
            faults.append(table.fault(code, record, name, warning=True))
        elif code not in told:  # said once: it speaks of the registry, not of the cell
            told.add(code)
            faults.append(Fault(code, "warning"))


def _proof(table: Table, key: str, proof: Cell, faults: list[Fault]) -> None:
    try:
        harmless(proof, LONGEST_PROOF)
    except Unfit as unfit:
        faults.append(table.fault(unfit.code, Record(proof.row, {key: proof}), key, **unfit.params))
