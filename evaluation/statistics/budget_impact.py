"""Budget impact: what a hospital or a payer spends more or less each year, year by year and without discounting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics.amounts import amount, amounts
from evaluation.statistics.samples import DomainError, Numbers


@dataclass(frozen=True, slots=True)
class Prices:
    """Unit costs of the two processes, saving per user, cost of each year and cost of the first; one currency."""

    unit_cost_new: float
    unit_cost_current: float
    offset_per_case: float = 0.0
    annual_fixed_cost: float = 0.0
    setup_cost: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is no amount."""
        for price in (self.unit_cost_new, self.unit_cost_current, self.offset_per_case, self.annual_fixed_cost):
            amount(price)
        amount(self.setup_cost)

    @property
    def per_user(self) -> float:
        """Net cost of one user of the new process."""
        return self.unit_cost_new - self.unit_cost_current - self.offset_per_case


@dataclass(frozen=True, slots=True)
class BudgetImpact:
    """Year by year: users, net impact (positive = spending) and its running sum; NaN for a year that is not known."""

    users: Numbers
    net_impact: Numbers
    cumulative: Numbers

    @property
    def total(self) -> float | None:
        """Sum over the years; none without years or with a missing one."""
        return float(self.cumulative[-1]) if self.cumulative.size and not np.isnan(self.cumulative[-1]) else None


def budget_impact(eligible: ArrayLike, uptake: ArrayLike, prices: Prices) -> BudgetImpact:
    """Net budget effect per year of replacing the current process by the new one [1]_.

    Parameters
    ----------
    eligible
        Shape (years,), persons per year from year 1, ≥ 0; NaN missing.
    uptake
        Shape (years,), share of them that use the new process, 0..1; NaN missing.
    prices
        Unit costs and yearly costs.

    Notes
    -----
    users = eligible × uptake, not rounded; net = users × (new − current − offset) + fixed, plus the set-up in the first year. A
    missing year is not imputed: its own figures and the running sums after it are not known.

    References
    ----------
    .. [1] Sullivan et al. 2014, Value Health 17:5 (ISPOR principles of good practice).
    """
    persons, shares = amounts(eligible), amounts(uptake)
    if persons.shape != shares.shape:
        raise DomainError("eligible persons and uptake are not of one length")
    if bool(np.any(persons < 0)) or bool(np.any((shares < 0) | (shares > 1))):
        raise DomainError("eligible persons are negative, or an uptake lies outside 0..1")
    users = persons * shares
    net = users * prices.per_user + prices.annual_fixed_cost
    net[:1] += prices.setup_cost
    return BudgetImpact(users, net, np.cumsum(net))
