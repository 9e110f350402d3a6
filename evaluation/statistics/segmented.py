"""Interrupted time series: segmented least squares with Newey-West standard errors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.regression import Basis, basis_of, complete, exact
from evaluation.statistics.samples import DomainError, Numbers, binary, student_p, student_quantile
from evaluation.vocabulary import Flag, Reason

METHOD: Final = "ols_newey_west_bartlett_small_sample_t"
TERMS: Final = ("intercept", "time", "post", "time_since")
SHORT: Final = 8
"""Points on a side under which a series is flagged."""


@dataclass(frozen=True, slots=True)
class Term:
    """One coefficient; what cannot be estimated is `None`."""

    estimate: float | None = None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None


@dataclass(frozen=True, slots=True)
class Segmented:
    """A segmented regression: level and slope before, their change at the intervention, and the effect at the last point.

    `coefficients` has the terms intercept, time (slope before), post (level change) and time_since (slope change).
    `effect_at_last_point` is the level change and all the slope change until then. `reason` says why inference is missing.
    """

    n: int
    df: int | None
    coefficients: Mapping[str, Term]
    lag: int | None = None
    r_squared: float | None = None
    residual_sd: float | None = None
    durbin_watson: float | None = None
    effect_at_last_point: Term | None = None
    reason: Reason | None = None
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """The complete rows of one series in time order, with the columns of its design."""

    outcome: Numbers
    time: Numbers
    post: Numbers
    time_since: Numbers
    season: Numbers
    dropped: int
    basis: Basis = field(init=False)

    def __post_init__(self) -> None:
        """Find the columns that earlier ones do not explain."""
        design = [np.ones(self.n), self.time, self.post, self.time_since, *self.season.T]
        object.__setattr__(self, "basis", basis_of(design))

    @property
    def n(self) -> int:
        """Points of the series."""
        return self.outcome.size

    @property
    def flags(self) -> tuple[Flag, ...]:
        """A short side, a term left out."""
        columns = len(TERMS) + int(self.season.shape[1])
        short = min(np.count_nonzero(self.post == 0), np.count_nonzero(self.post == 1)) < SHORT
        return (Flag.COLUMN_DROPPED,) * (self.basis.rank < columns) + ((Flag.SHORT_SERIES,) if short else ())


def series_of(outcome: ArrayLike, time: ArrayLike, post: ArrayLike, time_since: ArrayLike, season: ArrayLike) -> Series:
    """The complete rows in time order.

    Raises
    ------
    DomainError
        For a `post` that is not 0/1, or an infinite value.
    """
    (y, when, after, since, terms), dropped = complete(outcome, time, binary(post), time_since, season)
    order = np.argsort(when, kind="stable")
    return Series(y[order], when[order], after[order], since[order], terms[order], dropped)


def newey_west(
    outcome: ArrayLike,
    time: ArrayLike,
    post: ArrayLike,
    time_since: ArrayLike,
    season: ArrayLike,
    level: float,
    lag: float | None = None,
) -> Segmented:
    """Segmented least squares with autocorrelation-consistent standard errors [1]_ [2]_.

    Parameters
    ----------
    outcome
        Shape (n,), one number a period; NaN missing.
    time
        Shape (n,), number of the period.
    post
        Shape (n,), 0 before, 1 from the first period after.
    time_since
        Shape (n,), 0 before and in the first period after, then 1, 2, …
    season
        Shape (n, s), s ≥ 0: month indicators or Fourier terms.
    level
        Two-sided confidence level; Student's t with n − k degrees of freedom.
    lag
        The largest lag with weight > 0 (Bartlett); by default ⌊4 (n/100)^(2/9)⌋ [3]_.

    Returns
    -------
    Segmented
        A term that earlier ones explain is left out, flagged; as many terms as points, or an exact fit, leave the bare values.

    Raises
    ------
    DomainError
        For a lag that is no whole number ≥ 0, a `post` that is not 0/1, an infinite value.

    References
    ----------
    .. [1] Newey & West 1987, Econometrica 55:703.
    .. [2] Wagner, Soumerai, Zhang & Ross-Degnan 2002, J Clin Pharm Ther 27:299.
    .. [3] Newey & West 1994, Rev Econ Stud 61:631.
    """
    series = series_of(outcome, time, post, time_since, season)
    n = series.n
    if n == 0:
        return Segmented(0, None, dict.fromkeys(TERMS, Term()), reason=Reason.NO_ROWS)
    basis, y = series.basis, series.outcome
    lags = math.floor(4 * (n / 100) ** (2 / 9)) if lag is None else lag
    if not 0 <= lags < math.inf or lags != math.floor(lags):
        raise DomainError("the lag is no whole number ≥ 0")
    lags = int(lags)
    coordinates, residual = basis.coordinates(y)
    df = n - basis.rank
    reason = None
    if df == 0:
        reason = Reason.TOO_FEW
    elif exact(residual, y):
        reason = Reason.NO_VARIATION
    meat = None if reason else _meat(basis.q * residual[:, None], lags) * (n / df)

    def term(direction: Numbers | None) -> Term:
        return _term(direction, coordinates, meat, df, level)

    last = _last_point(series)
    directions = {name: _direction(basis, index) for index, name in enumerate(TERMS)}
    rss, total = float(residual @ residual), float(((y - y.mean()) ** 2).sum())
    steps = float((np.diff(residual) ** 2).sum())
    return Segmented(
        n=n,
        df=df,
        coefficients={name: term(direction) for name, direction in directions.items()},
        lag=lags,
        r_squared=1 - rss / total if np.ptp(y) > 0 else None,
        residual_sd=math.sqrt(rss / df) if df else None,
        durbin_watson=None if reason else steps / rss,
        effect_at_last_point=None if last is None else term(last),
        reason=reason or (Reason.NOT_IDENTIFIED if last is None else None),
        flags=series.flags,
    )


def change(found: Segmented, name: str, level: float) -> Result:
    """One value of a segmented regression: a term by its name, or `effect_at_last_point`; pooled on its own scale."""
    term = found.effect_at_last_point if name == "effect_at_last_point" else found.coefficients[name]
    whole: dict[str, Extra] = {"r_squared": found.r_squared, "durbin_watson": found.durbin_watson}
    if term is None or term.estimate is None or term.se is None or term.low is None or term.high is None:
        point = None if term is None else term.estimate
        return NotEstimable(found.reason or Reason.NOT_IDENTIFIED, found.n, METHOD, point, found.flags, whole)
    extras: dict[str, Extra] = {"se": term.se, "p_value": term.p_value, "df": found.df, **whole}
    pooling = PoolingTerm(term.estimate, term.se**2)
    return Estimate(term.estimate, term.low, term.high, level, found.n, METHOD, found.flags, extras, pooling)


def _direction(basis: Basis, column: int) -> Numbers | None:
    return basis.direction(basis.kept.index(column)) if column in basis.kept else None


def _last_point(series: Series) -> Numbers | None:
    """The direction of b_post + M b_time_since, M the largest time since the intervention."""
    post, slope = (_direction(series.basis, TERMS.index(name)) for name in ("post", "time_since"))
    return None if post is None or slope is None else post + float(series.time_since.max()) * slope


def _meat(scores: Numbers, lag: int) -> Numbers:
    """Γ₀ + Σ (1 − l/(L + 1)) (Γ_l + Γ_l'), in the coordinates of the basis; lags beyond the series are empty."""
    total = scores.T @ scores
    for step in range(1, min(lag, scores.shape[0] - 1) + 1):
        later = scores[step:].T @ scores[:-step]
        total += (1 - step / (lag + 1)) * (later + later.T)
    return np.asarray(total)


def _term(direction: Numbers | None, coordinates: Numbers, meat: Numbers | None, df: int, level: float) -> Term:
    if direction is None:
        return Term()
    estimate = float(direction @ coordinates)
    if meat is None:
        return Term(estimate)
    se = math.sqrt(max(0.0, float(direction @ meat @ direction)))
    if se == 0:
        return Term(estimate)
    half = student_quantile(level, df) * se
    return Term(estimate, se, estimate - half, estimate + half, student_p(estimate / se, df))
