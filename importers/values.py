"""Cells to typed values, one whole column at a time: what the type refuses is a fault with its row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from evaluation.protocol import Column
from evaluation.vocabulary import ColumnRole
from importers.context import Context
from importers.dates import typed_dates
from importers.labels import typed_labels
from importers.numbers import typed_number
from importers.report import Issue
from importers.typed import Typed, matches

__all__ = ["Typed", "typed"]

NEEDED_ROLES: Final = (ColumnRole.CASE_ID, ColumnRole.SITE)
"""Columns whose every cell must be filled."""
EXCEL_ERROR: Final = (
    r"(?i)^#(?:REF|DIV/0|VALUE|VALEUR|NAME|NOM|NUM|NOMBRE|NULL|NUL|SPILL|EPARS|CALC|FIELD|CHAMP|GETTING_DATA|N/A|#+)"
    r"[!?]?$|^#$"
)
FORMULA: Final = r"^[=@+\-\t\r]"
FORMULA_NUMBER: Final = r"^[=@]"
SITE_LENGTH: Final = 9


def typed(
    spec: Column, raw: pl.Series, header: str, context: Context, *, needed: bool = False, epoch_1904: bool = False
) -> Typed:
    """The column as its protocol types it.

    Parameters
    ----------
    raw
        Text, null where the cell is empty.
    header
        As the person wrote it: a per cent sign there speaks of the whole column.
    needed
        Every cell must be filled, whatever the role.
    epoch_1904
        The workbook counts its days from 1904.
    """
    stripped = raw.str.strip_chars(" \u00a0\u202f\t\r\n")
    text = stripped.set(stripped.str.to_lowercase().is_in(list(context.missing_words)).fill_null(value=False), None)
    broken = matches(text, EXCEL_ERROR)
    formula = matches(text, FORMULA_NUMBER if spec.type in ("number", "integer", "date", "datetime") else FORMULA)
    if spec.type in ("boolean", "category"):
        words = ["+", "-", *(word for code, spellings in spec.categories.items() for word in (code, *spellings))]
        formula = formula & ~text.is_in(words).fill_null(value=False)
    sound = text.set(broken | formula, None)
    result = _of_type(spec, sound, stripped.set(broken | formula, None), header, context, epoch_1904)
    faults = {code: mask for code, mask in result.faults.items() if mask.any()}
    faults |= {code: mask for code, mask in (("excel_error", broken), ("formula_injection", formula)) if mask.any()}
    if (needed or spec.role in NEEDED_ROLES) and text.null_count():
        faults["missing_value"] = text.is_null()
        return Typed(result.values, faults, result.params, result.issues)
    ambiguous = faults.get("ambiguous_label")
    return Typed(result.values, faults, result.params, [*result.issues, *_missing(spec, text, header, ambiguous)])


def _of_type(spec: Column, text: pl.Series, raw: pl.Series, header: str, context: Context, epoch_1904: bool) -> Typed:
    if spec.type in ("date", "datetime"):
        dates = typed_dates(text, spec.type, epoch_1904=epoch_1904)
        return Typed(dates.values, dates.faults, {}, dates.issues_for(header))
    if spec.type in ("number", "integer"):
        return typed_number(spec, text, header)
    if spec.type in ("boolean", "category"):
        return typed_labels(spec, text, raw, header, context)
    return _plain_text(spec, text, header)


def _missing(spec: Column, text: pl.Series, header: str, ambiguous: pl.Series | None) -> Sequence[Issue]:
    """How many cells are missing where the protocol allows it: said now, counted again on the scorecard."""
    missing = text.is_null() if ambiguous is None else text.is_null() & ~ambiguous
    count = int(missing.sum())
    if not count or not len(text) or (count == len(text) and not spec.required):
        return ()
    code = "missing_reference" if spec.role == ColumnRole.REFERENCE else "missing_values"
    return (Issue(code, "warning", column=header, params={"n": count}),)


def _plain_text(spec: Column, text: pl.Series, header: str) -> Typed:
    issues = []
    if spec.role == ColumnRole.SITE:
        text, restored = _site(text)
        if restored:
            issues.append(Issue("site_leading_zero_restored", "warning", column=header, params={"n": restored}))
    faults = {}
    if spec.pattern:
        code = "invalid_case_id" if spec.role == ColumnRole.CASE_ID else "invalid_text"
        faults[code] = ~text.str.contains(spec.pattern).fill_null(value=True)
    return Typed(text, faults, {}, issues)


def _site(text: pl.Series) -> tuple[pl.Series, int]:
    """FINESS numbers as registered: a spreadsheet drops a leading zero, adds `.0` or spaces; and how many zeros came back."""
    distinct = text.drop_nulls().unique().to_list()
    clean = {word: word.removesuffix(".0").replace(" ", "").replace("\u00a0", "").upper() for word in distinct}
    clean = {
        word: site if site.isalnum() and len(site) in (SITE_LENGTH - 1, SITE_LENGTH) else word
        for word, site in clean.items()
    }
    lost = {word for word, site in clean.items() if len(site) == SITE_LENGTH - 1 and site.isdigit()}
    sites = {word: "0" + site if word in lost else site for word, site in clean.items()}
    if all(word == site for word, site in sites.items()):
        return text, 0
    count = int(text.is_in(list(lost)).sum()) if lost else 0
    return text.replace_strict(list(sites), list(sites.values()), default=None, return_dtype=pl.String), count
