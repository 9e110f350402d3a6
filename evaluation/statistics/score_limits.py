"""Miettinen-Nurminen score limits of a risk difference and of an odds ratio."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy import optimize

from evaluation.statistics.samples import normal_quantile


def difference_limits(events_1: int, n1: int, events_2: int, n2: int, level: float) -> tuple[float, float]:
    """The risk differences at which the score statistic equals ±z, with the factor N/(N − 1) [1]_.

    Parameters
    ----------
    events_1, n1, events_2, n2
        Counts of the two groups, n1 and n2 > 0.
    level
        Two-sided confidence level.

    References
    ----------
    .. [1] Miettinen & Nurminen 1985, Stat Med 4:213.
    """
    z = normal_quantile(level)
    value = events_1 / n1 - events_2 / n2

    def excess(difference: float) -> float:
        return difference_score(events_1, n1, events_2, n2, difference)

    low = _falling_root(lambda d: excess(d) - z, -1.0, value)
    high = _falling_root(lambda d: excess(d) + z, value, 1.0)
    return low, high


def difference_score(events_1: int, n1: int, events_2: int, n2: int, difference: float) -> float:
    """Z of the observed risk difference against `difference`, with the variance restricted to it; infinite over no variance."""
    gap = events_1 / n1 - events_2 / n2 - difference
    if gap == 0:
        return 0.0
    p1, p2 = _restricted_risks(float(events_1), float(n1), float(events_2), float(n2), difference)
    total = n1 + n2
    variance = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * total / (total - 1)
    return gap / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, gap)


def _restricted_risks(x1: float, n1: float, x2: float, n2: float, d: float) -> tuple[float, float]:
    """The likeliest two risks whose difference is `d`: the root of a cubic, by its cosine form, kept in [0, 1]."""
    n = n1 + n2
    l3 = n
    l2 = (n1 + 2 * n2) * d - n - (x1 + x2)
    l1 = (n2 * d - n - 2 * x2) * d + x1 + x2
    l0 = x2 * d * (1 - d)
    q = l2**3 / (3 * l3) ** 3 - l1 * l2 / (6 * l3**2) + l0 / (2 * l3)
    u = math.copysign(math.sqrt(max(l2**2 / (9 * l3**2) - l1 / (3 * l3), 0.0)), q)
    cosine = 0.0 if u == 0 else q / u**3
    w = (math.pi + math.acos(min(1.0, max(-1.0, cosine)))) / 3
    p2 = 2 * u * math.cos(w) - l2 / (3 * l3)
    p2 = min(1.0, max(0.0, p2))
    return min(1.0, max(0.0, p2 + d)), p2


def odds_ratio_limit(events_1: int, n1: int, events_2: int, n2: int, level: float, *, upper: bool) -> float:
    """The odds ratio at which the score statistic equals −z (`upper`) or z, with the factor N/(N − 1) [1]_.

    Parameters
    ----------
    events_1, n1, events_2, n2
        Counts of the two groups; some events and some rows without.
    level
        Two-sided confidence level.
    upper
        Which of the two limits; the one on the side of a zero cell does not exist.

    References
    ----------
    .. [1] Miettinen & Nurminen 1985, Stat Med 4:213.
    """
    z = normal_quantile(level)
    target = -z if upper else z

    def excess(log_ratio: float) -> float:
        return odds_ratio_score(events_1, n1, events_2, n2, math.exp(log_ratio)) - target

    low, high = -1.0, 1.0
    while excess(low) <= 0:
        low *= 2
    while excess(high) >= 0:
        high *= 2
    return math.exp(_falling_root(excess, low, high))


def odds_ratio_score(events_1: int, n1: int, events_2: int, n2: int, ratio: float) -> float:
    """Z of the table against `ratio` > 0: events of group 1 less those expected when the margins are kept."""
    total, events = n1 + n2, events_1 + events_2
    b = n1 * ratio + n2 - events * (ratio - 1)
    root = math.sqrt(b * b + 4 * n2 * (ratio - 1) * events)
    # two forms of one root: the sum of two numbers of the same sign loses no digits
    p2 = 2 * events / (b + root) if b > 0 else (root - b) / (2 * n2 * (ratio - 1))
    odds = ratio * p2
    p1, q1, q2 = odds / (1 - p2 + odds), (1 - p2) / (1 - p2 + odds), 1 - p2
    information = 1 / (n1 * p1 * q1) + 1 / (n2 * p2 * q2)
    return (events_1 - n1 * p1) * math.sqrt(information * (total - 1) / total)


def _falling_root(falling: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function crosses 0; the end beyond which it never does, when it does not cross."""
    if falling(low) <= 0:
        return low
    if falling(high) >= 0:
        return high
    return float(optimize.bisect(falling, low, high, xtol=1e-15, rtol=1e-15, maxiter=200))
