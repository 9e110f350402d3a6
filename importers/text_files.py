"""CSV and its cousins: any encoding and separator that hospitals send, decided for the whole file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

import polars as pl

from importers.context import Limits
from importers.elsewhere import Elsewhere
from importers.encodings import decode
from importers.grid import Grid, Unreadable, without_margins
from importers.headers import HeaderWords, header_row
from importers.report import Issue

SEPARATORS: Final = (";", ",", "\t", "|")
HEAD: Final = 64 * 1024
LINES_A_ROW: Final = 2
"""Lines that a row may take on average, by cells of several lines: beyond, the file is not even parsed."""
LONGEST: Final = 2**31 - 1
FAST_FROM: Final = 1_000_000
"""Bytes from which Polars reads the file; below, and for any oddity, the csv module keeps the exact line numbers."""


def read_text(content: bytes, words: HeaderWords, limits: Limits) -> Grid:
    """The table of a text file.

    Raises
    ------
    Unreadable
        Undecodable text, no header that names a column of the protocol, or a quote that never closes.
    """
    text, encoding = decode(content)
    separator, skipped = _layout(text, words, limits.columns)
    lines = text.count("\n")
    if lines > LINES_A_ROW * limits.rows + skipped:
        raise Unreadable("too_many_rows", n=lines, limit=limits.rows)
    if text.count(separator) + lines > limits.grid_cells:
        raise Unreadable("table_too_large")
    grid = None
    if len(text) >= FAST_FROM and not skipped and "\n\n" not in text and "\n" in text:
        grid = _fast(text, separator)
    if grid is None:
        grid = _exact(text, separator, skipped)
    issues: list[Issue] = []
    if encoding not in ("utf-8", "utf-16"):
        issues.append(Issue("encoding_not_utf8", "warning", params={"encoding": encoding}))
    if skipped and not _is_directive(text, skipped):
        issues.append(Issue("header_not_first_row", "warning", row=grid.header_row))
    left = without_margins(grid.frame, grid.rows)
    kept = {*left.rows.to_list()} if grid.issues else set()
    ragged = [issue for issue in grid.issues if issue.row in kept]
    return Grid(
        grid.headers,
        left.frame,
        left.rows,
        None,
        (*issues, *ragged, *left.issues),
        grid.header_row,
        (*grid.others, *left.others),
    )


def _is_directive(text: str, skipped: int) -> bool:
    """Excel's own first line, `sep=;`, is no title."""
    return skipped == 1 and text[:5].lower().startswith("sep=")


def _layout(text: str, words: HeaderWords, columns: int) -> tuple[str, int]:
    """The separator and the number of records before the header: those that name most columns of the protocol."""
    csv.field_size_limit(LONGEST)
    head = text[:HEAD].split("\n")[:40]
    best: tuple[int, int, str, int] | None = None
    for separator in SEPARATORS:
        if head[0].count(separator) > columns:
            raise Unreadable("too_many_columns", n=text.split("\n", 1)[0].count(separator) + 1, limit=columns)
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
    titles: list[Elsewhere] = []
    headers: Sequence[str] = ()
    start = header = 1
    try:
        for index, record in enumerate(reader):
            if index == skipped:
                headers, header = record, start
            elif index > skipped:
                _keep(record, len(headers), start, records, numbers, ragged)
                if reader.line_num > start:
                    _swallowed(record, headers, separator, start)
            else:
                titles.extend(Elsewhere(cell, "margin", row=start) for cell in record if cell.strip())
            start = reader.line_num + 1
    except csv.Error as error:
        raise _quotes(str(error), text, separator, headers, start) from error
    frame = pl.DataFrame(
        {str(i): [r[i] or None for r in records] for i in range(len(headers))},
        schema={str(i): pl.String for i in range(len(headers))},
    )
    rows = pl.Series(numbers, dtype=pl.UInt32)
    return Grid(tuple(headers), frame, rows, None, tuple(ragged), header, tuple(titles))


def _quotes(error: str, text: str, separator: str, headers: Sequence[str], row: int) -> Unreadable:
    """Which cell of the row opens the quotation mark that was never closed, or closes it too early."""
    line = text.split("\n")[row - 1] if error.startswith("unexpected end") else ""
    position = next((i for i, cell in enumerate(line.split(separator)) if cell.count('"') % 2), 0)
    column = headers[position] if position < len(headers) else None
    code = "unclosed_quote" if error.startswith("unexpected end") else "misplaced_quote"
    return Unreadable(code, row=row, column=column if code == "unclosed_quote" else None)


def _swallowed(record: Sequence[str], headers: Sequence[str], separator: str, row: int) -> None:
    """A cell of several lines that holds as many separators as a row is a quotation mark that closed rows later."""
    for position, cell in enumerate(record):
        if "\n" in cell and cell.count(separator) >= len(headers) - 1 > 0:
            raise Unreadable("unclosed_quote", row=row, column=headers[position] if position < len(headers) else None)


def _keep(
    record: list[str], width: int, row: int, records: list[list[str]], numbers: list[int], ragged: list[Issue]
) -> None:
    extra = [cell for cell in record[width:] if cell.strip()]
    filled = any(cell.strip() for cell in record)
    if filled and (extra or len(record) < width):
        ragged.append(Issue("ragged_rows", "error", row=row, params={"found": len(record), "expected": width}))
    records.append((record + [""] * width)[:width])
    numbers.append(row)
