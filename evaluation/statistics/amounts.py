"""Amounts of money and of effect, cleaned of what no budget and no patient can hold."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics.samples import DomainError, Numbers

LARGEST = 1e75
"""Beyond it the square of a product would overflow; no currency and no scale of effects comes near."""
ROUNDING = 8 * float(np.finfo(np.float64).eps)
"""What the rounding of a mean may leave of a difference of zero, relative to the values."""


def amounts(values: ArrayLike) -> Numbers:
    """The values as float64, NaN for missing.

    Raises
    ------
    DomainError
        For an infinite value, or one beyond 1e75 in absolute value.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.size and not bool(np.all(np.isnan(array) | (np.abs(array) <= LARGEST))):
        raise DomainError("an amount is infinite or too large")
    return array


def amount(value: float) -> float:
    """One finite amount; errors as in `amounts`, and for NaN."""
    if not abs(value) <= LARGEST:
        raise DomainError("an amount is missing, infinite or too large")
    return float(value)


def settled(difference: float, scale: float) -> float:
    """The difference, or exactly 0 where it is nothing but the rounding of values of size `scale`.

    Two arms with the same mean must not yield a ratio over 1e-17.
    """
    return 0.0 if math.fabs(difference) <= ROUNDING * scale else difference


def yearly_rate(rate: float) -> float:
    """A yearly rate as a fraction, above −1."""
    if not -1 < rate < LARGEST:
        raise DomainError("a yearly rate lies above -1")
    return float(rate)
