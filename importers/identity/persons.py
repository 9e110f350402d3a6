"""Names of people in texts: after a civility, beside a common first name, before or after initials."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Final

import polars as pl

from importers.identity.name_words import NOT_NAMES, USUAL
from importers.identity.words import INSTITUTIONS, first_names, namesakes, surnames

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
CIVILITY: Final = (
    r"(?:(?:^|[^\p{L}\p{N}\s.]\s*|[\p{L},;:]\s+)MM?\.(?:\s+\p{Lu}[\p{L}'’\-]+|\p{Lu}[\p{L}'’\-]{2,})"
    r"|(?:^|[^\p{L}.])(?:Mr|Mrs|Ms|(?i:mme|mlle|melle|madame|monsieur|mademoiselle))(?:\.\s*|\s+)\p{Lu}[\p{L}'’\-]+"
    r"|\b(?:[Nn]om|[Pp]r[ée]nom)\s*:\s*\p{Lu}[\p{L}'’\-]+)(?:\s+\p{Lu}[\p{L}'’\-]+)?"
)
"""A civility and one or two words with capitals."""
TYPED_FAST: Final = r"\b(?:mme|mlle|melle)\.?\s+[a-zà-ÿ]{3,}"
"""A civility and a word, both in small letters."""
CIVIL_WORDS: Final = ["m.", "mr", "ms", "mme", "mlle", "melle", "madame", "monsieur", "mademoiselle", "nom"]
LIKE_A_VERB: Final = r"(?:ee?|ant|ait)$"
LAST_WORDS: Final = r"[.:\s]\s*(\p{L}[\p{L}'’\-]*)(?:\s+(\p{L}[\p{L}'’\-]*))?$"
ARTICLES: Final = frozenset(("le", "la", "de", "du", "des", "les", "l"))
CIVILITIES: Final = frozenset(
    ("mr", "mrs", "mme", "mlle", "melle", "madame", "monsieur", "mademoiselle", "patient", "patiente")
)
PATIENT: Final = (
    r"\b(?i:patiente?)\s*:\s*(?:\p{Lu}[\p{Lu}'’\-]{2,}\s+\p{Lu}\p{Ll}+|\p{Lu}\p{Ll}+\s+\p{Lu}[\p{Lu}'’\-]{2,})"
)
ACCENTED: Final = [c for c in map(chr, range(0xC0, 0x180)) if len(unicodedata.normalize("NFKD", c)) > 1]
PLAIN: Final = [unicodedata.normalize("NFKD", c)[0] for c in ACCENTED]
WORD: Final = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
BEFORE: Final = 4
"""Words before a name among which a hospital or a disease may stand."""
PARTICLES: Final = frozenset(("de", "du", "des", "d", "la", "le", "l", "les"))
SMALL: Final = ("de", "du", "le", "la")
APART: Final = "/"
"""In the place of a name that is no person's."""
LONG_NAME: Final = 3
LONG_TEXT: Final = 80
PIECE: Final = 1000
OVERLAP: Final = 100


def hold_persons(texts: pl.Series) -> pl.Series:
    """Which texts name somebody."""
    return _after_civility(texts) | _with_capitals(texts) | hold_common(texts)


def _after_civility(texts: pl.Series) -> pl.Series:
    """A civility before a word that is none of a sentence; `Nom :` before any."""
    found = texts.str.contains(PATIENT).fill_null(value=False)
    for pattern in (CIVILITY, TYPED_FAST):
        maybe = texts.str.contains_any(CIVIL_WORDS, ascii_case_insensitive=True)
        if maybe.any():
            maybe = maybe.scatter(maybe.arg_true(), texts.filter(maybe).str.contains(pattern))
        if maybe.any():
            told = texts.filter(maybe).str.extract_all(pattern)
            words = pl.DataFrame({"text": maybe.arg_true(), "said": told}).explode("said", empty_as_null=True)
            groups = plain_letters(words["said"]).str.extract_groups(LAST_WORDS).struct.unnest()
            one, two = (group.str.to_lowercase() for group in groups.get_columns())
            named = ~one.is_in(NOT_NAMES) | (one.is_in(ARTICLES) & two.is_not_null() & ~two.is_in(NOT_NAMES))
            if pattern == TYPED_FAST:
                named = named & ~one.str.contains(LIKE_A_VERB)
            hits = words.filter(named.fill_null(value=False))["text"].unique()
            found = found.scatter(hits, [True] * len(hits))
    return found


def _with_capitals(texts: pl.Series) -> pl.Series:
    """Texts that hold a common first name beside another name, or a common surname after initials."""
    paired = texts.str.contains(TWO_NAMES).fill_null(value=False)
    initials = texts.str.contains(INITIALS).fill_null(value=False)
    if paired.any():
        letters = plain_letters(texts.filter(paired))
        named = letters.str.contains_any(sorted(first_names()), ascii_case_insensitive=True)
        paired = _narrowed(paired, named, letters, _first_name())
    return _confirmed(texts, paired | initials, _names_somebody)


def hold_common(texts: pl.Series) -> pl.Series:
    """A common surname after a civility, before initials or beside a common first name, in letters of any size."""
    letters = plain_letters(texts)
    likely = letters.str.contains_any(sorted(surnames()), ascii_case_insensitive=True).fill_null(value=False)
    if not likely.any():
        return likely
    letters = letters.filter(likely)
    likely = _narrowed(likely, letters.is_not_null(), letters, _common_names())
    return _confirmed(texts, likely, _names_commonly)


def _narrowed(likely: pl.Series, maybe: pl.Series, letters: pl.Series, pattern: str) -> pl.Series:
    """Among the likely ones, those that follow a pattern, namesakes apart."""
    if maybe.any():
        apart = letters.filter(maybe).str.replace_all(_namesakes(), APART)
        maybe = maybe.scatter(maybe.arg_true(), apart.str.contains(pattern))
    return likely.scatter(likely.arg_true(), maybe)


@cache
def _first_name() -> str:
    return rf"(?i)(?-u:\b)(?:{'|'.join(sorted(first_names()))})(?-u:\b)"


@cache
def _common_names() -> str:
    last, first = "|".join(sorted(surnames())), "|".join(sorted(first_names()))
    return (
        rf"(?i)(?-u:\b)(?:(?:m|mr|mrs|mme|mlle|melle|madame|monsieur|mademoiselle|patiente?)[.:\s]\s*(?:{last})(?-u:\b)"
        rf"|(?:{last})(?:\s+[a-z]\.|,?\s+(?:{first})(?-u:\b))|(?:{first})\s+(?:(?:de|du|le|la)\s+)?(?:{last})(?-u:\b))"
    )


@cache
def _namesakes() -> str:
    """Names of hospitals, diseases and products, wherever they stand."""
    names = (name.replace(" ", r"[ \-]") for name in sorted(namesakes()))
    return rf"(?i)(?-u:\b)(?:{'|'.join(names)})(?-u:\b)"


def plain_letters(texts: pl.Series) -> pl.Series:
    """Without accents."""
    if (texts.str.len_bytes() == texts.str.len_chars()).all():
        return texts
    return texts.str.replace_many(ACCENTED, PLAIN)


def _confirmed(texts: pl.Series, likely: pl.Series, names: Callable[[str], bool]) -> pl.Series:
    """Of the likely texts, those that name somebody, word by word."""
    if not likely.any():
        return likely
    apart = plain_letters(texts.filter(likely)).str.replace_all(_namesakes(), APART)
    return likely.scatter(likely.arg_true(), [names(text) for text in apart])


def _names_somebody(text: str) -> bool:
    """By pieces: the pattern's time grows with the square of a run of capitals."""
    pieces = [text[start : start + PIECE] for start in range(0, len(text), PIECE - OVERLAP)]
    return any(any(map(_is_person, PAIR.finditer(p))) or any(map(_is_initialed, INITIALED.finditer(p))) for p in pieces)


def _is_initialed(found: re.Match[str]) -> bool:
    """Whether a common surname follows initials, and no hospital's or disease's name precedes them."""
    one = without_accents(found["name"]).split("-")[0]
    return one in surnames() and not _told_before(found.string, found.start())


def _is_person(pair: re.Match[str]) -> bool:
    """Whether one of two names is a common first name, and neither belongs to a hospital or a disease."""
    one, two = without_accents(pair["one"]), without_accents(pair["two"])
    if {one, two, one.split("-")[0], one.split("'")[-1]} & INSTITUTIONS or _are_namesakes(one, two):
        return False
    if {one, two} & NOT_NAMES or (
        pair.string.isupper() and {one, two} & USUAL and not _is_pair(pair["one"], pair["two"])
    ):
        return False
    named = (one.split("-")[0] in first_names() and len(two) >= LONG_NAME) or (
        two.split("-")[0] in first_names() and len(one) >= LONG_NAME
    )
    return named and not _told_before(pair.string, pair.start())


def _are_namesakes(one: str, two: str) -> bool:
    return bool({f"{one} {two}", f"{one} {two.split('-', maxsplit=1)[0]}"} & namesakes())


def _told_before(text: str, start: int) -> bool:
    """Whether the word before a name, particles apart, is that of a hospital, a place or a disease."""
    words = [without_accents(word) for word in WORD.findall(text[max(0, start - LONG_TEXT) : start])]
    between = re.search(r"[.;!?\n]\s*$", text[max(0, start - LONG_TEXT) : start])
    if between:
        return False
    last = next((word for word in reversed(words[-BEFORE:]) if word not in PARTICLES), "")
    return bool({last, last.split("'")[-1], last.split("’")[-1]} & INSTITUTIONS)


def _names_commonly(text: str) -> bool:
    """Word by word, for the rules of `hold_common`."""
    words = [(found[0], found.start(), found.end()) for found in WORD.finditer(text)]
    return any(_are_a_person(text, words, i) for i in range(len(words) - 1))


def _are_a_person(text: str, words: list[tuple[str, int, int]], i: int) -> bool:
    (one, start, end), (two, second, last) = words[i : i + 2]
    between = text[end:second]
    first, other = (without_accents(word).split("-", maxsplit=1)[0] for word in (one, two))
    if _is_civility(text, one, start, end):
        return _is_surname(two, other, text) and bool(re.fullmatch(r"\.\s*|\s*:\s*|\s+", between))
    if between.strip() not in ("", ",") or not between:
        return False
    if len(two) == 1 and two.isupper() and text[last : last + 1] == ".":
        named = not between.strip() and _is_surname(one, first, text)
    elif other in SMALL and i + 2 < len(words):
        named = first in first_names() and not text[last : words[i + 2][1]].strip() and _is_pair(one, words[i + 2][0])
    elif between.strip():
        named = other in first_names() and _is_pair(two, one) and not (one.islower() and {first, other} & USUAL)
    else:
        named = (first in first_names() and _is_pair(one, two)) or (other in first_names() and _is_pair(two, one))
    return named and not _told_before(text, start)


def _is_civility(text: str, word: str, start: int, end: int) -> bool:
    if word in ("M", "m"):
        apart = not re.search(r"[\d.]\s*$", text[max(0, start - 3) : start])
        return apart and (word == "M" or text[end : end + 1] == ".")
    return word.casefold() in CIVILITIES


def _is_surname(word: str, letters: str, text: str) -> bool:
    usual = letters in USUAL and (word.islower() or text.isupper())
    return letters.split("-", maxsplit=1)[0] in surnames() and not usual


def _is_pair(first: str, last: str) -> bool:
    """Whether the second is a common surname, and the two are nothing else."""
    one, two = without_accents(first).split("-")[0], without_accents(last).split("-")[0]
    if one == two or two not in surnames() or {one, two} & INSTITUTIONS:
        return False
    if _are_namesakes(one, two) or _are_namesakes(two, one):
        return False
    same = first.islower() or last.islower() or (first.isupper() and last.isupper())
    return not ({one, two} <= USUAL and same)


@lru_cache(maxsize=10_000)
def without_accents(word: str) -> str:
    """Lower case, without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
