"""Numbers as people read them: three significant digits, the language's decimal sign, an interval in brackets."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal

from evaluation.language import translations
from evaluation.vocabulary import Reason

INFINITE = {"Infinity": "∞", "-Infinity": "−∞"}


def short(value: float | str | None, locale: str = "fr") -> str:
    """Three significant digits; whole numbers of a thousand and more in full; `–` for nothing."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return INFINITE.get(value, value)
    if abs(value) >= 1000:
        return format_decimal(round(value), locale=locale)
    rounded = Decimal(f"{value:.2e}")  # rounded first: given more digits, Babel loses one just under a power of ten
    return format_decimal(rounded, format="@@@", locale=locale).replace("-", "−")


def figure(block: Mapping[str, Any], locale: str = "fr") -> str:
    """`value [low ; high]` of an estimate or a pooled block, or the reason why there is none."""
    if "value" not in block:
        reason = Reason(block["not_estimable"]).label(locale)
        point = f"{short(block['point'], locale)} · " if block.get("point") is not None else ""
        return f"{point}{reason}"
    separator = " ; " if locale == "fr" else ", "
    return f"{short(block['value'], locale)} [{short(block['low'], locale)}{separator}{short(block['high'], locale)}]"


def yes_no(value: object, locale: str = "fr") -> str:
    """A boolean as a word."""
    say = translations("exports", locale).gettext
    return say("yes") if value else say("no")
