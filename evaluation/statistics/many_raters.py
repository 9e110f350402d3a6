"""Agreement of several raters: Fleiss' kappa where all rate every subject, Krippendorff's alpha with gaps or ordered values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.samples import DomainError, Numbers, measured, student_quantile
from evaluation.statistics.scaling import brought_near_one
from evaluation.vocabulary import Flag, Reason

FLEISS: Final = "fleiss_1971"
Codes = NDArray[np.int64]


def fleiss_kappa(codes: ArrayLike, level: float) -> Result:
    """Fleiss' kappa of m raters on nominal categories [1]_.

    Parameters
    ----------
    codes
        Shape (subjects, m), index of the category that a rater gave, −1 for missing; only subjects rated by all take part.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        In (−∞, 1], with the interval of Gwet [2]_ (t with subjects − 1 degrees of freedom, not cut). `extras`: se,
        observed_agreement, expected_agreement, n_subjects, n_raters. Pooled on its own scale. One subject, or agreement of
        all on every subject: the point alone. One category only, or one rater: not estimable.

    References
    ----------
    .. [1] Fleiss 1971, Psychol Bull 76:378.
    .. [2] Gwet 2008, Br J Math Stat Psychol 61:29 (variance of the generalised pi, linearised over subjects).
    """
    table = np.asarray(codes, dtype=np.int64)
    raters = table.shape[1]
    table = table[(table >= 0).all(axis=1)]
    n = len(table)
    names = ("se", "observed_agreement", "expected_agreement")
    extras: dict[str, Extra] = {**dict.fromkeys(names), "n_subjects": n, "n_raters": raters}
    if n == 0 or raters < 2:
        return NotEstimable(Reason.TOO_FEW if n else Reason.NO_ROWS, n, FLEISS, extras=extras)
    used = np.bincount(table.ravel())
    chance = used / table.size
    agreement = (_pairs_alike(table) - raters) / (raters * (raters - 1))
    observed, expected = float(agreement.mean()), float(chance @ chance)
    extras |= {"observed_agreement": observed, "expected_agreement": expected}
    if np.count_nonzero(used) == 1:
        return NotEstimable(Reason.ONE_CATEGORY, n, FLEISS, extras=extras)
    value = (observed - expected) / (1 - expected)
    flags: tuple[Flag, ...] = (Flag.NEGATIVE_AGREEMENT,) if value < 0 else ()
    if n == 1:
        return NotEstimable(Reason.TOO_FEW, n, FLEISS, value, flags, extras)
    if bool((agreement == 1).all()):
        return NotEstimable(Reason.PERFECT_AGREEMENT, n, FLEISS, 1.0, flags, extras)
    pull = chance[table].mean(axis=1) - expected  # how far a subject moves the expected agreement
    terms = (agreement - expected) - 2 * (1 - value) * pull
    se = float(np.std(terms, ddof=1)) / (1 - expected) / math.sqrt(n)
    extras["se"] = se
    half = student_quantile(level, n - 1) * se
    flags += (Flag.DEGENERATE,) * (se == 0)
    term = PoolingTerm(value, se**2) if se > 0 else None
    return Estimate(value, value - half, value + half, level, n, FLEISS, flags, extras, term)


def _pairs_alike(table: Codes) -> Numbers:
    """Per row, the sum over its categories of the squared count of raters; missing cells (−1) count in none.

    Runs of equal codes in the sorted row stand for the counts, so that no row × category table is made.
    """
    ordered = np.sort(table, axis=1)
    starts = np.ones(ordered.shape, dtype=bool)
    starts[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    first = np.flatnonzero(starts)
    lengths = np.diff(first, append=ordered.size).astype(np.float64)
    lengths[ordered.ravel()[first] < 0] = 0.0
    squares = np.bincount(first // ordered.shape[1], weights=lengths**2, minlength=len(ordered))
    return squares.astype(np.float64)


@dataclass(frozen=True, slots=True)
class Alpha:
    """Krippendorff's alpha, or the `reason` why there is none; it has no interval, none being standard in closed form.

    The disagreements are relative (squared distances on a scale from 0 to 1) for ordinal and interval values.
    """

    value: float | None
    n_units: int
    n_values: int
    observed_disagreement: float | None = None
    expected_disagreement: float | None = None
    reason: Reason | None = None


def krippendorff_alpha(values: ArrayLike, level: str) -> Alpha:
    """Krippendorff's alpha of any number of raters, missing cells allowed [1]_.

    Parameters
    ----------
    values
        Shape (units, raters). Nominal: index of the category, −1 or NaN for missing. Ordinal and interval: numbers, NaN for
        missing; the order of ordinal values is that of the numbers.
    level
        Level of measurement: `nominal`, `ordinal` or `interval`.

    Returns
    -------
    Alpha
        In (−∞, 1], of the units with at least two values. One value only (`ONE_CATEGORY`), or no such unit (`NO_ROWS`): none.

    Raises
    ------
    DomainError
        Another level, or an infinite value.

    Notes
    -----
    No coincidence matrix is made. The ordinal distance of two values is the distance of their midranks among all pairable
    values, and the sum of squared distances within a unit is 2 m times its sum of squares, so that a million continuous values
    cost a sort.

    References
    ----------
    .. [1] Krippendorff 2011, Computing Krippendorff's alpha-reliability.
    """
    if level not in ("nominal", "ordinal", "interval"):
        raise DomainError(f"the level is nominal, ordinal or interval, not {level}")
    table = np.array(values, dtype=np.float64)
    measured(table)
    if level == "nominal":
        table[table < 0] = np.nan
    sizes = (~np.isnan(table)).sum(axis=1)
    table, sizes = table[sizes >= 2], sizes[sizes >= 2].astype(np.float64)
    known = ~np.isnan(table)
    distinct, ranks, counts = np.unique(table[known], return_inverse=True, return_counts=True)
    n = int(counts.sum())
    if distinct.size < 2:
        reason = Reason.ONE_CATEGORY if distinct.size else Reason.NO_ROWS
        return Alpha(None, len(table), n, reason=reason)
    if level == "nominal":
        codes = np.full(table.shape, -1, dtype=np.int64)
        codes[known] = ranks
        within = float(((sizes**2 - _pairs_alike(codes)) / (sizes - 1)).sum())
        total = float(n) ** 2 - float((counts.astype(np.float64) ** 2).sum())
    else:
        scale = np.cumsum(counts) - counts / 2 if level == "ordinal" else distinct
        table[known] = _unit_range(scale)[ranks]
        within, total = _squared_distances(table, known, sizes)
    observed, expected = within / n, total / n / (n - 1)
    return Alpha(1 - observed / expected, len(table), n, observed, expected)


def _unit_range(scale: Numbers) -> Numbers:
    """Ascending values brought to 0..1, whatever their size: alpha knows no unit."""
    near, _ = brought_near_one(scale)
    return np.asarray((near - near[0]) / (near[-1] - near[0]))


def _squared_distances(table: Numbers, known: NDArray[np.bool_], sizes: Numbers) -> tuple[float, float]:
    """Squared distances of the ordered pairs within units, each unit over its size − 1, and of those among all values."""
    means = np.where(known, table, 0.0).sum(axis=1) / sizes
    squares = (np.where(known, table - means[:, None], 0.0) ** 2).sum(axis=1)
    every = table[known]
    within = float((2 * sizes * squares / (sizes - 1)).sum())
    return within, float(2 * every.size * ((every - every.mean()) ** 2).sum())
