"""What a workbook holds besides its cells' values: links, formulas, comments; only cells are data."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from importers.grid import Unreadable
from importers.report import Issue

FORMULA: Final = re.compile(rb"<f[ />]")
WITHOUT_VALUE: Final = re.compile(rb"<c [^>]*>\s*<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")
AUTHORS: Final = re.compile(rb"<author>([^<]*)</author>")
OURS: Final = b"Preuve"
"""Author of the comments of the copies that we give back: their loss is no news."""
TAG: Final = re.compile(rb"<[^>]+>")


@dataclass(frozen=True)
class Parts:
    """Texts outside the cells, to be searched for identities, and what to tell the person."""

    texts: Sequence[str]
    issues: tuple[Issue, ...]


def look_into(content: bytes) -> Parts:
    """Look through the parts of a workbook whose container was checked.

    Raises
    ------
    Unreadable
        A link to another file, a document type declaration, or a formula whose value was never stored: its cell would be read
        as empty.
    """
    texts: list[str] = []
    formulas = foreign = False
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            folded = name.casefold()
            if folded.startswith("xl/externallinks/"):
                raise Unreadable("external_link")
            if not folded.endswith((".xml", ".rels", ".vml")):
                continue
            part = archive.read(name)
            if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
                raise Unreadable("xml_dtd_forbidden")
            if folded.startswith("xl/worksheets/sheet") and FORMULA.search(part):
                formulas = True
                if WITHOUT_VALUE.search(part):
                    raise Unreadable("formula_without_value")
            if "comment" in folded and folded.startswith("xl/"):
                texts.append(TAG.sub(b" ", part).decode("utf-8", "replace"))
                foreign = foreign or (folded.endswith(".xml") and set(AUTHORS.findall(part)) != {OURS})
    issues = []
    if formulas:
        issues.append(Issue("formula_cached_value_used", "warning"))
    if foreign:
        issues.append(Issue("metadata_stripped", "warning"))
    return Parts(texts, tuple(issues))
