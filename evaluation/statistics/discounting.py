"""Discounting: present value, the yearly cost of an equipment, the population that a decision concerns."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics.amounts import amount, amounts, yearly_rate
from evaluation.statistics.samples import DomainError


@dataclass(frozen=True, slots=True)
class PresentValue:
    """A stream of cash flows today; `value` and `undiscounted` are none when a year is missing."""

    value: float | None
    undiscounted: float | None
    factors: tuple[float, ...]


def present_value(cash_flows: ArrayLike, rate: float) -> PresentValue:
    """Present value of yearly cash flows, the first one today and undiscounted [1]_.

    Parameters
    ----------
    cash_flows
        Shape (years,), in one currency; NaN for a missing year, which leaves no sum: dropping it would move the years after it.
    rate
        Yearly discount rate as a fraction, above −1.

    References
    ----------
    .. [1] Drummond 2015, Methods for the Economic Evaluation of Health Care Programmes.
    """
    flows = amounts(cash_flows)
    with np.errstate(over="ignore"):
        factors = (1 + yearly_rate(rate)) ** -np.arange(flows.size, dtype=np.float64)
    amounts(factors)
    if flows.size == 0 or np.isnan(flows).any():
        return PresentValue(None, None, tuple(factors.tolist()))
    return PresentValue(math.fsum(flows * factors), math.fsum(flows), tuple(factors.tolist()))


def equivalent_annual_cost(capital_cost: float, resale_value: float, years: float, rate: float) -> tuple[float, float]:
    """Annuity factor, and the constant yearly cost of buying now and reselling at the end, paid at the end of each year [1]_.

    Parameters
    ----------
    capital_cost, resale_value
        Paid today; received at the end of the last year.
    years
        Lifetime, above 0.
    rate
        Yearly discount rate as a fraction, above −1; 0 spreads the cost evenly.

    References
    ----------
    .. [1] Drummond 2015, Methods for the Economic Evaluation of Health Care Programmes.
    """
    if amount(years) <= 0:
        raise DomainError("a lifetime is above 0 years")
    growth = math.log1p(yearly_rate(rate))
    if -growth * years > 170:  # 1e75
        raise DomainError("the discount factor is too large")
    factor = -math.expm1(-growth * years) / rate if rate else years
    last = math.exp(-growth * years)
    return factor, amount((amount(capital_cost) - amount(resale_value) * last) / factor)


def effective_population(incidence: float, years: int, rate: float) -> float:
    """Persons of `years` years of constant incidence, discounted from the second year on [1]_.

    Parameters
    ----------
    incidence
        Persons per year, ≥ 0.
    years
        Horizon in whole years, ≥ 0.
    rate
        Yearly discount rate as a fraction, above −1.

    References
    ----------
    .. [1] Claxton 1999, J Health Econ 18:341; Philips, Claxton & Palmer 2008, Med Decis Making 28:501.
    """
    if amount(incidence) < 0 or years < 0:
        raise DomainError("an incidence or a horizon is negative")
    growth = math.log1p(yearly_rate(rate))
    if -growth * years > 170:
        raise DomainError("the discount factor is too large")
    return incidence * (-math.expm1(-growth * years) * (1 + rate) / rate if rate else float(years))


def population_evpi(evpi_per_person: float, incidence: float, years: int, rate: float) -> tuple[float, float]:
    """Effective population, and the expected value of perfect information for it; errors as in `effective_population`."""
    if amount(evpi_per_person) < 0:
        raise DomainError("an expected value of perfect information is negative")
    population = effective_population(incidence, years, rate)
    return population, evpi_per_person * population
