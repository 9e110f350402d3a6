"""What a column is: its heading, how a row answers it, its kind of cell and the number format that shows it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final, Generic, TypeVar

from evaluation.vocabulary import Word

Row = TypeVar("Row")
Cell = str | int | float | dt.date | None
Tone = str | None

TEXT_FORMAT: Final = "@"
DATE_FORMAT: Final = "dd/mm/yyyy"
COUNT_FORMAT: Final = "#,##0"
PERCENT_FORMAT: Final = "0%"

_FORMAT_OF_UNIT: Final = {
    "proportion": "0.000",
    "probability": "0.000",
    "probabilité": "0.000",
    "difference of proportions": "0.000",
    "différence de proportions": "0.000",
    "ratio": "0.00",
    "rapport": "0.00",
    "eur": "#,##0.00",
    "€": "#,##0.00",
    "points 0-100": "0.0",
    "points de 0 à 100": "0.0",
    "min": "0.0",
    "minutes": "0.0",
    "gco2e": "0.0",
}


class Kind(Enum):
    """How a column is typed: an identifier is never read as a number, long text wraps."""

    IDENTIFIER = "identifier"
    TEXT = "text"
    LONG = "long"
    DATE = "date"
    COUNT = "count"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column of a sheet.

    Parameters
    ----------
    heading
        English message identifier of the heading; the French catalogue holds the field's exact words.
    kind
        The type of its cells.
    read
        The cell of a row, in a locale.
    number_format
        The format that shows a number of this row (`Kind.NUMBER` only).
    tone
        The vocabulary word that colours the cell; its text is always there too.
    """

    heading: str
    kind: Kind
    read: Callable[[Row, str], Cell]
    number_format: Callable[[Row], str] = lambda _row: "0.000"
    tone: Callable[[Row], Word | None] = lambda _row: None


def format_of_unit(unit: str, *values: float | None) -> str:
    """The spreadsheet number format of a unit, else one that leaves about three significant digits.

    Parameters
    ----------
    unit
        The unit as the indicator states it, in French or English.
    *values
        The numbers that one line shows with one format.
    """
    known = _FORMAT_OF_UNIT.get(unit.strip().casefold())
    if known:
        return known
    size = max((abs(v) for v in values if v is not None and math.isfinite(v)), default=0.0)
    if size >= 1000:
        return "#,##0"
    return "0.0" if size >= 100 else "0.00" if size >= 1 else "0.000"


def cell_number(value: float | None) -> float | str | None:
    """A number that survives a spreadsheet: 15 significant digits; an infinite one is the sign ∞.

    Raises
    ------
    ValueError
        For NaN, which no export may hold.
    """
    if value is None:
        return None
    if math.isnan(value):
        raise ValueError("NaN has no place in an export")
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return float(f"{value:.15g}") + 0.0
