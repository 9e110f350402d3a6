"""Directly identifying data: found anywhere in the file, they refuse it before anything is kept; no value is repeated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from evaluation.tables import Column, Table
from evaluation.vocabulary import PSEUDONYM_ROLES
from importers.columns.headers import bare
from importers.files.elsewhere import Elsewhere
from importers.files.grid import Grid, column_letters
from importers.identity.cells import Cells
from importers.identity.columns import kind_of_column, without_places
from importers.identity.headers import announces_people, is_of_places, is_of_things, measures
from importers.identity.texts import kinds, plain
from importers.report import Issue

MOST: Final = 0.5
"""Share of a column's cells beyond which the column as such is at fault."""
AROUND_TOTALS: Final = r"(?i)^(?:sous[- ])?total(?: de)?\s*:?\s+|\s+total$"
"""What a pivot table writes beside the name of a ward for its total."""


@dataclass(frozen=True)
class _Found:
    """Cells of one column that identify people: what they are, how many, and the first record."""

    kind: str
    count: int
    first: int
    filled: int


class Search:
    """The search of one file: one issue for each column that identifies people, with how many cells do; never a value.

    Parameters
    ----------
    grid
        Every column of the file, those that the protocol does not know too, and the texts found around the table.
    positions
        Where the columns of the protocol are: they are read, but not refused for their name.
    year
        First year of the pilot: a full date well before it is nobody's examination.
    """

    def __init__(self, grid: Grid, table: Table, positions: Mapping[str, int], year: int | None = None) -> None:
        self._grid, self._year = grid, year
        self._specs = {positions[c.name]: c for c in table.columns if c.name in positions}
        self._named = {bare(c.name) for c in table.columns}

    def column(self, position: int, *, nobody: bool) -> list[Issue]:
        """What a column gives away; of one whose cells are known to identify nobody, only the header is looked at."""
        spec = self._specs.get(position)
        return [*_column(self._grid, position, spec, self._named, self._year, cells=not nobody)]

    def around(self, *, seen: bool) -> list[Issue]:
        """What stands around the table; `seen`: a column has given people away already."""
        return [*_around(self._grid, seen=seen)]


def _column(
    grid: Grid, position: int, spec: Column | None, named: set[str], year: int | None, *, cells: bool
) -> Iterator[Issue]:
    header, column = grid.headers[position], grid.frame[str(position)]
    protocols_own = spec is not None and _calls(spec, header)
    shown = "…" if header.strip() and not protocols_own and kinds(pl.Series([header])) else header
    where = {"column": shown, "cell": f"{column_letters(position)}{grid.header_row}"}
    if shown != header:
        yield Issue("identifying_data", "error", grid.header_row, params={"kind": "header", "n": 1}, **where)
    found = list(_cells(header, column, grid.few_texts(position), spec, year)) if cells else []
    found = [one for one in found if one.kind != "number" or not measures(header)]
    filled = len(column) - column.null_count()
    if not found:
        if spec is None and filled and bare(header) not in named and announces_people(header, column):
            yield Issue("identifying_data", "error", grid.header_row, params={"kind": "header", "n": filled}, **where)
        return
    for one in found:
        row, cell = int(grid.rows[one.first]), grid.cell(position, one.first)
        params = {"kind": one.kind, "n": one.count}
        if one.count > MOST * one.filled and one.count > 1:
            yield Issue("identifying_data", "error", grid.header_row, params=params, **where)
            yield Issue("identifying_cell", "error", row, shown, cell, params=params)
        else:
            yield Issue("identifying_data", "error", row, shown, cell, params=params | {"say": "cell"})


def _calls(spec: Column, header: str) -> bool:
    """Whether a header is a word of the protocol for its column."""
    return bare(header) in {bare(word) for word in (spec.name, spec.label.fr, spec.label.en, *spec.aliases)}


def _cells(
    header: str, column: pl.Series, texts: pl.Series | None, spec: Column | None, year: int | None
) -> Iterator[_Found]:
    """Each kind of identity that cells hold, whatever the column; else the one that the column is made of."""
    filled = len(column) - column.null_count()
    text = plain(column if texts is None else texts)
    dated = spec is not None and spec.type in ("date", "datetime")
    things = is_of_things(header, text, filled)
    left, told = text, False
    while found := kinds(left, phones=not dated):
        kind, people = found
        before, left = len(left), left.filter(~left.is_in(people).fill_null(value=False))
        if len(left) == before:
            raise AssertionError("the texts found are those of the column")
        if kind == "name" and things and is_of_places(header):
            people = without_places(people)
        if people:
            told = True
            yield _held(kind, people, column, filled)
    if not told and (spec is None or spec.type in ("text", "category")):
        pseudonym = spec is not None and spec.role in PSEUDONYM_ROLES
        cells = Cells(text.drop_nulls(), filled, lambda some: int(plain(column).is_in(some).sum()))
        whole = kind_of_column(
            cells, known=spec is not None, pseudonym=pseudonym, year=year, things=things, header=header
        )
        if whole:
            yield _held(*whole, column, filled)


def _held(kind: str, values: Sequence[str], column: pl.Series, filled: int) -> _Found:
    mask = plain(column).is_in(list(values)).fill_null(value=False)
    return _Found(kind, int(mask.sum()), int(mask.arg_true()[0]), filled)


def _around(grid: Grid, *, seen: bool) -> Iterator[Issue]:
    """Identities outside the table; the texts that cells share are looked at when the cells themselves told nothing."""
    comments = [one for one in grid.others if one.where == "comment"]
    for one, kind in zip(comments, _each([one.text for one in comments]), strict=True):
        if kind:
            yield _placed(grid, one, kind)
            seen = True
    groups: dict[tuple[str, str | None], list[Elsewhere]] = {}
    for one in grid.others:
        if one.where not in ("comment", "place"):
            groups.setdefault((one.where, one.sheet if one.where == "sheet" else None), []).append(one)
    shared = groups.pop(("shared", None), [])
    for (where, _), texts in groups.items():
        if where == "column":
            for kind in sorted({one.text for one in texts}):
                yield Issue("identifying_data", "error", params={"kind": kind, "n": len(texts), "say": "elsewhere"})
            seen = True
        elif where == "named":
            yield Issue("identifying_data", "error", params={"kind": "header", "n": len(texts), "say": "elsewhere"})
            seen = True
        elif next(_group(where, texts), None) is not None:
            for issue in _group(where, _unseen(texts, _places(grid))):
                yield issue
                seen = True
    if not seen and next(_group("shared", shared), None) is not None:
        shown = [pl.Series(grid.headers, dtype=pl.String), *_places(grid), *grid.frame.get_columns()]
        yield from _group("shared", _unseen(shared, shown))


def _places(grid: Grid) -> list[pl.Series]:
    """The hospitals and wards of the table and of other sheets: a pivot table or a line of totals names them again."""
    others = [one.text for one in grid.others if one.where == "place"]
    columns = zip(grid.headers, grid.frame.get_columns(), strict=True)
    return [pl.Series(others, dtype=pl.String), *(column for header, column in columns if is_of_places(header))]


def _unseen(texts: Sequence[Elsewhere], shown: Sequence[pl.Series]) -> list[Elsewhere]:
    """The texts that stand in none of these cells, alone or as their total: those of cells were judged where they stand."""
    written = plain(pl.Series([one.text for one in texts], dtype=pl.String))
    bare = written.str.replace(AROUND_TOTALS, "")
    mask = pl.Series([True]).new_from_index(0, len(written))
    for column in shown:
        known = plain(column).unique().implode()
        mask = mask & ~written.is_in(known) & ~bare.is_in(known)
    return [one for one, unseen in zip(texts, mask, strict=True) if unseen]


def _each(texts: Sequence[str]) -> list[str | None]:
    """The kind of identity that each text holds by itself, if any: one look for each kind, however many texts."""
    written = plain(pl.Series(texts, dtype=pl.String))
    told: dict[str, str] = {}
    left = written.unique()
    while found := kinds(left, together=False):
        kind, people = found
        told |= dict.fromkeys(people, kind)
        left = left.filter(~left.is_in(people))
    return [told.get(text) for text in written]


def _group(where: str, texts: Sequence[Elsewhere]) -> Iterator[Issue]:
    found = kinds(plain(pl.Series([one.text for one in texts], dtype=pl.String)))
    if not found:
        return
    kind, values = found
    params = {"kind": kind, "n": len(values)}
    if where not in ("margin", "sheet"):
        yield Issue("identifying_data", "error", params=params | {"say": "elsewhere"})
        return
    own = zip(texts, _each([one.text for one in texts]), strict=True)
    first = next((one for one, held in own if one.row and held), None)
    row = first.row if first else None
    if where == "margin":
        yield Issue("identifying_data", "error", row, params=params | {"say": "margin"})
    elif first is None:
        yield Issue("identifying_data", "error", params=params | {"say": "elsewhere"})
    else:
        place = f"{column_letters(first.position or 0)}{row}"
        told = params | {"say": "sheet", "sheet": first.sheet, "place": place}
        yield Issue("identifying_data", "error", params=told)


def _placed(grid: Grid, comment: Elsewhere, kind: str) -> Issue:
    inside = comment.position is not None and comment.position < len(grid.headers)
    inside = inside and comment.sheet in (None, grid.sheet)
    header = grid.headers[comment.position] if inside and comment.position is not None else None
    cell = f"{column_letters(comment.position or 0)}{comment.row}"
    return Issue(
        "identifying_data", "error", comment.row, header, cell, params={"kind": kind, "n": 1, "say": "comment"}
    )
