"""Measurements of two groups or of pairs, cleaned: what is missing set aside, what no measurement can be refused."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics.samples import DomainError, Numbers, measured

LARGEST = 1e150
"""No measurement is larger: its square would leave the machine's numbers."""


def measurements(values: ArrayLike) -> Numbers:
    """The values that are there, as float64.

    Raises
    ------
    DomainError
        For an infinite value, or one beyond ±1e150.
    """
    known = measured(values)
    if known.size and float(np.abs(known).max()) > LARGEST:
        raise DomainError("a measurement is beyond 1e150")
    return known


def two_samples(with_tool: ArrayLike, without_tool: ArrayLike) -> tuple[Numbers, Numbers]:
    """`measurements` of two groups."""
    return measurements(with_tool), measurements(without_tool)


def complete_pairs(first: ArrayLike, second: ArrayLike) -> tuple[Numbers, Numbers]:
    """The pairs of which both values are there.

    Parameters
    ----------
    first, second
        Shape (n,), in the order of the pairs; NaN missing.

    Raises
    ------
    DomainError
        For columns of unequal length, an infinite value or one beyond ±1e150.
    """
    one, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if one.shape != other.shape:
        raise DomainError("the two columns of pairs differ in length")
    known = ~(np.isnan(one) | np.isnan(other))
    return two_samples(one[known], other[known])


def exponential(log: float) -> float:
    """The number of a logarithm; infinite beyond the machine's, as a limit read off two rows can be."""
    try:
        return math.exp(log)
    except OverflowError:
        return math.inf
