"""Parsing in a child process with limits: a crash of a parser is an answer, not an outage."""

from __future__ import annotations

import hashlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from evaluation.protocol import Label, Protocol
from importers import ready_child
from importers.context import Context, Limits
from importers.report import Checked, Issue, Report, Usage

SECONDS: Final = 120
MEMORY_BYTES: Final = 12 * 1024**3
"""Address space, not resident memory: Polars reserves far more than it uses."""
RESIDENT_BYTES: Final = (400 * 1024**2, 8)
"""Resident memory that a child may hold: so much, and so many times the largest file that its limits allow."""
CPU_SECONDS: Final = 3
BYTES_A_SECOND: Final = 6_000_000
"""Time of the processor that a child may take: so many seconds, and one for so many bytes of the largest file allowed."""
COPY_SECONDS: Final = 20
COPY_BYTES: Final = 400 * 1024**2
"""What an annotated copy may take besides."""
GLANCE_SECONDS: Final = 0.02
FILE_BYTES: Final = 4 * 1024**3
COPY: Final = "annotated.xlsx"
FELL: Final = 3
DAMAGED: Final = (FELL, -signal.SIGSEGV)
"""How a child ends on a file that its readers stumble over; any other end without an answer is one of its limits."""


def in_child(
    path: Path,
    protocol: Protocol,
    context: Context,
    *,
    name: str | None = None,
    table: str | None = None,
    lenient: bool = False,
    seconds: int = SECONDS,
) -> Checked:
    """`check_file` in a child process; the rows come back as Arrow, the report as JSON, through a private folder.

    A child that dies, runs out of memory or of time gives one issue, `unreadable_file`.
    """
    return _child(path, _request(path, protocol, context, name, table, lenient=lenient), seconds)


def annotated_in_child(
    path: Path,
    protocol: Protocol,
    context: Context,
    out: Path,
    *,
    name: str | None = None,
    table: str | None = None,
    locale: str = "fr",
    seconds: int = SECONDS,
) -> Checked:
    """`in_child`, and the annotated copy written to `out`.

    It is not written when there is no table to mark, when the file identifies people, or when the copy takes more than the
    limits: the report comes all the same.
    """
    request = _request(path, protocol, context, name, table)
    return _child(path, {**request, "annotated": str(out.resolve()), "locale": locale}, seconds)


def _request(
    path: Path, protocol: Protocol, context: Context, name: str | None, table: str | None, *, lenient: bool = False
) -> dict[str, Any]:
    return {
        "protocol": protocol.model_dump(mode="json"),
        "context": _context_json(context),
        "name": name or path.name,
        "table": table,
        "lenient": lenient,
    }


def columns_in_child(path: Path, wanted: Mapping[str, str], *, seconds: int = SECONDS) -> Checked:
    """`read_columns` in a child process, as `in_child`."""
    return _child(path, {"wanted": dict(wanted), "context": _context_json(Context()), "name": path.name}, seconds)


def _child(path: Path, request: dict[str, Any], seconds: int) -> Checked:
    with tempfile.TemporaryDirectory(prefix="preuve-check-") as folder:
        out = Path(folder)
        asked = {**request, "path": str(path.resolve()), "out": folder}
        (out / "request.json").write_text(json.dumps(asked), encoding="utf-8")
        start = time.monotonic()
        child = ready_child.send(str(out / "request.json"))
        most = RESIDENT_BYTES[0] + RESIDENT_BYTES[1] * int(request["context"]["limits"]["file_bytes"])
        most += COPY_BYTES if "annotated" in request else 0
        usage = _watched(child, start + seconds, most)
        ready_child.refill()
        if "annotated" in request and (out / COPY).is_file():
            shutil.move(out / COPY, request["annotated"])
        return replace(_answer(out, path, child.returncode), usage=replace(usage, seconds=time.monotonic() - start))


def _watched(child: subprocess.Popen[bytes], until: float, most: int) -> Usage:
    """Wait for the child, and end it when it holds too much memory or takes too long; what it used."""
    peak = 0
    try:
        while child.returncode is None:
            peak = max(peak, _peak_memory(child.pid))
            pid, status, used = os.wait4(child.pid, os.WNOHANG)
            if pid:
                child.returncode = os.waitstatus_to_exitcode(status)  # reaped here
                return Usage(0.0, used.ru_utime + used.ru_stime, peak)
            if peak > most or time.monotonic() > until:
                os.kill(child.pid, signal.SIGKILL)
            time.sleep(GLANCE_SECONDS)
        return Usage(0.0, 0.0, 0)  # it ended before it could be told
    except BaseException:
        if child.returncode is None:
            child.kill()
            child.wait()
        raise


def _peak_memory(pid: int) -> int:
    """The most resident memory that a process held so far, where the system tells (Linux); else 0."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


def _answer(out: Path, path: Path, ended: int | None) -> Checked:
    report_file, rows_file = out / "report.json", out / "rows.arrow"
    if not report_file.is_file():
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        issue = Issue("unreadable_file", "error", params={"say": "damaged"} if ended in DAMAGED else {})
        return Checked(Report((issue,), 0, {}, None, digest, {issue.code: 1}), None)
    report = _report_from(json.loads(report_file.read_text(encoding="utf-8")))
    frame = pl.read_ipc(rows_file) if rows_file.is_file() else None
    return Checked(report, frame)


def _context_json(context: Context) -> dict[str, Any]:
    content = asdict(context)
    for key in ("registered_sites", "true_words", "false_words", "missing_words"):
        content[key] = None if content[key] is None else sorted(content[key])
    return {k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in content.items()}


def _context_from(content: dict[str, Any]) -> Context:
    import datetime as dt

    content = dict(content)
    for key in ("first_day", "last_day", "today"):
        content[key] = dt.date.fromisoformat(content[key]) if content[key] else None
    for key in ("registered_sites", "true_words", "false_words", "missing_words"):
        content[key] = None if content[key] is None else frozenset(content[key])
    content["aliases"] = {k: tuple(v) for k, v in content["aliases"].items()}
    return Context(**{**content, "limits": Limits(**content["limits"])})


def _param_json(value: Any) -> Any:
    if isinstance(value, Label):
        return {"fr": value.fr, "en": value.en}
    return {"day": value.isoformat()} if hasattr(value, "isoformat") else value


def _param_from(value: Any) -> Any:
    import datetime as dt

    if isinstance(value, dict):
        return dt.date.fromisoformat(value["day"]) if "day" in value else Label(**value)
    return value


def _report_from(content: dict[str, Any]) -> Report:
    issues = tuple(
        Issue(**{**i, "params": {k: _param_from(v) for k, v in i["params"].items()}}) for i in content["issues"]
    )
    return Report(**{**content, "issues": issues})


def _limits(largest_file: int, more: int) -> None:
    seconds = min(SECONDS, CPU_SECONDS + largest_file // BYTES_A_SECOND) + more
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _checked(request: dict[str, Any], most: int | None = None) -> Checked:
    from importers.check import check_file

    context = _context_from(request["context"])
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
    from importers.annotated.make import annotated_copy

    copy = annotated_copy(
        Path(request["path"]).read_bytes(),
        report,
        Protocol.model_validate(request["protocol"]),
        _context_from(request["context"]),
        name=request["name"],
        table=request["table"],
        locale=request["locale"],
    )
    if copy is not None:
        partial = Path(request["out"]) / "annotated.part"
        partial.write_bytes(copy)
        partial.rename(Path(request["out"]) / COPY)


def _columns(request: dict[str, Any]) -> Checked:
    from importers.plain_columns import read_columns

    content = Path(request["path"]).read_bytes()
    return read_columns(content, request["wanted"], _context_from(request["context"]), name=request["name"])


def main(request_file: str) -> None:
    """The child's whole life: read the request, check, write the answer, then the annotated copy when it is asked for."""
    request = json.loads(Path(request_file).read_text(encoding="utf-8"))
    _limits(int(request["context"]["limits"]["file_bytes"]), COPY_SECONDS if "annotated" in request else 0)
    if "wanted" in request:
        _write(_columns(request), Path(request["out"]))
    elif "annotated" not in request:
        _write(_checked(request), Path(request["out"]))
    else:
        from importers.annotated.make import MARKED

        checked = _checked(request, MARKED)
        most = Limits(**request["context"]["limits"]).row_errors_reported
        _write(replace(checked, report=checked.report.first(most)), Path(request["out"]))
        _annotate(request, checked.report)


def _write(checked: Checked, out: Path) -> None:
    if checked.frame is not None:
        checked.frame.write_ipc(out / "rows.arrow")
    report = checked.report
    issues = [
        {**asdict(replace(i, params={})), "params": {k: _param_json(v) for k, v in i.params.items()}}
        for i in report.issues
    ]
    content = {
        "issues": issues,
        "rows": report.rows,
        "columns": dict(report.columns),
        "table": report.table,
        "file_sha256": report.file_sha256,
        "issue_counts": dict(report.issue_counts),
        "mapping": dict(report.mapping),
    }
    partial = out / "report.part"
    partial.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    partial.rename(out / "report.json")  # the report appears whole or not at all, after the rows


def wait() -> None:
    """Load what a check needs, then work on the one request whose path comes; none comes when the parent is gone."""
    import importers.check
    import importers.plain_columns  # noqa: F401

    asked = os.fsdecode(sys.stdin.buffer.readline()).removesuffix("\n")
    if asked:
        try:
            main(asked)
        except MemoryError:
            raise
        except BaseException:  # noqa: BLE001  # also what a library in Rust raises
            sys.exit(FELL)


if __name__ == "__main__":
    wait()
    os._exit(0)  # the answer is written: nothing is left to put away
