"""Columns that a person names themselves, outside any protocol: read as checked files are, typed as numbers or as labels."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final, Literal

import polars as pl

from evaluation.tables import Column, ColumnType, Label
from evaluation.vocabulary import ColumnRole
from importers.cells.shapes import value_shape
from importers.cells.values import Typed, typed
from importers.columns.headers import HeaderWords, folded, loose
from importers.context import Context
from importers.files.grid import Grid, column_letters
from importers.files.readers import read_file
from importers.files.unreadable import Unreadable
from importers.identity.shown import discreet
from importers.report import Checked, Issue, Report

Wanted = Mapping[str, Literal["number", "label", "any"]]
"""Header as the person writes it → what its cells are; `any`: numbers when each of them is one, else labels."""
NAMES_SHOWN: Final = 12


def read_columns(content: bytes, wanted: Wanted, context: Context, *, name: str) -> Checked:
    """The columns asked for: numbers (French decimals and yes/no words understood) as floats, labels as text.

    Parameters
    ----------
    content, name
        The bytes and the file's name.
    wanted
        At least one header; case, accents and spaces do not matter.

    Returns
    -------
    Checked
        The frame's columns bear the names of `wanted`; on any fault there is no frame, and every fault is listed.
    """
    digest = hashlib.sha256(content).hexdigest()
    try:
        grid = _read(content, wanted, context, name)
    except Unreadable as stop:
        if stop.issue.code != "header_not_found":
            return _refused([stop.issue], digest, stop.places)
        return _refused([Issue("columns_not_found", "error", params={"expected": ", ".join(wanted)})], digest)
    positions = {header: _position(grid, header) for header in wanted}
    names = ", ".join(header for header in grid.headers[:NAMES_SHOWN] if header)
    issues = [
        Issue("column_not_found", "error", column=header, params={"expected": header, "names": names})
        for header, position in positions.items()
        if position is None
    ]
    columns: list[pl.Series] = []
    for header, position in positions.items():
        if position is not None:
            values, faults = _column(grid, header, position, wanted[header], context)
            columns.append(values.alias(header))
            issues.extend(faults)
    if issues:
        return _refused(issues, digest)
    return Checked(Report((), grid.frame.height, {h: h for h in wanted}, None, digest), pl.DataFrame(columns))


def _read(content: bytes, wanted: Wanted, context: Context, name: str) -> Grid:
    words = HeaderWords({folded(h): h for h in wanted}, {loose(h): h for h in wanted})
    return read_file(content, name, words, context.limits)


def _position(grid: Grid, header: str) -> int | None:
    """Where the header is: as written, else folded, else without accents and punctuation."""
    if header in grid.headers:
        return grid.headers.index(header)
    for form in (folded, loose):
        forms = [form(one) for one in grid.headers]
        if form(header) in forms:
            return forms.index(form(header))
    return None


def _column(grid: Grid, header: str, position: int, kind: str, context: Context) -> tuple[pl.Series, list[Issue]]:
    raw = grid.frame[str(position)]
    if kind == "label":
        return _typed("text", header, raw, context).values, []
    read = _typed("number", header, raw, context)
    if read.faults:
        words = _typed("boolean", header, raw, context)
        if not words.faults:
            return words.values.cast(pl.Float64), []
        if kind == "any":
            return _typed("text", header, raw, context).values, []
    issues = []
    for code, mask in read.faults.items():
        row = int(grid.rows[int(mask.arg_true()[0])])
        cell = f"{column_letters(position)}{row}"
        shape = value_shape(raw[int(mask.arg_true()[0])])
        issues.append(Issue(code, "error", row, header, cell, shape, read.params.get(code, {})))
    return read.values, issues


def _typed(kind: ColumnType, header: str, raw: pl.Series, context: Context) -> Typed:
    spec = Column(
        name="column", role=ColumnRole.COVARIATE, type=kind, label=Label(fr=header, en=header), required=False
    )
    return typed(spec, raw, header, context)


def _refused(issues: list[Issue], digest: str, places: Mapping[str, str] | None = None) -> Checked:
    found = tuple(discreet(issues, places))
    return Checked(Report(found, 0, {}, None, digest, Report.count(found)), None)
