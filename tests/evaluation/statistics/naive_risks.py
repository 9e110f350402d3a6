"""Restricted likelihoods maximised by bisection in fifty decimal digits: slow, and written from the definition alone."""

import math
from decimal import Decimal, localcontext

STEPS = 130


def _falling(f, low, high):
    """Where a falling function crosses 0 between low and high; an end when it does not."""
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if f(middle) > 0 else (low, middle)
    return (low + high) / 2


def _slope(counts, risks, gains):
    """Slope of the log-likelihood, ±1 beyond the ends where it is infinite."""
    total = Decimal(0)
    for (x, n), p, gain in zip(counts, risks, gains, strict=True):
        if (x > 0 and p <= 0) or (n > x and p >= 1):
            return Decimal(1 if p <= 0 else -1)
        total += gain * ((x / p if x else 0) - ((n - x) / (1 - p) if n > x else 0))
    return total


def difference_score(x1, n1, x2, n2, d):
    with localcontext() as context:
        context.prec = 50
        x1, n1, x2, n2, d = (Decimal(v) for v in (x1, n1, x2, n2, d))
        counts = ((x1, n1), (x2, n2))
        p2 = _falling(lambda p: _slope(counts, (p + d, p), (1, 1)), max(Decimal(0), -d), min(Decimal(1), 1 - d))
        return _z(x1 / n1 - x2 / n2 - d, p2 + d, p2, n1, n2, Decimal(1))


def ratio_score(x1, n1, x2, n2, ratio):
    with localcontext() as context:
        context.prec = 50
        x1, n1, x2, n2, ratio = (Decimal(v) for v in (x1, n1, x2, n2, ratio))
        counts = ((x1, n1), (x2, n2))
        p2 = _falling(lambda p: _slope(counts, (ratio * p, p), (ratio, 1)), Decimal(0), min(Decimal(1), 1 / ratio))
        return _z(x1 / n1 - ratio * x2 / n2, ratio * p2, p2, n1, n2, ratio)


def odds_score(x1, n1, x2, n2, ratio):
    """Expected events of group 1 when the margins are kept, found from the quadratic's definition by bisection."""
    with localcontext() as context:
        context.prec = 50
        x1, n1, x2, n2, ratio = (Decimal(v) for v in (x1, n1, x2, n2, ratio))

        def first(p2):
            return ratio * p2 / (1 - p2 + ratio * p2)

        p2 = _falling(lambda p: x1 + x2 - n1 * first(p) - n2 * p, Decimal(0), Decimal(1))
        p1 = first(p2)
        information = 1 / (n1 * p1 * (1 - p1)) + 1 / (n2 * p2 * (1 - p2))
        return float((x1 - n1 * p1) * (information * (n1 + n2 - 1) / (n1 + n2)).sqrt())


def _z(gap, p1, p2, n1, n2, weight):
    variance = (p1 * (1 - p1) / n1 + weight**2 * p2 * (1 - p2) / n2) * (n1 + n2) / (n1 + n2 - 1)
    if variance <= Decimal(10) ** -35:
        return 0.0 if gap == 0 else math.copysign(math.inf, gap)
    return float(gap / variance.sqrt())
