"""The check of an aggregate, the JSON of `preuve evaluate --aggregate`, answered as that of a file of rows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evaluation.aggregate.model import MOST_BYTES
from evaluation.protocol import Protocol
from evaluation.tables import Label
from importers.context import Context
from importers.identity.file_names import told_by_name
from importers.identity.shown import shown_suffix
from importers.report import Checked, Issue, Report


@dataclass(frozen=True, slots=True)
class AggregateFigure:
    """One indicator of one site as an aggregate tells it: `block` holds `value`, `low`, `high`, `n`, or `not_estimable`."""

    site: str
    label: Label
    block: Mapping[str, Any]


SPACE: Final = b"\xef\xbb\xbf \t\r\n"
NAMES: Final = frozenset({".json", ""})


def is_json(path: Path, name: str) -> bool:
    """Whether a file is a JSON document, told from its first letters; a table never begins with an object."""
    with path.open("rb") as stream:
        start = stream.read(4096).lstrip(SPACE)
    if Path(name).suffix.lower() == ".json":
        return start[:1] in (b"{", b"[")
    return start[:1] == b"{" and start[1:].lstrip(SPACE)[:1] in (b'"', b"}")


def check_aggregate_file(path: Path, protocol: Protocol, context: Context, *, name: str) -> Checked:
    """The report on an aggregate and, when it is accepted, its content.

    Nothing is parsed here but JSON of a bounded size, so that no child process is needed.
    """
    from evaluation.aggregate.check import check_aggregate, loaded  # noqa: PLC0415  # the whole engine: for one only

    with path.open("rb") as stream:
        text = stream.read(MOST_BYTES + 1)
        digest = hashlib.sha256(text)
        while more := stream.read(MOST_BYTES):
            digest.update(more)
    issues: list[Issue] = []
    suffix = Path(name).suffix.lower()
    if suffix not in NAMES:
        issues.append(Issue("extension_mismatch", "error", params={"extension": shown_suffix(suffix), "kind": "json"}))
    content, fault = loaded(text)
    faults = (
        [fault]
        if fault is not None
        else check_aggregate(content, protocol, sites=context.registered_sites, sender=context.uploader_site)
    )
    issues += [Issue(one.code, "error", params=one.params) for one in faults]
    issues += told_by_name(name)
    rows = content["data"]["rows"] if not issues else 0
    report = Report(tuple(issues), rows, {}, None, digest.hexdigest(), Report.count(tuple(issues)), "aggregate")
    return Checked(report, None, None if issues else content)


def figures(content: Mapping[str, Any], protocol: Protocol) -> tuple[AggregateFigure, ...]:
    """What an accepted aggregate says, site by site, in the protocol's order."""
    from evaluation.indicators.catalogue import catalogue  # noqa: PLC0415  # the whole engine: for one only

    found = []
    for site in content["sites"]:
        blocks = {one["id"]: one["result"] for one in site["indicators"]}
        for use in protocol.indicators:
            if use.id in blocks:
                entry = catalogue()[use.code]
                label = use.label or Label(fr=entry.fr, en=entry.en)
                found.append(AggregateFigure(site["site"], label, blocks[use.id]))
    return tuple(found)
