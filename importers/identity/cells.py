"""The texts of one column, as the rules of whole columns look at them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import polars as pl

NEARLY_ALL: Final = 0.8
HALF: Final = 0.5
A_GOOD_PART: Final = 0.25
FEW: Final = 3
"""Filled cells from which a column says something as a whole."""
SEVERAL: Final = 5
"""Different texts that say something, however often each comes again: a patient is seen twice, or every minute."""
FirstKind = tuple[str, list[str]] | None


@dataclass(frozen=True)
class Cells:
    """The texts of a column, all of them or each once; how many cells are filled; and how many hold one of some texts."""

    texts: pl.Series
    filled: int
    holding: Callable[[list[str]], int]

    def has(self, pattern: str) -> bool:
        """Whether some text follows a pattern."""
        return bool(self.texts.str.contains(pattern).any())

    def matching(self, pattern: str) -> pl.Series | None:
        """The distinct texts, when some follow a pattern."""
        return self.distinct if self.has(pattern) else None

    @cached_property
    def distinct(self) -> pl.Series:
        """Each text once."""
        return self.texts.unique()


def share_of(mask: pl.Series) -> float:
    """The share of a mask that is true."""
    return int(mask.sum()) / len(mask)
