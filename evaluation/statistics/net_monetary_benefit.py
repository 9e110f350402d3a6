"""Incremental net monetary benefit: what an effect is worth at a willingness to pay, less what it costs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from numpy.typing import ArrayLike
from scipy import special

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.amounts import amount
from evaluation.statistics.increments import Increments, complete_arm, counts, empty, increments
from evaluation.statistics.samples import normal_quantile
from evaluation.vocabulary import Reason

METHOD = "normal_delta"
CANCELLED = 1e-13
"""Share of its two parts under which a variance is what rounding left of an exact cancellation."""


@dataclass(frozen=True, slots=True)
class NetBenefit:
    """λΔE − ΔC at one willingness to pay; `probability` is that of a positive one, by the normal approximation."""

    value: float
    se: float | None = None
    low: float | None = None
    high: float | None = None
    probability: float | None = None


def net_benefit(found: Increments, wtp: float, level: float) -> NetBenefit:
    """The net benefit of increments at the willingness to pay `wtp`, per unit of effect.

    An arm of one case leaves the value alone; no variation leaves a standard error of 0 and no interval.
    """
    value = amount(wtp) * found.effect.value - found.cost.value
    if found.cost.se is None or found.effect.se is None or found.covariance is None:
        return NetBenefit(value)
    parts = (wtp * found.effect.se) ** 2 + found.cost.se**2
    variance = parts - 2 * wtp * found.covariance
    if variance <= CANCELLED * parts:
        return NetBenefit(value, 0.0)
    se = math.sqrt(variance)
    half = normal_quantile(level) * se
    return NetBenefit(value, se, value - half, value + half, float(special.ndtr(value / se)))


def incremental_net_benefit(
    cost_with: ArrayLike,
    effect_with: ArrayLike,
    cost_without: ArrayLike,
    effect_without: ArrayLike,
    wtp: float,
    level: float,
) -> Result:
    """Incremental net monetary benefit λΔE − ΔC, with the tool − without; positive = worth its cost [1]_.

    Parameters
    ----------
    cost_with, effect_with, cost_without, effect_without
        One value a case, NaN missing; only cases that have both take part.
    wtp
        Willingness to pay λ, in the currency of the costs per unit of effect.
    level
        Two-sided confidence level; normal quantile.

    Returns
    -------
    Estimate or NotEstimable
        `extras`: n_intervention, n_control, wtp, se, ceac_parametric (probability that it is positive), incremental_cost,
        incremental_effect. Defined in every quadrant. Pooled on its own scale with the squared standard error.

    References
    ----------
    .. [1] Stinnett & Mullahy 1998, Med Decis Making 18:S68.
    """
    arms = complete_arm(cost_with, effect_with), complete_arm(cost_without, effect_without)
    found = increments(*arms, level)
    if found is None:
        return empty(*arms, METHOD)
    net = net_benefit(found, wtp, level)
    extras: dict[str, Extra] = {
        **counts(found),
        "wtp": float(wtp),
        "se": net.se,
        "ceac_parametric": net.probability,
        "incremental_cost": found.cost.value,
        "incremental_effect": found.effect.value,
    }
    if net.se is None or net.low is None or net.high is None:
        reason = Reason.TOO_FEW if net.se is None else Reason.NO_VARIATION
        return NotEstimable(reason, found.n, METHOD, net.value, extras=extras)
    term = PoolingTerm(net.value, net.se**2)
    return Estimate(net.value, net.low, net.high, level, found.n, METHOD, extras=extras, pooling=term)
