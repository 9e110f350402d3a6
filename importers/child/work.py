"""What a child process does: it loads the importers, waits for one request, checks the file and writes the answer."""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import select
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from evaluation.indicators.catalogue import catalogue
from evaluation.protocol import Protocol
from importers.check import check_file
from importers.child.wire import ANSWERED, COPY, FELL, REPORT, SECONDS, context_from, report_json, write_rows
from importers.context import Limits
from importers.plain_columns import read_columns
from importers.report import Checked, Report

MEMORY_BYTES: Final = 12 * 1024**3
"""Address space, not resident memory: Polars reserves far more than it uses."""
CPU_SECONDS: Final = 3
BYTES_A_SECOND: Final = 6_000_000
"""Time of the processor that a child may take: so many seconds, and one for so many bytes of the largest file allowed."""
COPY_SECONDS: Final = 20
"""What an annotated copy may take besides."""
FILE_BYTES: Final = 4 * 1024**3
SOME_FILES_ONLY: Final = ("importers.files.spreadsheets", "importers.files.parquet_files", "numpy")
"""What some kinds of file need: loaded while a child waits, not while one is waited for."""


def _limits(largest_file: int, more: int) -> None:
    seconds = min(SECONDS, CPU_SECONDS + largest_file // BYTES_A_SECOND) + more
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _checked(request: dict[str, Any], most: int | None = None) -> Checked:
    context = context_from(request["context"])
    if most is not None:
        most = max(most, context.limits.row_errors_reported)
        context = replace(context, limits=replace(context.limits, row_errors_reported=most))
    return check_file(
        Path(request["path"]),
        Protocol.model_validate(request["protocol"]),
        context,
        name=request["name"],
        table=request["table"],
        lenient=request["lenient"],
    )


def _annotate(request: dict[str, Any], report: Report) -> None:
    from importers.annotated.make import annotated_copy  # noqa: PLC0415  # openpyxl: for a copy only

    copy = annotated_copy(
        Path(request["path"]).read_bytes(),
        report,
        Protocol.model_validate(request["protocol"]),
        context_from(request["context"]),
        name=request["name"],
        table=request["table"],
        locale=request["locale"],
    )
    if copy is not None:
        partial = Path(request["out"]) / "annotated.part"
        partial.write_bytes(copy)
        partial.rename(Path(request["out"]) / COPY)


def _columns(request: dict[str, Any]) -> Checked:
    content = Path(request["path"]).read_bytes()
    return read_columns(content, request["wanted"], context_from(request["context"]), name=request["name"])


def main(request_file: str) -> None:
    """The child's whole life: read the request, check, write the answer, then the annotated copy when it is asked for."""
    request = json.loads(Path(request_file).read_text(encoding="utf-8"))
    _limits(int(request["context"]["limits"]["file_bytes"]), COPY_SECONDS if "annotated" in request else 0)
    if "wanted" in request:
        _write(_columns(request), Path(request["out"]))
    elif "annotated" not in request:
        _write(_checked(request), Path(request["out"]))
    else:
        from importers.annotated.make import MARKED  # noqa: PLC0415

        checked = _checked(request, MARKED)
        most = Limits(**request["context"]["limits"]).row_errors_reported
        _write(replace(checked, report=checked.report.first(most)), Path(request["out"]))
        _annotate(request, checked.report)


def _write(checked: Checked, out: Path) -> None:
    if checked.frame is not None:
        write_rows(checked.frame, out)
    partial = out / "report.part"
    partial.write_text(json.dumps(report_json(checked.report), ensure_ascii=False), encoding="utf-8")
    partial.rename(out / REPORT)  # the report appears whole or not at all, after the rows


def wait() -> None:
    """Work on the one request whose path comes on the standard input; none comes when the parent is gone."""
    answer = own_answer()
    if not select.select([sys.stdin.buffer], [], [], 0)[0]:
        for module in SOME_FILES_ONLY:
            importlib.import_module(module)
        catalogue()
    gc.freeze()  # what is loaded stays: it is not gone through again
    gc.enable()
    asked = os.fsdecode(sys.stdin.buffer.readline()).removesuffix("\n")
    if asked:
        try:
            main(asked)
        except MemoryError:
            raise
        except BaseException:  # noqa: BLE001  # also what a library in Rust raises
            sys.exit(FELL)
        os.write(answer, ANSWERED)


def own_answer() -> int:
    """Where to write `ANSWERED`; what a reader of files prints goes nowhere."""
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return kept
