"""What the XML of one sheet says that its values do not: formulas, errors, merged cells, hidden rows, and its true size."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from importers.context import Limits
from importers.files.cell_formats import ADDRESS, PREFIX, Formats, styled_cells
from importers.files.grid import LETTERS, column_letters
from importers.files.looks import holds
from importers.files.unreadable import Unreadable

NO_FORMATS: Final = Formats()
FORMULA: Final = re.compile(PREFIX + rb"f[ />]")
CELL: Final = re.compile(PREFIX + rb"c\b((?:[^>]*[^/>])?)>(.*?)</(?:\w+:)?c>", re.DOTALL)
ERROR_CELL: Final = re.compile(PREFIX + rb"c\b([^>]*\bt=[\"']e[\"'](?:[^>]*[^/>])?)>(.*?)</(?:\w+:)?c>", re.DOTALL)
VALUE: Final = re.compile(PREFIX + rb"v\b[^>]*>([^<]*)<")
ANY_VALUE: Final = re.compile(PREFIX + rb"(?:v|is)\b")
MERGED: Final = re.compile(PREFIX + rb"mergeCell\b[^>]*\bref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']")
HIDDEN_ROW: Final = re.compile(PREFIX + rb"row\b[^>]*\b(?:hidden=[\"'](?:1|true)|ht=[\"']0(?:\.0*)?)[\"']")
"""Hidden by a filter or a group, or of no height."""
HIDDEN_COLUMN: Final = re.compile(PREFIX + rb"col\b[^>]*\bhidden=[\"'](?:1|true)[\"'][^>]*>")
FIRST: Final = re.compile(rb"\bmin=[\"'](\d{1,5})[\"']")
LAST: Final = re.compile(rb"\bmax=[\"'](\d{1,5})[\"']")
ROW_NUMBER: Final = re.compile(PREFIX + rb"row\b[^>]*?\br\s*=\s*[\"'](\d{1,7})[\"']")
ROW_START: Final = re.compile(PREFIX + rb"row\b[^>]*>")
CELL_START: Final = re.compile(PREFIX + rb"c\b[^>]*>")
CELL_NUMBER: Final = re.compile(PREFIX + rb"c\b[^>]*\br\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,7})[\"'](?:[^>]*[^/>])?>")
ANY_ROW: Final = re.compile(rb"r\s*=\s*[\"'][A-Za-z]{0,3}(\d{1,7})")
AT: Final = r"r\s*=\s*[\"']"
"""Before the number of a row, and before the address of a cell."""
OUTSIDE: Final = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{4,20}\d{1,20}|[A-Za-z]{0,3}\d{8,20})[\"']")
"""An address beyond any sheet: four letters, or eight digits."""
THREE_LETTERS: Final = "[A-Za-z]{3}[0-9]"
GLANCE: Final = r"[<:]f[ />]|hidden=[\"'][1t]|ht=[\"']0|t=[\"']e[\"']|mergeCell|rPh"
"""What stands in every sheet that holds a formula, a hidden row, an error, merged cells or a pronunciation."""
TWO_LETTERS: Final = AT + "[A-Za-z]{2,3}[0-9]"
STRING: Final = b't="str"'
LOOSE: Final = 3_000_000
"""Cells of the box around a sheet that a reader may always make room for."""
SPARSE: Final = 20
"""Cells of that box for each cell that is written, beyond which a sheet is called sparse."""
MOST: Final = 10_000
"""Cells of one kind that are remembered: more say nothing more."""


@dataclass(frozen=True, slots=True)
class Place:
    """A cell: its row (from 1), its column (from 0), and what it shows."""

    row: int
    column: int
    text: str = ""

    @property
    def cell(self) -> str:
        """Its address as a spreadsheet shows it."""
        return f"{column_letters(self.column)}{self.row}"


@dataclass(frozen=True, slots=True)
class Merge:
    """A block of merged cells, rows from 1 and columns from 0, ends included."""

    first: Place
    last: Place


@dataclass(frozen=True)
class SheetParts:
    """Facts about one sheet."""

    formulas: bool = False
    without_value: Sequence[Place] = ()
    errors: Sequence[Place] = ()
    merges: Sequence[Merge] = ()
    hidden_rows: bool = False
    hidden_columns: Sequence[tuple[int, int]] = ()
    """From the first to the last of each block, from 0, ends included; people also hide all those beyond their table."""
    plain: bool = False
    """Whether it holds none of the above, nor a pronunciation."""
    padded: Sequence[tuple[Place, int]] = ()
    """Cells shown with leading zeros, and to how many digits."""
    percents: Sequence[Place] = ()
    """Cells that show their fraction as per cents."""
    struck: Sequence[Place] = ()
    """Cells with a line through them."""
    adding: Mapping[int, Mapping[str, Sequence[int]]] = field(default_factory=dict)
    """By column, what formats write beside its numbers, each with its rows."""
    mixed: Sequence[Place] = ()
    """Cells of which a part is written small or struck through."""


def column_number(letters: bytes | str) -> int:
    """0 for `A`, 25 for `Z`, 26 for `AA`."""
    number = 0
    for letter in letters if isinstance(letters, bytes) else letters.encode():
        number = number * 26 + letter - ord("A") + 1
    return number - 1


def sheet_parts(part: bytes, styles: Formats = NO_FORMATS) -> SheetParts:
    """Look through the XML of a sheet whose size was checked; `styles` are those that show something else than the number."""
    found = _looked_through(part)
    if not styles:
        return found
    others = {*styles.padded, *styles.percent, *styles.struck}
    adding: dict[tuple[str, int], list[int]] = {}
    cells = []
    for row, letters, style in styled_cells(part, styles):
        if style in styles.adding:
            adding.setdefault((letters, style), []).append(row)
        if style in others:
            cells.append((Place(row, column_number(letters)), style))
    return replace(
        found,
        padded=[(place, styles.padded[style]) for place, style in cells if style in styles.padded],
        percents=[place for place, style in cells if style in styles.percent],
        struck=[place for place, style in cells if style in styles.struck],
        adding=_adding(adding, styles),
    )


def _adding(rows: Mapping[tuple[str, int], Sequence[int]], styles: Formats) -> dict[int, dict[str, list[int]]]:
    found: dict[int, dict[str, list[int]]] = {}
    for (letters, style), own in rows.items():
        found.setdefault(column_number(letters), {}).setdefault(styles.adding[style], []).extend(own)
    return found


def _looked_through(part: bytes) -> SheetParts:
    if not holds(part, GLANCE):  # one look; each kind is searched for in a sheet that holds some
        return SheetParts(plain=True)
    formulas = holds(part, FORMULA.pattern.decode())
    merges = [
        Merge(Place(int(m[2]), column_number(m[1])), Place(int(m[4]), column_number(m[3])))
        for m, _ in zip(MERGED.finditer(part) if b"mergeCell" in part else (), range(MOST), strict=False)
    ]
    return SheetParts(
        formulas,
        list(_without_value(part)) if formulas else (),
        list(_errors(part)) if b't="e"' in part or b"t='e'" in part else (),
        merges,
        holds(part, HIDDEN_ROW.pattern.decode()),
        list(_hidden_columns(part)),
    )


def _hidden_columns(part: bytes) -> Iterator[tuple[int, int]]:
    """They are said before the rows."""
    for column in HIDDEN_COLUMN.finditer(part, 0, max(0, part.find(b"sheetData"))):
        first, last = FIRST.search(column[0]), LAST.search(column[0])
        if first and last:
            yield int(first[1]) - 1, int(last[1]) - 1


def checked_size(part: bytes, limits: Limits) -> None:
    """Refuse a sheet before a reader makes room for it.

    Raises
    ------
    Unreadable
        A cell so far that a reader would ask for more cells than the limits allow, or a few cells far apart: a reader makes room
        for every cell between them.
    """
    last = _last_row(part)
    beyond = _beyond(last)
    narrow = not holds(part, rf"{AT}(?:[A-Za-z]{{2}}|{beyond})")  # one look for nearly every sheet
    if not narrow and holds(part, OUTSIDE.pattern.decode()) and (outside := OUTSIDE.search(part)):
        raise Unreadable("sheet_too_large", cell=outside[1].decode())
    far = not narrow and holds(part, rf"{AT}(?:{THREE_LETTERS}|{beyond})")
    if far and holds(part, AT + beyond):
        last = max((int(found[1]) for found in ANY_ROW.finditer(part)), default=last)
    if last * limits.columns > limits.grid_cells or (far and holds(part, AT + THREE_LETTERS)):
        _require_box(part, limits.grid_cells)
    if last * (LETTERS if narrow else limits.columns) <= LOOSE:
        return
    most = max(LOOSE, SPARSE * (part.count(b"<c ") or len(CELL_START.findall(part))))
    if last * (limits.columns if not narrow and holds(part, TWO_LETTERS) else LETTERS) > most:
        _require_box(part, most)


def _last_row(part: bytes) -> int:
    """The number of the last row written, which is the largest in what programs write; breaks of pages follow the rows."""
    end = part.rfind(b"sheetData")
    start = part.rfind(b"<row", 0, end if end >= 0 else len(part))
    found = ROW_NUMBER.match(part, start) if start >= 0 else max(ROW_NUMBER.finditer(part), key=_number, default=None)
    return _number(found) if found else 0


def _number(row: re.Match[bytes]) -> int:
    return int(row[1])


def _beyond(last: int) -> str:
    """A row's number, or a cell's address, of a row after that one."""
    digits = str(last)
    larger = [f"{digits[:i]}[{int(d) + 1}-9][0-9]{{{len(digits) - i - 1}}}" for i, d in enumerate(digits) if d != "9"]
    return rf"[A-Za-z]{{0,3}}(?:{'|'.join([*larger, f'[0-9]{{{len(digits) + 1}}}'])})"


def _require_box(part: bytes, most: int) -> None:
    """Refuse a sheet when the box around its filled cells, one by one, holds more cells than that."""
    row, column, far = _box(part)
    if row * (column + 1) > most:
        raise Unreadable("sheet_too_large", cell=far)


def _box(part: bytes) -> tuple[int, int, str]:
    """The last row (from 1) and the last column (from 0) of the filled cells, and a cell that stands there."""
    row = column = 0
    far = ""
    for found in CELL_NUMBER.finditer(part):
        letters = found[1].upper()
        if int(found[2]) > row or column_number(letters) > column:
            row, column = max(row, int(found[2])), max(column, column_number(letters))
            far = (letters + found[2]).decode()
    return row, column, far


def _without_value(part: bytes) -> Iterator[Place]:
    """Formulas whose value was never stored; an empty text is a value."""
    found = 0
    for cell in CELL.finditer(part):
        attributes, inside = cell[1], cell[2]
        if FORMULA.search(inside) is None:
            continue
        value = VALUE.search(inside)
        stored = (value is not None and value[1] != b"") or (
            STRING in attributes and ANY_VALUE.search(inside) is not None
        )
        if not stored:
            yield _place(part, cell)
            found += 1
        if found >= MOST:
            return


def _errors(part: bytes) -> Iterator[Place]:
    """Cells that show `#REF!`, `#DIV/0!`…: readers give them as empty ones."""
    for cell, _ in zip(ERROR_CELL.finditer(part), range(MOST), strict=False):
        value = VALUE.search(cell[2])
        yield _place(part, cell, value[1].decode("utf-8", "replace") if value else "")


def _place(part: bytes, cell: re.Match[bytes], text: str = "") -> Place:
    """Where a cell stands: by its address, or by counting, since a cell and a row may leave it out."""
    address = ADDRESS.search(cell[1])
    if address:
        return Place(int(address[2]), column_number(address[1]), text)
    starts = list(ROW_START.finditer(part, 0, cell.start()))
    row = len(starts)
    for back, start in enumerate(reversed(starts)):
        if number := ROW_NUMBER.match(start[0]):
            row = int(number[1]) + back
            break
    return Place(row, len(CELL_START.findall(part, starts[-1].end() if starts else 0, cell.start())), text)
