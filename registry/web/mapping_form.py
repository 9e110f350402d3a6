"""The form in which a person says what columns of a refused file are: a list for each that is unknown, or that doubles another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from litestar.datastructures import FormMultiDict

from evaluation.protocol import Protocol
from evaluation.tables import Column, Table
from importers.columns.headers import HeaderWords
from importers.columns.mapping import MOST_HEADERS, from_json, from_pairs
from importers.context import Context

HEADER, COLUMN = "header-", "column-"
UNKNOWN: Final = "unknown_column_ignored"
RIVALS: Final = "duplicate_column"
ASKED: Final = frozenset(
    ("missing_required_column", "mapped_header_absent", "mapped_column_twice", "mapped_header_again", RIVALS)
)
"""Faults that a better mapping may mend."""


@dataclass(frozen=True, slots=True)
class Questions:
    """Each header of the file with the column that was chosen for it (empty for none), and the columns to choose from."""

    headers: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]


def questions(
    report: Mapping[str, Any] | None, protocol: Protocol | None, mapping: Mapping[str, str | None] | None
) -> Questions | None:
    """What to ask of a refused file; nothing when its columns are not what is wrong, or when none of them is left."""
    issues = report.get("issues", []) if report else []
    if report is None or protocol is None or not any(issue["code"] in ASKED for issue in issues):
        return None
    tables = [t for t in protocol.tables if t.name == report["table"] or len(protocol.tables) == 1]
    unknown = [issue["column"] for issue in issues if issue["code"] == UNKNOWN]
    rivals = _rivals(report, tables[0]) if tables else []
    headers = list(dict.fromkeys([*(mapping or {}), *rivals, *unknown]))[:MOST_HEADERS]
    if not tables or not headers:
        return None
    own = {*(mapping or {}), *rivals}
    known = {name for header, name in report["columns"].items() if header not in own}
    columns = tuple(column for column in tables[0].columns if column.name not in known)
    return Questions(tuple((header, (mapping or {}).get(header) or "") for header in headers), columns)


def _rivals(report: Mapping[str, Any], table: Table) -> list[str]:
    """Headers that mean one column, of which the person keeps one; of two with one text, no choice would."""
    words = HeaderWords.of(table, Context())
    later = [(issue["column"], words.find(issue["column"])) for issue in report["issues"] if issue["code"] == RIVALS]
    first = {name: header for header, name in report["columns"].items()}
    pairs = [(first[name], rival) for rival, name in later if name in first]
    return [header for pair in pairs if pair[0] != pair[1] for header in pair]


def mapping_of(form: FormMultiDict) -> dict[str, str | None] | None:
    """What a form says of the headers: an object of JSON, or one choice a header; `None` when it says nothing.

    Raises
    ------
    BadMapping
        The object is none, or says two things of a header.
    """
    said = form.get("mapping")
    if isinstance(said, str) and said:
        return from_json(said)
    numbers = [name.removeprefix(COLUMN) for name in form if name.startswith(COLUMN)]
    pairs = [(str(form.get(f"{HEADER}{number}") or ""), str(form.get(f"{COLUMN}{number}") or "")) for number in numbers]
    return from_pairs([(header, column) for header, column in pairs if header and column]) or None
