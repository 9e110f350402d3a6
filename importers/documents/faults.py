"""What is wrong with a document, each fault at its sheet and cell; the value itself is never repeated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from importers.report import Issue, Severity

REPORTED: Final = 200
"""Faults of one code that are listed; the counts hold the others too."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `params` fill the sentence of `code`; `shape` describes the cell."""

    code: str
    severity: Severity = "error"
    sheet: str = ""
    row: int | None = None
    column: str | None = None
    cell: str | None = None
    shape: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


def from_issue(issue: Issue) -> Fault:
    """The fault of a container or of an encoding, as the reading of observations tells it."""
    return Fault(
        issue.code,
        issue.severity,
        row=issue.row,
        column=issue.column,
        cell=issue.cell,
        shape=issue.value_shape,
        params=issue.params,
    )


@dataclass(frozen=True)
class Answer:
    """The whole answer to one file: every fault and, when none is an error, the content; nothing is half kept.

    `content` maps each sheet to its rows of plain values; `counts` has the faults by code, those not listed included.
    """

    kind: str
    file_sha256: str
    faults: tuple[Fault, ...]
    counts: Mapping[str, int]
    content: Mapping[str, Sequence[Mapping[str, Any]]]

    @property
    def accepted(self) -> bool:
        """Whether the content may be stored."""
        return not any(fault.severity == "error" for fault in self.faults)


def answer(kind: str, digest: str, faults: Sequence[Fault], content: Mapping[str, Any]) -> Answer:
    """The answer, faults by sheet and row, at most `REPORTED` of each code."""
    listed: Counter[str] = Counter()
    shown: list[Fault] = []
    for fault in faults:
        listed[fault.code] += 1
        if listed[fault.code] <= REPORTED:
            shown.append(fault)
    refused = any(fault.severity == "error" for fault in faults)
    return Answer(kind, digest, tuple(shown), dict(sorted(listed.items())), {} if refused else content)
