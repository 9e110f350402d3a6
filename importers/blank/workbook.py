"""The blank workbook of a protocol: one sheet a table with typed columns and lists, an example, a dictionary, instructions."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from evaluation.language import translations
from evaluation.protocol import Protocol
from evaluation.tables import Column, Table
from importers.blank.example_rows import example_rows
from importers.blank.pages import add_dictionary, add_instructions
from importers.blank.rules import Days, Lists, add_rules
from importers.blank.words import choices
from importers.files.pilot_mark import NAME, is_code
from importers.files.sheet_titles import sheet_titles
from importers.sheet_style import BOLD, FONT, HEADER_FILL, HEADER_FONT, OPTIONAL_FILL, printed, put

__all__ = ["blank_workbook", "choices"]

FORMATS: Final = {"text": "@", "category": "@", "date": "dd/mm/yyyy", "datetime": "dd/mm/yyyy hh:mm", "integer": "0"}
TEXTS: Final = ("text", "category", "boolean")
FORMATTED: Final = 51
"""Last row whose cells carry the format of their column: spreadsheets forget a column's own."""
NOTE: Final = Font(name=FONT, size=11, italic=True, color="5B6B7F")


def blank_workbook(
    protocol: Protocol,
    table: str | None = None,
    locale: str = "fr",
    pilot_code: str | None = None,
    days: tuple[dt.date, dt.date] | None = None,
) -> bytes:
    """The `.xlsx` that a site fills in; filled, it passes the check of the same protocol.

    Parameters
    ----------
    table
        One table only; by default one sheet per table.
    pilot_code
        Written in the instructions and in the properties, so that the workbook is recognised when it comes back.
    days
        First and last day of the pilot: other dates turn red.
    """
    say = translations("importers", locale).gettext
    book = Workbook()
    book.remove(book.active)
    tables = [protocol.table(table)] if table else list(protocol.tables)
    sheets = [
        book.create_sheet(sheet_titles(one)[1 if locale == "en" else 0]) for one in tables
    ]  # first: scripts read it
    add_instructions(book, protocol, tables, pilot_code, locale)
    _example(book, tables, locale, days)
    add_dictionary(book, tables, locale)
    lists = Lists(book.create_sheet(say("Lists")))
    for sheet, one in zip(sheets, tables, strict=True):
        _table_sheet(sheet, one, lists, locale, days)
    _sized_lists(lists)
    if pilot_code and is_code(pilot_code):  # spreadsheets keep it when they save
        book.custom_doc_props.append(StringProperty(name=NAME, value=pilot_code))
    book.properties.title = protocol.title(locale)
    book.properties.creator = "Preuve"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _table_sheet(sheet: Any, table: Table, lists: Lists, locale: str, days: Days | None) -> None:
    printed(sheet)
    sheet.freeze_panes = "B2"
    sheet.print_title_rows = "1:1"
    sheet.print_options.gridLines = True
    _headers(sheet, 1, table, locale)
    for index, column in enumerate(table.columns, start=1):
        wanted = FORMATS.get(column.type, "General")
        cells = [row[0] for row in sheet.iter_rows(2, FORMATTED, index, index)]
        for styled in (sheet.column_dimensions[get_column_letter(index)], *cells):
            styled.number_format = wanted
            styled.alignment = _aligned(column)
    add_rules(sheet, table, lists, locale, days)


def _aligned(column: Column) -> Alignment:
    """Numbers and dates to the right, texts away from them."""
    return Alignment(horizontal="left", indent=1) if column.type in TEXTS else Alignment(horizontal="right")


def _headers(sheet: Any, row: int, table: Table, locale: str) -> None:
    """The headers of a table, dark where the column is required, wide enough for their longest word and a date."""
    tallest = 1
    for index, column in enumerate(table.columns, start=1):
        label = column.label(locale)
        cell = sheet.cell(row, index)
        put(cell, label)
        cell.font = HEADER_FONT
        cell.fill = HEADER_FILL if column.required else OPTIONAL_FILL
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        letter = get_column_letter(index)
        longest = max(map(len, label.split()))
        width = max(18 if column.type == "datetime" else 13, longest + 4, min(20, len(label) // 2 + 5))
        width = max(width, sheet.column_dimensions[letter].width if letter in sheet.column_dimensions else 0)
        sheet.column_dimensions[letter].width = width
        tallest = max(tallest, lines_of_header(label, width))
    sheet.row_dimensions[row].height = 6 + 15 * tallest


def _example(book: Workbook, tables: list[Table], locale: str, days: Days | None) -> None:
    """Invented rows of every table, one below the other."""
    say = translations("importers", locale).gettext
    sheet = book.create_sheet(say("Example"))
    printed(sheet)
    put(sheet["A1"], say("Invented rows, to show how to write; this sheet is not read."))
    sheet["A1"].font = NOTE
    number = 3
    for table in tables:
        if len(tables) > 1:
            put(sheet.cell(number, 1), table.label(locale))
            sheet.cell(number, 1).font = BOLD
            number += 1
        _headers(sheet, number, table, locale)
        for values in example_rows(table, locale, days[0] if days else None):
            number += 1
            for index, (column, value) in enumerate(zip(table.columns, values, strict=True), start=1):
                cell = sheet.cell(number, index)
                if isinstance(value, str):
                    put(cell, value)
                elif value is not None:
                    cell.value = value
                cell.number_format = FORMATS.get(column.type, "General")
                cell.alignment = _aligned(column)
                cell.font = NOTE
        number += 2


def _sized_lists(lists: Lists) -> None:
    """The sheet of lists is there to be read by the other sheets; it is not hidden, because nothing in a workbook should be."""
    for row in lists.sheet.iter_rows(max_row=1):
        for cell in row:
            cell.font, cell.fill, cell.alignment = (
                HEADER_FONT,
                HEADER_FILL,
                Alignment(wrap_text=True, vertical="center"),
            )
            lists.sheet.column_dimensions[cell.column_letter].width = 24
    lists.sheet.row_dimensions[1].height = 36
    printed(lists.sheet)


def lines_of_header(label: str, width: int) -> int:
    """How many lines a bold header takes, broken between words only."""
    room = max(1, int(width * 0.85))
    lines, left = 1, room
    for word in label.split():
        if len(word) > left:
            lines, left = lines + (left < room), room
        left -= len(word) + 1
    return lines
