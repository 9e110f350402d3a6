"""When no copy may be made, and the sentence that says so; without the libraries that make one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from evaluation.language import translations
from importers.report import Report


def identifies_people(report: Report) -> bool:
    """Whether the file was refused because it identifies people."""
    return _identifying(report.issue_counts)


def may_be_annotated(report: Report) -> bool:
    """Whether a copy may be made: a table was read, and the search for identities that followed found none."""
    return report.table is not None and not identifies_people(report)


def may_have_copy(answer: Mapping[str, Any]) -> bool:
    """The same, of a report that became JSON."""
    return answer.get("table") is not None and not _identifying(answer["issue_counts"])


def _identifying(codes: Iterable[str]) -> bool:
    return any(code.startswith("identifying") for code in codes)


def why_none(report: Report, locale: str = "fr") -> str:
    """Why there is no annotated copy of a file, and what to do."""
    say = translations("importers", locale).gettext
    if identifies_people(report):
        return say("No annotated copy: the file identifies people. Remove what the report names, then check it again.")
    if report.table is None:
        return say("No annotated copy: no table was read in the file. Do what the report says, then check it again.")
    return say("The annotated copy could not be made within the limits of time and memory: the report alone is given.")
