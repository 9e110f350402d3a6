"""Loaders of a campaign's jobs that hold, break or kill the worker they run in; importable there without pytest."""

import os
import signal
import time
import uuid
from pathlib import Path

import polars as pl

PATIENCE = 60  # seconds after which a worker that nobody released gives up


class Unpicklable(Exception):
    """Cannot be made from its own arguments, as a process that receives it would."""

    def __init__(self, table, cell):
        super().__init__(f"{table} {cell}")


def started(folder, name):
    """The processes that began the job, one entry an attempt."""
    return [int(path.read_text()) for path in sorted(Path(folder).glob(f"{name}.*"))]


def _sign(folder, name):
    draft = Path(folder) / f"draft-{uuid.uuid4().hex}"
    draft.write_text(str(os.getpid()))
    draft.rename(Path(folder) / f"{name}.{time.time_ns()}-{os.getpid()}")


def held(path, folder, name):
    """The rows, once the file `go` stands in the folder."""
    _sign(folder, name)
    limit = time.monotonic() + PATIENCE
    while not (Path(folder) / "go").exists():
        if time.monotonic() > limit:
            raise TimeoutError("nobody released this job")
        time.sleep(0.01)
    return pl.read_parquet(path)


def kills_the_first_time(path, folder, name):
    """The rows, from the second attempt on."""
    _sign(folder, name)
    if len(started(folder, name)) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return pl.read_parquet(path)


def kills(folder, name):
    """Never anything: as a job too large for any machine."""
    _sign(folder, name)
    os.kill(os.getpid(), signal.SIGKILL)


def raises_what_cannot_travel(folder, name):
    _sign(folder, name)
    raise Unpicklable("cases", "A1")


def divides_by_zero():
    return 1 // 0


def runs_out_of_memory(folder, name):
    _sign(folder, name)
    raise MemoryError
