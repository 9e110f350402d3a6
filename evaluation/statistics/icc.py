"""Intraclass correlations of k raters on n subjects: the five forms of Shrout and Fleiss, with McGraw and Wong's intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evaluation.estimate import Estimate, Extra, NotEstimable, Result
from evaluation.statistics.samples import Numbers, measured
from evaluation.statistics.scaling import brought_near_one
from evaluation.vocabulary import Flag, Reason

METHOD: Final = "shrout_fleiss_mcgraw_wong"
FORMS: Final = ("icc_1_1", "icc_2_1", "icc_3_1", "icc_2_k", "icc_3_k")
NOISE: Final = (4 * float(np.finfo(np.float64).eps)) ** 2
"""A squared deviation below this, of ratings near 1, is the rounding of their last digit."""


@dataclass(frozen=True, slots=True)
class Form:
    """One form of the coefficient; `None` where it, or its interval, does not exist."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Intraclass:
    """The five forms by name, the F test of form 3,1, and why something is missing (`reason`)."""

    n_subjects: int
    n_raters: int
    forms: Mapping[str, Form] = field(default_factory=lambda: MappingProxyType(dict.fromkeys(FORMS, Form())))
    f: float | None = None
    p_value: float | None = None
    flags: tuple[Flag, ...] = ()
    reason: Reason | None = None

    @property
    def df1(self) -> int:
        """Degrees of freedom of the subjects."""
        return max(self.n_subjects - 1, 0)

    @property
    def df2(self) -> int:
        """Degrees of freedom of the residual."""
        return self.df1 * max(self.n_raters - 1, 0)


@dataclass(frozen=True, slots=True)
class MeanSquares:
    """Two-way mean squares of n subjects and k raters: subjects, raters, residual, and one-way within subjects."""

    n: int
    k: int
    subjects: float
    raters: float
    residual: float
    within: float


def mean_squares(ratings: Numbers) -> MeanSquares:
    """Mean squares of complete ratings near 1, shape (n ≥ 2, k ≥ 2); what is the rounding of the ratings is exactly 0.

    All but the subjects' are computed on the differences from the first rater, so that identical raters leave no residual;
    the subjects' on their differences from the first subject, so that identical subjects leave no variance.
    """
    n, k = ratings.shape
    differences = np.ascontiguousarray((ratings - ratings[:, :1]).T)  # a rater a row: sums run along memory, pairwise
    by_rater = differences.mean(axis=1)
    by_subject = differences.mean(axis=0)
    residual = differences - by_subject - by_rater[:, None] + by_rater.mean()
    subject_means = ratings[:, 0] - ratings[0, 0] + by_subject
    subject_means -= subject_means[0]
    squares = (  # each with how often a rating enters it
        (k, float(((subject_means - subject_means.mean()) ** 2).sum()) / (n - 1)),
        (n, float(((by_rater - by_rater.mean()) ** 2).sum()) / (k - 1)),
        (1, float((residual**2).sum()) / ((n - 1) * (k - 1))),
        (1, float(((differences - by_subject) ** 2).sum()) / (n * (k - 1))),
    )
    return MeanSquares(n, k, *(times * square if square > NOISE else 0.0 for times, square in squares))


def intraclass(ratings: ArrayLike, level: float) -> Intraclass:
    """Five intraclass correlations [1]_ with the intervals of McGraw and Wong [2]_.

    Parameters
    ----------
    ratings
        Shape (subjects, raters), numbers; NaN missing, complete rows only.
    level
        Two-sided confidence level.

    Returns
    -------
    Intraclass
        No limit is cut. Fewer than two subjects or raters, or all values equal: no form. No residual (raters who differ by a
        constant at most): form 3 is 1, and neither F nor the intervals that read the residual exist. A negative coefficient
        is kept, flagged.

    Raises
    ------
    DomainError
        An infinite rating.

    References
    ----------
    .. [1] Shrout & Fleiss 1979, Psychol Bull 86:420.
    .. [2] McGraw & Wong 1996, Psychol Methods 1:30.
    """
    table = np.asarray(ratings, dtype=np.float64)
    measured(table)
    table = table[~np.isnan(table).any(axis=1)]
    n, k = table.shape
    if n < 2 or k < 2:
        return Intraclass(n, k, reason=Reason.TOO_FEW if n and k else Reason.NO_ROWS)
    squares = mean_squares(brought_near_one(table)[0])
    if max(squares.subjects, squares.within) == 0:
        return Intraclass(n, k, reason=Reason.NO_VARIATION)
    one, three = _one_way(squares, level), _consistency(squares, level)
    two = _agreement(squares, level)
    found = dict(zip(FORMS, (one, two[0], three[0], two[1], three[1]), strict=True))
    negative = any(form.value is not None and form.value < 0 for form in found.values())
    flags: tuple[Flag, ...] = (Flag.NEGATIVE_AGREEMENT,) if negative else ()
    missing = any(form.low is None for form in found.values())
    flags += (Flag.DEGENERATE,) * missing
    reason = Reason.NO_VARIATION if missing else None
    if squares.residual == 0:
        reason = Reason.PERFECT_AGREEMENT if squares.within == 0 else reason
        return Intraclass(n, k, MappingProxyType(found), flags=flags, reason=reason)
    f = squares.subjects / squares.residual
    p = float(special.fdtrc(n - 1, (n - 1) * (k - 1), f))
    return Intraclass(n, k, MappingProxyType(found), f, p, flags, reason)


def _quantile(level: float, numerator: float, denominator: float) -> float:
    return float(special.fdtri(numerator, denominator, 0.5 + level / 2))


def _ratio(numerator: float, denominator: float) -> float | None:
    """The quotient, `None` where it is none."""
    if denominator == 0:
        return None
    found = numerator / denominator
    return found if math.isfinite(found) else None


def _f_limits(f: float, df1: int, df2: int, level: float) -> tuple[float, float]:
    """Limits of a ratio of expected mean squares."""
    return f / _quantile(level, df1, df2), f * _quantile(level, df2, df1)


def _one_way(m: MeanSquares, level: float) -> Form:
    """Form 1,1: each subject has raters of its own."""
    value = _ratio(m.subjects - m.within, m.subjects + (m.k - 1) * m.within)
    if m.within == 0:
        return Form(value)
    low, high = _f_limits(m.subjects / m.within, m.n - 1, m.n * (m.k - 1), level)
    return Form(value, (low - 1) / (low + m.k - 1), (high - 1) / (high + m.k - 1))


def _consistency(m: MeanSquares, level: float) -> tuple[Form, Form]:
    """Forms 3,1 and 3,k: these raters and no others; what a rater adds to every subject does not count."""
    single = _ratio(m.subjects - m.residual, m.subjects + (m.k - 1) * m.residual)
    average = _ratio(m.subjects - m.residual, m.subjects)
    if m.residual == 0:
        return Form(single), Form(average)
    low, high = _f_limits(m.subjects / m.residual, m.n - 1, (m.n - 1) * (m.k - 1), level)
    limits = ((f - 1) / (f + m.k - 1) for f in (low, high))
    averages = (1 - 1 / low, 1 - 1 / high) if low > 0 else (None, None)
    return Form(single, *limits), Form(average, *averages)


def _agreement(m: MeanSquares, level: float) -> tuple[Form, Form]:
    """Forms 2,1 and 2,k: raters drawn at random, absolute agreement; the second's limits by Spearman and Brown."""
    n, k, r, c, e = m.n, m.k, m.subjects, m.raters, m.residual
    single = _ratio(r - e, r + (k - 1) * e + k / n * (c - e))
    average = _ratio(r - e, r + (c - e) / n)
    if e == 0 or single is None or single == 1:
        return Form(single), Form(average)
    a = k * single / (n * (1 - single))
    b = 1 + k * single * (n - 1) / (n * (1 - single))
    v = _ratio((a * c + b * e) ** 2, (a * c) ** 2 / (k - 1) + (b * e) ** 2 / ((n - 1) * (k - 1)))
    if not v:
        return Form(single), Form(average)
    f1, f2 = _quantile(level, n - 1, v), _quantile(level, v, n - 1)
    w = k * c + (k * n - k - n) * e
    low, high = _ratio(n * (r - f1 * e), f1 * w + n * r), _ratio(n * (f2 * r - e), w + n * f2 * r)
    if low is None or high is None:
        return Form(single), Form(average)
    return Form(single, low, high), Form(average, *(_ratio(k * x, 1 + (k - 1) * x) for x in (low, high)))


def icc_2_1(ratings: ArrayLike, level: float) -> Result:
    """Single-rater absolute agreement, raters drawn at random: form 2,1 as an indicator of its own.

    Parameters
    ----------
    ratings, level
        As in `intraclass`.

    Returns
    -------
    Estimate or NotEstimable
        `extras`: n_subjects, n_raters, icc_3_1, icc_2_k. Sites are not pooled: the coefficient has no standard variance in
        closed form.
    """
    found = intraclass(ratings, level)
    form = found.forms["icc_2_1"]
    extras: dict[str, Extra] = {name: found.forms[name].value for name in ("icc_3_1", "icc_2_k")}
    extras |= {"n_subjects": found.n_subjects, "n_raters": found.n_raters}
    flags = (Flag.NEGATIVE_AGREEMENT,) if form.value is not None and form.value < 0 else ()
    if form.value is None or form.low is None or form.high is None:
        return NotEstimable(found.reason or Reason.NO_VARIATION, found.n_subjects, METHOD, form.value, flags, extras)
    return Estimate(form.value, form.low, form.high, level, found.n_subjects, METHOD, flags, extras)
