"""Increments of cost and of effect between two arms, their quadrant and the ratio that may be read there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.amounts import amounts, settled
from evaluation.statistics.means import METHOD, Difference, welch
from evaluation.statistics.samples import DomainError, Numbers
from evaluation.vocabulary import Flag, Reason


@dataclass(frozen=True, slots=True)
class Arm:
    """Cost and effect of the cases of one arm that have both; shapes (n,), complete."""

    cost: Numbers
    effect: Numbers

    @property
    def n(self) -> int:
        """Complete cases."""
        return self.cost.size


@dataclass(frozen=True, slots=True)
class Increments:
    """Differences of mean cost and mean effect, intervention − control; `covariance` is that of the two differences."""

    n_intervention: int
    n_control: int
    cost: Difference
    effect: Difference
    covariance: float | None

    @property
    def n(self) -> int:
        """Complete cases of both arms."""
        return self.n_intervention + self.n_control

    @property
    def icer(self) -> float | None:
        """The ratio where it may be read."""
        return icer(self.cost.value, self.effect.value)

    @property
    def plain_ratio(self) -> float | None:
        """ΔC/ΔE in any quadrant; none over an effect of 0."""
        return None if self.effect.value == 0 else self.cost.value / self.effect.value + 0.0

    @property
    def quadrant(self) -> str:
        """The quadrant of the two differences."""
        return quadrant(self.cost.value, self.effect.value)

    @property
    def flags(self) -> tuple[Flag, ...]:
        """What the quadrant obliges a reader to know, and whether an effect without variation has no interval."""
        bare = self.cost.reason is None and self.effect.reason is not None
        return (*quadrant_flags(self.cost.value, self.effect.value), *(Flag.DEGENERATE,) * bare)


def complete_arm(cost: ArrayLike, effect: ArrayLike) -> Arm:
    """The cases of one arm that have both a cost and an effect.

    Raises
    ------
    DomainError
        For an infinite value, or when the two columns are not of one length.
    """
    costs, effects = amounts(cost), amounts(effect)
    if costs.shape != effects.shape:
        raise DomainError("costs and effects are not of one length")
    known = ~(np.isnan(costs) | np.isnan(effects))
    return Arm(costs[known], effects[known])


def increments(intervention: Arm, control: Arm, level: float) -> Increments | None:
    """Differences of the means with Welch's intervals, for cost and for effect separately; none with an empty arm."""
    if intervention.n == 0 or control.n == 0:
        return None
    cost = _difference(intervention.cost, control.cost, level)
    effect = _difference(intervention.effect, control.effect, level)
    lone = min(intervention.n, control.n) < 2
    covariance = None if lone else _covariance(intervention) + _covariance(control)
    return Increments(intervention.n, control.n, cost, effect, covariance)


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

    Raises
    ------
    DomainError
        For an infinite value, or when the cost and the effect of an arm are not of one length.

    References
    ----------
    .. [1] Drummond 2015, Methods for the Economic Evaluation of Health Care Programmes; Briggs & Fenn 1998, Health Econ 7:723.
    """
    arms = complete_arm(cost_with, effect_with), complete_arm(cost_without, effect_without)
    found = increments(*arms, level)
    if found is None:
        return empty(*arms, METHOD, ("se_cost", "incremental_effect", *_EFFECT, "covariance", "icer", "quadrant"))
    extras: dict[str, Extra] = {
        **counts(found),
        "se_cost": found.cost.se,
        "incremental_effect": found.effect.value,
        "se_effect": found.effect.se,
        "effect_ci_low": found.effect.low,
        "effect_ci_high": found.effect.high,
        "covariance": found.covariance,
        "icer": found.icer,
        "quadrant": found.quadrant,
    }
    return _one_value(found.cost, found, level, extras, found.flags)


_EFFECT = ("se_effect", "effect_ci_low", "effect_ci_high")


def incremental_effect(
    cost_with: ArrayLike, effect_with: ArrayLike, cost_without: ArrayLike, effect_without: ArrayLike, level: float
) -> Result:
    """Difference in mean effect, with the tool − without, over the cases that have both a cost and an effect.

    Parameters and edges as in `incremental_cost_effect`. `extras`: n_intervention, n_control, se, df, t, p_value. Pooled on its
    own scale with the squared standard error.
    """
    arms = complete_arm(cost_with, effect_with), complete_arm(cost_without, effect_without)
    found = increments(*arms, level)
    if found is None:
        return empty(*arms, METHOD)
    effect = found.effect
    inference: dict[str, Extra] = {"se": effect.se, "df": effect.df, "t": effect.t, "p_value": effect.p_value}
    return _one_value(effect, found, level, {**counts(found), **inference}, ())


def quadrant(delta_cost: float, delta_effect: float) -> str:
    """`NE`, `NW`, `SE` or `SW`: N when the cost rises, else S; E when the effect rises, else W."""
    return ("N" if delta_cost > 0 else "S") + ("E" if delta_effect > 0 else "W")


def icer(delta_cost: float, delta_effect: float) -> float | None:
    """ΔC/ΔE in NE and SW; none in NW and SE, where one of the two is simply better, nor over an effect of 0."""
    if delta_effect == 0 or quadrant(delta_cost, delta_effect) in ("NW", "SE"):
        return None
    return delta_cost / delta_effect + 0.0  # minus zero is zero


def quadrant_flags(delta_cost: float, delta_effect: float) -> tuple[Flag, ...]:
    """What the quadrant obliges a reader of a ratio to know; nothing in NE."""
    if delta_effect == 0:
        return (Flag.NO_RATIO,)
    where = quadrant(delta_cost, delta_effect)
    if where == "NE":
        return ()
    return (Flag.RATIO_REVERSED,) if where == "SW" else (Flag.RATIO_UNREADABLE,)


def verdict(delta_cost: float, delta_effect: float) -> str | None:
    """The verdict on a pair of increments [1]_; none when both are 0.

    On an axis, what is worse in nothing and better in one is `dominant`, and the other way round `dominated`.

    References
    ----------
    .. [1] Briggs & Fenn 1998, Health Econ 7:723.
    """
    if delta_cost == 0 and delta_effect == 0:
        return None
    if delta_cost <= 0 <= delta_effect:
        return "dominant"
    if delta_effect <= 0 <= delta_cost:
        return "dominated"
    return "more_costly_more_effective" if delta_effect > 0 else "less_costly_less_effective"


def counts(found: Increments) -> dict[str, Extra]:
    """The complete cases of the two arms."""
    return {"n_intervention": found.n_intervention, "n_control": found.n_control}


def empty(intervention: Arm, control: Arm, method: str, names: tuple[str, ...] = ()) -> NotEstimable:
    """The answer when an arm has no complete case; `names` are further keys without a value."""
    n = intervention.n + control.n
    extras: dict[str, Extra] = {"n_intervention": intervention.n, "n_control": control.n, **dict.fromkeys(names)}
    return NotEstimable(Reason.EMPTY_GROUP if n else Reason.NO_ROWS, n, method, extras=extras)


def _one_value(
    found: Difference,
    both: Increments,
    level: float,
    extras: dict[str, Extra],
    flags: tuple[Flag, ...],
) -> Result:
    if found.se is None or found.low is None or found.high is None:
        return NotEstimable(found.reason or Reason.TOO_FEW, both.n, METHOD, found.value, flags, extras)
    term = PoolingTerm(found.value, found.se**2)
    return Estimate(found.value, found.low, found.high, level, both.n, METHOD, flags, extras, term)


def _difference(intervention: Numbers, control: Numbers, level: float) -> Difference:
    found = welch(intervention, control, level)
    scale = max(float(np.mean(np.abs(intervention))), float(np.mean(np.abs(control))))
    return replace(found, value=settled(found.value, scale))


def _covariance(arm: Arm) -> float:
    """Sample covariance within the arm over its size; exactly 0 when cost or effect is constant."""
    if any(column[0] == column.min() == column.max() for column in (arm.cost, arm.effect)):
        return 0.0
    product = float(np.dot(arm.cost - arm.cost.mean(), arm.effect - arm.effect.mean()))
    return product / (arm.n - 1) / arm.n
