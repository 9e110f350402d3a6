"""Group-sequential designs: boundaries of repeated looks at accumulating data, by error spending or of a classic shape."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from evaluation.statistics.crossing import WIDEST, Walk
from evaluation.statistics.samples import DomainError, Numbers
from evaluation.statistics.settings import positive, share

LEAST: Final = 5e-324
"""The smallest probability that a float holds."""
FINE: Final = 1e-12
SLACK: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Upper boundaries `z` at the looks, the error spent on that side up to each, and their one-sided nominal p-values.

    A look that spends no error that a float can hold has an infinite boundary.
    """

    z: Numbers
    cumulative_alpha: Numbers
    nominal_p: Numbers


def spending_boundaries(
    information: ArrayLike, spending: str, alpha: float, sides: float, parameter: float | None = None
) -> Boundaries:
    """Efficacy boundaries on the z scale from an error-spending function [1]_.

    Parameters
    ----------
    information
        Shape (looks,), fractions of the planned information, rising, in (0, 1].
    spending
        `obrien_fleming` or `pocock` (the spending functions of their type [1]_), `hwang_shih_decani` [2]_, `kim_demets` [3]_.
    alpha
        Total error, over both sides when `sides` is 2; in (0, 1).
    sides
        1, or 2: then the lower boundary −z also stops.
    parameter
        γ of `hwang_shih_decani`, ρ > 0 of `kim_demets`.

    Raises
    ------
    DomainError
        Fractions that do not rise or leave (0, 1], an unknown function, a parameter missing or outside its domain.

    References
    ----------
    .. [1] Lan & DeMets 1983, Biometrika 70:659.
    .. [2] Hwang, Shih & De Cani 1990, Stat Med 9:1439.
    .. [3] Kim & DeMets 1987, Biometrika 74:149.
    """
    times, one_side = _looks(information), share(alpha, "alpha") / _sides(sides)
    if spending not in SPENDING:
        raise DomainError(f"a spending function is one of {', '.join(SPENDING)}")
    spent = SPENDING[spending](times, one_side, parameter)
    walk = Walk(two_sided=sides == 2)
    z = np.empty(times.size)
    for look, step in enumerate(np.diff(spent, prepend=0.0).tolist()):
        z[look] = _boundary(walk, float(times[look]), step, lowest=0.0 if sides == 2 else -WIDEST)
        if look + 1 < times.size:
            walk.stop(float(times[look]), float(z[look]), until=float(times[look + 1]))
    return Boundaries(z, spent, special.ndtr(-z))


def classic_boundaries(information: ArrayLike, boundary: str, alpha: float, sides: float) -> Boundaries:
    """Boundaries of a constant shape, `pocock` z = C [1]_ or `obrien_fleming` z = C/√t [2]_, that spend `alpha` in all.

    Parameters
    ----------
    information, alpha, sides
        As in `spending_boundaries`; the last fraction is 1 where the last O'Brien-Fleming boundary shall be C itself.
    boundary
        The shape.

    Raises
    ------
    DomainError
        As `spending_boundaries`; an unknown shape.

    References
    ----------
    .. [1] Pocock 1977, Biometrika 64:191.
    .. [2] O'Brien & Fleming 1979, Biometrics 35:549.
    """
    times, one_side = _looks(information), share(alpha, "alpha") / _sides(sides)
    if boundary not in SHAPES:
        raise DomainError(f"a boundary is one of {', '.join(SHAPES)}")
    if times.size == 0:
        return Boundaries(times, times, times)
    shape = SHAPES[boundary](times)
    # the look of the lowest boundary alone spends no more than all looks, and these no more than so many times its error
    least = float(shape.min())
    low = -float(special.ndtri(one_side)) / least
    high = max(-float(special.ndtri(one_side / times.size)), 0.0) / least
    constant = low
    if times.size > 1:
        two_sided = sides == 2
        constant = optimize.brentq(
            lambda c: float(_spent(times, c * shape, two_sided=two_sided)[-1]) - one_side,
            low - SLACK,
            high + SLACK,
            xtol=FINE,
        )
    z = constant * shape
    return Boundaries(z, _spent(times, z, two_sided=sides == 2), special.ndtr(-z))


def _spent(times: Numbers, z: Numbers, *, two_sided: bool) -> Numbers:
    """Probability of having first crossed the upper boundary by each look."""
    walk = Walk(two_sided=two_sided)
    crossed = np.empty(times.size)
    for look, (time, limit) in enumerate(zip(times.tolist(), z.tolist(), strict=True)):
        crossed[look] = walk.crossing(time, limit)
        if look + 1 < times.size:
            walk.stop(time, limit, until=float(times[look + 1]))
    return np.cumsum(crossed)


def _boundary(walk: Walk, time: float, step: float, lowest: float) -> float:
    """The z whose crossing at `time` spends `step`."""
    if step <= 0:
        return math.inf
    if walk.fresh:
        return -float(special.ndtri(step))

    def excess(z: float) -> float:
        return math.log(max(walk.crossing(time, z), LEAST)) - math.log(step)

    if excess(WIDEST) > 0:
        return math.inf
    if excess(lowest) < 0:
        return lowest
    return float(optimize.brentq(excess, lowest, WIDEST, xtol=FINE))


def _looks(information: ArrayLike) -> Numbers:
    times = np.atleast_1d(np.asarray(information, dtype=np.float64))
    if not bool(np.all((times > 0) & (times <= 1))) or bool(np.any(np.diff(times) <= 0)):
        raise DomainError("the information fractions rise and lie in (0, 1]")
    return times


def _sides(sides: float) -> float:
    if sides not in (1, 2):
        raise DomainError("a test has one side or two")
    return float(sides)


def _obrien_fleming(times: Numbers, alpha: float, _: float | None) -> Numbers:
    return np.asarray(2 * special.ndtr(special.ndtri(alpha / 2) / np.sqrt(times)))


def _pocock(times: Numbers, alpha: float, _: float | None) -> Numbers:
    return alpha * np.log1p((math.e - 1) * times)


def _hwang_shih_decani(times: Numbers, alpha: float, gamma: float | None) -> Numbers:
    rate = _finite(gamma)
    if rate == 0:
        return alpha * times
    if rate > 0:
        return alpha * np.expm1(-rate * times) / math.expm1(-rate)
    return (
        alpha * np.exp(rate * (1 - times)) * np.expm1(rate * times) / math.expm1(rate)
    )  # the same, that cannot overflow


def _kim_demets(times: Numbers, alpha: float, rho: float | None) -> Numbers:
    return np.asarray(alpha * times ** positive(_finite(rho), "the spending parameter ρ"))


def _finite(parameter: float | None) -> float:
    if parameter is None or not math.isfinite(parameter):
        raise DomainError("this spending function needs its parameter, a finite number")
    return float(parameter)


SPENDING: Final[Mapping[str, Callable[[Numbers, float, float | None], Numbers]]] = MappingProxyType(
    {
        "obrien_fleming": _obrien_fleming,
        "pocock": _pocock,
        "hwang_shih_decani": _hwang_shih_decani,
        "kim_demets": _kim_demets,
    }
)
"""Spending function → the error spent up to each fraction of information, on one side."""

SHAPES: Final[Mapping[str, Callable[[Numbers], Numbers]]] = MappingProxyType(
    {"pocock": np.ones_like, "obrien_fleming": lambda times: np.asarray(1 / np.sqrt(times))}
)
"""Classic shape → the boundary at each fraction of information, for C = 1."""
