"""The JSON of a check: what machines and pages show of a report."""

from __future__ import annotations

from typing import Any

import polars as pl

from evaluation.tables import Table
from evaluation.vocabulary import ColumnRole
from importers.messages import message
from importers.report import Checked, Report


def as_json(checked: Checked, locale: str = "fr", *, rows: bool = False, table: Table | None = None) -> dict[str, Any]:
    """The object of `preuve check --json`; `rows` adds the normalised rows (`table` tells which columns are costs)."""
    answer = report_json(checked.report, locale)
    if rows:
        answer["normalised_rows"] = [] if checked.frame is None else normalised_rows(checked.frame, table)
    return answer


def report_json(report: Report, locale: str = "fr") -> dict[str, Any]:
    """The report alone."""
    return {
        "accepted": report.accepted,
        "kind": report.kind,
        "outcome": report.outcome,
        "rows": report.rows,
        "columns": dict(report.columns),
        "mapping": dict(report.mapping),
        "table": report.table,
        "file_sha256": report.file_sha256,
        "issues": [
            {
                "code": issue.code,
                "severity": issue.severity,
                "row": issue.row,
                "column": issue.column,
                "cell": issue.cell,
                "value_shape": issue.value_shape,
                "message": message(issue, locale),
            }
            for issue in report.issues
        ],
        "issue_counts": dict(report.issue_counts),
        "reason": report.reason,
    }


def normalised_rows(frame: pl.DataFrame, table: Table | None = None) -> list[dict[str, Any]]:
    """Rows as plain values: booleans 0/1, instants in UTC to the second, costs with two decimals."""
    costs = {c.name for c in table.columns if c.role == ColumnRole.COST} if table else set()
    return pl.DataFrame([_plain(series, cost=series.name in costs) for series in frame.iter_columns()]).to_dicts()


def _plain(series: pl.Series, *, cost: bool) -> pl.Series:
    if series.dtype == pl.Boolean:
        return series.cast(pl.Int8)
    if isinstance(series.dtype, pl.Datetime):
        return series.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    if series.dtype == pl.Date:
        return series.dt.strftime("%Y-%m-%d")
    if cost:
        two = [None if value is None else f"{value:.2f}" for value in series.to_list()]
        return pl.Series(series.name, two, dtype=pl.String)
    return series
