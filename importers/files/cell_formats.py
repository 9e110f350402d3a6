"""Formats of cells that say more than the stored value: leading zeros, per cents, a unit, thousands left out, a line through it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

PREFIX: Final = rb"<(?:\w+:)?"
NUMBER_FORMAT: Final = re.compile(PREFIX + rb"numFmt\b[^>]*>")
ID: Final = re.compile(rb"\bnumFmtId=[\"'](\d{1,9})[\"']")
CODE: Final = re.compile(rb"\bformatCode=(?:\"([^\"]*)\"|'([^']*)')")
CELL_STYLES: Final = re.compile(rb"cellXfs\b(.*?)cellXfs\b", re.DOTALL)
STYLE: Final = re.compile(PREFIX + rb"xf\b[^>]*>")
FONTS: Final = re.compile(PREFIX + rb"fonts\b(.*?)</(?:\w+:)?fonts\b", re.DOTALL)
FONT: Final = re.compile(PREFIX + rb"font\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?font\b)", re.DOTALL)
FONT_ID: Final = re.compile(rb"\bfontId=[\"'](\d{1,9})[\"']")
STRIKE: Final = re.compile(PREFIX + rb"strike\b(?![^>]*\bval=[\"'](?:0|false|off)[\"'])")
LITERAL: Final = re.compile(r"\"([^\"]*)\"|\\(.)|_.|\*.")
"""A text between quotation marks or after a stroke; a space as wide as a sign, and a sign that fills the cell."""
LITERALS: Final = re.compile(f"(?:{LITERAL.pattern})+")
"""Several of them in a row, as a word is written letter by letter."""
BRACKETED: Final = re.compile(r"\[\$([^\]\-]*)(?:-[^\]]*)?\]|\[[^\]]*\]")
"""A currency with its language; a colour, a condition or a language alone."""
MOMENT: Final = re.compile(r"[dmyhs]", re.IGNORECASE)
PADDED: Final = re.compile(r"#*(0[0#]+)")
A_UNIT: Final = re.compile(r"[^\W\d_]|[$£¥]")
EUROS: Final = re.compile(r"€|\b(?:eur|euros?)\b", re.IGNORECASE)
THOUSANDS: Final = re.compile(r"[0#?],+(?![0#?,])")
THOUSAND: Final = "× 1000"
BUILT_IN_PERCENT: Final = (9, 10)
"""`0%` and `0.00%`."""
ADDRESS: Final = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")


@dataclass(frozen=True)
class Formats:
    """The styles of a workbook, by number, whose cells show something else than they hold; `padded`: to how many digits."""

    padded: Mapping[int, int] = field(default_factory=dict)
    adding: Mapping[int, str] = field(default_factory=dict)
    """What each of the others writes beside the number: a unit, a currency, or `THOUSAND` where it leaves thousands out."""
    percent: frozenset[int] = frozenset()
    """Those that show a fraction as per cents."""
    struck: frozenset[int] = frozenset()
    """Those that draw a line through the value, as people do who cancel it."""

    def __bool__(self) -> bool:
        return bool(self.padded or self.adding or self.percent or self.struck)


def formats(styles: bytes) -> Formats:
    """Those of the part of styles."""
    codes = {}
    for found in NUMBER_FORMAT.finditer(styles):
        number, code = ID.search(found[0]), CODE.search(found[0])
        if number and code:
            codes[int(number[1])] = html.unescape((code[1] or code[2] or b"").decode("utf-8", "replace"))
    widths = {number: width for number, code in codes.items() if (width := least_digits(code))}
    adding = {number: said for number, code in codes.items() if (said := added_by(code))}
    percents = {*BUILT_IN_PERCENT, *(number for number, code in codes.items() if "%" in LITERAL.sub("", code))}
    padded, added, percent, struck = {}, {}, set(), set()
    fonts = FONTS.search(styles)
    lined = {i for i, font in enumerate(FONT.finditer(fonts[1]) if fonts else ()) if STRIKE.search(font[1] or b"")}
    block = CELL_STYLES.search(styles)
    for style, found in enumerate(STYLE.finditer(block[1]) if block else ()):
        told = ID.search(found[0])
        number_format = int(told[1]) if told else 0
        if number_format in widths:
            padded[style] = widths[number_format]
        if number_format in adding:
            added[style] = adding[number_format]
        if number_format in percents:
            percent.add(style)
        font = FONT_ID.search(found[0])
        if font and int(font[1]) in lined:
            struck.add(style)
    return Formats(padded, added, frozenset(percent), frozenset(struck))


def least_digits(code: str) -> int:
    """How many digits a number is shown with at least: 5 for `00000`, 10 for `0#" "##" "##" "##" "##`; 0 for other formats."""
    first = LITERAL.sub(lambda text: "" if not (text[1] or text[2] or "").strip(" |") else '"', code.partition(";")[0])
    found = PADDED.fullmatch(first.replace(" ", ""))
    return len(found[1]) if found else 0


def added_by(code: str) -> str:
    """The letters or the currency that a format writes beside the number, euros apart; `THOUSAND` when it leaves those out."""
    bare = BRACKETED.sub("", LITERAL.sub("", code))
    if MOMENT.search(bare):
        return ""
    said = [
        "".join(text[1] or text[2] or "" for text in LITERAL.finditer(run[0])) for run in LITERALS.finditer(code)
    ] + [text[1] or "" for text in BRACKETED.finditer(code)]
    words = EUROS.sub("", " ".join([*said, "$" if "$" in bare else ""])).split()
    told = " ".join({word.removesuffix("s"): word for word in words}.values())  # each part of a format says it again
    if A_UNIT.search(told):
        return told
    return THOUSAND if THOUSANDS.search(bare.partition(";")[0]) else ""


def styled_cells(part: bytes, styles: Formats) -> Iterator[tuple[int, str, int]]:
    """Row (from 1), letters of the column and style of each cell that bears one of these styles."""
    wanted = b"|".join(
        str(style).encode() for style in sorted({*styles.padded, *styles.adding, *styles.percent, *styles.struck})
    )
    for cell in re.finditer(PREFIX + rb"c\b[^>]*\bs=[\"'](" + wanted + rb")[\"'][^>]*>", part):
        address = ADDRESS.search(cell[0])
        if address:
            yield int(address[2]), address[1].decode(), int(cell[1])
