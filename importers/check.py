"""The whole check of one file: container, privacy, columns, values, rules; every fault in one go."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from evaluation.tables import DataDictionary, Label, Table
from evaluation.vocabulary import ColumnRole
from importers.cells.rules import Fault, row_faults, whole_table
from importers.cells.shapes import value_shape
from importers.cells.typed import Typed
from importers.cells.values import typed
from importers.cells.zones import PARIS, zone_of
from importers.columns.headers import HeaderWords, bare, recognise_table
from importers.columns.recognised import Recognised, recognise
from importers.context import Context
from importers.files.grid import Grid, column_letters
from importers.files.readers import read_file
from importers.files.sheet_titles import sheet_titles
from importers.files.unreadable import Unreadable
from importers.identity.file_names import told_by_name
from importers.identity.headers import announces_people
from importers.identity.privacy import Search
from importers.identity.shown import discreet
from importers.report import Checked, Issue, Report
from importers.side_by_side import side_by_side

LONG_TO_READ: Final = ("datetime", "date")
"""Types whose cells take longest: columns that threads begin with, so that none is left alone with one at the end."""
__all__ = ["Context", "check_bytes", "check_file"]


def check_file(
    path: Path,
    protocol: DataDictionary,
    context: Context,
    *,
    name: str | None = None,
    table: str | None = None,
    lenient: bool = False,
) -> Checked:
    """Check a file on disk; see `check_bytes`."""
    return check_bytes(path.read_bytes(), protocol, context, name=name or path.name, table=table, lenient=lenient)


def check_bytes(
    content: bytes,
    protocol: DataDictionary,
    context: Context,
    *,
    name: str,
    table: str | None = None,
    lenient: bool = False,
    digest: Callable[[], str] | None = None,
) -> Checked:
    """Read a file against a protocol.

    Parameters
    ----------
    content, name
        The bytes and the name under which they were sent.
    table
        The protocol's table, when the header does not tell it.
    lenient
        An absent required column is a warning: what needs it will not be estimable (offline evaluation).
    digest
        Gives the SHA-256 of the content, when it is reckoned elsewhere.

    Returns
    -------
    Checked
        The report and, when it accepts, the typed rows. Nothing is ever half-kept.
    """
    sha256 = digest or (lambda: hashlib.sha256(content).hexdigest())
    try:
        grid, chosen = read_table(content, protocol, context, name, table)
    except Unreadable as stop:
        return Checked(_report([stop.issue], 0, {}, None, sha256(), context, places=stop.places), None)
    return _checked(grid, chosen, context, sha256(), name, lenient=lenient)


def _checked(grid: Grid, table: Table, context: Context, digest: str, name: str, *, lenient: bool) -> Checked:
    """Headers, cells and rows of a table; a file that identifies people stops there, and nothing of it is described."""
    rows = grid.frame.height
    empty = {i for i, c in enumerate(grid.frame.get_columns()) if c.null_count() == rows > 0}
    recognised = recognise(grid.headers, table, context, lenient=lenient, empty=empty)
    positions = recognised.positions
    places = {header: column_letters(position) for position, header in enumerate(grid.headers)}
    columns = {grid.headers[position]: name for name, position in positions.items()}
    zone = _zone(grid, table, positions, context)
    context = replace(context, zone=zone or PARIS)
    results, private = _read_columns(grid, table, positions, context)
    private += told_by_name(name)
    private += _renamed(grid, recognised, {issue.column for issue in private})
    if private:
        columns = {header: name for header, name in columns.items() if name not in recognised.own}
        return Checked(_report([*private], rows, columns, table.name, digest, context, places=places), None)
    early = [*_other_pilot(grid, context), *grid.issues, *recognised.issues]
    if not rows:
        told_apart = [i for i in early if i.code != "ambiguous_columns"]  # a blank workbook holds them all
        issues = [*told_apart, Issue("no_rows", "error")]
        return Checked(_report(issues, 0, columns, table.name, digest, context, places=places), None)
    results = {name: result for name, result in results.items() if name not in recognised.contested}
    frame = pl.DataFrame([result.values.alias(name) for name, result in results.items()])
    value_issues, unlisted = _row_issues(grid, table, positions, context, frame, results)
    told = {issue.cell for issue in early if issue.cell}
    value_issues = [issue for issue in value_issues if issue.cell is None or issue.cell not in told]
    if rows > context.limits.rows:
        early.append(Issue("too_many_rows", "error", params={"n": rows, "limit": context.limits.rows}))
    late = list(whole_table(table, frame, {name: header for header, name in columns.items()}))
    if zone is None and any(isinstance(dtype, pl.Datetime) for dtype in frame.dtypes):
        late.append(Issue("several_clocks", "warning"))
    issues = [*early, *value_issues, *late]
    report = _report(issues, rows, columns, table.name, digest, context, unlisted, places)
    report = replace(report, mapping=recognised.mapping)
    return Checked(report, frame if report.accepted else None)


def _zone(grid: Grid, table: Table, positions: Mapping[str, int], context: Context) -> str | None:
    """The clock of the file's sites; `None` when they have several."""
    if context.uploader_site is not None:
        return zone_of([context.uploader_site])
    site = next((positions[c.name] for c in table.with_role(ColumnRole.SITE) if c.name in positions), None)
    return PARIS if site is None else zone_of(grid.frame[str(site)].drop_nulls().unique().to_list())


def _renamed(grid: Grid, recognised: Recognised, told: Set[str | None]) -> Iterator[Issue]:
    """Columns whose header announces people and that a mapping calls something else: the mapping changes no name in the file."""
    for name in sorted(recognised.own, key=lambda own: recognised.positions[own]):
        position = recognised.positions[name]
        header, column = grid.headers[position], grid.frame[str(position)]
        filled = len(column) - column.null_count()
        if filled and header not in told and "…" not in told and announces_people(header, column):
            cell, params = f"{column_letters(position)}{grid.header_row}", {"kind": "header", "n": filled}
            yield Issue("identifying_data", "error", grid.header_row, header, cell, params=params)


def _other_pilot(grid: Grid, context: Context) -> Iterator[Issue]:
    """A blank workbook of one pilot that is sent to another."""
    if grid.pilot and context.pilot and grid.pilot != context.pilot:
        yield Issue("other_pilot", "error", params={"other": grid.pilot, "pilot": context.pilot})


def read_table(
    content: bytes, protocol: DataDictionary, context: Context, name: str, table: str | None
) -> tuple[Grid, Table]:
    """The table of a file as text, and which of the protocol's it is.

    Raises
    ------
    Unreadable
        One issue says why the file stops here.
    """
    tables = list(protocol.tables) if table is None else [one for one in protocol.tables if _is_called(one, table)]
    if not tables:
        raise Unreadable("unknown_table", table=table, names=_table_names(protocol))
    words = HeaderWords.of_tables(tables, context)
    wanted = sheet_titles(tables[0]) if table else ()
    try:
        grid = read_file(content, name, words, context.limits, wanted)
    except Unreadable as stop:
        if stop.issue.code != "several_tables":  # a question which sheet it is names the tables of the protocol
            raise
        names = _table_names(protocol)
        raise Unreadable("several_tables", **stop.issue.params, names=names, places=stop.places) from stop
    chosen = tables[0] if table else recognise_table(grid.headers, protocol, context)
    if chosen is None:
        raise Unreadable("table_not_recognised", names=_table_names(protocol))
    return grid, chosen


def _is_called(table: Table, said: str) -> bool:
    """Whether a person means this table: by its name, or by its label as our workbooks and pages show it."""
    return said == table.name or bare(said) in {bare(word) for word in (table.name, table.label.fr, table.label.en)}


def _table_names(protocol: DataDictionary) -> Label:
    """The tables as they are asked for, each with its label."""
    return Label(
        fr=", ".join(f"{table.name} ({table.label.fr})" for table in protocol.tables),
        en=", ".join(f"{table.name} ({table.label.en})" for table in protocol.tables),
    )


def _read_columns(
    grid: Grid, table: Table, positions: Mapping[str, int], context: Context
) -> tuple[dict[str, Typed], list[Issue]]:
    """The recognised columns with their types, in the protocol's order; and whom any column, or a text around, identifies."""
    needed = {name for group in table.one_of for name in group}
    specs = {positions[spec.name]: spec for spec in table.columns if spec.name in positions}
    search = Search(grid, table, positions, context.first_day.year if context.first_day else None)

    def read(position: int) -> tuple[Typed | None, list[Issue]]:
        spec = specs.get(position)
        if spec is None or not grid.frame.height:
            return None, search.column(position, nobody=False)
        result = typed(
            spec,
            grid.frame[str(position)],
            grid.headers[position],
            context,
            needed=spec.name in needed,
            epoch_1904=grid.epoch_1904,
            texts=grid.few_texts(position),
            written=grid.written.get(position),
        )
        return result, search.column(position, nobody=result.nobody)

    longest_first = sorted(range(len(grid.headers)), key=lambda p: p not in specs or specs[p].type not in LONG_TO_READ)
    read_so = dict(zip(longest_first, side_by_side(read, longest_first, grid.frame.height), strict=True))
    found = [read_so[position] for position in range(len(grid.headers))]
    private = [issue for _, issues in found for issue in issues]
    private += search.around(seen=bool(private))
    return {spec.name: result for spec in table.columns if (result := _of(found, positions.get(spec.name)))}, private


def _of(found: Sequence[tuple[Typed | None, list[Issue]]], position: int | None) -> Typed | None:
    return None if position is None else found[position][0]


def _row_issues(
    grid: Grid,
    table: Table,
    positions: Mapping[str, int],
    context: Context,
    frame: pl.DataFrame,
    results: Mapping[str, Typed],
) -> tuple[list[Issue], Counter[str]]:
    """The issues of columns, then those of cells and rows, by row; and how many more were not listed."""
    whole = [issue for result in results.values() for issue in result.issues]
    faults = [
        Fault(code, name, mask, {**result.params.get(code, {})})
        for name, result in results.items()
        for code, mask in result.faults.items()
    ]
    if frame.width:
        faults.extend(f for f in row_faults(table, frame, grid.rows, context) if f.mask.any())
    ragged = [issue.row for issue in grid.issues if issue.code == "ragged_rows"]
    if ragged:  # told once: their cells stand in the wrong columns
        sound = ~grid.rows.is_in(pl.Series(ragged, dtype=grid.rows.dtype).implode())
        faults = [replace(f, mask=f.mask & sound) for f in faults]
    too_long = list(_too_long(grid, context))
    located = {**positions, **{fault.column: int(fault.column) for fault in too_long}}
    faults = [*too_long, *faults]
    most = context.limits.row_errors_reported
    unlisted: Counter[str] = Counter()
    for fault in faults:
        unlisted[fault.code] += max(0, int(fault.mask.sum()) - most)
    return [*whole, *_located(grid, located, faults, most)], unlisted


def _too_long(grid: Grid, context: Context) -> Iterator[Fault]:
    """Cells of any column, known or not, that hold more text than a cell may: under the column's number."""
    for name in grid.frame.columns:
        text = grid.frame[name]
        if (text.str.len_bytes().max() or 0) > context.limits.cell_chars:  # type: ignore[operator]
            yield Fault(
                "cell_too_large", name, (text.str.len_chars() > context.limits.cell_chars).fill_null(value=False)
            )


def _located(grid: Grid, positions: Mapping[str, int], faults: Sequence[Fault], most: int) -> list[Issue]:
    """One issue per cell at fault (the first `most` of each fault), by row then column."""
    found: list[tuple[int, int, Issue]] = []
    for fault in faults:
        position = positions[fault.column]
        raw = grid.frame[str(position)]
        for record in fault.mask.arg_true().head(most).to_list():
            row = int(grid.rows[record])
            params = {**fault.params, **fault.per_record.get(record, {})}
            issue = Issue(
                fault.code,
                "error",
                row=row,
                column=grid.headers[position].strip() or column_letters(position),
                cell=f"{column_letters(position)}{row}",
                value_shape=value_shape(raw[record]),
                params=params,
            )
            found.append((row, position, issue))
    found.sort(key=lambda f: f[:2])
    return [issue for _, _, issue in found]


def _report(
    issues: Sequence[Issue],
    rows: int,
    columns: Mapping[str, str],
    table: str | None,
    digest: str,
    context: Context,
    unlisted: Mapping[str, int] | None = None,
    places: Mapping[str, str] | None = None,
) -> Report:
    """All counted; the row faults beyond the reported number are left out of the list, and so are the names of people.

    `places` tells where each header and title stands, which is said in its place.
    """
    total = Counter(issue.code for issue in issues)
    total.update(unlisted or {})
    counts: dict[str, Any] = dict(sorted(total.items()))
    report = Report(tuple(discreet(issues, places)), rows, columns, table, digest, counts)
    return report.first(context.limits.row_errors_reported)
