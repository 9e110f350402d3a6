"""A workbook opened: its parts as UTF-8, weighed before a reader makes room for them, written anew where their XML is unusual."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException, ElementTree

from importers.context import TEXT_BYTES, Limits
from importers.files.archive import XML, unpacked
from importers.files.plain_xml import ROOT, is_plain
from importers.files.sheet_parts import checked_size
from importers.files.unreadable import Unreadable
from importers.files.xml_anew import written_anew

LINKED: Final = ("xl/externallinks/", "xl/connections.xml", "xl/querytables/", "xl/webextensions/", "xl/taskpanes")
ACTIVE: Final = ("xl/activex/", "xl/embeddings/", "xl/ctrlprops/", "customui/", "xl/customui/")
SHARED_PART: Final = "xl/sharedstrings.xml"
REMARK: Final = re.compile(r"<!--(.*?)-->", re.DOTALL)
PICTURES: Final = "xl/media/"
LOOSE: Final = ("docprops/", "customxml/", "xl/drawings/", "xl/charts/", "xl/theme/", "xl/printersettings/")
"""Parts beside the cells, which programs read although they are not well formed."""
ODD_BYTES: Final = 64_000_000
"""Of unusual XML, what is written anew: programs write large sheets plainly."""
ONCE: Final = 2
"""A start and an end."""
DECLARED: Final = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([^\"'>]{1,40})[\"']")
TAGS: Final = b"<!DOCTYPE> +ADwAIQ- &amp;"
SHARED: Final = re.compile(rb"<(?:\w+:)?si\b[^>]*>(.*?)</(?:\w+:)?si\s*>", re.DOTALL)
ANNOUNCED: Final = re.compile(rb"<(?:\w+:)?sst\b[^>]*\buniqueCount\s*=\s*[\"'](\d+)[\"']")
REFERENCE: Final = re.compile(rb">(\d+)</(?:\w+:)?v\s*>")
EPOCHS: Final = {"0": False, "false": False, "1": True, "true": True}
SHORTEST_CELL: Final = len("<c><v>0</v></c>")
REPEATED_BYTES: Final = 64_000_000
"""What the references to very long texts may come to: each of them is a copy once read."""


@dataclass(frozen=True)
class Opened:
    """The XML parts of a workbook by their name in lower case, and which of them is which sheet's."""

    content: bytes
    """The workbook for a reader: as it came, or with the XML that was unusual written anew."""
    parts: Mapping[str, bytes]
    titles: Mapping[str, str]
    """Sheet's title → name of its part."""
    epoch_1904: bool
    recoded: frozenset[str]
    """Parts that came in another encoding than UTF-8."""
    shared: Sequence[bytes] = ()
    """The texts that cells share."""
    remarks: Sequence[str] = ()
    """Comments and instructions of the XML, which no program shows."""
    pictures: int = 0


def opened(content: bytes, limits: Limits) -> Opened:
    """The parts of a workbook whose container was checked; a reader may then make room for its cells.

    Raises
    ------
    Unreadable
        A document type declaration, a part that is damaged, or more cells or text than the limits allow.
    """
    parts: dict[str, bytes] = {}
    recoded, pictures = set(), 0
    for name, part in _harmless(unpacked(content)):
        pictures += name.startswith(PICTURES)
        if name.endswith(XML):
            text, encoding = _utf8(part)
            parts[name] = text
            recoded.update([name] if encoding else [])
    titles, epoch = _titles(parts)
    return _weighed(Opened(content, parts, titles, epoch, frozenset(recoded), pictures=pictures), limits)


def _weighed(archive: Opened, limits: Limits) -> Opened:
    """The archive with its shared texts, once its sheets and these are known to be of a reasonable size."""
    sheets = [archive.parts[name] for name in archive.titles.values() if name in archive.parts]
    if len(sheets) < len(archive.titles):
        raise Unreadable("archive_corrupt")
    for sheet in sheets:
        checked_size(sheet, limits)
    part = archive.parts.get(SHARED_PART, b"")
    if (announced := ANNOUNCED.search(part)) and int(announced[1]) > len(part):  # a reader makes room for so many
        raise Unreadable("archive_corrupt")
    shared = SHARED.findall(part)
    _repeated(shared, sheets, limits)
    return replace(archive, shared=shared)


def plainly(archive: Opened, limits: Limits) -> Opened | None:
    """The workbook with its parts of unusual XML written anew; `None` when there are none, as in what programs write.

    Raises
    ------
    Unreadable
        XML that is not well formed, or that two readers would not read alike.
    """
    parts = archive.parts
    odd = [n for n, part in parts.items() if not n.endswith(".vml") and (n in archive.recoded or not is_plain(part))]
    if not odd:
        return None
    if sum(len(parts[name]) for name in odd) > ODD_BYTES:
        raise Unreadable("unreadable_file", say="damaged")
    anew, remarks = {**parts}, []
    for name in odd:
        try:
            anew[name], found = written_anew(parts[name])
        except Unreadable:
            if not name.startswith(LOOSE):
                raise
            found = REMARK.findall(parts[name].decode("utf-8", "replace"))
        remarks += found
    return _weighed(replace(archive, content=_packed(archive.content, anew), parts=anew, remarks=remarks), limits)


def _packed(content: bytes, parts: Mapping[str, bytes]) -> bytes:
    """An archive of the same names, for those that are parts of XML."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            if name.casefold() in parts:
                target.writestr(name, parts[name.casefold()])
    return buffer.getvalue()


def _harmless(parts: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for name, part in parts.items():
        if name.startswith(LINKED):
            raise Unreadable("external_link")
        if name.startswith(ACTIVE):
            raise Unreadable("active_content")
        yield name, part


def _utf8(part: bytes) -> tuple[bytes, str | None]:
    """A part as UTF-8, and the other encoding that it came in; a declaration of types is never harmless."""
    encoding = None
    if part[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif (told := DECLARED.match(part)) is not None:
        if not _is_plain(told[1]):
            raise Unreadable("archive_corrupt")
        encoding = told[1].decode("ascii").lower()
    if encoding in ("utf-8", "utf8", "us-ascii", "ascii"):
        encoding = None
    if encoding and not (encoding.startswith("utf-16") and part[:1] == b"<"):
        part = part.decode(encoding, "replace").encode()
    if not ROOT.match(part) and (b"<!DOCTYPE" in part or b"<!ENTITY" in part or b"\x00" in part[:200]):
        raise Unreadable("xml_dtd_forbidden")
    return part, encoding


def _is_plain(encoding: bytes) -> bool:
    """Whether the letters of a tag mean in this encoding what they show: in UTF-7, `+ADw-` is one too."""
    try:
        return encoding.lower().startswith(b"utf-16") or TAGS.decode(encoding.decode("ascii")) == TAGS.decode("ascii")
    except (LookupError, ValueError):
        return False


def _titles(parts: Mapping[str, bytes]) -> tuple[dict[str, str], bool]:
    """Part of each sheet by its title, and whether days count from 1904."""
    try:
        book = ElementTree.fromstring(parts["xl/workbook.xml"])
        relations = ElementTree.fromstring(parts.get("xl/_rels/workbook.xml.rels", b"<none/>"))
    except (KeyError, ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise Unreadable("archive_corrupt") from error
    targets = {r.get("Id"): str(r.get("Target", "")) for r in relations}
    own = book.tag.rpartition("}")[0] + ("}" if "}" in book.tag else "")
    titles: dict[str, str] = {}
    for element in book.iterfind(f"{own}sheets/{own}sheet"):
        key = next((value for name, value in element.items() if name.endswith("}id")), None)
        target = targets.get(key, "").casefold()
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if element.get("name", "") in titles:
            raise Unreadable("archive_ambiguous")
        titles[element.get("name", "")] = posixpath.normpath(path)
    return titles, _epoch([str(e.get("date1904", "0")) for e in book.iterfind(f"{own}workbookPr")])


def _epoch(told: Sequence[str]) -> bool:
    """Whether days count from 1904: another word than those of the format is one that each reader takes as it likes."""
    if any(word not in EPOCHS for word in told) or len(told) > 1:
        raise Unreadable("unreadable_file", say="damaged")
    return any(EPOCHS[word] for word in told)


def _repeated(shared: Sequence[bytes], sheets: Sequence[bytes], limits: Limits) -> None:
    """What the references come to; they are counted only where the longest text in every cell would be too much."""
    longest = max(map(len, shared), default=0)
    most = TEXT_BYTES[0] + TEXT_BYTES[1] * limits.file_bytes
    if longest <= limits.cell_chars and (
        longest * sum(len(sheet) // SHORTEST_CELL for sheet in sheets) <= most
        or longest * sum(sheet.count(b"v>") for sheet in sheets) <= ONCE * most
    ):
        return
    if any(b"<!" in sheet or b"&#" in sheet for sheet in sheets):  # references that are hard to count
        raise Unreadable("unreadable_file", say="damaged")
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
