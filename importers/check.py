"""The whole check of one file: container, privacy, columns, values, rules; every fault in one go."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from evaluation.tables import DataDictionary, Label, Table
from evaluation.vocabulary import ColumnRole
from importers.cells.rules import row_faults, whole_table
from importers.cells.zones import PARIS, zone_of
from importers.columns.headers import HeaderWords, bare, recognise_table
from importers.columns.recognised import Recognised, recognise
from importers.columns.units import other_units, units_told
from importers.context import Context
from importers.every_column import read_every_column
from importers.fault_places import placed_faults
from importers.files.grid import Grid, column_letters
from importers.files.readers import read_file
from importers.files.sheet_titles import sheet_titles
from importers.files.unreadable import Unreadable
from importers.identity.file_names import told_by_name
from importers.identity.headers import announces_people
from importers.identity.shown import discreet
from importers.report import Checked, Issue, Report

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
    typed_rows: Callable[[pl.DataFrame], None] | None = None,
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
    typed_rows
        Is given the rows once every column is read and nobody is identified, before the rules across rows: they are kept
        unless the report refuses the file.

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
    return _checked(grid, chosen, context, sha256(), name, lenient=lenient, typed_rows=typed_rows)


def _checked(
    grid: Grid,
    table: Table,
    context: Context,
    digest: str,
    name: str,
    *,
    lenient: bool,
    typed_rows: Callable[[pl.DataFrame], None] | None,
) -> Checked:
    """Headers, cells and rows of a table; a file that identifies people stops there, and nothing of it is described."""
    rows = grid.frame.height
    empty = {i for i, c in enumerate(grid.frame.get_columns()) if c.null_count() == rows > 0}
    recognised = recognise(grid.headers, table, context, lenient=lenient, empty=empty)
    positions = recognised.positions
    places = {header: column_letters(position) for position, header in enumerate(grid.headers)}
    columns = {grid.headers[position]: name for name, position in positions.items()}
    zone = _zone(grid, table, positions, context)
    context = replace(context, zone=zone or PARIS)
    read = read_every_column(grid, table, positions, context)
    private = [*read.private, *told_by_name(name)]
    private += _renamed(grid, recognised, {issue.column for issue in private})
    if private:
        columns = {header: name for header, name in columns.items() if name not in recognised.own}
        return Checked(_report([*private], rows, columns, table.name, digest, context, places=places), None)
    units = units_told(grid, table, positions)
    early = [*_other_pilot(grid, context), *grid.issues, *recognised.issues]
    early += other_units(grid.headers, table, positions, units)
    early += _mixed(grid, {*positions.values()})
    if not rows:
        told_apart = [i for i in early if i.code != "ambiguous_columns"]  # a blank workbook holds them all
        issues = [*told_apart, Issue("no_rows", "error")]
        return Checked(_report(issues, 0, columns, table.name, digest, context, places=places), None)
    read = read.without(recognised.contested)
    frame = read.frame()
    if typed_rows is not None:
        typed_rows(frame)
    across = (
        [fault for fault in row_faults(table, frame, grid.rows, context) if fault.mask.any()] if frame.width else []
    )
    placed, unlisted = placed_faults(grid, positions, [*read.faults, *across], context.limits.row_errors_reported)
    value_issues = [*read.issues, *placed]
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
    if site is None:
        return PARIS
    texts = grid.few_texts(site)
    return zone_of((grid.frame[str(site)].unique() if texts is None else texts).drop_nulls().to_list())


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


def _mixed(grid: Grid, known: Set[int]) -> Iterator[Issue]:
    """Cells of the protocol's columns that a reader glues together from parts that are not to be read as one."""
    rows = set(grid.rows.to_list()) if grid.mixed else set()
    for row, position in grid.mixed:
        if position in known and row in rows:
            header = grid.headers[position].strip() or column_letters(position)
            yield Issue("mixed_writing", "error", row, header, f"{column_letters(position)}{row}")


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
    wanted = sheet_titles(tables[0]) if len(tables) == 1 else ()
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
    """Whether a person means this table: by its name, or by its label as our pages and the sheets of our workbooks show it."""
    words = (table.name, table.label.fr, table.label.en, *sheet_titles(table))
    return said == table.name or bare(said) in {bare(word) for word in words}


def _table_names(protocol: DataDictionary) -> Label:
    """The tables as they are asked for, each with its label."""
    return Label(
        fr=", ".join(f"{table.name} ({table.label.fr})" for table in protocol.tables),
        en=", ".join(f"{table.name} ({table.label.en})" for table in protocol.tables),
    )


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
