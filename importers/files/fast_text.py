"""Large text files through Polars' reader, when nothing in them asks for a closer look."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import polars as pl

from importers.files.elsewhere import Elsewhere
from importers.files.grid import Grid

HEAD: Final = 64 * 1024
"""Bytes in which the header is looked for."""
QUOTED: Final = r'^"([^"]*)"$'


def fast_table(lines: bytes, separator: str, skipped: int, breaks: int) -> Grid | None:
    """The table below `skipped` lines of titles, or `None`: then the exact reader says what is odd, and where.

    Odd is a blank line, a row shorter or longer than the header, a quotation mark elsewhere than around a cell.

    Parameters
    ----------
    lines, breaks
        UTF-8, with line feeds alone, and how many.
    """
    first = lines[:HEAD].decode("utf-8", errors="ignore").split("\n")[: skipped + 1]
    if len(first) <= skipped or any('"' in line for line in first[:skipped]):
        return None
    headers = first[skipped].split(separator)
    frame = _frame(lines, separator, first, breaks)
    if frame is None or frame.width != len(headers):
        return None
    frame.columns = [str(i) for i in range(frame.width)]
    if b'"' in lines:
        unquoted = _unquoted(frame, headers)
        if unquoted is None:
            return None
        frame, headers = unquoted
    titles = [
        Elsewhere(cell, "margin", row=i + 1, position=position)
        for i, line in enumerate(first[:skipped])
        for position, cell in enumerate(line.split(separator))
        if cell.strip()
    ]
    rows = pl.int_range(skipped + 2, skipped + 2 + frame.height, dtype=pl.UInt32, eager=True)
    return Grid(tuple(headers), frame, rows, None, (), skipped + 1, tuple(titles))


def _frame(lines: bytes, separator: str, first: Sequence[str], breaks: int) -> pl.DataFrame | None:
    """The cells as they stand between separators; `first` are the lines down to the header."""
    try:
        frame = pl.read_csv(
            lines,
            separator=separator,
            infer_schema=False,
            quote_char=None,
            truncate_ragged_lines=False,
            skip_lines=len(first) - 1,
        )
    except pl.exceptions.PolarsError:
        return None
    if not frame.width or not frame.height:
        return None
    if len(first) + frame.height != breaks + (not lines.endswith(b"\n")) or frame.to_series(0).null_count():
        blank = lines.find(b"\n\n", len("\n".join(first).encode()))
        if blank >= 0:
            end = lines[: blank + 1]
            return None if lines[blank:].strip(b"\n") else _frame(end, separator, first, end.count(b"\n"))
    last = lines[lines.rfind(b"\n") + 1 :]
    if (
        last.count(separator.encode()) > frame.width - 1
    ):  # at the end of the text, Polars lets an empty cell too many pass
        return None
    if frame.to_series(-1).null_count():  # a row that is too short ends there; so does one whose last cell is empty
        above = sum(line.count(separator) for line in first)
        if lines.count(separator.encode()) != above + frame.height * (frame.width - 1):
            return None
    return frame


def _unquoted(frame: pl.DataFrame, headers: Sequence[str]) -> tuple[pl.DataFrame, list[str]] | None:
    """The cells and headers without the marks around them; `None` when a mark stands anywhere else."""
    columns = []
    for column in frame.get_columns():
        marked = column.str.contains('"', literal=True)
        if not marked.any():
            columns.append(column)
            continue
        if not column.str.contains(QUOTED).filter(marked).all():
            return None
        columns.append(column.str.strip_chars('"').replace("", None))
    plain = [re.sub(QUOTED, r"\1", header) for header in headers]
    return (pl.DataFrame(columns), plain) if not any('"' in header for header in plain) else None
