"""Published lists of codes: the CPV of 2008 and the EMDN, each told from what its columns hold."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from importers.columns.headers import bare
from importers.context import Limits
from importers.documents.faults import Fault, from_issue
from importers.documents.identifiers import cpv_code
from importers.documents.reading import Cell, Page, read_pages
from importers.files.unreadable import Unreadable

# The CPV file of the Publications Office (cpv_2008_ver_2013.xlsx) has a column CODE, `03000000-1` with its check digit, then one
# column a language (EN, FR…), and a second sheet of supplementary codes, which are not of this list. The check digit is dropped,
# since the published algorithm does not match the list. The EMDN file of the Commission (sheet EMDN_v.2026) has a title, then
# the category, its description, the code, its term, the level, and whether it is terminal (YES, NO).
LISTS: Final = ("cpv", "emdn")
LIMITS: Final = Limits(
    file_bytes=50_000_000, unpacked_bytes=500_000_000, rows=100_000, columns=100, sheets=30, grid_cells=10_000_000
)
CPV_CODES: Final = 9_454
EMDN_CODE: Final = re.compile(r"[A-Z](?:\d{2}){0,6}", re.ASCII)
LANGUAGES: Final = {
    "fr": frozenset(("fr", "francais", "french", "libelle", "libellefr", "labelfr")),
    "en": frozenset(("en", "anglais", "english", "label", "labelen", "description")),
}
YES: Final = frozenset(("yes", "oui", "true", "1", "y", "o"))
NO: Final = frozenset(("no", "non", "false", "0", "n"))
MOST_LABEL: Final = 500
MOST: Final = 0.5
"""Share of a column's cells that are codes, from which it is the column of codes."""


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a list, with its labels (empty in a language that the file does not speak)."""

    code: str
    label_fr: str
    label_en: str
    level: int
    terminal: bool


@dataclass(frozen=True)
class PublishedList:
    """The codes of a file in its own order, and what is said of it."""

    name: str
    codes: tuple[Code, ...]
    faults: tuple[Fault, ...]
    file_sha256: str

    @property
    def accepted(self) -> bool:
        """Whether the file holds the list."""
        return not any(fault.severity == "error" for fault in self.faults)


def read_list(
    content: bytes, which: str, *, name: str, language: Literal["fr", "en"] = "en", limits: Limits = LIMITS
) -> PublishedList:
    """Read a published list.

    Parameters
    ----------
    which
        `cpv` or `emdn`.
    language
        That of the labels, where no header says it (the EMDN is published in one file a language).
    """
    digest = hashlib.sha256(content).hexdigest()
    shown = which.upper()
    try:
        pages = read_pages(content, name, limits)
    except Unreadable as stop:
        return PublishedList(which, (), (from_issue(stop.issue),), digest)
    read = _cpv if which == "cpv" else _emdn
    found = max(((*_column(page, read), page) for page in pages), key=lambda f: f[0], default=(0, 0, None))
    if found[2] is None or not found[0]:
        return PublishedList(which, (), (Fault("list_not_recognised", params={"list": shown}),), digest)
    labels = _labels(found[2], found[1], which, language)
    if not labels:
        return PublishedList(which, (), (Fault("list_without_labels"),), digest)
    codes, faults = _codes(found[2], found[1], labels, which)
    return PublishedList(which, codes, tuple(faults), digest)


def _cpv(text: str) -> str | None:
    return cpv_code(text.replace(" ", "").zfill(8) if text.isdigit() else text.strip())


def _emdn(text: str) -> str | None:
    return text.strip().upper() if EMDN_CODE.fullmatch(text.strip().upper()) else None


def _column(page: Page, read: Callable[[str], str | None]) -> tuple[int, int]:
    """How many distinct codes its best column holds, and which column that is."""
    seen: dict[int, set[str]] = {}
    filled: Counter[int] = Counter()
    for row in page.rows:
        for cell in row:
            filled[cell.column] += 1
            if (code := read(cell.text)) is not None:
                seen.setdefault(cell.column, set()).add(code)
    good = [(len(codes), column) for column, codes in seen.items() if len(codes) > MOST * filled[column]]
    return max(good, default=(0, 0))


def _labels(page: Page, column: int, which: str, language: str) -> dict[str, int]:
    """The column of the labels in each language: by the header, or beside the codes of the EMDN, one file a language."""
    if which == "emdn":
        return {language: column + 1} if any(c.column == column + 1 for row in page.rows for c in row) else {}
    header: Sequence[Cell] = ()
    for row in page.rows:
        if any(cell.column == column and _cpv(cell.text) for cell in row):
            break
        header = row
    places = {code: [c.column for c in header if bare(c.text) in words] for code, words in LANGUAGES.items()}
    return {code: columns[0] for code, columns in places.items() if columns}


def _codes(page: Page, column: int, labels: dict[str, int], which: str) -> tuple[tuple[Code, ...], list[Fault]]:
    """Every code once, and a fault for each line that is none."""
    read = _cpv if which == "cpv" else _emdn
    flags = _flags(page, column, labels)
    faults: list[Fault] = []
    kept: dict[str, tuple[dict[str, str], bool | None, Cell]] = {}
    for row in page.rows:
        at = {cell.column: cell for cell in row}
        cell = at.get(column)
        code = read(cell.text) if cell is not None else None
        if cell is None or (code is None and not kept):
            continue  # a title or the header
        if code is None:
            faults.append(_at("list_invalid_code", page, cell, list=which.upper()))
        elif code in kept:
            faults.append(_at("list_duplicate_code", page, cell))
        else:
            said = {lang: " ".join(at[c].text.split())[:MOST_LABEL] for lang, c in labels.items() if c in at}
            kept[code] = (said, _flag(at.get(flags)) if flags is not None else None, cell)
    parents = {code[:-2] for code in kept if len(code) > 2} if which == "emdn" else set()
    codes = []
    for code, (said, terminal, cell) in kept.items():
        leaf = code not in parents
        if which == "emdn" and terminal and not leaf:
            faults.append(_at("list_terminal", page, cell))
        ends = leaf and terminal is not False
        codes.append(Code(code, said.get("fr", ""), said.get("en", ""), _level(code, which), ends))
    if which == "cpv" and len(codes) != CPV_CODES:
        faults.append(Fault("list_size", "warning", params={"expected": CPV_CODES, "n": len(codes)}))
    return tuple(codes), faults


def _level(code: str, which: str) -> int:
    return (len(code) + 1) // 2 if which == "emdn" else max(2, len(code.rstrip("0")))


def _flags(page: Page, column: int, labels: dict[str, int]) -> int | None:
    """The column that says whether a code is terminal: it holds yes and no, and nothing else."""
    values: dict[int, set[str]] = {}
    for row in page.rows:
        if any(cell.column == column and _emdn(cell.text) for cell in row):
            for cell in row:
                values.setdefault(cell.column, set()).add(bare(cell.text))
    found = [
        c for c, words in values.items() if words <= YES | NO and c not in labels.values() and not words <= {"0", "1"}
    ]
    return found[-1] if found else None


def _flag(cell: Cell | None) -> bool | None:
    return None if cell is None else bare(cell.text) in YES


def _at(code: str, page: Page, cell: Cell, **params: object) -> Fault:
    return Fault(code, "warning", page.title, cell.row, None, cell.address, params=params)
