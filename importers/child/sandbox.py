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
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from evaluation.protocol import Protocol
from importers.child import ready as ready_child
from importers.child.wire import context_from, context_json, read_rows, report_from, report_json, write_rows
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
REAP_SECONDS: Final = 0.002
FILE_BYTES: Final = 4 * 1024**3
COPY: Final = "annotated.xlsx"
REPORT: Final = "report.json"
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
        "context": context_json(context),
        "name": name or path.name,
        "table": table,
        "lenient": lenient,
    }


def columns_in_child(path: Path, wanted: Mapping[str, str], *, seconds: int = SECONDS) -> Checked:
    """`read_columns` in a child process, as `in_child`."""
    return _child(path, {"wanted": dict(wanted), "context": context_json(Context()), "name": path.name}, seconds)


def _child(path: Path, request: dict[str, Any], seconds: int) -> Checked:
    with tempfile.TemporaryDirectory(prefix="preuve-check-") as folder:
        out = Path(folder)
        asked = {**request, "path": str(path.resolve()), "out": folder}
        (out / "request.json").write_text(json.dumps(asked), encoding="utf-8")
        start = time.monotonic()
        child = ready_child.send(str(out / "request.json"))
        most = RESIDENT_BYTES[0] + RESIDENT_BYTES[1] * int(request["context"]["limits"]["file_bytes"])
        most += COPY_BYTES if "annotated" in request else 0
        peak = _watched(child, start + seconds, most)
        checked = _answer(out) if (out / REPORT).is_file() else None  # while the child puts its memory away
        ended, usage = _reaped(child, start + seconds, peak)
        ready_child.refill()
        if "annotated" in request and (out / COPY).is_file():
            shutil.move(out / COPY, request["annotated"])
        return replace(checked or _without_answer(path, ended), usage=replace(usage, seconds=time.monotonic() - start))


def _watched(child: subprocess.Popen[bytes], until: float, most: int) -> int:
    """Wait for the child's answer, and end it when it holds too much memory or takes too long; the most that it held."""
    peak = 0
    try:
        while not ready_child.answered(child, GLANCE_SECONDS):
            peak = max(peak, _peak_memory(child.pid))
            if peak > most or time.monotonic() > until:
                child.kill()
                ready_child.close(child)
                break
    except BaseException:
        child.kill()
        ready_child.close(child)
        child.wait()
        raise
    return max(peak, _peak_memory(child.pid))


def _reaped(child: subprocess.Popen[bytes], until: float, peak: int) -> tuple[int | None, Usage]:
    """How the child ended, and what it used; it has answered, and is ended when it does not end."""
    while child.returncode is None:
        pid, status, used = os.wait4(child.pid, os.WNOHANG)
        if pid:
            child.returncode = os.waitstatus_to_exitcode(status)
            most = peak or used.ru_maxrss * 1024  # which counts what its parent held when it was started
            return child.returncode, Usage(0.0, used.ru_utime + used.ru_stime, most)
        if time.monotonic() > until:
            child.kill()
        time.sleep(REAP_SECONDS)
    return child.returncode, Usage(0.0, 0.0, peak)


def _peak_memory(pid: int) -> int:
    """The most resident memory that a process held so far, where the system tells (Linux); else 0."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


def _answer(out: Path) -> Checked:
    report = report_from(json.loads((out / REPORT).read_text(encoding="utf-8")))
    return Checked(report, read_rows(out, report.rows))


def _without_answer(path: Path, ended: int | None) -> Checked:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    issue = Issue("unreadable_file", "error", params={"say": "damaged"} if ended in DAMAGED else {})
    return Checked(Report((issue,), 0, {}, None, digest, {issue.code: 1}), None)


def _limits(largest_file: int, more: int) -> None:
    seconds = min(SECONDS, CPU_SECONDS + largest_file // BYTES_A_SECOND) + more
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _checked(request: dict[str, Any], most: int | None = None) -> Checked:
    from importers.check import check_file

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
    from importers.annotated.make import annotated_copy

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
    from importers.plain_columns import read_columns

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
        from importers.annotated.make import MARKED

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
    """Load what a check needs, then work on the one request whose path comes; none comes when the parent is gone."""
    import importers.check
    import importers.plain_columns  # noqa: F401

    answer = ready_child.own_answer()
    asked = os.fsdecode(sys.stdin.buffer.readline()).removesuffix("\n")
    if asked:
        try:
            main(asked)
        except MemoryError:
            raise
        except BaseException:  # noqa: BLE001  # also what a library in Rust raises
            sys.exit(FELL)
        os.write(answer, ready_child.ANSWERED)


if __name__ == "__main__":
    wait()
    os._exit(0)  # the answer is written: nothing is left to put away
