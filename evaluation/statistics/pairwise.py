"""Order statistics of all pairwise differences of two groups, found without ever forming the pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evaluation.statistics.samples import Numbers

Counts = NDArray[np.int64]
FEW = 8_000
"""So many pairs of distinct values are listed and sorted; above, they are halved by pivots."""


class PairwiseDifferences:
    """The differences first − second of every pair, ready to be asked for the k-th smallest.

    Parameters
    ----------
    first, second
        Shapes (m,) and (n,), finite, not empty.

    Notes
    -----
    Equal values are kept once with their number, so heavy ties make the work lighter. A row per value of the smaller side and
    a sorted column per value of the other make a table whose rows rise: each step takes the weighted median of the rows'
    middle candidates as the pivot, counts what lies below and up to it by bisection in every row at once, and drops at
    least a quarter of the candidates [1]_. Differences are compared as the machine computes first − second, so the answer is
    one of them to the last bit.

    References
    ----------
    .. [1] Johnson & Mizoguchi 1978, SIAM J Comput 7:147; Monahan 1984, ACM Trans Math Softw 10:265.
    """

    def __init__(self, first: Numbers, second: Numbers) -> None:
        one, one_counts = np.unique(first, return_counts=True)
        other, other_counts = np.unique(-second, return_counts=True)  # x + (−y) is x − y, and sums commute
        if one.size > other.size:
            one, one_counts, other, other_counts = other, other_counts, one, one_counts
        self._rows: Numbers = one
        self._row_counts: Counts = one_counts.astype(np.int64)
        self._columns: Numbers = other
        self._up_to: Counts = np.concatenate(([0], np.cumsum(other_counts, dtype=np.int64)))
        self.pairs = int(first.size) * int(second.size)

    def smallest(self, rank: int) -> float:
        """The difference of rank `rank`, from 1 to `pairs`."""
        rows, counts = self._rows, self._row_counts
        low = np.zeros(rows.size, dtype=np.int64)
        high = np.full(rows.size, self._columns.size, dtype=np.int64)
        below = 0
        while True:
            open_ = high > low
            rows, counts, low, high = rows[open_], counts[open_], low[open_], high[open_]
            if int((high - low).sum()) <= FEW:
                return self._listed(rows, counts, low, high, rank - below)
            pivot = self._pivot(rows, low, high)
            less = self._bisect(rows, low, high, pivot, after_ties=False)
            upto = self._bisect(rows, less, high, pivot, after_ties=True)
            n_less = below + int((counts * (self._up_to[less] - self._up_to[low])).sum())
            n_upto = below + int((counts * (self._up_to[upto] - self._up_to[low])).sum())
            if rank <= n_less:
                high = less
            elif rank > n_upto:
                low, below = upto, n_upto
            else:
                return pivot

    def median(self) -> float:
        """The middle difference, or the mean of the two middle ones."""
        middle = self.smallest((self.pairs + 1) // 2)
        return middle if self.pairs % 2 else (middle + self.smallest(self.pairs // 2 + 1)) / 2

    def neighbours(self, value: float, tolerance: float) -> tuple[float | None, float | None]:
        """The nearest differences below and above `value` that are farther from it than `tolerance`."""
        zero, end = np.zeros_like(self._row_counts), np.full_like(self._row_counts, self._columns.size)
        under = self._bisect(self._rows, zero, end, value - tolerance, after_ties=False)
        over = self._bisect(self._rows, zero, end, value + tolerance, after_ties=True)
        has_under, has_over = under > 0, over < self._columns.size
        below = self._rows[has_under] + self._columns[under[has_under] - 1]
        above = self._rows[has_over] + self._columns[over[has_over]]
        return (float(below.max()) if below.size else None, float(above.min()) if above.size else None)

    def _pivot(self, rows: Numbers, low: Counts, high: Counts) -> float:
        width = high - low
        middle = rows + self._columns[low + width // 2]
        order = np.argsort(middle)
        reached = np.cumsum(width[order])
        return float(middle[order][np.searchsorted(reached, reached[-1] / 2)])

    def _bisect(self, rows: Numbers, low: Counts, high: Counts, pivot: float, *, after_ties: bool) -> Counts:
        """In each row, the first column between `low` and `high` whose sum reaches (or, after ties, exceeds) the pivot."""
        low, high = low.copy(), high.copy()
        while (open_ := low < high).any():
            middle = (low + high) // 2
            sums = rows + self._columns[np.minimum(middle, self._columns.size - 1)]
            right = open_ & ((sums <= pivot) if after_ties else (sums < pivot))
            high = np.where(open_ & ~right, middle, high)
            low = np.where(right, middle + 1, low)
        return low

    def _listed(self, rows: Numbers, counts: Counts, low: Counts, high: Counts, rank: int) -> float:
        width = high - low
        row = np.repeat(np.arange(rows.size), width)
        column = np.arange(row.size) - np.repeat(np.cumsum(width) - width, width) + low[row]
        sums = rows[row] + self._columns[column]
        weights = counts[row] * (self._up_to[column + 1] - self._up_to[column])
        order = np.argsort(sums)
        return float(sums[order][np.searchsorted(np.cumsum(weights[order]), rank)])


def order_statistics(first: Numbers, second: Numbers, ranks: Sequence[int]) -> tuple[float, ...]:
    """The differences first − second of the given ranks (from 1), over all pairs."""
    differences = PairwiseDifferences(first, second)
    return tuple(differences.smallest(rank) for rank in ranks)
