"""Parquet: flat columns as text, so that one set of rules judges every kind of file; sizes are read before any value."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

import polars as pl

from importers.context import Limits
from importers.elsewhere import Elsewhere
from importers.grid import Grid, Unreadable

QUOTES = re.compile(r"[\"{}\[\]]")
SHORTEST = 4
"""Letters of the shortest text that may name somebody."""
BYTES_A_LETTER = 4
"""At most, in UTF-8: bytes are known without looking at the text."""


def read_parquet(content: bytes, limits: Limits) -> Grid:
    """The table of a Parquet file.

    Raises
    ------
    Unreadable
        A damaged file, nested types, or more rows, columns or text than the limits allow: a few kilobytes may stand for gigabytes.
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
    except (pl.exceptions.PolarsError, OSError) as error:
        raise Unreadable("parquet_corrupt") from error
    headers = tuple(frame.columns)
    said = pl.read_parquet_metadata(io.BytesIO(content))
    others = tuple(
        Elsewhere(word, "part")
        for key, value in said.items()
        if key != "ARROW:schema"
        for word in (key, *QUOTES.split(value))
        if len(word) >= SHORTEST
    )
    text = pl.DataFrame([_as_text(s).alias(str(i)) for i, s in enumerate(frame.iter_columns())])
    return Grid(headers, text, pl.int_range(2, text.height + 2, dtype=pl.UInt32, eager=True), others=others)


def _texts(content: bytes, schema: Mapping[str, pl.DataType], limits: Limits) -> None:
    """The longest text of each column, one column at a time: a text repeated by reference costs nothing until it is copied."""
    for name, dtype in schema.items():
        if dtype in (pl.String, pl.Categorical, pl.Enum):
            text = pl.col(name).cast(pl.String)
            table = pl.scan_parquet(io.BytesIO(content))
            for lengths, most in (
                (text.str.len_bytes(), BYTES_A_LETTER * limits.cell_chars),
                (text.str.len_chars(), limits.cell_chars),
            ):
                first = table.select(pl.arg_where(lengths > most).first()).collect().item()
                if first is not None:
                    raise Unreadable("cell_too_large", row=int(first) + 2, column=name)


def _as_text(series: pl.Series) -> pl.Series:
    if series.dtype == pl.Boolean:
        return series.cast(pl.Int8).cast(pl.String)
    if isinstance(series.dtype, pl.Datetime):
        zone = "+00:00" if series.dtype.time_zone else ""
        utc = series.dt.convert_time_zone("UTC") if zone else series
        return utc.dt.round("1s").dt.strftime("%Y-%m-%d %H:%M:%S" + zone)
    if isinstance(series.dtype, pl.Duration):
        series = series.dt.total_microseconds()
    return series.cast(pl.String)
