"""Interrupted time series: segmented regression with errors of first-order autocorrelation, fitted by REML."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg, optimize

from evaluation.statistics.regression import Basis, exact
from evaluation.statistics.samples import Numbers
from evaluation.statistics.segmented import TERMS, Term, series_of
from evaluation.vocabulary import Flag, Reason

METHOD: Final = "gls_ar1_reml"
WIDEST: Final = 4.0
"""atanh ρ is searched between −4 and 4."""
GRID: Final[Numbers] = np.linspace(-WIDEST, WIDEST, 161)


@dataclass(frozen=True, slots=True)
class Autoregressive:
    """A segmented regression with AR(1) errors: the four terms, ρ at lag 1 and σ, the marginal SD of the errors."""

    n: int
    coefficients: Mapping[str, Term] = field(default_factory=lambda: dict.fromkeys(TERMS, Term()))
    rho: float | None = None
    sigma: float | None = None
    reason: Reason | None = None
    flags: tuple[Flag, ...] = ()


def autoregressive(
    outcome: ArrayLike, time: ArrayLike, post: ArrayLike, time_since: ArrayLike, season: ArrayLike
) -> Autoregressive:
    """Segmented generalised least squares, corr(e_s, e_t) = ρ^|s − t|, ρ by restricted maximum likelihood.

    Parameters
    ----------
    outcome, time, post, time_since, season
        As in `newey_west`. Gaps in `time` are gaps of the series. A negative ρ needs whole gaps, one at least of them odd.

    Returns
    -------
    Autoregressive
        Nothing when two rows have one time or n ≤ p + 1; the bare values of an exact fit. ρ at the edge of its search is
        flagged.

    Raises
    ------
    DomainError
        For a `post` that is not 0/1, or an infinite value.

    References
    ----------
    .. [1] Pinheiro & Bates 2000, Mixed-Effects Models in S and S-PLUS, §5.3; Turner et al. 2021, BMC Med Res Methodol 21:181.
    """
    series = series_of(outcome, time, post, time_since, season)
    if series.n == 0:
        return Autoregressive(0, reason=Reason.NO_ROWS)
    gaps = np.diff(series.time)
    if bool(np.any(gaps == 0)):
        return Autoregressive(series.n, reason=Reason.SAME_PERIOD, flags=series.flags)
    if series.n <= series.basis.rank + 1:
        return Autoregressive(series.n, reason=Reason.TOO_FEW, flags=series.flags)
    coordinates, residual = series.basis.coordinates(series.outcome)
    if exact(residual, series.outcome):
        terms = _terms(series.basis, coordinates, None)
        return Autoregressive(series.n, terms, reason=Reason.NO_VARIATION, flags=series.flags)
    # the columns of the basis and the residual span the same model, better conditioned
    model = _Whitened(series.basis.q, residual, gaps)
    u = _best(model)
    flags = series.flags + (Flag.BOUNDARY,) * (abs(u) > WIDEST - 1e-6)
    rho = math.tanh(u)
    shift, factor, rss = model.fit(rho)
    df = series.n - series.basis.rank
    terms = _terms(series.basis, coordinates + shift, factor * math.sqrt(rss / df))
    return Autoregressive(series.n, terms, rho, math.sqrt(rss / df), flags=flags)


@dataclass(frozen=True, slots=True)
class _Whitened:
    """The model with its errors made independent: each row less ρ^gap of the one before, over √(1 − ρ^2gap)."""

    columns: Numbers
    residual: Numbers
    gaps: Numbers

    @property
    def signed(self) -> bool:
        """Whether ρ may be negative: ρ^gap then exists, and tells ρ from −ρ."""
        return bool(np.all(self.gaps == np.floor(self.gaps)) and np.any(self.gaps % 2 == 1))

    def _scales(self, rho: float) -> tuple[Numbers, Numbers]:
        carried = np.sign(rho) ** self.gaps * np.abs(rho) ** self.gaps if rho < 0 else rho**self.gaps
        return carried, -np.expm1(2 * self.gaps * math.log(abs(rho))) if rho else np.ones(self.gaps.size)

    def _upper(self, rho: float) -> tuple[Numbers, float]:
        """R of the QR of the whitened columns and residual, and log |V|."""
        carried, left = self._scales(rho)
        both = np.column_stack((self.columns, self.residual))
        both[1:] = (both[1:] - carried[:, None] * both[:-1]) / np.sqrt(left)[:, None]
        return np.asarray(linalg.qr(both, mode="r", check_finite=False)[0][: both.shape[1]]), float(np.log(left).sum())

    def deviance(self, u: float) -> float:
        """−2 × the restricted log-likelihood at ρ = tanh u, less a constant."""
        upper, determinant = self._upper(math.tanh(u))
        lengths = np.log(np.abs(np.diag(upper)))
        df = self.residual.size - int(self.columns.shape[1])
        return determinant + 2 * float(lengths[:-1].sum()) + 2 * df * float(lengths[-1])

    def fit(self, rho: float) -> tuple[Numbers, Numbers, float]:
        """Coordinates of the residual, the inverse of R on the columns (its rows' lengths are errors), residual sum."""
        upper, _ = self._upper(rho)
        k = self.columns.shape[1]
        inverse = linalg.solve_triangular(upper[:k, :k], np.eye(k))
        return inverse @ upper[:k, k], inverse, float(upper[k, k] ** 2)


def _best(model: _Whitened) -> float:
    """The atanh of the ρ of highest restricted likelihood: best cell of a grid, then Brent."""
    grid = GRID if model.signed else GRID[GRID >= 0]
    at = int(np.argmin([model.deviance(float(u)) for u in grid]))
    ends = float(grid[max(at - 1, 0)]), float(grid[min(at + 1, grid.size - 1)])
    found = optimize.minimize_scalar(model.deviance, bounds=ends, method="bounded", options={"xatol": 1e-10})
    candidates = [float(found.x), *ends]
    return candidates[int(np.argmin([model.deviance(u) for u in candidates]))]


def _terms(basis: Basis, coordinates: Numbers, factor: Numbers | None) -> dict[str, Term]:
    """The four terms; `factor` is a square root of the coordinates' covariance."""
    terms = dict.fromkeys(TERMS, Term())
    for position, column in enumerate(basis.kept):
        if column < len(TERMS):
            direction = basis.direction(position)
            se = None if factor is None else float(np.linalg.norm(direction @ factor))
            terms[TERMS[column]] = Term(float(direction @ coordinates), se)
    return terms
