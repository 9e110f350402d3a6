"""Several questions asked of one data set: Holm inside a domain, Benjamini-Hochberg over the subgroups."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from scipy import special

from evaluation.canonical import number
from evaluation.estimate import PoolingTerm, Result
from evaluation.indicators.catalogue import catalogue
from evaluation.protocol import IndicatorUse, Protocol
from evaluation.scorecard.verdict import Reading, boundary_of
from evaluation.statistics.multiplicity import adjusted_p_values
from evaluation.statistics.samples import normal_quantile
from evaluation.vocabulary import Better, Domain, Role


@dataclass(frozen=True, slots=True)
class SubgroupTest:
    """Cochran's Q over the levels of a subgroup that yield a term; `p_value` is `None` with fewer than two."""

    indicator: str
    subgroup: str
    q: float | None
    df: int
    p_value: float | None


def subgroup_test(indicator: str, subgroup: str, results: Sequence[Result]) -> SubgroupTest:
    """Whether the levels differ more than chance would have it [1]_, on the scale where sites are pooled.

    References
    ----------
    .. [1] Cochran 1954, Biometrics 10:101; Borenstein & Higgins 2013, Prev Sci 14:134.
    """
    terms = [term for result in results if (term := result.pooling) is not None and _weighs(term)]
    if len(terms) < 2:
        return SubgroupTest(indicator, subgroup, None, max(0, len(terms) - 1), None)
    total = math.fsum(1 / term.variance for term in terms)
    centre = math.fsum(term.effect / term.variance for term in terms) / total
    q = math.fsum((term.effect - centre) ** 2 / term.variance for term in terms)
    return SubgroupTest(indicator, subgroup, q, len(terms) - 1, float(special.chdtrc(len(terms) - 1, q)))


def _weighs(term: PoolingTerm) -> bool:
    """Whether the inverse of its variance is a number."""
    return term.variance > 0 and math.isfinite(1 / term.variance)


def multiplicity(
    protocol: Protocol, readings: Sequence[Reading | None], tests: Sequence[SubgroupTest]
) -> dict[str, Any]:
    """The block of the scorecard.

    Co-primaries must all be met, which needs no adjustment (intersection-union). The secondary indicators of a domain that have a
    criterion form one family, adjusted by Holm; the tests of the subgroups form one exploratory family, Benjamini-Hochberg.
    A verdict never reads an adjusted value: it is shown beside it.
    """
    families = []
    for domain in Domain:
        members = [
            (use, p)
            for use, reading in zip(protocol.indicators, readings, strict=True)
            if use.in_domain == domain
            and use.role == Role.SECONDARY
            and (p := _against(use, reading, protocol.level)) is not None
        ]
        if members:
            adjusted = adjusted_p_values([p for _, p in members], "holm")
            lines = [
                {"id": use.id, "p_value": number(p), "adjusted": number(float(a))}
                for (use, p), a in zip(members, adjusted, strict=True)
            ]
            families.append({"domain": domain.value, "method": "holm", "tests": lines})
    return {"primaries": "all_must_be_met", "secondary": families, "subgroups": _exploratory(tests)}


def _exploratory(tests: Sequence[SubgroupTest]) -> dict[str, Any]:
    values = [math.nan if test.p_value is None else test.p_value for test in tests]
    adjusted = adjusted_p_values(values, "bh") if tests else ()
    lines = [
        {
            "id": test.indicator,
            "subgroup": test.subgroup,
            "q": None if test.q is None else number(test.q),
            "df": test.df,
            "p_value": None if test.p_value is None else number(test.p_value),
            "adjusted": None if test.p_value is None else number(float(a)),
        }
        for test, a in zip(tests, adjusted, strict=True)
    ]
    return {"method": "benjamini_hochberg", "tests": lines}


def _against(use: IndicatorUse, reading: Reading | None, level: float) -> float | None:
    """One-sided p-value against the criterion: the normal reading of the interval on its pooling scale.

    Below (1 − level)/2 exactly where the confidence bound is on the good side, for an interval that is symmetric on that scale.
    """
    entry = catalogue()[use.code]
    if use.criterion is None or reading is None or use.direction == Better.TARGET:
        return None
    to_scale = _SCALES[entry.scale]
    ends = (reading.value, reading.low, reading.high, boundary_of(use.criterion, use.direction))
    try:
        value, low, high, boundary = map(to_scale, ends)
    except ValueError:  # an end outside the scale: 0, 1 or a negative ratio
        value, low, high, boundary = ends
    if not all(map(math.isfinite, (value, low, high, boundary))) or high <= low:
        return None
    ahead = value - boundary if use.direction == Better.HIGHER else boundary - value
    half = (value - low if value > boundary else high - value) / normal_quantile(level)
    return float(special.ndtr(-ahead / half)) if half > 0 else None


def _logit(p: float) -> float:
    return math.log(p / (1 - p)) if p < 1 else math.inf


_SCALES: dict[str, Callable[[float], float]] = {"identity": float, "log": math.log, "logit": _logit}
