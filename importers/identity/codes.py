"""Codes that are no pseudonyms: made of a name, of initials, of a date of birth or of the number of a record."""

from __future__ import annotations

from functools import cache
from typing import Final

import polars as pl

from importers.identity.cells import A_GOOD_PART, FEW, HALF, NEARLY_ALL, SEVERAL, Cells, FirstKind, share_of
from importers.identity.patterns import (
    COMPACT_DATE,
    COMPACT_FRENCH_DATE,
    DATE_AND_INITIALS,
    FRENCH_DATE_AND_INITIALS,
    INITIALS_AND_DATE,
    INITIALS_AND_FRENCH_DATE,
    INITIALS_AND_SHORT_DATE,
    INITIALS_AND_SHORT_ISO,
    LETTER_AND_DATE,
    RECORD_CODE,
)
from importers.identity.texts import longest_of
from importers.identity.words import first_names, surnames

OLD_YEARS: Final = 2
"""Years before the pilot from which a full date in a code is no examination of it."""
SPREAD_YEARS: Final = 3
DENSE: Final = 4
BY_CHANCE: Final = 0.0005
"""Share of random codes that look like initials and a date."""
LAST_YEAR: Final = 2100
CENTURY: Final = 2030
"""Years of two digits beyond it, when the pilot has no date, are of the century before."""
CODE_LENGTH: Final = 10
"""Two letters and a full date."""
SHORT_DATE_AND_INITIALS: Final = (
    r"^(?:0?[1-9]|[12]\d|3[01])[._\-]?(?:0[1-9]|1[0-2])[._\-]?(\d{2})[._\-]?[A-Za-z]{2,20}$"
)
SHORT_ISO_AND_INITIALS: Final = r"^(\d{2})[._\-]?(?:0[1-9]|1[0-2])[._\-]?(?:0[1-9]|[12]\d|3[01])[._\-]?[A-Za-z]{2,20}$"
BARE_SHORT_DATE: Final = r"^(?:0?[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(\d{2})$"
"""`100140`; a spreadsheet takes the nought off `050140`."""
BARE_SHORT_ISO: Final = r"^(\d{2})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$"
INITIALS_AND_YEAR: Final = r"^[A-Za-z]{2,8}[._\-]?((?:19|20)\d{2})$"
LETTERS: Final = r"^([A-Za-z]+)"
MANY_PREFIXES: Final = 50
"""Sites or series of codes are never so many."""
CODES_OF_A_SERIES: Final = 5
NEW_CENTURY: Final = 2000
"""Examinations before it are in no file of a pilot; births are."""
NUMBER_OF_RECORD: Final = (
    r"(?i)^(?:pat|patient|dos|dossier|sej|sejour|ven|venue|adm|admission|hosp)[._\-]{0,2}([1-9]\d{8,9})$"
)
"""`PAT_801000000`: long as the number of a record, where a study counts from one."""
COUNTED: Final = r"^(?:1?0000|(?:19|20)\d{2})"
"""Or from 100,000,001, or within a year."""
NAME_AND_FIRST_NAME: Final = r"^([A-Za-z]{3})[._\-]?([A-Za-z]{3})[._\-]?\d{0,8}$"
"""`LEFJEA0`: three letters of each."""
SHORT_DATES: Final = (
    (INITIALS_AND_SHORT_DATE, INITIALS_AND_SHORT_ISO),
    (SHORT_DATE_AND_INITIALS, SHORT_ISO_AND_INITIALS),
    (BARE_SHORT_DATE, BARE_SHORT_ISO),
)
SIX: Final = 6
MOST: Final = 0.6
ENOUGH: Final = 20
GLANCE: Final = 1_000
ANY_SHORT_CODE: Final = "|".join(
    (
        *(way for ways in SHORT_DATES for way in ways),
        INITIALS_AND_YEAR,
        COMPACT_DATE,
        COMPACT_FRENCH_DATE,
        LETTER_AND_DATE,
    )
)


def dated_codes(cells: Cells, year: int | None) -> FirstKind:
    """Codes made of letters and of a full date older than the pilot: initials and a date of birth."""
    longest = longest_of(cells.texts)
    patterns = (INITIALS_AND_DATE, INITIALS_AND_FRENCH_DATE, DATE_AND_INITIALS, FRENCH_DATE_AND_INITIALS)
    for pattern in patterns if longest >= CODE_LENGTH else ():
        distinct = cells.matching(pattern)
        if distinct is None:
            continue
        years = distinct.str.extract(pattern).cast(pl.Int64, strict=False)
        old = (years <= (year or LAST_YEAR) - OLD_YEARS).fill_null(value=False)
        if int(old.sum()) > BY_CHANCE * len(distinct) and _are_series(distinct, pattern):
            old = old & (years < NEW_CENTURY)
        if int(old.sum()) > BY_CHANCE * len(distinct):
            return "code", distinct.filter(old.fill_null(value=False)).to_list()
    records = cells.matching(RECORD_CODE)
    if records is not None:
        return "record", records.filter(records.str.contains(RECORD_CODE)).to_list()
    records = cells.matching(NUMBER_OF_RECORD)
    if records is not None:
        numbers = records.str.extract(NUMBER_OF_RECORD)
        found = (numbers.is_not_null() & ~numbers.str.contains(COUNTED)).fill_null(value=False)
        if share_of(found) >= NEARLY_ALL:
            return "record", records.filter(found).to_list()
    return _short_codes(cells, year) if cells.filled >= FEW else None


def _short_codes(cells: Cells, year: int | None) -> FirstKind:
    """Codes that could be numbers in sequence: only as a column, when nearly all are dates over several years."""
    if not cells.has(ANY_SHORT_CODE):
        return None
    found = _short_dates(cells, year) or _initials_and_year(cells, year)
    if found:
        return found
    for pattern in (COMPACT_DATE, COMPACT_FRENCH_DATE, LETTER_AND_DATE):
        distinct = cells.matching(pattern)
        if distinct is not None:
            years = years_of(distinct, pattern)
            recent = share_of((years < NEW_CENTURY).fill_null(value=False)) <= BY_CHANCE
            if is_spread(years, SPREAD_YEARS) and not (recent and _are_series(distinct, pattern)):
                return "code", distinct.filter(years.is_not_null()).to_list()
    return None


def _short_dates(cells: Cells, year: int | None) -> FirstKind:
    """Dates with years of two digits, day first or year first, with or without letters; of births when they are not recent."""
    for french, iso in SHORT_DATES:
        for pattern, least in ((french, 2), (iso, SPREAD_YEARS)):
            distinct = cells.matching(pattern)
            if (
                distinct is None
                or share_of(distinct.head(GLANCE).str.contains(pattern)) <= HALF
                or is_sequence(distinct)
            ):
                continue
            ways = [distinct.str.extract(way).cast(pl.Int64, strict=False) for way in (french, iso)]
            short = ways[pattern == iso]
            if not is_spread(short, least) or any(_are_recent(way, year) for way in ways):
                continue
            if _last_century(short, year) < A_GOOD_PART and _are_series(distinct, pattern):
                continue
            if french != BARE_SHORT_DATE or _are_bare_births(distinct, short, year):
                return "code", distinct.filter(short.is_not_null()).to_list()
    return None


def _are_recent(short: pl.Series, year: int | None) -> bool:
    """Whether cells, read in one way, are dates of the pilot or just before."""
    found = short.drop_nulls()
    if len(found) < NEARLY_ALL * len(short):
        return False
    return year is not None and share_of((year % 100 - found) % 100 <= OLD_YEARS) >= HALF


def _are_bare_births(texts: pl.Series, short: pl.Series, year: int | None) -> bool:
    """Without any letter: six digits, rarely five, and often a year of last century."""
    if share_of(texts.str.len_bytes() == SIX) < A_GOOD_PART:
        return False
    return _last_century(short, year) >= A_GOOD_PART


def _last_century(short: pl.Series, year: int | None) -> float:
    """The share of years of two digits that are of the century before."""
    return share_of((short > (year or CENTURY) % 100).fill_null(value=False))


def _are_series(codes: pl.Series, pattern: str) -> bool:
    """Whether the letters beside many dates are few: those of a site, of a study or of a kind of examination."""
    told = codes.str.extract(f"({pattern})").drop_nulls().unique()
    letters = told.str.replace_all(r"[^A-Za-z]", "").str.to_uppercase()
    if len(told) < SEVERAL or (letters == "").any():
        return False
    return letters.n_unique() <= min(MANY_PREFIXES, max(1, len(told) // CODES_OF_A_SERIES))


def _initials_and_year(cells: Cells, year: int | None) -> FirstKind:
    """Initials that differ and a year of birth: `LEFJEA-1940`."""
    distinct = cells.matching(INITIALS_AND_YEAR)
    if distinct is None:
        return None
    years = years_of(distinct, INITIALS_AND_YEAR)
    initials = distinct.str.extract(LETTERS).n_unique()
    if len(distinct) < SEVERAL or initials < min(HALF * len(distinct), MANY_PREFIXES):
        return None
    if is_spread(years, SPREAD_YEARS) and share_of(years.drop_nulls() <= (year or LAST_YEAR) - OLD_YEARS) > HALF:
        return "code", distinct.filter(years.is_not_null()).to_list()
    return None


def is_sequence(codes: pl.Series) -> bool:
    """Whether the numbers of codes follow each other: `CT100100`, then `CT100101`."""
    numbers = codes.str.extract(r"(\d{5,6})").cast(pl.Int64, strict=False).drop_nulls()
    low, high = numbers.min(), numbers.max()
    return isinstance(low, int) and isinstance(high, int) and high - low < DENSE * len(numbers)


def years_of(texts: pl.Series, pattern: str) -> pl.Series:
    """The year of each text, whichever group of the pattern holds it."""
    groups = texts.str.extract_groups(pattern).struct.unnest()
    return pl.select(pl.coalesce(groups.get_columns())).to_series().cast(pl.Int64, strict=False)


def is_spread(years: pl.Series, least: int) -> bool:
    """Nearly all cells are dates, over several years."""
    found = years.drop_nulls()
    return len(found) >= FEW and len(found) >= NEARLY_ALL * len(years) and found.n_unique() >= least


def name_codes(cells: Cells) -> FirstKind:
    """Three letters of a name and three of a first name: one of the two groups holds common first names, and both differ."""
    distinct = cells.matching(NAME_AND_FIRST_NAME)
    if distinct is None:
        return None
    groups = distinct.str.to_lowercase().str.extract_groups(NAME_AND_FIRST_NAME).struct.unnest().drop_nulls()
    if groups.height < SEVERAL or groups.height < NEARLY_ALL * len(distinct):
        return None
    if groups.unique().height < min(NEARLY_ALL * groups.height, MANY_PREFIXES):
        return None
    one, two = groups.get_columns()
    for name, first in ((one, two), (two, one)):
        if min(name.n_unique(), first.n_unique()) < SEVERAL or share_of(first.is_in(_starts(first_names()))) < MOST:
            continue
        if len(name) >= ENOUGH or share_of(name.is_in(_starts(surnames()))) >= HALF:
            return "name", distinct.filter(distinct.str.contains(NAME_AND_FIRST_NAME)).to_list()
    return None


@cache
def _starts(names: frozenset[str]) -> list[str]:
    return sorted({name[:3] for name in names})
