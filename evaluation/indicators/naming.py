"""What people read beside a figure: the unit in which its column is kept, and the method by its name."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evaluation.indicators.catalogue import Entry, catalogue

if TYPE_CHECKING:
    from evaluation.protocol import IndicatorUse
    from evaluation.tables import Table

MINUTES: Final = "min"
"""The unit of `@duration`."""
PLACES: Final = (
    ("unit of the outcome", "unité du critère", ("outcome", "before")),
    ("unit of the measurement", "unité de la mesure", ("measurement_1",)),
    ("unit of effect", "unité d'effet", ("effect",)),
    ("unit of exposure", "unité d'exposition", ("exposure",)),
)
"""Words of a unit that stand for a column's own unit, and the inputs that read that column."""


class Name(Entry):
    """A method's name in each language."""

    fr: str
    en: str


@cache
def methods() -> Mapping[str, Name]:
    """Every method's name by its code."""
    raw = tomllib.loads((Path(__file__).parent / "methods.toml").read_text(encoding="utf-8"))
    return {code: Name(**names) for code, names in raw.items()}


def method_name(code: str, locale: str = "fr") -> str:
    """The method as people call it; a method that is already words stays as it is."""
    if code not in methods():
        return code
    return methods()[code].en if locale == "en" else methods()[code].fr


def unit_of(use: IndicatorUse, table: Table) -> tuple[str, str]:
    """The unit of an indicator's value in English and French, with that of the column that it reads where the protocol says it."""
    entry = catalogue()[use.code]
    english, french = entry.unit, entry.unit_fr
    for words, mots, inputs in PLACES:
        own = next((unit for name in inputs if (unit := _column_unit(use, table, name))), "")
        if own:
            english, french = english.replace(words, own), french.replace(mots, own)
    return english, french


def _column_unit(use: IndicatorUse, table: Table, name: str) -> str:
    entry = catalogue()[use.code].inputs.get(name)
    if entry is None:
        return ""
    bound = use.inputs.get(name)
    names = (bound,) if isinstance(bound, str) else bound or ()
    names = names or tuple(column.name for role in entry.roles for column in table.with_role(role))
    if not names:
        return ""
    return MINUTES if names[0] == "@duration" else table.column(names[0]).unit
