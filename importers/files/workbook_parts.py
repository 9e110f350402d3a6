"""What a workbook holds besides its cells' values: links, formulas, comments, properties; only cells are data."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from xml.etree.ElementTree import ParseError

import polars as pl
from defusedxml import DefusedXmlException, ElementTree

from importers.files.cell_formats import formats
from importers.files.elsewhere import Elsewhere
from importers.files.mixed_text import mixed_cells, mixed_texts
from importers.files.opened_book import SHARED_PART, Opened
from importers.files.pilot_mark import PART, read_mark
from importers.files.sheet_parts import SheetParts, column_number, sheet_parts
from importers.files.unreadable import Unreadable
from importers.identity.headers import announces_people
from importers.report import Issue

STYLES_PART: Final = "xl/styles.xml"
COMMENTS: Final = ("xl/comments", "xl/threadedcomments")
DRAWN: Final = ("xl/drawings/", "xl/charts/")
UNSEARCHED: Final = (
    STYLES_PART,
    "xl/theme/",
    "[content_types].xml",
    "xl/persons/",
    "docprops/app.xml",
    "xl/calcchain",
)
"""Parts that say nothing of anybody's health: formats, and who wrote the comments."""
TEXT: Final = re.compile(r">([^<]{4,})<|=\"([^\"]{6,})\"|='([^']{6,})'")
AUTHORS: Final = re.compile(rb"<(?:\w+:)?(?:author|creator|lastModifiedBy|manager)\b[^>]*>([^<]*)<")
COMMENT: Final = re.compile(
    rb"<(?:\w+:)?(?P<kind>comment|threadedComment)\b[^>]*\bref=\"([A-Z]{1,3})(\d{1,7})\"[^>]*>(.*?)</(?:\w+:)?(?P=kind)>",
    re.DOTALL,
)
PIVOT_FIELD: Final = re.compile(r"<(?:\w+:)?cacheField\b[^>]*?\bname=\"([^\"]+)\"")
TAG: Final = re.compile(rb"<[^>]+>")
MACRO_KINDS: Final = frozenset({"vbaproject", "xlmacrosheet", "xlintlmacrosheet", "dialogsheet"})
LINK_KINDS: Final = frozenset({"externallink", "externallinkpath", "connections", "querytable", "webextension"})
"""Last word of the type of a relation."""
PARAGRAPH: Final = re.compile(rb"<(?:\w+:)?p\b[^>]*[^/>]?>(.*?)</(?:\w+:)?p>", re.DOTALL)
PHONETIC: Final = re.compile(rb"<(?:\w+:)?rPh\b[^>]*>(.*?)</(?:\w+:)?rPh>", re.DOTALL)
MARGIN_CODE: Final = re.compile(r"&(?:\"[^\"]*\"|K[0-9A-Fa-f]{6}|\d{1,3}|[A-Za-z&])")
"""What headers and footers of a page write before a text: its side, its font, its size."""
OWN_AUTHORS: Final = frozenset({b"", b"openpyxl", b"Preuve", b"xlsxwriter", b"calc"})
OURS: Final = {b"Preuve"}
"""Author of the comments of the copies that we give back: their loss is no news."""


@dataclass(frozen=True)
class Parts:
    """Facts about the whole workbook: `sheets` by their title; `texts` outside the cells are searched for identities."""

    texts: tuple[Elsewhere, ...]
    issues: tuple[Issue, ...]
    sheets: Mapping[str, SheetParts]
    epoch_1904: bool = False
    pilot: str | None = None
    """The pilot whose blank workbook this is, when it is one."""


def look_into(archive: Opened) -> Parts:
    """Look through the parts of a workbook.

    Raises
    ------
    Unreadable
        A link to another file, active content.
    """
    parts, titles = archive.parts, archive.titles
    styles = formats(parts.get(STYLES_PART, b""))
    mixed = mixed_texts(archive.shared, parts.get(SHARED_PART, b""))
    sheets = {
        title: replace(sheet_parts(parts[name], styles), mixed=mixed_cells(parts[name], mixed))
        for title, name in titles.items()
    }
    plain = {name for title, name in titles.items() if sheets[title].plain}
    outside = {**parts, **{name: _without_cells(parts[name]) for name in titles.values()}}
    texts = [text for name, part in outside.items() for text in _texts(name, part, archive)]
    texts += [text for name, part in parts.items() if name not in plain for text in _phonetic(part)]
    commented = any(name.startswith(COMMENTS) and set(AUTHORS.findall(part)) != OURS for name, part in parts.items())
    authors = {found for name, part in parts.items() if name.startswith("docprops/") for found in AUTHORS.findall(part)}
    issues = [Issue("metadata_stripped", "warning")] if commented or authors - OWN_AUTHORS else []
    if archive.pictures:
        issues.append(Issue("pictures_not_searched", "warning", params={"n": archive.pictures}))
    texts += [Elsewhere(remark, "part") for remark in archive.remarks]
    return Parts(tuple(texts), tuple(issues), sheets, archive.epoch_1904, read_mark(parts.get(PART, b"")))


def _without_cells(part: bytes) -> bytes:
    """What the plain XML of a sheet says around its rows."""
    start, end = part.find(b"sheetData"), part.rfind(b"sheetData")
    return part[:start] + part[end:] if end > start else part


def _texts(name: str, part: bytes, archive: Opened) -> Iterator[Elsewhere]:
    """What a part says outside the cells: comments with their cell, shared texts, and any other text or attribute."""
    _links(name, part)
    if name.startswith(COMMENTS):
        yield from _comments(part, _sheet_of(name, archive.parts, archive.titles))
    elif name == SHARED_PART:
        yield from _shared(archive.shared)
    elif not name.startswith(UNSEARCHED):
        text = AUTHORS.sub(b"<a><", part).decode("utf-8", "replace")
        for found in TEXT.findall(text):
            yield Elsewhere(_spoken(html.unescape("".join(found))), "part")
        for paragraph in PARAGRAPH.findall(part) if name.startswith(DRAWN) else ():
            yield Elsewhere(html.unescape(TAG.sub(b"", paragraph).decode("utf-8", "replace")), "part")
        if name.startswith("xl/pivotcache/"):
            for field in PIVOT_FIELD.findall(text):
                if announces_people(html.unescape(field), pl.Series([], dtype=pl.String)):
                    yield Elsewhere(html.unescape(field), "named")


def _spoken(text: str) -> str:
    """A text of the XML as a person reads it: without the codes of page margins, and with spaces for underscores."""
    return MARGIN_CODE.sub(" ", text).replace("_", " ") if "&" in text or ("_" in text and "@" not in text) else text


def _phonetic(part: bytes) -> Iterator[Elsewhere]:
    """How a text is pronounced: shown on demand only, and no part of the cell."""
    for found in PHONETIC.findall(part) if b"rPh" in part else ():
        yield Elsewhere(html.unescape(TAG.sub(b"", found).decode("utf-8", "replace")), "part")


def _sheet_of(name: str, parts: Mapping[str, bytes], titles: Mapping[str, str]) -> str | None:
    """The sheet whose relations name a part of comments."""
    file = name.rpartition("/")[2].encode()
    for title, sheet in titles.items():
        folder, _, own = sheet.rpartition("/")
        if b"/" + file in parts.get(f"{folder}/_rels/{own}.rels", b"").lower():
            return title
    return None


def _links(name: str, part: bytes) -> None:
    """Only a hyperlink may point outside, a person clicks it or not; what a part is, its relation tells, not its name."""
    if name == "[content_types].xml" and b"macroenabled" in part.lower():
        raise Unreadable("macro_content")
    if not name.endswith(".rels"):
        return
    try:
        relations = ElementTree.fromstring(part)
    except (ParseError, DefusedXmlException) as error:
        raise Unreadable("archive_corrupt") from error
    for relation in relations:
        kind = relation.get("Type", "").rpartition("/")[2].casefold()
        if kind in MACRO_KINDS:
            raise Unreadable("macro_content")
        if kind in LINK_KINDS or (relation.get("TargetMode", "").casefold() == "external" and kind != "hyperlink"):
            raise Unreadable("external_link")


def _comments(part: bytes, sheet: str | None) -> Iterator[Elsewhere]:
    for found in COMMENT.finditer(part):
        text = html.unescape(TAG.sub(b" ", found[4]).decode("utf-8", "replace"))
        yield Elsewhere(text, "comment", row=int(found[3]), position=column_number(found[2]), sheet=sheet)


def _shared(shared: Sequence[bytes]) -> Iterator[Elsewhere]:
    """The texts that cells share, those that no cell shows any more too."""
    for found in shared:
        yield Elsewhere(html.unescape(TAG.sub(b"", found).decode("utf-8", "replace")), "shared")
