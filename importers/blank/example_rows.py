"""The worked example of a blank workbook: invented rows, right in every cell."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, Final

from evaluation.tables import Column, Table
from evaluation.vocabulary import ColumnRole
from importers.blank.words import choices

SITE: Final = "990000010"
"""A FINESS number that no hospital has."""
ROWS: Final = 4
FIRST_DAY: Final = dt.date(2026, 1, 5)
SHARES: Final = (0.5, 0.25, 0.75, 0.375)
"""Where the rows stand between the lowest and the highest value."""


def example_rows(table: Table, locale: str = "fr", first_day: dt.date | None = None) -> list[list[Any]]:
    """`ROWS` rows in the order of the table's columns; of columns that exclude each other, the first is filled in."""
    left_empty = {name for group in table.one_of for name in group[1:]}
    return [
        [None if column.name in left_empty else _value(column, number, locale, first_day) for column in table.columns]
        for number in range(ROWS)
    ]


def _value(column: Column, number: int, locale: str, first_day: dt.date | None) -> Any:
    if column.type in ("boolean", "category"):
        words = choices(column, locale)
        return words[number % len(words)]
    if column.type in ("date", "datetime"):
        first = first_day or FIRST_DAY
        day = first + dt.timedelta(days=-first.weekday() % 7 + 7 * (number // 2))  # Mondays: right for weeks too
        if column.type == "date":
            return day
        minutes = 25 + 5 * number if column.role == ColumnRole.END_TIME else 0
        return dt.datetime.combine(day, dt.time(8, 30)) + dt.timedelta(minutes=minutes)
    if column.type in ("number", "integer"):
        return _number(column, number)
    return SITE if column.role == ColumnRole.SITE else f"EX-{number + 1:03}"


def _number(column: Column, number: int) -> float | int:
    low = 0.0 if column.minimum is None else column.minimum
    high = low + 100 if column.maximum is None else column.maximum
    if column.minimum is None and column.maximum is not None:
        low = high - 100
    value = low + (min(high, low + 100) - low) * SHARES[number % len(SHARES)]
    plain = column.type == "integer" or high - low > len(SHARES) * 2  # an age of 37.5 would look odd
    return min(math.floor(high), max(math.ceil(low), round(value))) if plain else value
