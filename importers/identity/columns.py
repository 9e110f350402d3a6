"""Columns that identify people as a whole: by what they are called, or because nearly every cell is such a number, name or date."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from importers.columns.headers import bare, folded
from importers.identity.patterns import (
    COMPACT_DATE,
    COMPACT_FRENCH_DATE,
    DATE_AND_INITIALS,
    FRENCH_DATE_AND_INITIALS,
    FULL_DATE,
    FULL_NAME,
    INITIALS_AND_DATE,
    INITIALS_AND_FRENCH_DATE,
    INITIALS_AND_SHORT_DATE,
    INITIALS_AND_SHORT_ISO,
    LETTER_AND_DATE,
    LONG_NUMBER,
    MOBILE,
    NAME_AND_INITIAL,
    NAME_CODE,
    NAMED,
    NIR_WITHOUT_KEY,
    PLAIN_PHONE,
    RECORD_CODE,
    SHORT_DATE,
    WORDED_DATE,
)
from importers.identity.texts import DIGEST, longest_of, without_accents
from importers.identity.words import (
    FILLERS,
    HEADER_PARTS,
    HEADER_WORDS,
    HEADERS,
    INSTITUTIONS,
    MEASURES,
    MOMENTS,
    NAME_OF,
    NUMBER_WORDS,
    PATIENT_WORDS,
    first_names,
    surnames,
)

NEARLY_ALL: Final = 0.8
HALF: Final = 0.5
A_GOOD_PART: Final = 0.25
FEW: Final = 3
"""Filled cells from which a column says something as a whole."""
OLD_YEARS: Final = 2
"""Years before the pilot from which a full date in a code is no examination of it."""
SPREAD_YEARS: Final = 3
MANY_DIGITS: Final = 5
DENSE: Final = 4
ANY_SHORT_CODE: Final = "|".join(
    (INITIALS_AND_SHORT_DATE, INITIALS_AND_SHORT_ISO, COMPACT_DATE, COMPACT_FRENCH_DATE, LETTER_AND_DATE)
)
CENTURY: Final = 2030
"""Years of two digits beyond it, when the pilot has no date, are of the century before."""
DIGEST_LENGTH: Final = 16
BY_CHANCE: Final = 0.0005
"""Share of random codes that look like initials and a date."""
CODE_LENGTH: Final = 10
"""Two letters and a full date."""
PATIENT_NUMBER: Final = r"^\s*\d{5,12}(?:\.0)?\s*$"
A_WORD: Final = r"^[\p{L}][\p{L}'’\- ]{1,40}$"
WORDS: Final = re.compile(r"[^a-z0-9]+")
CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
FirstKind = tuple[str, list[str]] | None


def announces_people(header: str, column: pl.Series) -> bool:
    """Whether a header announces an identity; some words do only above numbers."""
    if bare(header).rstrip("0123456789") in HEADERS or any(part in bare(header) for part in HEADER_PARTS):
        return True
    words = {w for w in WORDS.split(without_accents(folded(CAMEL.sub(" ", header)))) if w}
    if words & HEADER_WORDS or ("nom" in words and words & NAME_OF):
        return True
    core = [w for w in WORDS.split(without_accents(folded(CAMEL.sub(" ", header)))) if w and w not in FILLERS]
    if len(core) < len(words) and "".join(core) in HEADERS:
        return True
    if words & NUMBER_WORDS and not words & MOMENTS:
        digits = column.drop_nulls().str.count_matches(r"\d")
        return bool(len(digits)) and _share(digits >= MANY_DIGITS) > HALF
    filled = column.drop_nulls()
    return bool(words & PATIENT_WORDS and len(filled)) and _share(filled.str.contains(PATIENT_NUMBER)) > HALF


def measures(header: str) -> bool:
    """Whether a header speaks of a size, a time or a batch: long numbers below it are nobody's."""
    return bool(set(WORDS.split(without_accents(folded(CAMEL.sub(" ", header))))) & MEASURES)


@dataclass(frozen=True)
class Cells:
    """The texts of a column, all of them or each once; how many cells are filled; and how many hold one of some texts."""

    texts: pl.Series
    filled: int
    holding: Callable[[list[str]], int]

    def has(self, pattern: str) -> bool:
        """Whether some text follows a pattern."""
        return bool(self.texts.str.contains(pattern).any())

    def matching(self, pattern: str) -> pl.Series | None:
        """The distinct texts, when some follow a pattern."""
        return self.texts.unique() if self.has(pattern) else None


def kind_of_column(cells: Cells, *, known: bool, pseudonym: bool, year: int | None) -> FirstKind:
    """The kind of identity that a column is made of, and its distinct texts."""
    if not cells.filled:
        return None
    found = _dated_codes(_without_digests(cells), year) if pseudonym or not known else None
    if not found and not known and cells.filled < FEW and cells.texts.str.contains(MOBILE).all():
        return "phone", cells.texts.unique().to_list()
    if found or cells.filled < FEW:
        return found
    numbers, words = cells.has(r"^\d"), cells.has(r"^\D+$")
    checks = [("nir", NIR_WITHOUT_KEY, NEARLY_ALL)] if numbers else []
    checks += [("name", NAME_CODE if pseudonym else FULL_NAME, NEARLY_ALL)] if words else []
    checks += [("name", NAME_AND_INITIAL, NEARLY_ALL)] if words and not known else []
    checks += [("phone", MOBILE if known else PLAIN_PHONE, HALF)] if numbers else []
    for kind, pattern, share in checks:
        distinct = cells.matching(pattern)
        if distinct is not None and len(distinct) > cells.filled * HALF:
            mask = distinct.str.contains(pattern)
            if _share(mask) >= share:
                return kind, distinct.filter(mask).to_list()
    found = (_first_names(cells) if words else None) or _names(cells)
    if not found and numbers and words and not known and _share(cells.texts.str.contains(r"^\d")) < HALF:
        phones = cells.matching(MOBILE)  # among words, not in a column of long numbers
        found = None if phones is None else ("phone", phones.filter(phones.str.contains(MOBILE)).to_list())
    if found or not numbers:
        return found
    return _birth_dates(cells, year) or (None if known else _numbers(cells))


def _without_digests(cells: Cells) -> Cells:
    if longest_of(cells.texts) < DIGEST_LENGTH:
        return cells
    return replace(cells, texts=cells.texts.filter(~cells.texts.str.contains(f"^(?:{DIGEST})$")))


def _share(mask: pl.Series) -> float:
    return int(mask.sum()) / len(mask)


def _dated_codes(cells: Cells, year: int | None) -> FirstKind:
    """Codes made of letters and of a full date older than the pilot: initials and a date of birth."""
    longest = longest_of(cells.texts)
    patterns = (INITIALS_AND_DATE, INITIALS_AND_FRENCH_DATE, DATE_AND_INITIALS, FRENCH_DATE_AND_INITIALS)
    for pattern in patterns if longest >= CODE_LENGTH else ():
        distinct = cells.matching(pattern)
        if distinct is None:
            continue
        years = distinct.str.extract(pattern).cast(pl.Int64, strict=False)
        old = (years <= (year or 2100) - OLD_YEARS).fill_null(value=False)
        if int(old.sum()) > BY_CHANCE * len(distinct):
            return "code", distinct.filter(old).to_list()
    records = cells.matching(RECORD_CODE)
    if records is not None:
        return "record", records.filter(records.str.contains(RECORD_CODE)).to_list()
    return _short_codes(cells, year) if cells.filled >= FEW else None


def _short_codes(cells: Cells, year: int | None) -> FirstKind:
    """Codes that could be numbers in sequence: only as a column, when nearly all are dates over several years."""
    if not cells.has(ANY_SHORT_CODE):
        return None
    for pattern, least in ((INITIALS_AND_SHORT_DATE, 2), (INITIALS_AND_SHORT_ISO, SPREAD_YEARS)):
        distinct = cells.matching(pattern)
        if distinct is not None:
            short = distinct.str.extract(pattern).cast(pl.Int64, strict=False)
            if _is_sequence(distinct):
                continue
            if _is_spread(short, least) and (year is None or not (short == year % 100).any()):
                return "code", distinct.filter(short.is_not_null()).to_list()
    for pattern in (COMPACT_DATE, COMPACT_FRENCH_DATE, LETTER_AND_DATE):
        distinct = cells.matching(pattern)
        if distinct is not None:
            years = _years(distinct, pattern)
            if _is_spread(years, SPREAD_YEARS):
                return "code", distinct.filter(years.is_not_null()).to_list()
    return None


def _is_sequence(codes: pl.Series) -> bool:
    """Whether the numbers of codes follow each other: `CT100100`, then `CT100101`."""
    numbers = codes.str.extract(r"(\d{6})").cast(pl.Int64, strict=False).drop_nulls()
    low, high = numbers.min(), numbers.max()
    return isinstance(low, int) and isinstance(high, int) and high - low < DENSE * len(numbers)


def _years(texts: pl.Series, pattern: str) -> pl.Series:
    """The year of each text, whichever group of the pattern holds it."""
    groups = texts.str.extract_groups(pattern).struct.unnest()
    return pl.select(pl.coalesce(groups.get_columns())).to_series().cast(pl.Int64, strict=False)


def _is_spread(years: pl.Series, least: int) -> bool:
    """Nearly all cells are dates, over several years."""
    found = years.drop_nulls()
    return len(found) >= FEW and len(found) >= NEARLY_ALL * len(years) and found.n_unique() >= least


def _first_names(cells: Cells) -> FirstKind:
    distinct = cells.matching(A_WORD)
    if distinct is None:
        return None
    words = distinct.filter(distinct.str.contains(A_WORD))
    people = [w for w in words.to_list() if _is_named(w)]
    count = cells.holding(people) if len(people) > 1 else 0  # one same word everywhere is a place or a brand
    return ("name", people) if count >= FEW and count >= HALF * cells.filled else None


def _names(cells: Cells) -> FirstKind:
    """Surnames alone, with initials or with a number: the column holds several words, and a good part are common names."""
    distinct = cells.matching(NAMED)
    if distinct is None:
        return None
    words = distinct.str.extract(NAMED)
    known = {word for word in words.drop_nulls().unique() if _is_name(word)}
    if len(known) < FEW or len(known) < A_GOOD_PART * words.drop_nulls().n_unique():
        return None
    people = distinct.filter(words.is_not_null()).to_list()
    return ("name", people) if cells.holding(people) >= HALF * cells.filled else None


def _is_name(text: str) -> bool:
    parts = {without_accents(part) for part in re.split(r"[ \-'’]", text)}
    return bool(parts & (surnames() | first_names())) and not INSTITUTIONS & parts


def _is_named(text: str) -> bool:
    """Whether a word of it is a common first name, unless it names a hospital or a disease."""
    parts = [without_accents(part) for part in re.split(r"[ \-]", text)]
    return bool(first_names() & set(parts)) and not INSTITUTIONS & set(parts)


def _birth_dates(cells: Cells, year: int | None) -> FirstKind:
    """Full dates spread over years, most of them before the pilot."""
    for pattern in (FULL_DATE, WORDED_DATE, SHORT_DATE, COMPACT_FRENCH_DATE):
        distinct = cells.matching(pattern)
        if distinct is None:
            continue
        years = _years(distinct, pattern)
        if pattern == SHORT_DATE:
            now = (year or CENTURY) % 100
            years = years + pl.select(pl.when(years > now).then(1900).otherwise(2000)).to_series()
        if _is_spread(years, SPREAD_YEARS) and _share(years.drop_nulls() <= (year or 2100) - OLD_YEARS) > HALF:
            return "birth", distinct.filter(years.is_not_null()).to_list()
    return None


def _numbers(cells: Cells) -> FirstKind:
    """Long whole numbers, one a row: a patient's or a stay's, whatever the column is called."""
    distinct = cells.matching(LONG_NUMBER)
    if distinct is None or len(distinct) < max(FEW, NEARLY_ALL * cells.filled):
        return None
    long = distinct.str.contains(LONG_NUMBER) & ~distinct.str.contains(COMPACT_DATE)
    return ("number", distinct.filter(long).to_list()) if _share(long) >= NEARLY_ALL else None
