"""What typing a column gives: its values, the records at fault, and what is said of the column as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from importers.report import Issue


@dataclass(frozen=True)
class Typed:
    """One typed column: its values, the records at fault by code, and issues about the whole column."""

    values: pl.Series
    faults: Mapping[str, pl.Series] = field(default_factory=dict)
    """Code → mask of the records at fault."""
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    issues: Sequence[Issue] = ()
    missing: pl.Series | None = None
    """Where the cell says that there is no value; `None` when none does."""
    counted: Mapping[str, pl.Series] = field(default_factory=dict)
    """Code → mask of the cells that one warning counts."""
    nobody: bool = False
    """Whether its cells are known to be dates, short numbers or words of the protocol: they identify no one."""


EDGES: Final = " \u00a0\u202f\t\r\n"
"""White space that is no part of a cell's text."""


def matches(text: pl.Series, pattern: str) -> pl.Series:
    """Which cells follow a pattern; an empty one does not."""
    return text.str.contains(pattern).fill_null(value=False)
