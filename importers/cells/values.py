"""Cells to typed values, one whole column at a time: what the type refuses is a fault with its row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from evaluation.tables import Column
from evaluation.vocabulary import ColumnRole
from importers.cells.dates import too_many_midnights, typed_dates
from importers.cells.distinct import Spread
from importers.cells.labels import typed_labels
from importers.cells.numbers import typed_number
from importers.cells.quick import quick
from importers.cells.texts import plain_text
from importers.cells.typed import EDGES, Typed, matches
from importers.context import Context
from importers.report import Issue

__all__ = ["Typed", "typed"]

NUMBERS: Final = ("number", "integer")
NEEDED_ROLES: Final = (ColumnRole.CASE_ID, ColumnRole.SITE)
"""Columns whose every cell must be filled."""
EXCEL_ERROR: Final = (
    r"(?i)^#(?:REF|DIV/0|VALUE|VALEUR|NAME|NOM|NUM|NOMBRE|NULL|NUL|SPILL|EPARS|CALC|FIELD|CHAMP|GETTING_DATA|N/A|#+)"
    r"[!?]?$|^#$"
)
FORMULA: Final = r"^[=@+\-\t\r]"
FORMULA_NUMBER: Final = r"^[=@]"


def typed(
    spec: Column,
    raw: pl.Series,
    header: str,
    context: Context,
    *,
    needed: bool = False,
    epoch_1904: bool = False,
    texts: pl.Series | None = None,
    written: pl.Series | None = None,
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
    texts
        The column's distinct texts when they are few, as `few_texts` finds them.
    written
        When some cells are stored as numbers, the texts of the others.
    """

    def closely(some: pl.Series) -> Typed:
        stored = None if written is None else ~some.is_in(written.implode()).fill_null(value=True)
        return _read(spec, some, header, context, epoch_1904, stored)

    spread = None if texts is None else _spread(closely(texts), Spread(raw, texts))
    mixed = spec.type in NUMBERS and written is not None and len(written) > 0
    cells = spread or (None if mixed else quick(spec, raw, header, context)) or closely(raw)
    faults = {code: mask for code, mask in cells.faults.items() if mask.any()}
    issues = [
        *cells.issues,
        *(
            Issue(code, "warning", column=header, params={"n": n})
            for code, mask in cells.counted.items()
            if (n := int(mask.sum())) and (code != "times_at_midnight" or too_many_midnights(n, cells.values.count()))
        ),
    ]
    missing = cells.missing if cells.missing is not None and cells.missing.any() else None
    if missing is not None and (needed or spec.role in NEEDED_ROLES):
        faults["missing_value"] = missing
    elif missing is not None:
        issues.extend(_missing(spec, missing, header, faults.get("ambiguous_label")))
    return Typed(cells.values, faults, cells.params, issues, nobody=cells.nobody)


def _spread(cells: Typed, spread: Spread) -> Typed:
    """What was read of each distinct text, in every cell that holds it."""
    return Typed(
        spread.over(cells.values),
        {code: spread.over(mask) for code, mask in cells.faults.items() if mask.any()},
        cells.params,
        cells.issues,
        spread.over(cells.missing) if cells.missing is not None and cells.missing.any() else None,
        {code: spread.over(mask) for code, mask in cells.counted.items() if mask.any()},
        nobody=cells.nobody,
    )


def _read(
    spec: Column, raw: pl.Series, header: str, context: Context, epoch_1904: bool, stored: pl.Series | None = None
) -> Typed:
    """Every cell with a close look: spaces, missing words, errors of spreadsheets and formulas, then the type."""
    stripped = raw.str.strip_chars(EDGES)
    text = stripped.set(stripped.str.to_lowercase().is_in(list(context.missing_words)).fill_null(value=False), None)
    broken = matches(text, EXCEL_ERROR)
    formula = matches(text, FORMULA_NUMBER if spec.type in ("number", "integer", "date", "datetime") else FORMULA)
    if spec.type in ("boolean", "category"):
        words = ["+", "-", *(word for code, spellings in spec.categories.items() for word in (code, *spellings))]
        formula = formula & ~text.is_in(words).fill_null(value=False)
    sound = text.set(broken | formula, None)
    if spec.type in NUMBERS:
        result = typed_number(spec, sound, header, stored)
    else:
        result = _of_type(spec, sound, stripped.set(broken | formula, None), header, context, epoch_1904)
    faults = {**result.faults, "excel_error": broken, "formula_injection": formula}
    return replace(result, faults=faults, missing=text.is_null(), nobody=result.nobody and not formula.any())


def _of_type(spec: Column, text: pl.Series, raw: pl.Series, header: str, context: Context, epoch_1904: bool) -> Typed:
    if spec.type in ("date", "datetime"):
        dates = typed_dates(text, spec.type, epoch_1904=epoch_1904, zone=context.zone)
        return Typed(dates.values, dates.faults, {}, dates.issues_for(header), counted=dates.counted)
    if spec.type in ("boolean", "category"):
        return typed_labels(spec, text, raw, header, context)
    return plain_text(spec, text)


def _missing(spec: Column, missing: pl.Series, header: str, ambiguous: pl.Series | None) -> Sequence[Issue]:
    """How many cells are missing where the protocol allows it: said now, counted again on the scorecard."""
    count = int((missing if ambiguous is None else missing & ~ambiguous).sum())
    if not count or (count == len(missing) and not spec.required):
        return ()
    code = "missing_reference" if spec.role == ColumnRole.REFERENCE else "missing_values"
    return (Issue(code, "warning", column=header, params={"n": count}),)
