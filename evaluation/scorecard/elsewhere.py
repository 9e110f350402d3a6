"""Sites whose rows stay at the hospital: what their aggregates bring to a scorecard in place of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.data import PilotData, TableData
from evaluation.estimate import Estimate, NotEstimable, Result
from evaluation.indicators.catalogue import Indicator
from evaluation.indicators.estimators.common import FEW_POSITIVES
from evaluation.indicators.inputs import Inputs
from evaluation.protocol import Protocol, Subgroup
from evaluation.scorecard.estimates import by_group
from evaluation.scorecard.levels import declared_levels, levels
from evaluation.scorecard.model import short_json
from evaluation.scorecard.pooled import synthesise
from evaluation.vocabulary import Flag, Reason

Excluded = Sequence[Mapping[str, Any]]
"""`{table, reason, reason_en, n}` for each rule that set rows aside."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One indicator in one site: its result, its missing values, its positive cases, and the result of each level shown."""

    result: Result
    missing: Mapping[str, Any]
    positives: int | None
    levels: Mapping[str, Mapping[str, Result]]


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What the cautions read of one table of one site; `reference` counts the rows that are to have one, and those without."""

    rows: int
    reference: tuple[int, int] | None
    nested: bool
    short_period: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One site of one aggregate."""

    site: str
    tables: Mapping[str, TableFacts]
    figures: Mapping[str, Figures]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A checked aggregate: the sites of one file, under its digest and the engine that made it."""

    digest: str
    engine: str
    data_digest: str
    rows: int
    received: int
    excluded: Excluded
    sites: tuple[Elsewhere, ...]


def excluded_rows(data: PilotData) -> Excluded:
    """The rows set aside by the protocol's exclusions, by table."""
    return [
        {"table": name, "reason": label.fr, "reason_en": label.en, "n": n}
        for name, table in sorted(data.tables.items())
        for label, n in table.excluded
    ]


def added_excluded(parts: Sequence[Excluded]) -> Excluded:
    """Those of all sites, one line a table and reason."""
    if len(parts) == 1:
        return parts[0]
    counts: dict[tuple[str, str, str], int] = {}
    for item in (item for part in parts for item in part):
        key = (item["table"], item["reason"], item["reason_en"])
        counts[key] = counts.get(key, 0) + item["n"]
    return [{"table": t, "reason": fr, "reason_en": en, "n": counts[t, fr, en]} for t, fr, en in sorted(counts)]


def figures_of(aggregates: Sequence[Aggregate], indicator: str) -> Iterator[tuple[str, Figures]]:
    """The figures of each site that keeps its rows and has some for this indicator."""
    for aggregate in aggregates:
        for site in aggregate.sites:
            if indicator in site.figures:
                yield site.site, site.figures[indicator]


def no_estimate(entry: Indicator, by_site: Sequence[tuple[str, Result]], positives: int) -> NotEstimable:
    """Why there is no estimate over rows; the flag of few positive cases stands when all sites together have too few."""
    reason = Reason.MODEL_NEEDS_ROWS if entry.spans_sites else Reason.AGGREGATE_SITE
    told = [result for _, result in by_site if result.n]
    few = bool(told) and all(Flag.FEW_POSITIVES in result.flags for result in told) and positives < FEW_POSITIVES
    return NotEstimable(reason, sum(r.n for r in told), entry.method, flags=(Flag.FEW_POSITIVES,) if few else ())


def added_missing(first: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The missing values of all sites."""
    counts: dict[str, int] = dict(first["by_input"])
    for other in others:
        for name, n in other["by_input"].items():
            counts[name] = counts.get(name, 0) + n
    rows = first["rows"] + sum(other["rows"] for other in others)
    return {"rows": rows, "by_input": dict(sorted(counts.items()))}


def level_lines(
    protocol: Protocol,
    subgroup: Subgroup,
    entry: Indicator,
    table: TableData,
    inputs: Inputs | None,
    others: Sequence[tuple[str, Figures]],
) -> tuple[list[dict[str, Any]], list[Result]]:
    """Each declared level pooled over the sites, since there are no rows of all of them."""
    words = declared_levels(subgroup, table.spec.column(subgroup.column))
    here = _levels_here(subgroup, entry, table, inputs, [word["level"] for word in words])
    lines: list[dict[str, Any]] = []
    results: list[Result] = []
    for word in words:
        by_site = [*here.get(word["level"], [])]
        by_site += [
            (site, figures.levels[subgroup.name][word["level"]])
            for site, figures in others
            if word["level"] in figures.levels.get(subgroup.name, {})
        ]
        pooled = synthesise(sorted(by_site, key=lambda pair: pair[0]), protocol.pooling, entry.scale, protocol.level)
        rows = sum(result.n for _, result in by_site)
        result: Result = NotEstimable(Reason.AGGREGATE_SITE, rows, entry.method)
        if pooled.reading is not None:
            reading, method = pooled.reading, str(pooled.content["method"])
            result = Estimate(
                reading.value, reading.low, reading.high, protocol.level, reading.n, method, pooling=pooled.term
            )
        lines.append({**word, **short_json(result)})
        results.append(result)
    return lines, results


def _levels_here(
    subgroup: Subgroup, entry: Indicator, table: TableData, inputs: Inputs | None, names: Sequence[str]
) -> dict[str, list[tuple[str, Result]]]:
    """The result of each level in each site that sent rows."""
    if subgroup.column not in table.columns or not names:
        return {}
    _, codes = levels(subgroup, table)
    crossed = crossed_codes(table.site_codes(table.sites), codes, len(names))
    pairs = [(site, level) for site in table.sites for level in names]
    found = by_group(entry, inputs, [level for _, level in pairs], crossed)
    here: dict[str, list[tuple[str, Result]]] = {}
    for (site, level), (_, result) in zip(pairs, found, strict=True):
        here.setdefault(level, []).append((site, result))
    return here


def crossed_codes(sites: NDArray[Any], codes: NDArray[Any], levels_declared: int) -> NDArray[np.int64]:
    """The place of each row in the sites crossed with the levels, −1 for a row that lacks either."""
    both = (sites >= 0) & (codes >= 0)
    return np.where(both, sites.astype(np.int64) * levels_declared + codes, -1)
