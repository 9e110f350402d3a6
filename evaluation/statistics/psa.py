"""Probabilistic sensitivity analysis: increments, expected net benefit, acceptability and the value of information."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation.statistics.amounts import ROUNDING, amounts, settled
from evaluation.statistics.increments import icer
from evaluation.statistics.samples import DomainError, Numbers

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Simulations:
    """Effects and costs of every strategy, shape (strategies, simulations), complete and finite."""

    effects: Numbers
    costs: Numbers
    dropped: int

    @property
    def n(self) -> int:
        """Simulations."""
        return int(self.effects.shape[1])

    @property
    def strategies(self) -> int:
        """Strategies."""
        return int(self.effects.shape[0])


@dataclass(frozen=True, slots=True)
class PsaIncrement:
    """One strategy against the reference: means over the simulations and percentile limits."""

    cost: float
    cost_low: float
    cost_high: float
    effect: float
    effect_low: float
    effect_high: float

    @property
    def icer(self) -> float | None:
        """Ratio of the two means where it may be read, never the mean of ratios."""
        return icer(self.cost, self.effect)


def simulations(effects: ArrayLike, costs: ArrayLike) -> Simulations:
    """Simulations from two tables of shape (simulations, strategies), NaN missing.

    A simulation that lacks a value for any strategy takes no part.

    Raises
    ------
    DomainError
        When the two tables are not of one shape, hold no strategy or an infinite value.
    """
    two = amounts(effects), amounts(costs)
    if two[0].ndim != 2 or two[0].shape != two[1].shape or two[0].shape[1] == 0:
        raise DomainError("effects and costs are not two tables of one shape")
    complete = ~(np.isnan(two[0]).any(axis=1) | np.isnan(two[1]).any(axis=1))
    kept = [np.ascontiguousarray(table[complete].T) for table in two]
    return Simulations(kept[0], kept[1], int(complete.size - np.count_nonzero(complete)))


def increments_against(given: Simulations, reference: int, level: float) -> list[PsaIncrement]:
    """Each strategy minus the reference within each simulation, in the order of the strategies [1]_.

    Parameters
    ----------
    given
        At least one simulation.
    reference
        Index of the comparator; its own increments are zeros.
    level
        Two-sided level of the percentile limits (quantiles of type 7).

    References
    ----------
    .. [1] Drummond 2015, Methods for the Economic Evaluation of Health Care Programmes; Briggs, Claxton & Sculpher 2006.
    """
    ends = (0.5 - level / 2, 0.5 + level / 2)

    def against(table: Numbers, strategy: int) -> tuple[float, float, float]:
        difference = table[strategy] - table[reference]
        scale = float(np.mean(np.abs(table[strategy])) + np.mean(np.abs(table[reference])))
        low, high = np.quantile(difference, ends)
        return settled(float(np.mean(difference)), scale), float(low), float(high)

    return [PsaIncrement(*against(given.costs, s), *against(given.effects, s)) for s in range(given.strategies)]


def expected_net_benefit(given: Simulations, wtp: Sequence[float]) -> Numbers:
    """Mean over simulations of λ·E − C; shape (strategies, willingnesses to pay)."""
    worth = np.outer(given.effects.mean(axis=1), amounts(wtp))
    return np.asarray(worth - given.costs.mean(axis=1)[:, None])


def best_strategies(given: Simulations, wtp: Sequence[float]) -> Indices:
    """Index of the strategy with the highest expected net benefit at each λ; a tie goes to the one listed first.

    Means that differ by no more than their rounding are a tie.
    """
    expected = expected_net_benefit(given, wtp)
    sizes = np.outer(np.abs(given.effects).mean(axis=1), np.abs(wtp)) + np.abs(given.costs).mean(axis=1)[:, None]
    return np.asarray(np.argmax(expected >= expected.max(axis=0) - ROUNDING * sizes.max(axis=0), axis=0))


def acceptability(given: Simulations, wtp: Sequence[float]) -> Numbers:
    """Share of the simulations in which each strategy has the highest net benefit of all [1]_.

    Returns
    -------
    array
        Shape (strategies, willingnesses to pay); each column sums to 1. A tie within a simulation goes to the strategy listed
        first.

    References
    ----------
    .. [1] Fenwick, Claxton & Sculpher 2001, Health Econ 10:779; Barton, Briggs & Fenwick 2008, Value Health 11:886.
    """
    shares = np.empty((given.strategies, len(wtp)))
    for at, value in enumerate(wtp):
        winner = np.zeros(given.n, dtype=np.intp)
        top = value * given.effects[0] - given.costs[0]
        for strategy, net in _others(given, value):
            winner[net > top] = strategy
            np.maximum(top, net, out=top)
        shares[:, at] = np.bincount(winner, minlength=given.strategies) / given.n
    return shares


def evpi(given: Simulations, wtp: Sequence[float]) -> Numbers:
    """Expected value of perfect information per person at each λ: E[max NMB] − max E[NMB], ≥ 0 [1]_.

    Computed as the mean of what the best strategy on average falls short of the best in each simulation: exactly 0 when it is
    the best in all.

    References
    ----------
    .. [1] Claxton 1999, J Health Econ 18:341.
    """
    found = np.empty(len(wtp))
    for at, (value, best) in enumerate(zip(wtp, best_strategies(given, wtp), strict=True)):
        chosen = value * given.effects[best] - given.costs[best]
        top = value * given.effects[0] - given.costs[0]
        for _, net in _others(given, value):
            np.maximum(top, net, out=top)
        found[at] = np.mean(top - chosen)
    return found


def _others(given: Simulations, wtp: float) -> Iterator[tuple[int, Numbers]]:
    """Net benefits of the strategies after the first, one at a time: the memory holds one row of simulations."""
    for strategy in range(1, given.strategies):
        yield strategy, wtp * given.effects[strategy] - given.costs[strategy]
