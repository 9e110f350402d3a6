"""Several tests of one family: p-values adjusted for their number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics.samples import DomainError, Numbers


def adjusted_p_values(p_values: ArrayLike, method: str) -> Numbers:
    """The p-values of one family, adjusted for their number.

    Parameters
    ----------
    p_values
        Shape (m,), in [0, 1]; NaN missing: it stays missing in its place and does not count.
    method
        `bonferroni`, `holm` [1]_, `hochberg` [2]_, `hommel` [3]_ (time grows as m²), `bh` [4]_ or `by` [5]_.

    Returns
    -------
    ndarray
        Shape (m,), in the order given, at most 1.

    Raises
    ------
    DomainError
        A p-value outside [0, 1], an unknown method.

    References
    ----------
    .. [1] Holm 1979, Scand J Stat 6:65.
    .. [2] Hochberg 1988, Biometrika 75:800.
    .. [3] Hommel 1988, Biometrika 75:383; Wright 1992, Biometrics 48:1005.
    .. [4] Benjamini & Hochberg 1995, J R Stat Soc B 57:289.
    .. [5] Benjamini & Yekutieli 2001, Ann Stat 29:1165.
    """
    values = np.atleast_1d(np.asarray(p_values, dtype=np.float64))
    if method not in METHODS:
        raise DomainError(f"an adjustment is one of {', '.join(METHODS)}")
    known = np.flatnonzero(~np.isnan(values))
    family = values[known]
    if np.any((family < 0) | (family > 1)):
        raise DomainError("a p-value lies outside [0, 1]")
    order = known[np.argsort(family, kind="stable")]
    adjusted = values.copy()
    if order.size > 1:
        adjusted[order] = np.minimum(METHODS[method](values[order]), 1.0)
    return adjusted


def _bonferroni(rising: Numbers) -> Numbers:
    return rising.size * rising


def _left(rising: Numbers) -> Numbers:
    """How many hypotheses a step-down test has left at each p-value: m, m − 1, …, 1."""
    return np.arange(rising.size, 0, -1, dtype=np.float64)


def _holm(rising: Numbers) -> Numbers:
    return np.maximum.accumulate(_left(rising) * rising)


def _from_the_largest(steps: Numbers) -> Numbers:
    return np.asarray(np.minimum.accumulate(steps[::-1])[::-1])


def _hochberg(rising: Numbers) -> Numbers:
    return _from_the_largest(_left(rising) * rising)


def _benjamini_hochberg(rising: Numbers) -> Numbers:
    return _from_the_largest(rising.size / np.arange(1, rising.size + 1) * rising)


def _benjamini_yekutieli(rising: Numbers) -> Numbers:
    places = np.arange(1, rising.size + 1)
    return _from_the_largest((1 / places).sum() * rising.size / places * rising)


def _hommel(rising: Numbers) -> Numbers:
    """Wright's algorithm: for each size j of a subset, the Simes test of the j largest and what it leaves the others."""
    m = rising.size
    least = float((m * rising / np.arange(1, m + 1)).min())
    worst = np.full(m, least)
    for j in range(m - 1, 1, -1):
        first = m - j + 1
        simes = float((j * rising[first:] / np.arange(2, j + 1)).min())
        subset = np.empty(m)
        subset[:first] = np.minimum(j * rising[:first], simes)
        subset[first:] = subset[first - 1]
        np.maximum(worst, subset, out=worst)
    return np.asarray(np.maximum(worst, rising))


METHODS: Final[Mapping[str, Callable[[Numbers], Numbers]]] = MappingProxyType(
    {
        "bonferroni": _bonferroni,
        "holm": _holm,
        "hochberg": _hochberg,
        "hommel": _hommel,
        "bh": _benjamini_hochberg,
        "by": _benjamini_yekutieli,
    }
)
"""Adjustment → what it makes of two or more p-values in rising order, before the cut at 1."""
