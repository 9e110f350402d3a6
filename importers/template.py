"""The blank workbook of a protocol: one sheet a table with typed columns and lists, a data dictionary, instructions."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from evaluation.language import translations
from evaluation.protocol import Column, Protocol, Table
from importers.spreadsheets import sheet_titles

ROWS: Final = 5000
"""Rows that carry formats and lists; more rows may be filled, they are checked all the same."""
FORMATS: Final = {"text": "@", "category": "@", "date": "dd/mm/yyyy", "datetime": "dd/mm/yyyy hh:mm", "integer": "0"}
HEADER_FILL: Final = PatternFill("solid", fgColor="1F3A5F")
HEADER_FONT: Final = Font(bold=True, color="FFFFFF")
OPTIONAL_FILL: Final = PatternFill("solid", fgColor="5B6B7F")


def blank_workbook(
    protocol: Protocol, table: str | None = None, locale: str = "fr", pilot_code: str | None = None
) -> bytes:
    """The `.xlsx` that a site fills in; filled, it passes the check of the same protocol.

    Parameters
    ----------
    table
        One table only; by default one sheet per table.
    pilot_code
        Printed in the instructions, so that the workbook is recognised.
    """
    book = Workbook()
    book.remove(book.active)
    tables = [protocol.table(table)] if table else list(protocol.tables)
    for one in tables:
        _table_sheet(book, one, locale)
    _dictionary(book, tables, locale)
    _instructions(book, protocol, pilot_code, locale)
    book.properties.title = protocol.title(locale)
    book.properties.creator = "Preuve"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _table_sheet(book: Workbook, table: Table, locale: str) -> None:
    french, english = sheet_titles(table)
    sheet = book.create_sheet(english if locale == "en" else french)
    _printed(sheet)
    sheet.freeze_panes = "A2"
    for index, column in enumerate(table.columns, start=1):
        cell = sheet.cell(1, index, column.label(locale))
        cell.font = HEADER_FONT
        cell.fill = HEADER_FILL if column.required else OPTIONAL_FILL
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        letter = get_column_letter(index)
        sheet.column_dimensions[letter].width = max(14, min(30, len(column.label(locale)) + 2))
        sheet.column_dimensions[letter].number_format = FORMATS.get(column.type, "General")
        for row in range(2, 52):  # spreadsheets forget a column's format; these rows keep it
            sheet.cell(row, index).number_format = FORMATS.get(column.type, "General")
        validation = _validation(column, locale)
        if validation is not None:
            sheet.add_data_validation(validation)
            validation.add(f"{letter}2:{letter}{ROWS + 1}")
    sheet.row_dimensions[1].height = 32


def choices(column: Column, locale: str) -> list[str]:
    """What a list offers: oui/non, or what people call each category."""
    if column.type == "boolean":
        return ["oui", "non"] if locale == "fr" else ["yes", "no"]
    return [column.called(code, locale) for code in column.categories]


def _validation(column: Column, locale: str) -> DataValidation | None:
    say = translations("importers", locale).gettext
    rule: DataValidation | None = None
    if column.type in ("boolean", "category"):
        text = ",".join(choices(column, locale))
        if len(text) <= 250:  # Excel's limit for a list written in place
            rule = DataValidation(type="list", formula1=f'"{text}"', allow_blank=True)
    elif column.type in ("number", "integer") and (column.minimum is not None or column.maximum is not None):
        rule = _range(column)
    if rule is not None:
        rule.showErrorMessage = True
        rule.errorTitle = "Preuve"
        rule.error = say("Expected: {expected}").format(expected=allowed(column, locale))[:250]
        if column.help:
            rule.showInputMessage = True
            rule.prompt = column.help(locale)[:250]
    return rule


def _range(column: Column) -> DataValidation:
    kind = "whole" if column.type == "integer" else "decimal"
    low, high = column.minimum, column.maximum
    if low is not None and high is not None:
        return DataValidation(
            type=kind, operator="between", formula1=f"{low:g}", formula2=f"{high:g}", allow_blank=True
        )
    if low is not None:
        return DataValidation(type=kind, operator="greaterThanOrEqual", formula1=f"{low:g}", allow_blank=True)
    return DataValidation(type=kind, operator="lessThanOrEqual", formula1=f"{high:g}", allow_blank=True)


def allowed(column: Column, locale: str) -> str:
    """What may stand in a cell, in words."""
    say = translations("importers", locale).gettext
    if column.type in ("boolean", "category"):
        return ", ".join(choices(column, locale))
    if column.type == "date":
        return say("a date, DD/MM/YYYY")
    if column.type == "datetime":
        return say("a date and a time, DD/MM/YYYY HH:MM")
    if column.type == "text":
        return say("text")
    kind = say("a whole number") if column.type == "integer" else say("a number")
    low = "" if column.minimum is None else f" ≥ {column.minimum:g}"
    high = "" if column.maximum is None else f" ≤ {column.maximum:g}"
    return kind + low + high


def _dictionary(book: Workbook, tables: list[Table], locale: str) -> None:
    say = translations("importers", locale).gettext
    sheet = book.create_sheet(say("Dictionary"))
    sheet.freeze_panes = "A2"
    headings = [say("Sheet"), say("Column"), say("Name"), say("Allowed"), say("Unit"), say("Required")]
    headings += [say("Other accepted headers"), say("Help")]
    _row(sheet, 1, headings, header=True)
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
            _row(sheet, number, [*texts, ", ".join(column.aliases), column.help(locale) if column.help else ""])
            number += 1
    _sized(sheet, dict(zip("ABCDEFGH", (24, 34, 20, 40, 10, 18, 40, 44), strict=True)))


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
        (
            say("Never"),
            say(
                "No name, birth date, address, telephone, e-mail, social security or patient number: the file would be refused."
            ),
        ),
        (say("Then"), say("Send the file on the pilot's page: every fault is shown at once, with its row and cell.")),
    ]
    for number, line in enumerate(lines, start=1):
        _row(sheet, number, list(line))
        sheet.cell(number, 1).font = Font(bold=True)
    _sized(sheet, {"A": 26, "B": 100})


def _printed(sheet: Any) -> None:
    """On paper: landscape, one page wide."""
    sheet.page_setup.orientation = "landscape"
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0


def _sized(sheet: Any, widths: Mapping[str, int]) -> None:
    """Widths, and rows tall enough for what wraps in them: a file never opened has no measured height."""
    for letter, width in widths.items():
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows():
        lines = [-(-len(str(cell.value or "")) // max(1, int(widths[cell.column_letter] * 0.85))) for cell in row]
        sheet.row_dimensions[row[0].row].height = 4 + 14 * max(1, *lines)
    _printed(sheet)


def _row(sheet: Any, number: int, texts: list[str], *, header: bool = False) -> None:
    for index, text in enumerate(texts, start=1):
        cell = sheet.cell(number, index)
        cell.value = text
        cell.data_type = "s"  # text stays text, also when it starts with an equals sign
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if header:
            cell.font, cell.fill = HEADER_FONT, HEADER_FILL
