"""`python -m tests.fuzz [--seconds N] [--seed N] [--keep DIR] [--http]`: odd files through the importer until time is up."""

import argparse
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from tests.fuzz.oracle import ROOT

HTTP = "tests/fuzz/test_over_http.py"
SILENCE = 240
"""Seconds without a word after which the process is ended, and the file at hand is a find."""


class Run:
    """What was done and found so far; the first file of each find is kept."""

    def __init__(self, keep: Path) -> None:
        self.keep, self.found, self.files, self._counted = keep, Counter[str](), 0, 0

    def heard(self, line: dict[str, object]) -> None:
        """A line of the worker."""
        if "count" in line:
            count = int(str(line["count"]))
            self.files += count - self._counted
            self._counted = count
            return
        self.add(str(line["sign"]), str(line["detail"]), str(line["name"]), bytes.fromhex(str(line["file"])))

    def add(self, sign: str, detail: str, name: str, content: bytes) -> None:
        """A find: told and kept the first time."""
        self.found[sign] += 1
        if self.found[sign] > 1:
            return
        self.keep.mkdir(parents=True, exist_ok=True)
        path = self.keep / f"find-{len(self.found)}"
        path.write_bytes(content)
        path.with_suffix(".txt").write_text(f"{sign}\nname: {name}\n{detail}\n", encoding="utf-8")
        print(
            f"{sign}\n    as {name!r}, kept as {path}\n    {detail.strip()[-600:]}".replace("\n", "\n    "), flush=True
        )

    def work(self, seed: int, seconds: float) -> None:
        """One worker until time is up, or until it dies: then the file at hand is a find."""
        self._counted = 0
        with tempfile.TemporaryDirectory(prefix="preuve-fuzz-") as name:
            folder = Path(name)
            environment = {**os.environ, "POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
            command = [sys.executable, "-m", "tests.fuzz.worker", str(seed), str(seconds), name]
            with subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, cwd=ROOT
            ) as worker:
                self._listen(worker)
            if worker.returncode:
                content = (folder / "at-hand").read_bytes() if (folder / "at-hand").exists() else b""
                told = (folder / "name").read_text(encoding="utf-8") if (folder / "name").exists() else ""
                self.add(f"the process ended: {worker.returncode}", f"seed {seed}", told, content)

    def _listen(self, worker: subprocess.Popen[bytes]) -> None:
        lines: queue.Queue[bytes | None] = queue.Queue()

        def read() -> None:
            for line in worker.stdout or ():
                lines.put(line)
            lines.put(None)

        threading.Thread(target=read, daemon=True).start()
        while True:
            try:
                line = lines.get(timeout=SILENCE)
            except queue.Empty:
                worker.kill()
                return
            if line is None:
                return
            self.heard(json.loads(line))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same files")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-finds"), help="where the files of finds are kept")
    parser.add_argument("--http", action="store_true", help="upload files to the application instead")
    asked = parser.parse_args()
    if asked.http:
        environment = {**os.environ, "FUZZ_SECONDS": str(asked.seconds), "FUZZ_SEED": str(asked.seed)}
        command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", HTTP, "--database=sqlite"]
        return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode
    start, seed, run = time.monotonic(), asked.seed, Run(asked.keep)
    while (left := asked.seconds - (time.monotonic() - start)) > 0:
        run.work(seed, left)
        seed += 1
    took = time.monotonic() - start
    print(f"{run.files} files, {took:.0f} seconds, seeds {asked.seed} to {seed - 1}: {len(run.found)} finds")
    for sign, times in run.found.most_common():
        print(f"{times:6} {sign}")
    return 1 if run.found else 0


if __name__ == "__main__":
    sys.exit(main())
