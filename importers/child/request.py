"""What a child is asked for, known before anything heavy is loaded: the file is read and unpacked while the importers load."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import resource
import select
import sys
import threading
from pathlib import Path
from typing import Any, Final

from importers.context import Limits
from importers.files.archive import checked_entries, unpacked
from importers.files.unreadable import Unreadable

SECONDS: Final = 120
"""The most that a file may take."""
COPY: Final = "annotated.xlsx"
REPORT: Final = "report.json"
ANSWERED: Final = b"."
FELL: Final = 3
"""How a child ends on a file that its readers stumble over."""
MEMORY_BYTES: Final = 12 * 1024**3
"""Address space, not resident memory: Polars reserves far more than it uses."""
CPU_SECONDS: Final = 3
BYTES_A_SECOND: Final = 6_000_000
"""Time of the processor that a child may take: so many seconds, and one for so many bytes of the largest file allowed."""
COPY_SECONDS: Final = 20
"""What an annotated copy may take besides."""
FILE_BYTES: Final = 4 * 1024**3
ARCHIVE: Final = b"PK"


class Request:
    """A request, under whose limits the child lives from now on; its file is read and unpacked beside."""

    def __init__(self, file: str) -> None:
        self.asked: dict[str, Any] = json.loads(Path(file).read_text(encoding="utf-8"))
        self.out = Path(self.asked["out"])
        self._limits = Limits(**self.asked["context"]["limits"])
        _limit(self._limits.file_bytes, COPY_SECONDS if "annotated" in self.asked else 0)
        self._read: bytes | BaseException = b""
        self._sha256 = ""
        self._there = threading.Event()
        self._beside = threading.Thread(target=self._reading)
        self._beside.start()

    def _reading(self) -> None:
        try:
            self._read = content = Path(self.asked["path"]).read_bytes()
            if content.startswith(ARCHIVE):
                with contextlib.suppress(Unreadable):  # who reads it says why
                    checked_entries(content, self._limits)
                    unpacked(content)
        except BaseException as error:  # noqa: BLE001  # raised again where the file is wanted
            self._read = error
            return
        finally:
            self._there.set()
        self._sha256 = hashlib.sha256(content).hexdigest()

    def file(self) -> bytes:
        """The bytes of the file."""
        self._there.wait()
        if isinstance(self._read, BaseException):
            raise self._read
        return self._read

    def digest(self) -> str:
        """Their SHA-256."""
        self._beside.join()
        return self._sha256


def _limit(largest_file: int, more: int) -> None:
    seconds = min(SECONDS, CPU_SECONDS + largest_file // BYTES_A_SECOND) + more
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def is_there() -> bool:
    """Whether a request has come: its path on the standard input, or the end of it when the parent is gone."""
    return bool(select.select([sys.stdin.buffer], [], [], 0)[0])


def taken() -> Request | None:
    """The request that has come or will; `None` when the parent is gone."""
    path = os.fsdecode(sys.stdin.buffer.readline()).removesuffix("\n")
    return Request(path) if path else None
