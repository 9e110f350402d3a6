"""Difference of mean cost, alone or beside the difference of mean effect."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.means import METHOD, Difference, mean_difference, welch
from evaluation.statistics.samples import DomainError, Numbers
from evaluation.vocabulary import Reason


def cost_difference(with_tool: ArrayLike, without_tool: ArrayLike, level: float) -> Result:
    """Mean cost per case with − without, in euros; `extras` and edges as in `mean_difference`.

    Means, not medians, carry a budget: the sum of the cases is what the hospital pays.
    """
    return mean_difference(with_tool, without_tool, level)


def incremental_cost_effect(
    cost_with: ArrayLike, effect_with: ArrayLike, cost_without: ArrayLike, effect_without: ArrayLike, level: float
) -> Result:
    """Difference in mean cost and mean effect, with the tool − without, over the cases that have both [1]_.

    Parameters
    ----------
    cost_with, effect_with, cost_without, effect_without
        One value a case, NaN missing; cost and effect of an arm have the same shape.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        The incremental cost. `extras`: n_intervention, n_control, se_cost, incremental_effect, se_effect, effect_ci_low,
        effect_ci_high, covariance (of the two differences), icer, quadrant. The ICER exists where more effect costs more (NE)
        and where less effect costs less (SW, a saving per unit lost), never in NW or SE nor over an effect of 0.

    References
    ----------
    .. [1] Drummond 2015, Methods for the Economic Evaluation of Health Care Programmes; Briggs & Fenn 1998.
    """
    cost_1, effect_1 = _pairs(cost_with, effect_with)
    cost_0, effect_0 = _pairs(cost_without, effect_without)
    n = cost_1.size + cost_0.size
    if cost_1.size == 0 or cost_0.size == 0:
        return NotEstimable(Reason.EMPTY_GROUP, n, METHOD)
    cost, effect = welch(cost_1, cost_0, level), welch(effect_1, effect_0, level)
    extras: dict[str, Extra] = {
        "n_intervention": cost_1.size,
        "n_control": cost_0.size,
        "se_cost": cost.se,
        "incremental_effect": effect.value,
        "se_effect": effect.se,
        "effect_ci_low": effect.low,
        "effect_ci_high": effect.high,
        "covariance": None if cost.se is None else _covariance(cost_1, effect_1) + _covariance(cost_0, effect_0),
        **_ratio(cost, effect),
    }
    if cost.se is None or cost.low is None or cost.high is None:
        return NotEstimable(cost.reason or Reason.TOO_FEW, n, METHOD, cost.value, extras=extras)
    term = PoolingTerm(cost.value, cost.se**2)
    return Estimate(cost.value, cost.low, cost.high, level, n, METHOD, extras=extras, pooling=term)


def _pairs(cost: ArrayLike, effect: ArrayLike) -> tuple[Numbers, Numbers]:
    costs, effects = np.asarray(cost, dtype=np.float64), np.asarray(effect, dtype=np.float64)
    known = ~(np.isnan(costs) | np.isnan(effects))
    costs, effects = costs[known], effects[known]
    if not bool(np.all(np.isfinite(costs) & np.isfinite(effects))):
        raise DomainError("a cost or an effect is infinite")
    return costs, effects


def _covariance(cost: Numbers, effect: Numbers) -> float:
    return float(np.cov(cost, effect, ddof=1)[0, 1]) / cost.size


def _ratio(cost: Difference, effect: Difference) -> dict[str, Extra]:
    quadrant = ("N" if cost.value > 0 else "S") + ("E" if effect.value > 0 else "W")
    exists = quadrant in ("NE", "SW") and effect.value != 0
    return {"icer": cost.value / effect.value if exists else None, "quadrant": quadrant}
