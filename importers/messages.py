"""An issue of an import in a person's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from babel.dates import format_date
from babel.numbers import format_decimal

from evaluation.aggregate.faults import SENTENCES as AGGREGATE
from evaluation.aggregate.faults import sentence as aggregate_sentence
from evaluation.language import translations
from evaluation.tables import Label
from importers.cells.shapes import shape_in_words
from importers.report import Issue
from importers.sentences import KINDS, SENTENCES

BY_SHAPE: Final[Mapping[str, Mapping[str, str]]] = {
    "invalid_number": {"date": "date", "time": "time", "number and unit": "unit"},
    "invalid_date": {"date": "written", "time": "time_alone"},
}
"""What a cell looks like → the sentence that tells what to do with it."""


def message(issue: Issue, locale: str = "fr") -> str:
    """The sentence of an issue in `locale`; numbers and dates as that language writes them."""
    if issue.code in AGGREGATE:
        return aggregate_sentence(issue.code, issue.params, locale)
    say = translations("importers", locale).gettext
    params = {name: _shown(value, locale) for name, value in issue.params.items()}
    kind = KINDS.get(str(params.get("kind")))
    if kind is not None:
        params["kind"] = say(kind)
    places = {
        "cell": issue.cell,
        "row": issue.row,
        "column": issue.column,
        "shape": shape_in_words(issue.value_shape, locale) if issue.value_shape else "",
    }
    return say(SENTENCES[_sentence(issue)]).format(**{**places, **params})


def _sentence(issue: Issue) -> str:
    """The code's sentence, or the one for where the fault stands and what the cell looks like."""
    said = issue.params.get("say")
    if issue.code == "cell_too_large" and issue.row is None:
        said = "elsewhere"
    elif shaped := BY_SHAPE.get(issue.code, {}).get(issue.value_shape or ""):
        said = shaped
    return f"{issue.code}:{said}" if said else issue.code


def _shown(value: Any, locale: str) -> Any:
    if isinstance(value, Label):
        return value(locale)
    if isinstance(value, dt.date):
        return format_date(value, "short" if locale == "en" else "dd/MM/yyyy", locale=locale)
    if isinstance(value, int) and not isinstance(value, bool):
        return format_decimal(value, locale=locale)
    return "–" if value is None else value
