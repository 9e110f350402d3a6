"""The chance that a sum of independent normal increments first crosses a boundary at each of several looks."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from scipy import special

from evaluation.statistics.samples import DomainError, Numbers

WIDEST: Final = 38.5
"""Standard errors beyond which a normal density is no float any more."""
ENOUGH: Final = 9.5
"""Standard errors beyond which a normal tail is below 1e-20: nothing there is missed."""
POINTS: Final = 12
"""Gauss-Legendre nodes on each panel of two standard deviations of the finest increment: an error below 1e-12."""
MOST_NODES: Final = 2_000_000
CELLS: Final = 1_000_000
"""Pairs of nodes worked at a time."""

ROOTS, WEIGHTS = np.polynomial.legendre.leggauss(POINTS)


class Walk:
    """A standard Brownian motion looked at now and then, stopped where it lies beyond the boundary of a look [1]_.

    Between two looks the density of the walks that go on is kept at Gauss-Legendre nodes; the next look's density and crossing
    probability are integrals over them.

    References
    ----------
    .. [1] Armitage, McPherson & Rowe 1969, J R Stat Soc A 132:235; Jennison & Turnbull 2000, Group Sequential Methods, ch. 19.
    """

    def __init__(self, *, two_sided: bool) -> None:
        self._two_sided = two_sided
        self._time = 0.0
        self._nodes: Numbers = np.zeros(1)
        self._mass: Numbers = np.ones(1)

    @property
    def fresh(self) -> bool:
        """Whether no look was taken yet."""
        return self._time == 0

    def crossing(self, time: float, z: float) -> float:
        """Probability of going on until `time` and then lying at or above `z` standard errors."""
        spread = math.sqrt(time - self._time)
        return float(self._mass @ special.ndtr((self._nodes - z * math.sqrt(time)) / spread))

    def stop(self, time: float, z: float, until: float) -> None:
        """Take out the walks at or above `z` at `time` (two-sided: at or below −z too); the next look is at `until`."""
        spread, root = math.sqrt(time - self._time), math.sqrt(time)
        high = min(z, WIDEST)
        low = max(-high, -ENOUGH) if self._two_sided else min(-ENOUGH, high)
        nodes, weights = _panels(low * root, high * root, 2 * min(spread, math.sqrt(until - time)))
        reach = (ENOUGH + abs(high) * spread / root) * spread
        density = self._carried(nodes, spread, reach)
        self._time, self._nodes, self._mass = time, nodes, weights * density

    def _carried(self, points: Numbers, spread: float, reach: float) -> Numbers:
        """Density at `points` after an increment of that spread; nodes farther than `reach` add nothing a float can hold."""
        first = np.searchsorted(self._nodes, points - reach)
        last = np.searchsorted(self._nodes, points + reach, side="right")
        width = max(int((last - first).max()), 1)
        nodes = np.concatenate((self._nodes, np.zeros(width)))
        mass = np.concatenate((self._mass, np.zeros(width)))
        density = np.empty(points.size)
        rows = max(1, CELLS // width)
        for start in range(0, points.size, rows):
            part = slice(start, start + rows)
            near = first[part, None] + np.arange(width)
            steps = (points[part, None] - nodes[near]) / spread
            density[part] = (mass[near] * np.exp(-0.5 * steps**2)).sum(axis=1)
        return density / (spread * math.sqrt(2 * math.pi))


def _panels(low: float, high: float, width: float) -> tuple[Numbers, Numbers]:
    """Gauss-Legendre nodes and weights on [low, high], in equal panels no wider than `width`."""
    if (high - low) / width * POINTS > MOST_NODES:
        raise DomainError("two looks are too close together to tell them apart")
    count = max(1, math.ceil((high - low) / width))
    half = (high - low) / (2 * count)
    centres = low + half * (2 * np.arange(count) + 1)
    return (centres[:, None] + half * ROOTS).ravel(), np.tile(half * WEIGHTS, count)
