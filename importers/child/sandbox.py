"""Parsing in a child process with limits: a crash of a parser is an answer, not an outage."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from evaluation.tables import DataDictionary
from importers.child import ready as ready_child
from importers.child.request import COPY, FELL, REPORT, SECONDS
from importers.child.wire import context_json, read_rows, report_from, tables_json
from importers.context import Context
from importers.report import Checked, Issue, Report, Usage

RESIDENT_BYTES: Final = (400 * 1024**2, 8)
"""Resident memory that a child may hold: so much, and so many times the largest file that its limits allow."""
COPY_BYTES: Final = 400 * 1024**2
"""What an annotated copy may take besides."""
GLANCE_SECONDS: Final = 0.02
REAP_SECONDS: Final = 0.002
DAMAGED: Final = (FELL, -signal.SIGSEGV)
"""How a child ends on a file that its readers stumble over; any other end without an answer is one of its limits."""


def in_child(
    path: Path,
    protocol: DataDictionary,
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
    protocol: DataDictionary,
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
    path: Path,
    protocol: DataDictionary,
    context: Context,
    name: str | None,
    table: str | None,
    *,
    lenient: bool = False,
) -> dict[str, Any]:
    return {
        "tables": tables_json(protocol),
        "context": context_json(context),
        "name": name or path.name,
        "table": table,
        "lenient": lenient,
    }


def columns_in_child(path: Path, wanted: Mapping[str, str], *, seconds: int = SECONDS) -> Checked:
    """`read_columns` in a child process, as `in_child`."""
    return _child(path, {"wanted": dict(wanted), "context": context_json(Context()), "name": path.name}, seconds)


def _child(path: Path, request: dict[str, Any], seconds: int) -> Checked:
    if path.stat().st_size > (largest := int(request["context"]["limits"]["file_bytes"])):  # no child holds it
        return _refused(path, Issue("file_too_large", "error", params={"megabytes": largest // 1_000_000}))
    with tempfile.TemporaryDirectory(prefix="preuve-check-") as folder:
        out = Path(folder)
        asked = {**request, "path": str(path.resolve()), "out": folder}
        (out / "request.json").write_text(json.dumps(asked), encoding="utf-8")
        start = time.monotonic()
        child = ready_child.send(str(out / "request.json"))
        most = RESIDENT_BYTES[0] + RESIDENT_BYTES[1] * largest
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
    return Checked(report, read_rows(out))


def _without_answer(path: Path, ended: int | None) -> Checked:
    return _refused(path, Issue("unreadable_file", "error", params={"say": "damaged"} if ended in DAMAGED else {}))


def _refused(path: Path, issue: Issue) -> Checked:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Checked(Report((issue,), 0, {}, None, digest, {issue.code: 1}), None)
