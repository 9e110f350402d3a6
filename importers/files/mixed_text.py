"""Cells of which a part is written above or below the line, or struck through: a reader glues it to the rest (52¹ becomes 521)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from typing import Final

from importers.files.cell_formats import ADDRESS, PREFIX
from importers.files.sheet_parts import CELL, Place, column_number

ODD: Final = re.compile(
    PREFIX + rb"(?:vertAlign\b[^>]*\bval=[\"']su(?:per|b)script|strike\b(?![^>]*\bval=[\"'](?:0|false|off)[\"']))"
)
SHARED_CELL: Final = re.compile(
    PREFIX + rb"c\b([^>]*\bt=[\"']s[\"'][^>]*)>\s*" + PREFIX + rb"v\b[^>]*>\s*(\d{1,9})\s*<"
)
MOST: Final = 10_000


def mixed_texts(shared: Sequence[bytes], part: bytes) -> frozenset[int]:
    """The numbers of the shared texts that are written so; `part` holds them all."""
    if b"vertAlign" not in part and b"strike" not in part:
        return frozenset()
    return frozenset(number for number, text in enumerate(shared) if ODD.search(text))


def mixed_cells(part: bytes, texts: Set[int]) -> list[Place]:
    """The cells of a sheet that hold one of these shared texts, or such a text of their own."""
    return [place for place, _ in zip(_mixed_cells(part, texts), range(MOST), strict=False)]


def _mixed_cells(part: bytes, texts: Set[int]) -> Iterator[Place]:
    for cell in SHARED_CELL.finditer(part) if texts else ():
        if int(cell[2]) in texts and (address := ADDRESS.search(cell[1])):
            yield Place(int(address[2]), column_number(address[1]))
    for cell in CELL.finditer(part) if b"<rPr" in part and ODD.search(part) else ():
        if ODD.search(cell[2]) and (address := ADDRESS.search(cell[1])):
            yield Place(int(address[2]), column_number(address[1]))
