"""What a cell looks like, for messages that never repeat it."""

from __future__ import annotations

import re
from typing import Final

NUMBER: Final = re.compile(r"[+-]?[0-9]{1,3}(?: ?[0-9]{3})*(?:[.,][0-9]*)?$|[+-]?[0-9]*[.,]?[0-9]+$")

TIME: Final = re.compile(r"[0-9]{1,3}\s?[:hH]\s?[0-5][0-9](?::[0-5][0-9])?$")
NUMBER_AND_UNIT: Final = re.compile(r"[<>≤≥]?\s?[+-]?[0-9]+(?:[.,][0-9]+)?\s?(?:[^\W\d_]{1,8}|€|%)?\.?$")
"""`315 min`, `45 ans`, `< 0,5`."""


def value_shape(text: str | None) -> str:
    """What a cell looks like, never what it says: `number`, `number and unit`, `date`, `time`, `text, 12 characters`, `empty`."""
    if text is None or not text.strip():
        return "empty"
    stripped = text.strip()
    if NUMBER.match(stripped):
        return "number"
    if TIME.match(stripped):
        return "time"
    if NUMBER_AND_UNIT.match(stripped):
        return "number and unit"
    if stripped[:1].isdigit() and sum(stripped.count(c) for c in "/-:") >= 2:
        return "date"
    return f"text, {len(stripped)} characters"
