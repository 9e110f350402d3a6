"""Sentences about the whole scorecard: what the design, the sites or the missing references oblige a reader to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from evaluation.data import PilotData, TableData
from evaluation.protocol import Protocol
from evaluation.scorecard.bind import nesting
from evaluation.scorecard.elsewhere import Aggregate, Elsewhere, TableFacts
from evaluation.vocabulary import Caution, ColumnRole, Design, Domain, Measured, Role

CLUSTERED_DESIGNS = (Design.STEPPED_WEDGE, Design.DIFF_IN_DIFF, Design.PAIRED_READING)
"""Designs whose models expect several rows of one cluster or reader."""
ENOUGH_CLUSTERS = 15
EIGHT_WEEKS = 56 * 86_400.0
"""Seconds."""
MISSING_REFERENCE_LIMIT = 0.10
"""Share of rows without a reference above which the data do not bear the figures (FIELD §3.3)."""


def cautions(protocol: Protocol, data: PilotData, aggregates: Sequence[Aggregate] = ()) -> list[dict[str, Any]]:
    """The cautions in a fixed order, each `{code, …}`; the code is a word of `Caution`."""
    found: list[dict[str, Any]] = []
    if protocol.design == Design.BEFORE_AFTER:
        found.append({"code": Caution.NO_CONTROL.value})
    if protocol.design == Design.PARALLEL_ARMS and not protocol.randomised:
        found.append({"code": Caution.NOT_RANDOMISED.value})
    if protocol.measured == Measured.TOOL_ALONE and protocol.human_decides:
        found.append({"code": Caution.TOOL_ALONE.value})
    kept = [site for one in aggregates for site in one.sites]
    if len({*data.sites, *(site.site for site in kept)}) < 2:
        found.append({"code": Caution.ONE_SITE.value})
    if kept:
        found.append({"code": Caution.AGGREGATES.value, "sites": sorted(site.site for site in kept)})
    facts = {name: _facts(name, table, kept) for name, table in sorted(data.tables.items())}
    found.extend(
        {"code": Caution.REFERENCE_MISSING.value, "table": name, "share": share}
        for name, sites in facts.items()
        if (share := _share_missing(sites)) > MISSING_REFERENCE_LIMIT
    )
    found.extend({"code": caution.value} for caution in _of_design(protocol, data, facts))
    found.extend(
        {"code": Caution.NESTED_ROWS.value, "table": name}
        for name, sites in facts.items()
        if any(one.nested for one in sites) and protocol.design not in CLUSTERED_DESIGNS
    )
    if any(use.valued for use in protocol.indicators):
        found.append({"code": Caution.VALUED_TIME.value})
    for domain in Domain:
        uses = [u for u in protocol.indicators if u.in_domain == domain]
        if not any(u.role in (Role.PRIMARY, Role.SAFETY) for u in uses):
            found.append({"code": Caution.DOMAIN_EMPTY.value, "domain": domain.value})
    return found


def _facts(name: str, table: TableData, kept: Sequence[Elsewhere]) -> list[TableFacts]:
    """What is known of a table: of the rows that are here, and of each site that kept its own."""
    found = [site.tables[name] for site in kept if name in site.tables]
    return [facts_of(table), *found] if table.rows or not found else found


def facts_of(table: TableData) -> TableFacts:
    """What the cautions read of the rows of one table."""
    return TableFacts(table.rows, reference_counts(table), nesting(table) is not None, _short_side(table))


def _of_design(protocol: Protocol, data: PilotData, facts: Mapping[str, list[TableFacts]]) -> Iterator[Caution]:
    """What the design itself obliges a reader to know (FIELD §4)."""
    tables = data.tables.values()
    if protocol.design == Design.BEFORE_AFTER and any(
        all(one.short_period for one in sites) for sites in facts.values()
    ):
        yield Caution.SHORT_PERIOD
    if protocol.design == Design.DIFF_IN_DIFF:
        yield Caution.PARALLEL_TRENDS
    if protocol.design == Design.PAIRED_READING and any(_groups(table, ColumnRole.READER) == 1 for table in tables):
        yield Caution.ONE_READER
    if protocol.design == Design.STEPPED_WEDGE and any(
        0 < _groups(table, ColumnRole.CLUSTER) < ENOUGH_CLUSTERS for table in tables
    ):
        yield Caution.FEW_ROLLED_OUT
    if protocol.design == Design.SILENT:
        yield Caution.SILENT_PHASE


def _groups(table: TableData, role: ColumnRole) -> int:
    """How many readers or clusters the rows name; 0 without such a column."""
    column = table.with_role(role)
    if column is None or column.labels is None:
        return 0
    return int(np.unique(column.values[column.values >= 0]).size)


def _short_side(table: TableData) -> bool:
    """Whether the dated rows of one of the two periods span fewer than eight weeks."""
    date = table.with_role(ColumnRole.DATE) or table.with_role(ColumnRole.START_TIME)
    for spec in table.spec.with_role(ColumnRole.PERIOD):
        if date is not None and spec.name in table.columns:
            for label in (spec.with_tool, spec.without_tool):
                side = date.values[table.columns[spec.name].is_label(label) & ~date.missing]
                if side.size and np.ptp(side) < EIGHT_WEEKS:
                    return True
    return False


def _share_missing(sites: Sequence[TableFacts]) -> float:
    counts = [one.reference for one in sites if one.reference is not None]
    rows, missing = sum(n for n, _ in counts), sum(m for _, m in counts)
    return missing / rows if rows else 0.0


def reference_counts(table: TableData) -> tuple[int, int] | None:
    """The rows that are to have a reference (those with the tool where there are arms or periods), and those without it."""
    reference = table.with_role(ColumnRole.REFERENCE)
    if reference is None:
        return None
    rows = np.ones(table.rows, dtype=bool)
    for role in (ColumnRole.ARM, ColumnRole.PERIOD):
        for spec in table.spec.with_role(role):
            if spec.name in table.columns:
                rows = table.columns[spec.name].is_label(spec.with_tool)
    return int(np.count_nonzero(rows)), int(np.count_nonzero(reference.missing[rows]))
