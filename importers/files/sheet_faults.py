"""Cells of the sheet read whose value cannot be trusted: formulas never computed, errors of Excel, merged blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import polars as pl

from importers.columns.headers import folded, visible
from importers.files.cell_formats import THOUSAND
from importers.files.grid import column_letters
from importers.files.sheet_parts import Place, SheetParts
from importers.report import Issue

PER_CENT: Final = 0
"""In the place of a number of digits."""
NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True)
class SheetFaults:
    """The cells with the errors of Excel written where a reader leaves them empty, and what is to be said."""

    frame: pl.DataFrame
    issues: tuple[Issue, ...]


def sheet_faults(parts: SheetParts, frame: pl.DataFrame, headers: Sequence[str], header: int) -> SheetFaults:
    """Faults of the sheet below its header row (`header`, from 1), each with its cell."""
    below = [place for place in parts.without_value if _inside(place, headers, header)]
    issues = [_issue("formula_without_value", place, headers) for place in below]
    blocks = [m for m in parts.merges if m.last.row > header and m.first.column < len(headers)]
    for merge in blocks[:100]:
        row = max(merge.first.row, header + 1)
        if merge.last.row > row or merge.last.column > merge.first.column:
            issues.append(_issue("merged_data_cells", Place(row, merge.first.column), headers))
    if parts.formulas and not below:
        issues.append(Issue("formula_cached_value_used", "warning"))
    if parts.hidden_rows:
        issues.append(Issue("hidden_rows_included", "warning"))
    if names := ", ".join(_hidden(parts, frame, headers)):
        issues.append(Issue("hidden_columns_included", "warning", params={"names": names}))
    errors = [place for place in parts.errors if _inside(place, headers, header)]
    columns = {place.column: frame[str(place.column)].to_list() for place in errors}
    for place in errors:
        record = place.row - header - 1
        if record < frame.height and columns[place.column][record] is None:
            columns[place.column][record] = place.text or "#"
    replaced = [pl.Series(str(i), values, dtype=pl.String) for i, values in columns.items()]
    return SheetFaults(_as_shown(frame.with_columns(replaced), parts, headers, header), tuple(issues))


def _as_shown(frame: pl.DataFrame, parts: SheetParts, headers: Sequence[str], header: int) -> pl.DataFrame:
    """Numbers as the sheet shows them, where it matters.

    A code with its leading zeros: the person reads `00042`, and another file says so. Under a header of per cents, a fraction
    that is shown as per cents with its sign.
    """
    shown: dict[int, dict[int, int]] = {}
    for place, width in [*parts.padded, *((place, PER_CENT) for place in parts.percents)]:
        if _inside(place, headers, header) and (width != PER_CENT or "%" in folded(headers[place.column])):
            shown.setdefault(place.column, {})[place.row - header - 1] = width
    for position, records in shown.items():
        cells = frame[str(position)].to_list()
        for record, width in records.items():
            if record < len(cells) and cells[record] is not None and NUMBER.fullmatch(cells[record]):
                cells[record] = _per_cent(cells[record]) if width == PER_CENT else cells[record].zfill(width)
        frame = frame.with_columns(pl.Series(str(position), cells, dtype=pl.String))
    return frame


def _per_cent(fraction: str) -> str:
    return f"{Decimal(fraction).scaleb(2):f}%"


def shown_units(parts: SheetParts, frame: pl.DataFrame, rows: pl.Series) -> dict[int, dict[str, Place]]:
    """By column, what formats write beside the numbers of the records, each with its first cell; `rows` as `struck_through`."""
    found: dict[int, dict[str, Place]] = {}
    for position in sorted(parts.adding):
        for said, own in parts.adding[position].items() if str(position) in frame.columns else ():
            filled = rows.filter(frame[str(position)].is_not_null())
            shown = filled.filter(filled.is_in(pl.Series(own, dtype=rows.dtype).implode()))
            if len(shown):
                found.setdefault(position, {})[said] = Place(int(shown[0]), position)
    return found


def told_units(shown: Mapping[int, Mapping[str, Place]], headers: Sequence[str]) -> Iterator[Issue]:
    """Each of them, to be checked."""
    for position, units in shown.items():
        for said, place in units.items():
            column = headers[position].strip() or column_letters(position)
            params = {"say": "thousands"} if said == THOUSAND else {"other": said}
            yield Issue("unit_in_format", "warning", column=column, cell=place.cell, params=params)


def _hidden(parts: SheetParts, frame: pl.DataFrame, headers: Sequence[str]) -> Iterator[str]:
    """The hidden columns that hold something, by their headers or letters."""
    for position, header in enumerate(headers):
        hidden = any(first <= position <= last for first, last in parts.hidden_columns)
        if hidden and frame[str(position)].null_count() < frame.height:
            yield visible(header.strip()) or column_letters(position)


def _inside(place: Place, headers: Sequence[str], header: int) -> bool:
    return place.row > header and place.column < len(headers)


def struck_through(parts: SheetParts, frame: pl.DataFrame, rows: pl.Series) -> Iterator[Issue]:
    """The records that hold a value with a line through it: `rows` tells where each of them stands."""
    by_column: dict[str, list[int]] = {}
    for place in parts.struck:
        by_column.setdefault(str(place.column), []).append(place.row)
    lined = pl.repeat(value=False, n=frame.height, eager=True)
    for name in by_column.keys() & set(frame.columns):
        at = pl.Series(by_column[name], dtype=rows.dtype)
        lined = lined | (rows.is_in(at.implode()) & frame[name].is_not_null())
    if lined.any():
        found = rows.filter(lined).to_list()
        yield Issue("struck_through", "warning", found[0], params={"n": len(found)})


def _issue(code: str, place: Place, headers: Sequence[str]) -> Issue:
    return Issue(code, "error", place.row, headers[place.column] or column_letters(place.column), place.cell)
