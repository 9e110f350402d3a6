"""Readings of cases by several readers in several modalities: the area under the curve of each cell and its placements."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from evaluation.statistics.ranks import midranks
from evaluation.statistics.samples import DomainError, Mask, Numbers, binary

Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Readings:
    """Complete readings, one a row, sorted by cell; a cell is one reader in one modality (modality × readers + reader).

    `positive` is the reference of each reading's case; cases are numbered from 0; `modalities` and `readers` hold the numbers
    under which they were given.
    """

    cell: Indices
    case: Indices
    positive: Mask
    score: Numbers
    modalities: Indices
    readers: Indices
    cases: int

    @property
    def shape(self) -> tuple[int, int]:
        """Modalities and readers, counted."""
        return self.modalities.size, self.readers.size

    @property
    def cells(self) -> int:
        """Modalities × readers."""
        return self.shape[0] * self.shape[1]

    @property
    def positives(self) -> Numbers:
        """Positive cases that each cell read, shape (cells,)."""
        return np.bincount(self.cell[self.positive], minlength=self.cells).astype(np.float64)

    @property
    def negatives(self) -> Numbers:
        """Negative cases that each cell read, shape (cells,)."""
        return np.bincount(self.cell[~self.positive], minlength=self.cells).astype(np.float64)

    @property
    def positive_cases(self) -> int:
        """Distinct positive cases of the study."""
        return int(np.unique(self.case[self.positive]).size)

    def by_case(self, values: Numbers, rows: Mask | None = None) -> sparse.csr_array:
        """One value a reading as a sparse matrix, shape (cells, cases), 0 where a cell did not read a case."""
        kept = slice(None) if rows is None else rows
        triplets = (values[kept], (self.cell[kept], self.case[kept]))
        return sparse.csr_array(triplets, shape=(self.cells, self.cases))


def readings(
    reference: ArrayLike, score: ArrayLike, modality: ArrayLike, reader: ArrayLike, case: ArrayLike
) -> Readings:
    """The complete rows of a reader study.

    Parameters
    ----------
    reference
        Shape (n,), 0/1, NaN missing, constant within a case.
    score
        Shape (n,), higher = more suspicious; NaN missing.
    modality, reader, case
        Shape (n,), numbers from 0, −1 for missing; one that no complete row holds takes no part.

    Raises
    ------
    DomainError
        Columns of different lengths, a reference that is neither 0 nor 1 or changes within a case, or a case read twice in a
        cell.
    """
    truth, values = binary(reference), np.asarray(score, dtype=np.float64)
    labels = [np.asarray(column, dtype=np.int64) for column in (modality, reader, case)]
    if len({truth.shape, values.shape, *(column.shape for column in labels)}) != 1 or truth.ndim != 1:
        raise DomainError("the columns of the readings differ in length")
    known = ~(np.isnan(truth) | np.isnan(values)) & (np.min(labels, axis=0) >= 0)
    modes, readers, cases = (np.unique(column[known], return_inverse=True) for column in labels)
    cell = modes[1] * readers[0].size + readers[1]
    order = np.lexsort((cases[1], cell))
    cell, case_index, truth, values = cell[order], cases[1][order], truth[known][order], values[known][order]
    if bool(((np.diff(cell) == 0) & (np.diff(case_index) == 0)).any()):
        raise DomainError("a reader has read a case twice in one modality")
    read, positive = np.bincount(case_index), np.bincount(case_index, weights=truth)
    if bool(((positive != 0) & (positive != read)).any()):
        raise DomainError("the reference changes within a case")
    return Readings(cell, case_index, truth == 1, values, modes[0], readers[0], cases[0].size)


@dataclass(frozen=True, slots=True)
class Placements:
    """Area under the curve of each cell, shape (cells,), NaN where a class is missing; the placement of each reading.

    The placement of a case is the share of the other class of its cell that it is ranked rightly against, ties one half.
    """

    area: Numbers
    placed: Numbers


def placements(study: Readings) -> Placements:
    """Mann-Whitney areas and placements [1]_ of every cell, from ranks: no pair of cases is ever formed.

    References
    ----------
    .. [1] DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44:837.
    """
    placed = np.full(study.score.size, np.nan)
    area = np.full(study.cells, np.nan)
    limits = np.searchsorted(study.cell, np.arange(study.cells + 1))
    for cell in range(study.cells):
        rows = slice(limits[cell], limits[cell + 1])
        positive, scores = study.positive[rows], study.score[rows]
        p, n = int(positive.sum()), int((~positive).sum())
        if p == 0 or n == 0:
            continue
        ranks = midranks(scores)
        above = (ranks[positive] - midranks(scores[positive])) / n
        here = placed[rows]  # a view
        here[positive] = above
        here[~positive] = 1 - (ranks[~positive] - midranks(scores[~positive])) / p
        area[cell] = (float(ranks[positive].sum()) - p * (p + 1) / 2) / (p * n)  # of whole and half numbers: exact
    return Placements(area, placed)
