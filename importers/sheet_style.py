"""How our own sheets look, and the one way to write a text in them: a text stays a text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

HEADER_FILL: Final = PatternFill("solid", fgColor="1F3A5F")
FONT: Final = "Calibri"
HEADER_FONT: Final = Font(name=FONT, size=11, bold=True, color="FFFFFF")
BOLD: Final = Font(name=FONT, size=11, bold=True)
TITLE: Final = Font(name=FONT, size=16, bold=True, color="1F3A5F")
OPTIONAL_FILL: Final = PatternFill("solid", fgColor="5B6B7F")
ERROR_COLOUR: Final = "F8B4AE"
WARNING_COLOUR: Final = "FFE08A"
ERROR_FILL: Final = PatternFill("solid", fgColor=ERROR_COLOUR)
WARNING_FILL: Final = PatternFill("solid", fgColor=WARNING_COLOUR)
CONDITIONAL_RED: Final = PatternFill("solid", bgColor=ERROR_COLOUR)
"""The colour of a conditional format is its background: a quirk of the format."""
WRAPPED: Final = Alignment(wrap_text=True, vertical="top")
LONGEST: Final = 32_767
"""Characters that a cell of a spreadsheet holds."""
NO_CHARACTER: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold either, and the library lets through: readers then refuse the whole workbook."""
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")


def put(cell: Any, text: str) -> None:
    """Write a text that stays a text, also when it starts as a formula does, and also after somebody edits its cell."""
    cell.value = clean(text)
    cell.data_type = "s"
    if text.startswith(FORMULA_SIGNS):
        cell.quotePrefix = True


def clean(text: str) -> str:
    """The text without what a workbook cannot hold."""
    return NO_CHARACTER.sub("�", ILLEGAL_CHARACTERS_RE.sub("�", text))[:LONGEST]


def put_row(sheet: Any, number: int, texts: Sequence[str], *, header: bool = False) -> None:
    """One row of wrapped texts."""
    for index, text in enumerate(texts, start=1):
        cell = sheet.cell(number, index)
        put(cell, text)
        cell.alignment = WRAPPED
        if header:
            cell.font, cell.fill = HEADER_FONT, HEADER_FILL


def printed(sheet: Any) -> None:
    """On paper: A4, landscape, one page wide, narrow margins."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.5)
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0


def sized(sheet: Any, widths: Mapping[str, int]) -> None:
    """Widths, and rows tall enough for what wraps in them: a file never opened has no measured height."""
    for letter, width in widths.items():
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows():
        lines = [lines_of(str(cell.value or ""), widths.get(cell.column_letter, 10)) for cell in row]
        sheet.row_dimensions[row[0].row].height = 4 + 14 * max(1, *lines)
    printed(sheet)


def lines_of(text: str, width: int) -> int:
    """How many lines a text takes in a column of that width."""
    return -(-len(text) // max(1, int(width * 0.95)))
