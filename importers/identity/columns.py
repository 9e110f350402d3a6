"""Columns that identify people as a whole: because nearly every cell is such a number, name, date or code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from importers.documents.identifiers import luhn
from importers.identity.births import birth_dates
from importers.identity.cells import A_GOOD_PART, FEW, HALF, NEARLY_ALL, SEVERAL, Cells, FirstKind, share_of
from importers.identity.codes import dated_codes, name_codes
from importers.identity.headers import tells_events
from importers.identity.patterns import (
    COMPACT_DATE,
    FULL_NAME,
    LONG_NUMBER,
    MOBILE,
    NAME_AND_INITIAL,
    NAME_CODE,
    NAMED,
    NIR_WITHOUT_KEY,
    PLAIN_PHONE,
)
from importers.identity.texts import DIGEST, longest_of, without_accents
from importers.identity.words import INSTITUTIONS, WARDS, first_names, namesakes, surnames

DIGEST_LENGTH: Final = 16
A_WORD: Final = r"^[\p{L}][\p{L}'’\- ]{1,40}$"
A_DAY_TOLD: Final = r"^(?i:le|du)\s\d"
MONTH_OF_BIRTH: Final = 5
"""Digits of a social security number that tell sex, year and month: they differ from one person to the next."""
YEAR_OF_BIRTH: Final = 3
SAME: Final = 2
MILLISECONDS: Final = r"^(?:1[4-9]|20)\d{11}$"
"""From 2014 to 2036."""
SAMPLE: Final = 2_000
WORDS_SEEN: Final = 20_000
SOME: Final = 10
A_TENTH: Final = 0.08
"""Share of names that are common ones among people of a hospital: a tenth bear one of the surnames known here."""
LONG_ENOUGH: Final = 4
OFTEN: Final = 10
"""Rows to a number beyond which it is rather that of a machine than of a patient, unless the numbers are `MANY`."""
MANY: Final = 30
CONCEPT: Final = r"[01]0\d$"
"""SNOMED CT: the digits before the last say that the number is of a concept."""
LUHN: Final = 9
PARTS: Final = re.compile(r"[^\W\d_]+")
WORDS_OF_A_PLACE: Final = 6


def kind_of_column(
    cells: Cells, *, known: bool, pseudonym: bool, year: int | None, things: bool = False, header: str = ""
) -> FirstKind:
    """The kind of identity that a column is made of, and its distinct texts; `things`: its header speaks of no person."""
    if not cells.filled:
        return None
    found = dated_codes(_without_digests(cells), year) if pseudonym or not known else None
    if not found and not known and cells.filled < FEW and cells.texts.str.contains(MOBILE).all():
        return "phone", cells.texts.unique().to_list()
    if found or cells.filled < FEW:
        return found
    numbers, words = cells.has(r"^\d"), cells.has(r"^\D+$")
    found = _social_security(cells) if numbers else None
    if words and not found:
        found = None if things else _like_names(cells, NAME_CODE if pseudonym else FULL_NAME)
        found = found or (None if known else _like_names(cells, NAME_AND_INITIAL))
    if numbers and not found:
        found = _phones(cells, MOBILE if known else PLAIN_PHONE)
    if not found and not things:
        found = (_first_names(cells) if words else None) or _names(cells) or (name_codes(cells) if pseudonym else None)
    if not found and numbers and words and not known and share_of(cells.texts.str.contains(r"^\d")) < HALF:
        phones = cells.matching(MOBILE)  # among words, not in a column of long numbers
        found = None if phones is None else ("phone", phones.filter(phones.str.contains(MOBILE)).to_list())
    if found or not (numbers or cells.has(A_DAY_TOLD)):
        return found
    event = not pseudonym and tells_events(header)
    return birth_dates(cells, year, event=event) or (None if known else _numbers(cells))


def without_places(texts: list[str]) -> list[str]:
    """The texts that are no name of a hospital or ward: `Louis Pasteur`, `Neurologie Jean Bernard`; `DURAND Paul` stays."""
    return [text for text in texts if not _is_place(text)]


def _is_place(text: str) -> bool:
    parts = [without_accents(part) for part in PARTS.findall(text)]
    if not parts or len(parts) > WORDS_OF_A_PLACE or any(c.isdigit() or c == "." for c in text):
        return False
    if _is_surname_first(PARTS.findall(text)):
        return False
    return parts[0] in first_names() or parts[0].endswith(WARDS)


def _is_surname_first(parts: Sequence[str]) -> bool:
    """`MARTIN Jean`: a family name in capitals, then a first name."""
    return (
        len(parts) == SAME and parts[0].isupper() and parts[1].istitle() and without_accents(parts[1]) in first_names()
    )


def _without_digests(cells: Cells) -> Cells:
    if longest_of(cells.texts) < DIGEST_LENGTH:
        return cells
    return replace(cells, texts=cells.texts.filter(~cells.texts.str.contains(f"^(?:{DIGEST})$")))


def _says_much(texts: pl.Series, cells: Cells) -> bool:
    """Whether distinct texts are several, or about one a row."""
    return len(texts) >= SEVERAL or len(texts) > HALF * cells.filled


def _social_security(cells: Cells) -> FirstKind:
    """Numbers without their key, though other codes stand among them: sex, year and month of birth differ."""
    distinct = cells.matching(NIR_WITHOUT_KEY)
    if distinct is None:
        return None
    found = distinct.filter(distinct.str.contains(NIR_WITHOUT_KEY))
    if len(found) < FEW or len(found) < A_GOOD_PART * (len(distinct) if len(found) >= SEVERAL else cells.filled):
        return None
    if found.str.slice(0, MONTH_OF_BIRTH).n_unique() < FEW or _are_bar_codes(found) or _are_moments(found):
        return None
    return "nir", found.to_list()


def _are_bar_codes(numbers: pl.Series) -> bool:
    """Whether thirteen digits end with the key of a product's bar code."""
    some = numbers.filter(numbers.str.contains(r"^\d{13}$")).head(SAMPLE).to_list()
    keyed = sum(
        sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(number)) % 10 == 0 for number in some
    )
    return bool(some) and keyed >= NEARLY_ALL * len(some)


def _are_moments(numbers: pl.Series) -> bool:
    """Whether thirteen digits count milliseconds since 1970, within the same months: people differ in sex or year of birth."""
    return bool(numbers.str.contains(MILLISECONDS).all()) and numbers.str.slice(0, YEAR_OF_BIRTH).n_unique() <= SAME


def _phones(cells: Cells, pattern: str) -> FirstKind:
    distinct = cells.matching(pattern)
    if distinct is None or not _says_much(distinct, cells):
        return None
    mask = distinct.str.contains(pattern)
    return ("phone", distinct.filter(mask).to_list()) if share_of(mask) >= HALF else None


def _like_names(cells: Cells, pattern: str) -> FirstKind:
    """Texts shaped as names: about one a row, or some of them common names; an initial after different words is enough."""
    distinct = cells.matching(pattern)
    if distinct is None or not _says_much(distinct, cells):
        return None
    mask = distinct.str.contains(pattern)
    if share_of(mask) < NEARLY_ALL:
        return None
    people = distinct.filter(mask)
    if len(people) <= HALF * cells.filled:
        parts = [[without_accents(part) for part in PARTS.findall(text)] for text in people.head(SAMPLE)]
        if pattern == NAME_AND_INITIAL:
            told = len({part[0] for part in parts}) >= SEVERAL and not any(INSTITUTIONS & set(part) for part in parts)
        else:
            named = [
                part for part in parts if set(part) & (surnames() | first_names()) and not INSTITUTIONS & set(part)
            ]
            told = len(named) >= FEW and len(named) >= A_TENTH * len(parts)
        if not told:
            return None
    return "name", people.to_list()


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
    different = words.drop_nulls().unique().head(WORDS_SEEN)
    known = sum(_is_name(word) or _is_glued(word) for word in different)
    if known < FEW or known < (A_TENTH if known >= SOME else A_GOOD_PART) * len(different):
        return None
    people = distinct.filter(words.is_not_null()).to_list()
    return ("name", people) if cells.holding(people) >= HALF * cells.filled else None


def _is_name(text: str) -> bool:
    parts = {without_accents(part) for part in re.split(r"[ \-'’]", text)}
    return bool(parts & (surnames() | first_names())) and not INSTITUTIONS & parts and not _is_namesake(text)


def _is_namesake(text: str) -> bool:
    return " ".join(without_accents(part) for part in PARTS.findall(text)) in namesakes()


def _is_glued(word: str) -> bool:
    """A surname and an initial: `DUPONTJ`, `jdupont`."""
    plain = without_accents(word)
    return len(plain) > LONG_ENOUGH and bool({plain[:-1], plain[1:]} & surnames())


def _is_named(text: str) -> bool:
    """Whether a word of it is a common first name, unless it names a hospital or a disease."""
    parts = [without_accents(part) for part in re.split(r"[ \-]", text)]
    return bool(first_names() & set(parts)) and not INSTITUTIONS & set(parts) and not _is_namesake(text)


def _numbers(cells: Cells) -> FirstKind:
    """Long whole numbers, few rows to each: a patient's or a stay's, whatever the column is called."""
    distinct = cells.matching(LONG_NUMBER)
    if distinct is None or len(distinct) < FEW:
        return None
    again = cells.filled / len(distinct)
    if again > 1 / NEARLY_ALL and len(distinct) < MANY and (len(distinct) < SOME or again > OFTEN):
        return None
    long = distinct.str.contains(LONG_NUMBER) & ~distinct.str.contains(COMPACT_DATE)
    if share_of(long) < NEARLY_ALL or (again > 1 / NEARLY_ALL and _are_of_things(distinct.filter(long))):
        return None
    return "number", distinct.filter(long).to_list()


def _are_of_things(numbers: pl.Series) -> bool:
    """Whether numbers that come again are of concepts (SNOMED CT), or of hospitals and firms: nine digits and their key."""
    if share_of(numbers.str.contains(CONCEPT)) >= NEARLY_ALL:
        return True
    some = numbers.head(SAMPLE).to_list()
    return sum(len(number) == LUHN and luhn(number) for number in some) >= NEARLY_ALL * len(some)
