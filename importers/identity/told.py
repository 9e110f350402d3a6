"""Names of people told by marks or by words: `DURAND^JEAN`, `durand_jean`, `?prenom=Jean`, `Marie née Durand`, `Durand J`."""

from __future__ import annotations

from typing import Final

import polars as pl

from importers.identity.name_words import NOT_NAMES, USUAL
from importers.identity.persons import hold_common, hold_persons, plain_letters
from importers.identity.words import first_names, surnames

JOINED: Final = r"\p{L}{3}(?:[_^+.]|%20|\s?\()\p{L}{3}"
"""Two words with a mark between them that no sentence puts there."""
KEYED: Final = r"(?i)(?:nom|name)[\"']?\s?[=:]"
MARKS: Final = r"_|\^|\+|%20|&|="
STOP: Final = r"(\p{L}{3})(?:\.|\s?\()(\p{L}{3})"
KEY: Final = (
    r"(?i)(?:^|[^\p{L}])(pr[ée]nom|nom|patient[_\-]?name|nom_?(?:de_?)?(?:patient|naissance|famille)"
    r"|(?:last|first|family|given)[_\-]?name)(?:=|[\"']\s?:\s?[\"'])(\p{L}['’]?\p{L}[\p{L}\-]*)"
)
"""In an address of the web or a record of a program; `nom` alone is also that of a tool."""
NOBODY: Final = r"^(?:anon.*|x+|test.*|null|none|true|false|inconnue?|unknown|masque|oui|yes|n[ad]|patient.*|hidden)$"
BORN_AS: Final = r"(?i)(?:\bn[ée]e|\b[ée]pouse|\b[ée]p\.|\bép|\bveuve|\bvve)\s+(?:de\s+)?(\p{L}[\p{L}'’\-]{2,})"
"""Before the name of birth, or that of the husband."""
FIRST_NAME_AND_BORN: Final = r"(?i)(\p{L}[\p{L}\-]+),?\s+n[ée]e\s+(?-i:\p{Lu}[\p{L}'’\-]{2,})"
ALONE: Final = r"^(\p{Lu}[\p{L}'’\-]{2,}),?\s[E-Z]$"
"""A surname and an initial, and nothing else; `Laurent A` is rather a ward, `Weber B` a fracture."""
CARET: Final = r"(\p{L}{2,})\^(\p{L}{2,})"
"""As images and messages write the names of people: the surname, then the first name."""


def hold_told(texts: pl.Series) -> pl.Series:
    """Which texts name somebody by a mark or by a word."""
    return _joined(texts) | _keyed(texts) | _born_as(texts) | _alone(texts)


def _joined(texts: pl.Series) -> pl.Series:
    found = texts.str.contains(JOINED).fill_null(value=False)
    if not found.any():
        return found
    some = texts.filter(found)
    apart = some.str.replace_all(MARKS, " ").str.replace_all(STOP, "$1 $2")
    held = hold_common(apart)
    caret = some.str.contains("^", literal=True)
    if caret.any():
        held = held | (caret & (hold_persons(apart) | _is_named(some.str.extract(CARET, 1), surnames())))
    return found.scatter(found.arg_true(), held)


def _keyed(texts: pl.Series) -> pl.Series:
    found = texts.str.contains(KEYED).fill_null(value=False)
    if not found.any():
        return found
    told = pl.DataFrame({"text": found.arg_true(), "said": texts.filter(found).str.extract_all(KEY)})
    told = told.explode("said", empty_as_null=True)
    groups = plain_letters(told["said"]).str.to_lowercase().str.extract_groups(KEY).struct.unnest()
    key, value = groups.get_columns()
    named = ~value.str.contains(NOBODY) & ((key != "nom") | value.is_in(surnames()))
    hits = told.filter(named.fill_null(value=False))["text"].unique()
    return (found & False).scatter(hits, [True] * len(hits))


def _born_as(texts: pl.Series) -> pl.Series:
    found = texts.str.contains(BORN_AS).fill_null(value=False)
    if not found.any():
        return found
    some = texts.filter(found)
    last = some.str.extract(BORN_AS)
    spoken = some != some.str.to_uppercase()
    capital = last.str.contains(r"^\p{Lu}")
    held = capital & _is_named(last, surnames())
    other = ~plain_letters(last).str.to_lowercase().is_in(NOT_NAMES)
    first = spoken & other & _is_named(some.str.extract(FIRST_NAME_AND_BORN), first_names())
    return found.scatter(found.arg_true(), held | first)


def _alone(texts: pl.Series) -> pl.Series:
    return _is_named(texts.str.extract(ALONE), surnames())


def _is_named(words: pl.Series, names: frozenset[str]) -> pl.Series:
    return plain_letters(words).str.to_lowercase().is_in(names - USUAL).fill_null(value=False)
