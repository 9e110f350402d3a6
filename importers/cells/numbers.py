"""Numbers as French and English spreadsheets write them: one decimal sign and one unit for the whole column, nothing guessed."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import polars as pl

from evaluation.column_types import DTYPES
from evaluation.tables import Column
from evaluation.vocabulary import ColumnRole
from importers.cells.typed import Typed, matches
from importers.columns.headers import folded
from importers.report import Issue

SPACE: Final = "[\u0020\u00a0\u202f\u2009'’]"
GROUPED: Final = rf"^[+-]?\d{{1,3}}(?:{SPACE}\d{{3}})+(?:[.,]\d+)?$"
PLAIN_NUMBER: Final = r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
THOUSANDS_COMMA: Final = r"^[+-]?[1-9]\d{0,2}(?:,\d{3})+$"
THOUSANDS_POINT: Final = r"^[+-]?[1-9]\d{0,2}(?:\.\d{3})+$"
SEVERAL_POINTS: Final = r"^[+-]?[1-9]\d{0,2}(?:\.\d{3}){2,}$"
BOTH_FRENCH: Final = r"^[+-]?\d{1,3}(?:\.\d{3})+,\d+$"
BOTH_ENGLISH: Final = r"^[+-]?\d{1,3}(?:,\d{3})+\.\d+$"
SURE_COMMA: Final = r"^[+-]?(?:0,\d+|\d+,(?:\d{1,2}|\d{4,}))(?:[eE][+-]?\d+)?$"
FINE_COMMA: Final = r"^[+-]?(?:0,\d{3,}|\d+,\d{4,})$"
SURE_POINT: Final = r"^[+-]?(?:0?\.\d+|\d+\.(?:\d{1,2}|\d{4,}))(?:[eE][+-]?\d+)?$"
DECIMAL_POINT: Final = rf"{SURE_POINT}|^[+-]?\d{{4,}}\.\d+$"
"""A point that groups no thousands."""
NOT_FINITE: Final = r"^(?i:[+-]?(?:nan|inf|infinity|infini|∞))$"
NOBODY_BELOW: Final = 1e7
MANY_SMALL: Final = 0.5
"""Share of a column of per cents beyond which cells of at most 1 may well be fractions."""
UNITS: Final = {"EUR": r"(?i)^(?:€|eur)\s*|\s*(?:€|eur|euros?)$"}


def typed_number(spec: Column, text: pl.Series, header: str, stored: pl.Series | None = None) -> Typed:
    """The column as numbers; cells that are none, or that read in two ways, are faults.

    `stored`: which cells a spreadsheet holds as numbers, of one meaning; they do not say how a person writes the others.
    """
    issues: list[Issue] = []
    if spec.unit in UNITS:
        stripped = text.str.replace(UNITS[spec.unit], "")
        if (stripped != text).any():
            issues.append(Issue("unit_stripped", "warning", column=header))
        text = stripped
    signed = text.str.ends_with("%").fill_null(value=False)
    text = text.str.replace(r"\s*%$", "")
    grouped = matches(text, GROUPED)
    if grouped.any():
        text = pl.select(pl.when(grouped).then(text.str.replace_all(SPACE, "")).otherwise(text)).to_series()
    ambiguous = _ambiguous(spec, text if stored is None else text.set(stored, None))
    plain = _with_point(text)
    correct = matches(plain, PLAIN_NUMBER)
    percent, doubt = _percent(spec, plain, correct, signed, header)
    if percent:
        plain = plain.str.replace(r"^([^eE]+)$", "${1}e-2")
        correct = matches(plain, PLAIN_NUMBER)
        issues.append(Issue("percent_converted", "warning", column=header))
    values = plain.set(~correct, None).cast(pl.Float64, strict=False)
    endless = values.is_infinite().fill_null(value=False) | matches(text, NOT_FINITE)
    values = values.set(endless | ambiguous | doubt, None)
    invalid = text.is_not_null() & values.is_null() & ~endless & ~ambiguous & ~doubt
    faults = {
        "non_finite_number": endless,
        "invalid_number": invalid,
        "ambiguous_number": ambiguous,
        "ambiguous_percent": doubt,
    }
    whole = bounded(spec, values)
    params = {**whole.params} if spec.maximum == 1 else {**whole.params, "ambiguous_percent": {"say": "no_share"}}
    faults |= whole.faults
    nobody = not any(mask.any() for mask in faults.values()) and are_short(values)
    return replace(whole, faults=faults, params=params, issues=issues, nobody=nobody)


def are_short(values: pl.Series) -> bool:
    """Whether numbers are all too short for a telephone or a social security number."""
    return not (values.abs() >= NOBODY_BELOW).any()


def bounded(spec: Column, values: pl.Series) -> Typed:
    """Numbers of the column's type; those beyond its bounds, or with decimals among integers, are faults."""
    faults = _outside(spec, values)
    if spec.type == "integer":
        fractional = (values != values.floor()).fill_null(value=False)
        faults["not_whole"] = fractional
        values = values.set(fractional, None)
    bounds = {"range": _range(spec)}
    share = {"say": "share"} if (spec.minimum, spec.maximum) == (0, 1) and spec.type == "number" else {}
    params = {"out_of_range": bounds | share, "score_out_of_range": bounds}
    return Typed(values.cast(DTYPES[spec.type], strict=False), faults, params)


def _with_point(text: pl.Series) -> pl.Series:
    """The decimal sign as a point, the separators of thousands gone where both signs stand."""
    frame = pl.DataFrame({"t": text})
    col = pl.col("t")
    return frame.select(
        pl.when(col.str.contains(BOTH_FRENCH) | col.str.contains(SEVERAL_POINTS))
        .then(col.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True))
        .when(col.str.contains(BOTH_ENGLISH))
        .then(col.str.replace_all(",", "", literal=True))
        .otherwise(col.str.replace(",", ".", literal=True))
    ).to_series()


def _ambiguous(spec: Column, text: pl.Series) -> pl.Series:
    """Cells that read as thousands or as decimals: `1,234`, unless the column shows finer decimals; `1.234` among commas."""
    nothing = pl.Series([False]).new_from_index(0, len(text)) if len(text) else pl.Series([], dtype=pl.Boolean)
    comma, point = matches(text, THOUSANDS_COMMA), matches(text, THOUSANDS_POINT)
    found = nothing
    if comma.any() and not matches(text, _told_by(spec)).any() and _may_be_thousands(spec, text.filter(comma), ","):
        found = comma
    commas = matches(text, SURE_COMMA).any() or matches(text, BOTH_FRENCH).any()
    if point.any() and (commas or points_may_group(spec, text)) and _may_be_thousands(spec, text.filter(point), "."):
        found = found | point
    if commas and matches(text, BOTH_ENGLISH).any():
        found = found | matches(text, BOTH_ENGLISH)
    elif (matches(text, SURE_POINT).any() or matches(text, BOTH_ENGLISH).any()) and matches(text, BOTH_FRENCH).any():
        found = found | matches(text, BOTH_FRENCH)
    return found


def _told_by(spec: Column) -> str:
    """Cells that show that the comma is decimal: of amounts in euros, typed by several hands, only the finer ones."""
    return FINE_COMMA if spec.unit in UNITS or spec.type == "integer" else f"{FINE_COMMA}|{SURE_COMMA}"


def points_may_group(spec: Column, text: pl.Series) -> bool:
    """Whether a point may group thousands: `1.234` among whole numbers or euros, of which nobody writes a third decimal."""
    if not (spec.type == "integer" or spec.unit in UNITS):
        return False
    return bool(matches(text, THOUSANDS_POINT).any() and not matches(text, DECIMAL_POINT).any())


def _may_be_thousands(spec: Column, grouped: pl.Series, sign: str) -> bool:
    """Whether the larger reading is in range too."""
    largest = grouped.str.replace_all(sign, "", literal=True).cast(pl.Float64, strict=False).max()
    maximum = math.inf if spec.maximum is None else spec.maximum
    return spec.type == "integer" or (isinstance(largest, float) and largest <= maximum)


def _percent(
    spec: Column, plain: pl.Series, correct: pl.Series, signed: pl.Series, header: str
) -> tuple[bool, pl.Series]:
    """Whether the column is of per cents, by its header or because each filled cell says so; and the cells in doubt."""
    nothing = signed & False
    if spec.maximum != 1 or not correct.any():
        return False, signed if signed.any() and spec.unit != "%" else nothing
    values = plain.filter(correct).cast(pl.Float64, strict=False)
    if signed.any() or "%" not in folded(header):
        all_signed = bool(signed.filter(correct).all())
        return all_signed, nothing if all_signed else signed
    if not (values > 1).any():
        return False, correct if (values > 0).any() else nothing
    different = values.filter(values > 0).unique()
    if int((different <= 1).sum()) <= MANY_SMALL * len(different):
        return True, nothing
    small = plain.set(~correct, None).cast(pl.Float64, strict=False)
    return True, ((small > 0) & (small <= 1)).fill_null(value=False)


def _outside(spec: Column, values: pl.Series) -> dict[str, pl.Series]:
    """Values beyond the column's bounds, under the name of what they are."""
    faults: dict[str, pl.Series] = {}
    score = spec.role == ColumnRole.SCORE
    for bound, mask in ((spec.minimum, values < (spec.minimum or 0)), (spec.maximum, values > (spec.maximum or 0))):
        if bound is None:
            continue
        below = mask.fill_null(value=False)
        negative = bound is spec.minimum and spec.minimum == 0 and not score
        code = "score_out_of_range" if score else "negative_value" if negative else "out_of_range"
        faults[code] = faults[code] | below if code in faults else below
    return faults


def _range(spec: Column) -> str:
    low = "" if spec.minimum is None else f"{spec.minimum:.15g}"
    high = "" if spec.maximum is None else f"{spec.maximum:.15g}"
    if low and high:
        return f"{low} … {high}"
    return f"≥ {low}" if low else f"≤ {high}"
