"""The cost-effectiveness frontier: strategies that nothing dominates, and the price of each step along them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics.amounts import ROUNDING, amounts
from evaluation.statistics.samples import DomainError, Mask, Numbers


@dataclass(frozen=True, slots=True)
class Frontier:
    """Positions of the strategies: on the frontier by rising cost, and those dominated, in the order given.

    `icer[i]` compares `frontier[i]` with the strategy before it: none for the first, nor for one of the same cost and effect.
    """

    frontier: tuple[int, ...]
    icer: tuple[float | None, ...]
    strongly_dominated: tuple[int, ...]
    extendedly_dominated: tuple[int, ...]

    @property
    def has_twins(self) -> bool:
        """Whether two strategies on the frontier have the same cost and the same effect."""
        return None in self.icer[1:]


def cost_effectiveness_frontier(cost: ArrayLike, effect: ArrayLike) -> Frontier:
    """Efficient strategies after strong, then extended dominance, with their sequential ratios [1]_.

    Parameters
    ----------
    cost, effect
        Shape (strategies,), complete; a higher effect is better, of any sign.

    Returns
    -------
    Frontier
        Strategies of the same cost and effect dominate neither one another nor differently: they stand or fall together. A ratio
        is lower than the one before it when it is so by more than the rounding of the differences.

    References
    ----------
    .. [1] Drummond 2015, Methods for the Economic Evaluation of Health Care Programmes.
    """
    costs, effects = amounts(cost), amounts(effect)
    if costs.shape != effects.shape or np.isnan(costs).any() or np.isnan(effects).any():
        raise DomainError("a strategy lacks its cost or its effect")
    order = np.lexsort((-effects, costs))
    strong = _strongly_dominated(costs[order], effects[order])
    kept = order[~strong]
    extended = _extendedly_dominated(costs[kept], effects[kept])
    frontier = kept[~extended]
    steps = zip(np.diff(costs[frontier]).tolist(), np.diff(effects[frontier]).tolist(), strict=True)
    ratios = [None if gain == 0 else price / gain for price, gain in steps]
    return Frontier(
        tuple(frontier.tolist()),
        (None, *ratios) if frontier.size else (),
        tuple(np.sort(order[strong]).tolist()),
        tuple(np.sort(kept[extended]).tolist()),
    )


def _strongly_dominated(cost: Numbers, effect: Numbers) -> Mask:
    """Strategies sorted by cost, then by falling effect: beaten by a cheaper one, or by one of the same cost."""
    if not cost.size:
        return np.zeros(0, dtype=bool)
    group = np.searchsorted(cost, cost, side="left")
    best = np.maximum.accumulate(effect)
    cheaper = np.where(group > 0, best[group - 1], -np.inf)
    return np.asarray((cheaper >= effect) | (effect < effect[group]))


def _extendedly_dominated(cost: Numbers, effect: Numbers) -> Mask:
    """Strategies that a mixture of two others beats: those off the lower convex hull; cost and effect never fall.

    One pass: a strategy whose ratio exceeds the next one's leaves, and the one before it is looked at again.
    """
    distinct = np.diff(cost, prepend=-np.inf) > 0
    costs, effects = cost[distinct].tolist(), effect[distinct].tolist()
    hull: list[int] = []
    for new in range(len(costs)):
        while len(hull) >= 2 and _ratio_falls(costs, effects, hull[-2], hull[-1], new):
            hull.pop()
        hull.append(new)
    on_hull = np.zeros(len(costs), dtype=bool)
    on_hull[hull] = True
    return np.asarray(~on_hull[np.cumsum(distinct) - 1])


def _ratio_falls(cost: list[float], effect: list[float], first: int, middle: int, last: int) -> bool:
    """Whether the ratio from `middle` to `last` is lower than from `first` to `middle`; all steps are upwards."""
    price_1, price_2 = cost[middle] - cost[first], cost[last] - cost[middle]
    gain_1, gain_2 = effect[middle] - effect[first], effect[last] - effect[middle]
    noise = max(abs(cost[first]), abs(cost[last])) * (gain_1 + gain_2)
    noise += max(abs(effect[first]), abs(effect[last])) * (price_1 + price_2)
    return price_1 * gain_2 - price_2 * gain_1 > ROUNDING / 4 * noise
