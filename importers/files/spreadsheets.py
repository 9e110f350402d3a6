"""XLSX through calamine: the sheet that holds the table, its cells as text exactly as stored."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from importers.columns.headers import SEARCHED_ROWS, HeaderWords, bare, header_row, record_above
from importers.context import Limits
from importers.files.book import read_book
from importers.files.elsewhere import Elsewhere, Where
from importers.files.grid import Grid, column_letters, without_margins
from importers.files.pilot_mark import told_mark
from importers.files.sheet_faults import sheet_faults, shown_units, struck_through, told_units
from importers.files.sheet_titles import OWN_SHEETS
from importers.files.unreadable import Unreadable
from importers.files.workbook_parts import Parts
from importers.identity.cells import Cells
from importers.identity.columns import kind_of_column, without_places
from importers.identity.headers import announces_people, heads_people, is_of_places, is_of_things
from importers.identity.texts import plain
from importers.report import Issue
from importers.side_by_side import side_by_side

WHOLE: Final = 1e15
"""Numbers below it show all the digits before their decimal point."""
SMALL: Final = 1e-4
"""Numbers from it are written without an exponent."""
ALIKE: Final = 0.7
"""Share of the columns of one sheet that another one has when it holds the same table."""
NOT_RECENT: Final = 2012
"""Dates of another sheet are of births when most are of years before."""
LIST_HEADERS: Final = frozenset({"nom", "name"})
"""What a dictionary of columns may call its own."""


def read_workbook(content: bytes, words: HeaderWords, limits: Limits, wanted: Sequence[str] = ()) -> Grid:
    """The table of a workbook.

    Parameters
    ----------
    wanted
        Titles that the sheet to read may have, when the workbook holds one sheet per table.

    Raises
    ------
    Unreadable
        No sheet whose first rows name columns of the protocol, or a workbook that cannot be read.
    """
    book = read_book(content, limits)
    candidates = [sheet for sheet in book.sheets if sheet.visible and bare(sheet.title) not in OWN_SHEETS]
    found = []
    ranks = {sheet.title: rank for rank, sheet in enumerate(book.sheets, start=1)}
    for sheet in candidates:
        header = header_row([[_text(c) or "" for c in row] for row in sheet.cells[:20]], words)
        if header is not None:
            named = {words.find(text) for cell in sheet.cells[header[0]] if (text := _text(cell))} - {None}
            found.append(_Sheet(sheet.title, ranks[sheet.title], sheet.cells, header[0], frozenset(map(str, named))))
    if not found:
        raise Unreadable("header_not_found", n=SEARCHED_ROWS, names=words.wanted)
    chosen = _choose(found, wanted)
    issues = []
    left = [sheet for sheet in candidates if sheet.title != chosen.name and not _is_blank_table(sheet.cells)]
    if left:
        params = {"sheet": chosen.name, "sheets": ", ".join(sheet.title for sheet in left)}
        issues.append(Issue("sheet_selected", "warning", params=params))
    lines = [[_text(cell) or "" for cell in row] for row in chosen.cells[: chosen.header + 1]]
    if (above := record_above(lines, chosen.header, words)) is not None:
        issues.append(Issue("rows_above_header", "error", row=above + 1, params={"n": chosen.header + 1}))
    if chosen.header:
        issues.append(Issue("header_not_first_row", "warning", row=chosen.header + 1))
    hidden = [sheet for sheet in book.sheets if not sheet.visible and bare(sheet.title) not in OWN_SHEETS]
    if hidden:
        issues.append(Issue("hidden_content_ignored", "warning", params={"n": len(hidden)}))
    wards = chosen.places
    others = [
        text for sheet in book.sheets if sheet.title != chosen.name for text in _texts(sheet.cells, sheet.title, wards)
    ]
    mark = told_mark({sheet.title: sheet.cells for sheet in book.sheets})
    return _grid(chosen, words, limits, book.parts, issues, others, mark)


def _is_blank_table(cells: list[list[Any]]) -> bool:
    """Whether a sheet holds a line of headers and nothing else: another table of a blank workbook."""
    filled = [sum(_text(cell) is not None for cell in row) for row in cells]
    return [count > 1 for count in filled if count] == [True]


@dataclass(frozen=True)
class _Sheet:
    """A sheet whose row `header` names these columns of the protocol."""

    name: str
    rank: int
    cells: list[list[Any]]
    header: int
    columns: frozenset[str]

    def share(self, other: _Sheet) -> float:
        """How much of the smaller one's columns both have, by the protocol's names or as they are written."""
        return max(
            len(mine & theirs) / max(min(len(mine), len(theirs)), 1)
            for mine, theirs in ((self.columns, other.columns), (self.headers, other.headers))
        )

    @property
    def headers(self) -> frozenset[str]:
        return frozenset(bare(text) for cell in self.cells[self.header] if (text := _text(cell)))

    @property
    def places(self) -> frozenset[str]:
        """What its columns of hospitals and wards say."""
        headers = [_text(cell) or "" for cell in self.cells[self.header]]
        positions = [position for position, header in enumerate(headers) if is_of_places(header)]
        below = self.cells[self.header + 1 :]
        return frozenset(text for p in positions for row in below if p < len(row) and (text := _text(row[p])))

    @property
    def filled(self) -> bool:
        return any(_text(cell) for row in self.cells[self.header + 1 :] for cell in row)


def _choose(found: Sequence[_Sheet], wanted: Sequence[str]) -> _Sheet:
    """The sheet asked for, else the one that is filled in; two filled sheets of one table are a question, not a guess."""
    filled = [sheet for sheet in found if sheet.filled] or list(found)
    asked = {bare(title) for title in wanted}
    best = next((sheet for sheet in filled if bare(sheet.name) in asked), None)
    best = best or max(filled, key=lambda sheet: len(sheet.columns))
    others = [sheet for sheet in filled if sheet is not best]
    alike = [sheet for sheet in others if best.share(sheet) >= 1 / 2]
    if any(sheet.filled and len(sheet.columns) >= ALIKE * len(best.columns) for sheet in alike):
        raise Unreadable("several_sheets", **_named(best, *alike))
    if len(alike) < len(others) and best.filled and not wanted:
        raise Unreadable("several_tables", **_named(best, *(sheet for sheet in others if sheet not in alike)))
    return best


def _named(*sheets: _Sheet) -> dict[str, Any]:
    """The titles of sheets, and the rank of each in the workbook."""
    places = {sheet.name: f"n° {sheet.rank}" for sheet in sheets}
    return {"sheets": ", ".join(places), "places": places}


def _texts(cells: list[list[Any]], sheet: str, wards: Set[str]) -> Iterator[Elsewhere]:
    """The texts of another sheet, hidden or not, and its columns whose first row announces people; `wards`: the table's."""
    rows = [[_text(cell) for cell in row] for row in cells]
    filled = [sum(map(bool, row)) for row in rows]
    first = next((i for i, count in enumerate(filled) if count > 1 or count == max(filled) == 1), None)
    places = set() if first is None else _places(rows, first)
    for number, row in enumerate(rows):
        for position, cell in enumerate(row):
            if cell:
                where: Where = "place" if (number, position) in places else "sheet"
                yield Elsewhere(cell, where, number + 1, position, sheet)
    if first is not None:
        for position, header in enumerate(rows[first]):
            below = [row[position] for row in rows[first + 1 :] if position < len(row) and row[position]]
            plain = bare(sheet) in OWN_SHEETS and bare(header or "") in LIST_HEADERS
            if header and not plain and len(below) > 1 and announces_people(header, pl.Series(below, dtype=pl.String)):
                yield Elsewhere(header, "named", sheet=sheet)
            elif bare(sheet) not in OWN_SHEETS and (kind := _kind_of(header, [t for t in below if t not in wards])):
                yield Elsewhere(kind, "column", sheet=sheet)


def _places(rows: list[list[str | None]], first: int) -> set[tuple[int, int]]:
    """The cells, by row and column from 0, of hospitals and wards: below such a header, down to a blank row or one of people."""
    found: set[tuple[int, int]] = set()
    for position, header in enumerate(rows[first]):
        if header and is_of_places(header):
            below = (row[position] if position < len(row) else None for row in rows[first + 1 :] if any(row))
            people = {cell for cell in set(below) if cell and heads_people(cell)}
            for number, row in enumerate(rows[first + 1 :], start=first + 1):
                cell = row[position] if position < len(row) else None
                if not any(row) or cell in people:
                    break
                if cell and not without_places([cell]):
                    found.add((number, position))
    return found


def _kind_of(header: str | None, below: Sequence[str | None]) -> str | None:
    """What kind of identity a column of another sheet is made of; long numbers there may well be those of sites."""
    column = plain(pl.Series([text for text in (header, *below) if text], dtype=pl.String))
    things = is_of_things(header or "", column, len(column))
    cells = Cells(column, len(column), lambda some: int(column.is_in(some).sum()))
    found = kind_of_column(cells, known=False, pseudonym=False, year=NOT_RECENT, things=things, header=header or "")
    return found[0] if found and found[0] != "number" else None


def _grid(
    sheet: _Sheet,
    words: HeaderWords,
    limits: Limits,
    parts: Parts,
    issues: list[Issue],
    others: list[Elsewhere],
    pilot: str | None,
) -> Grid:
    headers = [_text(cell) or "" for cell in sheet.cells[sheet.header]]
    while headers and not headers[-1].strip():
        headers.pop()
    if len(headers) > limits.columns:
        raise Unreadable("too_many_columns", n=len(headers), limit=limits.columns)
    body = sheet.cells[sheet.header + 1 :]
    longer = [row[len(headers) :] for row in body if len(row) > len(headers)]
    stray = max((i for row in longer for i, cell in enumerate(row) if _text(cell)), default=-1)
    if len(headers) + stray >= limits.columns:
        raise Unreadable("sheet_too_large", cell=_address(sheet, len(headers) + stray))
    headers += [""] * (stray + 1)
    columns = side_by_side(_column, _columns(body, len(headers)), len(body))
    frame = pl.DataFrame([column.alias(str(i)) for i, (column, _) in enumerate(columns)])
    rows = pl.int_range(sheet.header + 2, sheet.header + 2 + len(body), dtype=pl.UInt32, eager=True)
    own = parts.sheets.get(sheet.name)
    faults = sheet_faults(own, frame, headers, sheet.header + 1) if own else None
    left = without_margins(faults.frame if faults else frame, rows, words.key_positions(headers), headers)
    above = [
        Elsewhere(t, "margin", row=i + 1, position=position)
        for i, row in enumerate(sheet.cells[: sheet.header])
        for position, c in enumerate(row)
        if (t := _text(c))
    ]
    told = shown_units(own, left.frame, left.rows) if own else {}
    return Grid(
        tuple(headers),
        left.frame,
        left.rows,
        sheet.name,
        (
            *issues,
            *parts.issues,
            *_of_records(faults.issues if faults else (), left.issues),
            *told_units(told, headers),
            *(struck_through(own, left.frame, left.rows) if own else ()),
            *left.issues,
        ),
        sheet.header + 1,
        (*parts.texts, *others, *above, *left.others),
        parts.epoch_1904,
        parts.pilot or pilot,
        {i: (*told.get(i, ()), *([left.units[i]] if i in left.units else [])) for i in {*told, *left.units}},
        mixed=[(place.row, place.column) for place in own.mixed] if own else (),
        written={i: written for i, (_, written) in enumerate(columns) if written is not None},
    )


def _of_records(faults: Sequence[Issue], left_out: Sequence[Issue]) -> Iterator[Issue]:
    """The faults of cells but those in a line of totals or a note, which is left out."""
    rows = {issue.row for issue in left_out}
    return (issue for issue in faults if issue.row is None or issue.row not in rows)


def _address(sheet: _Sheet, position: int) -> str:
    """A cell of the last filled column: the first one."""
    row = next(i for i, cells in enumerate(sheet.cells) if i > sheet.header and any(map(_text, cells[position:])))
    return f"{column_letters(position)}{row + 1}"


def _columns(body: list[list[Any]], width: int) -> Iterator[Sequence[Any]]:
    """The rows' cells by column; readers give rows of one length."""
    lengths = set(map(len, body))
    if len(lengths) == 1 and (length := lengths.pop()) >= width:
        flat = list(itertools.chain.from_iterable(body))
        yield from (flat[i::length] for i in range(width))
    else:
        yield from ([row[i] if i < len(row) else "" for row in body] for i in range(width))


def _column(values: Sequence[Any]) -> tuple[pl.Series, pl.Series | None]:
    """The cells as text, and those that are texts when others are numbers."""
    kinds = set(map(type, values))
    if kinds == {str}:
        texts = pl.Series(values, dtype=pl.String)
        return texts.replace("", None) if "" in values else texts, None
    written = sorted({v for v in values if isinstance(v, str) and v}) if kinds != {float} else []
    others = pl.Series(written, dtype=pl.String) if float in kinds else None
    if kinds == {float} and (numbers := numbers_as_text(pl.Series(values, dtype=pl.Float64))) is not None:
        return numbers, others
    return pl.Series([_text(value) for value in values], dtype=pl.String), others


def numbers_as_text(numbers: pl.Series) -> pl.Series | None:
    """Numbers as `repr` writes them, without `.0`; `None` where Polars writes one otherwise."""
    size = numbers.abs()
    if not ((size == 0) | ((size >= SMALL) & (size < WHOLE))).all():  # nor is NaN or infinity
        return None
    return numbers.cast(pl.String).str.strip_suffix(".0")


def _text(value: Any) -> str | None:
    """A cell as text: a yes or no as a word, numbers with all the digits that a spreadsheet keeps, moments as ISO.

    Whole numbers have no decimal point, and an exponent where digits are lost; a day alone is a midnight, as it is stored.
    """
    text: str | None = None
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, float):
        whole = value.is_integer()
        text = str(int(value)) if whole and abs(value) < WHOLE else f"{value:.16e}" if whole else repr(value)
    elif isinstance(value, dt.datetime):
        rounded = value + dt.timedelta(microseconds=500_000)
        text = rounded.replace(microsecond=0).isoformat(sep=" ")
    elif isinstance(value, dt.date):
        text = f"{value.isoformat()} 00:00:00"
    elif isinstance(value, dt.time):
        text = value.isoformat()
    elif value is not None:
        text = str(value)
    return text or None
