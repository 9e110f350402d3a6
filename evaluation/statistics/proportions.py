"""One proportion with its Wilson interval, and the proportions of a 2×2 table against the reference standard."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

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


def proportion(
    events: int, trials: int, level: float, reason: Reason = Reason.NO_ROWS, flags: tuple[Flag, ...] = ()
) -> Result:
    """A binomial proportion with its Wilson interval.

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

    Returns
    -------
    Estimate or NotEstimable
        `extras`: numerator, denominator. Pooled on the logit; at 0 or 1 the pooling term alone takes 0.5 on either side.
    """
    counts = {"numerator": events, "denominator": trials}
    if trials == 0:
        return NotEstimable(reason, 0, METHOD, flags=flags, extras=counts)
    low, high = wilson(events, trials, level)
    return Estimate(events / trials, low, high, level, trials, METHOD, flags, counts, _logit_term(events, trials))


def _logit_term(events: int, trials: int) -> PoolingTerm:
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


def called(score: ArrayLike, threshold: float) -> Numbers:
    """The call of a score: 1 from the threshold on (equality is positive), 0 below, missing where the score is."""
    values = np.asarray(score, dtype=np.float64)
    return np.where(np.isnan(values), np.nan, (values >= threshold).astype(np.float64))


def confusion(reference: ArrayLike, call: ArrayLike) -> ConfusionTable:
    """The 2×2 table of the rows that have both the reference and the call (0/1, NaN missing)."""
    cells = 2 * binary(reference) + binary(call)
    tn, fp, fn, tp = np.bincount(cells[~np.isnan(cells)].astype(np.int8), minlength=4).tolist()
    return ConfusionTable(tp, fn, fp, tn)


def sensitivity(reference: ArrayLike, call: ArrayLike, level: float) -> Result:
    """Share of the reference-positive rows that were called positive; rows with either missing take no part."""
    return sensitivity_of(confusion(reference, call), level)


def sensitivity_of(table: ConfusionTable, level: float) -> Result:
    """The sensitivity of a table."""
    return proportion(table.tp, table.tp + table.fn, level, empty_reason(table.n, Reason.NO_POSITIVE))


def specificity(reference: ArrayLike, call: ArrayLike, level: float) -> Result:
    """Share of the reference-negative rows that were called negative; rows with either missing take no part."""
    return specificity_of(confusion(reference, call), level)


def specificity_of(table: ConfusionTable, level: float) -> Result:
    """The specificity of a table."""
    return proportion(table.tn, table.tn + table.fp, level, empty_reason(table.n, Reason.NO_NEGATIVE))


def ppv(reference: ArrayLike, call: ArrayLike, level: float) -> Result:
    """Share of the positive calls that the reference confirms; none when nobody was called positive."""
    return ppv_of(confusion(reference, call), level)


def ppv_of(table: ConfusionTable, level: float) -> Result:
    """The positive predictive value of a table."""
    return proportion(table.tp, table.tp + table.fp, level, empty_reason(table.n, Reason.NONE_FLAGGED))


def npv(reference: ArrayLike, call: ArrayLike, level: float) -> Result:
    """Share of the negative calls that the reference confirms; none when everybody was called positive."""
    return npv_of(confusion(reference, call), level)


def npv_of(table: ConfusionTable, level: float) -> Result:
    """The negative predictive value of a table."""
    return proportion(table.tn, table.tn + table.fn, level, empty_reason(table.n, Reason.ALL_FLAGGED))


def accuracy(reference: ArrayLike, call: ArrayLike, level: float) -> Result:
    """Share of the rows that were called as the reference says."""
    table = confusion(reference, call)
    return proportion(table.tp + table.tn, table.n, level)


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
