"""CSV and its cousins: any encoding and separator that hospitals send, decided for the whole file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import groupby
from typing import Final

import polars as pl

from importers.columns.headers import SEARCHED_ROWS, HeaderWords, header_row, record_above
from importers.context import Limits
from importers.files.elsewhere import Elsewhere
from importers.files.encodings import utf8_lines
from importers.files.fast_text import HEAD, fast_table
from importers.files.grid import Grid, column_letters, without_margins
from importers.files.unreadable import Unreadable
from importers.report import Issue

SEPARATORS: Final = (";", ",", "\t", "|")
HEAD_LINES: Final = 40
LINES_A_ROW: Final = 2
"""Lines that a row may take on average, by cells of several lines: beyond, the file is not even parsed."""
BREAKS: Final = re.compile("[\v\f]")
"""Line breaks within a cell, as some programs write them."""
LONGEST: Final = 2**31 - 1
BLOCK: Final = 16
"""Rows of a spreadsheet, from the first, that it ends alike: with as many separators as the longest of them needs."""
FAST_FROM: Final = 1_000_000
"""Bytes from which Polars reads the file; below, and for any oddity, the csv module keeps the exact line numbers."""


def read_text(content: bytes, words: HeaderWords, limits: Limits) -> Grid:
    """The table of a text file.

    Raises
    ------
    Unreadable
        Undecodable text, no header that names a column of the protocol, or a quote that never closes.
    """
    lines, encoding = utf8_lines(content)
    head = lines[:HEAD].decode("utf-8", errors="ignore").split("\n")[:HEAD_LINES]
    end = lines.find(b"\n")
    for separator in SEPARATORS:
        if (n := lines.count(separator.encode(), 0, end if end >= 0 else len(lines))) > limits.columns:
            raise Unreadable("too_many_columns", n=n + 1, limit=limits.columns)
    separator, skipped, above = _layout(head, words)
    breaks = lines.count(b"\n")
    if breaks > LINES_A_ROW * limits.rows + skipped:
        raise Unreadable("too_many_rows", n=breaks, limit=limits.rows)
    if breaks * (head[skipped].count(separator) + 1) > limits.grid_cells:
        raise Unreadable("table_too_large")
    grid = fast_table(lines, separator, skipped, breaks) if len(lines) >= FAST_FROM else None
    if grid is None:
        if lines.count(separator.encode()) + breaks > limits.grid_cells:
            raise Unreadable("table_too_large")
        grid = _exact(lines.decode("utf-8"), separator, skipped)
    if (n := len(grid.headers) - _empty_at_the_end(grid.headers)) > limits.columns:
        raise Unreadable("too_many_columns", n=n, limit=limits.columns)
    issues: list[Issue] = []
    if encoding not in ("utf-8", "utf-16"):
        issues.append(Issue("encoding_not_utf8", "warning", params={"encoding": encoding}))
    if above is not None:
        issues.append(Issue("rows_above_header", "error", row=above + 1, params={"n": grid.header_row}))
    if skipped and not _is_directive(head[0], skipped):
        issues.append(Issue("header_not_first_row", "warning", row=grid.header_row))
    left = without_margins(grid.frame, grid.rows, words.key_positions(grid.headers), grid.headers)
    kept = {*left.rows.to_list()} if grid.issues else set()
    ragged = [issue for issue in grid.issues if issue.row in kept]
    return Grid(
        tuple(BREAKS.sub(" ", header) for header in grid.headers),
        left.frame,
        left.rows,
        None,
        (*issues, *ragged, *left.issues),
        grid.header_row,
        (*grid.others, *left.others),
        units={position: (unit,) for position, unit in left.units.items()},
    )


def _empty_at_the_end(headers: Sequence[str]) -> int:
    return len(headers) - next((i for i in range(len(headers), 0, -1) if headers[i - 1].strip()), 0)


def _is_directive(text: str, skipped: int) -> bool:
    """Excel's own first line, `sep=;`, is no title."""
    return skipped == 1 and text[:5].lower().startswith("sep=")


def _layout(head: Sequence[str], words: HeaderWords) -> tuple[str, int, int | None]:
    """The separator and the number of lines before the header, those that name most columns of the protocol.

    And the line of what looks like a record above it, if there is one.
    """
    csv.field_size_limit(LONGEST)
    best: tuple[int, int, str, int, int | None] | None = None
    for separator in SEPARATORS:
        try:
            lines = list(csv.reader(head, delimiter=separator))
        except csv.Error:
            continue
        found = header_row(lines, words)
        if found is not None:
            row, known = found
            candidate = (known, len(lines[row]), separator, row, record_above(lines, row, words))
            if best is None or candidate[:2] > best[:2]:
                best = candidate
    if best is None:
        raise Unreadable("header_not_found", n=SEARCHED_ROWS, names=words.wanted)
    return best[2:]


def _exact(text: str, separator: str, skipped: int) -> Grid:
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    records: list[list[str]] = []
    numbers: list[int] = []
    ragged: list[Issue] = []
    titles: list[Elsewhere] = []
    headers: Sequence[str] = ()
    widths: dict[int, tuple[int, int]] = {}
    start = header = 1
    named = found = 0
    try:
        for index, record in enumerate(reader):
            if index == skipped:
                headers, header = record, start
                named = len(headers) - _empty_at_the_end(headers)
            elif index > skipped:
                _keep(record, len(headers), named, start, records, numbers, ragged)
                if len(record) >= named:
                    found = len(record) if any(map(str.strip, record)) or found < named else found
                    widths[index + 1] = (start, found)  # a blank row is as long as the one above
                if reader.line_num > start:
                    _swallowed(record, headers, separator, start)
            else:
                cells = enumerate(record)
                titles.extend(Elsewhere(cell, "margin", row=start, position=i) for i, cell in cells if cell.strip())
            start = reader.line_num + 1
    except csv.Error as error:
        raise _quotes(str(error), text, separator, headers, start) from error
    ragged.extend(_shifted(widths, len(headers), {issue.row for issue in ragged}, separator))
    frame = pl.DataFrame(
        {str(i): [r[i] or None for r in records] for i in range(len(headers))},
        schema={str(i): pl.String for i in range(len(headers))},
    )
    rows = pl.Series(numbers, dtype=pl.UInt32)
    return Grid(tuple(headers), frame, rows, None, tuple(ragged), header, tuple(titles))


def _shifted(
    widths: Mapping[int, tuple[int, int]], width: int, told: Set[int | None], separator: str
) -> Iterator[Issue]:
    """Rows that a decimal comma, or a separator within a text, may have shifted: of another length than others of the table.

    `widths` holds by row of a spreadsheet, which a cell of several lines keeps one, the line and how many cells it has.
    Spreadsheets end whole blocks of rows with separators too many, for a column that was once filled: these are no fault.
    """
    beyond = [(found > width) - (found < width) for _, found in widths.values()]
    if len(set(beyond)) <= 1:
        return
    last = max(widths)
    for other, run in groupby(zip(widths, beyond, strict=True), key=lambda one: one[1]):
        rows = [row for row, _ in run]
        blocks = rows[0] % BLOCK == 1 and (rows[-1] % BLOCK == 0 or rows[-1] == last)
        for line, found in map(widths.__getitem__, rows) if other and not (blocks and separator != ",") else ():
            if line not in told:
                yield Issue("ragged_rows", "error", row=line, params={"found": found, "expected": width})


def _quotes(error: str, text: str, separator: str, headers: Sequence[str], row: int) -> Unreadable:
    """Which cell of the row opens the quotation mark that was never closed, or closes it too early."""
    unclosed = error.startswith("unexpected end")
    start = 0
    for _ in range(row - 1):
        start = text.find("\n", start) + 1
    if unclosed:
        line = text[start:].partition("\n")[0]
        position = next((i for i, cell in enumerate(line.split(separator)) if cell.count('"') % 2), 0)
    else:
        position = _misplaced(text, start, separator)
    column = headers[position].strip() or None if position < len(headers) else None
    if column is None:
        return Unreadable("unclosed_quote" if unclosed else "misplaced_quote", row=row)
    letters = column_letters(position)
    places = {column: letters}
    if unclosed:
        return Unreadable("unclosed_quote", row=row, column=column, places=places)
    return Unreadable("misplaced_quote", row=row, column=column, cell=f"{letters}{row}", say="cell", places=places)


def _misplaced(text: str, start: int, separator: str) -> int:
    """The position of the first cell of a row whose quotation mark closes before the cell does."""
    apart = re.escape(separator)
    cell = re.compile(rf'(?:"(?:[^"]|"")*+"|(?!")[^{apart}\n]*)(?=({apart})|\n|\Z)')
    position = 0
    while (found := cell.match(text, start)) is not None and found[1]:
        start, position = found.end() + 1, position + 1
    return position


def _swallowed(record: Sequence[str], headers: Sequence[str], separator: str, row: int) -> None:
    """A cell of several lines that holds as many separators as a row is a quotation mark that closed rows later."""
    for position, cell in enumerate(record):
        if "\n" in cell and cell.count(separator) >= len(headers) - 1 > 0:
            letters = column_letters(position)
            column = headers[position] if position < len(headers) else letters
            raise Unreadable("unclosed_quote", row=row, column=column, places={column: letters})


def _keep(
    record: list[str],
    width: int,
    named: int,
    row: int,
    records: list[list[str]],
    numbers: list[int],
    ragged: list[Issue],
) -> None:
    extra = [cell for cell in record[width:] if cell.strip()]
    filled = any(cell.strip() for cell in record)
    if filled and (extra or len(record) < named):
        ragged.append(Issue("ragged_rows", "error", row=row, params={"found": len(record), "expected": width}))
    records.append((record + [""] * width)[:width])
    numbers.append(row)
