"""Two 0/1 answers on the same units: exact McNemar p-value and Tango's score interval of the difference."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.samples import DomainError, binary, empty_reason, normal_quantile
from evaluation.vocabulary import Flag, Reason

METHOD = "mcnemar_exact_tango"


@dataclass(frozen=True, slots=True)
class PairedTable:
    """Units right (or 1) on both tests, on the first only, on the second only, on neither."""

    both: int
    only_1: int
    only_2: int
    neither: int

    def __post_init__(self) -> None:
        """Refuse counts that cannot be."""
        if min(self.both, self.only_1, self.only_2, self.neither) < 0:
            raise DomainError("a count is negative")

    @property
    def n(self) -> int:
        """Units that take part."""
        return self.both + self.only_1 + self.only_2 + self.neither


def paired_table(outcome_1: ArrayLike, outcome_2: ArrayLike) -> PairedTable:
    """The table of the units that have both outcomes (0/1, NaN missing); shapes (n,)."""
    first, second = binary(outcome_1), binary(outcome_2)
    return PairedTable(
        both=int(np.count_nonzero((first == 1) & (second == 1))),
        only_1=int(np.count_nonzero((first == 1) & (second == 0))),
        only_2=int(np.count_nonzero((first == 0) & (second == 1))),
        neither=int(np.count_nonzero((first == 0) & (second == 0))),
    )


def right_calls(reference: ArrayLike, test_1: ArrayLike, test_2: ArrayLike, truth: int) -> PairedTable:
    """The table of right calls of two tests over the rows whose reference is `truth` (0 or 1), complete in all three."""
    of_class = binary(reference) == truth
    first, second = binary(test_1)[of_class], binary(test_2)[of_class]
    return paired_table(first, second) if truth == 1 else paired_table(1 - first, 1 - second)


def paired_difference(table: PairedTable, level: float, empty: Reason = Reason.NO_ROWS) -> Result:
    """Share right on test 1 − share right on test 2.

    Parameters
    ----------
    table
        The counts of pairs.
    level
        Two-sided confidence level.
    empty
        Why there is no estimate when the table is empty.

    Returns
    -------
    Estimate or NotEstimable
        `extras`: estimate_1, estimate_2, both, only_1, only_2, neither, p_value. Without a discordant pair the difference is 0
        with p 1, flagged. Pooled on its own scale; where all the pairs say the same, for that alone with half a pair more in
        each of the four cells.
    """
    n = table.n
    counts: dict[str, Extra] = {
        "both": table.both,
        "only_1": table.only_1,
        "only_2": table.only_2,
        "neither": table.neither,
    }
    if n == 0:
        nothing = {"estimate_1": None, "estimate_2": None, **counts, "p_value": None}
        return NotEstimable(empty, 0, METHOD, extras=nothing)
    extras: dict[str, Extra] = {
        "estimate_1": (table.both + table.only_1) / n,
        "estimate_2": (table.both + table.only_2) / n,
        **counts,
        "p_value": mcnemar_exact_p(table.only_1, table.only_2),
    }
    low, high = tango_limits(table.only_1, table.only_2, n, level)
    value = (table.only_1 - table.only_2) / n
    flags = () if table.only_1 + table.only_2 else (Flag.NO_DISCORDANT,)
    return Estimate(value, low, high, level, n, METHOD, flags, extras, _term(table))


def _term(table: PairedTable) -> PoolingTerm:
    b, c, n = float(table.only_1), float(table.only_2), float(table.n)
    value = (b - c) / n
    if b + c == 0 or abs(b - c) == n:
        b, c, n = b + 0.5, c + 0.5, n + 2
    # Σ(d − mean)² of differences that are 1, −1 or 0, over n²
    return PoolingTerm(value, (b * (n - b) + c * (n - c) + 2 * b * c) / n**3)


def mcnemar_exact_p(only_1: int, only_2: int) -> float:
    """Two-sided binomial p-value on the discordant pairs, neither mid-p nor corrected; 1 without any [1]_.

    References
    ----------
    .. [1] McNemar 1947, Psychometrika 12:153.
    """
    fewer, total = min(only_1, only_2), only_1 + only_2
    if 2 * fewer == total:
        return 1.0
    # P(X ≤ k) of a fair coin in m throws is the incomplete beta function I½(m − k, k + 1)
    return min(1.0, 2 * float(special.betainc(total - fewer, fewer + 1, 0.5)))


def tango_limits(only_1: int, only_2: int, n: int, level: float) -> tuple[float, float]:
    """The differences (of paired proportions) at which the score statistic equals ±z [1]_.

    Parameters
    ----------
    only_1, only_2, n
        Discordant pairs of either kind, and all pairs, n > 0.
    level
        Two-sided confidence level.

    References
    ----------
    .. [1] Tango 1998, Stat Med 17:891.
    """
    if min(only_1, only_2) < 0 or only_1 + only_2 > n or n == 0:
        raise DomainError(f"{only_1} and {only_2} discordant pairs of {n}")
    z = normal_quantile(level)
    if only_1 + only_2 == 0:
        limit = z * z / (n + z * z)
        return -limit, limit
    upper = _upper(float(only_1), float(only_2), float(n), z)
    lower = -_upper(float(only_2), float(only_1), float(n), z)  # exchanging the tests turns the interval round
    return lower, upper


def _upper(b: float, c: float, n: float, z: float) -> float:
    value = (b - c) / n
    if b == n:
        return 1.0

    def excess(difference: float) -> float:
        return _score(b, c, n, difference) + z

    return _falling_root(excess, value, 1.0)


def _score(b: float, c: float, n: float, difference: float) -> float:
    """Tango's statistic; a negative difference is scored with the tests exchanged, so that nothing cancels."""
    if difference < 0:
        return -_score(c, b, n, -difference)
    gap = b - c - n * difference
    linear = (2 * n - b + c) * difference - b - c
    constant = c * difference * (1 - difference)
    root = math.sqrt(linear * linear + 8 * n * constant)
    # the positive root of 2n·q² + linear·q − constant, by the form whose terms have one sign
    q = 2 * constant / (linear + root) if linear > 0 else (root - linear) / (4 * n)
    variance = n * (2 * q + difference * (1 - difference))
    if variance <= 0:
        return math.copysign(math.inf, gap) if gap else 0.0
    return gap / math.sqrt(variance)


def _falling_root(falling: Callable[[float], float], low: float, high: float) -> float:
    return float(optimize.bisect(falling, low, high, xtol=1e-15, rtol=1e-15, maxiter=200))


def paired_sensitivity_difference(reference: ArrayLike, test_1: ArrayLike, test_2: ArrayLike, level: float) -> Result:
    """Sensitivity of test 1 − sensitivity of test 2 on the same cases; see `paired_difference`.

    Parameters
    ----------
    reference, test_1, test_2
        Shape (n,), 0/1, NaN missing; only rows complete in all three take part.
    level
        Two-sided confidence level.
    """
    return _class_difference(reference, test_1, test_2, level, 1)


def paired_specificity_difference(reference: ArrayLike, test_1: ArrayLike, test_2: ArrayLike, level: float) -> Result:
    """Specificity of test 1 − specificity of test 2 on the same cases: right calls are the negative ones."""
    return _class_difference(reference, test_1, test_2, level, 0)


def _class_difference(reference: ArrayLike, test_1: ArrayLike, test_2: ArrayLike, level: float, truth: int) -> Result:
    table = right_calls(reference, test_1, test_2, truth)
    other = right_calls(reference, test_1, test_2, 1 - truth).n if table.n == 0 else 0
    return paired_difference(table, level, empty_reason(other, Reason.NO_POSITIVE if truth else Reason.NO_NEGATIVE))
