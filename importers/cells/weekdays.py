"""Days of the week in words."""

from __future__ import annotations

from typing import Final

from evaluation.tables import Label

DAYS: Final = (
    Label(fr="lundi", en="Monday"),
    Label(fr="mardi", en="Tuesday"),
    Label(fr="mercredi", en="Wednesday"),
    Label(fr="jeudi", en="Thursday"),
    Label(fr="vendredi", en="Friday"),
    Label(fr="samedi", en="Saturday"),
    Label(fr="dimanche", en="Sunday"),
)


def weekday(number: int) -> Label:
    """`lundi` for 1."""
    return DAYS[number - 1]
