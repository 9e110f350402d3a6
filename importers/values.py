"""Cells to typed values, one whole column at a time: what the type refuses is a fault with its row."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from evaluation.data import DTYPES
from evaluation.protocol import Column, Label
from evaluation.vocabulary import ColumnRole
from importers.context import Context
from importers.dates import typed_dates
from importers.headers import bare, folded
from importers.report import Issue

NEEDED_ROLES: Final = (ColumnRole.CASE_ID, ColumnRole.SITE)
"""Columns whose every cell must be filled."""
SPACES: Final = "[\u0020\u00a0\u202f\u2009'’]"
PLAIN_NUMBER: Final = r"^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$"
THOUSANDS_COMMA: Final = r"^[+-]?[1-9]\d{0,2}(?:,\d{3})+$"
UNITS: Final = {"EUR": r"(?i)^(?:€|eur)\s*|\s*(?:€|eur|euros?)$"}


@dataclass(frozen=True)
class Typed:
    """One typed column: its values, the records at fault by code, and issues about the whole column."""

    values: pl.Series
    faults: Mapping[str, pl.Series] = field(default_factory=dict)
    """Code → mask of the records at fault."""
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    issues: Sequence[Issue] = ()


def typed(spec: Column, raw: pl.Series, header: str, context: Context) -> Typed:
    """The column as its protocol types it.

    Parameters
    ----------
    raw
        Text, null where the cell is empty.
    header
        As the person wrote it: a per cent sign there speaks of the whole column.
    """
    text = raw.str.strip_chars(" \u00a0\u202f\t\r\n")
    text = text.set(text.str.to_lowercase().is_in(list(context.missing_words)).fill_null(value=False), None)
    if spec.type in ("date", "datetime"):
        dates = typed_dates(text, spec.type)
        result = Typed(dates.values, {"invalid_date": dates.invalid}, {}, dates.issues_for(header))
    elif spec.type in ("number", "integer"):
        result = _number(spec, text, header)
    elif spec.type in ("boolean", "category"):
        result = _labels(spec, text, context)
    else:
        result = _plain_text(spec, text, context)
    faults = {code: mask for code, mask in result.faults.items() if mask.any()}
    if spec.role in NEEDED_ROLES and text.null_count():
        faults["missing_value"] = text.is_null()
    return Typed(result.values, faults, result.params, [*result.issues, *_missing(spec, text, header)])


def _missing(spec: Column, text: pl.Series, header: str) -> Sequence[Issue]:
    """How many cells are missing where the protocol allows it: said now, counted again on the scorecard."""
    if spec.role in NEEDED_ROLES or not spec.required or not text.null_count() or not len(text):
        return ()
    code = "missing_reference" if spec.role == ColumnRole.REFERENCE else "missing_values"
    return (Issue(code, "warning", column=header, params={"n": text.null_count()}),)


def _plain_text(spec: Column, text: pl.Series, context: Context) -> Typed:
    faults = {}
    if spec.pattern:
        code = "invalid_case_id" if spec.role == ColumnRole.CASE_ID else "invalid_text"
        faults[code] = ~text.str.contains(spec.pattern).fill_null(value=True)
    faults["cell_too_large"] = (text.str.len_chars() > context.limits.cell_chars).fill_null(value=False)
    if spec.role == ColumnRole.SITE:
        text = _restored_zero(text)
    return Typed(text, faults)


def _restored_zero(text: pl.Series) -> pl.Series:
    """A FINESS of eight digits lost its leading zero in a spreadsheet."""
    lost = text.str.contains(r"^\d{8}$").fill_null(value=False)
    return text.set(lost, None).fill_null("0" + text) if lost.any() else text


def _labels(spec: Column, text: pl.Series, context: Context) -> Typed:
    """Booleans and categories through their accepted spellings, whatever their case, accents and spaces."""
    known: dict[str, Any] = {}
    if spec.type == "boolean":
        known = dict.fromkeys(context.false_words, False) | dict.fromkeys(context.true_words, True)
    for code, spellings in spec.categories.items():
        known |= {folded(word): code for word in (code, *spellings)}
    distinct = text.drop_nulls().unique().to_list()
    second = {bare(word): value for word, value in known.items() if bare(word)}
    found = {word: known.get(folded(word), second.get(bare(word))) for word in distinct}
    dtype = DTYPES[spec.type]
    if not distinct:
        return Typed(pl.Series(text.name, [None] * len(text), dtype=dtype))
    values = text.replace_strict(list(found), list(found.values()), default=None, return_dtype=dtype)
    allowed = Label(
        fr="oui, non" if spec.type == "boolean" else ", ".join(spec.called(code, "fr") for code in spec.categories),
        en="yes, no" if spec.type == "boolean" else ", ".join(spec.called(code, "en") for code in spec.categories),
    )
    bad = text.is_not_null() & values.is_null()
    return Typed(values, {"invalid_label": bad}, {"invalid_label": {"allowed": allowed}})


def _number(spec: Column, text: pl.Series, header: str) -> Typed:
    text = text.str.replace_all(f"(\\d){SPACES}(\\d{{3}})", "$1$2").str.replace_all(f"(\\d){SPACES}(\\d{{3}})", "$1$2")
    issues: list[Issue] = []
    if spec.unit in UNITS:
        stripped = text.str.replace(UNITS[spec.unit], "")
        if (stripped != text).any():
            issues.append(Issue("unit_stripped", "warning", column=header))
        text = stripped
    signed = text.str.ends_with("%").fill_null(value=False)
    text = text.str.replace(r"\s*%$", "")
    ambiguous = _ambiguous(spec, text)
    plain = text.str.replace(",", ".", literal=True)
    correct = plain.str.contains(PLAIN_NUMBER).fill_null(value=False)
    values = plain.set(~correct, None).cast(pl.Float64, strict=False)
    invalid = text.is_not_null() & (values.is_null() | values.is_infinite().fill_null(value=False))
    values = values.set(values.is_infinite().fill_null(value=False), None)
    if ambiguous:
        return Typed(_as(spec, values), {"ambiguous_number": text.str.contains(THOUSANDS_COMMA).fill_null(value=False)})
    if spec.maximum == 1 and _is_percent(values, signed, header):
        values = values / 100
        issues.append(Issue("percent_converted", "warning", column=header))
    below = values < spec.minimum if spec.minimum is not None else None
    above = values > spec.maximum if spec.maximum is not None else None
    outside = [mask.fill_null(value=False) for mask in (below, above) if mask is not None]
    out = outside[0] if len(outside) == 1 else outside[0] | outside[1] if outside else pl.Series([False] * len(values))
    faults = {"invalid_number": invalid, "out_of_range": out}
    if spec.type == "integer":
        fractional = (values != values.floor()).fill_null(value=False)
        faults["not_whole"] = fractional
        values = values.set(fractional, None)
    return Typed(_as(spec, values), faults, {"out_of_range": {"range": _range(spec)}}, issues)


def _as(spec: Column, values: pl.Series) -> pl.Series:
    return values.cast(DTYPES[spec.type], strict=False)


def _ambiguous(spec: Column, text: pl.Series) -> bool:
    """Whether some `1,234` may be read in two ways, both in range, and no other cell shows three decimals or more."""
    grouped = text.filter(text.str.contains(THOUSANDS_COMMA).fill_null(value=False))
    if not len(grouped):
        return False
    if text.str.contains(r"^[+-]?(?:0,\d{3,}|\d+,\d{4,})$").fill_null(value=False).any():
        return False
    largest = grouped.str.replace_all(",", "").cast(pl.Float64, strict=False).max()
    maximum = math.inf if spec.maximum is None else spec.maximum
    return spec.type == "integer" or (isinstance(largest, float) and largest <= maximum)


def _is_percent(values: pl.Series, signed: pl.Series, header: str) -> bool:
    """A column of per cents is read as a whole: by its header, or because every filled cell carries the sign."""
    filled = values.drop_nulls()
    if not len(filled):
        return False
    if "%" in header:
        return bool((filled > 1).any())
    return bool(signed.filter(values.is_not_null()).all())


def _range(spec: Column) -> str:
    low = "" if spec.minimum is None else f"{spec.minimum:g}"
    high = "" if spec.maximum is None else f"{spec.maximum:g}"
    if low and high:
        return f"{low} … {high}"
    return f"≥ {low}" if low else f"≤ {high}"
