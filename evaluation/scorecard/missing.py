"""Missing values of one indicator: how many rows it reads, and how many lack each of its inputs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from evaluation.data import Column
from evaluation.indicators.inputs import Inputs


def missing_values(inputs: Inputs | None, rows: int) -> dict[str, Any]:
    """`{rows, by_input: {input: rows that lack it}}`, inputs that no row lacks left out."""
    if inputs is None:
        return {"rows": rows, "by_input": {}}
    counts: dict[str, int] = {}
    for name, columns in inputs.columns.items():
        lacking = inputs.remember("missing", [name], partial(_lacking, columns))
        if lacking:
            counts[name] = lacking
    if inputs.with_tool is not None and inputs.without_tool is not None:
        neither = int(np.count_nonzero(~(inputs.with_tool | inputs.without_tool)))
        if neither and "group" not in counts:
            counts["group"] = neither
    return {"rows": inputs.rows, "by_input": dict(sorted(counts.items()))}


def _lacking(columns: Sequence[Column]) -> int:
    """Rows in which any of the columns is missing."""
    return int(np.count_nonzero(np.logical_or.reduce([column.missing for column in columns])))
