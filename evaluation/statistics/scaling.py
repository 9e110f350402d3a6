"""Measurements brought near 1 by a power of two, which changes no digit: squares then neither overflow nor vanish."""

from __future__ import annotations

import math

import numpy as np

from evaluation.statistics.samples import DomainError, Numbers


def brought_near_one(values: Numbers) -> tuple[Numbers, int]:
    """The values over 2ᵉ, the largest then in [1/2, 1), and e; an empty or zero array is itself, e = 0."""
    largest = float(np.abs(values).max()) if values.size else 0.0
    exponent = math.frexp(largest)[1]
    return np.ldexp(values, -exponent), exponent


def brought_back(value: float, exponent: int) -> float:
    """The value times 2ᵉ.

    Raises
    ------
    DomainError
        When it is more than a double holds.
    """
    try:
        return math.ldexp(value, exponent)
    except OverflowError as error:
        raise DomainError("the measurements are too large for their difference to be written") from error
