"""What every regression shares: complete rows, and an orthonormal basis of the columns that are not explained by earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg

from evaluation.statistics.samples import DomainError, Numbers

EXPLAINED: Final = 1e-7
"""A column whose residual on the earlier ones is shorter than this share of its own length is their linear combination."""
LARGEST: Final = 1e100
"""No measurement is larger; beyond, sums of squares would leave float64."""
ROUNDING: Final = 1e-12
"""What is left of numbers of size 1 below this is the rounding of an exact 0."""


def complete(*columns: ArrayLike) -> tuple[list[Numbers], int]:
    """The rows that lack nothing, as float64, and how many rows were left out.

    Parameters
    ----------
    columns
        Each of shape (n,) or (n, p), NaN missing.

    Raises
    ------
    DomainError
        For columns of unequal lengths, or a value that is infinite or beyond 1e100.
    """
    arrays = [np.asarray(column, dtype=np.float64) for column in columns]
    if len({array.shape[0] for array in arrays}) > 1:
        raise DomainError("the columns have unequal lengths")
    known = np.ones(arrays[0].shape[0], dtype=bool)
    for array in arrays:
        if bool(np.any(np.abs(array) > LARGEST)):
            raise DomainError("a value is infinite, or too large to be a measurement")
        known &= ~np.isnan(array).any(axis=1) if array.ndim == 2 else ~np.isnan(array)
    return [array[known] for array in arrays], int(np.count_nonzero(~known))


def labelled(codes: ArrayLike) -> Numbers:
    """Codes of labels as numbers, NaN where the label is missing (a negative code)."""
    array = np.asarray(codes, dtype=np.float64)
    return np.where(array >= 0, array, np.nan)


@dataclass(frozen=True, slots=True)
class Basis:
    """X[:, kept] = q @ r with orthonormal q (n × k) and upper triangular r (k × k)."""

    q: Numbers
    r: Numbers
    kept: tuple[int, ...]

    @property
    def rank(self) -> int:
        """Columns that are not explained by earlier ones."""
        return len(self.kept)

    def coordinates(self, outcome: Numbers) -> tuple[Numbers, Numbers]:
        """Coordinates of the outcome in the basis, and what the basis leaves of it (projected twice against rounding)."""
        first = self.q.T @ outcome
        left = outcome - self.q @ first
        second = self.q.T @ left
        return first + second, left - self.q @ second

    def coefficients(self, coordinates: Numbers) -> Numbers:
        """Coefficients of the kept columns."""
        return np.asarray(linalg.solve_triangular(self.r, coordinates))

    def direction(self, position: int) -> Numbers:
        """The d for which the coefficient at `position` among the kept columns is d · coordinates."""
        unit = np.zeros(self.rank)
        unit[position] = 1.0
        return np.asarray(linalg.solve_triangular(self.r, unit, trans="T"))


def basis_of(columns: Sequence[Numbers]) -> Basis:
    """Gram-Schmidt in the order given, twice over; a column explained by the earlier ones is left out.

    Parameters
    ----------
    columns
        p columns of shape (n,), complete and finite.
    """
    n, p = columns[0].size, len(columns)
    q = np.empty((n, p), order="F")
    r = np.zeros((p, p))
    kept: list[int] = []
    for index, column in enumerate(columns):
        k = len(kept)
        first = q[:, :k].T @ column
        left = column - q[:, :k] @ first
        second = q[:, :k].T @ left
        left -= q[:, :k] @ second
        length = float(np.linalg.norm(left))
        if length == 0 or length < EXPLAINED * float(np.linalg.norm(column)):
            continue
        q[:, k] = left / length
        r[:k, k] = first + second
        r[k, k] = length
        kept.append(index)
    rank = len(kept)
    return Basis(q[:, :rank], r[:rank, :rank], tuple(kept))


def exact(residual: Numbers, outcome: Numbers) -> bool:
    """Whether the fit leaves nothing but rounding."""
    return float(np.abs(residual).max(initial=0.0)) <= ROUNDING * float(np.abs(outcome).max(initial=0.0))
