"""Miettinen-Nurminen score limits of a risk difference, of a risk ratio and of an odds ratio."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy import optimize

from evaluation.statistics.samples import normal_quantile

LOG_END = -300.0
"""Logarithms of ratios beyond this, either way, are not sought."""


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
    total = n1 + n2
    variance = _restricted_variance(events_1, n1, events_2, n2, difference) * total / (total - 1)
    return gap / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, gap)


def _restricted_variance(x1: float, n1: float, x2: float, n2: float, d: float) -> float:
    """p₁(1 − p₁)/n₁ + p₂(1 − p₂)/n₂ at the likeliest two risks whose difference is `d`.

    Groups change places, and events with their absence, until the second risk is the smaller and events are the rarer: rare
    events among millions of rows then keep their digits.
    """
    if d < 0:
        x1, n1, x2, n2, d = x2, n2, x1, n1, -d
    if 2 * (x1 + x2) > n1 + n2:
        x1, n1, x2, n2 = n2 - x2, n2, n1 - x1, n1
    smaller = _smaller_risk(float(x1), float(n1), float(x2), float(n2), d)
    larger = min(1.0, smaller + d)
    return larger * (1 - larger) / n1 + smaller * (1 - smaller) / n2


def _smaller_risk(x1: float, n1: float, x2: float, n2: float, d: float) -> float:
    """The likeliest p₂ in [0, 1 − d] when p₁ = p₂ + d: the root of a cubic, by its cosine form and then polished."""
    n = n1 + n2
    l3, l2 = n, (n1 + 2 * n2) * d - n - (x1 + x2)
    l1, l0 = (n2 * d - n - 2 * x2) * d + x1 + x2, x2 * d * (1 - d)
    if x2 == 0:  # one root is 0: the likeliest, unless the likelihood rises from there
        return 0.0 if l1 <= 0 else 2 * l1 / (-l2 + math.sqrt(max(l2 * l2 - 4 * l3 * l1, 0.0)))
    q = l2**3 / (3 * l3) ** 3 - l1 * l2 / (6 * l3**2) + l0 / (2 * l3)
    u = math.copysign(math.sqrt(max(l2**2 / (9 * l3**2) - l1 / (3 * l3), 0.0)), q)
    cosine = 0.0 if u == 0 else q / u**3
    w = (math.pi + math.acos(min(1.0, max(-1.0, cosine)))) / 3
    return _polished((l3, l2, l1, l0), 2 * u * math.cos(w) - l2 / (3 * l3), 1 - d)


def _polished(cubic: tuple[float, float, float, float], root: float, high: float) -> float:
    """The root of a cubic that falls through 0 between 0 and `high`, from an approximate one: Newton's steps, kept inside."""
    l3, l2, l1, l0 = cubic
    low, root = 0.0, min(high, max(0.0, root))
    for _ in range(200):
        value = ((l3 * root + l2) * root + l1) * root + l0
        slope = (3 * l3 * root + 2 * l2) * root + l1
        low, high = (root, high) if value > 0 else (low, root)
        better = root - value / slope if slope < 0 else low
        if not low < better < high:
            better = (low + high) / 2
        if abs(better - root) <= 1e-15 * better:
            return better
        root = better
    return root


def risk_ratio_limit(events_1: int, n1: int, events_2: int, n2: int, level: float, *, upper: bool) -> float:
    """The risk ratio at which the score statistic equals −z (`upper`) or z, with the factor N/(N − 1) [1]_.

    Parameters
    ----------
    events_1, n1, events_2, n2
        Counts of the two groups; some events.
    level
        Two-sided confidence level.
    upper
        Which of the two limits; the one on the side of a group without event does not exist.

    References
    ----------
    .. [1] Miettinen & Nurminen 1985, Stat Med 4:213.
    """
    return _ratio_limit(lambda ratio: risk_ratio_score(events_1, n1, events_2, n2, ratio), level, upper=upper)


def risk_ratio_score(events_1: int, n1: int, events_2: int, n2: int, ratio: float) -> float:
    """Z of the observed risks against `ratio` > 0, with the variance restricted to it; infinite over no variance."""
    total, events = n1 + n2, events_1 + events_2
    b = ratio * (n1 + events_2) + events_1 + n2
    p2 = min(1.0, 2 * events / (b + math.sqrt(max(b * b - 4 * total * ratio * events, 0.0))))
    p1 = min(1.0, ratio * p2)
    variance = (p1 * (1 - p1) / n1 + ratio * ratio * p2 * (1 - p2) / n2) * total / (total - 1)
    gap = events_1 / n1 - ratio * events_2 / n2
    if gap == 0:
        return 0.0
    return gap / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, gap)


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
    return _ratio_limit(lambda ratio: odds_ratio_score(events_1, n1, events_2, n2, ratio), level, upper=upper)


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


def _ratio_limit(score: Callable[[float], float], level: float, *, upper: bool) -> float:
    """The ratio at which a falling score equals −z (`upper`) or z, sought on the log; 0 or infinite beyond the machine's."""
    z = normal_quantile(level)
    target = -z if upper else z
    low, high = -1.0, 1.0
    while score(math.exp(low)) <= target:
        low *= 2
        if low < LOG_END:
            return 0.0
    while score(math.exp(high)) >= target:
        high *= 2
        if high > -LOG_END:
            return math.inf
    return math.exp(_falling_root(lambda log_ratio: score(math.exp(log_ratio)) - target, low, high))


def _falling_root(falling: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function crosses 0; the end beyond which it never does, when it does not cross."""
    if falling(low) <= 0:
        return low
    if falling(high) >= 0:
        return high
    return float(optimize.bisect(falling, low, high, xtol=1e-22, rtol=1e-15, maxiter=200))
