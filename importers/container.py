"""What a file is, told from its content and never from what the sender says of it."""

from __future__ import annotations

import io
import zipfile
from enum import Enum
from pathlib import Path
from typing import Final

from importers.context import Limits
from importers.grid import Unreadable


class Kind(Enum):
    """The kinds of file that are read."""

    TEXT = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


NAMES: Final = {
    Kind.TEXT: frozenset({".csv", ".tsv", ".txt", ""}),
    Kind.XLSX: frozenset({".xlsx", ""}),
    Kind.PARQUET: frozenset({".parquet", ""}),
}
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
REFUSED: Final = (
    (b"%PDF", "PDF"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"Rar!", "RAR"),
    (b"{\\rtf", "RTF"),
)
RATIO_LIMIT: Final = 100
RATIO_FROM: Final = 64 * 1024 * 1024
"""A compression beyond a hundred times is a bomb, but only once it would unpack to a size that matters."""


def kind_of(content: bytes, name: str, limits: Limits) -> Kind:
    """The kind of `content`; the name that contradicts it, or names another format, refuses the file.

    Raises
    ------
    Unreadable
        Empty, too large, of a format that is not read, or named as another one.
    """
    if not content.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        raise Unreadable("empty_file")
    if len(content) > limits.file_bytes:
        raise Unreadable("file_too_large", megabytes=limits.file_bytes // 1_000_000)
    if content.startswith(b"PAR1"):
        kind = Kind.PARQUET
    elif content.startswith(b"PK\x03\x04"):
        kind = _zip_kind(content, limits)
    elif content.startswith(OLE):
        raise Unreadable("old_excel_format")
    else:
        for start, label in REFUSED:
            if content.startswith(start):
                raise Unreadable("unsupported_format", format=label)
        kind = Kind.TEXT
    if Path(name).suffix.lower() not in NAMES[kind]:
        raise Unreadable("extension_mismatch", extension=Path(name).suffix.lower(), kind=kind.value)
    return kind


def _zip_kind(content: bytes, limits: Limits) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Unreadable("archive_corrupt") from error
    names = [entry.filename for entry in entries]
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > limits.zip_entries or unpacked > limits.unpacked_bytes:
        raise Unreadable("archive_bomb")
    if unpacked > RATIO_FROM and unpacked > RATIO_LIMIT * len(content):
        raise Unreadable("archive_bomb")
    if any(name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") for name in names):
        raise Unreadable("archive_path_traversal")
    folded = [name.casefold() for name in names]
    if len(set(folded)) != len(folded):
        raise Unreadable("archive_ambiguous")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Unreadable("encrypted_file")
    if any(name.endswith("vbaproject.bin") for name in folded):
        raise Unreadable("macro_content")
    if "xl/workbook.xml" not in folded:
        raise Unreadable("unsupported_format", format="ODS" if "content.xml" in folded else "zip")
    return Kind.XLSX
