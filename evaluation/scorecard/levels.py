"""The levels of a subgroup: the categories that the protocol declares, or bands of a number, and the level of each row."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from evaluation.data import TableData
from evaluation.protocol import Subgroup
from evaluation.tables import Column


def levels(subgroup: Subgroup, table: TableData) -> tuple[list[dict[str, str]], NDArray[np.int32]]:
    """Every level that the protocol declares, in its order, also when no row has it, and the level of each row, −1 for none."""
    column = table.columns[subgroup.column]
    spec = table.spec.column(subgroup.column)
    words = declared_levels(subgroup, spec)
    if subgroup.edges:
        bands = np.searchsorted(np.array(subgroup.edges), column.values, side="right").astype(np.int32)
        return words, np.where(np.isnan(column.values), np.int32(-1), bands)
    if column.labels is None:
        return [], np.full(table.rows, -1, dtype=np.int32)
    words = words or [_words(level, spec) for level in column.labels]
    return words, column.codes_in([word["level"] for word in words])


def declared_levels(subgroup: Subgroup, spec: Column) -> list[dict[str, str]]:
    """The levels that the protocol itself declares, whatever the rows say; none for free text."""
    if not subgroup.edges:
        return [_words(level, spec) for level in spec.categories]
    edges = (-np.inf, *subgroup.edges, np.inf)
    whole = spec.type == "integer"
    return [_words(_band(low, high, whole=whole)) for low, high in itertools.pairwise(edges)]


def _words(level: str, spec: Column | None = None) -> dict[str, str]:
    """The code of a level and what people call it."""
    called = (level, level) if spec is None else (spec.called(level, "fr"), spec.called(level, "en"))
    return {"level": level, "label": called[0], "label_en": called[1]}


def _band(low: float, high: float, *, whole: bool) -> str:
    """`<18`, `18–64` (whole numbers) or `18–<65`, `≥80`."""
    if np.isinf(low):
        return f"<{high:g}"
    if np.isinf(high):
        return f"≥{low:g}"
    return f"{low:g}–{high - 1:g}" if whole else f"{low:g}–<{high:g}"
