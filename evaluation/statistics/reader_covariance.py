"""Covariance matrix of the areas of a reader study: by the jackknife over cases, DeLong's, or the unbiased one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from evaluation.statistics.readings import Placements, Readings
from evaluation.statistics.samples import Numbers
from evaluation.vocabulary import Reason

Ranks = NDArray[np.int32]


class Estimator(Protocol):
    """From the readings to the covariance matrix of the areas, shape (cells, cells), or the reason why there is none."""

    def __call__(self, study: Readings, found: Placements) -> Numbers | Reason:
        """Estimate it; every cell has both classes."""


def jackknife(study: Readings, found: Placements) -> Numbers | Reason:
    """Leave one case out at a time, of all cells [1]_: (n − 1)/n Σ of the products of deviations, n cases in the study.

    Without a positive case the area is (P·A − its placement)/(P − 1), so nothing is ranked again; a case that the cell did not
    read leaves its area as it is.

    References
    ----------
    .. [1] Dorfman, Berbaum & Metz 1992, Invest Radiol 27:723.
    """
    if min(study.positives.min(), study.negatives.min()) < 2:
        return Reason.ONE_CASE_IN_CLASS
    others = np.where(study.positive, study.positives[study.cell], study.negatives[study.cell]) - 1
    moved = study.by_case((found.area[study.cell] - found.placed) / others)
    return np.asarray((moved @ moved.T).toarray() * ((study.cases - 1) / study.cases))


def delong(study: Readings, found: Placements) -> Numbers | Reason:
    """Covariance of the placements of positives over their number, plus that of negatives over theirs [1]_.

    Every cell must have read every case.

    References
    ----------
    .. [1] DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44:837.
    """
    if study.score.size != study.cells * study.cases:
        return Reason.EMPTY_CELL
    if min(study.positives.min(), study.negatives.min()) < 2:
        return Reason.ONE_CASE_IN_CLASS
    centred = found.placed - found.area[study.cell]
    total = np.zeros((study.cells, study.cells))
    for rows, size in ((study.positive, study.positives[0]), (~study.positive, study.negatives[0])):
        part = study.by_case(centred, rows)
        total += (part @ part.T).toarray() / (size * (size - 1))
    return total


def unbiased(study: Readings, found: Placements) -> Numbers | Reason:
    """The unbiased estimate from the kernels of pairs of cases [1]_; cells may have read different, overlapping cases.

    NaN between two cells without two pairs of cases that share none (one positive or one negative case only).

    References
    ----------
    .. [1] Gallas, Pennello & Myers 2007, J Opt Soc Am A 24:B70.
    """
    p, n = study.positives, study.negatives
    pairs = p * n
    both = np.outer(pairs, pairs)
    ones = np.ones(study.score.size)
    marks = [study.by_case(ones, rows) for rows in (study.positive, ~study.positive)]
    common = [(mark @ mark.T).toarray() for mark in marks]
    apart = both - np.outer(p, p) * common[1] - np.outer(n, n) * common[0] + common[0] * common[1]
    others = np.where(study.positive, n[study.cell], p[study.cell])
    sums = [study.by_case(found.placed * others, rows) for rows in (study.positive, ~study.positive)]
    shared = sum((part @ part.T).toarray() for part in sums) - kernel_products(study)
    delta = np.divide(both, apart, out=np.full(both.shape, np.nan), where=apart > 0)
    return np.asarray(((1 - delta) * np.outer(pairs * found.area, pairs * found.area) + delta * shared) / both)


COVARIANCES: Final[Mapping[str, Estimator]] = MappingProxyType(
    {"jackknife": jackknife, "delong": delong, "unbiased": unbiased}
)
"""The estimators by their names."""


def kernel_products(study: Readings) -> Numbers:
    """For every two cells, Σ ψₓψᵧ over the pairs of a positive and a negative case that both read; shape (cells, cells).

    ψ is the mean of [negative < positive] and [negative ≤ positive], so each product is a quarter of four counts of pairs in
    which the negative lies below the positive in both cells, strictly or not in each.
    """
    ranks = study.by_case(
        1.0 + np.unique(study.score, return_inverse=True)[1].astype(np.float64)
    )  # 0 is for the unread
    positive = np.zeros(study.cases, dtype=bool)
    positive[study.case[study.positive]] = True
    total = np.zeros((study.cells, study.cells))
    for cell in range(study.cells):
        cases = ranks.indices[ranks.indptr[cell] : ranks.indptr[cell + 1]]
        scores = ranks[cell:, cases].toarray()
        own = np.unique(scores[0], return_inverse=True)[1].astype(np.int32)
        classes = (positive[cases] & (scores > 0), ~positive[cases] & (scores > 0))
        for tied_first in classes:  # a tie in the other cell: the positive before the negative, then after it
            order = np.argsort(2 * scores - tied_first, axis=1, kind="stable")
            upper, lower = (np.take_along_axis(one, order, axis=1) for one in classes)
            total[cell, cell:] += _concordant(own[order], upper, lower) / 4
    return np.asarray(np.triu(total) + np.triu(total, 1).T)


def _concordant(ranks: Ranks, upper: NDArray[np.bool_], lower: NDArray[np.bool_]) -> Numbers:
    """Twice the pairs of a negative before a positive and of lower rank, plus once those of the same rank; a number a row.

    Parameters
    ----------
    ranks
        Shape (m, n): ranks from 0, in the order in which the cases are met.
    upper, lower
        Shape (m, n): where a positive stands, and a negative.

    Notes
    -----
    The cases are parted by the binary digits of their rank, the highest first, each part keeping its order: two ranks differ
    first at one digit, 0 for the lower, and there a running sum counts the negatives already met. So n cases cost n log n,
    without a loop over them.
    """
    total = np.zeros(len(ranks))
    for bit in reversed(range(int(ranks.max(initial=0)).bit_length())):
        digit = (ranks >> bit) & 1 == 1
        total += 2 * _met_before(lower & ~digit, upper & digit, ranks >> (bit + 1))
        parted = np.argsort(digit, axis=1, kind="stable")
        ranks = np.take_along_axis(ranks, parted, axis=1)
        upper, lower = (np.take_along_axis(one, parted, axis=1) for one in (upper, lower))
    return total + _met_before(lower, upper, ranks)


def _met_before(lower: NDArray[np.bool_], upper: NDArray[np.bool_], group: Ranks) -> Numbers:
    """Pairs of a `lower` met before an `upper` within a run of one group; a number a row."""
    before = np.cumsum(lower, axis=1, dtype=np.int32) - lower
    fresh = np.ones(group.shape, dtype=bool)
    fresh[:, 1:] = group[:, 1:] != group[:, :-1]
    at_start = np.maximum.accumulate(np.where(fresh, before, 0), axis=1)  # `before` never falls along a row
    return np.asarray(np.where(upper, before - at_start, 0).sum(axis=1, dtype=np.float64))
