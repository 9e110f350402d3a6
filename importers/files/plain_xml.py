"""Whether XML is written as the spreadsheet programs write it: then quick looks read it right, else it is written anew."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import polars as pl

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


def _cells(p: str) -> str:
    """Rows of cells, each with one value at most, their tags beginning with `p`."""
    formula = f"(?:<{p}f(?: [a-zA-Z0-9]+={QUOTED})* ?(?:/>|>{TEXT}</{p}f>))"
    number = f'<{p}v(?: xml:space="preserve")?>(?:[^<&]|{ENTITY})*</{p}v>'
    value = f"(?:<{p}v ?/>|{number}|<{p}is ?/>|<{p}is>{_writing(p)}</{p}is>)"
    address = ' r="[A-Z]{1,3}[1-9][0-9]{0,6}"'
    attributes = f'{address}(?:{STYLE}?{KIND}?|{KIND}{STYLE})(?: (?:cm|vm|ph)="[0-9a-z]*")*'
    cell = rf"<{p}c{attributes} ?(?:/>|>\s*{formula}?\s*{value}?\s*</{p}c>)"
    row = rf"<{p}row{ROW_ATTRIBUTES} ?(?:/>|>\s*(?:{cell}\s*)*</{p}row>)"
    return rf"\A<{p}sheetData ?(?:/>|>\s*(?:{row}\s*)*</{p}sheetData>)\z"


def _shared(p: str) -> str:
    """Shared texts and nothing among them that could be counted for one."""
    item = f"(?:<{p}si ?/>|<{p}si>{_writing(p)}</{p}si>)"
    return rf"\A{MARK}{DECLARATION}\s*<{p}sst{ATTRIBUTES} ?(?:/>|>\s*(?:{item}\s*)*</{p}sst>)\s*\z"


ROOT: Final = re.compile(rb"(?:\xef\xbb\xbf)?(?:<\?xml [^<>]*\?>)?\s*<(?:([A-Za-z0-9_]+):)?(\w+)[ >/]")
LETTERS: Final = 3
DIGITS: Final = 7
LETTER_COUNT: Final = 26


def is_plain(part: bytes) -> bool:
    """Whether a part is plainly written; the cells of a sheet then hold one value each, and each stands after the last one."""
    root = ROOT.match(part)
    if root is None:
        return False
    whole = pl.Series([part])
    prefix = root[1] + b":" if root[1] else b""
    if root[2] != b"worksheet" or b"sheetData" not in part:
        return _matches(whole, _shared(prefix.decode()) if root[2] == b"sst" else PLAIN)
    start = part.find(b"<" + prefix + b"sheetData")
    closing = b"</" + prefix + b"sheetData>"
    last = part.rfind(closing, max(start, 0))
    end = last + len(closing) if last >= 0 else part.find(b">", start) + 1
    around = part[: max(start, 0)] + part[end:]
    if start < 0 or end <= start or b"sheetData" in around or not _matches(pl.Series([around]), PLAIN):
        return False
    shaped = _matches(whole.bin.slice(start, end - start), _cells(prefix.decode()))
    return shaped and in_order(np.frombuffer(part, np.uint8, end - start, start), prefix)


def _matches(text: pl.Series, pattern: str) -> bool:
    """Whether the whole of a text follows a pattern, by the fast engine of Polars."""
    try:
        return bool(text.cast(pl.String).str.contains(pattern)[0])
    except pl.exceptions.ComputeError:  # not UTF-8
        return False


def in_order(cells: np.ndarray, prefix: bytes = b"") -> bool:
    """Whether each cell of a plain sheet stands after the one before it: then none is written twice."""
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
    place = (row.astype(np.int64) << 15) | column
    return bool((place[1:] > place[:-1]).all())
