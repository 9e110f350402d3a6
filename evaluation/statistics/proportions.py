"""One proportion with its Wilson interval, and the proportions of a 2×2 table against the reference standard."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evaluation.estimate import Estimate, NotEstimable, PoolingTerm, Result
from evaluation.statistics.samples import DomainError, Numbers, binary, empty_reason, normal_quantile
from evaluation.vocabulary import Flag, Reason

METHOD = "wilson"


def wilson(events: int, trials: int, level: float) -> tuple[float, float]:
    """The score interval of a binomial proportion, without continuity correction [1]_.

    Parameters
    ----------
    events, trials
        Counts, 0 ≤ events ≤ trials and trials > 0.
    level
        Two-sided confidence level.

    Returns
    -------
    tuple of float
        Lower and upper limit; exactly 0 below no event, exactly 1 above only events.

    References
    ----------
    .. [1] Wilson 1927, J Am Stat Assoc 22:209; Newcombe 1998, Stat Med 17:857.
    """
    if not 0 <= events <= trials or trials == 0:
        raise DomainError(f"{events} events in {trials} trials")
    z = normal_quantile(level)
    centre = 2 * events + z * z
    spread = z * math.sqrt(z * z + 4 * events * (1 - events / trials))
    width = 2 * (trials + z * z)
    low = 0.0 if events == 0 else (centre - spread) / width
    high = 1.0 if events == trials else (centre + spread) / width
    return low, high


def clopper_pearson(events: int, trials: int, level: float) -> tuple[float, float]:
    """The exact interval of a binomial proportion: the quantiles of two Beta distributions [1]_.

    Parameters
    ----------
    events, trials
        Counts, 0 ≤ events ≤ trials and trials > 0.
    level
        Two-sided confidence level, which the interval covers at the least.

    Returns
    -------
    tuple of float
        Lower and upper limit; exactly 0 below no event, exactly 1 above only events.

    References
    ----------
    .. [1] Clopper & Pearson 1934, Biometrika 26:404.
    """
    if not 0 <= events <= trials or trials == 0:
        raise DomainError(f"{events} events in {trials} trials")
    others, tail = trials - events, (1 - level) / 2
    low = 0.0 if events == 0 else float(special.betaincinv(events, others + 1, tail))
    high = 1.0 if others == 0 else float(special.betainccinv(events + 1, others, tail))
    return low, high


INTERVALS: Final[Mapping[str, Callable[[int, int, float], tuple[float, float]]]] = MappingProxyType(
    {METHOD: wilson, "clopper_pearson": clopper_pearson}
)
"""The intervals of a proportion that may be asked for by name; Wilson's unless asked otherwise."""


def proportion(
    events: int,
    trials: int,
    level: float,
    reason: Reason = Reason.NO_ROWS,
    flags: tuple[Flag, ...] = (),
    interval: str = METHOD,
) -> Result:
    """A binomial proportion with its interval.

    Parameters
    ----------
    events, trials
        Counts, 0 ≤ events ≤ trials.
    level
        Two-sided confidence level.
    reason
        Why there is no estimate when `trials` is 0.
    flags
        What the caller already knows of these counts.
    interval
        A name of `INTERVALS`.

    Returns
    -------
    Estimate or NotEstimable
        `extras`: numerator, denominator. Pooled on the logit; at 0 or 1 the pooling term alone takes 0.5 on either side.

    Raises
    ------
    DomainError
        For more events than trials, or an interval of no known name.
    """
    if interval not in INTERVALS:
        raise DomainError(f"no interval is called {interval}")
    counts = {"numerator": events, "denominator": trials}
    if trials == 0:
        return NotEstimable(reason, 0, interval, flags=flags, extras=counts)
    low, high = INTERVALS[interval](events, trials, level)
    return Estimate(events / trials, low, high, level, trials, interval, flags, counts, logit_term(events, trials))


def logit_term(events: int, trials: int) -> PoolingTerm:
    """The logit of a proportion and its variance; at 0 or 1 with 0.5 more on either side."""
    half = 0.5 if events in (0, trials) else 0.0
    yes, no = events + half, trials - events + half
    return PoolingTerm(math.log(yes / no), 1 / yes + 1 / no)


@dataclass(frozen=True, slots=True)
class ConfusionTable:
    """The counts of (reference, call): true and false positives and negatives."""

    tp: int
    fn: int
    fp: int
    tn: int

    @property
    def n(self) -> int:
        """Rows that take part."""
        return self.tp + self.fn + self.fp + self.tn

    @property
    def positives(self) -> int:
        """Rows whose reference is positive."""
        return self.tp + self.fn

    @property
    def negatives(self) -> int:
        """Rows whose reference is negative."""
        return self.fp + self.tn

    @property
    def missing_class(self) -> Reason | None:
        """Why the table says nothing of both classes at once: one of them, or every row, is missing."""
        if self.positives and self.negatives:
            return None
        return empty_reason(self.n, Reason.NO_NEGATIVE if self.positives else Reason.NO_POSITIVE)


def called(score: ArrayLike, threshold: float) -> Numbers:
    """The call of a score: 1 from the threshold on (equality is positive), 0 below, missing where the score is."""
    values = np.asarray(score, dtype=np.float64)
    return np.where(np.isnan(values), np.nan, (values >= threshold).astype(np.float64))


def confusion(reference: ArrayLike, call: ArrayLike) -> ConfusionTable:
    """The 2×2 table of the rows that have both the reference and the call (0/1, NaN missing)."""
    cells = 2 * binary(reference) + binary(call)
    tn, fp, fn, tp = np.bincount(cells[~np.isnan(cells)].astype(np.int8), minlength=4).tolist()
    return ConfusionTable(tp, fn, fp, tn)


def sensitivity(reference: ArrayLike, call: ArrayLike, level: float, interval: str = METHOD) -> Result:
    """Share of the reference-positive rows that were called positive; rows with either missing take no part."""
    return sensitivity_of(confusion(reference, call), level, interval)


def sensitivity_of(table: ConfusionTable, level: float, interval: str = METHOD) -> Result:
    """Share of the reference-positive rows that were called positive."""
    why = empty_reason(table.n, Reason.NO_POSITIVE)
    return proportion(table.tp, table.tp + table.fn, level, why, interval=interval)


def specificity(reference: ArrayLike, call: ArrayLike, level: float, interval: str = METHOD) -> Result:
    """Share of the reference-negative rows that were called negative; rows with either missing take no part."""
    return specificity_of(confusion(reference, call), level, interval)


def specificity_of(table: ConfusionTable, level: float, interval: str = METHOD) -> Result:
    """Share of the reference-negative rows that were called negative."""
    why = empty_reason(table.n, Reason.NO_NEGATIVE)
    return proportion(table.tn, table.tn + table.fp, level, why, interval=interval)


def ppv(reference: ArrayLike, call: ArrayLike, level: float, interval: str = METHOD) -> Result:
    """Share of the positive calls that the reference confirms; none when nobody was called positive."""
    return ppv_of(confusion(reference, call), level, interval)


def ppv_of(table: ConfusionTable, level: float, interval: str = METHOD) -> Result:
    """Share of the positive calls that the reference confirms."""
    why = empty_reason(table.n, Reason.NONE_FLAGGED)
    return proportion(table.tp, table.tp + table.fp, level, why, interval=interval)


def npv(reference: ArrayLike, call: ArrayLike, level: float, interval: str = METHOD) -> Result:
    """Share of the negative calls that the reference confirms; none when everybody was called positive."""
    return npv_of(confusion(reference, call), level, interval)


def npv_of(table: ConfusionTable, level: float, interval: str = METHOD) -> Result:
    """Share of the negative calls that the reference confirms."""
    why = empty_reason(table.n, Reason.ALL_FLAGGED)
    return proportion(table.tn, table.tn + table.fn, level, why, interval=interval)


def accuracy(reference: ArrayLike, call: ArrayLike, level: float, interval: str = METHOD) -> Result:
    """Share of the rows that were called as the reference says."""
    return accuracy_of(confusion(reference, call), level, interval)


def accuracy_of(table: ConfusionTable, level: float, interval: str = METHOD) -> Result:
    """Share of the rows that were called as the reference says."""
    return proportion(table.tp + table.tn, table.n, level, interval=interval)


def prevalence(reference: ArrayLike, level: float) -> Result:
    """Share of reference-positive rows among the rows with a reference."""
    truth = binary(reference)
    return proportion(int(np.count_nonzero(truth == 1)), int(np.count_nonzero(~np.isnan(truth))), level)


def failure_rate(reference: ArrayLike, answer: ArrayLike, level: float) -> Result:
    """Share of the rows with a reference for which the tool gave no answer (`answer` is missing)."""
    known = ~np.isnan(binary(reference))
    silent = np.isnan(np.asarray(answer, dtype=np.float64))
    return proportion(int(np.count_nonzero(known & silent)), int(np.count_nonzero(known)), level)


def event_share(event: ArrayLike, level: float, trials: ArrayLike | None = None) -> Result:
    """The share of events over rows: each row 0/1, or each row a count of events among its `trials`.

    Raises
    ------
    DomainError
        For an event that is not 0/1 (without `trials`), or a count that is not whole or exceeds its trials.
    """
    if trials is None:
        return prevalence(event, level)
    counts, sizes = np.asarray(event, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    known = ~(np.isnan(counts) | np.isnan(sizes))
    counts, sizes = counts[known], sizes[known]
    whole = (counts == np.floor(counts)) & (sizes == np.floor(sizes)) & np.isfinite(sizes)
    if not bool(np.all(whole & (counts >= 0) & (counts <= sizes))):
        raise DomainError("a count of events is not whole, or exceeds the size of its row")
    return proportion(int(counts.sum()), int(sizes.sum()), level)
