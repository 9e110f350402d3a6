"""Overall accuracy of predicted risks: Brier score, scaled Brier score and log loss; binned calibration and its χ²."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.predictions import Predictions, predictions
from evaluation.statistics.samples import Numbers, normal_quantile, variance
from evaluation.statistics.settings import whole
from evaluation.vocabulary import Reason

METHOD: Final = "definition"
SURE: Final = 1e-15
"""The least probability whose logarithm enters the log loss."""
MOST: Final = 1_000_000
"""The most bins or groups that are reckoned."""


def brier_score(reference: ArrayLike, probability: ArrayLike, level: float) -> Result:
    """Mean squared error of the predicted risk [1]_, with the normal interval of a mean of squared errors [2]_.

    Parameters
    ----------
    reference
        Shape (n,), outcome 0/1, NaN missing.
    probability
        Shape (n,), predicted risk of 1 in [0, 1], NaN missing.
    level
        Two-sided confidence level; the interval is cut to [0, 1].

    Returns
    -------
    Estimate or NotEstimable
        0 is perfect. `extras`: se, scaled_brier (1 − Brier / (π (1 − π)) with the observed prevalence π [3]_, none for one class
        only), log_loss (mean, in nats). Pooled on its own scale. Only the point for one row, or errors all of one size.

    Raises
    ------
    DomainError
        An outcome that is neither 0 nor 1, a probability outside [0, 1].

    References
    ----------
    .. [1] Brier 1950, Mon Weather Rev 78:1.
    .. [2] Bradley, Schwartz & Hashino 2008, Weather Forecast 23:992.
    .. [3] Steyerberg et al. 2010, Epidemiology 21:128.
    """
    rows = predictions(reference, probability)
    if rows.n == 0:
        nothing: dict[str, Extra] = {"se": None, "scaled_brier": None, "log_loss": None}
        return NotEstimable(Reason.NO_ROWS, 0, METHOD, extras=nothing)
    squares = (rows.risk - rows.outcome) ** 2
    score = float(squares.mean())
    extras: dict[str, Extra] = {"se": None, "scaled_brier": _scaled(score, rows), "log_loss": log_loss(rows)}
    spread = variance(squares) if rows.n > 1 else 0.0
    if spread == 0:
        reason = Reason.TOO_FEW if rows.n == 1 else Reason.NO_VARIATION
        return NotEstimable(reason, rows.n, METHOD, score, extras=extras)
    se = math.sqrt(spread / rows.n)
    half = normal_quantile(level) * se
    extras["se"] = se
    low, high = max(0.0, score - half), min(1.0, score + half)
    return Estimate(score, low, high, level, rows.n, METHOD, (), extras, PoolingTerm(score, se**2))


def _scaled(score: float, rows: Predictions) -> float | None:
    if rows.one_class is not None:
        return None
    prevalence = rows.events / rows.n
    return 1 - score / (prevalence * (1 - prevalence))


def log_loss(rows: Predictions) -> float:
    """Mean of −ln of the probability given to what happened, in nats; a probability below 1e-15 counts as 1e-15."""
    given = np.where(rows.outcome == 1, rows.risk, 1 - rows.risk)
    return -float(np.log(np.maximum(given, SURE)).mean())


@dataclass(frozen=True, slots=True)
class CalibrationError:
    """Gaps between observed frequency and mean predicted risk over bins: `ece` weighted by rows, `mce` the largest."""

    ece: float | None
    mce: float | None
    n: int
    reason: Reason | None = None


def expected_calibration_error(reference: ArrayLike, probability: ArrayLike, n_bins: float) -> CalibrationError:
    """Expected and maximum calibration error of the event over equal-width bins of the risk [1]_.

    Parameters
    ----------
    reference, probability
        As in `brier_score`.
    n_bins
        Number K of bins (0, 1/K], (1/K, 2/K]… on [0, 1], closed on the right, 0 in the first; empty bins are left out.

    Raises
    ------
    DomainError
        A number of bins that is not whole, below 1 or above a million; and as `brier_score`.

    References
    ----------
    .. [1] Naeini, Cooper & Hauskrecht 2015, Proc AAAI 29:2901, in the form of the event.
    """
    bins = whole(n_bins, 1, MOST, "the number of bins")
    rows = predictions(reference, probability)
    if rows.n == 0:
        return CalibrationError(None, None, 0, Reason.NO_ROWS)
    # the edges k/K themselves decide: p·K rounds to the other side of some of them
    place = np.searchsorted(np.arange(1, bins + 1) / bins, rows.risk, side="left")
    size = np.bincount(place, minlength=bins)
    gap = np.abs(np.bincount(place, weights=rows.outcome - rows.risk, minlength=bins))
    filled = size > 0
    return CalibrationError(float(gap.sum() / rows.n), float((gap[filled] / size[filled]).max()), rows.n)


@dataclass(frozen=True, slots=True)
class HosmerLemeshow:
    """The χ² over the groups of risk that resulted, whose number is its degrees of freedom."""

    chi2: float | None
    groups: int
    p_value: float | None
    n: int
    reason: Reason | None = None


def hosmer_lemeshow(reference: ArrayLike, probability: ArrayLike, groups: float) -> HosmerLemeshow:
    """Goodness of fit over quantile groups of the predicted risk, for risks that were not fitted to these rows [1]_.

    Parameters
    ----------
    reference, probability
        As in `brier_score`.
    groups
        Number of quantile groups asked for; ties leave fewer.

    Returns
    -------
    HosmerLemeshow
        As many degrees of freedom as groups with rows. No χ² where a group of risk 0 (or 1) alone holds another outcome.

    Raises
    ------
    DomainError
        A number of groups that is not whole or below 1; and as `brier_score`.

    References
    ----------
    .. [1] Hosmer & Lemeshow 1980, Commun Stat Theory Methods 9:1043; quantiles of type 7, Hyndman & Fan 1996, Am Stat 50:361.
    """
    asked = whole(groups, 1, MOST, "the number of groups")
    rows = predictions(reference, probability)
    if rows.n == 0:
        return HosmerLemeshow(None, 0, None, 0, Reason.NO_ROWS)
    breaks = np.unique(_quantiles(rows.risk, asked))[1:]
    place = np.minimum(np.searchsorted(breaks, rows.risk, side="left"), max(breaks.size - 1, 0))
    size = np.bincount(place)
    filled = size > 0
    observed = np.bincount(place, weights=rows.outcome)[filled]
    expected = np.bincount(place, weights=rows.risk)[filled]
    spared = np.bincount(place, weights=1 - rows.risk)[filled]
    df = int(filled.sum())
    spread = expected * spared / size[filled]
    sure = spread == 0
    if np.any(observed[sure] != expected[sure]):
        return HosmerLemeshow(None, df, None, rows.n, Reason.CERTAIN_RISK)
    with np.errstate(over="ignore"):  # an event at a risk of 1e-310 is an infinite χ²
        chi2 = float(((observed - expected)[~sure] ** 2 / spread[~sure]).sum())
    return HosmerLemeshow(chi2, df, float(special.chdtrc(df, chi2)), rows.n)


def _quantiles(values: Numbers, parts: int) -> Numbers:
    """Type-7 quantiles at 0, 1/parts, …, 1; the place of each is reckoned in whole numbers, so none slips past a tie."""
    last = values.size - 1
    whole_place, left = np.divmod(last * np.arange(parts + 1, dtype=np.int64), parts)
    above = np.minimum(whole_place + 1, last)
    ordered = np.sort(values)
    low, high = ordered[whole_place], ordered[above]
    return np.asarray(low + (left / parts) * (high - low))
