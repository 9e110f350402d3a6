"""What a report repeats of a file: headers, titles and the ending of its name, but none that may identify a person."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import polars as pl

from importers.identity.name_words import USUAL
from importers.identity.persons import without_accents
from importers.identity.texts import kinds, plain
from importers.identity.words import first_names, surnames
from importers.report import Issue

OF_THE_FILE: Final = frozenset(("sheet", "other", "score", "format", "extension"))
"""The parameters that repeat a header or a title."""
LISTS: Final = frozenset(("sheets", "names"))
"""Those that repeat several."""
HIDDEN: Final = "…"
BETWEEN: Final = re.compile(r"(, | → )")
"""What a parameter puts between the names that it lists."""
PARTS: Final = re.compile(r"[^\W\d_]+")
CAMEL: Final = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Ý])")
RECENT_DAY: Final = (
    r"20[12]\d[ .\-]?(?:0[1-9]|1[0-2])[ .\-]?(?:[0-2]\d|3[01])|(?:[0-2]\d|3[01])[ .\-]?(?:0[1-9]|1[0-2])[ .\-]?20[12]\d"
)
LONG_NUMBER: Final = re.compile(rf"(?<!\d)(?!(?:{RECENT_DAY})(?!\d))\d(?:[ .\-]?\d){{7,}}(?!\d)")
"""But the day of a recent year."""
OLD_DAY: Final = re.compile(r"\d{1,2}[/.\- ]\d{1,2}[/.\- ](?:19\d\d|200\d)|(?:19\d\d|200\d)[/.\- ]?\d{2}[/.\- ]?\d{2}")
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
        elif name in LISTS and isinstance(value, str):
            yield from BETWEEN.split(value)


def _without(name: str, value: Any, hidden: Mapping[str, str]) -> Any:
    if name in OF_THE_FILE and isinstance(value, str):
        return hidden.get(value, value)
    if name in LISTS and isinstance(value, str):
        return "".join(hidden.get(piece, piece) for piece in BETWEEN.split(value))
    return value


def identifying(texts: Collection[str]) -> set[str]:
    """Those that may identify a person, by the rules of cells; a common surname or a long number is enough."""
    found = {text for text in texts if _is_named(text) or LONG_NUMBER.search(text) or OLD_DAY.search(text)}
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
    """Whether it holds a common surname, or is made of a first name."""
    words = [without_accents(word) for word in PARTS.findall(CAMEL.sub(" ", text))]
    told = [word for word in words if word not in USUAL]
    return bool(surnames().intersection(told)) or (len(words) == 1 and words[0] in first_names() - USUAL)
