"""Dates and times: one order of day and month for the whole column, local times of Paris to UTC, nothing guessed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from importers.report import Issue

ZONE: Final = "Europe/Paris"
CLOCK: Final = r"(?:[ T]+(\d{1,2})[:hH](\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?"
ISO: Final = r"^(\d{4})-(\d{1,2})-(\d{1,2})" + CLOCK + r"\s*(Z|z|[+-]\d{2}:?\d{2})?$"
FRENCH: Final = r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})" + CLOCK + r"()$"
SERIAL: Final = r"^\d{5}(?:[.,]\d+)?$"
SERIAL_DAYS: Final = (20_000.0, 80_000.0)
"""Excel days between 1954 and 2119: a column made of nothing else is a column of dates that lost its format."""


@dataclass(frozen=True)
class Dates:
    """Typed dates, the records that are none, and whether the column was of Excel's day numbers."""

    values: pl.Series
    invalid: pl.Series
    serial: bool = False

    def issues_for(self, header: str) -> tuple[Issue, ...]:
        """The warning that day numbers were converted."""
        return (Issue("excel_serial_converted", "warning", column=header),) if self.serial else ()


def typed_dates(text: pl.Series, kind: Literal["date", "datetime"] | str) -> Dates:
    """The column as dates (local day) or as instants in UTC.

    Parameters
    ----------
    text
        Stripped text, null where missing.
    kind
        `date` or `datetime`.
    """
    filled = text.drop_nulls()
    if len(filled) and filled.str.contains(SERIAL).all():
        return _serial(text, kind)
    frame = pl.DataFrame({"text": text})
    iso = pl.col("text").str.extract_groups(ISO)
    french = pl.col("text").str.extract_groups(FRENCH)
    parts = frame.select(
        year=pl.coalesce(iso.struct.field("1"), french.struct.field("3")),
        month=pl.coalesce(iso.struct.field("2"), french.struct.field("2")),
        day=pl.coalesce(iso.struct.field("3"), french.struct.field("1")),
        hour=pl.coalesce(iso.struct.field("4"), french.struct.field("4")),
        minute=pl.coalesce(iso.struct.field("5"), french.struct.field("5")),
        second=pl.coalesce(iso.struct.field("6"), french.struct.field("6")),
        offset=iso.struct.field("7"),
    )
    padded = parts.select(
        pl.col("year"),
        *(pl.col(c).fill_null("0").str.zfill(2) for c in ("month", "day", "hour", "minute", "second")),
        "offset",
    )
    stamp = pl.format("{}-{}-{} {}:{}:{}", "year", "month", "day", "hour", "minute", "second")
    local = padded.select(stamp.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False).alias("t"))["t"]
    values = local.dt.date() if kind == "date" else _instants(local, padded["offset"])
    return Dates(values, text.is_not_null() & values.is_null())


def _instants(local: pl.Series, offset: pl.Series) -> pl.Series:
    """UTC: by the stated offset, else as a local time of Paris; an hour that does not exist, or exists twice, is none."""
    there = local.dt.replace_time_zone(ZONE, ambiguous="null", non_existent="null").dt.convert_time_zone("UTC")
    stated = offset.is_not_null()
    if not stated.any():
        return there
    sign = pl.when(pl.col("o").str.starts_with("-")).then(-1).otherwise(1)
    digits = pl.col("o").str.replace_all(r"[^0-9]", "").str.zfill(4)
    minutes = digits.str.slice(0, 2).cast(pl.Int64, strict=False) * 60 + digits.str.slice(2, 2).cast(
        pl.Int64, strict=False
    )
    frame = pl.DataFrame({"t": local, "o": offset, "there": there})
    utc = (pl.col("t") - pl.duration(minutes=sign * minutes)).dt.replace_time_zone("UTC")
    return frame.select(pl.when(pl.col("o").is_not_null()).then(utc).otherwise(pl.col("there")).alias("v"))["v"]


def _serial(text: pl.Series, kind: str) -> Dates:
    days = text.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    inside = days.is_between(*SERIAL_DAYS).fill_null(value=False)
    seconds = (days.set(~inside, None) * 86_400).round()
    frame = pl.DataFrame({"s": seconds})
    start = pl.lit("1899-12-30").str.to_datetime("%Y-%m-%d", time_unit="us")
    local = frame.select((start + pl.duration(seconds=pl.col("s").cast(pl.Int64))).alias("t"))["t"]
    values = local.dt.date() if kind == "date" else _instants(local, pl.Series([None] * len(local), dtype=pl.String))
    return Dates(values, text.is_not_null() & values.is_null(), serial=True)
