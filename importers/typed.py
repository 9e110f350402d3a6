"""What typing a column gives: its values, the records at fault, and what is said of the column as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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


def matches(text: pl.Series, pattern: str) -> pl.Series:
    """Which cells follow a pattern; an empty one does not."""
    return text.str.contains(pattern).fill_null(value=False)
