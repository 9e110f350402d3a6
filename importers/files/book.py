"""A workbook opened: calamine reads the cells of its sheets while the parts around them are looked through."""

from __future__ import annotations

import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import python_calamine as calamine

from importers.context import Limits
from importers.files.opened_book import opened, plainly
from importers.files.unreadable import Unreadable
from importers.files.workbook_parts import Parts, look_into


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
        sheets = reading.result() if anew is None else _sheets(anew.content, limits)
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
