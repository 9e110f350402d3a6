"""The unit that a header tells, where it is another than that of its column: minutes are no hours."""

from __future__ import annotations

import re
from typing import Final

from importers.columns.headers import bare

UNITS: Final = {
    "ms": ("ms", "milliseconde", "millisecondes", "milliseconds"),
    "s": ("s", "sec", "seconde", "secondes", "second", "seconds"),
    "min": ("min", "mn", "mins", "minute", "minutes"),
    "h": ("h", "hr", "hrs", "heure", "heures", "hour", "hours"),
    "jours": ("j", "jr", "jour", "jours", "d", "day", "days"),
    "semaines": ("sem", "semaine", "semaines", "week", "weeks"),
    "mois": ("mois", "month", "months"),
    "années": ("a", "an", "ans", "annee", "annees", "y", "yr", "yrs", "year", "years"),
}
"""Units of time, each with the words that tell it, without accents."""
OF_WORD: Final = {word: unit for unit, words in UNITS.items() for word in words}
BRACKETED: Final = re.compile(r"[(\[]\s*(?:en |in )?([^\W\d_]+)\.?\s*[)\]]\s*$")
LAST: Final = re.compile(r"[\s_](en|in)?[\s_]*([^\W\d_]+)\s*$")
SURE: Final = frozenset(
    ("ms", "sec", "secondes", "seconds", "min", "mn", "mins", "minutes", "heures", "hours", "jours", "days")
)
"""Words that tell a unit without brackets; `du jour` and a letter alone tell none."""


def other_unit(header: str, unit: str) -> str | None:
    """The unit of time in a header, when the column is in another one."""
    own = OF_WORD.get(bare(unit))
    told = _told(header)
    return told if own and told and told != own else None


def _told(header: str) -> str | None:
    if found := BRACKETED.search(header):
        return OF_WORD.get(bare(found[1]))
    found = LAST.search(header)
    return OF_WORD.get(bare(found[2])) if found and (found[1] or bare(found[2]) in SURE) else None
