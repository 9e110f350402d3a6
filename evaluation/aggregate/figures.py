"""The figures of one line: in their domain, each from the others, and of no group that is too small."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from evaluation.aggregate.faults import AggregateFault
from evaluation.aggregate.model import Cells, IndicatorPart, Line, Sides
from evaluation.aggregate.shielded import ONE_CLASS, floor_of
from evaluation.aggregate.sums import MEANS, has_table, recomputed
from evaluation.estimate import Estimate, Result
from evaluation.faults import Problem
from evaluation.indicators.catalogue import Indicator, catalogue
from evaluation.language import marked
from evaluation.protocol import IndicatorUse, Protocol, Subgroup
from evaluation.scorecard.levels import declared_levels
from evaluation.scorecard.pooled import BACK
from evaluation.small_numbers import SMALLEST_SUBGROUP
from evaluation.statistics.samples import DomainError, normal_quantile
from evaluation.vocabulary import Flag

CLOSE: Final = 1e-7
"""Relative: machines may differ in their last digits, never in the seventh."""
CORRECTED: Final = {
    Flag.ZERO_CELL.value,
    Flag.ZERO_COUNT.value,
    Flag.CORRECTED.value,
    Flag.DEGENERATE.value,
    Flag.CLUSTERED.value,
    Flag.NO_WIDTH.value,
    Flag.CLIPPED.value,
}
"""Where the term that is pooled rests on corrected counts, and the value does not."""
Faults = list[AggregateFault]


def line_faults(
    where: str, line: Line, use: IndicatorUse, protocol: Protocol, rows: int, sums: Cells | Sides | None
) -> Faults:
    """The faults of one result, `rows` being those that its indicator reads in the site."""
    if line.withheld is not None:
        return []
    entry = catalogue()[use.code]
    if (line.n or 0) > rows and "trials" not in use.inputs:
        return [_wrong("aggregate_rows", where, marked("more observations than rows"))]
    faults = [*_counts(where, line, rows, use), *_smallness(where, line, entry, sums)]
    if line.not_estimable is not None:
        return faults
    value, low, high = line.limits
    if line.level != protocol.level:
        faults.append(_wrong("aggregate_domain", where, marked("the level is not the protocol's")))
    if not low <= value <= high:
        faults.append(_wrong("aggregate_domain", where, marked("the value is outside its interval")))
    if entry.scale == "logit" and not (low >= 0 and high <= 1):
        faults.append(_wrong("aggregate_domain", where, marked("a share is below 0 or above 1")))
    if entry.scale == "log" and low < 0:
        faults.append(_wrong("aggregate_domain", where, marked("a ratio is negative")))
    return faults + _term(where, line, entry) + _from_sums(where, line, use, protocol, sums)


def _wrong(code: str, where: str, what: str, **params: Any) -> AggregateFault:
    return AggregateFault(code, {"where": where, "what": Problem("", what, params)})


def _counts(where: str, line: Line, rows: int, use: IndicatorUse) -> Faults:
    """Counts beside a result: parts within their wholes, and wholes that are the observations of the line."""
    details: Mapping[str, Any] = line.details or {}
    pairs = (("numerator", "denominator"), ("events_1", "n1"), ("events_2", "n2"))
    whole = [
        k
        for k in ("denominator", "n1", "n2", "n_with_tool", "n_without_tool", "n_positive", "n_negative")
        if k in details
    ]
    counts = [
        details[k]
        for k in (*whole, *(a for a, _ in pairs if a in details), *(["clusters"] if "clusters" in details else []))
    ]
    if any(not isinstance(n, int) or n < 0 for n in counts):
        return [_wrong("aggregate_domain", where, marked("a count is no whole number"))]
    if any(details[a] > details[b] for a, b in pairs if a in details and b in details):
        return [_wrong("aggregate_domain", where, marked("a numerator is larger than its denominator"))]
    sums = (("denominator",), ("n1", "n2"), ("n_with_tool", "n_without_tool"), ("n_positive", "n_negative"))
    if any(all(k in details for k in keys) and sum(details[k] for k in keys) != line.n for keys in sums):
        return [_wrong("aggregate_rows", where, marked("the groups and their sum"))]
    if any(n > rows for n in (details[k] for k in whole)) and "trials" not in use.inputs:
        return [_wrong("aggregate_rows", where, marked("more observations than rows"))]
    return []


def _smallness(where: str, line: Line, entry: Indicator, sums: Cells | Sides | None) -> Faults:
    """A group under the floor that is described all the same."""
    details: Mapping[str, Any] = line.details or {}
    sides = [line.n or 0]
    sides += [details[k] for k in ("n1", "n2", "n_with_tool", "n_without_tool") if isinstance(details.get(k), int)]
    if entry.code not in ONE_CLASS:
        sides += [details[k] for k in ("n_positive", "n_negative") if isinstance(details.get(k), int)]
        if isinstance(sums, Cells):
            sides += [sums.tp + sums.fn, sums.fp + sums.tn]
    if isinstance(sums, Sides):
        sides += [sums.with_tool.n, sums.without_tool.n]
    if any(0 < n < floor_of(entry) for n in sides):
        return [AggregateFault("aggregate_small_group", {"where": where, "smallest": floor_of(entry)})]
    return []


def _term(where: str, line: Line, entry: Indicator) -> Faults:
    """The pooling term against the value, its interval and its standard error."""
    if line.pooling is None:
        return []
    effect, variance = line.pooling.effect, line.pooling.variance
    value, low, high = line.limits
    back = BACK[entry.scale](effect)
    plain = not CORRECTED & set(line.flags or ()) and not (entry.scale == "logit" and value in (0.0, 1.0))
    if plain and math.isfinite(value) and not _close(back, value):
        return [_wrong("aggregate_not_recomputed", where, marked("the pooled effect"))]
    se = (line.details or {}).get("se")
    if isinstance(se, float) and entry.scale != "logit" and plain and not _close(se**2, variance):
        return [_wrong("aggregate_not_recomputed", where, marked("the variance of the pooled effect"))]
    if (
        entry.code == "hodges_lehmann"
        and plain
        and not _close(((high - low) / (2 * normal_quantile(float(line.level or 0)))) ** 2, variance)
    ):
        return [_wrong("aggregate_not_recomputed", where, marked("the variance of the pooled effect"))]
    return []


def _from_sums(where: str, line: Line, use: IndicatorUse, protocol: Protocol, sums: Cells | Sides | None) -> Faults:
    """The whole result again, where the counts and sums suffice; the intervals of nested rows rest on more than counts."""
    nested = {Flag.CLUSTERED.value, Flag.NESTING_IGNORED.value} & set(line.flags or ())
    kind = Cells if has_table(use.code) else Sides if use.code in MEANS else None
    if sums is not None and not (kind and isinstance(sums, kind)):
        return [_wrong("aggregate_not_recomputed", where, marked("the estimate"))]
    if nested or line.details is None:  # the short line of a subgroup has no counts
        return []
    plain = None if sums is None else sums.model_dump()
    entry = catalogue()[use.code]
    options = {**{k: o.default for k, o in entry.options.items() if o.default is not None}, **use.options}
    try:
        again = recomputed(use.code, line.details, plain, options, protocol.level)
    except (DomainError, KeyError, ValueError, ArithmeticError, TypeError):
        return [_wrong("aggregate_domain", where, marked("counts that cannot be"))]
    if again is None or _same(again, line):
        return []
    return [_wrong("aggregate_not_recomputed", where, marked("the estimate"))]


def _same(again: Result, line: Line) -> bool:
    """Whether a line states what its counts give."""
    if not isinstance(again, Estimate) or again.n != line.n:
        return False
    stated = (*line.limits, *((line.pooling.effect, line.pooling.variance) if line.pooling else ()))
    term = (again.pooling.effect, again.pooling.variance) if again.pooling else ()
    found = (again.value, again.low, again.high, *term)
    return len(stated) == len(found) and all(map(_close, found, stated))


def _close(a: float, b: float) -> bool:
    return a == b or math.isclose(a, b, rel_tol=CLOSE, abs_tol=1e-12)


def small_faults(
    where: str, part: IndicatorPart, use: IndicatorUse, protocol: Protocol, names: Mapping[str, Subgroup]
) -> Faults:
    """The levels: those of the protocol, none too small to be shown, never a single one withheld, and no more than the whole."""
    del use
    if part.by_subgroup and part.result.withheld is not None:
        return [AggregateFault("aggregate_small_group", {"where": where, "smallest": SMALLEST_SUBGROUP})]
    faults: Faults = []
    for name, lines in part.by_subgroup.items():
        subgroup = names[name]
        declared = [
            w["level"] for w in declared_levels(subgroup, protocol.table(subgroup.table).column(subgroup.column))
        ]
        if [line.level_of for line in lines] != declared:
            faults.append(_wrong("aggregate_rows", f"{where}, {name}", marked("the levels are not the protocol's")))
        told = [line.n or 0 for line in lines if line.withheld is None]
        if sum(told) > (part.result.n or 0):
            faults.append(
                _wrong("aggregate_rows", f"{where}, {name}", marked("more observations in the levels than in all"))
            )
        if len(lines) - len(told) == 1 and any(told):
            faults.append(
                AggregateFault("aggregate_small_group", {"where": f"{where}, {name}", "smallest": SMALLEST_SUBGROUP})
            )
    return faults
