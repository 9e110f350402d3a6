"""The three-state conclusion: what the confidence bound says against the protocol's threshold."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from evaluation.protocol import Criterion
from evaluation.vocabulary import Better, Settled, Test, Verdict

AT_BOUNDARY = 1e-6
"""Share of the half-interval below which an estimate is at its boundary: a distance that only rounding makes is no effect."""
WORST_FIRST = (Verdict.NOT_MET, Verdict.NOT_ASSESSED, Verdict.UNCERTAIN, Verdict.MET)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, and how many more cases would settle it (or why that is not said)."""

    verdict: Verdict
    more_cases: int | None
    no_more_cases: Settled | None


@dataclass(frozen=True, slots=True)
class Reading:
    """The interval that a verdict reads: value and limits in the indicator's unit, and the rows behind it."""

    value: float
    low: float
    high: float
    n: int


def judge(reading: Reading, criterion: Criterion, better: Better, scale: str = "identity") -> Judgement:
    """Read the confidence bound against the threshold.

    Parameters
    ----------
    reading
        The interval, in the indicator's unit.
    criterion
        An absolute threshold is met when the bound reaches it; superiority and non-inferiority are strict, so that a bound
        equal to the threshold stays uncertain. The margin of non-inferiority is added on the unfavourable side.
    better
        The better direction. With `target`, the interval must lie within the margin on either side of the threshold.
    scale
        `log` for ratios: the number of further cases is reckoned where the interval is symmetric.

    Notes
    -----
    The further cases assume that the estimate stays where it is and that the interval narrows as 1/√n.
    """
    if better == Better.TARGET:
        verdict = _within(reading, criterion)
        boundary = criterion.threshold + math.copysign(criterion.margin, reading.value - criterion.threshold)
    else:
        boundary = boundary_of(criterion, better)
        verdict = _one_sided(reading, boundary, strict=criterion.test != Test.THRESHOLD, better=better)
    if verdict != Verdict.UNCERTAIN:
        return Judgement(verdict, None, Settled.VERDICT_SETTLED)
    more = _more_cases(reading, boundary, math.log if scale == "log" else float)
    if more is None:
        at = reading.value == boundary or all(map(math.isfinite, (reading.value, reading.low, reading.high)))
        return Judgement(verdict, None, Settled.AT_THRESHOLD if at else Settled.UNBOUNDED)
    return Judgement(verdict, more, None)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of a domain: co-primaries must all be met, so the worst one is the domain's."""
    return min(verdicts, key=WORST_FIRST.index)


def beyond(value: float, criterion: Criterion, better: Better) -> bool:
    """Whether a point estimate lies on the good side of the criterion's boundary, or within the margin of its target."""
    if better == Better.TARGET:
        return criterion.threshold - criterion.margin <= value <= criterion.threshold + criterion.margin
    boundary = boundary_of(criterion, better)
    inclusive = criterion.test == Test.THRESHOLD
    if value == boundary:
        return inclusive
    return value > boundary if better == Better.HIGHER else value < boundary


def boundary_of(criterion: Criterion, better: Better) -> float:
    """The value that the confidence bound is read against: the threshold, less the margin of non-inferiority."""
    if criterion.test != Test.NON_INFERIORITY:
        return criterion.threshold
    return criterion.threshold - criterion.margin if better == Better.HIGHER else criterion.threshold + criterion.margin


def _one_sided(reading: Reading, boundary: float, *, strict: bool, better: Better) -> Verdict:
    good, bad = (reading.low, reading.high) if better == Better.HIGHER else (-reading.high, -reading.low)
    limit = boundary if better == Better.HIGHER else -boundary
    if good > limit or (good == limit and not strict):
        return Verdict.MET
    return Verdict.NOT_MET if bad < limit else Verdict.UNCERTAIN


def _within(reading: Reading, criterion: Criterion) -> Verdict:
    lower, upper = criterion.threshold - criterion.margin, criterion.threshold + criterion.margin
    if lower <= reading.low and reading.high <= upper:
        return Verdict.MET
    return Verdict.NOT_MET if reading.high < lower or reading.low > upper else Verdict.UNCERTAIN


def _more_cases(reading: Reading, boundary: float, to_scale: Callable[[float], float]) -> int | None:
    """The further rows that would settle it; `None` for an unbounded interval, and for an estimate at its boundary."""
    ends = (reading.value, reading.low, reading.high, boundary)
    if (to_scale is not float and min(ends) <= 0) or not all(map(math.isfinite, ends)):
        to_scale = float
        if not all(map(math.isfinite, ends)):
            return None
    value, low, high, limit = map(to_scale, ends)
    half = value - low if value > limit else high - value
    if abs(value - limit) <= AT_BOUNDARY * half:
        return None
    needed = reading.n * (half / (value - limit)) ** 2
    return max(1, math.ceil(round(needed - reading.n, 6)))  # the rounding of the machine is not a case
