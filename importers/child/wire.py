"""What goes between a child process and its parent: what an import may know and its report as JSON, its rows as Arrow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from evaluation.tables import Column, DataDictionary, Exclusion, Label, Table
from evaluation.vocabulary import ColumnRole
from importers.context import Context, Limits
from importers.report import Issue, Report

ROWS: Final = "rows.arrow"


def write_rows(frame: pl.DataFrame, folder: Path) -> None:
    """The rows, for `read_rows`."""
    frame.write_ipc(folder / ROWS)


def read_rows(folder: Path) -> pl.DataFrame | None:
    """What `write_rows` wrote; `None` where nothing was."""
    file = folder / ROWS
    return pl.read_ipc(file) if file.is_file() else None


def context_json(context: Context) -> dict[str, Any]:
    """What an import may know, as JSON."""
    content = asdict(context)
    for key in ("registered_sites", "true_words", "false_words", "missing_words"):
        content[key] = None if content[key] is None else sorted(content[key])
    return {k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in content.items()}


def context_from(content: dict[str, Any]) -> Context:
    """What `context_json` wrote."""
    content = dict(content)
    for key in ("first_day", "last_day", "today"):
        content[key] = dt.date.fromisoformat(content[key]) if content[key] else None
    for key in ("registered_sites", "true_words", "false_words", "missing_words"):
        content[key] = None if content[key] is None else frozenset(content[key])
    content["aliases"] = {k: tuple(v) for k, v in content["aliases"].items()}
    return Context(**{**content, "limits": Limits(**content["limits"])})


def tables_json(dictionary: DataDictionary) -> list[dict[str, Any]]:
    """The data dictionary of a protocol, as JSON."""
    return [asdict(table) for table in dictionary.tables]


def tables_from(content: Sequence[Mapping[str, Any]]) -> tuple[Table, ...]:
    """What `tables_json` wrote."""
    return tuple(
        Table(
            name=table["name"],
            label=Label(**table["label"]),
            row_unit=Label(**table["row_unit"]),
            columns=tuple(map(_column_from, table["columns"])),
            one_of=tuple(map(tuple, table["one_of"])),
            exclusions=tuple(Exclusion(**{**e, "reason": Label(**e["reason"])}) for e in table["exclusions"]),
        )
        for table in content
    )


def _column_from(content: Mapping[str, Any]) -> Column:
    read = {
        "role": ColumnRole(content["role"]),
        "label": Label(**content["label"]),
        "aliases": tuple(content["aliases"]),
        "categories": {code: tuple(spellings) for code, spellings in content["categories"].items()},
        "help": Label(**content["help"]) if content["help"] else None,
    }
    return Column(**{**content, **read})


def _param_json(value: Any) -> Any:
    if isinstance(value, Label):
        return {"fr": value.fr, "en": value.en}
    return {"day": value.isoformat()} if hasattr(value, "isoformat") else value


def _param_from(value: Any) -> Any:
    if isinstance(value, dict):
        return dt.date.fromisoformat(value["day"]) if "day" in value else Label(**value)
    return value


def report_from(content: dict[str, Any]) -> Report:
    """What `report_json` wrote."""
    issues = tuple(
        Issue(**{**i, "params": {k: _param_from(v) for k, v in i["params"].items()}}) for i in content["issues"]
    )
    return Report(**{**content, "issues": issues})


def report_json(report: Report) -> dict[str, Any]:
    """A report as JSON."""
    issues = [
        {**asdict(replace(i, params={})), "params": {k: _param_json(v) for k, v in i.params.items()}}
        for i in report.issues
    ]
    return {
        "issues": issues,
        "rows": report.rows,
        "columns": dict(report.columns),
        "table": report.table,
        "file_sha256": report.file_sha256,
        "issue_counts": dict(report.issue_counts),
        "mapping": dict(report.mapping),
    }
