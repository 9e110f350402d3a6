"""The aggregate of a hospital's rows: counts, sums, estimates and pooling terms by site; never a row, never one case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation import ENGINE_VERSION
from evaluation.aggregate.model import FORMAT, KIND
from evaluation.aggregate.shielded import cut, floor_of, sizes
from evaluation.aggregate.sums import sums_of
from evaluation.canonical import canonical_json, digest_of, number
from evaluation.data import PilotData, TableData
from evaluation.estimate import Estimate, Extra, NotEstimable, Result
from evaluation.indicators.catalogue import Indicator, catalogue
from evaluation.indicators.inputs import Inputs
from evaluation.protocol import IndicatorUse, Protocol
from evaluation.scorecard.bind import bind, rows_read
from evaluation.scorecard.cautions import facts_of
from evaluation.scorecard.elsewhere import crossed_codes, excluded_rows
from evaluation.scorecard.estimates import by_group, positives_of
from evaluation.scorecard.levels import declared_levels, levels
from evaluation.scorecard.missing import missing_values
from evaluation.small_numbers import SMALLEST_SUBGROUP, hidden_levels
from evaluation.vocabulary import ColumnRole, Flag, Reason

DETAILS = frozenset(
    {
        "numerator",
        "denominator",
        "events_1",
        "n1",
        "events_2",
        "n2",
        "se",
        "t",
        "df",
        "p_value",
        "n_with_tool",
        "n_without_tool",
        "n_positive",
        "n_negative",
        "clusters",
        "design_effect",
        "n_effective",
        "dispersion",
    }
)
"""The further quantities that leave the hospital: counts and spreads, never a measurement."""
WITHHELD: Mapping[str, Any] = {"withheld": Reason.SMALL_GROUP.value}


def aggregate(protocol: Protocol, data: PilotData) -> dict[str, Any]:
    """What a site submits in place of its rows, the same for the same rows, protocol and engine, to the byte.

    Groups of fewer than eleven observations are withheld, and whatever would give them by subtraction with them; there is
    no curve, no extreme, no identifier, no pseudonym, and no text but the protocol's own words and the sites' numbers.
    """
    content: dict[str, Any] = {
        "kind": KIND,
        "format": FORMAT,
        "engine": ENGINE_VERSION,
        "protocol": {"id": protocol.id, "version": protocol.version, "digest": protocol.digest},
        "data": {
            "digest": data.digest,
            "rows": data.rows,
            "received": data.received,
            "excluded": excluded_rows(data),
        },
        "sites": [_site(protocol, data, site) for site in data.sites],
    }
    return {**content, "digest": digest_of(content)}


def aggregate_bytes(protocol: Protocol, data: PilotData) -> bytes:
    """Its canonical JSON."""
    return canonical_json(aggregate(protocol, data)) + b"\n"


def _site(protocol: Protocol, data: PilotData, site: str) -> dict[str, Any]:
    tables = {name: _of_site(table, site) for name, table in data.tables.items() if site in table.sites}
    lines = [_indicator(protocol, use, data, site) for use in protocol.indicators if use.table in tables]
    return {"site": site, "tables": {name: _facts(table) for name, table in tables.items()}, "indicators": lines}


def _of_site(table: TableData, site: str) -> TableData:
    """The rows of one site, which keep their order."""
    return TableData(table.spec, table.frame.filter(table.site_codes([site]) == 0), ())


def _facts(table: TableData) -> dict[str, Any]:
    facts = facts_of(table)
    reference = None
    if facts.reference is not None:
        reference = {"rows": facts.reference[0], "missing": facts.reference[1]}
    return {
        "rows": facts.rows,
        "reference": reference,
        "nested": facts.nested,
        "short_period": facts.short_period,
    }


def _indicator(protocol: Protocol, use: IndicatorUse, data: PilotData, site: str) -> dict[str, Any]:
    entry = catalogue()[use.code]
    table = rows_read(use, data)
    inputs = bind(protocol, use, table)
    codes = table.site_codes([site])
    head = {"id": use.id, "code": use.code}
    rows = int(np.count_nonzero(codes == 0))
    if entry.spans_sites:  # what such a model needs of a site would show its rows
        nothing = NotEstimable(Reason.MODEL_NEEDS_ROWS, 0, entry.method)
        return {**head, **_empty(result_line(nothing), rows)}
    if inputs is None:
        nothing = NotEstimable(Reason.MISSING_COLUMN, 0, entry.method)
        return {**head, **_empty(result_line(nothing), rows)}
    group = _groups(entry, inputs, codes, 1, table)[0]
    part = inputs.where(codes == 0)
    return {
        **head,
        "result": WITHHELD if group.small else result_line(group.result),
        "sums": None if group.small else group.sums,
        "positives": None if group.small else group.positives,
        "missing": missing_values(part, rows),
        "by_subgroup": {} if group.small else _levels(protocol, use, entry, table, inputs, codes),
    }


def _empty(result: Mapping[str, Any], rows: int) -> dict[str, Any]:
    missing = {"rows": rows, "by_input": {}}
    return {"result": result, "sums": None, "positives": None, "missing": missing, "by_subgroup": {}}


class _Group:
    """The result of one group, the sums behind it, and whether it is too small to be shown."""

    def __init__(self, entry: Indicator, inputs: Inputs, result: Result, positives: int | None, people: Any) -> None:
        self.result = result
        self.positives = None if positives is not None and 0 < positives < SMALLEST_SUBGROUP else positives
        self.sums = sums_of(entry, inputs, result)
        self.size = min((n for n in sizes(entry, inputs, result, people) if n), default=0)
        self.small = cut(self.size, entry)


def _groups(entry: Indicator, inputs: Inputs, codes: NDArray[Any], groups: int, table: TableData) -> list[_Group]:
    results = by_group(entry, inputs, [""] * groups, codes)
    positives = positives_of(inputs, codes, groups)
    patients = table.with_role(ColumnRole.PATIENT)
    found = []
    for place, part in enumerate(inputs.parts(codes, groups)):
        people = None if patients is None else patients.values[codes == place]
        found.append(_Group(entry, part, results[place][1], positives[place], people))
    return found


def _levels(
    protocol: Protocol, use: IndicatorUse, entry: Indicator, table: TableData, inputs: Inputs, site: NDArray[Any]
) -> dict[str, list[dict[str, Any]]]:
    """The lines of the levels that the protocol declares; a level of free text would be a cell of the file."""
    found: dict[str, list[dict[str, Any]]] = {}
    for subgroup in protocol.subgroups if entry.subgroups else ():
        if subgroup.table != use.table or subgroup.column not in table.columns:
            continue
        words = declared_levels(subgroup, table.spec.column(subgroup.column))
        if not words:
            continue
        _, codes = levels(subgroup, table)
        groups = _groups(entry, inputs, crossed_codes(np.where(site == 0, 0, -1), codes, len(words)), len(words), table)
        hidden = hidden_levels([group.size for group in groups], floor_of(entry))
        found[subgroup.name] = [
            {"level_of": word["level"], **(WITHHELD if place in hidden else result_line(group.result, short=True))}
            for place, (word, group) in enumerate(zip(words, groups, strict=True))
        ]
    return found


def result_line(result: Result, *, short: bool = False) -> dict[str, Any]:
    """A result as it leaves the hospital: no bare value without its interval, and only the quantities of `DETAILS`."""
    term = result.pooling
    common: dict[str, Any] = {
        "n": result.n,
        "method": result.method,
        "flags": sorted(Flag(flag).value for flag in result.flags),
        "pooling": None if term is None else {"effect": number(term.effect), "variance": number(term.variance)},
    }
    if not short:
        common["details"] = {k: _plain(v) for k, v in sorted(result.extras.items()) if k in DETAILS}
    if isinstance(result, Estimate):
        interval = {"value": number(result.value), "low": number(result.low), "high": number(result.high)}
        return {**interval, "level": result.level, **common}
    return {"not_estimable": result.reason.value, **common}


def _plain(value: Extra) -> Any:
    if isinstance(value, Sequence) and not isinstance(value, str):
        raise TypeError("a detail that leaves the hospital is one number")
    return number(value) if isinstance(value, float) else value
