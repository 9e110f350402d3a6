"""CSV and its cousins: any encoding and separator that hospitals send, decided for the whole file."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence
from typing import Final

import polars as pl

from importers.grid import Grid, Unreadable, without_margins
from importers.headers import HeaderWords, header_row
from importers.report import Issue

SEPARATORS: Final = (";", ",", "\t", "|")
HEAD: Final = 64 * 1024
FRENCH: Final = frozenset("éèêëàâçùûüôöîïœæÉÈÊËÀÂÇÙÛÜÔÖÎÏŒ°€«»’“”…–²")
SINGLE_BYTE: Final = ("cp1252", "iso8859-15", "mac_roman")
FAST_FROM: Final = 1_000_000
"""Bytes from which Polars reads the file; below, and for any oddity, the csv module keeps the exact line numbers."""


def read_text(content: bytes, words: HeaderWords, columns_limit: int) -> Grid:
    """The table of a text file.

    Raises
    ------
    Unreadable
        Undecodable text, no header that names a column of the protocol, or a quote that never closes.
    """
    text, encoding = decode(content)
    separator, skipped = _layout(text, words)
    grid = None
    if len(text) >= FAST_FROM and not skipped and "\n\n" not in text and "\n" in text:
        grid = _fast(text, separator)
    if grid is None:
        grid = _exact(text, separator, skipped)
    if len(grid.headers) > columns_limit:
        raise Unreadable("too_many_columns", n=len(grid.headers), limit=columns_limit)
    issues = list(grid.issues)
    if skipped:
        issues.insert(0, Issue("header_not_first_row", "warning", row=skipped + 1))
    if encoding not in ("utf-8", "utf-16"):
        issues.insert(0, Issue("encoding_not_utf8", "warning", params={"encoding": encoding}))
    frame, rows, margins = without_margins(grid.frame, grid.rows)
    return Grid(grid.headers, frame, rows, None, (*issues, *margins))


def decode(content: bytes) -> tuple[str, str]:
    """The text with line feeds alone, and the encoding's name; one encoding for the whole file."""
    text, encoding = _decode(content)
    if "\x00" in text:
        raise Unreadable("nul_bytes")
    return text.replace("\r\n", "\n").replace("\r", "\n"), encoding


def _decode(content: bytes) -> tuple[str, str]:
    try:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return content.decode("utf-16"), "utf-16"
        if content[:200].count(b"\x00") > 40:
            return content.decode("utf-16-le" if content[1:2] == b"\x00" else "utf-16-be"), "utf-16"
    except UnicodeDecodeError as error:
        raise Unreadable("encoding_undecodable") from error
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    readings = []
    for encoding in SINGLE_BYTE:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        odd = [c for c in text if ord(c) > 127]
        readings.append((sum(1 if c in FRENCH else -2 for c in odd), encoding, text))
    if not readings or max(readings, key=lambda r: r[0])[0] < 0:
        raise Unreadable("encoding_undecodable")
    _, encoding, text = max(readings, key=lambda r: r[0])
    return text, encoding


def _layout(text: str, words: HeaderWords) -> tuple[str, int]:
    """The separator and the number of lines before the header: those that name most columns of the protocol."""
    head = text[:HEAD].split("\n")[:40]
    best: tuple[int, int, str, int] | None = None
    for separator in SEPARATORS:
        try:
            lines = list(csv.reader(head, delimiter=separator))
        except csv.Error:
            continue
        found = header_row(lines, words)
        if found is not None:
            row, known = found
            candidate = (known, len(lines[row]), separator, row)
            if best is None or candidate[:2] > best[:2]:
                best = candidate
    if best is None:
        raise Unreadable("header_not_found")
    return best[2], best[3]


def _fast(text: str, separator: str) -> Grid | None:
    """Polars' reader, for large files without surprises; `None` when there is one."""
    if '"' in text:
        return None
    try:
        frame = pl.read_csv(
            text.encode(),
            separator=separator,
            infer_schema=False,
            quote_char=None,
            truncate_ragged_lines=False,
            has_header=False,
            skip_rows=1,
        )
    except pl.exceptions.PolarsError:
        return None
    headers = tuple(text[: text.index("\n")].split(separator))
    if frame.width != len(headers):
        return None
    frame.columns = [str(i) for i in range(frame.width)]
    return Grid(headers, frame, pl.int_range(2, frame.height + 2, dtype=pl.UInt32, eager=True))


def _exact(text: str, separator: str, skipped: int) -> Grid:
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    records: list[list[str]] = []
    numbers: list[int] = []
    ragged: list[Issue] = []
    headers: Sequence[str] = ()
    start = 1
    try:
        for index, record in enumerate(reader):
            if index == skipped:
                headers = record
            elif index > skipped:
                _keep(record, len(headers), start, records, numbers, ragged)
            start = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable("unclosed_quote", row=start) from error
    frame = pl.DataFrame(
        {str(i): [r[i] or None for r in records] for i in range(len(headers))},
        schema={str(i): pl.String for i in range(len(headers))},
    )
    return Grid(tuple(headers), frame, pl.Series(numbers, dtype=pl.UInt32), None, tuple(ragged))


def _keep(
    record: list[str], width: int, row: int, records: list[list[str]], numbers: list[int], ragged: list[Issue]
) -> None:
    extra = [cell for cell in record[width:] if cell.strip()]
    filled = any(cell.strip() for cell in record)
    if filled and (extra or len(record) < width):
        ragged.append(Issue("ragged_rows", "error", row=row, params={"found": len(record), "expected": width}))
    records.append((record + [""] * width)[:width])
    numbers.append(row)
