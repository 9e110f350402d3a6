"""Whether an aggregate may be trusted as far as a machine can tell: its shape, its digests, its sums, its small groups."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, NoReturn

from pydantic import ValidationError

from evaluation import ENGINE_VERSION
from evaluation.aggregate.faults import AggregateFault
from evaluation.aggregate.figures import line_faults, small_faults
from evaluation.aggregate.model import FORMAT, KEYS, KIND, MOST_BYTES, Content, IndicatorPart, SitePart
from evaluation.canonical import digest_of
from evaluation.faults import Problem, problem
from evaluation.indicators.catalogue import catalogue
from evaluation.language import marked
from evaluation.protocol import IndicatorUse, Protocol

MOST_FAULTS = 20


def loaded(text: bytes) -> tuple[Any, AggregateFault | None]:
    """The JSON of a file, or why there is none: no number that JSON lacks, no key twice, no depth without end."""
    if len(text) > MOST_BYTES:
        return None, AggregateFault("aggregate_too_large", {"megabytes": MOST_BYTES // 1024**2})
    try:
        return json.loads(text.decode("utf-8-sig"), parse_constant=_refused, object_pairs_hook=_each_once), None
    except (ValueError, RecursionError):  # a text that is no UTF-8 is a ValueError too
        return None, AggregateFault("aggregate_unreadable")


def _refused(constant: str) -> NoReturn:
    raise ValueError(constant)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def check_aggregate(
    content: Any, protocol: Protocol, *, sites: Collection[str] | None = None, sender: str | None = None
) -> list[AggregateFault]:
    """Every fault of an aggregate; none means that it may be pooled.

    Parameters
    ----------
    content
        What the file holds, as `loaded` gives it.
    protocol
        The frozen protocol of the pilot.
    sites
        The sites registered in the pilot; any site when `None`.
    sender
        The site that sends it, which may describe no other.

    Notes
    -----
    The machine can tell that an aggregate is whole, unchanged and coherent, not that the rows behind it exist.
    """
    if not isinstance(content, dict) or content.get("kind") != KIND:
        return [AggregateFault("aggregate_unknown")]
    if content.get("format") != FORMAT:
        return [AggregateFault("aggregate_format", {"known": FORMAT})]
    try:
        whole = Content.model_validate(content)
    except ValidationError as error:
        return _misshapen(error)
    faults = _header(content, whole, protocol)
    faults += _sites(whole, sites, sender)
    if whole.protocol.digest == protocol.digest:
        faults += _rows(whole, protocol)
        for site in whole.sites:
            faults += _of_site(site, protocol)
    return faults[:MOST_FAULTS]


def _misshapen(error: ValidationError) -> list[AggregateFault]:
    """Where the shape is broken, in the format's own words alone: a key that it lacks could be a name."""
    found: dict[tuple[str, str], AggregateFault] = {}
    for one in error.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in one["loc"] if isinstance(part, int) or part in KEYS) or "aggregate"
        reason = problem(one)
        found.setdefault((place, reason.message), AggregateFault("aggregate_schema", {"key": place, "reason": reason}))
    return list(found.values())[:MOST_FAULTS]


def _header(content: Mapping[str, Any], whole: Content, protocol: Protocol) -> list[AggregateFault]:
    faults = []
    if digest_of({key: value for key, value in content.items() if key != "digest"}) != whole.digest:
        faults.append(AggregateFault("aggregate_digest"))
    stated = (whole.protocol.id, whole.protocol.version, whole.protocol.digest)
    if stated != (protocol.id, protocol.version, protocol.digest):
        faults.append(AggregateFault("aggregate_protocol", {"protocol": protocol.id}))
    if whole.engine != ENGINE_VERSION:
        faults.append(AggregateFault("aggregate_engine", {"found": whole.engine, "known": ENGINE_VERSION}))
    return faults


def _sites(whole: Content, known: Collection[str] | None, sender: str | None) -> list[AggregateFault]:
    names = [site.site for site in whole.sites]
    faults = [
        AggregateFault("aggregate_site_twice", {"site": n}) for n in sorted({n for n in names if names.count(n) > 1})
    ]
    if sender is not None and set(names) != {sender}:
        return [*faults, AggregateFault("aggregate_site_mismatch", {"site": sender})]
    if known is not None:
        faults += [AggregateFault("aggregate_site_unknown", {"site": n}) for n in names if n not in known]
    return faults


def _rows(whole: Content, protocol: Protocol) -> list[AggregateFault]:
    """The rows of the sites against those of the whole, and the rows set aside against the protocol's rules."""
    rows = sum(table.rows for site in whole.sites for table in site.tables.values())
    aside = sum(item.n for item in whole.data.excluded)
    faults = []
    if rows != whole.data.rows or whole.data.rows + aside != whole.data.received:
        what = Problem("", marked("the rows of the sites, of the whole and those set aside"))
        faults.append(AggregateFault("aggregate_rows", {"where": "data", "what": what}))
    rules = {(t.name, e.reason.fr, e.reason.en) for t in protocol.tables for e in t.exclusions}
    if any((item.table, item.reason, item.reason_en) not in rules for item in whole.data.excluded):
        what = Problem("", marked("an exclusion that the protocol does not have"))
        faults.append(AggregateFault("aggregate_rows", {"where": "data", "what": what}))
    return faults


def _of_site(site: SitePart, protocol: Protocol) -> list[AggregateFault]:
    uses = [use for use in protocol.indicators if use.table in site.tables]
    known = {table.name for table in protocol.tables}
    if not set(site.tables) <= known or [(u.id, u.code) for u in uses] != [(p.id, p.code) for p in site.indicators]:
        return [AggregateFault("aggregate_indicators", {"site": site.site})]
    faults: list[AggregateFault] = []
    for table, part in site.tables.items():
        reference = part.reference
        if not part.rows or (reference and not reference.missing <= reference.rows <= part.rows):
            what = Problem("", marked("the rows of the table {table}"), {"table": table})
            faults.append(AggregateFault("aggregate_rows", {"where": site.site, "what": what}))
    for use, line in zip(uses, site.indicators, strict=True):
        faults += _of_indicator(site, use, line, protocol)
    return faults


def _of_indicator(site: SitePart, use: IndicatorUse, part: IndicatorPart, protocol: Protocol) -> list[AggregateFault]:
    where = f"{site.site}, {use.id}"
    entry = catalogue()[use.code]
    rows = site.tables[use.table].rows
    inputs = {*entry.inputs, "group"}
    faults: list[AggregateFault] = []
    counts = [part.missing.rows, *part.missing.by_input.values(), part.positives or 0]
    if part.missing.rows > rows or max(counts) > part.missing.rows or not set(part.missing.by_input) <= inputs:
        faults.append(AggregateFault("aggregate_rows", {"where": where, "what": Problem("", marked("missing values"))}))
    faults += line_faults(where, part.result, use, protocol, part.missing.rows, part.sums)
    names = {s.name: s for s in protocol.subgroups if s.table == use.table}
    if not set(part.by_subgroup) <= set(names) or (part.by_subgroup and not entry.subgroups):
        faults.append(AggregateFault("aggregate_rows", {"where": where, "what": Problem("", marked("subgroups"))}))
        return faults
    for name, lines in part.by_subgroup.items():
        for line in lines:
            faults += line_faults(f"{where}, {name}", line, use, protocol, part.missing.rows, None)
    faults += small_faults(where, part, use, protocol, names)
    return faults
