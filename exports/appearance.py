"""What hides or disguises a cell without changing it: hidden rows, white ink, tiny letters, names and notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from openpyxl import Workbook

from evaluation.language import marked
from exports.container import cells

HIDDEN: Final = marked(
    "The sheet “{sheet}” hides rows or columns: show them all, clear the filters, save and check again."
)
NAMES: Final = marked("This workbook holds defined names or a print area that the published list does not.")
NOTES: Final = marked("The sheet “{sheet}” holds notes that the published list does not.")
ILLEGIBLE: Final = marked("The sheet “{sheet}” writes the cell {cell} so that it cannot be read.")

_SMALLEST_LETTER: Final = 7.0  # points
_SHORTEST_ROW: Final = 6.0  # points
_NARROWEST_COLUMN: Final = 1.0  # characters
_LOWEST_CONTRAST: Final = 3.0  # the least that WCAG admits for large letters
_WIDEST_INDENT: Final = 15  # beyond it, a text leaves its column
_THEME_ORDER: Final = ("lt1", "dk1", "lt2", "dk2", *(f"accent{i}" for i in range(1, 7)), "hlink", "folHlink")
_THEME_COLOUR: Final = re.compile(
    rb"<(?:[\w.-]+:)?(lt1|dk1|lt2|dk2|accent[1-6]|hlink|folHlink)>\s*"
    rb'<(?:[\w.-]+:)?(?:srgbClr\s+val="([0-9A-Fa-f]{6})"|sysClr\s+val="(window|windowText)")'
)
_SYSTEM: Final = {b"window": b"FFFFFF", b"windowText": b"000000"}
_BLACK: Final = (0, 0, 0)
_WHITE: Final = (255, 255, 255)

Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Alteration:
    """One thing that a reader would not see, or would see and was not published."""

    message: str
    params: Mapping[str, str] = field(default_factory=dict)


def alteration(book: Workbook) -> Alteration | None:
    """The first way in which `book` shows something else than its cells, or `None`."""
    return next(_alterations(book), None)


def _alterations(book: Workbook) -> Iterator[Alteration]:
    palette = _Palette(book)
    if book.defined_names or any(sheet.defined_names or sheet.print_area for sheet in book.worksheets):
        yield Alteration(NAMES)
    for sheet in book.worksheets:
        if _hides(sheet):
            yield Alteration(HIDDEN, {"sheet": sheet.title})
        for cell in cells(sheet):
            if cell.comment is not None:
                yield Alteration(NOTES, {"sheet": sheet.title})
            if cell.value is not None and not _legible(cell, palette):
                yield Alteration(ILLEGIBLE, {"sheet": sheet.title, "cell": cell.coordinate})


def _hides(sheet: Any) -> bool:
    rows = any(r.hidden or (r.height is not None and r.height < _SHORTEST_ROW) for r in sheet.row_dimensions.values())
    columns = any(c.hidden or (c.customWidth and c.width < _NARROWEST_COLUMN) for c in sheet.column_dimensions.values())
    layout, default_height = sheet.sheet_format, sheet.sheet_format.defaultRowHeight
    squeezed = bool(layout.zeroHeight) or (default_height is not None and default_height < _SHORTEST_ROW)
    return sheet.sheet_state != "visible" or rows or columns or squeezed or sheet.sheet_view.showZeros is False


def _hex(text: str) -> Rgb:
    red, green, blue = (int(text[i : i + 2], 16) for i in (0, 2, 4))
    return red, green, blue


class _Palette:
    """The colours of one workbook: its own theme and indexed colours, since white can be named black there."""

    def __init__(self, book: Workbook) -> None:
        found = _THEME_COLOUR.findall(book.loaded_theme or b"")
        named = {name.decode(): (rgb or _SYSTEM[system]).decode() for name, rgb, system in found}
        self._theme = [named.get(name) for name in _THEME_ORDER]
        self._indexed = list(book._colors)

    def rgb(self, colour: Any, default: Rgb) -> Rgb | None:
        """Red, green and blue; `default` for no colour; `None` for one that cannot be told."""
        if colour is None:
            return default
        text: str | None = None
        if colour.type == "rgb" and isinstance(colour.rgb, str) and len(colour.rgb) == 8:
            text = colour.rgb[2:]
        elif colour.type == "theme" and 0 <= colour.theme < len(self._theme):
            text = self._theme[colour.theme]
        elif colour.type == "indexed" and colour.indexed in (64, 65):  # the system's ink and paper
            return default
        elif colour.type == "indexed" and 0 <= colour.indexed < len(self._indexed):
            text = self._indexed[colour.indexed][-6:]
        if text is None or not re.fullmatch("[0-9A-Fa-f]{6}", text):
            return None
        red, green, blue = (_tinted(part, colour.tint) for part in _hex(text))
        return red, green, blue


def _tinted(part: int, tint: float) -> int:
    """A theme's colour made lighter (tint > 0) or darker."""
    return round(part + (255 - part) * tint if tint > 0 else part * (1 + tint))


def _luminance(rgb: Rgb) -> float:
    parts = [c / 255 for c in rgb]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(ink: Rgb, paper: Rgb) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(ink), _luminance(paper)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _legible(cell: Any, palette: _Palette) -> bool:
    font, filled = cell.font, cell.fill
    if filled.fill_type not in (None, "none", "solid") or (font.sz is not None and font.sz < _SMALLEST_LETTER):
        return False
    if font.strike or cell.alignment.indent > _WIDEST_INDENT:
        return False
    ink = palette.rgb(font.color, _BLACK)
    paper = palette.rgb(filled.fgColor, _WHITE) if filled.fill_type == "solid" else _WHITE
    return ink is not None and paper is not None and contrast(ink, paper) >= _LOWEST_CONTRAST
