"""Dates and times: one order of day and month for the whole column, local times of Paris to UTC, nothing guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from importers.cells.typed import matches
from importers.report import Issue

ZONE: Final = "Europe/Paris"
CLOCK: Final = r"(?:(?:[ T]+|\s+à\s+)(\d{1,2})(?:[:hH](\d{2}))(?::(\d{2})(?:[.,]\d+)?)?)?"
ISO: Final = r"^(\d{4})[-/](\d{1,2})[-/](\d{1,2})" + CLOCK + r"\s*(Z|z|[+-]\d{2}:?\d{2})?$"
FRENCH: Final = r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})" + CLOCK + r"()$"
WORDED: Final = r"(?i)^(?:\p{L}+\.?\s+)?(\d{1,2})(?:er)?[\s\-/.]+(\p{L}{3,9}\.?)[\s\-/.]+(\d{4}|\d{2})" + CLOCK + r"()$"
COMPACT: Final = r"^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?)?(Z)?$"
ODD_SPACES: Final = "[\u00a0\u202f\u2009]"
HALVES: Final = r"(?i)\d\s*[ap]\.?m\.?$"
EITHER_ORDER: Final = r"^(?:0?[1-9]|1[0-2])[/.\-](?:0?[1-9]|1[0-2])[/.\-]"
SERIAL: Final = r"^\d{5}(?:[.,]\d+)?$"
SERIAL_DAYS: Final = (20_000.0, 80_000.0)
"""Excel days between 1954 and 2119: a column made of nothing else is a column of dates that lost its format."""
SHIFT_1904: Final = 1462
MONTHS: Final = {
    "janv": 1, "janvier": 1, "jan": 1, "january": 1, "févr": 2, "fevr": 2, "février": 2, "fevrier": 2, "fév": 2, "fev": 2, "feb": 2,
    "february": 2, "mars": 3, "mar": 3, "march": 3, "avr": 4, "avril": 4, "apr": 4, "april": 4, "mai": 5, "may": 5, "juin": 6,
    "jun": 6, "june": 6, "juil": 7, "juillet": 7, "jul": 7, "july": 7, "août": 8, "aout": 8, "aoû": 8, "aou": 8, "aug": 8,
    "august": 8, "sept": 9, "septembre": 9, "sep": 9, "september": 9, "oct": 10, "octobre": 10, "october": 10, "nov": 11,
    "novembre": 11, "november": 11, "déc": 12, "dec": 12, "décembre": 12, "decembre": 12, "december": 12,
}  # fmt: skip
FIELDS: Final = ("year", "month", "day", "hour", "minute", "second", "offset")


@dataclass(frozen=True)
class Dates:
    """Typed dates, the records that are none by code, and what the column as a whole is warned of."""

    values: pl.Series
    faults: Mapping[str, pl.Series]
    warnings: tuple[str, ...] = ()

    def issues_for(self, header: str) -> tuple[Issue, ...]:
        """Day numbers converted, years of two digits, several ways of writing."""
        return tuple(Issue(code, "warning", column=header) for code in self.warnings)


def typed_dates(text: pl.Series, kind: Literal["date", "datetime"] | str, *, epoch_1904: bool = False) -> Dates:
    """The column as dates (local day) or as instants in UTC.

    Parameters
    ----------
    text
        Stripped text, null where missing.
    kind
        `date` or `datetime`.
    epoch_1904
        Day numbers count from 1904, not from 1900.
    """
    if (text.str.len_bytes() != text.str.len_chars()).any():
        text = text.str.replace_all(ODD_SPACES, " ")
    filled = text.drop_nulls()
    if len(filled) and filled.str.contains(SERIAL).all():
        return _serial(text, kind, SHIFT_1904 if epoch_1904 else 0)
    parts, ways = _parts(text)
    padded = parts.select(
        pl.when(pl.col("year").str.len_chars() == 2)
        .then("20" + pl.col("year"))
        .otherwise(pl.col("year"))
        .alias("year"),
        *(pl.col(c).fill_null("0").str.zfill(2) for c in FIELDS[1:6]),
        "offset",
    )
    stamp = pl.format("{}-{}-{} {}:{}:{}", *FIELDS[:6])
    local = padded.select(stamp.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False).alias("t"))["t"]
    values = local.dt.date() if kind == "date" else _instants(local, padded["offset"])
    twice = (
        local.is_not_null() & values.is_null() & _exists_twice(local) if kind == "datetime" else local.is_null() & False
    )
    halves = matches(text, HALVES)
    ambiguous = twice | (halves & matches(text, EITHER_ORDER))
    invalid = text.is_not_null() & values.is_null() & ~ambiguous
    warnings = ["two_digit_year"] if (parts["year"].str.len_chars() == 2).any() else []
    warnings += ["mixed_date_formats"] if sum(ways) > 1 else []
    return Dates(values, {"invalid_date": invalid, "ambiguous_date": ambiguous}, tuple(warnings))


def _parts(text: pl.Series) -> tuple[pl.DataFrame, list[bool]]:
    """Year to offset as text, and which ways of writing a date the column holds."""
    frame = pl.DataFrame({"text": text})
    iso = _groups(frame, ISO, (1, 2, 3, 4, 5, 6, 7))
    french = _groups(frame, FRENCH, (3, 2, 1, 4, 5, 6, 7))
    found = [iso, french]
    left = text.is_not_null() & iso["year"].is_null() & french["year"].is_null()
    if left.any():  # rarer ways, read only when they are there
        worded = _groups(frame, WORDED, (3, 2, 1, 4, 5, 6, 7))
        month = worded["month"].str.strip_chars(".").str.to_lowercase()
        numbers = month.replace_strict(
            list(MONTHS), [str(m) for m in MONTHS.values()], default=None, return_dtype=pl.String
        )
        found += [worded.with_columns(numbers.alias("month")), _groups(frame, COMPACT, (1, 2, 3, 4, 5, 6, 7))]
    merged = pl.DataFrame({name: pl.select(pl.coalesce([one[name] for one in found])).to_series() for name in FIELDS})
    offset = merged["offset"]
    return merged.with_columns(offset.set((offset == "").fill_null(value=False), None)), [
        bool(one["year"].is_not_null().any()) for one in found
    ]


def _groups(frame: pl.DataFrame, pattern: str, order: tuple[int, ...]) -> pl.DataFrame:
    groups = pl.col("text").str.extract_groups(pattern)
    return frame.select(**{name: groups.struct.field(str(i)) for name, i in zip(FIELDS, order, strict=True)})


def _exists_twice(local: pl.Series) -> pl.Series:
    """Hours of the night when summer time ends: without an offset they are two instants."""
    earliest, latest = (
        local.dt.replace_time_zone(ZONE, ambiguous=which, non_existent="null") for which in ("earliest", "latest")
    )
    return (earliest != latest).fill_null(value=False)


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


def _serial(text: pl.Series, kind: str, shift: int) -> Dates:
    days = text.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False) + shift
    inside = days.is_between(*SERIAL_DAYS).fill_null(value=False)
    seconds = (days.set(~inside, None) * 86_400).round()
    frame = pl.DataFrame({"s": seconds})
    start = pl.lit("1899-12-30").str.to_datetime("%Y-%m-%d", time_unit="us")
    local = frame.select((start + pl.duration(seconds=pl.col("s").cast(pl.Int64))).alias("t"))["t"]
    values = local.dt.date() if kind == "date" else _instants(local, pl.Series([None] * len(local), dtype=pl.String))
    return Dates(values, {"invalid_date": text.is_not_null() & values.is_null()}, ("excel_serial_converted",))
