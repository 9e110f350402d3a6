"""The blank workbook of a protocol: one sheet a table with typed columns and lists, an example, a dictionary, instructions."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from evaluation.language import translations
from evaluation.protocol import Protocol, Table
from importers.example_rows import example_rows
from importers.pilot_mark import write_mark
from importers.sheet_style import BOLD, FONT, HEADER_FILL, HEADER_FONT, OPTIONAL_FILL, printed, put, put_row, sized
from importers.spreadsheets import sheet_titles
from importers.template_rules import Days, Lists, add_rules
from importers.template_words import allowed, choices

__all__ = ["blank_workbook", "choices"]

FORMATS: Final = {"text": "@", "category": "@", "date": "dd/mm/yyyy", "datetime": "dd/mm/yyyy hh:mm", "integer": "0"}
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
    sheets = [book.create_sheet(sheet_titles(one)[1 if locale == "en" else 0]) for one in tables]
    _example(book, tables, locale, days)
    _dictionary(book, tables, locale)
    _instructions(book, protocol, pilot_code, locale)
    lists = Lists(book.create_sheet(say("Lists")))
    for sheet, one in zip(sheets, tables, strict=True):
        _table_sheet(sheet, one, lists, locale, days)
    _sized_lists(lists)
    if pilot_code:
        write_mark(book, pilot_code)
    book.properties.title = protocol.title(locale)
    book.properties.creator = "Preuve"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _table_sheet(sheet: Any, table: Table, lists: Lists, locale: str, days: Days | None) -> None:
    printed(sheet)
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    _headers(sheet, 1, table, locale)
    for index, column in enumerate(table.columns, start=1):
        wanted = FORMATS.get(column.type, "General")
        sheet.column_dimensions[get_column_letter(index)].number_format = wanted
        for row in range(2, FORMATTED + 1):
            sheet.cell(row, index).number_format = wanted
    add_rules(sheet, table, lists, locale, days)


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
        width = max(18 if column.type == "datetime" else 14, min(26, len(label) + 4))
        width = max(width, sheet.column_dimensions[letter].width if letter in sheet.column_dimensions else 0)
        sheet.column_dimensions[letter].width = width
        tallest = max(tallest, -(-(len(label) + 4) // int(width * 0.8)))
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
        number += 2


def _dictionary(book: Workbook, tables: list[Table], locale: str) -> None:
    say = translations("importers", locale).gettext
    sheet = book.create_sheet(say("Dictionary"))
    sheet.freeze_panes = "A2"
    headings = [say("Sheet"), say("Column"), say("Name"), say("Allowed"), say("Unit"), say("Required")]
    headings += [say("Other accepted headers"), say("Help")]
    put_row(sheet, 1, headings, header=True)
    number = 2
    for table in tables:
        for column in table.columns:
            required = say("yes") if column.required else say("no")
            group = next((g for g in table.one_of if column.name in g), None)
            if group:
                required = say("one of {names}").format(names=", ".join(group))
            texts = [
                table.label(locale),
                column.label(locale),
                column.name,
                allowed(column, locale),
                column.unit,
                required,
            ]
            put_row(sheet, number, [*texts, ", ".join(column.aliases), column.help(locale) if column.help else ""])
            number += 1
    sized(sheet, dict(zip("ABCDEFGH", (20, 32, 19, 38, 10, 18, 40, 44), strict=True)))
    sheet.print_title_rows = "1:1"


def _instructions(book: Workbook, protocol: Protocol, pilot_code: str | None, locale: str) -> None:
    say = translations("importers", locale).gettext
    sheet = book.create_sheet(say("Read me"))
    lines = [
        (say("Protocol"), f"{protocol.title(locale)} ({protocol.id}, {protocol.version})"),
        (say("Digest of the protocol"), protocol.digest),
        *([(say("Pilot"), pilot_code)] if pilot_code else []),
        (say("What is asked"), protocol.summary(locale)),
        (
            say("How to fill in"),
            say("One row per case. Dark headers are required. Leave a cell empty when the value is missing."),
        ),
        (say("Red cells"), say("A value that would be refused turns red as you type: correct it before you send.")),
        (
            say("Never"),
            say(
                "No name, birth date, address, telephone, e-mail, social security or patient number: the file would be refused."
            ),
        ),
        (say("Then"), say("Send the file on the pilot's page: every fault is shown at once, with its row and cell.")),
    ]
    for number, line in enumerate(lines, start=1):
        put_row(sheet, number, list(line))
        sheet.cell(number, 1).font = BOLD
    sized(sheet, {"A": 26, "B": 100})


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
