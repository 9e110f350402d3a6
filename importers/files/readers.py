"""The reader of each kind of file, loaded with the first file of its kind."""

from __future__ import annotations

from collections.abc import Sequence

from importers.columns.headers import HeaderWords
from importers.context import Limits
from importers.files.container import Kind, kind_of
from importers.files.grid import Grid
from importers.files.text_files import read_text


def read_file(content: bytes, name: str, words: HeaderWords, limits: Limits, wanted: Sequence[str] = ()) -> Grid:
    """The table of a file as text.

    Parameters
    ----------
    content, name
        The bytes and the name under which they were sent.
    words
        By which the line of headers is known.
    wanted
        Titles that the sheet to read may have, when a workbook holds one sheet per table.

    Raises
    ------
    Unreadable
        One issue says why the file stops here.
    """
    kind = kind_of(content, name, limits)
    if kind is Kind.XLSX:
        from importers.files.spreadsheets import read_workbook  # noqa: PLC0415

        return read_workbook(content, words, limits, wanted)
    if kind is Kind.PARQUET:
        from importers.files.parquet_files import read_parquet  # noqa: PLC0415

        return read_parquet(content, limits)
    return read_text(content, words, limits)
