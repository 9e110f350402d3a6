"""Opening a workbook that someone hands in to be verified: bounded, with nothing in it that hides or adds to its cells."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from evaluation.language import marked

LARGEST_FILE: Final = 32 * 1024 * 1024
LARGEST_CONTENT: Final = 128 * 1024 * 1024
MOST_PARTS: Final = 200
MOST_CELLS: Final = 1_500_000
"""Cells and rows: ten times the largest list we expect."""

NOT_A_WORKBOOK: Final = marked("This file is not an Excel workbook (.xlsx): hand in the file as it was downloaded.")
TOO_LARGE: Final = marked("This file is too large to be a referencing list.")
UNREADABLE: Final = marked("This workbook cannot be read: hand in the file as it was downloaded.")
ADDED_PART: Final = marked("This workbook holds something that the published list does not: {what}.")
ADDED_ELEMENT: Final = marked(
    "A sheet holds something that the published list does not ({what}), which may change what is read."
)

_PARTS: Final = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/[a-z]+\.xml|docMetadata/\w+\.xml|customXml/[\w/.]+"
    r"|xl/(workbook|styles|sharedStrings|metadata)\.xml|xl/_rels/workbook\.xml\.rels|xl/theme/\w+\.xml"
    r"|xl/worksheets/\w+\.xml|xl/worksheets/_rels/\w+\.xml\.rels|xl/tables/\w+\.xml|xl/printerSettings/\w+\.bin"
)
_SHEETS: Final = re.compile(r"xl/worksheets/\w+\.xml")
_ELEMENTS: Final = (
    "f", "mergeCell", "conditionalFormatting", "dataValidation", "hyperlink", "drawing", "legacyDrawing", "picture", "oleObject",
    "control", "scenario", "customSheetView", "extLst", "AlternateContent", "rPr", "rPh",
)  # fmt: skip
_ADDED: Final = re.compile(rb"<(?:[\w.-]+:)?(" + "|".join(_ELEMENTS).encode() + rb")[\s/>]")
_GRID: Final = re.compile(rb"<(?:[\w.-]+:)?(?:c|row|col)[\s/>]")
_MAIN_TYPE: Final = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_OFFICE_DOCUMENT: Final = re.compile(rb"<(?:[\w.-]+:)?Relationship\s[^>]*/officeDocument\"[^>]*>")


class ContainerError(Exception):
    """A file that is not a workbook of ours; `message` is a message identifier and `params` fill it."""

    def __init__(self, message: str, **params: str) -> None:
        super().__init__(message.format(**params))
        self.message = message
        self.params = params


def open_workbook(data: bytes) -> Workbook:
    """The workbook in `data`, checked before and after it is parsed.

    Raises
    ------
    ContainerError
        When the bytes are no workbook, are too large, or hold parts or elements that a list of ours never has.
    """
    if len(data) > LARGEST_FILE:
        raise ContainerError(TOO_LARGE)
    if not data.startswith(b"PK\x03\x04"):
        raise ContainerError(NOT_A_WORKBOOK)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_parts(archive)
        return load_workbook(io.BytesIO(data))
    except (
        zipfile.BadZipFile,
        zlib.error,
        InvalidFileException,
        DefusedXmlException,
        ParseError,
        RuntimeError,
    ) as error:
        raise ContainerError(UNREADABLE) from error
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, EOFError, OSError) as error:
        # openpyxl has no error of its own for a broken part: it fails wherever it stumbles
        raise ContainerError(UNREADABLE) from error


def _check_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = [part.filename for part in parts]
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_CONTENT:
        raise ContainerError(TOO_LARGE)
    if len({name.lower() for name in names}) != len(names):
        raise ContainerError(UNREADABLE)  # two readers would see two workbooks
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise ContainerError(NOT_A_WORKBOOK)
    for part in parts:
        if part.flag_bits & 0x1:
            raise ContainerError(UNREADABLE)  # encrypted
        if not _PARTS.fullmatch(part.filename):
            raise ContainerError(ADDED_PART, what=_safe(part.filename))
    _check_one_workbook(archive)
    grid = 0
    for name in names:
        if _SHEETS.fullmatch(name) or name == "xl/sharedStrings.xml":
            grid += _check_sheet(archive.read(name))
            if grid > MOST_CELLS:
                raise ContainerError(TOO_LARGE)


def _safe(name: str) -> str:
    return "".join(c for c in name[:80] if c.isprintable())


def _check_one_workbook(archive: zipfile.ZipFile) -> None:
    """Readers find the workbook by its content type or by its relationship: both must lead to the same part."""
    types = archive.read("[Content_Types].xml")
    relations = archive.read("_rels/.rels") if "_rels/.rels" in archive.namelist() else b""
    found = _OFFICE_DOCUMENT.findall(relations)
    if types.count(_MAIN_TYPE) != 1 or len(found) != 1 or b"xl/workbook.xml" not in found[0]:
        raise ContainerError(UNREADABLE)


def _check_sheet(content: bytes) -> int:
    if b"\x00" in content:
        raise ContainerError(UNREADABLE)  # another encoding, in which the search below would see nothing
    added = _ADDED.search(content)
    if added:
        raise ContainerError(ADDED_ELEMENT, what=added.group(1).decode("ascii"))
    return sum(1 for _ in _GRID.finditer(content))


def cells(sheet: Any) -> list[Any]:
    """The cells that a sheet holds, by row then column, without walking the empty ones between two far apart."""
    return [cell for _, cell in sorted(sheet._cells.items())]
