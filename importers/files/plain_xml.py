"""Whether XML is written as the spreadsheet programs write it: then quick looks read it right, else it is written anew."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    import numpy as np

MARK: Final = "(?:\ufeff)?"
ENTITY: Final = "&(?:amp|lt|gt|quot|apos);"
BREAK: Final = "&#(?:9|10|13|x0?[9aAdD]);"
LETTER: Final = "&#x?[0-9A-Fa-f]{1,6};"
QUOTED: Final = f'"(?:[^"<&]|{ENTITY}|{BREAK})*"'
NAME: Final = "[A-Za-z0-9_.-]+(?::[A-Za-z0-9_.-]+)?"
ATTRIBUTES: Final = f"(?: {NAME}={QUOTED})*"
TEXT: Final = f"(?:[^<&]|{ENTITY}|{LETTER})*"
TOKENS: Final = f"(?:[^<&]|{ENTITY}|{LETTER}|<{NAME}{ATTRIBUTES} ?/?>|</{NAME}>)*"
DECLARATION: Final = r"(?:<\?xml [^<>]*\?>)?"
PLAIN: Final = rf"\A{MARK}{DECLARATION}{TOKENS}\z"
"""No comment, no CDATA, no instruction, one way to write an attribute, and no letter of it by its number."""

FONT: Final = "rFont|charset|family|b|i|strike|outline|shadow|condense|extend|color|sz|u|vertAlign|scheme"
WRITING: Final = f"(?:t|r|rPr|rPh|phoneticPr|{FONT})"
"""What a text of several fonts is made of."""
STYLE, KIND = r'(?: s="[0-9]+")', r'(?: t="[A-Za-z]+")'
ROW_ATTRIBUTES: Final = (
    r'(?: r="[1-9][0-9]{0,6}")?(?: (?:[a-wyz][A-Za-z]+|s|x14ac:dyDescent|[a-wyz][A-Za-z0-9]*:[A-Za-z]+)="[^"<&]*")*'
)


def _writing(p: str) -> str:
    return f"(?:{TEXT}|</?{p}{WRITING}{ATTRIBUTES} ?/?>)*"


def _rows(p: str) -> str:
    """Rows of cells, each with one value at most, their tags beginning with `p`."""
    formula = f"(?:<{p}f(?: [a-zA-Z0-9]+={QUOTED})* ?(?:/>|>{TEXT}</{p}f>))"
    number = f'<{p}v(?: xml:space="preserve")?>(?:[^<&]|{ENTITY})*</{p}v>'
    value = f"(?:<{p}v ?/>|{number}|<{p}is ?/>|<{p}is>{_writing(p)}</{p}is>)"
    address = ' r="[A-Z]{1,3}[1-9][0-9]{0,6}"'
    attributes = f'{address}(?:{STYLE}?{KIND}?|{KIND}{STYLE})(?: (?:cm|vm|ph)="[0-9a-z]*")*'
    cell = rf"<{p}c{attributes} ?(?:/>|>\s*{formula}?\s*{value}?\s*</{p}c>)"
    row = rf"<{p}row{ROW_ATTRIBUTES} ?(?:/>|>\s*(?:{cell}\s*)*</{p}row>)"
    return rf"\A\s*(?:{row}\s*)*\z"


def _shared(p: str) -> str:
    """Shared texts and nothing among them that could be counted for one."""
    item = f"(?:<{p}si ?/>|<{p}si>{_writing(p)}</{p}si>)"
    return rf"\A{MARK}{DECLARATION}\s*<{p}sst{ATTRIBUTES} ?(?:/>|>\s*(?:{item}\s*)*</{p}sst>)\s*\z"


ROOT: Final = re.compile(rb"(?:\xef\xbb\xbf)?(?:<\?xml [^<>]*\?>)?\s*<(?:([A-Za-z0-9_]+):)?(\w+)[ >/]")
AT_A_TIME: Final = 1_000_000
"""Bytes of rows."""
LETTERS: Final = 3
DIGITS: Final = 7
LETTER_COUNT: Final = 26


def is_plain(part: bytes) -> bool:
    """Whether a part is plainly written; the cells of a sheet then hold one value each, and each stands after the last one."""
    root = ROOT.match(part)
    if root is None:
        return False
    prefix = root[1] + b":" if root[1] else b""
    if root[2] != b"worksheet" or b"sheetData" not in part:
        return _matches(part, _shared(prefix.decode()) if root[2] == b"sst" else PLAIN)
    start = part.find(b"<" + prefix + b"sheetData")
    first = part.find(b">", max(start, 0)) + 1
    last = part.rfind(b"</" + prefix + b"sheetData>")
    tag = part[max(start, 0) : first].replace(b" ", b"")
    if start < 0 or not tag.endswith(b"/>"):
        opening, rest = b"<" + prefix + b"sheetData>", part[last:].partition(b">")[2]
    else:
        opening, rest, last = b"<" + prefix + b"sheetData/>", part[first:], first
    around = part[: max(start, 0)] + rest
    if tag != opening or last < first or b"sheetData" in around or not _matches(around, PLAIN):
        return False
    return _plain_rows(part, first, last, prefix)


def _plain_rows(part: bytes, first: int, last: int, prefix: bytes) -> bool:
    """Whether the rows of a sheet are plain, some at a time: each look then takes little memory."""
    import numpy as np  # noqa: PLC0415  # it loads while another thread reads the cells

    pattern = _rows(prefix.decode())
    row = b"<" + prefix + b"row"
    reached = 0
    while first < last:
        end = last
        if last - first > AT_A_TIME and (end := part.rfind(row, first + 1, first + AT_A_TIME)) < 0:
            end = part.find(row, first + 1, last)
            end = last if end < 0 else end
        some = part[first:end]
        if not _matches(some, pattern):
            return False
        places = places_of(np.frombuffer(some, dtype=np.uint8), prefix)
        if len(places):
            if places[0] <= reached or not (places[1:] > places[:-1]).all():
                return False
            reached = int(places[-1])
        first = end
    return True


def _matches(part: bytes, pattern: str) -> bool:
    """Whether the whole of a text follows a pattern, by the fast engine of Polars."""
    try:
        return bool(pl.Series([part]).cast(pl.String).str.contains(pattern)[0])
    except pl.exceptions.ComputeError:  # not UTF-8
        return False


def places_of(cells: np.ndarray, prefix: bytes = b"") -> np.ndarray:
    """A number for the address of each cell of plain rows: it grows along each row, and from a row to the next."""
    import numpy as np  # noqa: PLC0415  # as above

    ahead = 1 + len(prefix)
    here = cells[: -ahead - 1] == ord("<")
    here &= cells[ahead:-1] == ord("c")
    named = np.flatnonzero(here) + ahead
    first = named[cells[named + 1] == ord(" ")] + len('c r="')
    row = np.zeros(len(first), dtype=np.int32)
    column = np.zeros(len(first), dtype=np.int32)
    inside = np.ones(len(first), dtype=bool)
    for step in range(LETTERS + DIGITS):
        sign = cells.take(first + step, mode="clip")
        inside &= sign != ord('"')
        letter = inside & (sign >= ord("A"))
        if not inside.any():
            break
        if step < LETTERS and letter.any():
            column = np.where(letter, column * LETTER_COUNT + (sign - np.int32(ord("A") - 1)), column)
        if step:
            row = np.where(inside & ~letter, row * 10 + (sign - np.int32(ord("0"))), row)
    return (row.astype(np.int64) << 15) | column
