"""The Mann-Whitney statistic under the null and without ties: its exact distribution and its quantiles."""

from __future__ import annotations

import math

import numpy as np

from evaluation.statistics.samples import Numbers

SMALL = 50
"""Below this size in both groups, and without ties, the Mann-Whitney p-value is exact."""
FEW = 30
"""Below this size in one group its distribution is counted, above it is read off the characteristic function."""
SLACK = 10 * float(np.finfo(np.float64).eps)
"""A probability this close to the one asked for reaches it: a level such as 0.9 is no binary fraction."""


def rank_sum_distribution(m: int, n: int) -> Numbers:
    """P(U = 0), …, P(U = mn) of the Mann-Whitney statistic of m values against n, under the null and without ties.

    The N values are met in rising order; each belongs to the m with the share of the m still to come, and then adds to U the
    number of the n met before it.
    """
    state = np.zeros((m + 1, m * n + 1))
    state[0, 0] = 1.0
    for met in range(m + n):
        left = m + n - met
        for ours in range(min(met, m), max(0, met - n) - 1, -1):
            theirs = met - ours
            if ours < m:
                state[ours + 1, theirs:] += state[ours, : m * n + 1 - theirs] * ((m - ours) / left)
            state[ours] *= (n - theirs) / left
    return np.asarray(state[m])


def rank_sum_quantile(m: int, n: int, tail: float) -> int:
    """The smallest u with P(U ≤ u) ≥ `tail`, for a lower tail of at most one half; groups of any size.

    Parameters
    ----------
    m, n
        Sizes of the two groups, at least 1.
    tail
        Probability in (0, ½].
    """
    small, large = min(m, n), max(m, n)
    if large < SMALL:
        lower = np.cumsum(rank_sum_distribution(m, n))
    elif small < FEW:
        lower = np.cumsum(_lower_half(small, large))
    else:
        return _inverted_quantile(small, large, tail)
    return int(np.argmax(lower >= tail - SLACK))


def _lower_half(small: int, large: int) -> Numbers:
    """P(U = u) up to half of the pairs: the Gaussian binomial, one quotient (1 − x^(large + j))/(1 − x^j) after another."""
    size = small * large // 2 + 1
    found = np.zeros(size)
    found[0] = 1.0
    for j in range(1, small + 1):
        padded = np.zeros(-(-size // j) * j)
        padded[:size] = found
        found = padded.reshape(-1, j).cumsum(axis=0).ravel()[:size]
        if large + j < size:
            found[large + j :] -= found[: size - large - j].copy()
        found *= j / (large + j)
    return found


def _inverted_quantile(small: int, large: int, tail: float) -> int:
    """The quantile from P(U ≤ u) = ½ + Σ over the frequencies of the characteristic function, which is a product of sines.

    The sum repeats the distribution every `period`, some twenty standard deviations: what it adds from there is far below the
    machine's precision, and so are the frequencies above nine over the standard deviation.
    """
    middle, spread = small * large / 2, math.sqrt(small * large * (small + large + 1) / 12)
    period = math.ceil(20 * spread)
    t = 2 * math.pi / period * np.arange(1, math.ceil(9 / spread * period / (2 * math.pi)) + 1)
    j = np.arange(1, small + 1)
    phi = np.array(
        [np.prod(j * np.sin((large + j) * one / 2) / ((large + j) * np.sin(j * one / 2))) for one in t.tolist()]
    )
    weight = phi / np.sin(t / 2)
    low, high = max(-1, math.floor(middle - 9 * spread)), math.ceil(middle)
    while high - low > 1:  # P(U ≤ low) falls short, P(U ≤ high) does not
        u = (low + high) // 2
        beyond = u - middle + 0.5
        reached = 0.5 + (beyond + float(weight @ np.sin(beyond * t))) / period
        low, high = (low, u) if reached >= tail - SLACK else (u, high)
    return high
