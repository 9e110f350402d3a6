"""The check of an aggregate, the JSON of `preuve evaluate --aggregate`, answered as that of a file of rows."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from evaluation.aggregate.model import MOST_BYTES
from evaluation.protocol import Protocol
from importers.context import Context
from importers.identity.shown import shown_suffix
from importers.report import Checked, Issue, Report

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
    rows = content["data"]["rows"] if not issues else 0
    report = Report(tuple(issues), rows, {}, None, digest.hexdigest(), Report.count(tuple(issues)), "aggregate")
    return Checked(report, None, None if issues else content)
