"""Modalities compared over readers and cases: the analysis of Obuchowski and Rockette, as corrected by Hillis."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evaluation.estimate import Estimate, Extra, NotEstimable, Result
from evaluation.statistics.reader_covariance import COVARIANCES
from evaluation.statistics.readings import Readings, placements
from evaluation.statistics.samples import DomainError, Numbers, normal_p, normal_quantile, student_p, student_quantile
from evaluation.vocabulary import Flag, Reason

METHOD: Final = "obuchowski_rockette_hillis"
NOISE: Final = 1e-12
"""A difference of covariances below this share of the error variance is the rounding of an exact 0."""
NO_SQUARE: Final = 1e-28
"""A mean square of areas below this is the rounding of an exact 0."""


@dataclass(frozen=True, slots=True)
class Components:
    """Mean squares and covariances of the areas; `None` where there is one modality, one reader or one case only.

    None of them is truncated: they may be negative.
    """

    ms_modality: float | None
    ms_reader: float | None
    ms_interaction: float | None
    error_variance: float | None
    cov1: float | None
    cov2: float | None
    cov3: float | None

    def reader_cases(self) -> float | None:
        """Cov2 − Cov3, at least 0: what readers share on the same cases in one modality beyond what they share across."""
        return None if self.cov2 is None or self.cov3 is None else max(self.cov2 - self.cov3, 0.0)

    def truncated(self) -> bool:
        """Whether Cov2 − Cov3 is negative beyond rounding, and was taken as 0."""
        if self.cov2 is None or self.cov3 is None:
            return False
        return self.cov3 - self.cov2 > NOISE * abs(self.error_variance or 0.0)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One modality minus another; `None` where there is no inference."""

    difference: float
    se: float | None = None
    df: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """The test of no difference between modalities, and the standard error of a difference; `None` where there is none."""

    f: float | None = None
    df1: int | None = None
    df2: float | None = None
    p_value: float | None = None
    se: float | None = None

    def compare(self, difference: float, level: float) -> Comparison:
        """A difference of two modalities with its t interval, or normal where the degrees of freedom are infinite."""
        if self.se is None or self.df2 is None:
            return Comparison(difference)
        if math.isinf(self.df2):
            half, p = normal_quantile(level) * self.se, normal_p(difference / self.se)
        else:
            half, p = student_quantile(level, self.df2) * self.se, student_p(difference / self.se, self.df2)
        return Comparison(difference, self.se, self.df2, difference - half, difference + half, p)


@dataclass(frozen=True, slots=True)
class ReaderStudy:
    """A reader study analysed three ways; `reason` says why the analysis with random readers and cases is missing."""

    study: Readings
    area: Numbers
    components: Components | None
    both_random: Analysis
    fixed_readers: Analysis
    fixed_cases: Analysis
    flags: tuple[Flag, ...] = ()
    reason: Reason | None = None

    @property
    def by_modality(self) -> Numbers:
        """Mean area over the readers, shape (modalities,); NaN where a reader has none."""
        return np.asarray(self.area.mean(axis=1)) if self.area.size else np.empty(0)


def reader_study(study: Readings, covariance: str) -> ReaderStudy:
    """Compare modalities by area under the curve, readers and cases random [1]_ [2]_, and with either fixed.

    Parameters
    ----------
    study
        The readings.
    covariance
        `jackknife`, `delong` or `unbiased`.

    Returns
    -------
    ReaderStudy
        A reader and modality without both classes: areas alone (`EMPTY_CELL`); so also a modality or a reader alone
        (`TOO_FEW`; with one reader, the fixed-reader analysis stays), and readings that do not vary (`NO_VARIATION`).

    Raises
    ------
    DomainError
        Another covariance.

    Notes
    -----
    Cov2 − Cov3 is truncated at 0 in the denominator with random readers and in that with fixed readers [2]_.

    References
    ----------
    .. [1] Obuchowski & Rockette 1995, Commun Stat Simul Comput 24:285.
    .. [2] Hillis 2007, Stat Med 26:596; 2014, Stat Med 33:330.
    """
    if covariance not in COVARIANCES:
        raise DomainError(f"the covariance is {', '.join(COVARIANCES)}, not {covariance}")
    none = Analysis()
    if study.score.size == 0:
        return ReaderStudy(study, np.empty((0, 0)), None, none, none, none, reason=Reason.NO_ROWS)
    found = placements(study)
    area = found.area.reshape(study.shape)
    flags: tuple[Flag, ...] = (Flag.BELOW_HALF,) if bool((area.mean(axis=1) < 0.5 - NOISE).any()) else ()
    if bool(np.isnan(area).any()):
        return ReaderStudy(study, area, None, none, none, none, flags, _why_no_area(study))
    matrix = COVARIANCES[covariance](study, found)
    if isinstance(matrix, Reason):
        return ReaderStudy(study, area, None, none, none, none, flags, matrix)
    parts = components(area, matrix)
    both = _both_random(parts, study.shape)
    reason = None
    if min(study.shape) < 2:
        reason = Reason.TOO_FEW
    elif bool(np.isnan(matrix).any()):
        reason = Reason.ONE_CASE_IN_CLASS
    elif both.se is None:
        reason = Reason.NO_VARIATION
    if parts.truncated():
        flags += (Flag.BOUNDARY,)
    fixed = _fixed_readers(parts, study.shape), _fixed_cases(parts, study.shape)
    return ReaderStudy(study, area, parts, both, *fixed, flags, reason)


def _why_no_area(study: Readings) -> Reason:
    if not study.positive.any():
        return Reason.NO_POSITIVE
    return Reason.NO_NEGATIVE if study.positive.all() else Reason.EMPTY_CELL


def components(area: Numbers, matrix: Numbers) -> Components:
    """Two-way mean squares of the areas, shape (t, r), and the averages of their covariance matrix, shape (tr, tr)."""
    t, r = area.shape
    modality, reader, grand = area.mean(axis=1), area.mean(axis=0), area.mean()
    interaction = area - modality[:, None] - reader + grand
    one_mode, one_reader = np.eye(t, dtype=bool), np.eye(r, dtype=bool)
    blocks = matrix.reshape(t, r, t, r).transpose(0, 2, 1, 3)  # modality, modality, reader, reader
    same_mode, same_reader = one_mode[:, :, None, None], one_reader[None, None]
    return Components(
        _mean_square(r * (modality - grand) ** 2, t - 1),
        _mean_square(t * (reader - grand) ** 2, r - 1),
        _mean_square(interaction**2, (t - 1) * (r - 1)),
        _mean_where(blocks, same_mode & same_reader),
        _mean_where(blocks, ~same_mode & same_reader),
        _mean_where(blocks, same_mode & ~same_reader),
        _mean_where(blocks, ~same_mode & ~same_reader),
    )


def _mean_square(squares: Numbers, df: int) -> float | None:
    if df == 0:
        return None
    mean = float(squares.sum()) / df
    return mean if mean > NO_SQUARE else 0.0


def _mean_where(blocks: Numbers, where: NDArray[np.bool_]) -> float | None:
    mean = float(blocks[where].mean()) if where.any() else math.nan
    return None if math.isnan(mean) else mean


def variances(parts: Components, modalities: int) -> Mapping[str, float | None]:
    """Variance components of the readers and of their interaction with the modality, untruncated."""
    found: dict[str, float | None] = {"var_reader": None, "var_modality_reader": None}
    error, cov1, cov2, cov3 = parts.error_variance, parts.cov1, parts.cov2, parts.cov3
    if parts.ms_reader is None or parts.ms_interaction is None or cov1 is None or cov3 is None:
        return found
    found["var_reader"] = (parts.ms_reader - parts.ms_interaction) / modalities - cov1 + cov3
    if error is not None and cov2 is not None:
        found["var_modality_reader"] = parts.ms_interaction - error + cov1 + cov2 - cov3
    return found


def _both_random(parts: Components, shape: tuple[int, int]) -> Analysis:
    t, r = shape
    shared = parts.reader_cases()
    if parts.ms_modality is None or parts.ms_interaction is None or shared is None:
        return Analysis()
    denominator = parts.ms_interaction + r * shared
    if denominator <= max(NOISE * abs(parts.error_variance or 0.0), NO_SQUARE):
        return Analysis(df1=t - 1)
    share = parts.ms_interaction / denominator
    df2 = (t - 1) * (r - 1) / share**2 if share**2 > 0 else math.inf
    return _test(parts.ms_modality, denominator, shape, df2)


def _fixed_readers(parts: Components, shape: tuple[int, int]) -> Analysis:
    """Cases random alone: chi-squared over its degrees of freedom."""
    shared = parts.reader_cases() if shape[1] > 1 else 0.0
    if parts.ms_modality is None or parts.cov1 is None or parts.error_variance is None or shared is None:
        return Analysis()
    denominator = parts.error_variance - parts.cov1 + (shape[1] - 1) * shared
    if denominator <= max(NOISE * abs(parts.error_variance), NO_SQUARE):
        return Analysis(df1=shape[0] - 1)
    return _test(parts.ms_modality, denominator, shape, math.inf)


def _fixed_cases(parts: Components, shape: tuple[int, int]) -> Analysis:
    """Readers random alone: a two-way analysis of variance of the areas."""
    if parts.ms_modality is None or parts.ms_interaction is None:
        return Analysis()
    t, r = shape
    if parts.ms_interaction == 0:
        return Analysis(df1=t - 1)
    return _test(parts.ms_modality, parts.ms_interaction, shape, (t - 1) * (r - 1))


def _test(numerator: float, denominator: float, shape: tuple[int, int], df2: float) -> Analysis:
    t, r = shape
    f = numerator / denominator
    p = special.chdtrc(t - 1, f * (t - 1)) if math.isinf(df2) else special.fdtrc(t - 1, df2, f)
    return Analysis(f, t - 1, df2, float(p), math.sqrt(2 * denominator / r))


def modality_difference(result: ReaderStudy, minuend: int, subtrahend: int, level: float) -> Result:
    """Mean area of one modality minus that of another, readers and cases random.

    Parameters
    ----------
    result
        The analysis.
    minuend, subtrahend
        The modalities, by the numbers under which they were given.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        Difference of areas; the interval is not cut. `n` counts cases. `extras`: se, df, p_value, auc_with_tool,
        auc_without_tool, n_readers, n_readings. The model spans the sites: nothing to pool.
    """
    study, names = result.study, result.study.modalities.tolist()
    extras: dict[str, Extra] = dict.fromkeys(("se", "df", "p_value", "auc_with_tool", "auc_without_tool"))
    extras |= {"n_readers": study.readers.size, "n_readings": study.score.size}
    if minuend not in names or subtrahend not in names:
        reason = Reason.EMPTY_GROUP if names else Reason.NO_ROWS
        return NotEstimable(reason, study.cases, METHOD, flags=result.flags, extras=extras)
    ours, theirs = (float(result.by_modality[names.index(one)]) for one in (minuend, subtrahend))
    if math.isnan(ours) or math.isnan(theirs):
        return NotEstimable(result.reason or Reason.EMPTY_CELL, study.cases, METHOD, None, result.flags, extras)
    extras |= {"auc_with_tool": ours, "auc_without_tool": theirs}
    found = result.both_random.compare(ours - theirs, level)
    if found.se is None or found.low is None or found.high is None:
        reason = result.reason or Reason.NO_VARIATION
        return NotEstimable(reason, study.cases, METHOD, found.difference, result.flags, extras)
    extras |= {"se": found.se, "df": found.df, "p_value": found.p_value}
    return Estimate(found.difference, found.low, found.high, level, study.cases, METHOD, result.flags, extras)
