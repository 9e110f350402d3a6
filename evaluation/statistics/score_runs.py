"""Scores in rising order, each distinct value once with its positive and negative cases, for every group from one sort."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation.ordering import Order, order_of
from evaluation.statistics.samples import Numbers, binary

Counts = NDArray[np.int64]
Codes = NDArray[Any]
"""Whole numbers, one a row."""
Value = TypeVar("Value", bound=np.generic)


@dataclass(frozen=True, slots=True)
class SortedScores:
    """The complete rows (score and reference both there) in the rising order of their scores.

    `rows` are their indices, `score` and `truth` their values in that order; all of shape (n,).
    """

    rows: Order
    score: Numbers
    truth: NDArray[np.int8]

    @classmethod
    def of(cls, reference: ArrayLike, score: ArrayLike) -> SortedScores:
        """Sort once.

        Parameters
        ----------
        reference, score
            Shape (n,); the reference 0/1, NaN missing in either.
        """
        truth, values = binary(reference), np.asarray(score, dtype=np.float64)
        known = ~(np.isnan(truth) | np.isnan(values))
        if known.all():
            rows = order_of(values)
        else:
            complete = np.flatnonzero(known)
            rows = complete[order_of(values[complete])]
        return cls(rows, values[rows], truth[rows].astype(np.int8))


@dataclass(frozen=True, slots=True)
class ScoreRuns:
    """Runs of equal scores, by group and then by rising score.

    Attributes
    ----------
    score, positive, negative
        Shape (r,): the distinct score of the run, and how many positive and negative cases have it.
    below_positive, below_negative
        Shape (r,): positive and negative cases of the same group whose score is lower.
    bounds
        Shape (k + 1,): the runs of group g are those from bounds[g] to bounds[g + 1].
    n_positive, n_negative
        Shape (k,): cases of each group.
    """

    score: Numbers
    positive: Counts
    negative: Counts
    below_positive: Counts
    below_negative: Counts
    bounds: Counts
    n_positive: Counts
    n_negative: Counts

    def group_sums(self, values: NDArray[Any]) -> Numbers:
        """Sum of a value per run over the runs of each group, in the order of the scores; 0 for a group without runs."""
        sums = np.zeros(self.n_positive.size)
        filled = self.bounds[1:] > self.bounds[:-1]
        if filled.any():
            sums[filled] = np.add.reduceat(values, self.bounds[:-1][filled])
        return sums

    def per_run(self, by_group: NDArray[Value]) -> NDArray[Value]:
        """A value per group repeated for each of its runs."""
        return np.repeat(by_group, np.diff(self.bounds))


def score_runs(given: SortedScores, codes: Codes | None = None, groups: int = 1) -> ScoreRuns:
    """The runs of every group.

    Parameters
    ----------
    given
        The rows, sorted once whatever the number of groupings.
    codes
        Shape of the original rows: the group of each row, from 0 to `groups` − 1; negative for a row in no group.
    groups
        How many groups there are.
    """
    score, truth = given.score, given.truth
    group: Codes = np.zeros(score.size, dtype=np.uint16)
    if codes is not None:
        chosen = codes[given.rows]
        kept = chosen >= 0
        if not kept.all():
            score, truth, chosen = score[kept], truth[kept], chosen[kept]
        small = chosen.astype(np.uint16) if groups < 2**16 else chosen
        order = np.argsort(small, kind="stable")  # by counting; equal groups keep the order of their scores
        score, truth, group = score[order], truth[order], small[order]
    if not score.size:
        nothing = np.zeros(0, dtype=np.int64)
        none = np.zeros(groups, dtype=np.int64)
        return ScoreRuns(score, nothing, nothing, nothing, nothing, np.zeros(groups + 1, dtype=np.int64), none, none)
    starts = np.flatnonzero(np.concatenate(([True], (score[1:] != score[:-1]) | (group[1:] != group[:-1]))))
    ends = np.append(starts[1:], score.size)
    positives = np.concatenate(([0], np.cumsum(truth, dtype=np.int64)))
    positive = positives[ends] - positives[starts]
    negative = ends - starts - positive
    bounds = np.searchsorted(group[starts], np.arange(groups + 1))
    rows_before = np.append(starts, score.size)[bounds]
    positives_before = positives[rows_before]
    n_positive = np.diff(positives_before)
    n_negative = np.diff(rows_before) - n_positive
    runs = np.diff(bounds)
    below_positive = positives[starts] - np.repeat(positives_before[:-1], runs)
    below_negative = starts - np.repeat(rows_before[:-1], runs) - below_positive
    return ScoreRuns(score[starts], positive, negative, below_positive, below_negative, bounds, n_positive, n_negative)
