"""Cells that identify a person whatever their column: social security numbers, e-mails, telephones, addresses, names."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

import polars as pl

from importers.identity.patterns import ADDRESS, BORN, CIVILITY, EMAIL, NIR, PHONE, RECORD, TOLD_NIR
from importers.identity.words import INSTITUTIONS, first_names, namesakes, surnames

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
MANY_DIGITS: Final = r"(?:\d[\s.\-/_()ABab]*){8}\d"
"""A telephone or social security number holds nine digits with nothing but marks (or a Corsican letter) between them."""
DIGITS_OF_RECORD: Final = r"(?:\d[\s.\-]?){5}\d"
SHORT: Final = 11
"""Bytes within which only a text with a space, with signs or with the name of a number may identify anybody."""
WHOLE_NUMBER: Final = 10
"""Bytes of the shortest long number that a spreadsheet wrote with `.0`."""
SPOKEN_OR_SIGNED: Final = rf"{SPOKEN}|\+|(?i:ipp|nip|nda|iep|mrn|npp)"
SPACING: Final = r"[\u00a0\u202f\u2009\u2007\u2003\u2002\s]+"
INVISIBLE: Final = r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]"
DECIMAL: Final = r"^\s*[+-]?\d+[.,]\d+(?:[eE][+-]?\d+)?\s*$"
UPPER: Final = "A-ZÀ-ÖØ-Þ"
LOWER: Final = "a-zß-öø-ÿ"
NAME: Final = rf"[{UPPER}][{UPPER}{LOWER}'’\-]+"
PAIR: Final = re.compile(
    rf"(?<![\w'’\-.])(?P<one>{NAME})(?=,?\s+(?:(?:[Dd]e|[Dd]u|[Dd]es|[Ll]a|[Ll]e)\s+)*(?P<two>{NAME}))"
)
INITIALS: Final = r"\p{Lu}\.[\s\-]?(?:\p{Lu}\.[\s\-]?)?\s?\p{Lu}\p{L}{2}"
INITIALED: Final = re.compile(rf"(?<![\w.])[{UPPER}]\.[\s\-]?(?:[{UPPER}]\.[\s\-]?)?\s?(?P<name>{NAME})")
"""`J. Dupont`: a common surname after initials."""
TWO_NAMES: Final = r"\p{Lu}\p{L}[\p{L}'’\-]*,?\s+(?:(?:[Dd]e|[Dd]u|[Dd]es|[Ll]a|[Ll]e)\s+)*\p{Lu}\p{L}"
TYPED_FAST: Final = re.compile(
    r"\b(?:mme|mlle)\.?\s+(?!(?:est|non|pas|qui|que|dit|sera|sans|avec|sous|vue?s?|revue?s?|tr[èe]s|tou\w+|\w+(?:ée?|ant|ait))\b)[a-zà-ÿ]{3,}"
)
"""A civility in small letters, and a word that is likely a name."""
FAST_CIVILITY: Final = r"\b(?:mme|mlle)\b"
LONG_NAME: Final = 3
WORD_BEFORE: Final = re.compile(r"([^\W\d_]+)[\s\-]+$")
LONG_WORD: Final = 30
KEY_MODULUS: Final = 97
PIECE: Final = 1000
OVERLAP: Final = 100


def plain(column: pl.Series) -> pl.Series:
    """The column as it would be typed again: full-width digits, odd spaces and invisible characters made plain."""
    if not len(column) or column.null_count() == len(column):
        return column.cast(pl.String)
    text = column
    if (text.str.len_bytes() != text.str.len_chars()).any():
        text = text.str.normalize("NFKC").str.replace_all(INVISIBLE, "").str.replace_all(SPACING, " ")
    text = text.str.strip_chars()
    return text.str.replace(r"^(\d{8,})\.0+$", "$1") if longest_of(text) >= WHOLE_NUMBER else text


def longest_of(texts: pl.Series) -> int:
    """The bytes of the longest text."""
    return int(texts.str.len_bytes().max() or 0)  # type: ignore[arg-type]


def kinds(text: pl.Series, *, phones: bool = True) -> tuple[str, list[str]] | None:
    """The first kind of identity among the cells, and the distinct texts that hold it."""
    if longest_of(text) <= SHORT and not text.str.contains(SPOKEN_OR_SIGNED).any():
        return None
    doubtful = text.filter(~text.str.contains(HARMLESS)).unique()
    if not len(doubtful):
        return None
    spoken = doubtful.filter(doubtful.str.contains(SPOKEN))
    digits = doubtful.filter(doubtful.str.contains(MANY_DIGITS))
    checks: list[tuple[str, pl.Series, str | None]] = [("nir", digits, None), ("email", spoken, EMAIL)]
    checks += [("phone", digits, PHONE)] if phones else []
    checks += [("record", doubtful.filter(doubtful.str.contains(DIGITS_OF_RECORD)), RECORD)]
    checks += [("birth", spoken, BORN), ("address", spoken, ADDRESS), ("name", spoken, None)]
    for kind, texts, pattern in checks:
        if not len(texts):
            continue
        if pattern is not None:
            mask = texts.str.contains(pattern)
        else:
            mask = _nir(texts) if kind == "nir" else texts.str.contains(CIVILITY) | _persons(texts)
        found = texts.filter(mask.fill_null(value=False))
        if len(found):
            return kind, found.to_list()
    return None


def _nir(texts: pl.Series) -> pl.Series:
    """Texts with a social security number valid in structure and key (97 − number mod 97; 2A is 19, 2B is 18)."""
    spaced = texts.str.replace_all(r"[.\-/_]", " ").str.replace_all(SPACING, " ")
    digits = spaced.str.extract(NIR).str.replace_all(r"\s|[Cc]l[ée]|:", "").str.to_uppercase()
    body = digits.str.slice(0, 13).str.replace("2A", "19", literal=True).str.replace("2B", "18", literal=True)
    number = body.cast(pl.Int64, strict=False)
    key = digits.str.slice(13, 2).cast(pl.Int64, strict=False)
    score = texts.str.contains(DECIMAL)  # the digits of a score are not a number of anybody
    keyed = (KEY_MODULUS - number % KEY_MODULUS == key).fill_null(value=False)
    return (keyed | texts.str.contains(TOLD_NIR)) & ~score


def _persons(texts: pl.Series) -> pl.Series:
    """Texts that hold a common first name beside another name, or a civility in small letters before one."""
    likely = texts.str.contains(TWO_NAMES).fill_null(value=False)
    if likely.any():
        letters = texts.filter(likely).str.normalize("NFKD").str.replace_all(r"\p{M}", "")
        named = letters.str.contains_any(sorted(first_names()), ascii_case_insensitive=True)
        likely = likely.scatter(likely.arg_true().filter(~named), [False] * int((~named).sum()))
    likely = likely | texts.str.contains(f"{FAST_CIVILITY}|{INITIALS}").fill_null(value=False)
    if not likely.any():
        return likely
    return pl.Series([bool(maybe) and _names_somebody(text) for text, maybe in zip(texts, likely, strict=True)])


def _names_somebody(text: str) -> bool:
    """By pieces: the pattern's time grows with the square of a run of capitals."""
    pieces = [text[start : start + PIECE] for start in range(0, len(text), PIECE - OVERLAP)]
    return any(
        TYPED_FAST.search(p) or any(map(_is_person, PAIR.finditer(p))) or any(map(_is_initialed, INITIALED.finditer(p)))
        for p in pieces
    )


def _is_initialed(found: re.Match[str]) -> bool:
    """Whether a common surname follows initials, and no hospital's or disease's name precedes them."""
    before = WORD_BEFORE.search(found.string[max(0, found.start() - LONG_WORD) : found.start()])
    one = without_accents(found["name"]).split("-")[0]
    return one in surnames() and not (before and without_accents(before[1]) in INSTITUTIONS)


def _is_person(pair: re.Match[str]) -> bool:
    """Whether one of two names is a common first name, and neither belongs to a hospital or a disease."""
    before = WORD_BEFORE.search(pair.string[max(0, pair.start() - LONG_WORD) : pair.start()])
    one, two = without_accents(pair["one"]), without_accents(pair["two"])
    if {
        without_accents(before[1]) if before else "",
        one,
        two,
        one.split("-")[0],
    } & INSTITUTIONS or f"{one} {two.split('-')[0]}" in namesakes():
        return False
    return (one.split("-")[0] in first_names() and len(two) >= LONG_NAME) or (
        two.split("-")[0] in first_names() and len(one) >= LONG_NAME
    )


@lru_cache(maxsize=10_000)
def without_accents(word: str) -> str:
    """Lower case, without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
