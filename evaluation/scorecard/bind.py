"""Which columns an indicator reads: the protocol's bindings, else the columns of the catalogue's roles."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from evaluation.data import Column, PilotData, TableData
from evaluation.indicators.catalogue import Indicator, catalogue
from evaluation.indicators.inputs import Clusters, Inputs, Mask
from evaluation.protocol import IndicatorUse, Protocol
from evaluation.tables import Column as ColumnSpec
from evaluation.vocabulary import ColumnRole

CONTRAST_ROLES = (ColumnRole.ARM, ColumnRole.PERIOD)
NESTING_ROLES = (ColumnRole.PATIENT, ColumnRole.READER, ColumnRole.CLUSTER)


def rows_read(use: IndicatorUse, data: PilotData) -> TableData:
    """The rows that an indicator reads: its table, or those with the tool where it reads only them."""
    table = data.tables[use.table]
    spec = _contrast_spec(use, table)
    if catalogue()[use.code].with_tool_only and spec is not None:
        return table.only(spec.name, spec.with_tool)
    return table


def bind(protocol: Protocol, use: IndicatorUse, table: TableData) -> Inputs | None:
    """The inputs of `use` on the rows that it reads; `None` when a required column is absent from the files."""
    entry = catalogue()[use.code]
    columns: dict[str, tuple[Column, ...]] = {}
    for name, spec in entry.inputs.items():
        if spec.compute_only:
            continue
        found = _columns(use, name, spec.roles, spec.many, table)
        if found:
            columns[name] = found
        elif spec.required:
            return None
    with_tool, without_tool = _contrast(use, table)
    return Inputs(
        columns=columns,
        options=_options(entry, use),
        level=protocol.level,
        rows=table.rows,
        failures_are_errors=entry.failure_is_error and protocol.failures == "error",
        with_tool=with_tool,
        without_tool=without_tool,
        clusters=None if entry.spans_sites else nesting(table),
        memo=table.memo,
    )


def _options(entry: Indicator, use: IndicatorUse) -> Mapping[str, float | str | bool]:
    defaults = {name: spec.default for name, spec in entry.options.items() if spec.default is not None}
    return {**defaults, **use.options}


def _columns(
    use: IndicatorUse, name: str, roles: tuple[ColumnRole, ...], many: bool, table: TableData
) -> tuple[Column, ...]:
    bound = use.inputs.get(name)
    if bound is None:
        names = [spec.name for role in roles for spec in table.spec.with_role(role) if spec.name in table.columns]
        return tuple(table.columns[n] for n in (names if many else names[:1]))
    wanted = (bound,) if isinstance(bound, str) else bound
    found = tuple(_duration(table) if one == "@duration" else table.columns.get(one) for one in wanted)
    return tuple(c for c in found if c is not None) if all(c is not None for c in found) else ()


def _duration(table: TableData) -> Column | None:
    """End minus start, in minutes."""
    start, end = table.with_role(ColumnRole.START_TIME), table.with_role(ColumnRole.END_TIME)
    if start is None or end is None:
        return None
    return table.remember("duration", lambda: Column((end.values - start.values) / 60.0))


def _contrast_spec(use: IndicatorUse, table: TableData) -> ColumnSpec | None:
    bound = use.inputs.get("group")
    if isinstance(bound, str):
        return table.spec.column(bound) if bound in table.columns else None
    for role in CONTRAST_ROLES:
        for spec in table.spec.with_role(role):
            if spec.name in table.columns:
                return spec
    return None


def _contrast(use: IndicatorUse, table: TableData) -> tuple[Mask | None, Mask | None]:
    spec = _contrast_spec(use, table)
    if spec is None:
        return None, None
    column, labels = table.columns[spec.name], (spec.with_tool, spec.without_tool)
    return table.remember(("contrast", spec.name), lambda: (column.is_label(labels[0]), column.is_label(labels[1])))


def nesting(table: TableData) -> Clusters | None:
    """The patient, else the reader, else the cluster of each row, when several rows share one; found once."""
    return table.remember("nesting", lambda: _nesting(table))


def _nesting(table: TableData) -> Clusters | None:
    for role in NESTING_ROLES:
        column = table.with_role(role)
        if column is not None and column.labels is not None:
            known = column.values[column.values >= 0]
            if known.size > np.unique(known).size:
                return column.values.astype(np.int64)
    return None
