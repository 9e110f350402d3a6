"""Sentences about the whole scorecard: what the design, the sites or the missing references oblige a reader to know."""

from __future__ import annotations

from typing import Any

import numpy as np

from evaluation.data import PilotData, TableData
from evaluation.protocol import Protocol
from evaluation.vocabulary import Caution, ColumnRole, Design, Domain, Measured, Role

MISSING_REFERENCE_LIMIT = 0.10
"""Share of rows without a reference above which the data do not bear the figures (FIELD §3.3)."""


def cautions(protocol: Protocol, data: PilotData) -> list[dict[str, Any]]:
    """The cautions in a fixed order, each `{code, …}`; the code is a word of `Caution`."""
    found: list[dict[str, Any]] = []
    if protocol.design == Design.BEFORE_AFTER:
        found.append({"code": Caution.NO_CONTROL.value})
    if protocol.design == Design.PARALLEL_ARMS and not protocol.randomised:
        found.append({"code": Caution.NOT_RANDOMISED.value})
    if protocol.measured == Measured.TOOL_ALONE and protocol.human_decides:
        found.append({"code": Caution.TOOL_ALONE.value})
    if len(data.sites) < 2:
        found.append({"code": Caution.ONE_SITE.value})
    found.extend(
        {"code": Caution.REFERENCE_MISSING.value, "table": name, "share": share}
        for name, table in sorted(data.tables.items())
        if (share := missing_reference_share(table)) > MISSING_REFERENCE_LIMIT
    )
    if any(use.valued for use in protocol.indicators):
        found.append({"code": Caution.VALUED_TIME.value})
    for domain in Domain:
        uses = [u for u in protocol.indicators if u.in_domain == domain]
        if not any(u.role in (Role.PRIMARY, Role.SAFETY) for u in uses):
            found.append({"code": Caution.DOMAIN_EMPTY.value, "domain": domain.value})
    return found


def missing_reference_share(table: TableData) -> float:
    """Share of the rows (those with the tool where there are arms or periods) whose reference is missing; 0 without one."""
    reference = table.with_role(ColumnRole.REFERENCE)
    if reference is None or not table.rows:
        return 0.0
    rows = np.ones(table.rows, dtype=bool)
    for role in (ColumnRole.ARM, ColumnRole.PERIOD):
        for spec in table.spec.with_role(role):
            if spec.name in table.columns:
                rows = table.columns[spec.name].is_label(spec.with_tool)
    return float(np.mean(reference.missing[rows])) if rows.any() else 0.0
