"""Bytes to text: one encoding for the whole file, told from its bytes, and never a letter guessed in part of it."""

from __future__ import annotations

import codecs
import re
from typing import Final

from importers.files.unreadable import Unreadable

FRENCH: Final = frozenset("éèêëàâçùûüôöîïœæÉÈÊËÀÂÇÙÛÜÔÖÎÏŒ°€«»’“”…–²³µñßáíóú±§£")
MISPLACED: Final = re.compile(r"(?<=[a-zà-ÿ])[À-ÖØ-ÞŒŠŽŸ]|(?<=[^\W\d_])[^\w\s\x00-\x7f°€’](?=[^\W\d_])|¤")
"""A capital or a sign within a word: the right letter in another encoding."""
SINGLE_BYTE: Final = ("cp1252", "iso8859-15", "mac_roman", "cp850")
GLANCE: Final = 4000
SAMPLE: Final = 1_000_000
"""Bytes that tell the encoding of a larger file."""
WIDE: Final = 0.2
"""Share of NUL bytes beyond which a text is of two bytes a letter."""
MARKS: Final = (codecs.BOM_UTF8, "\u00ef\u00bb\u00bf".encode())
"""The mark of UTF-8, and the same once saved as three letters: programs put another one before those that are there."""
UTF32: Final = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")


def decode(content: bytes) -> tuple[str, str]:
    """The text with line feeds alone, and the encoding's name; see `utf8_lines`."""
    lines, encoding = utf8_lines(content)
    return lines.decode("utf-8"), encoding


def utf8_lines(content: bytes) -> tuple[bytes, str]:
    """The text as UTF-8 with line feeds alone and without its mark, and the name of the encoding that it came in.

    Raises
    ------
    Unreadable
        Several encodings in one file, none that makes words of it, or binary data.
    """
    if content.isascii() and b"\x00" not in content:
        return _line_feeds(content), "utf-8"
    text, encoding = _decode(content)
    if "\x00" in text:
        raise Unreadable("nul_bytes")
    lines = content if encoding == "utf-8" else text.encode("utf-8")
    while lines.startswith(MARKS):
        lines = lines.removeprefix(MARKS[0]).removeprefix(MARKS[1])
    return _line_feeds(lines), encoding


def _line_feeds(lines: bytes) -> bytes:
    return lines.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in lines else lines


def _decode(content: bytes) -> tuple[str, str]:
    try:
        if content.startswith(UTF32):
            return content.decode("utf-32"), "utf-32"
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return content.decode("utf-16"), "utf-16"
        if (wide := _unmarked_wide(content)) is not None:
            text = content.decode(wide)
            if not all(c.isprintable() or c in "\r\n\t" for c in text[:GLANCE]):
                raise Unreadable("encoding_undecodable")
            return text, wide
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(error.encoding, "ignore")
        raise _undecodable(len(_line_feeds(before.encode()).split(b"\n"))) from error
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return _single_byte(content)


def _unmarked_wide(content: bytes) -> str | None:
    """UTF-16 without its mark: the zero of each ASCII letter stands at every other byte, always the same."""
    head = content[:GLANCE]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < WIDE * len(head) or min(even, odd) > 0 or len(content) % 2:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _single_byte(content: bytes) -> tuple[str, str]:
    """The single-byte encoding that makes French of the bytes; a file where some of them are already UTF-8 is mixed."""
    sample = _letters_to_tell(content)
    readings = []
    for encoding in SINGLE_BYTE:
        try:
            text = sample.decode(encoding)
        except UnicodeDecodeError:
            continue
        odd = [c for c in text if ord(c) > 127 and c != "\u00a0"]
        score = sum(1 if c in FRENCH else -2 for c in odd) - 3 * len(MISPLACED.findall(text))
        readings.append((score, encoding))
    readings.sort(key=lambda reading: -reading[0])
    mixed = _mixed_row(content)
    if not readings or readings[0][0] < 0 or mixed:
        raise _undecodable(mixed or _first_row(content))
    for score, encoding in readings:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            if score < 0:
                break
    raise _undecodable(_first_row(content))


def _undecodable(row: int | None) -> Unreadable:
    return Unreadable("encoding_undecodable", say="row", row=row) if row else Unreadable("encoding_undecodable")


def _letters_to_tell(content: bytes) -> bytes:
    """The whole of a small file; of a large one, lines with other letters than ASCII, enough of them to tell the encoding."""
    if len(content) <= SAMPLE:
        return content
    lines: list[bytes] = []
    size = 0
    for line in content.splitlines():
        if not line.isascii():
            lines.append(line)
            size += len(line)
            if size > SAMPLE:
                break
    return b"\n".join(lines)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _first_row(content: bytes) -> int | None:
    """The first line that is not UTF-8."""
    return next((row for row, line in enumerate(content.splitlines(), start=1) if not _is_utf8(line)), None)


def _mixed_row(content: bytes) -> int | None:
    """Where lines of UTF-8 stand among lines of another encoding: the first line of those that are fewer."""
    first: dict[bool, int] = {}
    times = {True: 0, False: 0}
    for row, line in enumerate(content.splitlines(), start=1):
        if not line.isascii():
            kind = _is_utf8(line)
            first.setdefault(kind, row)
            times[kind] += 1
    return first[times[True] <= times[False]] if len(first) > 1 else None
