"""Large columns without surprises, typed in a few passes to what `values` would say; anything odd is left to it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Final

import polars as pl

from evaluation.tables import Column
from importers.cells.dates import FIRST_YEAR, LAST_YEAR, is_midnight, too_many_midnights
from importers.cells.numbers import DECIMAL_POINT, FINE_COMMA, THOUSANDS_COMMA, are_short, bounded, points_may_group
from importers.cells.texts import plain_text
from importers.cells.typed import EDGES, Typed, matches
from importers.cells.zones import PARIS
from importers.columns.headers import folded
from importers.context import Context

LEAST: Final = 5_000
"""Cells from which the shorter way is worth its first look."""
DAY: Final = {"iso": r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "french": r"[0-9]{2}/[0-9]{2}/[0-9]{4}"}
DAY_FORMAT: Final = {"iso": "%Y-%m-%d", "french": "%d/%m/%Y"}
CLOCK: Final = r"[0-2][0-9]:[0-5][0-9]"
DATES: Final = tuple(
    (f"^{DAY[way]}{pattern}$", DAY_FORMAT[way] + clock)
    for way in DAY
    for pattern, clock in (
        ("", ""),
        (f" {CLOCK}", " %H:%M"),
        (f" {CLOCK}:[0-5][0-9]", " %H:%M:%S"),
        (f"T{CLOCK}", "T%H:%M"),
        (f"T{CLOCK}:[0-5][0-9]", "T%H:%M:%S"),
    )
)
"""Ways of writing a whole column, and the format of each."""
SHORT_CODE: Final = r"^(?:[A-Za-z][._\-]?[0-9]{1,7}|[A-Za-z]{2,6}[._\-]?[0-9]{1,4})$"
"""`C0001234`, `AB-12`: letters, then fewer digits than a date, a telephone or a record's number has."""
SERIES: Final = 5
"""Letters before the numbers of codes: those of a study are few, those of names are many."""
SHORT_DATE: Final = r"^[A-Za-z][._\-]?(?:[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{2})$"
GLANCE: Final = 1_000
HOUR: Final = 3_600_000_000
FIRST: Final = dt.datetime(FIRST_YEAR, 1, 1)  # noqa: DTZ001  # by the local clock, as the cells
LAST: Final = dt.datetime(LAST_YEAR + 1, 1, 1)  # noqa: DTZ001
"""Between them clocks change at whole hours."""


def quick(spec: Column, raw: pl.Series, header: str, context: Context) -> Typed | None:
    """The typed column; `None` when some cell needs a closer look."""
    if len(raw) < LEAST:
        return None
    found = None
    if spec.type in ("number", "integer"):
        found = _numbers(spec, raw, header, context)
    elif spec.type in ("date", "datetime"):
        found = _dates(spec, raw, context)
    elif spec.type == "text":
        found = _texts(spec, raw, context)
    return found


def _missing_only(texts: pl.Series, context: Context) -> bool:
    """Whether these cells, few of them, all say that there is no value."""
    words = texts.unique()
    return bool(words.str.strip_chars(EDGES).str.to_lowercase().is_in(list(context.missing_words)).all())


def _numbers(spec: Column, raw: pl.Series, header: str, context: Context) -> Typed | None:
    if "%" in folded(header):
        return None
    if not matches(raw.head(GLANCE), DECIMAL_POINT).any() and points_may_group(spec, raw):
        return None
    values = raw.cast(pl.Float64, strict=False)
    if values.null_count() > raw.null_count():
        if raw.str.contains(",", literal=True).any():
            with_point = _with_points(raw)
            if with_point is None:
                return None
            values = with_point.cast(pl.Float64, strict=False)
        if not _missing_only(raw.filter(values.is_null() & raw.is_not_null()), context):
            return None
    if not values.is_finite().all():
        return None
    return _known(replace(bounded(spec, values), nobody=are_short(values)), values)


def _known(result: Typed, read: pl.Series) -> Typed:
    return replace(result, missing=read.is_null()) if read.null_count() else result


def _with_points(raw: pl.Series) -> pl.Series | None:
    """Decimal commas as points, when no cell reads in two ways."""
    if raw.str.contains(r"[0-9]\.|\.[0-9]").any():
        return None
    if matches(raw, THOUSANDS_COMMA).any() and not matches(raw, FINE_COMMA).any():
        return None
    return raw.str.replace(",", ".", literal=True)


def _dates(spec: Column, raw: pl.Series, context: Context) -> Typed | None:
    first = str(raw.first(ignore_nulls=True))
    way = next((way for way in DATES if re.match(way[0], first)), None)
    if way is None:
        return None
    written = raw.str.contains(way[0])
    left = raw.filter(~written)
    if len(left) and not _missing_only(left, context):
        return None
    text = raw.set(~written, None) if len(left) else raw
    local = text.str.strptime(pl.Datetime("us"), way[1], strict=False, cache=False)
    if not _within(local):
        return None
    read = len(local) - local.null_count()
    if spec.type == "datetime" and too_many_midnights(int(is_midnight(local).sum()), read):
        return None
    values = local.dt.date() if spec.type == "date" else instants(local, context.zone)
    if values is None or values.null_count() > text.null_count():
        return None
    return _known(Typed(values, nobody=True), values)


def _within(local: pl.Series) -> bool:
    low, high = local.min(), local.max()
    return isinstance(low, dt.datetime) and isinstance(high, dt.datetime) and low >= FIRST and high < LAST


def instants(local: pl.Series, zone: str = PARIS) -> pl.Series | None:
    """Local times as UTC, by a table of the clock's hours; null where an hour does not exist or comes twice.

    `None` when a moment lies outside `FIRST` and `LAST`.
    """
    if not _within(local):
        return None
    moments = local.to_physical()
    hours = moments // HOUR
    start, end = int(hours.min()), int(hours.max())  # type: ignore[arg-type]
    clock = (pl.int_range(start, end + 1, eager=True) * HOUR).cast(pl.Datetime("us"))
    there = clock.dt.replace_time_zone(zone, ambiguous="null", non_existent="null").dt.convert_time_zone("UTC")
    shift = there.to_physical() - clock.to_physical()
    utc = moments + shift.gather((hours - start).cast(pl.UInt32))
    return utc.cast(pl.Datetime("us", "UTC"))


def _texts(spec: Column, raw: pl.Series, context: Context) -> Typed | None:
    told = any(re.search(SHORT_CODE, word, re.IGNORECASE) for word in context.missing_words)
    series = None if told else _series(raw)
    if series and raw.str.contains(series).all():
        return replace(_known(plain_text(spec, raw, plain=True), raw), nobody=True)
    if not told and raw.head(GLANCE).str.contains(SHORT_CODE).all() and raw.str.contains(SHORT_CODE).all():
        return _known(plain_text(spec, raw, plain=True), raw)
    words = "|".join(sorted(re.escape(word) for word in context.missing_words))
    odd = rf"(?i)^(?:{words})$|^[{EDGES}]|[{EDGES}]$|^[#=@+\-]"
    return _known(plain_text(spec, raw), raw) if not raw.str.contains(odd).any() else None


def _series(raw: pl.Series) -> str | None:
    """The pattern of short codes that are nobody's: a few series of letters, each with numbers that are not mostly dates."""
    some = raw.gather_every(max(1, len(raw) // GLANCE)).drop_nulls()
    if not some.str.contains(SHORT_CODE).all() or int(some.str.contains(SHORT_DATE).sum()) > len(some) / 2:
        return None
    letters = some.str.extract("^([A-Za-z]+)").unique().to_list()
    if not 0 < len(letters) <= SERIES:
        return None
    ways = (f"{one}[._\\-]?[0-9]{{1,{7 if len(one) == 1 else 4}}}" for one in letters)
    return f"^(?:{'|'.join(ways)})$"
