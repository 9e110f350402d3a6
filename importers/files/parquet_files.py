"""Parquet: flat columns as text, so that one set of rules judges every kind of file; sizes are read before any value."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Final

import polars as pl

from importers.context import TEXT_BYTES, Limits
from importers.files.elsewhere import Elsewhere
from importers.files.grid import Grid, column_letters
from importers.files.unreadable import Unreadable

QUOTES: Final = re.compile(r"[\"{}\[\]]")
SHORTEST: Final = 4
"""Letters of the shortest text that may name somebody."""
BYTES_A_LETTER: Final = 4
"""At most, in UTF-8: bytes are known without looking at the text."""
SECOND: Final = {"ns": 10**9, "us": 10**6, "ms": 10**3}
DAY: Final = 86_400
EXACT: Final = 2**24
"""Whole numbers that a number of short precision tells apart."""
FIRST_SECOND, LAST_SECOND = -62_135_596_800, 253_402_300_799
"""Of the year 1, and of the year 9999."""
NO_MOMENT: Final = "beyond any calendar"
"""The text of a moment that has no date: a fault of its cell in a column of dates."""


class _TooLong(Exception):
    """A cell of the row holds more text than a cell may."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


def read_parquet(content: bytes, limits: Limits) -> Grid:
    """The table of a Parquet file.

    Raises
    ------
    Unreadable
        A damaged file, nested types, two columns of one name, or more rows, columns or text than the limits allow:
        a few kilobytes may stand for gigabytes.
    """
    try:
        schema = pl.read_parquet_schema(io.BytesIO(content))
        if len(schema) > limits.columns:
            raise Unreadable("too_many_columns", n=len(schema), limit=limits.columns)
        if any(dtype.is_nested() or dtype in (pl.Binary, pl.Object) for dtype in schema.values()):
            raise Unreadable("nested_type")
        rows = int(pl.scan_parquet(io.BytesIO(content)).select(pl.len()).collect().item())
        if rows > limits.rows:
            raise Unreadable("too_many_rows", n=rows, limit=limits.rows)
        if rows * len(schema) > limits.grid_cells:
            raise Unreadable("table_too_large")
        _texts(content, schema, limits)
        frame = pl.read_parquet(io.BytesIO(content))
        said = pl.read_parquet_metadata(io.BytesIO(content))
        text = pl.DataFrame([_as_text(s).alias(str(i)) for i, s in enumerate(frame.iter_columns())])
    except pl.exceptions.DuplicateError as error:
        told = re.search("'(.*)'", str(error), re.DOTALL)
        raise Unreadable("duplicate_column", say="same", column=told[1] if told else "?") from error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise Unreadable("parquet_corrupt") from error
    numbers = pl.int_range(2, text.height + 2, dtype=pl.UInt32, eager=True)
    stored = {i: pl.Series(dtype=pl.String) for i, dtype in enumerate(frame.dtypes) if dtype.is_numeric()}
    return Grid(tuple(frame.columns), text, numbers, others=tuple(_notes(said)), written=stored)


def _notes(said: Mapping[str, str]) -> Iterator[Elsewhere]:
    """The texts that the file says of itself; the schema of Arrow is a code."""
    for key, value in said.items():
        for word in (key, *QUOTES.split(value)) if key != "ARROW:schema" else ():
            if len(word) >= SHORTEST:
                yield Elsewhere(word, "part")


def _texts(content: bytes, schema: Mapping[str, pl.DataType], limits: Limits) -> None:
    """The longest text of each column, and all of them together, one column at a time.

    A text repeated by reference costs nothing until it is copied.
    """
    total = 0
    for position, (name, dtype) in enumerate(schema.items()):
        try:
            if dtype == pl.String:
                total += _text_bytes(content, name, limits)
            elif dtype in (pl.Categorical, pl.Enum):
                total += _repeated_bytes(content, name, limits)
        except _TooLong as found:
            letters = column_letters(position)
            raise Unreadable("cell_too_large", row=found.row, column=name, places={name: letters}) from found
    if total > TEXT_BYTES[0] + TEXT_BYTES[1] * limits.file_bytes:
        raise Unreadable("table_too_large", say="text")


def _text_bytes(content: bytes, name: str, limits: Limits) -> int:
    text = pl.col(name)
    sure = pl.arg_where(text.str.len_bytes() > BYTES_A_LETTER * limits.cell_chars).first()
    first = pl.scan_parquet(io.BytesIO(content)).select(sure).collect().item()
    if first is not None:
        raise _TooLong(int(first) + 2)
    lengths = text.str.len_chars()
    sizes = {"n": lengths.max(), "first": lengths.arg_max(), "bytes": text.str.len_bytes().cast(pl.Int64).sum()}
    found = pl.scan_parquet(io.BytesIO(content)).select(**sizes).collect()
    if (found["n"][0] or 0) > limits.cell_chars:
        raise _TooLong(int(found["first"][0]) + 2)
    return int(found["bytes"][0])


def _repeated_bytes(content: bytes, name: str, limits: Limits) -> int:
    """Of a column of categories: each text is written once, however many cells refer to it."""
    column = pl.scan_parquet(io.BytesIO(content)).select(name).collect().to_series()
    counted = column.drop_nulls().value_counts(name="\0times")
    text = counted[name].cast(pl.String)
    long = text.filter(text.str.len_chars() > limits.cell_chars)
    if len(long):
        raise _TooLong(min(int((column == one).arg_max() or 0) for one in long) + 2)
    return int((text.str.len_bytes().cast(pl.Int64) * counted["\0times"].cast(pl.Int64)).sum())


def _as_text(series: pl.Series) -> pl.Series:
    """The cells as text: a whole number without a decimal point, or with an exponent where its last digits are lost."""
    if isinstance(series.dtype, pl.Duration):
        return series.dt.to_string("iso")
    if isinstance(series.dtype, pl.Datetime):
        zone = "+00:00" if series.dtype.time_zone else ""
        dated, beyond = _within_a_calendar(series, SECOND[series.dtype.time_unit])
        utc = dated.dt.convert_time_zone("UTC") if zone else dated
        return utc.dt.round("1s").dt.strftime("%Y-%m-%d %H:%M:%S" + zone).set(beyond, NO_MOMENT)
    if series.dtype == pl.Date:
        dated, beyond = _within_a_calendar(series, 1 / DAY)
        return dated.cast(pl.String).set(beyond, NO_MOMENT)
    if series.dtype.is_decimal():
        return series.cast(pl.String).str.replace(r"\.0+$", "")
    if not series.dtype.is_float():
        return series.cast(pl.String)
    text = series.cast(pl.String).str.strip_suffix(".0")
    if series.dtype == pl.Float32:
        beyond = (series.is_finite() & (series.abs() >= EXACT)).fill_null(value=False)
        places = beyond.arg_true()
        text = text.scatter(places, [f"{number:.16e}" for number in series.gather(places).to_list()])
    return text


def _within_a_calendar(series: pl.Series, second: float) -> tuple[pl.Series, pl.Series]:
    """The moments of the years 1 to 9999, and which of them are none: stored as bare numbers, they may be any."""
    number = series.to_physical()
    most = 2**63 - 1 - int(second)  # room to round to a second
    low, high = (max(-most, min(most, int(edge * second))) for edge in (FIRST_SECOND, LAST_SECOND))
    beyond = ((number < low) | (number > high)).fill_null(value=False)
    return series.set(beyond, None), beyond
