"""What a workbook holds besides its cells' values: links, formulas, comments, properties; only cells are data."""

from __future__ import annotations

import html
import io
import posixpath
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import ParseError

import polars as pl
from defusedxml import DefusedXmlException, ElementTree

from importers.context import TEXT_BYTES, Limits
from importers.files.elsewhere import Elsewhere
from importers.files.grid import Unreadable
from importers.files.pilot_mark import PART, read_mark
from importers.files.sheet_parts import SheetParts, checked_size, column_number, sheet_parts
from importers.identity.headers import announces_people
from importers.report import Issue

LINKED: Final = ("xl/externallinks/", "xl/connections.xml", "xl/querytables/", "xl/webextensions/", "xl/taskpanes")
ACTIVE: Final = ("xl/activex/", "xl/embeddings/", "xl/ctrlprops/", "customui/", "xl/customui/")
SHARED_PART: Final = "xl/sharedstrings.xml"
COMMENTS: Final = ("xl/comments", "xl/threadedcomments")
DRAWN: Final = ("xl/drawings/", "xl/charts/")
UNSEARCHED: Final = (
    "xl/styles.xml",
    "xl/theme/",
    "[content_types].xml",
    "xl/persons/",
    "docprops/app.xml",
    "xl/calcchain",
)
"""Parts that say nothing of anybody's health: formats, and who wrote the comments."""
TEXT: Final = re.compile(r">([^<]{4,})<|=\"([^\"]{6,})\"")
SHEET_DATA: Final = re.compile(rb"<(?:\w+:)?sheetData\b.*?</(?:\w+:)?sheetData>", re.DOTALL)
ONCE: Final = 2
"""A start and an end."""
AUTHORS: Final = re.compile(rb"<(?:\w+:)?(?:author|creator|lastModifiedBy|manager)\b[^>]*>([^<]*)<")
COMMENT: Final = re.compile(
    rb"<(?:\w+:)?(?P<kind>comment|threadedComment)\b[^>]*\bref=\"([A-Z]{1,3})(\d{1,7})\"[^>]*>(.*?)</(?:\w+:)?(?P=kind)>",
    re.DOTALL,
)
PIVOT_FIELD: Final = re.compile(r"<(?:\w+:)?cacheField\b[^>]*?\bname=\"([^\"]+)\"")
DECLARED: Final = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([^\"'>]{1,40})[\"']")
TAGS: Final = b"<!DOCTYPE> +ADwAIQ- &amp;"
TAG: Final = re.compile(rb"<[^>]+>")
SHARED: Final = re.compile(rb"<(?:\w+:)?si\b[^>]*>(.*?)</(?:\w+:)?si>", re.DOTALL)
REFERENCE: Final = re.compile(rb">(\d+)</(?:\w+:)?v>")
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
SHORTEST_CELL: Final = len("<c><v>0</v></c>")
REPEATED_BYTES: Final = 64_000_000
"""What the references to very long texts may come to: each of them is a copy once read."""


@dataclass(frozen=True)
class Parts:
    """Facts about the whole workbook: `sheets` by their title; `texts` outside the cells are searched for identities."""

    texts: tuple[Elsewhere, ...]
    issues: tuple[Issue, ...]
    sheets: Mapping[str, SheetParts]
    epoch_1904: bool = False
    pilot: str | None = None
    """The pilot whose blank workbook this is, when it is one."""


@dataclass(frozen=True)
class Opened:
    """The XML parts of a workbook by their name in lower case, and which of them is which sheet's."""

    parts: Mapping[str, bytes]
    titles: Mapping[str, str]
    """Sheet's title → name of its part."""
    epoch_1904: bool
    shared: Sequence[bytes]
    """The texts that cells share."""


def opened(content: bytes, limits: Limits) -> Opened:
    """The parts of a workbook whose container was checked; a reader may then make room for its cells.

    Raises
    ------
    Unreadable
        A document type declaration, a part that is damaged, or more cells or text than the limits allow.
    """
    parts = dict(_xml_parts(content))
    titles, epoch = _titles(parts)
    sheets = [parts[name] for name in titles.values() if name in parts]
    if len(sheets) < len(titles):
        raise Unreadable("archive_corrupt")
    for sheet in sheets:
        checked_size(sheet, limits)
    shared = SHARED.findall(parts.get(SHARED_PART, b""))
    _repeated(shared, sheets, limits)
    return Opened(parts, titles, epoch, shared)


def look_into(archive: Opened) -> Parts:
    """Look through the parts of a workbook.

    Raises
    ------
    Unreadable
        A link to another file, active content.
    """
    parts, titles = archive.parts, archive.titles
    sheets = {title: sheet_parts(parts[name]) for title, name in titles.items()}
    plain = {name for title, name in titles.items() if sheets[title].plain}
    outside = {**parts, **{name: _without_cells(parts[name]) for name in titles.values()}}
    texts = [text for name, part in outside.items() for text in _texts(name, part, archive)]
    texts += [text for name, part in parts.items() if name not in plain for text in _phonetic(part)]
    commented = any(name.startswith(COMMENTS) and set(AUTHORS.findall(part)) != OURS for name, part in parts.items())
    authors = {found for name, part in parts.items() if name.startswith("docprops/") for found in AUTHORS.findall(part)}
    issues = [Issue("metadata_stripped", "warning")] if commented or authors - OWN_AUTHORS else []
    return Parts(tuple(texts), tuple(issues), sheets, archive.epoch_1904, read_mark(parts.get(PART, b"")))


def _without_cells(part: bytes) -> bytes:
    """What the XML of a sheet holds around its rows."""
    if part.count(b"sheetData") == ONCE:
        start, end = part.find(b"sheetData"), part.rfind(b"sheetData")
        return part[:start] + part[end:]
    return SHEET_DATA.sub(b"", part)


def _texts(name: str, part: bytes, archive: Opened) -> Iterator[Elsewhere]:
    """What a part says outside the cells: comments with their cell, shared texts, and any other text or attribute."""
    _links(name, part)
    if name.startswith(COMMENTS):
        yield from _comments(part, _sheet_of(name, archive.parts, archive.titles))
    elif name == SHARED_PART:
        yield from _shared(archive.shared)
    elif not name.startswith(UNSEARCHED):
        text = AUTHORS.sub(b"<a><", part).decode("utf-8", "replace")
        for inside, attribute in TEXT.findall(text):
            yield Elsewhere(_spoken(html.unescape(inside or attribute)), "part")
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


def _xml_parts(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Each XML part under its name in lower case, as UTF-8; a declaration of types is never harmless."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                folded = name.casefold()
                if folded.startswith(LINKED):
                    raise Unreadable("external_link")
                if folded.startswith(ACTIVE):
                    raise Unreadable("active_content")
                if folded.endswith((".xml", ".rels", ".vml")):
                    part = archive.read(name)
                    if part[:2] in (b"\xff\xfe", b"\xfe\xff"):
                        part = part.decode("utf-16", "replace").encode()
                    elif (told := DECLARED.match(part)) is not None and not _is_plain(told[1]):
                        raise Unreadable("archive_corrupt")
                    if b"<!DOCTYPE" in part or b"<!ENTITY" in part or b"\x00" in part[:200]:
                        raise Unreadable("xml_dtd_forbidden")
                    yield folded, part
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Unreadable("archive_corrupt") from error


def _is_plain(encoding: bytes) -> bool:
    """Whether the letters of a tag mean in this encoding what they show: in UTF-7, `+ADw-` is one too."""
    try:
        return encoding.lower().startswith(b"utf-16") or TAGS.decode(encoding.decode("ascii")) == TAGS.decode("ascii")
    except (LookupError, ValueError):
        return False


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


def _titles(parts: Mapping[str, bytes]) -> tuple[dict[str, str], bool]:
    """Part of each sheet by its title, and whether days count from 1904."""
    try:
        book = ElementTree.fromstring(parts["xl/workbook.xml"])
        relations = ElementTree.fromstring(parts.get("xl/_rels/workbook.xml.rels", b"<none/>"))
    except (KeyError, ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise Unreadable("archive_corrupt") from error
    targets = {r.get("Id"): str(r.get("Target", "")) for r in relations}
    titles: dict[str, str] = {}
    epoch = False
    for element in book.iter():
        kind = str(element.tag).rpartition("}")[2]
        if kind == "workbookPr":
            epoch = element.get("date1904") in ("1", "true")
        elif kind == "sheet":
            key = next((value for name, value in element.items() if name.endswith("}id")), None)
            target = targets.get(key, "").casefold()
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            titles[element.get("name", "")] = posixpath.normpath(path)
    return titles, epoch


def _comments(part: bytes, sheet: str | None) -> Iterator[Elsewhere]:
    for found in COMMENT.finditer(part):
        text = html.unescape(TAG.sub(b" ", found[4]).decode("utf-8", "replace"))
        yield Elsewhere(text, "comment", row=int(found[3]), position=column_number(found[2]), sheet=sheet)


def _shared(shared: Sequence[bytes]) -> Iterator[Elsewhere]:
    """The texts that cells share, those that no cell shows any more too."""
    for found in shared:
        yield Elsewhere(html.unescape(TAG.sub(b"", found).decode("utf-8", "replace")), "shared")


def _repeated(shared: Sequence[bytes], sheets: Sequence[bytes], limits: Limits) -> None:
    """What the references come to; they are counted only where the longest text in every cell would be too much."""
    longest = max(map(len, shared), default=0)
    most = TEXT_BYTES[0] + TEXT_BYTES[1] * limits.file_bytes
    if longest <= limits.cell_chars and (
        longest * sum(len(sheet) // SHORTEST_CELL for sheet in sheets) <= most
        or longest * sum(sheet.count(b"v>") for sheet in sheets) <= ONCE * most
    ):
        return
    times = Counter(index for sheet in sheets for index in REFERENCE.findall(sheet))
    total = long = 0
    for index, text in enumerate(shared):
        size = times[b"%d" % index] * len(text)
        total += size
        long += size if len(text) > limits.cell_chars else 0
    if long > REPEATED_BYTES:
        raise Unreadable("cell_too_large")
    if total > most:
        raise Unreadable("table_too_large", say="text")
