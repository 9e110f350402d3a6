"""Counts of several studies, one row a study: whole numbers, rows complete."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics.samples import DomainError, Numbers

LARGEST: Final = 10**10
"""More cases than any study has; beyond it a binomial likelihood loses the digits of its own differences."""


def whole_counts(*columns: ArrayLike) -> Numbers:
    """Counts in columns of one length, NaN for missing; shape (columns, rows).

    Raises
    ------
    DomainError
        Columns of different lengths; a count that is negative, infinite, no whole number or beyond 10¹⁰.
    """
    given = [np.asarray(column, dtype=np.float64) for column in columns]
    if any(column.ndim != 1 or column.shape != given[0].shape for column in given):
        raise DomainError("each study has every count")
    table: Numbers = np.stack(given)
    known = table[~np.isnan(table)]
    if not bool(np.all((known >= 0) & (known <= LARGEST) & (known == np.floor(known)))):
        raise DomainError("a count is no whole number from 0 to 10¹⁰")
    return table


def complete_counts(*columns: ArrayLike) -> Numbers:
    """The rows in which no count is missing; shape (columns, complete rows). Raises as `whole_counts`."""
    table = whole_counts(*columns)
    return table[:, ~np.isnan(table).any(axis=0)]
