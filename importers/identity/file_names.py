"""Patients named by the name of a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

import polars as pl

from importers.identity.texts import kinds, plain
from importers.report import Issue

JOINED: Final = re.compile(r"[_+]+")
ALSO_JOINED: Final = re.compile(r"[_+.\-]+")


def told_by_name(name: str) -> Iterator[Issue]:
    """A file whose name identifies somebody: the name would be kept, and shown."""
    if kind := kind_in_name(name):
        yield Issue("identifying_data", "error", params={"kind": kind, "n": 1, "say": "file_name"})


def kind_in_name(name: str) -> str | None:
    """The kind of identity that a file's name holds, its words joined by spaces or by other signs."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    said = pl.Series([JOINED.sub(" ", stem), ALSO_JOINED.sub(" ", stem)], dtype=pl.String)
    found = kinds(plain(said), together=False)
    return found[0] if found else None
