"""Change within pairs: the same units measured without the tool and with it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.groups import complete_pairs
from evaluation.statistics.pairwise import walsh_median
from evaluation.statistics.ranks import midranks
from evaluation.statistics.samples import Numbers, normal_p, student_p, student_quantile, variance
from evaluation.vocabulary import Reason

METHOD = "paired_t_and_wilcoxon_signed_rank"


@dataclass(frozen=True, slots=True)
class PairedChange:
    """Change after − before over complete pairs; `reason` says why the t inference is missing.

    `v_statistic` is the rank sum of the positive changes, `hodges_lehmann` the median of the Walsh averages; all but `n` are
    `None` without any pair, and the p-value of the signed ranks is where every change is 0.
    """

    n: int
    mean_difference: float | None = None
    se: float | None = None
    t: float | None = None
    p_value_t: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    v_statistic: float | None = None
    p_value_wilcoxon: float | None = None
    hodges_lehmann: float | None = None
    reason: Reason | None = None


def paired_change(before: ArrayLike, after: ArrayLike, level: float) -> PairedChange:
    """Mean change with its t interval, Wilcoxon's signed ranks and the Hodges-Lehmann change [1]_.

    Parameters
    ----------
    before, after
        Shape (n,), in the order of the pairs; NaN missing.
    level
        Two-sided confidence level of the t interval.

    Notes
    -----
    The signed ranks leave the changes of 0 out; their p-value is the normal approximation at every n, with the corrections
    for ties and for continuity. The Walsh averages are those of all changes, zeros included.

    References
    ----------
    .. [1] Student 1908, Biometrika 6:1; Wilcoxon 1945, Biometrics Bull 1:80; Hodges & Lehmann 1963, Ann Math Stat 34:598.
    """
    first, second = complete_pairs(before, after)
    change = second - first
    n = int(change.size)
    if n == 0:
        return PairedChange(0, reason=Reason.NO_ROWS)
    mean, se, reason = _mean(first, second, change)
    t = p = low = high = None
    if reason is None and se is not None:
        half = student_quantile(level, n - 1) * se
        t, low, high = mean / se, mean - half, mean + half
        p = student_p(t, n - 1)
    v, p_ranks = _signed_ranks(change)
    return PairedChange(n, mean, se, t, p, low, high, v, p_ranks, walsh_median(change), reason)


def paired_mean_difference(before: ArrayLike, after: ArrayLike, level: float) -> Result:
    """Mean change after − before over complete pairs, with its t interval.

    Parameters
    ----------
    before, after
        Shape (n,), in the order of the pairs; NaN missing.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        In the outcome's unit. `extras`: those of `PairedChange`. Pooled on its own scale with the squared standard error. One
        pair, or the same change in all: the change without an interval.
    """
    found = paired_change(before, after, level)
    extras: dict[str, Extra] = {
        "se": found.se,
        "t": found.t,
        "p_value_t": found.p_value_t,
        "v_statistic": found.v_statistic,
        "p_value_wilcoxon": found.p_value_wilcoxon,
        "hodges_lehmann": found.hodges_lehmann,
    }
    value, low, high, se = found.mean_difference, found.ci_low, found.ci_high, found.se
    if value is None or low is None or high is None or se is None:
        return NotEstimable(found.reason or Reason.NO_ROWS, found.n, METHOD, value, extras=extras)
    return Estimate(value, low, high, level, found.n, METHOD, (), extras, PoolingTerm(value, se**2))


def _mean(first: Numbers, second: Numbers, change: Numbers) -> tuple[float, float | None, Reason | None]:
    """Mean change and its standard error, or why there is none; a spread of the size of rounding is none."""
    mean = float(change.mean())
    if change.size < 2:
        return mean, None, Reason.TOO_FEW
    se = math.sqrt(variance(change) / change.size)
    size = max(abs(float(first.mean())), abs(float(second.mean())))
    if se <= 10 * np.finfo(np.float64).eps * size:
        return mean, 0.0, Reason.NO_VARIATION
    return mean, se, None


def _signed_ranks(change: Numbers) -> tuple[float, float | None]:
    """V and its p-value; no p-value where nothing changes."""
    moved = change[change != 0]
    k = int(moved.size)
    if k == 0:
        return 0.0, None
    v = float(midranks(np.abs(moved))[moved > 0].sum())
    sizes = np.unique(np.unique(np.abs(moved), return_counts=True)[1], return_counts=True)
    tied = sum(times * (t**3 - t) for t, times in zip(sizes[0].tolist(), sizes[1].tolist(), strict=True))
    excess = v - k * (k + 1) / 4
    spread = math.sqrt((2 * k * (k + 1) * (2 * k + 1) - tied) / 48)
    return v, normal_p((excess - math.copysign(0.5, excess)) / spread if excess else 0.0)
