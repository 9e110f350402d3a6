"""What the blank workbook of a protocol says of each column: the words to choose from, what may stand in a cell."""

from __future__ import annotations

from babel.numbers import format_decimal

from evaluation.language import translations
from evaluation.protocol import Column


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
    if column.type == "date":
        return say("a date, DD/MM/YYYY")
    if column.type == "datetime":
        return say("a date and a time, DD/MM/YYYY HH:MM")
    if column.type == "text":
        return say("text")
    kind = say("a whole number") if column.type == "integer" else say("a number")
    low = "" if column.minimum is None else f" ≥ {format_decimal(column.minimum, locale=locale)}"
    high = "" if column.maximum is None else f" ≤ {format_decimal(column.maximum, locale=locale)}"
    return kind + low + high
