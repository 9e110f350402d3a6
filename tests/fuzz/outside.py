"""The same files through the entries that people use: the child process and the command."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from importers.check import check_bytes
from importers.child.sandbox import in_child
from tests.fuzz.oracle import ROOT, Case, Find, difference, fell

COMMAND = [sys.executable, "-c", "import sys; from registry.cli import main; main(sys.argv[1:])"]
PATIENCE = 60


def through_child(case: Case, path: Path) -> Iterator[Find]:
    """The child says what the check says; its own word for a crash would be `unreadable_file`."""
    try:
        child = in_child(path, case.protocol, case.context, name=case.name, table=case.table, seconds=PATIENCE)
    except BaseException as error:  # noqa: BLE001
        yield fell("child", error)
        return
    here = check_bytes(case.content, case.protocol, case.context, name=case.name or path.name, table=case.table)
    if child.report.reason == "unreadable_file" != here.report.reason:
        yield Find("child: unreadable_file")
        return
    if (told := difference(here, child)) is not None:
        yield Find(f"child differs: {told[0]}", told[1])


def through_command(case: Case, path: Path) -> Iterator[Find]:
    """`preuve check`, for people and for machines: 0 or 1, JSON alone on stdout, no traceback anywhere."""
    arguments = ["check", str(path), "--protocol", "diagnostic-accuracy"]
    if case.name and "\x00" not in case.name:
        arguments += ["--name", case.name]
    copy = path.with_name("copy.xlsx")
    for more in (["--json", "--rows"], [], ["--annotate", str(copy)]):
        result = subprocess.run(
            [*COMMAND, *arguments, *more],
            capture_output=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            timeout=2 * PATIENCE,
            check=False,
        )
        error = result.stderr.decode(errors="replace")
        if result.returncode not in (0, 1) or "Traceback" in error or "panicked" in error:
            yield Find(f"command {more[:1]}: {result.returncode}", error[-3000:])
        elif "--json" in more:
            try:
                accepted = json.loads(result.stdout)["accepted"]
            except (ValueError, KeyError):
                yield Find("command: no JSON", result.stdout.decode(errors="replace")[:1000])
                continue
            if accepted != (result.returncode == 0):
                yield Find("command: its exit code says another thing than its JSON")
    copy.unlink(missing_ok=True)
