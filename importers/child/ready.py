"""A child process that is ready before a file comes: it has loaded the importers, and waits for one request."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Final

COMMAND: Final = ("-m", "importers.child")
Child = subprocess.Popen[bytes]


class _Ready:
    """The child that waits, while some part of the program wants one to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: Child | None = None
        self._wanted = 0

    def take(self) -> Child | None:
        with self._lock:
            child, self._waiting = self._waiting, None
            return child

    def put(self, child: Child) -> None:
        with self._lock:
            before, self._waiting = self._waiting, child
        if before is not None:
            _end(before)

    def refill(self) -> None:
        with self._lock:
            if self._wanted and self._waiting is None:
                self._waiting = _start()

    def want(self, more: int) -> None:
        with self._lock:
            self._wanted += more


_ready: Final = _Ready()


@contextlib.contextmanager
def kept_ready() -> Iterator[None]:
    """From the first file on, a child waits for the next one: for a server, or for many files in a row."""
    _ready.want(1)
    try:
        yield
    finally:
        _ready.want(-1)
        if (child := _ready.take()) is not None:
            _end(child)
        _ready.refill()


@contextlib.contextmanager
def started() -> Iterator[None]:
    """A child loads its modules while the caller prepares its request: for the one file of a command."""
    _ready.put(_start())
    try:
        yield
    finally:
        if (child := _ready.take()) is not None:
            _end(child)
        _ready.refill()


def send(request: str) -> Child:
    """The child that works on the request written at this path: the one that waits, or a new one."""
    waiting = _ready.take()
    if waiting is not None and _told(waiting, request):
        return waiting
    child = _start()
    _told(child, request)
    return child


def refill() -> None:
    """Start the next child, where one is wanted: once the work of the last is done."""
    _ready.refill()


def environment() -> dict[str, str]:
    """What a child finds around it: our own modules, two threads, and a file's bytes on large pages where the system has them.

    Its modules are compiled once, also where the program was told to write no bytecode: each child would compile them anew.
    """
    return {
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
        **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        "POLARS_MAX_THREADS": "2",
    }


def _start() -> Child:
    """A child that reads the path of its request on its standard input, and ends by itself when that closes."""
    return subprocess.Popen(  # noqa: S603  # our own module
        [sys.executable, *COMMAND],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,  # one byte once the answer is written
        stderr=subprocess.DEVNULL,
    )


def _told(child: Child, request: str) -> bool:
    """Whether the child was alive to hear it."""
    try:
        if child.poll() is None and child.stdin is not None:
            with child.stdin as pipe:
                pipe.write(os.fsencode(request) + b"\n")
            return True
    except OSError:
        pass
    _end(child)
    return False


def answered(child: Child, seconds: float) -> bool:
    """Whether the child has written its answer, or has ended; waits for it so long."""
    if child.stdout is None or child.stdout.closed:
        return True
    if not select.select([child.stdout], [], [], seconds)[0]:
        return False
    child.stdout.close()
    return True


def _end(child: Child) -> None:
    child.kill()
    close(child)
    child.wait()


def close(child: Child) -> None:
    """Let go of the pipes of a child that is ended."""
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
