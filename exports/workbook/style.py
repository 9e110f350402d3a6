"""How cells look: colours that stay readable in print and for colour-blind readers, widths that cut nothing."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from copy import copy
from typing import Any, Final

from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

from evaluation.vocabulary import ListingStatus, Verdict, Word
from exports.workbook.columns import Cell, Kind

INK: Final = "FF1B2333"
_HEADER_FILL: Final = "FF1F3A5F"  # white on it: contrast 11.6 to 1
_GREEN, _AMBER, _ORANGE, _RED, _GREY = "FFDFF0DF", "FFFFF1C9", "FFFBDCC4", "FFF8D4D4", "FFE4E6EA"
NOTICE: Final = "notice"

_TONES: Final[dict[Word, str]] = {
    ListingStatus.REFERENCED: _GREEN,
    ListingStatus.CONDITIONAL: _AMBER,
    ListingStatus.SUSPENDED: _ORANGE,
    ListingStatus.WITHDRAWN: _GREY,
    Verdict.MET: _GREEN,
    Verdict.NOT_MET: _RED,
    Verdict.UNCERTAIN: _AMBER,
}

_WIDEST: Final = {Kind.IDENTIFIER: 70, Kind.TEXT: 34, Kind.LONG: 56, Kind.DATE: 12, Kind.COUNT: 14, Kind.NUMBER: 16}
_NARROWEST: Final = {Kind.IDENTIFIER: 10, Kind.TEXT: 10, Kind.LONG: 24, Kind.DATE: 12, Kind.COUNT: 9, Kind.NUMBER: 11}
FILTER_BUTTON: Final = 3  # characters that the filter's arrow hides in a heading
_MARGIN: Final = 4
_CAPITAL: Final = 1.15  # a bold or capital letter is wider than the digit that a width counts in


def fill(colour: str) -> PatternFill:
    """A plain background."""
    return PatternFill("solid", fgColor=colour)


def tone_fill(tone: Word | None) -> PatternFill | None:
    """The background of a status or a conclusion; `None` for a word without one."""
    colour = _TONES.get(tone) if tone is not None else None
    return fill(colour) if colour else None


class Styler:
    """Dresses cells; each look is built once for a sheet, then copied, since building costs more than the cell itself."""

    def __init__(self, sheet: Worksheet) -> None:
        self._sheet = sheet
        self._looks: dict[tuple[Any, ...], Any] = {}

    def _look(self, key: tuple[Any, ...], **parts: Any) -> Any:
        if key not in self._looks:
            model = SheetCell(self._sheet, row=1, column=1)
            for name, value in parts.items():
                if value is not None:
                    setattr(model, name, value)
            self._looks[key] = model._style
        return copy(self._looks[key])  # a cell owns its look: openpyxl changes it in place

    def header(self, cell: SheetCell) -> None:
        """A heading: white on dark blue, wrapped."""
        cell._style = self._look(
            ("header",),
            font=Font(bold=True, color="FFFFFFFF"),
            fill=fill(_HEADER_FILL),
            alignment=Alignment(wrap_text=True, vertical="center", horizontal="left", indent=1),
        )

    def heading(self, cell: SheetCell) -> None:
        """The title of a part of `Lisez-moi`."""
        cell._style = self._look(
            ("heading",),
            font=Font(bold=True, size=13, color=_HEADER_FILL),
            border=Border(bottom=Side("medium", color=_HEADER_FILL)),
        )

    def body(
        self,
        cell: SheetCell,
        number_format: str,
        tone: Word | str | None = None,
        *,
        bold: bool = False,
        left: bool = False,
    ) -> None:
        """A cell of a list; text wraps, numbers stay on the right."""
        text = cell.data_type == "s"
        quoted = text and str(cell.value)[:1] in "=+-@'"
        background = fill(_AMBER) if tone == NOTICE else tone_fill(tone if isinstance(tone, Word) else None)
        cell._style = self._look(
            ("body", number_format, tone, bold, left, text, quoted),
            font=Font(bold=bold, color=INK),
            number_format=number_format,
            alignment=Alignment(
                wrap_text=text, vertical="top", horizontal="left" if text or left else "right", indent=1
            ),
            border=Border(bottom=Side("hair", color="FFB8BFCC")),
            fill=background,
            quotePrefix=True if quoted else None,  # whoever edits the cell later still has a text
        )

    def sentence(self, cell: SheetCell) -> None:
        """The sentence of an empty list: it runs over the empty cells beside it."""
        cell._style = self._look(("sentence",), font=Font(italic=True, color=INK), alignment=Alignment(vertical="top"))


def _length(value: Cell) -> int:
    if value is None:
        return 0
    if isinstance(value, dt.date):
        return 10
    if isinstance(value, float):
        whole = len(f"{abs(value):,.0f}") if math.isfinite(value) else 1
        return whole + 5  # sign, separator and up to three decimals
    if isinstance(value, int):
        return len(f"{value:,}") + 1
    return max((len(part) for part in value.splitlines()), default=0)


def lines_needed(value: Cell, wide: float) -> int:
    """Lines that a value takes in a column of `wide` characters; words longer than the column are broken."""
    if not isinstance(value, str):
        return 1
    room = max(4.0, wide - 3) / 1.08  # letters are on average a little wider than the digit that a width counts in
    total = 0
    for paragraph in value.splitlines() or [""]:
        used, lines = 0.0, 1
        for word in paragraph.split(" "):
            if used and used + 1 + len(word) > room:
                lines, used = lines + 1, 0.0
            extra = int(len(word) // room) if len(word) > room else 0
            lines += extra
            used += len(word) - extra * room + (1 if used else 0)
        total += lines
    return total


def width(heading: str, kind: Kind, values: Iterable[Cell]) -> float:
    """The width that shows the longest word of the heading and each value, long text wrapped at the kind's limit."""
    word = max(len(part) for part in heading.split()) * _CAPITAL + FILTER_BUTTON
    content = max((_length(v) for v in values), default=0) * (1.1 if kind is not Kind.LONG else 1.0) + _MARGIN
    limit = max(_WIDEST[kind], content) if kind in (Kind.COUNT, Kind.NUMBER, Kind.DATE) else _WIDEST[kind]
    return round(max(_NARROWEST[kind], word, min(content, limit)), 1)
