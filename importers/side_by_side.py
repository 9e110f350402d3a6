"""The columns of a large table, each worked on by one thread: Polars lets go of the interpreter while it computes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

Given = TypeVar("Given")
Found = TypeVar("Found")
THREADS: Final = 2
LARGE: Final = 50_000
"""Rows from which threads are worth their start."""


def side_by_side(work: Callable[[Given], Found], columns: Iterable[Given], rows: int) -> list[Found]:
    """What `work` finds of each column, in their order."""
    if rows < LARGE:
        return [work(column) for column in columns]
    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(work, columns))
