"""What a report repeats of a file: headers, titles and the ending of its name, but none that may identify a person."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import polars as pl

from evaluation.tables import Label
from importers.identity.name_words import NOT_NAMES, USUAL
from importers.identity.persons import without_accents
from importers.identity.texts import kinds, plain
from importers.identity.words import PEOPLE, first_names, surnames
from importers.report import Issue

OF_THE_FILE: Final = frozenset(("sheet", "other", "score", "format", "extension"))
"""The parameters that repeat a header or a title."""
LISTS: Final = frozenset(("sheets", "names"))
"""Those that repeat several."""
HIDDEN: Final = "…"
BETWEEN: Final = re.compile(r"(, | → )")
"""What a parameter puts between the names that it lists."""
ONE_NAME: Final = re.compile(r"[A-ZÀ-Þ][^\W\d_'’]+(?:[\-'’ ][^\W\d_]+)?")
PARTS: Final = re.compile(r"[^\W\d_]+")
CAMEL: Final = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Ý])")
RECENT_DAY: Final = (
    r"20[12]\d[ .\-]?(?:0[1-9]|1[0-2])[ .\-]?(?:[0-2]\d|3[01])|(?:[0-2]\d|3[01])[ .\-]?(?:0[1-9]|1[0-2])[ .\-]?20[12]\d"
)
LONG_NUMBER: Final = re.compile(rf"(?<!\d)(?!(?:{RECENT_DAY})(?!\d))\d(?:[ .\-]?\d){{7,}}(?!\d)")
"""But the day of a recent year."""
OLD_DAY: Final = re.compile(r"\d{1,2}[/.\- ]\d{1,2}[/.\- ](?:19\d\d|200\d)|(?:19\d\d|200\d)[/.\- ]?\d{2}[/.\- ]?\d{2}")
SHORT_DAY: Final = re.compile(r"(?<![\d.\-/])(?:0[1-9]|[12]\d|3[01])([/.\-])(?:0[1-9]|1[0-2])\1[3-9]\d(?!\d|[.\-/]\d)")
"""A day of the last century: `12-03-51`, not `12-03-26`."""
TITLED: Final = re.compile(
    r"(?<![^\W_])(?:(?:Dr|Pr)[.\s_]+(?=[A-ZÀ-Þ][^\W\d_]{3})|(?i:(?:lecture|avis)[\s_]+(?:du[\s_]+)?dr)[.\s_]+"
    r"|(?i:docteure?|professeure?|madame|monsieur|mademoiselle|mme|mlle|melle)[.\s_]+)"
    r"(?:(?i:de|du|le|la)[\s_]+)?([^\W\d_]{3,})"
)
"""A title or a civility, and a word; `DR` and `PR` are a disease and a curve too."""
ROLES: Final = frozenset(
    (
        "senior", "junior", "lecteurs", "medecins", "radiologues", "chirurgiens", "grade", "status", "statut", "severity",
        "severite", "level", "niveau", "score", "stage", "stade", "diagnosis", "diagnostic", "nom", "nombre", "traitant",
        "humain", "seul", "avec", "sans", "curve", "courbe", "value", "valeur", "avis", "lecture", "relecture", "expert",
        "segment", "interval", "intervalle", "interne", "garde", "positif", "positive", "negatif", "negative", "present",
    )
)  # fmt: skip
"""After a title they are no names: `Dr Senior`, `Dr Grade`."""
FOREIGN: Final = re.compile(r"(?:owsk|ewsk)[aiy]$|czyk$|poulos$|shvili$|escu$")
"""Endings that only surnames have."""
AFTER: Final = frozenset("bcdfghjklmnpqvw")
"""Initials that, after a common surname, make no usual word: `DURANDJ`."""
STUCK: Final = frozenset(
    (
        "aboyer", "amendes", "critter", "detienne", "elopes", "evincent", "fritter", "gritter", "haubert", "operez", "retienne",
        "slopes", "smarty", "spottier", "trousseau", "silvan",
    )
)  # fmt: skip
"""Words made by chance of a letter and a surname."""
LONG_SURNAME: Final = 5
LONG_SUFFIXES: Final = frozenset((".parquet", ".feather", ".sas7bdat", ".numbers", ".sqlite", ".accdb", ".ipynb"))
LONGEST_SUFFIX: Final = 5


def shown_suffix(suffix: str) -> str:
    """The ending of a file's name, when it is that of a format and not of a person's name: `résultats.dupont jean`."""
    plain_one = suffix in LONG_SUFFIXES or re.fullmatch(rf"\.[a-z0-9]{{1,{LONGEST_SUFFIX - 1}}}", suffix)
    return suffix if plain_one and not identifying([suffix]) else HIDDEN


def discreet(issues: Iterable[Issue], places: Mapping[str, str] | None = None) -> list[Issue]:
    """The issues without the headers and titles that may identify a person: `places` tells where each one stands."""
    issues = list(issues)
    said = {piece for issue in issues for piece in _pieces(issue)}
    hidden = {text: (places or {}).get(text, HIDDEN) for text in identifying(said)}
    if not hidden:
        return issues
    return [
        replace(
            issue,
            column=None if issue.column is None else hidden.get(issue.column, issue.column),
            params={name: _without(name, value, hidden) for name, value in issue.params.items()},
        )
        for issue in issues
    ]


def _pieces(issue: Issue) -> Iterable[str]:
    if issue.column:
        yield issue.column
    for name, value in issue.params.items():
        if name in OF_THE_FILE and isinstance(value, str):
            yield value
        elif name in LISTS:
            for text in (value.fr, value.en) if isinstance(value, Label) else (str(value),):
                pieces = BETWEEN.split(text)
                yield from pieces
                yield from ("".join(pieces[i : i + 3]) for i in range(0, len(pieces) - 2, 2))


def _without(name: str, value: Any, hidden: Mapping[str, str]) -> Any:
    if name in OF_THE_FILE and isinstance(value, str):
        return hidden.get(value, value)
    if name in LISTS and isinstance(value, str):
        return _listed(BETWEEN.split(value), hidden)
    if name in LISTS and isinstance(value, Label):
        return Label(fr=_listed(BETWEEN.split(value.fr), hidden), en=_listed(BETWEEN.split(value.en), hidden))
    return value


def _listed(pieces: list[str], hidden: Mapping[str, str]) -> str:
    """A list without the names of people; `RAMIER, Claudette` is one title in two pieces."""
    shown = [hidden.get(piece, piece) for piece in pieces]
    for i in range(0, len(pieces) - 2, 2):
        both = ONE_NAME.fullmatch(pieces[i]) and ONE_NAME.fullmatch(pieces[i + 2])
        if both and "".join(pieces[i : i + 3]) in hidden:
            shown[i], shown[i + 2] = (hidden.get(pieces[j], HIDDEN) for j in (i, i + 2))
    return "".join(shown)


def identifying(texts: Collection[str]) -> set[str]:
    """Those that may identify a person, by the rules of cells; a common surname or a long number is enough."""
    numbers = (LONG_NUMBER, OLD_DAY, SHORT_DAY)
    found = {text for text in texts if _is_named(text) or any(number.search(text) for number in numbers)}
    left = pl.Series([text for text in texts if text not in found and text.strip()], dtype=pl.String)
    while len(left):
        written = plain(left)
        told = kinds(written)
        if told is None:
            break
        mask = written.is_in(told[1])
        found |= set(left.filter(mask).to_list())
        left = left.filter(~mask)
    return found


def _is_named(text: str) -> bool:
    """Whether it holds a common surname, perhaps with an initial, or a word after a title, or is made of a first name."""
    words = [without_accents(word) for word in PARTS.findall(CAMEL.sub(" ", text))]
    told = [word for word in words if word not in USUAL]
    if surnames().intersection(told) or (len(words) == 1 and words[0] in first_names() - USUAL):
        return True
    after_titles = {without_accents(word) for word in TITLED.findall(text)} - NOT_NAMES - PEOPLE - ROLES
    whole = [without_accents(word) for word in PARTS.findall(text)]
    return bool(after_titles) or any(FOREIGN.search(word) or _has_an_initial(word) for word in whole)


def _has_an_initial(word: str) -> bool:
    """Whether an initial is stuck to a common surname: `jdurand`, `DURANDJ`."""
    if len(word) <= LONG_SURNAME or word in STUCK or word in first_names():
        return False
    return word[1:] in surnames() - USUAL or (word[-1] in AFTER and word[:-1] in surnames() - USUAL)
