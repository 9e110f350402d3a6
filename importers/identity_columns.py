"""Columns that identify people as a whole: by what they are called, or because nearly every cell is such a number, name or date."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from importers.headers import bare, folded
from importers.identity_patterns import (
    COMPACT_DATE,
    DATE_AND_INITIALS,
    FRENCH_DATE_AND_INITIALS,
    FULL_DATE,
    FULL_NAME,
    HEADER_PARTS,
    HEADER_WORDS,
    HEADERS,
    INITIALS_AND_DATE,
    INITIALS_AND_FRENCH_DATE,
    INITIALS_AND_SHORT_DATE,
    LONG_NUMBER,
    MOBILE,
    NAME_CODE,
    NAME_OF,
    NIR_WITHOUT_KEY,
    NUMBER_WORDS,
    PLAIN_PHONE,
    first_names,
)
from importers.identity_texts import DIGEST, longest_of, without_accents

NEARLY_ALL: Final = 0.8
HALF: Final = 0.5
FEW: Final = 3
"""Filled cells from which a column says something as a whole."""
OLD_YEARS: Final = 2
"""Years before the pilot from which a full date in a code is no examination of it."""
SPREAD_YEARS: Final = 3
MANY_DIGITS: Final = 5
DIGEST_LENGTH: Final = 16
BY_CHANCE: Final = 0.0005
"""Share of random codes that look like initials and a date."""
CODE_LENGTH: Final = 10
"""Two letters and a full date."""
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
    if words & NUMBER_WORDS:
        digits = column.drop_nulls().str.count_matches(r"\d")
        return bool(len(digits)) and _share(digits >= MANY_DIGITS) > HALF
    return False


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
    if found or cells.filled < FEW:
        return found
    numbers, words = cells.has(r"^\d"), cells.has(r"^\D+$")
    checks = [("nir", NIR_WITHOUT_KEY, NEARLY_ALL)] if numbers else []
    checks += [("name", NAME_CODE if pseudonym else FULL_NAME, NEARLY_ALL)] if words else []
    checks += [("phone", MOBILE if known else PLAIN_PHONE, HALF)] if numbers else []
    for kind, pattern, share in checks:
        distinct = cells.matching(pattern)
        if distinct is not None and len(distinct) > cells.filled * HALF:
            mask = distinct.str.contains(pattern)
            if _share(mask) >= share:
                return kind, distinct.filter(mask).to_list()
    found = _first_names(cells) if words else None
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
    if cells.filled < FEW:
        return None
    distinct = cells.matching(INITIALS_AND_SHORT_DATE)
    if distinct is not None:
        short = distinct.str.extract(INITIALS_AND_SHORT_DATE).cast(pl.Int64, strict=False)
        if _is_spread(short, 2) and (year is None or not (short == year % 100).any()):
            return "code", distinct.filter(short.is_not_null()).to_list()
    distinct = cells.matching(COMPACT_DATE)
    if distinct is not None:
        compact = distinct.str.extract(COMPACT_DATE).cast(pl.Int64, strict=False)
        if _is_spread(compact, SPREAD_YEARS):
            return "code", distinct.filter(compact.is_not_null()).to_list()
    return None


def _is_spread(years: pl.Series, least: int) -> bool:
    """Nearly all cells are dates, over several years."""
    found = years.drop_nulls()
    return len(found) >= FEW and len(found) >= NEARLY_ALL * len(years) and found.n_unique() >= least


def _first_names(cells: Cells) -> FirstKind:
    distinct = cells.matching(A_WORD)
    if distinct is None:
        return None
    words = distinct.filter(distinct.str.contains(A_WORD))
    people = [w for w in words.to_list() if any(without_accents(p) in first_names() for p in re.split(r"[ \-]", w))]
    count = cells.holding(people) if people else 0
    return ("name", people) if count >= FEW and count >= HALF * cells.filled else None


def _birth_dates(cells: Cells, year: int | None) -> FirstKind:
    """Full dates spread over years, most of them before the pilot."""
    distinct = cells.matching(FULL_DATE)
    if distinct is None:
        return None
    groups = distinct.str.extract_groups(FULL_DATE)
    years = groups.struct.field("1").fill_null(groups.struct.field("2")).cast(pl.Int64, strict=False)
    if not _is_spread(years, SPREAD_YEARS):
        return None
    old = years.drop_nulls() <= (year or 2100) - OLD_YEARS
    return ("birth", distinct.filter(years.is_not_null()).to_list()) if _share(old) > HALF else None


def _numbers(cells: Cells) -> FirstKind:
    """Long whole numbers, one a row: a patient's or a stay's, whatever the column is called."""
    distinct = cells.matching(LONG_NUMBER)
    if distinct is None or len(distinct) < max(FEW, NEARLY_ALL * cells.filled):
        return None
    long = distinct.str.contains(LONG_NUMBER) & ~distinct.str.contains(COMPACT_DATE)
    return ("number", distinct.filter(long).to_list()) if _share(long) >= NEARLY_ALL else None
