"""Keys by which the rows of a table are put in canonical order, and the ranks that stand for the ids of groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import polars as pl

from evaluation.ordering import Keys, order_of_rows, packed_number

SortingKeys = tuple[Keys, int]
"""Unsigned keys that rise as the values do, missing first, and the number of bits they take."""
FEW_LABELS: Final = 4_000_000


def sorting_keys(series: pl.Series) -> SortingKeys:
    """The keys of one column; text by the order of its letters' codes, false before true, dates by time."""
    missing = series.is_null().to_numpy()
    if series.dtype == pl.Float64:
        return packed_number(series.fill_null(0.0).to_numpy(), missing)
    if series.dtype == pl.String:
        labels = series.drop_nulls().unique().sort()
        places = pl.Series(range(1, len(labels) + 1), dtype=pl.UInt64)
        codes = series.replace_strict(labels, places, default=0, return_dtype=pl.UInt64).fill_null(0)
        return codes.to_numpy(), max(1, len(labels).bit_length())
    if isinstance(series.dtype, pl.Enum):
        codes = (series.to_physical().cast(pl.UInt64) + 1).fill_null(0)
        return codes.to_numpy(), max(1, len(series.dtype.categories).bit_length())
    whole = series.to_physical().cast(pl.Int64)
    if whole.null_count() == len(whole):
        return np.zeros(len(whole), dtype=np.uint64), 1
    low, high = _bounds(whole)
    known = whole.fill_null(low).to_numpy().astype(np.uint64) - np.uint64(
        low % 2**64
    )  # modulo 2⁶⁴: no difference overflows
    if high - low + 1 >= 2**64:
        raise ValueError(f"{series.name} holds both ends of the whole numbers")
    return np.where(missing, np.uint64(0), known + np.uint64(1)), (high - low + 1).bit_length()


def as_labels(series: pl.Series) -> pl.Series:
    """Text of few distinct values as codes into its sorted labels; other columns, and texts of many, unchanged."""
    if series.dtype != pl.String:
        return series
    labels = series.drop_nulls().unique()
    return series.cast(pl.Enum(labels.sort())) if len(labels) <= FEW_LABELS else series


def _bounds(whole: pl.Series) -> tuple[int, int]:
    low, high = whole.min(), whole.max()
    if not isinstance(low, int) or not isinstance(high, int):
        raise TypeError(f"{whole.name}: {whole.dtype} where whole numbers are expected")
    return low, high


def group_ranks(
    ids: Mapping[str, pl.Series], content: Sequence[SortingKeys], sites: Sequence[SortingKeys]
) -> dict[str, pl.Series]:
    """For each column of ids, each group's rank, as text, once groups are sorted by the sorted content of their rows.

    Groups are compared without their sites first: the names of the sites decide only between groups that are otherwise equal.
    Where several columns group the rows (patients and readers), the groups of one also tell those of another apart: ranks are
    refined in turn until no more groups are distinguished, and only groups that nothing distinguishes are told apart by
    their spelling. A missing id stays missing.
    """
    shared = {name: _ranks(series, content, sites, settled=False)[0] for name, series in ids.items()}
    distinct = -1
    while len(ids) > 1 and sum(int(keys.max(initial=0)) for keys, _ in shared.values()) > distinct:
        distinct = sum(int(keys.max(initial=0)) for keys, _ in shared.values())
        for name, series in ids.items():
            shared[name] = _ranks(series, [*content, *shared.values()], sites, settled=False)[0]
    found: dict[str, pl.Series] = {}
    for name, series in ids.items():
        others = [keys for other, keys in shared.items() if other != name]
        shared[name], found[name] = _ranks(series, [*content, *others], sites, settled=True)
    return found


def _ranks(
    ids: pl.Series, content: Sequence[SortingKeys], sites: Sequence[SortingKeys], *, settled: bool
) -> tuple[SortingKeys, pl.Series]:
    """The rank of each row's group, from 1 (0 for none); equal groups share one unless the spelling is to settle it."""
    size = len(ids)
    rows = pl.DataFrame(
        {"group": ids, "plain": _dense_ranks(content, size), "full": _dense_ranks([*content, *sites], size)}
    )
    by_group = (
        rows.drop_nulls("group").sort("plain", "full").group_by("group", maintain_order=True).agg("plain", "full")
    )
    ordered = by_group.sort("plain", "full", "group")
    if settled:
        places = pl.Series(range(1, ordered.height + 1), dtype=pl.UInt64)
    else:
        places = ordered.select(pl.struct("plain", "full").rle_id().cast(pl.UInt64) + 1).to_series()
    codes = ids.replace_strict(ordered["group"], places, default=0, return_dtype=pl.UInt64).fill_null(0)
    text = (codes - 1).cast(pl.String).str.zfill(9)
    return (codes.to_numpy(), max(1, ordered.height.bit_length())), text.set(codes == 0, None).alias(ids.name)


def _dense_ranks(columns: Sequence[SortingKeys], rows: int) -> pl.Series:
    """The rank of each row among the distinct rows."""
    if not columns or not rows:
        return pl.Series([0] * rows, dtype=pl.UInt32)
    order = order_of_rows([keys for keys, _ in columns], [width for _, width in columns])
    rises = np.zeros(rows, dtype=bool)
    for keys, _ in columns:
        found = keys[order]
        rises[1:] |= found[1:] != found[:-1]
    ranks = np.empty(rows, dtype=np.uint32)
    ranks[order] = np.cumsum(rises)
    return pl.Series(ranks)
