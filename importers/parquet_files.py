"""Parquet: flat columns as text, so that one set of rules judges every kind of file."""

from __future__ import annotations

import io

import polars as pl

from importers.grid import Grid, Unreadable


def read_parquet(content: bytes, columns_limit: int) -> Grid:
    """The table of a Parquet file.

    Raises
    ------
    Unreadable
        A damaged file, nested types, or too many columns.
    """
    try:
        schema = pl.read_parquet_schema(io.BytesIO(content))
        if len(schema) > columns_limit:
            raise Unreadable("too_many_columns", n=len(schema), limit=columns_limit)
        if any(dtype.is_nested() or dtype in (pl.Binary, pl.Object) for dtype in schema.values()):
            raise Unreadable("nested_type")
        frame = pl.read_parquet(io.BytesIO(content))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise Unreadable("parquet_corrupt") from error
    headers = tuple(frame.columns)
    text = pl.DataFrame([_as_text(s).alias(str(i)) for i, s in enumerate(frame.iter_columns())])
    return Grid(headers, text, pl.int_range(1, text.height + 1, dtype=pl.UInt32, eager=True))


def _as_text(series: pl.Series) -> pl.Series:
    if series.dtype == pl.Boolean:
        return series.cast(pl.Int8).cast(pl.String)
    if isinstance(series.dtype, pl.Datetime):
        zone = "+00:00" if series.dtype.time_zone else ""
        utc = series.dt.convert_time_zone("UTC") if zone else series
        return utc.dt.strftime("%Y-%m-%d %H:%M:%S" + zone)
    return series.cast(pl.String)
