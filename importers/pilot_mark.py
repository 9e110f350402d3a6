"""The pilot that a blank workbook was made for: written in its properties, read when it comes back filled in."""

from __future__ import annotations

import re
from typing import Any, Final

from openpyxl.packaging.custom import StringProperty

NAME: Final = "PreuvePilot"
PART: Final = "docprops/custom.xml"
CODE: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
MARK: Final = re.compile(
    rb'<(?:\w+:)?property\b[^>]*\bname="PreuvePilot"[^>]*>\s*<vt:lpwstr>(' + CODE.encode() + rb")<"
)


def write_mark(book: Any, pilot: str) -> None:
    """Write the pilot's code in the properties of a workbook; spreadsheets keep it when they save."""
    if re.fullmatch(CODE, pilot):
        book.custom_doc_props.append(StringProperty(name=NAME, value=pilot))


def read_mark(properties: bytes) -> str | None:
    """The pilot's code in that part of a workbook; a word of no such shape is nobody's."""
    found = MARK.search(properties)
    return found[1].decode("ascii") if found else None
