"""Fieller's confidence set of a cost-effectiveness ratio: an interval, two rays or the whole line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from numpy.typing import ArrayLike

from evaluation.estimate import Estimate, Extra, NotEstimable, Result
from evaluation.statistics.amounts import amount
from evaluation.statistics.increments import Increments, complete_arm, counts, empty, increments
from evaluation.statistics.samples import DomainError, normal_quantile
from evaluation.vocabulary import Flag, Reason

METHOD = "fieller_normal"
WITHOUT_RATIO: Final = {
    "SE": Reason.DOMINANT,
    "NW": Reason.DOMINATED,
    "SW": Reason.LESS_COSTLY_LESS_EFFECTIVE,
}
"""Quadrants where no ratio can be held against a willingness to pay."""


@dataclass(frozen=True, slots=True)
class FiellerSet:
    """The ratios that the data do not refuse.

    `bounded`: from `low` to `high`. `exclusive`: everything at or below `low` and at or above `high`. `whole_line`: every ratio,
    without limits.
    """

    shape: str
    low: float | None = None
    high: float | None = None

    @property
    def flags(self) -> tuple[Flag, ...]:
        """Whether a reader must know that the set is no interval."""
        return () if self.shape == "bounded" else (Flag.UNBOUNDED_SET,)


@dataclass(frozen=True, slots=True)
class Summary:
    """Two increments with their standard errors and the correlation of the two."""

    delta_cost: float
    se_cost: float
    delta_effect: float
    se_effect: float
    correlation: float

    def __post_init__(self) -> None:
        """Refuse what no pair of estimates can have."""
        for value in (self.delta_cost, self.se_cost, self.delta_effect, self.se_effect):
            amount(value)
        if self.se_cost < 0 or self.se_effect < 0:
            raise DomainError("a standard error is negative")
        if not -1 <= self.correlation <= 1:
            raise DomainError("a correlation lies outside -1..1")


def fieller(given: Summary, level: float) -> FiellerSet:
    """The ratios ΔC/ΔE that a two-sided normal test at `level` does not refuse [1]_.

    Parameters
    ----------
    given
        The two increments, their standard errors and correlation.
    level
        Two-sided confidence level.

    Notes
    -----
    With z the normal quantile: a = ΔE² − z²Var(ΔE), b = ΔC·ΔE − z²Cov, c = ΔC² − z²Var(ΔC), limits (b ± √(b² − ac))/a. Cost and
    effect are each brought to their own scale first, so that euros in millions against thousandths of a QALY lose no digits;
    the root of larger modulus is computed first, the other one from the product of the two.

    References
    ----------
    .. [1] Fieller 1954, J R Stat Soc B 16:175; Willan & O'Brien 1996, Health Econ 5:297.
    """
    z = normal_quantile(level)
    unit_cost = max(abs(given.delta_cost), given.se_cost) or 1.0
    unit_effect = max(abs(given.delta_effect), given.se_effect) or 1.0
    cost, noise_c = given.delta_cost / unit_cost, z * given.se_cost / unit_cost
    effect, noise_e = given.delta_effect / unit_effect, z * given.se_effect / unit_effect
    noise_both = given.correlation * noise_c * noise_e
    a = (effect - noise_e) * (effect + noise_e)
    b = cost * effect - noise_both
    c = (cost - noise_c) * (cost + noise_c)
    # b² − ac without the terms that cancel
    under = (cost * noise_e) ** 2 + (effect * noise_c) ** 2 - 2 * cost * effect * noise_both
    under -= (noise_c * noise_e) ** 2 * (1 - given.correlation) * (1 + given.correlation)
    if a == 0 or (a < 0 and under <= 0):
        return FiellerSet("whole_line")
    far = b + math.copysign(math.sqrt(max(under, 0.0)), b)
    roots = (far / a, c / far) if far else (0.0, 0.0)
    unit = unit_cost / unit_effect
    low, high = (root * unit + 0.0 for root in sorted(roots))
    return FiellerSet("bounded" if a > 0 else "exclusive", low, high)


def summary(found: Increments) -> Summary | None:
    """Increments as summary numbers; none when an arm of one case leaves no variance."""
    if found.cost.se is None or found.effect.se is None or found.covariance is None:
        return None
    product = found.cost.se * found.effect.se
    correlation = min(max(found.covariance / product, -1.0), 1.0) if product else 0.0
    return Summary(found.cost.value, found.cost.se, found.effect.value, found.effect.se, correlation)


def icer_interval(
    cost_with: ArrayLike, effect_with: ArrayLike, cost_without: ArrayLike, effect_without: ArrayLike, level: float
) -> Result:
    """The incremental cost-effectiveness ratio, with the tool against without, with Fieller's confidence set [1]_.

    Parameters
    ----------
    cost_with, effect_with, cost_without, effect_without
        One value a case, NaN missing; only cases that have both take part.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        A number only where more effect costs more (NE): the only quadrant where a lower ratio is better. The limits are infinite
        where the set is no interval, flagged; `extras` then say its shape and roots. Dominant, dominated and less for less are
        reasons of their own. `extras`: n_intervention, n_control, incremental_cost, incremental_effect, quadrant, shape,
        limit_low, limit_high, effect_z. Never pooled: ratios of sites have no common scale.

    References
    ----------
    .. [1] Willan & O'Brien 1996, Health Econ 5:297; Briggs & Fenn 1998, Health Econ 7:723.
    """
    arms = complete_arm(cost_with, effect_with), complete_arm(cost_without, effect_without)
    found = increments(*arms, level)
    if found is None:
        return empty(*arms, METHOD)
    known = summary(found)
    region = FiellerSet("") if known is None else fieller(known, level)
    extras: dict[str, Extra] = {
        **counts(found),
        "incremental_cost": found.cost.value,
        "incremental_effect": found.effect.value,
        "quadrant": found.quadrant,
        "effect_z": effect_z(found),
        "shape": region.shape or None,
        "limit_low": region.low,
        "limit_high": region.high,
    }
    reason = _reason(found)
    ratio = found.icer
    if reason is not None or ratio is None:
        return NotEstimable(reason or Reason.NO_EFFECT_DIFFERENCE, found.n, METHOD, ratio, extras=extras)
    low = region.low if region.shape == "bounded" and region.low is not None else -math.inf
    high = region.high if region.shape == "bounded" and region.high is not None else math.inf
    return Estimate(ratio, low, high, level, found.n, METHOD, region.flags, extras)


def effect_z(found: Increments) -> float | None:
    """ΔE over its standard error, signed; none without a standard error above 0."""
    return found.effect.value / found.effect.se if found.effect.se else None


def _reason(found: Increments) -> Reason | None:
    """Why the scorecard holds no ratio: the quadrant first, then a missing variance."""
    if found.effect.value == 0:
        return Reason.NO_EFFECT_DIFFERENCE
    if found.quadrant in WITHOUT_RATIO:
        return WITHOUT_RATIO[found.quadrant]
    if found.cost.se is None or found.effect.se is None:
        return Reason.TOO_FEW
    return Reason.NO_VARIATION if found.cost.se == 0 or found.effect.se == 0 else None
