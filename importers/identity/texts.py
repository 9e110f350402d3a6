"""Cells that identify a person whatever their column: social security numbers, e-mails, telephones, addresses, names."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import polars as pl

from importers.identity.nir import SPACING, disguised, hold_nir
from importers.identity.patterns import (
    ADDRESS,
    BARE_RECORD,
    BIRTH_WORDS,
    BORN,
    EMAIL,
    NUMBER_OF_A_THING,
    PHONE,
    RECORD,
    YEARLY,
)
from importers.identity.persons import hold_persons, without_accents
from importers.identity.told import JOINED, hold_told

__all__ = ["DIGEST", "kinds", "longest_of", "plain", "without_accents"]

DIGEST: Final = r"[0-9a-f]{16,}|[0-9A-F]{16,}|(?i:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
"""A keyed digest or a UUID, as pseudonyms should be: among many, some look by chance like a date or a telephone number."""
HARMLESS: Final = (
    r"^(?:[+-]?\d{0,7}(?:[.,]\d*)?|\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?"
    r"|\d\d/\d\d/\d{4}(?: \d\d:\d\d(?::\d\d)?)?|.{0,5}"
    rf"|{DIGEST})$"
)
"""Short numbers, dates with times, short words and digests: most cells, and nobody."""
SPOKEN: Final = r"[\s@(\[]|[/.\-].*[/.\-]"
"""An address, a name or a date of birth holds a space, a sign of e-mails, or two marks."""
CLOSE_NAME: Final = r"(?i:(?:^|\P{L})(?:mm?|mr|mrs|ms|mme|mlle)\.\p{L}|(?:nom|patiente?):\p{L}|(?:nom|name)[\"']?[=:])"
"""`M.Dupont`, `nom=dupont`: a name without any space."""
MANY_DIGITS: Final = r"(?:\d[\s.\-/_()ABab]*){8}\d"
"""A telephone or social security number holds nine digits with nothing but marks (or a Corsican letter) between them."""
DIGITS_OF_RECORD: Final = r"(?:\d[\s.\-]?){5}\d"
SIGN_OF_EMAILS: Final = r"(?i)@|\(at\)|\[at\]|\(a\)|arobase"
DISGUISED: Final = 16
"""Bytes of a social security number with one sign more."""
NUMBERED_ROAD: Final = (
    r"(?i)\d(?:\s*(?:bis|ter|quater))?[\s,]+"
    r"(?:rue|av|b[dlo]|all|imp|qua|squ|lot|fau|sen|ven|pla|rou|che|r[ée]s|vil|cou|pas)"
)
RECORD_WORDS: Final = [
    "ipp", "nip", "nda", "iep", "mrn", "npp", "dossier", "jour", "venue", "passage", "admission", "patient", "pid|"
]  # fmt: skip
LETTER_AND_NUMBER: Final = r"\p{L}[\s:=#]{1,3}\d{6}|[°ºoO][\s:=#]{0,3}\d{8}"
"""Looks quick to take, before the patterns that cost more."""
SHORT: Final = 11
"""Bytes within which only a text with a space, with signs or with the name of a number may identify anybody."""
WHOLE_NUMBER: Final = 10
"""Bytes of the shortest long number that a spreadsheet wrote with `.0`."""
SPOKEN_OR_SIGNED: Final = rf"{SPOKEN}|\+|(?i:ipp|nip|nda|iep|mrn|npp|ddn|dob)|{CLOSE_NAME}|{JOINED}"
ODD: Final = r"[^\x00-\x7fÀ-ÿ’–—€œŒ]"
"""Signs that may be written another way."""
INVISIBLE: Final = r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]"


def plain(column: pl.Series) -> pl.Series:
    """The column as it would be typed again: full-width digits, odd spaces and invisible characters made plain."""
    if not len(column) or column.null_count() == len(column):
        return column.cast(pl.String)
    text = column
    if (text.str.len_bytes() != text.str.len_chars()).any():
        odd = text.str.contains(ODD).fill_null(value=False)
        if odd.any():
            typed = text.filter(odd).str.normalize("NFKC").str.replace_all(INVISIBLE, "").str.replace_all(SPACING, " ")
            text = typed if odd.all() else text.scatter(odd.arg_true(), typed)
    text = text.str.strip_chars()
    return text.str.replace(r"^(\d{8,})\.0+$", "$1") if longest_of(text) >= WHOLE_NUMBER else text


def longest_of(texts: pl.Series) -> int:
    """The bytes of the longest text."""
    return int(texts.str.len_bytes().max() or 0)  # type: ignore[arg-type]


def kinds(text: pl.Series, *, phones: bool = True, together: bool = True) -> tuple[str, list[str]] | None:
    """The first kind of identity among the cells, and the distinct texts that hold it.

    `together`: as cells of one column, some of whose many long numbers look by chance like those of people.
    """
    longest = longest_of(text)
    if longest <= SHORT and not text.str.contains(SPOKEN_OR_SIGNED).any():
        return None
    if longest >= DISGUISED and (found := disguised(text, together=together)):
        return "nir", found
    doubtful = text.filter(~text.str.contains(HARMLESS)).unique()
    if not len(doubtful):
        return None
    spoken = doubtful.filter(doubtful.str.contains(SPOKEN))
    digits = doubtful.filter(doubtful.str.contains(MANY_DIGITS))
    numbered = doubtful.filter(doubtful.str.contains(DIGITS_OF_RECORD))
    names = doubtful.filter(doubtful.str.contains(f"{SPOKEN}|{CLOSE_NAME}|{JOINED}"))
    births = numbered.filter(numbered.str.contains(BIRTH_WORDS)).append(spoken)
    checks: list[tuple[str, pl.Series, Callable[[pl.Series], pl.Series]]] = [
        ("nir", digits, partial(hold_nir, together=together)),
        ("email", doubtful.filter(doubtful.str.contains(SIGN_OF_EMAILS)), _following(EMAIL)),
        ("phone", digits if phones else digits.clear(), _phones),
        ("record", numbered, _records),
        ("birth", births, _following(BORN)),
        ("address", spoken.filter(spoken.str.contains(NUMBERED_ROAD)), _following(ADDRESS)),
        ("name", names, lambda some: hold_persons(some) | hold_told(some)),
    ]
    for kind, texts, holds in checks:
        if len(texts):
            found = texts.filter(holds(texts).fill_null(value=False)).to_list()
            if found:
                return kind, found
    return None


def _following(pattern: str) -> Callable[[pl.Series], pl.Series]:
    return lambda texts: texts.str.contains(pattern)


def _phones(texts: pl.Series) -> pl.Series:
    """Telephones; the number of a batch or of a device is none."""
    found = texts.str.contains(PHONE).fill_null(value=False)
    if not found.any():
        return found
    others = texts.filter(found).str.replace_all(NUMBER_OF_A_THING, " ").str.contains(PHONE)
    return found.scatter(found.arg_true(), others)


def _records(texts: pl.Series) -> pl.Series:
    """Numbers of records; after the bare word, neither a day nor a year and a rank (`dossier 2025001`)."""
    found = texts.str.contains_any(RECORD_WORDS, ascii_case_insensitive=True)
    if found.any():
        found = found.scatter(found.arg_true(), texts.filter(found).str.contains(RECORD))
    bare = texts.str.contains(LETTER_AND_NUMBER)
    bare = bare.scatter(bare.arg_true(), texts.filter(bare).str.contains(BARE_RECORD)) if bare.any() else bare
    if not bare.any():
        return found
    told = pl.DataFrame({"text": bare.arg_true(), "said": texts.filter(bare).str.extract_all(BARE_RECORD)})
    told = told.explode("said", empty_as_null=True)
    hits = told.filter(~told["said"].str.extract(r"(\d+)").str.contains(YEARLY))["text"].unique()
    return found.scatter(hits, [True] * len(hits))
