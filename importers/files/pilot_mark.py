"""The pilot that a blank workbook was made for: written in its properties, read when it comes back filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from importers.columns.headers import bare

NAME: Final = "PreuvePilot"
PART: Final = "docprops/custom.xml"
CODE: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
MARK: Final = re.compile(
    rb'<(?:\w+:)?property\b[^>]*\bname="PreuvePilot"[^>]*>\s*<vt:lpwstr>(' + CODE.encode() + rb")<"
)

INSTRUCTIONS: Final = ("lisezmoi", "readme")
LABELS: Final = ("Pilote", "Pilot")
DIGEST: Final = re.compile("[0-9a-f]{64}")


def is_code(pilot: str) -> bool:
    """Whether a pilot's code has the shape that is read back."""
    return re.fullmatch(CODE, pilot) is not None


def read_mark(properties: bytes) -> str | None:
    """The pilot's code in that part of a workbook; a word of no such shape is nobody's."""
    found = MARK.search(properties)
    return found[1].decode("ascii") if found else None


def told_mark(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> str | None:
    """The pilot's code in our own instructions: online spreadsheets drop the properties, and keep the sheets."""
    for name, cells in sheets.items():
        if bare(name) in INSTRUCTIONS:
            lines = [(str(row[0]).strip(), str(row[1]).strip()) for row in cells if len(row) > 1]
            if any(DIGEST.fullmatch(value) for _, value in lines):  # else the sheet is a person's own
                return next((v for label, v in lines if label in LABELS and is_code(v)), None)
    return None
