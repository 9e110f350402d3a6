"""What a child process does with its file: it checks it, writes the answer, then the copy with its faults where one is wanted."""

from __future__ import annotations

import importlib
import json
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Final

from evaluation.tables import Table
from importers.check import check_bytes
from importers.child.request import COPY, REPORT, Request
from importers.child.wire import ROWS, context_from, report_json, tables_from, write_rows
from importers.plain_columns import read_columns
from importers.report import Checked

SOME_FILES_ONLY: Final = ("importers.files.spreadsheets", "importers.files.parquet_files", "numpy")
"""What some kinds of file need: loaded while a child waits, not while one is waited for."""


@dataclass(frozen=True)
class _Tables:
    """The data dictionary that a request brings."""

    tables: tuple[Table, ...]


def load_all() -> None:
    """Load what a file of any kind needs."""
    for module in SOME_FILES_ONLY:
        importlib.import_module(module)


def answer(request: Request) -> None:
    """The report appears whole or not at all, after the rows; an annotated copy after the report."""
    if "wanted" in request.asked:
        found = _columns(request)
        if found.frame is not None:
            write_rows(found.frame, request.out)
        _tell(found, request)
    elif "annotated" not in request.asked:
        _tell(_checked(request), request)
    else:
        from importers.annotated.make import MARKED, annotated_copy  # noqa: PLC0415  # openpyxl: for a copy only

        checked = _checked(request, MARKED)
        most = context_from(request.asked["context"]).limits.row_errors_reported
        _tell(replace(checked, report=checked.report.first(most)), request)
        copy = annotated_copy(request.file(), checked.report, **_common(request), locale=request.asked["locale"])
        if copy is not None:
            partial = request.out / "annotated.part"
            partial.write_bytes(copy)
            partial.rename(request.out / COPY)


def _common(request: Request) -> dict[str, Any]:
    """What a check and a copy need besides the file."""
    return {
        "protocol": _Tables(tables_from(request.asked["tables"])),
        "context": context_from(request.asked["context"]),
        "name": request.asked["name"],
        "table": request.asked["table"],
    }


def _checked(request: Request, most: int = 0) -> Checked:
    """The check, with `most` faults of a kind in its report, or as many as the context allows when these are more.

    Its rows are written while the rules across rows are looked at, and taken back when the file is refused.
    """
    common = _common(request)
    limits = common["context"].limits
    limits = replace(limits, row_errors_reported=max(most, limits.row_errors_reported))
    common["context"] = replace(common["context"], limits=limits)
    with ThreadPoolExecutor(1) as beside:
        written: list[Future[None]] = []
        checked = check_bytes(
            request.file(),
            **common,
            lenient=request.asked["lenient"],
            digest=request.digest,
            typed_rows=lambda rows: written.append(beside.submit(write_rows, rows, request.out)),
        )
        for one in written:
            one.result()
    if checked.frame is None:
        (request.out / ROWS).unlink(missing_ok=True)
    return checked


def _columns(request: Request) -> Checked:
    return read_columns(
        request.file(), request.asked["wanted"], context_from(request.asked["context"]), name=request.asked["name"]
    )


def _tell(checked: Checked, request: Request) -> None:
    partial = request.out / "report.part"
    partial.write_text(json.dumps(report_json(checked.report), ensure_ascii=False), encoding="utf-8")
    partial.rename(request.out / REPORT)
