"""What an import answers: every fault of the file as a value, in the person's own rows, and what was recognised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import polars as pl

Severity = Literal["error", "warning"]
Outcome = Literal["accept", "accept_with_warnings", "reject"]


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault. It never holds a value of a cell: `value_shape` describes it (`"text, 12 characters"`).

    `row` is the row that the person sees in their own file (header included, from 1), `cell` its address in a spreadsheet.
    `params` fill the message of `code` in the catalogue of messages.
    """

    code: str
    severity: Severity
    row: int | None = None
    column: str | None = None
    cell: str | None = None
    value_shape: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """The whole answer to one file.

    `columns` maps the person's headers to the protocol's columns; `table` is the table recognised.
    """

    issues: tuple[Issue, ...]
    rows: int
    columns: Mapping[str, str]
    table: str | None
    file_sha256: str
    issue_counts: Mapping[str, int] = field(default_factory=dict)
    """Issues by code, those beyond the reported number included."""
    kind: str = "rows"
    """What the file brings: rows, or an aggregate in their place."""
    mapping: Mapping[str, str | None] = field(default_factory=dict)
    """The headers that were read as a person said, now or last time: the column of each, `None` for one set aside."""

    @property
    def outcome(self) -> Outcome:
        """Rejected on any error, else accepted, with warnings or without."""
        if any(issue.severity == "error" for issue in self.issues):
            return "reject"
        return "accept_with_warnings" if self.issues else "accept"

    @property
    def accepted(self) -> bool:
        """Whether the rows may be stored."""
        return self.outcome != "reject"

    @property
    def reason(self) -> str | None:
        """Code of the first error, else of the first warning."""
        errors = [i.code for i in self.issues if i.severity == "error"]
        warnings = [i.code for i in self.issues if i.severity == "warning"]
        return next(iter(errors or warnings), None)

    def first(self, most: int) -> Report:
        """The same answer with `most` faults of rows listed; the counts stay."""
        shown: list[Issue] = []
        in_rows = 0
        for issue in self.issues:
            in_rows += issue.row is not None and issue.severity == "error"
            if issue.row is None or issue.severity != "error" or in_rows <= most:
                shown.append(issue)
        return replace(self, issues=tuple(shown))

    def with_issue(self, issue: Issue) -> Report:
        """The same answer with one thing more to say."""
        counts = {**self.issue_counts, issue.code: self.issue_counts.get(issue.code, 0) + 1}
        return replace(self, issues=(*self.issues, issue), issue_counts=counts)

    @staticmethod
    def count(issues: tuple[Issue, ...]) -> Mapping[str, int]:
        """Issues by code."""
        return dict(sorted(Counter(issue.code for issue in issues).items()))


@dataclass(frozen=True, slots=True)
class Usage:
    """What a check took: by the clock, of the processor, and the most memory held at once."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


@dataclass(frozen=True)
class Checked:
    """A report and, when the file is accepted, its typed rows (named by the protocol, typed by `evaluation.column_types`)."""

    report: Report
    frame: pl.DataFrame | None
    aggregate: Mapping[str, Any] | None = None
    """The content of an accepted aggregate, which stands in place of rows."""
    usage: Usage | None = field(default=None, compare=False)
    """Of the child process, when there was one."""
