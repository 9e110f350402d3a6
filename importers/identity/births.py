"""Columns of dates of birth: spread over years, and well before the pilot; dates of what happens reach less far back."""

from __future__ import annotations

from typing import Final

import polars as pl

from importers.identity.cells import HALF, Cells, FirstKind, share_of
from importers.identity.codes import CENTURY, LAST_YEAR, OLD_YEARS, SPREAD_YEARS, is_spread, years_of
from importers.identity.patterns import COMPACT_FRENCH_DATE

BEFORE: Final = r"^(?:(?i:le|du)\s)?"
CLOCK: Final = (
    r"(?:(?:[ T]|,\s?)(?:[01]?\d|2[0-3])[:h][0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?\s?(?:Z|[+\-]\d{2}:?\d{2})?)?"
)
AGE: Final = r"(?:,?\s?\(?\d{1,3}\s?(?:ans?|a|mois|m|y)\)?)?$"
"""After the date: `08/06/1984 (36 ans)`."""
MONTH: Final = r"(?i:jan|f[ée]v|feb|mar|avr|apr|mai|may|jui?n|jui?l|ao[uû]|aug|sep|oct|nov|d[ée]c)\p{L}{0,6}\.?"
WHOLE_DATE: Final = (
    rf"{BEFORE}(?:((?:18|19|20)\d{{2}})[\-/.]\d{{1,2}}[\-/.]\d{{1,2}}|\d{{1,2}}[/.\- ]\d{{1,2}}[/.\- ]((?:18|19|20)\d{{2}}))"
    rf"{CLOCK}{AGE}"
)
IN_WORDS: Final = rf"{BEFORE}\d{{1,2}}(?:er)?[ \-]\p{{L}}{{3,9}}\.?[ \-]((?:18|19|20)\d{{2}}){AGE}"
SHORT_YEAR: Final = rf"{BEFORE}\d{{1,2}}(?:[/.\-]\d{{1,2}}[/.\-]|(?:er)?[ \-]{MONTH}[ \-])(\d{{2}}){AGE}"
"""`12/04/51`, and as a spreadsheet writes it: `28-janv-71`."""
AT_AN_HOUR: Final = r"[ T]\d{1,2}[:h]\d{2}"
AT_MIDNIGHT: Final = r"[ T]0?0[:h]00"
A_LIFE: Final = 40
"""Years over which the births of patients are spread, and the dates of examinations, treatments and machines are not."""
GROWN: Final = 20
"""Years before the pilot: half of the births are older."""
EDGE: Final = 0.05
"""Share of the dates, at both ends, that may be errors of typing."""


def birth_dates(cells: Cells, year: int | None, *, event: bool) -> FirstKind:
    """Full dates spread over years, most before the pilot; `event`: the header says what happens then, and it is no birth."""
    for pattern in (WHOLE_DATE, IN_WORDS, SHORT_YEAR, COMPACT_FRENCH_DATE):
        distinct = cells.matching(pattern)
        if distinct is None:
            continue
        years = years_of(distinct, pattern)
        if pattern == SHORT_YEAR:
            now = (year or CENTURY) % 100
            years = years + pl.select(pl.when(years > now).then(1900).otherwise(2000)).to_series()
        if not is_spread(years, SPREAD_YEARS):
            continue
        if event or _have_hours(distinct):
            births = _are_of_lives(years.drop_nulls(), year)
        else:
            births = share_of(years.drop_nulls() <= (year or LAST_YEAR) - OLD_YEARS) > HALF
        if births:
            return "birth", distinct.filter(years.is_not_null()).to_list()
    return None


def _have_hours(texts: pl.Series) -> bool:
    """Whether dates are moments: an hour that is not always midnight."""
    timed = texts.str.contains(AT_AN_HOUR)
    return bool(timed.any()) and share_of(timed & ~texts.str.contains(AT_MIDNIGHT)) > HALF


def _are_of_lives(years: pl.Series, year: int | None) -> bool:
    """Whether years are spread as the births of patients are: over decades, and most of them long ago."""
    low, middle, high = (years.quantile(share, "nearest") for share in (EDGE, HALF, 1 - EDGE))
    if low is None or middle is None or high is None:
        return False
    return high - low >= A_LIFE and middle <= (year or high) - GROWN
