"""The zip container of a workbook, checked before any reader opens it: one part, one meaning, and a reasonable size."""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from importers.context import Limits
from importers.files.unreadable import Unreadable

END: Final = b"PK\x05\x06"
LOCAL: Final = b"PK\x03\x04"
LOCAL_BYTES: Final = 30
END_BYTES: Final = 22
TAIL: Final = 66_000
"""An archive's end stands in its last 65,557 bytes."""
ENCRYPTED_FLAG: Final = 0x1
XML: Final = (".xml", ".rels", ".vml")
RATIO_LIMIT: Final = 100
RATIO_FROM: Final = 64 * 1024 * 1024
"""A compression beyond a hundred times is a bomb, but only once it would unpack to a size that matters."""


def holds_archive(content: bytes) -> bool:
    """Whether an archive hides behind another beginning."""
    end = content.rfind(END, max(0, len(content) - TAIL))
    return end >= 0 and b"PK\x01\x02" in content and len(content) >= end + END_BYTES


def checked_entries(content: bytes, limits: Limits) -> Sequence[str]:
    """The names of an archive's entries.

    Raises
    ------
    Unreadable
        Damaged, protected, ambiguous, or larger once unpacked than the limits allow. The sizes are those of the directory: a
        part is never read beyond, and one that is longer fails its checksum.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            start = archive.start_dir
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise Unreadable("archive_corrupt") from error
    _sizes(entries, len(content), limits)
    names = [entry.filename for entry in entries]
    if any(_is_outside(name) for name in names):
        raise Unreadable("archive_path_traversal")
    folded = [posixpath.normpath(name.casefold().replace("\\", "/")) for name in names]
    if len(set(folded)) != len(folded):
        raise Unreadable("archive_ambiguous")
    if any(entry.flag_bits & ENCRYPTED_FLAG for entry in entries):
        raise Unreadable("encrypted_file")
    _local_headers(content, entries, start)
    return names


@lru_cache(maxsize=1)
def unpacked(content: bytes) -> Mapping[str, bytes]:
    """The parts of a checked archive by their name in lower case, those that are XML with their bytes; kept for whoever asks again.

    Raises
    ------
    Unreadable
        A part that is damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            return {n.casefold(): archive.read(n) if n.casefold().endswith(XML) else b"" for n in names}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Unreadable("archive_corrupt") from error


def _sizes(entries: Sequence[zipfile.ZipInfo], packed: int, limits: Limits) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > limits.zip_entries or unpacked > limits.unpacked_bytes:
        raise Unreadable("archive_bomb")
    if unpacked > RATIO_FROM and unpacked > RATIO_LIMIT * packed:
        raise Unreadable("archive_bomb")


def _is_outside(name: str) -> bool:
    """A name that would be written elsewhere than under its folder."""
    path = name.replace("\\", "/")
    return path.startswith("/") or ".." in path.split("/") or path[1:2] == ":" or "\x00" in path


def _local_headers(content: bytes, entries: Sequence[zipfile.ZipInfo], directory: int) -> None:
    """Each entry has its own bytes, and both of its headers say the same name; nothing stands before or after the archive."""
    end = content.rfind(END, max(0, len(content) - TAIL))
    comment = struct.unpack_from("<H", content, end + 20)[0]
    if end + END_BYTES + comment != len(content):
        raise Unreadable("polyglot")
    reached = 0
    for entry in sorted(entries, key=lambda e: e.header_offset):
        offset = entry.header_offset
        if content[offset : offset + 4] != LOCAL or offset + LOCAL_BYTES > len(content):
            raise Unreadable("archive_corrupt")
        name_length, extra_length = struct.unpack_from("<HH", content, offset + 26)
        name = content[offset + LOCAL_BYTES : offset + LOCAL_BYTES + name_length]
        if name.decode("utf-8" if entry.flag_bits & 0x800 else "cp437", "replace") != entry.orig_filename:
            raise Unreadable("archive_ambiguous")
        if offset < reached:
            raise Unreadable("archive_bomb")
        if reached == 0 and offset:
            raise Unreadable("polyglot")
        reached = offset + LOCAL_BYTES + name_length + extra_length + entry.compress_size
    if reached > directory:
        raise Unreadable("archive_bomb")
