"""The predictive values of two tests on the same cases: weighted generalised score test and relative values."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evaluation.estimate import Estimate, NotEstimable, PoolingTerm, Result
from evaluation.statistics.mcnemar import PairedTable
from evaluation.statistics.samples import binary, normal_p, normal_quantile
from evaluation.vocabulary import Flag, Reason

METHOD = "weighted_generalised_score_and_relative_pv"


@dataclass(frozen=True, slots=True)
class PairedCalls:
    """Calls of one kind by two tests, among the rows that they are right about and among the others."""

    right: PairedTable
    wrong: PairedTable

    @property
    def n(self) -> int:
        """Rows that take part."""
        return self.right.n + self.wrong.n

    @property
    def of_test_1(self) -> tuple[int, int]:
        """Right calls and all calls of test 1."""
        right = self.right.both + self.right.only_1
        return right, right + self.wrong.both + self.wrong.only_1

    @property
    def of_test_2(self) -> tuple[int, int]:
        """Right calls and all calls of test 2."""
        right = self.right.both + self.right.only_2
        return right, right + self.wrong.both + self.wrong.only_2


@dataclass(frozen=True, slots=True)
class PairedPredictiveValue:
    """A predictive value of two tests, their comparison and their ratio; what does not exist is `None`.

    `statistic` is a χ² with 1 degree of freedom. `ratio` is test 2 over test 1, `log_variance` the variance of its logarithm.
    """

    n: int
    value_1: float | None
    value_2: float | None
    statistic: float | None
    p_value: float | None
    ratio: float | None
    low: float | None
    high: float | None
    log_variance: float | None
    reason: Reason | None


def positive_calls(reference: ArrayLike, test_1: ArrayLike, test_2: ArrayLike) -> PairedCalls:
    """The positive calls of two tests; shapes (n,), 0/1, NaN missing; only rows complete in all three take part."""
    truth, first, second = binary(reference), binary(test_1), binary(test_2)
    known = ~(np.isnan(truth) | np.isnan(first) | np.isnan(second))
    code = (4 * truth[known] + 2 * first[known] + second[known]).astype(np.int64)
    cells = [int(count) for count in np.bincount(code, minlength=8)]
    return PairedCalls(
        right=PairedTable(cells[7], cells[6], cells[5], cells[4]),
        wrong=PairedTable(cells[3], cells[2], cells[1], cells[0]),
    )


def negative_calls(reference: ArrayLike, test_1: ArrayLike, test_2: ArrayLike) -> PairedCalls:
    """The negative calls of two tests: all three columns reversed."""
    return positive_calls(1 - binary(reference), 1 - binary(test_1), 1 - binary(test_2))


def compare(calls: PairedCalls, level: float, none_called: Reason = Reason.NONE_FLAGGED) -> PairedPredictiveValue:
    """The predictive values of two tests for one kind of call [1]_.

    Parameters
    ----------
    calls
        From `positive_calls` (PPV) or `negative_calls` (NPV).
    level
        Two-sided confidence level of the ratio.
    none_called
        What to say when a test made no call of this kind.

    References
    ----------
    .. [1] Kosinski 2013, Stat Med 32:964 (test); Moskowitz & Pepe 2006, Clin Trials 3:272 (relative values).
    """
    (k1, m1), (k2, m2) = calls.of_test_1, calls.of_test_2
    value_1, value_2 = (k / m if m else None for k, m in ((k1, m1), (k2, m2)))
    if value_1 is None or value_2 is None:
        reason = none_called if calls.n else Reason.NO_ROWS
        return PairedPredictiveValue(calls.n, value_1, value_2, None, None, None, None, None, None, reason)
    statistic = _statistic(calls)
    p_value = None if statistic is None else normal_p(math.sqrt(statistic))
    if k1 == 0 or k2 == 0:
        return PairedPredictiveValue(
            calls.n, value_1, value_2, statistic, p_value, None, None, None, None, Reason.ZERO_CELL
        )
    ratio, variance = value_2 / value_1, _log_variance(calls)
    factor = math.exp(normal_quantile(level) * math.sqrt(variance))
    limits = ratio / factor, ratio * factor
    silent = Reason.NO_VARIATION if statistic is None else None
    return PairedPredictiveValue(calls.n, value_1, value_2, statistic, p_value, ratio, *limits, variance, silent)


def _statistic(calls: PairedCalls) -> float | None:
    """Kosinski's statistic, in whole numbers up to the last division: its denominator is 0 exactly or not at all."""
    (k1, m1), (k2, m2) = calls.of_test_1, calls.of_test_2
    right, wrong = k1 + k2, m1 + m2 - k1 - k2
    total = right + wrong
    # (P(1 − P) − 2C)·total³, with P = right / total and C of the rows called by both tests
    spread = wrong**2 * (right - 2 * calls.right.both) + right**2 * (wrong - 2 * calls.wrong.both)
    if spread == 0:
        return None
    gap = k1 * m2 - k2 * m1
    return gap**2 * total**2 / (m1 * m2 * spread)


def _log_variance(calls: PairedCalls) -> float:
    (k1, m1), (k2, m2) = calls.of_test_1, calls.of_test_2
    of_right, of_call = 1 / k2 - 1 / k1, 1 / m1 - 1 / m2  # exact zeros where the tests agree
    terms = (
        (calls.right.both, of_right + of_call),
        (calls.right.only_1, 1 / m1 - 1 / k1),
        (calls.right.only_2, 1 / k2 - 1 / m2),
        (calls.wrong.both, of_call),
        (calls.wrong.only_1, 1 / m1),
        (calls.wrong.only_2, 1 / m2),
    )
    return math.fsum(count * share**2 for count, share in terms)


def relative_value(found: PairedPredictiveValue, level: float) -> Result:
    """Predictive value of test 1 / of test 2, as an estimate with its interval.

    Returns
    -------
    Estimate or NotEstimable
        `extras`: value_1, value_2, test_statistic, p_value. Identical calls leave the ratio 1 as the `point`, without interval.
        Pooled on the log.
    """
    extras = {
        "value_1": found.value_1,
        "value_2": found.value_2,
        "test_statistic": found.statistic,
        "p_value": found.p_value,
    }
    if found.ratio is None or found.low is None or found.high is None or not found.log_variance:
        point = None if found.ratio is None else 1 / found.ratio
        reason = found.reason or Reason.NO_VARIATION
        flags = () if point is None else (Flag.NO_DISCORDANT,)
        return NotEstimable(reason, found.n, METHOD, point, flags, extras)
    term = PoolingTerm(-math.log(found.ratio), found.log_variance)
    return Estimate(1 / found.ratio, 1 / found.high, 1 / found.low, level, found.n, METHOD, (), extras, term)
