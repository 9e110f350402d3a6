"""What a file is, told from its content and never from what the sender says of it."""

from __future__ import annotations

from enum import Enum
from pathlib import PurePosixPath
from typing import Final

from importers.context import Limits
from importers.files.archive import checked_entries, holds_archive
from importers.files.unreadable import Unreadable
from importers.identity.shown import shown_suffix


class Kind(Enum):
    """The kinds of file that are read."""

    TEXT = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


NAMES: Final = {
    Kind.TEXT: frozenset({".csv", ".tsv", ".txt", ""}),
    Kind.XLSX: frozenset({".xlsx", ""}),
    Kind.PARQUET: frozenset({".parquet", ".pq", ""}),
}
READ_NAMES: Final = frozenset().union(*NAMES.values())
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
REFUSED: Final = (
    (b"%PDF", "PDF"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"Rar!", "RAR"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "PNG"),
    (b"GIF8", "GIF"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"MZ", "EXE"),
    (b"\x7fELF", "ELF"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"ARROW1", "Arrow"),
    (b"PARE", "Parquet"),
    (b"<?xml", "XML"),
    (b"<html", "HTML"),
    (b"<!DOCTYPE", "HTML"),
)
"""First bytes, after white space, of formats that are told from text and not read."""
GLANCE: Final = 4096
BLANK: Final = b"\x00\r\n\t \xef\xbb\xbf\xfe\xff"


def kind_of(content: bytes, name: str, limits: Limits) -> Kind:
    """The kind of `content`; the name that contradicts it, or names another format, refuses the file.

    Raises
    ------
    Unreadable
        Empty, too large, of a format that is not read, or named as another one.
    """
    if not content[:GLANCE].strip(BLANK) and not content.strip(BLANK):
        raise Unreadable("empty_file")
    if len(content) > limits.file_bytes:
        raise Unreadable("file_too_large", megabytes=limits.file_bytes // 1_000_000)
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower().strip()
    kind = _kind(content, suffix, limits)
    if suffix not in READ_NAMES:
        raise Unreadable("unsupported_format", format=shown_suffix(suffix))
    if suffix not in NAMES[kind]:
        raise Unreadable("extension_mismatch", extension=suffix, kind=kind.value)
    return kind


def _kind(content: bytes, suffix: str, limits: Limits) -> Kind:
    if content.startswith(b"PAR1"):
        return Kind.PARQUET
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(content, suffix, limits)
    if content.startswith(OLE):
        if ENCRYPTED in content:
            raise Unreadable("encrypted_file")
        raise _other("XLS", suffix, frozenset({".xls", ".doc", ".ppt", ".msg", ".xlt"}))
    if holds_archive(content):
        raise Unreadable("polyglot")
    start = content[:400].lstrip(BLANK)
    for first, label in REFUSED:
        if start[: len(first)].lower() == first.lower():
            raise _other(label, suffix)
    return Kind.TEXT


def _other(label: str, suffix: str, own: frozenset[str] = frozenset()) -> Unreadable:
    """A format that is not read: under a name of ours the name lies, under its own the format is refused."""
    if suffix and suffix in READ_NAMES - own:
        return Unreadable("extension_mismatch", extension=suffix, kind=label)
    return Unreadable("unsupported_format", format=label)


def _zip_kind(content: bytes, suffix: str, limits: Limits) -> Kind:
    names = {name.casefold() for name in checked_entries(content, limits)}
    if any(
        name.endswith("vbaproject.bin") or name.startswith(("xl/macrosheets/", "xl/dialogsheets/")) for name in names
    ):
        raise Unreadable("macro_content")
    if "xl/workbook.xml" in names:
        return Kind.XLSX
    labels = {
        "xl/workbook.bin": "XLSB",
        "content.xml": "ODS",
        "word/document.xml": "DOCX",
        "ppt/presentation.xml": "PPTX",
    }
    raise _other(next((label for part, label in labels.items() if part in names), "ZIP"), suffix)
