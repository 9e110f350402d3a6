"""A proportion and an area under the ROC curve whose intervals know that rows of one patient, reader or service resemble."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.ranks import midranks
from evaluation.statistics.regression import LARGEST, complete, labelled
from evaluation.statistics.samples import Numbers, binary, empty_reason, logit, normal_quantile, student_quantile
from evaluation.vocabulary import Flag, Reason

METHOD: Final = "wilson_effective_size"
METHOD_AUC: Final = "obuchowski_clustered_delong"
FEW_CLUSTERS: Final = 10
NO_VARIANCE: Final = 1e-24
"""A variance of an area below this is the rounding of an exact 0."""


def clustered_proportion(successes: ArrayLike, cluster_codes: ArrayLike, level: float) -> Result:
    """A proportion of rows nested in clusters: Wilson's interval at the effective sample size [1]_.

    Parameters
    ----------
    successes
        Shape (n,), 0/1, NaN for a row that takes no part (so that a sensitivity reads its reference-positive rows).
    cluster_codes
        Shape (n,), codes ≥ 0 of the patient, reader or service; negative for missing: the row takes no part.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        `extras`: design_effect, clusters, n_effective, numerator, denominator. Pooled on the logit. One cluster leaves the bare
        value.

    Notes
    -----
    The variance of the ratio Σy/Σm is linearised between clusters, with G/(G − 1) [2]_; the design effect is that variance over
    p(1 − p)/(n − 1), so that rows that are their own clusters have 1 and Wilson's plain interval. The effective size is n over
    the design effect, never above n, times the squared ratio of Student's quantiles at n − 1 and G − 1 degrees of freedom [1]_.
    Where all rows agree the design effect cannot be seen: each cluster then counts as one row, the most cautious reading, flagged.

    References
    ----------
    .. [1] Korn & Graubard 1998, Surv Methodol 24:193; Wilson's limits at that size: Franco, Little, Louis & Slud 2019, J Surv
       Stat Methodol 7:334.
    .. [2] Cochran 1977, Sampling Techniques, §9A; Rao & Scott 1992, Biometrics 48:577.
    """
    (y, where), _ = complete(binary(successes), labelled(cluster_codes))
    n, events = y.size, int(y.sum())
    codes, groups = _codes(where)
    counts: dict[str, Extra] = {"clusters": groups, "numerator": events, "denominator": n}
    absent: dict[str, Extra] = {"design_effect": None, "n_effective": None}
    flags = (Flag.FEW_CLUSTERS,) if 0 < groups < FEW_CLUSTERS else ()
    if groups < 2:
        reason = Reason.ONE_CLUSTER if groups else Reason.NO_ROWS
        return NotEstimable(reason, n, METHOD, events / n if n else None, flags, {**counts, **absent})
    p = events / n
    if events in (0, n):
        low, high = _wilson(p, groups, level)
        term = _logit_term(p, float(groups))
        extras = {**counts, "design_effect": None, "n_effective": float(groups)}
        return Estimate(p, low, high, level, n, METHOD, (Flag.DEGENERATE, *flags), extras, term)
    sizes = np.bincount(codes).astype(np.float64)
    excess = np.bincount(codes, weights=y) - p * sizes
    variance = groups / (groups - 1) * float((excess**2).sum()) / n**2
    effect = variance / (p * (1 - p) / (n - 1))
    ratio = student_quantile(level, n - 1) / student_quantile(level, groups - 1)
    size = n / max(effect, 1.0) * ratio**2
    low, high = _wilson(p, size, level)
    extras = {**counts, "design_effect": effect, "n_effective": size}
    return Estimate(p, low, high, level, n, METHOD, flags, extras, _logit_term(p, n / max(effect, 1.0)))


def clustered_auc(reference: ArrayLike, score: ArrayLike, cluster_codes: ArrayLike, level: float) -> Result:
    """Area under the ROC curve of rows nested in clusters: DeLong's variance extended by Obuchowski [1]_.

    Parameters
    ----------
    reference
        Shape (n,), 0/1, NaN missing.
    score
        Shape (n,), higher = more suspicious; NaN missing.
    cluster_codes
        Shape (n,), codes ≥ 0, negative for missing.
    level
        Two-sided confidence level; normal quantile, limits cut to [0, 1].

    Returns
    -------
    Estimate or NotEstimable
        `extras`: se, n_positive, n_negative, clusters, design_effect (over DeLong's variance of independent rows). Pooled on the
        logit. There is no interval, but a `point`, when all positive rows (or all negative ones) are of one cluster, and for
        a variance of 0.

    Notes
    -----
    Rows that are their own clusters have DeLong's variance exactly. A cluster with rows of both classes adds the covariance of
    its two sums of placements.

    References
    ----------
    .. [1] Obuchowski 1997, Biometrics 53:567; DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44:837.
    """
    (truth, values, where), _ = complete(
        binary(reference), np.clip(np.asarray(score, dtype=np.float64), -LARGEST, LARGEST), labelled(cluster_codes)
    )
    codes, groups = _codes(where)
    yes = truth == 1
    counts: dict[str, Extra] = {
        "n_positive": int(np.count_nonzero(yes)),
        "n_negative": int(np.count_nonzero(~yes)),
        "clusters": groups,
    }
    absent: dict[str, Extra] = {"se": None, "design_effect": None}
    n = truth.size
    if not yes.any() or yes.all():
        missing = Reason.NO_NEGATIVE if yes.any() else Reason.NO_POSITIVE
        return NotEstimable(empty_reason(n, missing), n, METHOD_AUC, extras={**counts, **absent})
    beaten, unbeaten = _placements(values[yes], values[~yes])
    area = float(beaten.mean())
    flags = (Flag.BELOW_HALF,) * (area < 0.5) + (Flag.FEW_CLUSTERS,) * (groups < FEW_CLUSTERS)
    parts = (_sums(beaten - area, codes[yes], groups), _sums(unbeaten - area, codes[~yes], groups))
    if min(with_rows for _, with_rows in parts) < 2:
        reason = Reason.ONE_CLUSTER if min(yes.sum(), (~yes).sum()) > 1 else Reason.ONE_CASE_IN_CLASS
        return NotEstimable(reason, n, METHOD_AUC, area, flags, {**counts, **absent})
    variance = _clustered_variance(parts[0], parts[1], groups)
    if variance < NO_VARIANCE:
        return NotEstimable(_flat(area, values), n, METHOD_AUC, area, flags, {**counts, **absent, "se": 0.0})
    plain = float(np.var(beaten, ddof=1)) / beaten.size + float(np.var(unbeaten, ddof=1)) / unbeaten.size
    se = math.sqrt(variance)
    half = normal_quantile(level) * se
    extras: dict[str, Extra] = {**counts, "se": se, "design_effect": variance / plain}
    term = PoolingTerm(logit(area), variance / (area * (1 - area)) ** 2) if 0 < area < 1 else None
    low, high = max(0.0, area - half), min(1.0, area + half)
    return Estimate(area, low, high, level, n, METHOD_AUC, flags, extras, term)


def _codes(where: Numbers) -> tuple[NDArray[np.int64], int]:
    """Clusters numbered from 0, and how many."""
    names, codes = np.unique(where, return_inverse=True)
    return codes.reshape(-1), names.size


def _sums(deviations: Numbers, codes: NDArray[np.int64], groups: int) -> tuple[Numbers, int]:
    """Each cluster's share of the area's error from one class, and how many clusters have rows of it."""
    sums = np.bincount(codes, weights=deviations, minlength=groups) / deviations.size
    return np.asarray(sums), int(np.unique(codes).size)


def _clustered_variance(positive: tuple[Numbers, int], negative: tuple[Numbers, int], groups: int) -> float:
    (a, with_positive), (b, with_negative) = positive, negative
    return (
        with_positive / (with_positive - 1) * float((a**2).sum())
        + with_negative / (with_negative - 1) * float((b**2).sum())
        + 2 * groups / (groups - 1) * float((a * b).sum())
    )


def _flat(area: float, scores: Numbers) -> Reason:
    """Why the variance of an area is 0."""
    if np.ptp(scores) == 0:
        return Reason.CONSTANT_SCORE
    return Reason.PERFECT_SEPARATION if area in (0.0, 1.0) else Reason.CLUSTERS_FITTED


def _placements(positive: Numbers, negative: Numbers) -> tuple[Numbers, Numbers]:
    """Share of negatives below each positive, and share of positives above each negative, ties one half."""
    ranks = midranks(np.concatenate((positive, negative)))
    beaten = (ranks[: positive.size] - midranks(positive)) / negative.size
    return beaten, 1 - (ranks[positive.size :] - midranks(negative)) / positive.size


def _wilson(p: float, size: float, level: float) -> tuple[float, float]:
    """Wilson's limits of a proportion seen on `size` rows, a real number; exact at 0 and 1."""
    z2 = normal_quantile(level) ** 2
    centre, width = 2 * size * p + z2, 2 * (size + z2)
    spread = math.sqrt(z2 * (z2 + 4 * size * p * (1 - p)))
    return 0.0 if p == 0 else (centre - spread) / width, 1.0 if p == 1 else (centre + spread) / width


def _logit_term(p: float, size: float) -> PoolingTerm:
    """The logit with the variance of `size` rows; at 0 or 1 half a row is added on either side."""
    half = 0.5 if p in (0.0, 1.0) else 0.0
    yes, no = p * size + half, (1 - p) * size + half
    return PoolingTerm(math.log(yes / no), 1 / yes + 1 / no)
