"""A workbook opened: calamine reads the cells of its sheets while the parts around them are looked through."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import python_calamine as calamine

from importers.context import Limits
from importers.files.cell_formats import ADDRESS, PREFIX
from importers.files.opened_book import Opened, opened, plainly
from importers.files.unreadable import Unreadable
from importers.files.workbook_parts import Parts, look_into

PANIC: Final = "PanicException"
"""What the reader raises on a number beyond its clock: a type that no module exports."""
NUMBER_CELL: Final = re.compile(
    PREFIX + rb"c\b([^>]*[^/>])>(?:(?!</?(?:\w+:)?[cv]\b).)*?" + PREFIX + rb"v\b[^>]*>\s*([^<]{1,400}?)\s*<", re.DOTALL
)
ENDLESS: Final = 1e9
"""Days, some millions of years."""


@dataclass(frozen=True)
class BookSheet:
    """A sheet, and its rows of cells from the first one."""

    title: str
    visible: bool
    cells: list[list[Any]]


@dataclass(frozen=True)
class Book:
    """The sheets in their order, and what the workbook holds besides."""

    sheets: Sequence[BookSheet]
    parts: Parts


def read_book(content: bytes, limits: Limits) -> Book:
    """Every sheet of a workbook whose container was checked.

    Raises
    ------
    Unreadable
        What `opened`, `plainly` and `look_into` refuse, too many sheets, or a workbook that cannot be read.
    """
    archive = opened(content, limits)  # only then may a reader make room for the cells
    with ThreadPoolExecutor(1) as beside:
        reading = beside.submit(_sheets, archive.content, limits)
        anew = plainly(archive, limits)
        parts = look_into(anew or archive)
        try:
            sheets = reading.result() if anew is None else _sheets(anew.content, limits)
        except _NoDate as stop:
            raise _told(anew or archive, stop.sheet) from stop
    if [sheet.title for sheet in sheets] != list(parts.sheets):
        raise Unreadable("unreadable_file", say="damaged")
    return Book(sheets, parts)


def _sheets(content: bytes, limits: Limits) -> list[BookSheet]:
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        if len(book.sheet_names) > limits.sheets:
            raise Unreadable("too_many_sheets", n=len(book.sheet_names), limit=limits.sheets)
        return [
            BookSheet(sheet.name, sheet.visible == calamine.SheetVisibleEnum.Visible, _cells(book, sheet.name))
            for sheet in book.sheets_metadata
        ]
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise Unreadable("archive_corrupt") from error


def _cells(book: calamine.CalamineWorkbook, name: str) -> list[list[Any]]:
    try:
        return book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except calamine.WorksheetNotFound:  # a sheet of charts has no cells
        return []
    except BaseException as error:
        if type(error).__name__ != PANIC:
            raise
        raise _NoDate(name) from error


class _NoDate(Exception):  # not for others
    """The reader makes no date of a number of this sheet."""

    def __init__(self, sheet: str) -> None:
        super().__init__(sheet)
        self.sheet = sheet


def _told(archive: Opened, sheet: str) -> Unreadable:
    """The first cell of the sheet whose number is no day of any calendar."""
    for cell in NUMBER_CELL.finditer(archive.parts.get(archive.titles.get(sheet, ""), b"")):
        address = ADDRESS.search(cell[1])
        if address and not abs(_number(cell[2])) < ENDLESS:
            place = (address[1] + address[2]).decode()
            return Unreadable("impossible_date", row=int(address[2]), cell=place)
    return Unreadable("unreadable_file", say="damaged")


def _number(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
