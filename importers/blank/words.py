"""What the blank workbook of a protocol says of each column: the words to choose from, what may stand in a cell."""

from __future__ import annotations

from babel.numbers import format_decimal

from evaluation.language import translations
from evaluation.tables import Column, Table
from evaluation.vocabulary import ColumnRole
from importers.cells.weekdays import weekday


def choices(column: Column, locale: str) -> list[str]:
    """What a list offers: oui/non, or what people call each category."""
    if column.type == "boolean":
        return ["oui", "non"] if locale == "fr" else ["yes", "no"]
    return [column.called(code, locale) for code in column.categories]


def allowed(column: Column, locale: str) -> str:
    """What may stand in a cell, in words."""
    say = translations("importers", locale).gettext
    if column.type in ("boolean", "category"):
        return ", ".join(choices(column, locale))
    if column.type in ("number", "integer"):
        return _bounded(column, locale)
    if column.type == "date":
        return say("a date, DD/MM/YYYY")
    if column.type == "datetime":
        return say("a date and a time, DD/MM/YYYY HH:MM")
    if column.role == ColumnRole.SITE:
        return say("a FINESS number, 9 characters")
    coded = column.role == ColumnRole.CASE_ID and column.pattern
    return say("a code without spaces, 64 characters at most") if coded else say("text")


def _bounded(column: Column, locale: str) -> str:
    say = translations("importers", locale).gettext
    kind = say("a whole number") if column.type == "integer" else say("a number")
    if column.minimum is not None and column.maximum is not None:
        low, high = (format_decimal(bound, locale=locale) for bound in (column.minimum, column.maximum))
        return say("{kind} from {low} to {high}").format(kind=kind, low=low, high=high)
    low = "" if column.minimum is None else f" ≥ {format_decimal(column.minimum, locale=locale)}"
    high = "" if column.maximum is None else f" ≤ {format_decimal(column.maximum, locale=locale)}"
    return kind + low + high


def advice(table: Table, column: Column, locale: str) -> str:
    """What to know of a column before one fills it in: the protocol's own help, else what its role asks for."""
    say = translations("importers", locale).gettext
    if column.help:
        return column.help(locale)
    group = next((g for g in table.one_of if column.name in g), None)
    if group:
        names = ", ".join(table.column(name).label(locale) for name in group)
        return say("Fill in one of these columns and leave the others empty: {names}").format(names=names)
    if column.at_most is not None:
        return say("Never above « {other} » of the same row").format(other=table.column(column.at_most).label(locale))
    if column.weekday is not None:
        return say("Always a {day}").format(day=weekday(column.weekday)(locale))
    return {
        ColumnRole.SITE: say("The site's own number, leading zero kept"),
        ColumnRole.CASE_ID: say("A code of the study, never a patient number or a name"),
        ColumnRole.START_TIME: say("Local time of the hospital"),
        ColumnRole.END_TIME: say("Local time of the hospital, not before the start"),
    }.get(column.role, "")
