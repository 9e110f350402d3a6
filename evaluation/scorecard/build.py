"""From observations to the scorecard: each indicator overall, by site, by subgroup and pooled, then its verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from evaluation import ENGINE_VERSION
from evaluation.canonical import digest_of
from evaluation.data import PilotData, TableData
from evaluation.estimate import NotEstimable, Result
from evaluation.indicators.catalogue import Indicator, catalogue
from evaluation.indicators.estimators.accuracy import overall_runs
from evaluation.indicators.inputs import Inputs
from evaluation.indicators.naming import unit_of
from evaluation.protocol import IndicatorUse, Protocol
from evaluation.scorecard.bind import bind, rows_read
from evaluation.scorecard.cautions import cautions
from evaluation.scorecard.elsewhere import (
    Aggregate,
    Figures,
    added_excluded,
    added_missing,
    excluded_rows,
    figures_of,
    level_lines,
    no_estimate,
)
from evaluation.scorecard.estimates import by_group, estimate_of, positives_of
from evaluation.scorecard.levels import levels
from evaluation.scorecard.missing import missing_values
from evaluation.scorecard.model import Scorecard, result_json, short_json
from evaluation.scorecard.multiplicity import SubgroupTest, multiplicity, subgroup_test
from evaluation.scorecard.pooled import Synthesis, reading_of, synthesise
from evaluation.scorecard.three import three_estimates
from evaluation.scorecard.verdict import Judgement, Reading, beyond, judge, worst
from evaluation.small_numbers import hidden_levels
from evaluation.statistics.roc import curve_points
from evaluation.vocabulary import Domain, Flag, Reason, Role, Settled, Verdict


def score(protocol: Protocol, data: PilotData, aggregates: Sequence[Aggregate] = ()) -> Scorecard:
    """The scorecard of `data`, and of the sites that keep their rows, against `protocol`.

    Pure: it knows no clock, no locale and no file; the same observations in any order give the same bytes.
    """
    aggregates = sorted(aggregates, key=lambda one: one.digest)
    assessed = [_indicator(protocol, use, data, aggregates) for use in protocol.indicators]
    indicators = [one.content for one in assessed]
    content: dict[str, Any] = {
        "engine": ENGINE_VERSION,
        "protocol": _protocol_block(protocol),
        "data": _data_block(data, aggregates),
        "subgroups": {s.name: {"fr": s.label.fr, "en": s.label.en} for s in protocol.subgroups},
        "indicators": indicators,
        "domains": _domains(protocol, indicators),
        "multiplicity": multiplicity(
            protocol, [one.reading for one in assessed], [t for one in assessed for t in one.tests]
        ),
        "three_estimates": three_estimates(protocol),
        "design_strength": None if protocol.strength is None else protocol.strength.value,
        "warnings": cautions(protocol, data, aggregates),
    }
    if protocol.strength is None:
        content["design_strength_reason"] = "silent phase or economic study alone"
    return Scorecard(content)


def _protocol_block(protocol: Protocol) -> dict[str, Any]:
    return {
        "id": protocol.id,
        "version": protocol.version,
        "digest": protocol.digest,
        "use_case": protocol.use_case.value,
        "design": protocol.design.value,
        "title": {"fr": protocol.title.fr, "en": protocol.title.en},
        "measured": protocol.measured.value,
        "human_decides": protocol.human_decides,
        "leading_domain": protocol.leading_domain.value,
        "failures": protocol.failures,
        "level": protocol.level,
    }


def _data_block(data: PilotData, aggregates: Sequence[Aggregate]) -> dict[str, Any]:
    tables = Counter({name: table.rows for name, table in data.tables.items()})
    for one in aggregates:
        tables.update({name: facts.rows for site in one.sites for name, facts in site.tables.items()})
    return {
        "digest": _digest(data, aggregates),
        "rows": data.rows + sum(one.rows for one in aggregates),
        "received": data.received + sum(one.received for one in aggregates),
        "tables": {name: {"rows": rows} for name, rows in tables.items()},
        "sites": sorted({*data.sites, *(site.site for one in aggregates for site in one.sites)}),
        "excluded": added_excluded([excluded_rows(data), *(one.excluded for one in aggregates)]),
        **({"aggregates": _aggregates_block(aggregates)} if aggregates else {}),
    }


def _digest(data: PilotData, aggregates: Sequence[Aggregate]) -> str:
    """The digest of the rows; where sites kept theirs, one over it and over the aggregates."""
    if not aggregates:
        return data.digest
    return digest_of({"rows": data.digest, "aggregates": [one.digest for one in aggregates]})


def _aggregates_block(aggregates: Sequence[Aggregate]) -> list[dict[str, Any]]:
    return [
        {
            "digest": one.digest,
            "data": one.data_digest,
            "engine": one.engine,
            "rows": one.rows,
            "sites": [site.site for site in one.sites],
        }
        for one in aggregates
    ]


@dataclass(frozen=True, slots=True)
class _Assessed:
    """One indicator: its block of the scorecard, what its verdict reads, and the tests of its subgroups."""

    content: dict[str, Any]
    reading: Reading | None
    tests: tuple[SubgroupTest, ...]


def _indicator(protocol: Protocol, use: IndicatorUse, data: PilotData, aggregates: Sequence[Aggregate]) -> _Assessed:
    entry = catalogue()[use.code]
    table = rows_read(use, data)
    inputs = bind(protocol, use, table)
    others = list(figures_of(aggregates, use.id))
    by_site = _by_site(entry, inputs, data.tables[use.table].sites, table, others)
    overall = estimate_of(entry, inputs) if not aggregates else _without_rows(entry, inputs, table, by_site, others)
    pooled = Synthesis({"not_estimable": Reason.SPANS_SITES.value}, None)
    if not entry.pooled:
        pooled = Synthesis({"not_estimable": Reason.NOT_POOLED.value}, None)
    elif not entry.spans_sites:
        pooled = synthesise(by_site, protocol.pooling, entry.scale, protocol.level)
    reading = pooled.reading or reading_of(overall)
    judgement = _judge(use, entry, overall, pooled)
    subgroups, tests = _subgroups(protocol, use, entry, table, inputs, others if aggregates else None)
    kept = {site for site, _ in others}
    label = use.label
    unit, unit_fr = unit_of(use, table.spec)
    content: dict[str, Any] = {
        "id": use.id,
        "code": use.code,
        "short": entry.short,
        "label": label.fr if label else entry.fr,
        "label_en": label.en if label else entry.en,
        "domain": use.in_domain.value,
        "role": use.role.value,
        "unit": unit,
        "unit_fr": unit_fr,
        "better": use.direction.value,
        "measured": (use.measured or protocol.measured).value,
        "estimate": result_json(overall),
        "missing": added_missing(missing_values(inputs, table.rows), [f.missing for _, f in others]),
        "comparator": use.comparator.fr if use.comparator else None,
        "comparator_en": use.comparator.en if use.comparator else None,
        "threshold": use.criterion.threshold if use.criterion else None,
        "threshold_source": use.criterion.source if use.criterion else None,
        "test": use.criterion.test.value if use.criterion else None,
        "margin": use.criterion.margin if use.criterion else None,
        "valued": use.valued,
        "verdict": judgement.verdict.value,
        "verdict_reads": "pooled" if pooled.reading else "estimate",
        "beyond_threshold": bool(use.criterion and reading and beyond(reading.value, use.criterion, use.direction)),
        "more_cases_needed": judgement.more_cases,
        "more_cases_reason": judgement.no_more_cases.value if judgement.no_more_cases else None,
        "by_site": [
            {"site": site, **short_json(result), **({"aggregate": True} if site in kept else {})}
            for site, result in by_site
        ],
        "by_subgroup": subgroups,
        "pooled": pooled.content,
    }
    if use.code == "auc" and inputs is not None and not aggregates and not _impossible(overall):
        content["curve"] = [list(point) for point in curve_points(overall_runs(inputs))]
    return _Assessed(content, reading, tests)


def _impossible(result: Result) -> bool:
    return isinstance(result, NotEstimable) and result.reason == Reason.IMPOSSIBLE_VALUE


def _by_site(
    entry: Indicator,
    inputs: Inputs | None,
    sites: tuple[str, ...],
    table: TableData,
    others: Sequence[tuple[str, Figures]],
) -> list[tuple[str, Result]]:
    """The result of each site, from its rows or from what it sent in their place, by site."""
    if entry.spans_sites:
        return []
    codes = table.remember(("sites", sites), lambda: table.site_codes(sites))
    found = by_group(entry, inputs, sites, codes)
    return sorted([*found, *((site, figures.result) for site, figures in others)], key=lambda pair: pair[0])


def _without_rows(
    entry: Indicator,
    inputs: Inputs | None,
    table: TableData,
    by_site: Sequence[tuple[str, Result]],
    others: Sequence[tuple[str, Figures]],
) -> NotEstimable:
    here = positives_of(inputs, np.zeros(table.rows, dtype=np.int8), 1)[0] if inputs is not None else 0
    return no_estimate(entry, by_site, (here or 0) + sum(figures.positives or 0 for _, figures in others))


def _judge(use: IndicatorUse, entry: Indicator, overall: Result, pooled: Synthesis) -> Judgement:
    if use.criterion is None:
        return Judgement(Verdict.NOT_ASSESSED, None, Settled.NO_CRITERION)
    reading = pooled.reading or reading_of(overall)
    if reading is None:
        return Judgement(Verdict.NOT_ASSESSED, None, Settled.NO_ESTIMATE)
    if Flag.FEW_POSITIVES in overall.flags:
        return Judgement(Verdict.NOT_ASSESSED, None, Settled.TOO_FEW_POSITIVES)
    return judge(reading, use.criterion, use.direction, entry.scale)


def _subgroups(
    protocol: Protocol,
    use: IndicatorUse,
    entry: Indicator,
    table: TableData,
    inputs: Inputs | None,
    others: Sequence[tuple[str, Figures]] | None,
) -> tuple[dict[str, list[dict[str, Any]]], tuple[SubgroupTest, ...]]:
    """The lines of every level, and one test of heterogeneity a subgroup; pooled by level where sites keep their rows."""
    found: dict[str, list[dict[str, Any]]] = {}
    tests: list[SubgroupTest] = []
    for subgroup in protocol.subgroups if entry.subgroups else ():
        if subgroup.table != use.table:
            continue
        if others is not None and not entry.spans_sites:
            found[subgroup.name], results = level_lines(protocol, subgroup, entry, table, inputs, others)
        elif others is None and subgroup.column in table.columns:
            words, codes = table.remember(("subgroup", subgroup.name), partial(levels, subgroup, table))
            results = [result for _, result in by_group(entry, inputs, [word["level"] for word in words], codes)]
            found[subgroup.name] = [{**w, **short_json(r)} for w, r in zip(words, results, strict=True)]
        else:
            continue
        hidden = hidden_levels([result.n for result in results])
        shown = [result for place, result in enumerate(results) if place not in hidden]
        tests.append(subgroup_test(use.id, subgroup.name, shown))
    return found, tuple(tests)


def _domains(protocol: Protocol, indicators: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The worst verdict of the primaries of each domain; a domain without a primary says so and blocks nothing."""
    domains: dict[str, Any] = {}
    for domain in Domain:
        gating = (Role.PRIMARY, Role.SAFETY) if domain == Domain.SAFETY else (Role.PRIMARY,)
        primaries = [i for i in indicators if i["domain"] == domain.value and i["role"] in gating]
        if not primaries:
            domains[domain.value] = {"verdict": None, "primaries": [], "reason": "no_primary_declared"}
            continue
        domains[domain.value] = {
            "verdict": worst(Verdict(i["verdict"]) for i in primaries).value,
            "primaries": [i["id"] for i in primaries],
            "valued": all(i["valued"] for i in primaries),
            "leading": domain == protocol.leading_domain,
        }
    return domains
