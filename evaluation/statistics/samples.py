"""What every statistic shares: the quantiles of a level, and columns cleaned of missing or impossible values."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from evaluation.vocabulary import Reason

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]


class DomainError(ValueError):
    """A value that its column cannot hold: an answer that is neither 0 nor 1, more events than rows, an infinite time."""


def normal_quantile(level: float) -> float:
    """The standard normal quantile of a two-sided level in (0, 1): 1.959963984540054 at 0.95."""
    return float(special.ndtri(0.5 + level / 2))


def student_quantile(level: float, df: float) -> float:
    """The quantile of Student's t with `df` degrees of freedom (real) for a two-sided level."""
    return float(special.stdtrit(df, 0.5 + level / 2))


def normal_p(z: float) -> float:
    """Two-sided p-value of a standard normal statistic."""
    return float(2 * special.ndtr(-abs(z)))


def student_p(t: float, df: float) -> float:
    """Two-sided p-value of a Student statistic."""
    return float(2 * special.stdtr(df, -abs(t)))


def measured(values: ArrayLike) -> Numbers:
    """The values that are there, as float64.

    Raises
    ------
    DomainError
        For an infinite value.
    """
    array = np.asarray(values, dtype=np.float64)
    known = array[~np.isnan(array)]
    if np.isinf(known).any():
        raise DomainError("a measurement is infinite")
    return known


def binary(values: ArrayLike) -> Numbers:
    """0, 1 or NaN for missing, unchanged.

    Raises
    ------
    DomainError
        For any other value.
    """
    array = np.asarray(values, dtype=np.float64)
    if not bool(np.all((array == 0) | (array == 1) | np.isnan(array))):
        raise DomainError("a value is neither 0 nor 1")
    return array


def variance(values: Numbers) -> float:
    """Sample variance, denominator n − 1; exactly 0 for a constant column, whatever rounding does to its mean."""
    if values[0] == values.min() == values.max():
        return 0.0
    return float(np.var(values, ddof=1))


def empty_reason(rows: int, reason: Reason) -> Reason:
    """`reason` where there are rows, `NO_ROWS` where there are none at all."""
    return reason if rows else Reason.NO_ROWS


def logit(p: float) -> float:
    """ln(p / (1 − p)), p in (0, 1)."""
    return math.log(p) - math.log1p(-p)
