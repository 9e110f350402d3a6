"""The run itself, in a process with limits: one line of JSON for each find, and the file at hand always on the disk."""

import json
import resource
import sys
import time
import warnings
from pathlib import Path

from tests.fuzz.cases import cases
from tests.fuzz.oracle import MEGABYTES, Case, Find, finds
from tests.fuzz.outside import through_child, through_command

MEMORY_BYTES = 12 * 1024**3
CPU_SECONDS = 60
"""Of the processor for one file: then the process ends, and its file is the find."""
THOROUGH, CHILD, COMMAND = 10, 100, 400
"""One file in so many has its copy made, goes through the child process, and through the command."""


def main() -> None:
    """Arguments: the seed, the seconds, the folder of the file at hand."""
    number, seconds, folder = int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    until = time.monotonic() + seconds
    for count, case in enumerate(cases(number), start=1):
        (folder / "at-hand").write_bytes(case.content)
        (folder / "name").write_text(case.name, encoding="utf-8")
        _allow(CPU_SECONDS)
        before = _peak()
        for find in _all(case, count, folder):
            _say({"sign": find.sign, "detail": find.detail, "name": case.name, "file": case.content.hex()})
        if (peak := _peak()) > max(before, MEGABYTES * 10**6):
            _say({"sign": "memory", "detail": f"{peak:,} bytes", "name": case.name, "file": case.content.hex()})
        if count % 50 == 0:
            _say({"count": count})
        _allow(2 * CPU_SECONDS)  # the next files are made
        if time.monotonic() > until:
            _say({"count": count})
            return


def _all(case: Case, count: int, folder: Path) -> list[Find]:
    found = list(finds(case, thorough=count % THOROUGH == 0))
    if count % CHILD == 0:
        found += through_child(case, folder / "at-hand")
    if count % COMMAND == 0:
        found += through_command(case, folder / "at-hand")
    return found


def _allow(more: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + more, hard))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _say(what: dict[str, object]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
