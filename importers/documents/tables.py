"""The sheets of a file recognised by their columns, and their records, each value with its cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from importers.cells.shapes import value_shape
from importers.columns.headers import bare, is_deceptive
from importers.documents.faults import Fault
from importers.documents.kinds import Document, Field, Sheet
from importers.documents.reading import Cell, Page
from importers.files.grid import column_letters
from importers.report import Severity

SEARCHED: Final = 30
"""First rows among which the header of a sheet stands."""
COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "field": ("champ", "field", "libelle", "label"),
    "value": ("valeur", "value", "reponse", "answer"),
    "evidence": ("preuve", "evidence", "piece", "justificatif", "source"),
    "name": ("nomtechnique", "technicalname", "code", "name", "cle", "key"),
}
"""What a vertical sheet may call its own columns."""


@dataclass
class Record:
    """One record: its row (0 for a vertical sheet, which is one record), its cells by field, and the values kept of them."""

    row: int
    cells: dict[str, Cell] = field(default_factory=dict)
    proofs: dict[str, Cell] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """The kept value of a field; empty when there is none."""
        return self.values.get(name, "")


@dataclass
class Table:
    """What was read of one sheet; `headers` are the person's own words for the fields that were found."""

    sheet: Sheet
    title: str
    headers: dict[str, str] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)

    def fault(self, code: str, record: Record, name: str = "", *, warning: bool = False, **params: Any) -> Fault:
        """A fault of a record, at the cell of one of its fields, or at its row when that one is empty."""
        cell = record.cells.get(name)
        return Fault(
            code,
            "warning" if warning else "error",
            self.title,
            cell.row if cell else record.row or None,
            self.headers.get(name) or None,
            cell.address if cell else None,
            value_shape(cell.text) if cell else None,
            params,
        )


def tables_of(described: Document, pages: Sequence[Page], faults: list[Fault]) -> Iterator[tuple[str, Table]]:
    """Each sheet of the document that the file holds, by its name; what is wrong on the way is added to `faults`."""
    taken: set[str] = set()
    for page in pages:
        best = max(described.sheets, key=lambda sheet: _score(sheet, page))
        if _score(best, page) == 0:
            if page.rows:
                faults.append(Fault("unknown_sheet", "warning", page.title))
            continue
        faults.extend(page.faults)
        if best.name in taken:
            faults.append(Fault("duplicate_sheet", sheet=page.title, params={"expected": best.label}))
            continue
        taken.add(best.name)
        yield best.name, (_vertical if best.layout == "vertical" else _rows)(best, page, faults)


def _score(sheet: Sheet, page: Page) -> int:
    """How many of its columns a sheet shows; the title decides between equals."""
    if sheet.layout == "vertical":
        return int(_own_columns(page) is not None)
    words = _words(sheet.fields)
    most = max(
        (len({words[w] for c in row if (w := bare(c.text)) in words}) for row in page.rows[:SEARCHED]), default=0
    )
    titled = bare(page.title) in (bare(sheet.label.fr), bare(sheet.label.en))
    return 2 * most + int(titled) if most > 1 else 0


def _words(fields: Sequence[Field]) -> dict[str, str]:
    return {bare(word): spec.name for spec in fields for word in (spec.name, spec.label.fr, spec.label.en)}


def _own_columns(page: Page) -> tuple[int, dict[str, int]] | None:
    """Index of the row that names the columns of a vertical sheet, and where each stands."""
    for index, row in enumerate(page.rows[:SEARCHED]):
        found = {own: cell.column for own, words in COLUMNS.items() for cell in row if bare(cell.text) in words}
        if "value" in found and ("field" in found or "name" in found):
            return index, found
    return None


def _vertical(sheet: Sheet, page: Page, faults: list[Fault]) -> Table:
    """A field a row: recognised by its technical name, else by its label."""
    table = Table(sheet, page.title)
    header, where = _own_columns(page) or (0, {})
    words = _words(sheet.fields)
    record = Record(0)
    for row in page.rows[header + 1 :]:
        at = {cell.column: cell for cell in row}
        said = [at[where[own]] for own in ("field", "name") if own in where and where[own] in at]
        name = next((words[w] for cell in reversed(said) if (w := bare(cell.text)) in words), None)
        value = at.get(where["value"])
        if name is None:
            if value is not None:
                faults.append(Fault("unknown_field", "warning", page.title, value.row, None, value.address))
        elif name in record.cells:
            twice = Record(row[0].row, {name: value or said[0]})
            faults.append(table.fault("duplicate_field", twice, name, first=record.cells[name].row))
        else:
            table.headers[name] = said[0].text
            record.cells[name] = value or Cell(None, row[0].row, where["value"])
            if (proof := at.get(where.get("evidence", -1))) is not None:
                record.proofs[name] = proof
    table.records.append(record)
    return table


def _rows(sheet: Sheet, page: Page, faults: list[Fault]) -> Table:
    """A record a row below the header."""
    table = Table(sheet, page.title)
    words = _words(sheet.fields)
    known = [len({words[w] for c in row if (w := bare(c.text)) in words}) for row in page.rows[:SEARCHED]]
    header = known.index(max(known))
    names = _header(page, header, words, table, faults)
    faults.extend(
        Fault("missing_column", sheet=page.title, params={"expected": spec.label})
        for spec in sheet.fields
        if spec.need == "open" and spec.name not in table.headers
    )
    for row in page.rows[header + 1 :]:
        record = Record(row[0].row, {names[c.column]: c for c in row if c.column in names})
        if record.cells:
            table.records.append(record)
        else:
            faults.append(Fault("stray_cell", "warning", page.title, row[0].row, None, row[0].address))
    return table


def _header(page: Page, header: int, words: Mapping[str, str], table: Table, faults: list[Fault]) -> dict[int, str]:
    """The field of each column."""
    names: dict[int, str] = {}
    for cell in page.rows[header]:
        name = words.get(bare(cell.text))
        if is_deceptive(cell.text):
            code = "deceptive_header"
        elif name is None:
            code = "unknown_column"
        elif name in table.headers:
            code = "duplicate_column"
        else:
            names[cell.column] = name
            table.headers[name] = cell.text
            continue
        letter = column_letters(cell.column)
        severity: Severity = "warning" if code == "unknown_column" else "error"
        faults.append(Fault(code, severity, page.title, cell.row, letter, cell.address))
    return names
