"""Numbers as people read them: three significant digits, the language's decimal sign, an interval in brackets."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal

from evaluation.language import translations
from evaluation.vocabulary import Flag, Reason

INFINITE = {"Infinity": "∞", "-Infinity": "−∞"}
RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
PLAIN = (-6, 15)
"""Powers of ten between which a number is written in full; beyond, as a power of ten."""


def short(value: float | str | None, locale: str = "fr") -> str:
    """Three significant digits; whole numbers of a thousand and more in full; `–` for nothing."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return INFINITE.get(value, value)
    if value == 0:
        return "0"
    rounded = Decimal(f"{value:.2e}")  # rounded first: given more digits, Babel loses one just under a power of ten
    power = rounded.adjusted()
    if not PLAIN[0] <= power < PLAIN[1]:
        digits = format_decimal(rounded.scaleb(-power), format="@@@", locale=locale)
        text = f"{digits}\u202f×\u202f10{str(power).translate(RAISED)}"
    elif power >= 3:
        text = format_decimal(round(value), locale=locale)
    else:
        text = format_decimal(rounded, format="@@@", locale=locale)
    return text.replace("-", "−")


def percent(level: float, locale: str = "fr") -> str:
    """A level such as 0.95 as people say it, without its sign: 95."""
    return format_decimal(Decimal(f"{100 * level:.6g}"), locale=locale)


def count(n: int, locale: str = "fr") -> str:
    """A number of cases in full, or as a power of ten where nobody would count them."""
    return format_decimal(n, locale=locale) if abs(n) < 10 ** PLAIN[1] else short(float(n), locale)


def limits(block: Mapping[str, Any]) -> tuple[float | str | None, float | str | None]:
    """The interval that a verdict reads: of pooled sites, the ad-hoc one where Hartung and Knapp's is the narrower."""
    prefix = "adhoc_" if Flag.NARROW_INTERVAL.value in block.get("flags", ()) and "adhoc_low" in block else ""
    return block.get(f"{prefix}low"), block.get(f"{prefix}high")


def figure(block: Mapping[str, Any], locale: str = "fr") -> str:
    """`value [low ; high]` of an estimate or a pooled block, or the reason why there is none."""
    if "value" not in block:
        reason = Reason(block["not_estimable"]).label(locale)
        point = f"{short(block['point'], locale)} · " if block.get("point") is not None else ""
        return f"{point}{reason}"
    separator = " ; " if locale == "fr" else ", "
    low, high = limits(block)
    return f"{short(block['value'], locale)} [{short(low, locale)}{separator}{short(high, locale)}]"


def yes_no(value: object, locale: str = "fr") -> str:
    """A boolean as a word."""
    say = translations("exports", locale).gettext
    return say("yes") if value else say("no")
