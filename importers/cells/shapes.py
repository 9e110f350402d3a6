"""What a cell looks like, for messages that never repeat it."""

from __future__ import annotations

import re
from typing import Final

from evaluation.language import marked, translations

LONGEST: Final = 400
"""Characters of the longest number; a longer text would be looked through for very long."""
NUMBER: Final = re.compile(r"[+-]?[0-9]{1,3}(?: ?[0-9]{3})*(?:[.,][0-9]*)?$|[+-]?[0-9]*[.,]?[0-9]+$")

TIME: Final = re.compile(r"[0-9]{1,3}\s?[:hH]\s?[0-5][0-9](?::[0-5][0-9])?$")
A_UNIT: Final = (
    "ms|s|sec|min|mn|minutes?|h|heures?|hours?|j|jours?|days?|semaines?|mois|ans?|années?|years?|€|eur|euros?|%"
)
NUMBER_AND_UNIT: Final = re.compile(
    rf"[<>≤≥]\s?[+-]?[0-9]+(?:[.,][0-9]+)?$|[<>≤≥]?\s?[+-]?[0-9]+(?:[.,][0-9]+)?\s?(?:{A_UNIT})\.?$", re.IGNORECASE
)
"""`315 min`, `45 ans`, `< 0,5`."""
SHAPES: Final = {
    "empty": marked("empty"),
    "number": marked("number"),
    "date": marked("date"),
    "time": marked("time"),
    "number and unit": marked("number and unit"),
}


def shape_in_words(shape: str | None, locale: str) -> str:
    """A shape in the person's language."""
    say = translations("importers", locale).gettext
    if shape is None or shape in SHAPES:
        return say(SHAPES[shape or "empty"])
    return say("text of {n} characters").format(n="".join(c for c in shape if c.isdigit()))


def value_shape(text: str | None) -> str:
    """What a cell looks like, never what it says: `number`, `number and unit`, `date`, `time`, `text, 12 characters`, `empty`."""
    if text is None or not text.strip():
        return "empty"
    stripped = text.strip()
    looks = ((NUMBER, "number"), (TIME, "time"), (NUMBER_AND_UNIT, "number and unit"))
    found = [name for pattern, name in looks if len(stripped) <= LONGEST and pattern.match(stripped)]
    if found:
        return found[0]
    if stripped[:1].isdigit() and sum(stripped.count(c) for c in "/-:") >= 2:
        return "date"
    return f"text, {len(stripped)} characters"
