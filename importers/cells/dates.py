"""Dates and times: one order of day and month for the whole column, local times to UTC, nothing guessed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import polars as pl

from importers.cells.typed import matches
from importers.cells.zones import PARIS
from importers.report import Issue

CLOCK: Final = r"(?:(?:[ T]+|\s+à\s+)(\d{1,2})(?:(?::|\s?[hH]\s?)(\d{2})(?::([0-5]\d)(?:[.,](\d)\d*)?)?|\s?[hH]))?"
ISO: Final = r"^(\d{4})[-/](\d{1,2})[-/](\d{1,2})" + CLOCK + r"\s*(Z|z|[+-](?:0\d|1[0-4]):?[0-5]\d)?$"
FRENCH: Final = r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})" + CLOCK + r"()$"
WORDED: Final = r"(?i)^(?:\p{L}+\.?\s+)?(\d{1,2})(?:er)?[\s\-/.]+(\p{L}{3,9}\.?)[\s\-/.]+(\d{4}|\d{2})" + CLOCK + r"()$"
COMPACT: Final = r"^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(?:([0-5]\d)(?:[.,](\d)\d*)?)?)?(Z)?$"
ODD_SPACES: Final = "[\u00a0\u202f\u2009]"
HALVES: Final = r"(?i)\d\s*[ap]\.?m\.?$"
YEAR_FIRST: Final = r"^(?:1[5-9]|2\d|3[01])-(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12]\d|3[01])(?:\D|$)"
"""`25-03-04`: the 25th of March 2004, or the 4th of March 2025; a column of days of the month holds others than these."""
EITHER_ORDER: Final = r"^(?:0?[1-9]|1[0-2])[/.\-](?:0?[1-9]|1[0-2])[/.\-]"
SERIAL: Final = r"^\d{5}(?:[.,]\d+)?$"
SERIAL_DAYS: Final = (32_874.0, 80_000.0)
"""Excel days between 1990 and 2119: a column made of nothing else is a column of dates that lost its format. The days that R and
SAS count, from 1970 and 1960, would be of the 1950s or 1960s."""
SHIFT_1904: Final = 1462
MONTHS: Final = {
    "janv": 1, "janvier": 1, "jan": 1, "january": 1, "févr": 2, "fevr": 2, "février": 2, "fevrier": 2, "fév": 2, "fev": 2, "feb": 2,
    "february": 2, "mars": 3, "mar": 3, "march": 3, "avr": 4, "avril": 4, "apr": 4, "april": 4, "mai": 5, "may": 5, "juin": 6,
    "jun": 6, "june": 6, "juil": 7, "juillet": 7, "jul": 7, "july": 7, "août": 8, "aout": 8, "aoû": 8, "aou": 8, "aug": 8,
    "august": 8, "sept": 9, "septembre": 9, "sep": 9, "september": 9, "oct": 10, "octobre": 10, "october": 10, "nov": 11,
    "novembre": 11, "november": 11, "déc": 12, "dec": 12, "décembre": 12, "decembre": 12, "december": 12,
}  # fmt: skip
FIELDS: Final = ("year", "month", "day", "hour", "minute", "second", "tenth", "offset")
FIRST_YEAR, LAST_YEAR = 1950, 2099
"""A date beyond them is a slip of the keyboard, or a number that a spreadsheet shows as a date."""
MIDNIGHTS: Final = 0.02
"""Share of moments at midnight from which they may well be days without a time."""
FEW_MIDNIGHTS: Final = 3
SEVERAL: Final = 2
MONTHS_A_YEAR: Final = 12
HALF_A_SECOND: Final = 5


@dataclass(frozen=True)
class Dates:
    """Typed dates, the records that are none by code, and what the column as a whole is warned of."""

    values: pl.Series
    faults: Mapping[str, pl.Series]
    warnings: tuple[str, ...] = ()
    counted: Mapping[str, pl.Series] = field(default_factory=dict)
    """Cells that one warning counts, by code."""

    def issues_for(self, header: str) -> tuple[Issue, ...]:
        """Day numbers converted, years of two digits, several ways of writing."""
        return tuple(Issue(code, "warning", column=header) for code in self.warnings)


def typed_dates(
    text: pl.Series, kind: Literal["date", "datetime"] | str, *, epoch_1904: bool = False, zone: str = PARIS
) -> Dates:
    """The column as dates (local day) or as instants in UTC.

    Parameters
    ----------
    text
        Stripped text, null where missing.
    kind
        `date` or `datetime`.
    epoch_1904
        Day numbers count from 1904, not from 1900.
    zone
        The clock by which local times are read.
    """
    if (text.str.len_bytes() != text.str.len_chars()).any():
        text = text.str.replace_all(ODD_SPACES, " ")
    filled = text.drop_nulls()
    if len(filled) and filled.str.contains(SERIAL).all():
        return _serial(text, kind, SHIFT_1904 if epoch_1904 else 0, zone)
    parts, ways = _parts(text)
    padded = parts.select(
        pl.when(pl.col("year").str.len_chars() == 2)
        .then("20" + pl.col("year"))
        .otherwise(pl.col("year"))
        .alias("year"),
        *(pl.col(c).fill_null("0").str.zfill(2) for c in FIELDS[1:6]),
        pl.col("tenth").cast(pl.Int8, strict=False).fill_null(0) >= HALF_A_SECOND,
        "offset",
    )
    stamp = pl.format("{}-{}-{} {}:{}:{}", *FIELDS[:6]).str.to_datetime(
        "%Y-%m-%d %H:%M:%S", time_unit="us", strict=False
    )
    local = padded.select((stamp + pl.duration(seconds=pl.col("tenth").cast(pl.Int8))).alias("t"))["t"]
    values = (_days if kind == "date" else _instants)(local, padded["offset"], zone)
    ambiguous = matches(text, HALVES) & matches(text, EITHER_ORDER)
    if kind == "datetime":
        ambiguous = ambiguous | (local.is_not_null() & values.is_null() & _exists_twice(local, zone))
    short = parts["year"].str.len_chars() == 2
    if short.any() and matches(text, YEAR_FIRST).filter(text.is_not_null()).all():
        ambiguous = ambiguous | short.fill_null(value=False)
    warnings = ["two_digit_year"] if short.any() else []
    warnings += ["mixed_date_formats"] if sum(ways) > 1 else []
    swapped = _swapped(text) if all(ways[:2]) else None
    if swapped is not None:
        values, local = values.set(swapped, None), local.set(swapped, None)
    found = _judged(Dates(values, {"ambiguous_date": ambiguous}, tuple(warnings)), text, local, swapped)
    return _with_times(found, local, parts["hour"].is_null()) if kind == "datetime" else found


def _swapped(text: pl.Series) -> pl.Series | None:
    """True dates whose day may be their month: a spreadsheet made them of the texts that it could read the American way.

    All the texts that are left have days above 12, and all the true dates have none.
    """
    written = text.str.extract(FRENCH, 1).cast(pl.Int16, strict=False)
    stored = text.str.extract(ISO, 3).cast(pl.Int16, strict=False)
    several = min(len(written.drop_nulls()), len(stored.drop_nulls())) >= SEVERAL
    if not several or (written <= MONTHS_A_YEAR).any() or (stored > MONTHS_A_YEAR).any():
        return None
    return stored.is_not_null()


def _judged(dates: Dates, text: pl.Series, local: pl.Series, swapped: pl.Series | None = None) -> Dates:
    """Without the dates in doubt or beyond reason; a text that is none is a fault."""
    ambiguous = dates.faults.get("ambiguous_date", local.is_null() & False)
    far = ~local.dt.year().is_between(FIRST_YEAR, LAST_YEAR).fill_null(value=True) & ~ambiguous
    invalid = text.is_not_null() & dates.values.is_null() & ~ambiguous & ~far
    faults = {"invalid_date": invalid, "ambiguous_date": ambiguous, "implausible_date": far}
    if swapped is not None:
        faults |= {"invalid_date": invalid & ~swapped, "swapped_date": swapped}
    return replace(dates, values=dates.values.set(ambiguous | far, None), faults=faults)


def _with_times(dates: Dates, local: pl.Series, timeless: pl.Series) -> Dates:
    """A moment needs its time: a day alone is a fault, as is a column of midnights; other midnights are counted."""
    read = dates.values.is_not_null()
    midnight = is_midnight(local) & read
    without = read & (midnight if int(midnight.sum()) == int(read.sum()) else timeless)
    counted = {"times_at_midnight": midnight & ~without}
    faults = {**dates.faults, "time_missing": without}
    return replace(dates, values=dates.values.set(without, None), faults=faults, counted=counted)


def too_many_midnights(count: int, filled: int) -> bool:
    """Whether so many moments at midnight are worth a word: some of them may be days without a time."""
    return count >= FEW_MIDNIGHTS and count > MIDNIGHTS * filled


def is_midnight(local: pl.Series) -> pl.Series:
    """Which moments of a clock are the first of their day."""
    return (local.dt.time() == dt.time()).fill_null(value=False)


def _parts(text: pl.Series) -> tuple[pl.DataFrame, list[bool]]:
    """Year to offset as text, and which ways of writing a date the column holds."""
    frame = pl.DataFrame({"text": text})
    iso = _groups(frame, ISO, (1, 2, 3, 4, 5, 6, 7, 8))
    french = _groups(frame, FRENCH, (3, 2, 1, 4, 5, 6, 7, 8))
    found = [iso, french]
    left = text.is_not_null() & iso["year"].is_null() & french["year"].is_null()
    if left.any():  # rarer ways, read only when they are there
        worded = _groups(frame, WORDED, (3, 2, 1, 4, 5, 6, 7, 8))
        month = worded["month"].str.strip_chars(".").str.to_lowercase()
        numbers = month.replace_strict(
            list(MONTHS), [str(m) for m in MONTHS.values()], default=None, return_dtype=pl.String
        )
        found += [worded.with_columns(numbers.alias("month")), _groups(frame, COMPACT, (1, 2, 3, 4, 5, 6, 7, 8))]
    merged = pl.DataFrame({name: pl.select(pl.coalesce([one[name] for one in found])).to_series() for name in FIELDS})
    offset = merged["offset"]
    return merged.with_columns(offset.set((offset == "").fill_null(value=False), None)), [
        bool(one["year"].is_not_null().any()) for one in found
    ]


def _groups(frame: pl.DataFrame, pattern: str, order: tuple[int, ...]) -> pl.DataFrame:
    groups = pl.col("text").str.extract_groups(pattern)
    return frame.select(**{name: groups.struct.field(str(i)) for name, i in zip(FIELDS, order, strict=True)})


def _exists_twice(local: pl.Series, zone: str) -> pl.Series:
    """Hours of the night when summer time ends: without an offset they are two instants."""
    earliest, latest = (
        local.dt.replace_time_zone(zone, ambiguous=which, non_existent="null") for which in ("earliest", "latest")
    )
    return (earliest != latest).fill_null(value=False)


def _days(local: pl.Series, offset: pl.Series, zone: str) -> pl.Series:
    """The day at the hospital: of a moment with an offset, by its clock at that moment."""
    stated = offset.is_not_null()
    if not stated.any():
        return local.dt.date()
    there = _instants(local, offset, zone).dt.convert_time_zone(zone).dt.date()
    return there.zip_with(stated, local.dt.date())


def _instants(local: pl.Series, offset: pl.Series, zone: str) -> pl.Series:
    """UTC: by the stated offset, else as a local time; an hour that does not exist, or exists twice, is none."""
    there = local.dt.replace_time_zone(zone, ambiguous="null", non_existent="null").dt.convert_time_zone("UTC")
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


def _serial(text: pl.Series, kind: str, shift: int, zone: str) -> Dates:
    days = text.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False) + shift
    inside = days.is_between(*SERIAL_DAYS).fill_null(value=False)
    seconds = (days.set(~inside, None) * 86_400).round()
    frame = pl.DataFrame({"s": seconds})
    start = pl.lit("1899-12-30").str.to_datetime("%Y-%m-%d", time_unit="us")
    local = frame.select((start + pl.duration(seconds=pl.col("s").cast(pl.Int64))).alias("t"))["t"]
    values = (
        local.dt.date() if kind == "date" else _instants(local, pl.Series([None] * len(local), dtype=pl.String), zone)
    )
    found = _judged(Dates(values, {}, ("excel_serial_converted",)), text, local)
    return _with_times(found, local, local.is_null() & False) if kind == "datetime" else found
