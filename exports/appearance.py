"""What hides or disguises a cell without changing it: hidden rows, white ink, tiny letters, names and notes."""

from __future__ import annotations

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
_THEME: Final = {0: (255, 255, 255), 1: (0, 0, 0), 2: (238, 236, 225), 3: (31, 73, 125)}
_BLACK: Final = (0, 0, 0)
_WHITE: Final = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Alteration:
    """One thing that a reader would not see, or would see and was not published."""

    message: str
    params: Mapping[str, str] = field(default_factory=dict)


def alteration(book: Workbook) -> Alteration | None:
    """The first way in which `book` shows something else than its cells, or `None`."""
    return next(_alterations(book), None)


def _alterations(book: Workbook) -> Iterator[Alteration]:
    if book.defined_names or any(sheet.defined_names or sheet.print_area for sheet in book.worksheets):
        yield Alteration(NAMES)
    for sheet in book.worksheets:
        if _hides(sheet):
            yield Alteration(HIDDEN, {"sheet": sheet.title})
        for cell in cells(sheet):
            if cell.comment is not None:
                yield Alteration(NOTES, {"sheet": sheet.title})
            if cell.value is not None and not _legible(cell):
                yield Alteration(ILLEGIBLE, {"sheet": sheet.title, "cell": cell.coordinate})


def _hides(sheet: Any) -> bool:
    rows = any(r.hidden or (r.height is not None and r.height < _SHORTEST_ROW) for r in sheet.row_dimensions.values())
    columns = any(c.hidden or (c.customWidth and c.width < _NARROWEST_COLUMN) for c in sheet.column_dimensions.values())
    layout, default_height = sheet.sheet_format, sheet.sheet_format.defaultRowHeight
    squeezed = bool(layout.zeroHeight) or (default_height is not None and default_height < _SHORTEST_ROW)
    return sheet.sheet_state != "visible" or rows or columns or squeezed or sheet.sheet_view.showZeros is False


def _rgb(colour: Any, default: tuple[int, int, int]) -> tuple[int, int, int]:
    if colour is None:
        return default
    if colour.type == "rgb" and isinstance(colour.rgb, str) and len(colour.rgb) == 8:
        red, green, blue = (int(colour.rgb[i : i + 2], 16) for i in (2, 4, 6))
        return red, green, blue
    if colour.type == "theme":
        return _THEME.get(colour.theme, default)
    return _WHITE if colour.type == "indexed" and colour.indexed in (1, 9, 65) else default


def _luminance(rgb: tuple[int, int, int]) -> float:
    parts = [c / 255 for c in rgb]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(ink: tuple[int, int, int], paper: tuple[int, int, int]) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(ink), _luminance(paper)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _legible(cell: Any) -> bool:
    font, filled = cell.font, cell.fill
    if filled.fill_type not in (None, "none", "solid") or (font.sz is not None and font.sz < _SMALLEST_LETTER):
        return False
    paper = _rgb(filled.fgColor, _WHITE) if filled.fill_type == "solid" else _WHITE
    return not font.strike and contrast(_rgb(font.color, _BLACK), paper) >= _LOWEST_CONTRAST
