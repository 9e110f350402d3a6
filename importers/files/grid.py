"""A table as the person sees it: headers, cells as text, and the row number of each record in their own file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from importers.cells.distinct import few_texts
from importers.files.elsewhere import Elsewhere
from importers.report import Issue

LETTERS: Final = 26
SPARSE: Final = 2
FOOTNOTES: Final = 10
"""Lines at the end among which notes are looked for."""
LONGEST_UNIT: Final = 40
UNITS_LINES: Final = 3
"""Lines below the headers that may tell units, formats and words."""


@dataclass(frozen=True)
class Grid:
    """One table of text.

    `frame` holds one String column per header, named by its position (`"0"`, `"1"`…), null where the cell is empty;
    `rows` the row of each record in the person's file (from 1, header included); `sheet` the sheet it stands on, `header_row`
    the row of the headers; `others` the texts around the table; `epoch_1904` whether its day numbers count from 1904.
    """

    headers: tuple[str, ...]
    frame: pl.DataFrame
    rows: pl.Series
    sheet: str | None = None
    issues: tuple[Issue, ...] = ()
    header_row: int = 1
    others: tuple[Elsewhere, ...] = ()
    epoch_1904: bool = False
    pilot: str | None = None
    """The pilot whose blank workbook this is, when it is one."""

    units: Mapping[int, Sequence[str]] = field(default_factory=dict)
    """By the place of each column, the units that the formats of its cells and a line below the headers say."""

    mixed: Sequence[tuple[int, int]] = ()
    """Row (from 1) and column (from 0) of the cells of which a part is written small or struck through."""

    written: Mapping[int, pl.Series] = field(default_factory=dict)
    """Of the columns with cells stored as numbers: the texts of their other cells. Only what is written reads in two ways."""

    _few: dict[int, pl.Series | None] = field(default_factory=dict, repr=False, compare=False)

    def few_texts(self, position: int) -> pl.Series | None:
        """The distinct texts of a large column of few words; see `importers.cells.distinct`."""
        if position not in self._few:
            self._few[position] = few_texts(self.frame[str(position)])
        return self._few[position]

    def cell(self, position: int, record: int) -> str:
        """The address of a cell as a spreadsheet shows it."""
        return f"{column_letters(position)}{self.rows[record]}"


def column_letters(position: int) -> str:
    """`A` for 0, `Z` for 25, `AA` for 26."""
    letters = ""
    number = position + 1
    while number:
        number, rest = divmod(number - 1, LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters


TOTAL_WORDS: Final = (
    r"(?:(?:(?:sous|grand)[-_ ]?)?(?:total|totaux|moyennes?|m[ée]dianes?|[ée]cart[- ]type|effectif"
    r"|average|mean|median|sum|subtotal)(?:[\s:].*|_\D.*)?|sommes?(?:\s+(?:tot|g[ée]n|des?\b|du\b).*|\s*:.*))"
)
"""A rank after a stroke makes a code of them (`SUM_12`); `Somme Littoral` is a place."""
TOTAL: Final = re.compile(rf"^\s*{TOTAL_WORDS}\s*$", re.IGNORECASE | re.DOTALL)
SHORT_TOTAL: Final = re.compile(
    r"^\s*(?:moy|m[ée]d|somme|nb|nombre|max(?:imum)?|min(?:imum)?)\.?(?:\s*[:=(].*)?\s*$", re.IGNORECASE | re.DOTALL
)
"""Words of totals that may also be a ward's (`MED`) or a place's (`Somme`): only where nothing else names the record."""
LIKELY_TOTAL: Final = (
    r"(?i)^\s*(?:sous|grand|tot|som|moy|m[ée]d|[ée]cart|effectif|average|mean|sum|sub|nb|nombre|max|min)"
)
FOOTNOTE: Final = re.compile(
    r"^\s*(?:\S+\s+){2,}\S|^\s*[*(]|^\s*(?:source|note|nb|n\.b\.|légende|fin)\b", re.IGNORECASE
)


UNITS_CELL: Final = re.compile(
    r"\s*[(\[]?\s*(?:(?:en|in)\s+)?(?:ms|s(?:ec)?|mi?n|h|j|minutes?|heures?|hours?|jours?|days?|ans?|ann[ée]es?|years?|mois|months?"
    r"|€|eur|euros?|%|textes?|text|codes?|dates?|nombres?|numbers?|entiers?|integers?|bool[ée]en|boolean"
    r"|jj?/mm?/aaaa(?:[ T]hh?:mm(?::ss)?)?|aaaa-mm-jj(?:[ T]hh?:mm(?::ss)?)?|dd?/mm?/yyyy(?:[ T]hh?:mm(?::ss)?)?"
    r"|yyyy-mm-dd(?:[ T]hh?:mm(?::ss)?)?|hh?:mm(?::ss)?|oui ?/ ?non|yes ?/ ?no|0 ?/ ?1|1 ?/ ?0|[hmf] ?/ ?[hmf]"
    r"|avant ?/ ?apr[èe]s|[-–—])\s*[)\]]?\s*",
    re.IGNORECASE,
)
"""What a line below the headers says of each column: its unit, its format or its words."""


def _units(line: Sequence[str | None], keys: Sequence[int]) -> dict[int, str]:
    """The cells of a line when they are units and formats: two at least no letter or dash alone, or nothing names a record."""
    cells = {position: cell for position, cell in enumerate(line) if cell is not None and cell.strip()}
    if any(len(cell) > LONGEST_UNIT for cell in cells.values()):
        return {}
    telling = sum(len(cell.strip(" -–—")) > 1 for cell in cells.values())
    nameless = bool(cells and keys) and not any(key in cells for key in keys)
    return (
        cells if (telling >= SPARSE or nameless) and all(UNITS_CELL.fullmatch(cell) for cell in cells.values()) else {}
    )


def _says(names: list[str]) -> pl.Expr:
    """Whether some cell of the row holds more than spaces."""
    return pl.any_horizontal(pl.col(names).str.contains(r"[^\s\u00a0\u202f]").fill_null(value=False))


def _notes(frame: pl.DataFrame, count: pl.Series, partial: pl.Series, keys: Sequence[int]) -> dict[int, str]:
    """Lines of totals among those with an empty cell, and lines of text alone at the end; never a line that names its case."""
    left_out: dict[int, str] = {}
    starts = frame[partial].select(pl.coalesce(pl.all()).alias("first"))["first"]
    words = starts.filter(starts.str.contains(LIKELY_TOTAL).fill_null(value=False)).unique()
    totals = [word for word in words if TOTAL.match(word) or SHORT_TOTAL.match(word)]
    likely = starts.is_in(totals).fill_null(value=False)
    for start, record in zip(starts.filter(likely), partial.filter(likely), strict=True):
        codes = [frame[record, key] for key in keys if key < frame.width]
        named = [code for code in codes if code is not None]
        if TOTAL.match(start):
            total = len(named) < max(len(codes), 1) or any(TOTAL.match(code) for code in named)
        else:
            total = bool(SHORT_TOTAL.match(start)) and all(code == start for code in named)
        if total:
            left_out[record] = "totals_row_ignored"
    for record in reversed(range(max(0, frame.height - FOOTNOTES), frame.height)):
        if count[record] and record not in left_out:
            cells = frame.row(record)
            if count[record] > 1 or cells[0] is None or not FOOTNOTE.search(cells[0]):
                break
            left_out[record] = "footnote_ignored"
    return left_out


@dataclass(frozen=True)
class Margins:
    """A table without the lines that are no records, and what was said of each of them."""

    frame: pl.DataFrame
    rows: pl.Series
    issues: tuple[Issue, ...] = ()
    others: tuple[Elsewhere, ...] = ()
    units: Mapping[int, str] = field(default_factory=dict)
    """By the place of each column, what a line of units below the headers says of it."""


def _headers_again(frame: pl.DataFrame, headers: Sequence[str]) -> pl.Series | None:
    """Which rows say what the headers do, in two columns at least; `None` when none does."""
    named = {str(i): header for i, header in enumerate(headers) if header.strip() and str(i) in frame.columns}
    if len(named) < SPARSE:
        return None
    first = next(iter(named))
    some = (frame[first] == named[first]).fill_null(value=False)
    if not some.any():
        return None
    again = frame.select(pl.all_horizontal(pl.col(n) == header for n, header in named.items())).to_series()
    again = again.fill_null(value=False)
    return again if again.any() else None


def _filled(frame: pl.DataFrame) -> pl.Series:
    """How many cells of each row are filled."""
    whole = [name for name in frame.columns if not frame[name].null_count()]
    if len(whole) == frame.width:
        return pl.Series("n", [frame.width], dtype=pl.UInt32).new_from_index(0, frame.height)
    filled = pl.sum_horizontal(pl.exclude(whole).is_not_null().cast(pl.UInt32)) + len(whole)
    return frame.select(filled.cast(pl.UInt32).alias("n"))["n"]


def _records(frame: pl.DataFrame) -> pl.Series:
    return pl.int_range(frame.height, eager=True)


def without_margins(
    frame: pl.DataFrame, rows: pl.Series, keys: Sequence[int] = (), headers: Sequence[str] = ()
) -> Margins:
    """Leave out blank rows, lines of totals or of headers again, and texts alone below the table; all but the blank are listed.

    `keys` are the columns that tell one record from another: a line where they are filled is a record.
    """
    if not frame.width or not frame.height:
        return Margins(frame, rows)
    issues = []
    again = _headers_again(frame, headers)
    if again is not None:
        issues = [Issue("header_repeated_ignored", "warning", row=int(row)) for row in rows.filter(again)]
        frame, rows = frame.filter(~again), rows.filter(~again)
    units: dict[int, str] = {}
    lines = 0
    for record, line in enumerate(frame.head(UNITS_LINES).iter_rows()):
        if told := _units(line, keys):
            issues.append(Issue("units_row_ignored", "warning", row=int(rows[record])))
            units, lines = told | units, record + 1
        elif any(cell and cell.strip() for cell in line):
            break
    left = _records_of(frame.slice(lines), rows.slice(lines), keys)
    return Margins(left.frame, left.rows, (*issues, *left.issues), left.others, units)


def _records_of(frame: pl.DataFrame, rows: pl.Series, keys: Sequence[int]) -> Margins:
    """Leave out blank rows, lines of totals, and texts alone below the table."""
    if not frame.height:
        return Margins(frame, rows)
    count = _filled(frame)
    partial = (count < frame.width).arg_true()
    if not len(partial) and frame.width > SPARSE:
        return Margins(frame, rows)
    sparse = (count > 0) & (count <= SPARSE)
    if sparse.any():
        blank = frame.with_row_index("record").filter(sparse).filter(~_says(frame.columns))
        count = count.set(_records(frame).is_in(blank["record"].to_list()), 0) if blank.height else count
    left_out = _notes(frame, count, partial, keys) if frame.width > 1 else {}
    issues = tuple(Issue(code, "warning", row=int(rows[record])) for record, code in sorted(left_out.items()))
    others = tuple(
        Elsewhere(cell, "margin", row=int(rows[record]))
        for record in left_out
        for cell in frame.row(record)
        if cell is not None
    )
    kept = count > 0
    if left_out:
        kept = kept & ~_records(frame).is_in(list(left_out))
    if not kept.all():
        frame, rows = frame.filter(kept), rows.filter(kept)
    return Margins(frame, rows, issues, others)
