"""One file of a folder through the importer's public entry, a child process, and where the answer differs from what is expected."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evaluation.data import PilotData
from evaluation.protocol import load_protocol
from importers.answer import as_json
from importers.child.sandbox import in_child
from importers.given_context import context_of
from importers.report import Checked
from tests.corpus.comparison import differences
from tests.corpus.leaks import leaks

PROTOCOL = "diagnostic-accuracy"
PATIENCE = 120
"""Seconds after which a child is stopped: the answer then differs, and the next files are still run."""


@dataclass(frozen=True)
class Outcome:
    """What a file became, and each thing that differs: what, expected, got."""

    file: str
    outcome: str
    reason: str | None
    cpu_seconds: float
    peak_mb: float
    differences: list[tuple[str, Any, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Folder:
    """A folder of files with `expected.json`: its context, and one entry a file."""

    path: Path
    context: dict[str, Any]
    entries: list[dict[str, Any]]

    @classmethod
    def at(cls, path: Path) -> "Folder":
        expected = json.loads((path / "expected.json").read_text(encoding="utf-8"))
        return cls(path, expected.get("context", {}), expected["files"])

    def run(self, entry: dict[str, Any]) -> Outcome:
        context = merged(self.context, entry.get("context", {}))
        checked = self._checked(entry, context)
        answer = as_json(checked, rows=True, table=load_protocol(PROTOCOL).tables[0])
        usage = checked.usage
        found = list(differences(entry, answer, usage))
        found += leaks(self.path / entry["file"], entry, context, answer)
        if "duplicate_of" in entry and checked.frame is not None:
            first = self._checked(next(e for e in self.entries if e["file"] == entry["duplicate_of"]), context)
            if not same_upload(first, checked):
                found.append(("duplicate_of", f"the same upload as {entry['duplicate_of']}", "another digest"))
        cpu, peak = (usage.cpu_seconds, usage.peak_bytes / 1e6) if usage else (0.0, 0.0)
        return Outcome(entry["file"], answer["outcome"], answer["reason"], cpu, peak, found)

    def _checked(self, entry: dict[str, Any], context: dict[str, Any]) -> Checked:
        """As the command does; the sender's content type is no argument of it: the content alone tells."""
        return in_child(
            self.path / entry["file"],
            load_protocol(PROTOCOL),
            context_of(context),
            name=entry.get("upload_as", entry["file"]),
            seconds=PATIENCE,
        )


def merged(context: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """The folder's context with a file's own words over it, objects within objects too."""
    both = dict(context)
    for key, value in own.items():
        both[key] = merged(both[key], value) if isinstance(value, dict) and isinstance(both.get(key), dict) else value
    return both


def same_upload(first: Checked, second: Checked) -> bool:
    """Whether a registry that keeps both digests sees the second as the first again: its bytes, or its observations."""
    if first.report.file_sha256 == second.report.file_sha256:
        return True
    digests = [
        None
        if c.frame is None
        else PilotData.from_frames(load_protocol(PROTOCOL), {str(c.report.table): c.frame}).digest
        for c in (first, second)
    ]
    return digests[0] is not None and digests[0] == digests[1]
