"""Two measurements of the same subjects: bias and limits of agreement of Bland and Altman."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from evaluation.estimate import Estimate, NotEstimable, PoolingTerm, Result
from evaluation.statistics.samples import DomainError, measured, student_quantile, variance
from evaluation.statistics.scaling import brought_back, brought_near_one
from evaluation.vocabulary import Reason

METHOD: Final = "limits_1.96_sd_approx_t"
WIDTH: Final = 1.96
"""Half width of the limits of agreement in standard deviations, as published; it does not follow the level."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the plot, in the unit of the measurements: its height, standard error and limits; `None` where unknown."""

    value: float | None = None
    se: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Bias and limits of agreement of `n` pairs; `reason` says why limits or intervals are missing."""

    n: int
    sd: float | None = None
    bias: Line = Line()
    lower: Line = Line()
    upper: Line = Line()
    reason: Reason | None = None


def bland_altman(first: ArrayLike, second: ArrayLike, level: float) -> Agreement:
    """Bias and 95 % limits of agreement of the differences first − second [1]_, each with an approximate t interval.

    Parameters
    ----------
    first, second
        Shape (n,), paired measurements in the same unit; NaN missing, complete pairs only.
    level
        Two-sided level of the three intervals; the limits of agreement themselves do not follow it.

    Returns
    -------
    Agreement
        No pair: nothing (`NO_ROWS`). One pair: the bias alone (`TOO_FEW`). Differences that are all the same, or differ by no
        more than the rounding of the measurements: limits equal to the bias, no interval (`NO_VARIATION`).

    Raises
    ------
    DomainError
        Columns of different lengths, an infinite measurement, or a difference too large to be written.

    References
    ----------
    .. [1] Bland & Altman 1986, Lancet 1:307; 1999, Stat Methods Med Res 8:135.
    """
    x, y = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 1:
        raise DomainError("the two measurements are not of the same subjects")
    known = ~(np.isnan(x) | np.isnan(y))
    pairs, exponent = brought_near_one(measured(np.concatenate((x[known], y[known]))))
    n = pairs.size // 2
    if n == 0:
        return Agreement(0, reason=Reason.NO_ROWS)
    difference = pairs[:n] - pairs[n:]
    bias = float(difference.mean())
    if n == 1:
        return Agreement(1, bias=_line(bias, None, None, exponent), reason=Reason.TOO_FEW)
    sd = math.sqrt(variance(difference))
    if sd <= 4 * np.finfo(np.float64).eps:  # of measurements near 1: their last digit
        same = _line(bias, None, None, exponent)
        return Agreement(n, 0.0, same, same, same, Reason.NO_VARIATION)
    t, se = student_quantile(level, n - 1), sd / math.sqrt(n)
    return Agreement(
        n,
        brought_back(sd, exponent),
        _line(bias, se, t, exponent),
        _line(bias - WIDTH * sd, math.sqrt(3) * se, t, exponent),
        _line(bias + WIDTH * sd, math.sqrt(3) * se, t, exponent),
    )


def _line(value: float, se: float | None, t: float | None, exponent: int) -> Line:
    height = brought_back(value, exponent)
    if se is None or t is None:
        return Line(height)
    low, high = (brought_back(value + sign * t * se, exponent) for sign in (-1, 1))
    return Line(height, brought_back(se, exponent), low, high)


def agreement_line(
    first: ArrayLike, second: ArrayLike, level: float, which: Literal["bias", "lower", "upper"]
) -> Result:
    """The bias or one limit of agreement as an indicator of its own.

    Parameters
    ----------
    first, second, level
        As in `bland_altman`.
    which
        The line of the plot.

    Returns
    -------
    Estimate or NotEstimable
        In the unit of the measurements. `extras`: se, sd, bias, lower_limit, upper_limit. Pooled on its own scale with the
        squared standard error.
    """
    found = bland_altman(first, second, level)
    line: Line = getattr(found, which)
    heights = {"bias": found.bias.value, "lower_limit": found.lower.value, "upper_limit": found.upper.value}
    extras = {"se": line.se, "sd": found.sd, **heights}
    if line.value is None or line.se is None or line.low is None or line.high is None:
        return NotEstimable(found.reason or Reason.TOO_FEW, found.n, METHOD, line.value, extras=extras)
    term = PoolingTerm(line.value, line.se**2)
    return Estimate(line.value, line.low, line.high, level, found.n, METHOD, extras=extras, pooling=term)
