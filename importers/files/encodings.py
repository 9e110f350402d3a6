"""Bytes to text: one encoding for the whole file, told from its bytes, and never a letter guessed in part of it."""

from __future__ import annotations

import codecs
import re
from typing import Final

from importers.files.grid import Unreadable

FRENCH: Final = frozenset("éèêëàâçùûüôöîïœæÉÈÊËÀÂÇÙÛÜÔÖÎÏŒ°€«»’“”…–²³µñßáíóú±§£")
MISPLACED: Final = re.compile(r"(?<=[a-zà-ÿ])[À-ÖØ-ÞŒŠŽŸ]|(?<=[^\W\d_])[^\w\s\x00-\x7f°€’](?=[^\W\d_])|¤")
"""A capital or a sign within a word: the right letter in another encoding."""
SINGLE_BYTE: Final = ("cp1252", "iso8859-15", "mac_roman", "cp850")
GLANCE: Final = 4000
SAMPLE: Final = 1_000_000
"""Bytes that tell the encoding of a larger file."""
WIDE: Final = 0.2
"""Share of NUL bytes beyond which a text is of two bytes a letter."""
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
    return _line_feeds(content.removeprefix(codecs.BOM_UTF8) if encoding == "utf-8" else text.encode("utf-8")), encoding


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
        raise Unreadable("encoding_undecodable") from error
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
    if not readings or readings[0][0] < 0 or _is_mixed(content):
        raise Unreadable("encoding_undecodable")
    for score, encoding in readings:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            if score < 0:
                break
    raise Unreadable("encoding_undecodable")


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


def _is_mixed(content: bytes) -> bool:
    """Lines of UTF-8 among lines of another encoding."""
    utf8 = other = False
    for line in content.splitlines():
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            utf8 = True
        except UnicodeDecodeError:
            other = True
        if utf8 and other:
            return True
    return False
