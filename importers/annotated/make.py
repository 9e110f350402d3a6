"""An annotated copy of a checked file: which copy is made, marked, summed up and saved."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final

from evaluation.tables import DataDictionary
from importers.annotated.copies import UNCOPIED, Copy, own_workbook, rows_workbook
from importers.annotated.marks import mark
from importers.annotated.places import chosen, placed
from importers.annotated.refusals import may_be_annotated
from importers.annotated.summary import summarise
from importers.check import read_table
from importers.context import Context
from importers.files.container import Kind, kind_of
from importers.files.grid import Grid
from importers.files.sheet_titles import sheet_titles
from importers.report import Report

MARKED: Final = 20_000
"""Row faults that the check lists for a copy, of which `places.EACH` of each kind are marked."""


def annotated_copy(
    content: bytes,
    report: Report,
    protocol: DataDictionary,
    context: Context,
    *,
    name: str,
    table: str | None = None,
    locale: str = "fr",
) -> bytes | None:
    """The annotated workbook of a checked file; `None` when there is no table to mark, or when it must not be given back.

    Parameters
    ----------
    content, name, table, protocol, context
        As they were checked.
    report
        The check's own answer, with up to `MARKED` row faults.
    """
    if not may_be_annotated(report):
        return None
    grid, spec = read_table(content, protocol, context, name, table)
    kind = kind_of(content, name, context.limits)
    issues = chosen(report.issues)
    title = sheet_titles(spec)[1 if locale == "en" else 0]
    for copy in _copies(content, kind, grid, title, {issue.row for issue in issues if issue.row}):
        places = placed(issues, grid, copy)
        try:
            mark(copy, places, locale)
            summarise(copy, places, report, locale)
            return _saved(copy)
        except UNCOPIED:  # a part that the library reads and cannot write
            if copy.own:
                continue
            raise
    return None


def _copies(content: bytes, kind: Kind, grid: Grid, title: str, at_fault: set[int]) -> Iterator[Copy]:
    """The person's own workbook where it can be kept, then a workbook made of their rows."""
    if kind is Kind.XLSX and (own := own_workbook(content, grid)) is not None:
        yield own
    yield rows_workbook(content, kind, grid, title, at_fault)


def _saved(copy: Copy) -> bytes:
    buffer = io.BytesIO()
    copy.book.save(buffer)
    return buffer.getvalue()
