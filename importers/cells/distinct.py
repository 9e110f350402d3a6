"""Columns that say few things: what is found of each distinct text is spread over the cells."""

from __future__ import annotations

from functools import cached_property
from typing import Final

import polars as pl

LARGE: Final = 5_000
"""Cells from which reading each distinct text once is worth finding them."""
PAIR: Final = 2
HEAD: Final = 2_000
FEW: Final = 400
MOST: Final = 2_000
"""Distinct texts of the first cells, and of the whole column, beyond which a column is not one of few words."""


def few_texts(column: pl.Series) -> pl.Series | None:
    """The distinct texts of a large column, its null last when it has one; `None` when there are too many of them."""
    if len(column) < LARGE or column.head(HEAD).n_unique() > FEW:
        return None
    texts = column.drop_nulls().unique()
    if len(texts) > MOST:
        return None
    return texts.extend(pl.Series(column.name, [None], dtype=pl.String)) if column.null_count() else texts


class Spread:
    """Where each cell of a column finds its text among `few_texts`."""

    def __init__(self, column: pl.Series, texts: pl.Series) -> None:
        self._column, self._texts = column, texts

    def over(self, found: pl.Series) -> pl.Series:
        """What was found of each distinct text, for every cell."""
        if found.dtype == pl.String and found.equals(self._texts, null_equal=True):
            return self._column
        return found.new_from_index(0, len(self._column)) if self._index is None else found.gather(self._index)

    @cached_property
    def _index(self) -> pl.Series | None:
        """The place of each cell's text; `None` when there is one text."""
        column, filled = self._column, self._texts.drop_nulls()
        if len(filled) <= PAIR:
            index = (column == filled.last()).cast(pl.UInt32) if len(filled) == PAIR else None
        else:
            numbers = pl.int_range(len(filled), dtype=pl.UInt32, eager=True)
            index = column.replace_strict(filled, numbers, default=None, return_dtype=pl.UInt32)
        if column.null_count() and len(filled):
            index = (column == filled.first()).cast(pl.UInt32) - 1 if index is None else index
            index = index.fill_null(len(filled))
        return index
