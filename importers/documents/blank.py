"""The blank workbook of a document: instructions, the sheets to fill in, an example, a dictionary, and the lists of codes."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from evaluation.language import translations
from importers.documents.expected import expected
from importers.documents.kinds import Document, Field, Sheet, document
from importers.sheet_style import (
    BOLD,
    FONT,
    HEADER_FILL,
    HEADER_FONT,
    OPTIONAL_FILL,
    TITLE,
    WRAPPED,
    lines_of,
    printed,
    put,
    put_row,
    sized,
)

ROWS: Final = 1000
"""Rows of a table that carry formats and lists; more may be filled in, they are read all the same."""
FORMATTED: Final = 60
"""Rows whose cells carry the format itself: spreadsheets forget that of a column."""
SECTION_FILL: Final = PatternFill("solid", fgColor="DCE4EE")
INPUT_FILL: Final = PatternFill("solid", fgColor="FFFDF2")
LINE: Final = Border(bottom=Side(style="hair", color="B8C2CF"))
NEED_FILLS: Final = {"open": HEADER_FILL, "list": OPTIONAL_FILL}
FORMATS: Final = {"date": "dd/mm/yyyy", "integer": "0", "number": "General"}
VERTICAL_WIDTHS: Final = {"A": 54, "B": 44, "C": 34, "D": 46, "E": 30}
PLAIN: Final = Font(name=FONT, size=11)
GREY: Final = Font(name=FONT, size=9, color="6B7785")


def blank_workbook(kind: str, locale: str = "fr") -> bytes:
    """The `.xlsx` that a supplier or a central fills in; filled, it passes the check of the same document."""
    described = document(kind)
    book = Workbook()
    lists = _Lists(described, locale)
    _instructions(book.active, described, locale)
    for sheet in described.sheets:
        page = book.create_sheet(sheet.label(locale))
        (_vertical if sheet.layout == "vertical" else _table)(page, described, sheet, lists, locale)
    _example(book, described, locale)
    _dictionary(book, described, locale)
    lists.write(book)
    book.properties.title = described.title(locale)
    book.properties.creator = "Preuve"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


class _Lists:
    """The sheet of code lists, one a column, to which the drop-downs point: a list written in place holds 255 characters."""

    def __init__(self, described: Document, locale: str) -> None:
        self.title = translations("importers", locale).gettext("Lists")
        self.columns: dict[tuple[str, ...], str] = {}
        self.described = described
        self.locale = locale

    def reference(self, spec: Field) -> str:
        """Where the list of a field stands."""
        labels = tuple(label(self.locale) for label in self.described.codes(spec).values())
        letter = self.columns.setdefault(labels, get_column_letter(len(self.columns) + 1))
        return f"={self.title}!${letter}$1:${letter}${len(labels)}"

    def write(self, book: Workbook) -> None:
        sheet = book.create_sheet(self.title)
        for labels, letter in self.columns.items():
            sheet.column_dimensions[letter].width = 30
            for number, label in enumerate(labels, start=1):
                put(sheet[f"{letter}{number}"], label)
        sheet.sheet_state = "hidden"


def _vertical(page: Any, described: Document, sheet: Sheet, lists: _Lists, locale: str) -> None:
    say = translations("importers", locale).gettext
    headings = [say("Field"), say("Value"), say("Evidence"), say("Expected"), say("Technical name")]
    put_row(page, 1, headings, header=True)
    page.freeze_panes = "C2"
    number = 1
    for section in sheet.sections:
        number += 1
        put(page.cell(number, 1), section.label(locale))
        for column in range(1, 6):
            page.cell(number, column).fill = SECTION_FILL
        page.cell(number, 1).font = BOLD
        for spec in section.fields:
            number += 1
            _field_row(page, number, described, spec, locale)
            validation = _validation(described, spec, lists, locale)
            if validation is not None:
                page.add_data_validation(validation)
                validation.add(f"B{number}")
    for letter, width in VERTICAL_WIDTHS.items():
        page.column_dimensions[letter].width = width
    _printed(page)


def _field_row(page: Any, number: int, described: Document, spec: Field, locale: str) -> None:
    texts = [spec.label(locale), "", "", expected(described, spec, locale), spec.name]
    put_row(page, number, texts)
    page.cell(number, 2).value = None
    page.cell(number, 3).value = None
    tallest = max(lines_of(texts[i], width) for i, width in ((0, VERTICAL_WIDTHS["A"]), (3, VERTICAL_WIDTHS["D"])))
    page.row_dimensions[number].height = 4 + 14 * max(tallest, 3 if spec.type == "long" else 1)
    for column in range(1, 6):
        page.cell(number, column).border = LINE
        page.cell(number, column).font = PLAIN if column < 4 else GREY
    for column in (2, 3):
        page.cell(number, column).fill = INPUT_FILL
        page.cell(number, column).alignment = WRAPPED
    page.cell(number, 2).number_format = FORMATS.get(spec.type, "@")
    if spec.many and spec.type in ("number", "integer"):
        page.cell(number, 2).number_format = "@"
    page.cell(number, 3).number_format = "@"
    if spec.need:
        page.cell(number, 1).fill = NEED_FILLS[spec.need]
        page.cell(number, 1).font = HEADER_FONT


def _table(page: Any, described: Document, sheet: Sheet, lists: _Lists, locale: str) -> None:
    page.freeze_panes = "B2" if sheet.fields[0].need else "A2"
    for index, spec in enumerate(sheet.fields, start=1):
        cell = page.cell(1, index)
        put(cell, spec.label(locale))
        cell.font, cell.fill = HEADER_FONT, NEED_FILLS["open" if spec.need == "open" else "list"]
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        letter = get_column_letter(index)
        page.column_dimensions[letter].width = _width(spec, locale)
        kept = "@" if spec.many else FORMATS.get(spec.type, "@")
        page.column_dimensions[letter].number_format = kept
        for number in range(2, FORMATTED + 2):
            page.cell(number, index).number_format = kept
            if spec.type == "long":
                page.cell(number, index).alignment = WRAPPED
        validation = _validation(described, spec, lists, locale)
        if validation is not None:
            page.add_data_validation(validation)
            validation.add(f"{letter}2:{letter}{ROWS + 1}")
    page.row_dimensions[1].height = 34
    _printed(page)


def _width(spec: Field, locale: str) -> int:
    if spec.type == "long":
        return 40
    return max(16, min(30, len(spec.label(locale)) + 2))


def _printed(page: Any) -> None:
    printed(page)
    page.print_title_rows = "1:1"
    page.page_setup.paperSize = page.PAPERSIZE_A3


def _validation(described: Document, spec: Field, lists: _Lists, locale: str) -> DataValidation | None:
    """The drop-down or the bounds of a field, and a hint; a field of several values takes neither a list nor bounds."""
    say = translations("importers", locale).gettext
    rule: DataValidation | None = None
    if spec.many or (not described.codes(spec) and spec.type not in ("date", "number", "integer") and not spec.help):
        return None
    if described.codes(spec):
        rule = DataValidation(type="list", formula1=lists.reference(spec), allow_blank=True)
    elif spec.type == "date":
        rule = DataValidation(type="date", operator="greaterThan", formula1="18264", allow_blank=True)
    elif spec.type in ("number", "integer"):
        kind = "whole" if spec.type == "integer" else "decimal"
        low, high = spec.minimum, spec.maximum
        if high is None:
            rule = DataValidation(type=kind, operator="greaterThanOrEqual", formula1=f"{low or 0:g}", allow_blank=True)
        else:
            rule = DataValidation(type=kind, formula1=f"{low or 0:g}", formula2=f"{high:g}", allow_blank=True)
    else:
        rule = DataValidation(allow_blank=True)
    rule.errorTitle = "Preuve"
    rule.error = say("Expected: {expected}").format(expected=expected(described, spec, locale))[:250]
    rule.showErrorMessage = True
    if spec.help:
        rule.showInputMessage = True
        rule.prompt = spec.help(locale)[:250]
    return rule


def _instructions(page: Any, described: Document, locale: str) -> None:
    say = translations("importers", locale).gettext
    page.title = say("Read me")
    page.sheet_view.showGridLines = False
    put(page["A1"], described.title(locale))
    lines = [
        (say("What it is"), described.summary(locale)),
        *((sheet.label(locale), sheet.help(locale)) for sheet in described.sheets),
        (say("How to fill in"), described.filling(locale)),
        (say("Never"), say("No name, number or date of a patient: the file would be refused.")),
        (say("Then"), described.then(locale)),
    ]
    for number, line in enumerate(lines, start=3):
        put_row(page, number, list(line))
        page.cell(number, 1).font = BOLD
    sized(page, {"A": 26, "B": 100})
    page["A1"].font = TITLE
    page["A1"].alignment = Alignment(wrap_text=False)
    page.row_dimensions[1].height = 26


def _example(book: Workbook, described: Document, locale: str) -> None:
    """Filled in as a person would: dates as dates, codes by their labels; a field a row, so that it is read at a glance."""
    say = translations("importers", locale).gettext
    page = book.create_sheet(say("Example"))
    number = 1
    for sheet in described.sheets:
        examples = sheet.examples or ({spec.name: spec.example for spec in sheet.fields},)
        put_row(page, number, [sheet.label(locale), *(say("Example") for _ in examples)], header=True)
        for spec in sheet.fields:
            number += 1
            put_row(page, number, [spec.label(locale)])
            for column, example in enumerate(examples, start=2):
                put_example(page.cell(number, column), described, spec, example.get(spec.name, ""), locale)
        number += 2
    sized(page, {"A": 54, "B": 60, "C": 60})


def put_example(cell: Any, described: Document, spec: Field, text: str, locale: str) -> None:
    """Write the example of a field as its type wants it."""
    cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal="left")
    if not text:
        return
    codes = described.codes(spec)
    if codes:
        parts = [part.strip() for part in text.split(";")] if spec.many else [text]
        put(cell, " ; ".join(codes[part](locale) for part in parts))
    elif spec.type == "date":
        cell.value = dt.date.fromisoformat(text)
        cell.number_format = FORMATS["date"]
    elif spec.type in ("number", "integer") and not spec.many:
        cell.value = float(text)
        cell.number_format = FORMATS[spec.type]
    else:
        put(cell, text)
        cell.number_format = "@"


def _dictionary(book: Workbook, described: Document, locale: str) -> None:
    say = translations("importers", locale).gettext
    page = book.create_sheet(say("Dictionary"))
    page.freeze_panes = "A2"
    headings = [say("Sheet"), say("Field"), say("Technical name"), say("Allowed"), say("Required")]
    put_row(page, 1, headings, header=True)
    words = {"open": say("yes"), "list": say("to be referenced"), "": say("no")}
    for number, (sheet, spec) in enumerate(described.fields(), start=2):
        texts = [
            sheet.label(locale),
            spec.label(locale),
            spec.name,
            expected(described, spec, locale),
            words[spec.need],
        ]
        put_row(page, number, texts)
    sized(page, {"A": 22, "B": 46, "C": 34, "D": 80, "E": 18})
