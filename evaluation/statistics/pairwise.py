"""Order statistics of all pairwise differences of two groups, or sums of one, found without ever forming the pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.statistics.samples import Numbers

Counts = NDArray[np.int64]
FEW = 8_000
"""So many pairs of distinct values are listed and sorted; above, they are cut down first."""
SAMPLE = 200
"""Values of either side in the sample of the table."""
MARGIN = 0.01
"""Either side of the place where a straight line puts the rank, as a share of the interval left."""


@dataclass(frozen=True, slots=True)
class SortedSums:
    """Sums row + column of a table whose columns rise, each cell with a weight, ready to be asked for the k-th smallest.

    Parameters
    ----------
    rows, row_weights
        A value and a weight per row, shape (r,).
    columns, up_to
        Rising distinct values, shape (c,), and the weight of the columns before each, shape (c + 1,). A cell weighs the weight
        of its row times that of its column.
    low, high
        The columns from `low` to `high` (excluded) belong to the row, shape (r,).

    Notes
    -----
    A sample of the table says between which two values the sum asked for should lie, and straight lines between counts say it
    ever more narrowly. Where they fail, as they may among ties, the weighted median of the rows' middle candidates is the
    pivot, which drops at least a quarter of the candidates [1]_. Sums are compared as the machine computes them, so the answer
    is one of them to the last bit.

    References
    ----------
    .. [1] Johnson & Mizoguchi 1978, SIAM J Comput 7:147; Monahan 1984, ACM Trans Math Softw 10:265.
    """

    rows: Numbers
    row_weights: Counts
    columns: Numbers
    up_to: Counts
    low: Counts
    high: Counts

    def smallest(self, rank: int) -> float:
        """The sum at which the weights, added up from the smallest sum, reach `rank`."""
        search = _Search(self, rank, self.rows, self.row_weights, self.low, self.high)
        search.cut(self.low, self.high)
        total = search.weight(search.low, search.high)
        if search.candidates > 4 * SAMPLE**2:
            for value in self._sampled(rank / total):
                search.keep(value)
        while (left := search.candidates) > FEW:
            if search.narrow() and search.candidates <= left // 2:
                continue
            found = search.halve()
            if found is not None:
                return found
        return search.listed()

    def first(self, rows: Numbers, low: Counts, high: Counts, value: float, *, after_ties: bool) -> Counts:
        """In each row, the first column between `low` and `high` whose sum reaches (or, after ties, exceeds) the value.

        A search for value − row is right but for rounding: it narrows the bisection where the sums on either side agree.
        """
        guess = np.searchsorted(self.columns, value - rows, side="right" if after_ties else "left")
        near_low, near_high = np.clip(guess - 1, low, high), np.clip(guess + 1, low, high)
        before = (near_low > low) & self._short(rows, near_low - 1, value, after_ties=after_ties)
        beyond = (near_high < high) & ~self._short(rows, near_high, value, after_ties=after_ties)
        low, high = np.where(before, near_low, low), np.where(beyond, near_high, high)
        while (open_ := low < high).any():
            middle = (low + high) // 2
            right = open_ & self._short(rows, middle, value, after_ties=after_ties)
            high = np.where(open_ & ~right, middle, high)
            low = np.where(right, middle + 1, low)
        return low

    def _short(self, rows: Numbers, at: Counts, value: float, *, after_ties: bool) -> NDArray[np.bool_]:
        """Whether the sum of each row and of its column `at` falls short of the value."""
        sums = rows + self.columns[np.minimum(at, self.columns.size - 1)]
        return np.asarray(sums <= value if after_ties else sums < value)

    def _sampled(self, share: float) -> tuple[float, float]:
        """Two values that hold the sum of this share between them, were the table its sample."""
        rows, weights = np.sort(self.rows), self.row_weights[np.argsort(self.rows)]
        chosen = [
            values[np.searchsorted(reached, np.linspace(0, reached[-1], 2 * SAMPLE + 1)[1::2])]
            for values, reached in ((rows, np.cumsum(weights)), (self.columns, self.up_to[1:]))
        ]
        sums = np.sort(np.add.outer(*chosen).ravel())
        at = np.clip(np.array([share - 1 / SAMPLE, share + 1 / SAMPLE]) * sums.size, 0, sums.size - 1)
        low, high = sums[at.astype(np.int64)].tolist()
        return low, high


@dataclass(slots=True)
class _Search:
    """The cells that the sum of a rank may still be: `low` to `high` of each row, above `floor` and up to `ceiling`."""

    table: SortedSums
    rank: int
    rows: Numbers
    weights: Counts
    low: Counts
    high: Counts
    below: int = 0
    floor: float | None = None
    ceiling: tuple[float, int] | None = None

    @property
    def candidates(self) -> int:
        return int((self.high - self.low).sum())

    def weight(self, start: Counts, end: Counts) -> int:
        return int((self.weights * (self.table.up_to[end] - self.table.up_to[start])).sum())

    def keep(self, value: float) -> None:
        """Keep the side of a value on which the rank lies: the sums up to it, or those above."""
        upto = self.table.first(self.rows, self.low, self.high, value, after_ties=True)
        reached = self.below + self.weight(self.low, upto)
        if self.rank <= reached:
            self.cut(self.low, upto)
            self.ceiling = (value, reached)
        else:
            self.cut(upto, self.high)
            self.floor, self.below = value, reached

    def narrow(self) -> bool:
        """Cut on either side of where a straight line between the counts at the two ends puts the rank, if it can be drawn."""
        if self.floor is None or self.ceiling is None:
            return False
        end, reached = self.ceiling
        width = end - self.floor
        at = self.floor + width * ((self.rank - self.below) / (reached - self.below))
        for value in (at - width * MARGIN, at + width * MARGIN):
            if self.floor < value < self.ceiling[0]:
                self.keep(value)
        return True

    def halve(self) -> float | None:
        """Cut at the weighted median of the rows' middle candidates; that sum itself when it is the one."""
        width = self.high - self.low
        middle = self.rows + self.table.columns[self.low + width // 2]
        order = np.argsort(middle)
        reached = np.cumsum(width[order])
        pivot = float(middle[order][np.searchsorted(reached, reached[-1] / 2)])
        less = self.table.first(self.rows, self.low, self.high, pivot, after_ties=False)
        under = self.below + self.weight(self.low, less)
        if self.rank <= under:
            self.cut(self.low, less)
            self.ceiling = (pivot, under)
            return None
        self.keep(pivot)
        return pivot if self.ceiling is not None and self.ceiling[0] == pivot else None

    def cut(self, low: Counts, high: Counts) -> None:
        """Keep the cells from `low` to `high`, and no row without any."""
        kept = high > low
        self.rows, self.weights, self.low, self.high = self.rows[kept], self.weights[kept], low[kept], high[kept]

    def listed(self) -> float:
        width = self.high - self.low
        row = np.repeat(np.arange(self.rows.size), width)
        column = np.arange(row.size) - np.repeat(np.cumsum(width) - width, width) + self.low[row]
        sums = self.rows[row] + self.table.columns[column]
        weights = self.weights[row] * (self.table.up_to[column + 1] - self.table.up_to[column])
        order = np.argsort(sums)
        return float(sums[order][np.searchsorted(np.cumsum(weights[order]), self.rank - self.below)])


class PairwiseDifferences:
    """The differences first − second of every pair, ready to be asked for the k-th smallest.

    Parameters
    ----------
    first, second
        Shapes (m,) and (n,), finite, not empty.

    Notes
    -----
    Equal values are kept once with their number, so heavy ties make the work lighter; a row stands for a value of the smaller
    side.
    """

    def __init__(self, first: Numbers, second: Numbers) -> None:
        one, one_counts = np.unique(first, return_counts=True)
        other, other_counts = np.unique(-second, return_counts=True)  # x + (−y) is x − y, and sums commute
        if one.size > other.size:
            one, one_counts, other, other_counts = other, other_counts, one, one_counts
        self.pairs = int(first.size) * int(second.size)
        every = np.full(one.size, other.size, dtype=np.int64)
        self._sums = SortedSums(one, one_counts.astype(np.int64), other, _added(other_counts), every * 0, every)

    def smallest(self, rank: int) -> float:
        """The difference of rank `rank`, from 1 to `pairs`."""
        return self._sums.smallest(rank)

    def median(self) -> float:
        """The middle difference, or the mean of the two middle ones."""
        middle = self.smallest((self.pairs + 1) // 2)
        return middle if self.pairs % 2 else (middle + self.smallest(self.pairs // 2 + 1)) / 2

    def neighbours(self, value: float, tolerance: float) -> tuple[float | None, float | None]:
        """The nearest differences below and above `value` that are farther from it than `tolerance`."""
        sums = self._sums
        under = sums.first(sums.rows, sums.low, sums.high, value - tolerance, after_ties=False)
        over = sums.first(sums.rows, sums.low, sums.high, value + tolerance, after_ties=True)
        has_under, has_over = under > 0, over < sums.columns.size
        below = sums.rows[has_under] + sums.columns[under[has_under] - 1]
        above = sums.rows[has_over] + sums.columns[over[has_over]]
        return (float(below.max()) if below.size else None, float(above.min()) if above.size else None)


def walsh_median(values: Numbers) -> float:
    """The median of the n(n + 1)/2 Walsh averages (xᵢ + xⱼ)/2, i ≤ j [1]_.

    Parameters
    ----------
    values
        Shape (n,), finite, not empty.

    Notes
    -----
    A value met c times makes c(c + 1)/2 averages with itself and c·c' with another. Weights are doubled to stay whole: each
    distinct value has a row for its greater ones, weighing 2c, and a row for itself alone, weighing c + 1.

    References
    ----------
    .. [1] Hodges & Lehmann 1963, Ann Math Stat 34:598; Hollander, Wolfe & Chicken 2014, §3.2.
    """
    distinct, found = np.unique(values, return_counts=True)
    counts, at = found.astype(np.int64), np.arange(distinct.size, dtype=np.int64)
    sums = SortedSums(
        np.concatenate((distinct, distinct)),
        np.concatenate((2 * counts, counts + 1)),
        distinct,
        _added(counts),
        np.concatenate((at + 1, at)),
        np.concatenate((np.full(distinct.size, distinct.size, dtype=np.int64), at + 1)),
    )
    pairs = int(values.size) * (int(values.size) + 1) // 2
    middle = sums.smallest(2 * ((pairs + 1) // 2))
    return middle / 2 if pairs % 2 else (middle + sums.smallest(2 * (pairs // 2 + 1))) / 4


def order_statistics(first: Numbers, second: Numbers, ranks: Sequence[int]) -> tuple[float, ...]:
    """The differences first − second of the given ranks (from 1), over all pairs."""
    differences = PairwiseDifferences(first, second)
    return tuple(differences.smallest(rank) for rank in ranks)


def _added(counts: NDArray[np.int64]) -> Counts:
    return np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
