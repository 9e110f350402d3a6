"""The mapping of a person held against the headers of a file: what each line stands for, and every line that stands for nothing."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Final

from evaluation.tables import Label, Table
from importers.columns.headers import HeaderWords, bare, folded, is_deceptive, visible
from importers.columns.mapping import as_shown, first_of
from importers.context import Context
from importers.report import Issue, Severity

ALIKE: Final = 0.8
"""Share of letters in common from which two words look alike: one letter out of place in five."""
LONGEST: Final = 60
MOST: Final = 4 * LONGEST
NEAREST: Final = 3
A_WORD: Final = 4
"""Letters of a word that says enough alone."""
NUMBER: Final = re.compile(r"[0-9]+")
BRACKETS: Final = re.compile(r"[(\[][^)\]]*[)\]]")
WORDS: Final = re.compile(r"[^\w]+|_")


@dataclass(frozen=True)
class Chosen:
    """The headers, by position, that a person gave a column or set aside, and what is wrong with what they said."""

    columns: Mapping[int, str] = field(default_factory=dict)
    aside: Set[int] = frozenset()
    issues: tuple[Issue, ...] = ()
    before: bool = False
    """Said last time, and not of this file."""


def chosen_headers(
    headers: Sequence[str], table: Table, words: HeaderWords, context: Context, *, lenient: bool
) -> Chosen:
    """What was said of these headers: of this file when something was, else of the last one of the same site."""
    if context.mapping is not None:
        return _given(headers, context.mapping, table, words, lenient=lenient)
    return _as_before(headers, context.mapped_before.get(table.name, {}), words)


def _given(
    headers: Sequence[str], mapping: Mapping[str, str | None], table: Table, words: HeaderWords, *, lenient: bool
) -> Chosen:
    columns: dict[int, str] = {}
    aside: set[int] = set()
    issues: list[Issue] = []
    for header, word in mapping.items():
        places = _places(header, headers)
        name = words.find(word) if word else None
        if len(places) != 1:
            issues.append(_unplaced(header, places, headers, lenient=lenient))
        if word and name is None and (places or not lenient):  # of several files, some have another table
            issues.append(_no_column(header, word, table))
        elif len(places) == 1:
            other = next((p for p, taken in columns.items() if name == taken), None)
            if places[0] in columns or places[0] in aside:
                issues.append(Issue("mapped_header_again", "error", column=headers[places[0]]))
            elif name is None:
                aside.add(places[0])
            elif other is not None:
                both = {"other": headers[other], "expected": name}
                issues.append(Issue("mapped_column_twice", "error", column=headers[places[0]], params=both))
            else:
                columns[places[0]] = name
    return Chosen(columns, aside, tuple(issues))


def _places(header: str, headers: Sequence[str]) -> list[int]:
    """The positions of a header: as it is written, else but for its case and spaces, else but for its accents too."""
    for key in (str.strip, folded, bare):
        wanted = key(header)
        if wanted and (found := [i for i, one in enumerate(headers) if key(one) == wanted]):
            return found
    return []


def _unplaced(header: str, places: Sequence[int], headers: Sequence[str], *, lenient: bool) -> Issue:
    said = visible(header)
    if places:
        return Issue("mapped_header_twice", "error", column=headers[places[0]], params={"other": said})
    severity: Severity = "warning" if lenient else "error"
    known = [visible(one) for one in headers if one.strip()]
    near = nearest(header, known)
    params = {"other": said, "names": first_of(near or known)}
    return Issue("mapped_header_absent", severity, params=params | ({"say": "near"} if near else {}))


def _no_column(header: str, word: str, table: Table) -> Issue:
    names = [column.name for column in table.columns]
    near = nearest(word, names)
    params = {"other": visible(header), "expected": visible(word), "names": ", ".join(near or names)}
    return Issue("mapped_column_unknown", "error", params=params | ({"say": "near"} if near else {}))


def _as_before(headers: Sequence[str], mapping: Mapping[str, str | None], words: HeaderWords) -> Chosen:
    """The last mapping, whole, when some header that the protocol does not know is in it: the file is laid out as the last.

    A file whose headers are all known to the protocol is read by the protocol alone.
    """
    columns: dict[int, str] = {}
    aside: set[int] = set()
    used: dict[str, str | None] = {}
    for header, word in mapping.items():
        places = [place for place in _places(header, headers) if not is_deceptive(headers[place])]
        name = words.find(word) if word else None
        if len(places) != 1 or (word and name is None) or places[0] in columns or places[0] in aside:
            continue
        if name is None:
            aside.add(places[0])
        else:
            columns[places[0]] = name
        used[headers[places[0]].strip()] = name
    if all(words.find(header) for header in used):
        return Chosen()
    names = Label(fr=as_shown(used, "fr"), en=as_shown(used, "en"))
    issue = Issue("columns_mapped_as_before", "warning", params={"names": names})
    return Chosen(columns, aside, (issue,), before=True)


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """Of those words, the ones that look like this one, the nearest first."""
    if len(word) > MOST:
        return []
    numbered = [one for one in known if _same_number(word, one)]
    letters = {bare(one): one for one in numbered if 0 < len(bare(one)) <= LONGEST}
    if len(bare(word)) > LONGEST:
        return []
    close = [letters[found] for found in difflib.get_close_matches(bare(word), letters, NEAREST, ALIKE)]
    return close or _within(word, letters.values())


def _same_number(one: str, other: str) -> bool:
    """Whether two words end with the same number, brackets apart, where both hold one: `item 2` is no `item 1`."""
    numbers = [NUMBER.findall(BRACKETS.sub("", text))[-1:] for text in (one, other)]
    return not all(numbers) or numbers[0] == numbers[1]


def _within(word: str, known: Iterable[str]) -> list[str]:
    """Of those words, the ones that stand in full in this one: `FINESS` in `Numéro FINESS`, the longest first."""
    said = {bare(part) for part in WORDS.split(word)}
    found = [
        one for one in known if len(bare(one)) >= A_WORD and {bare(part) for part in WORDS.split(one)} - {""} <= said
    ]
    return sorted(found, key=len, reverse=True)[:NEAREST]


def likeness(one: str, other: str) -> float:
    """Share of letters that two words have in common, in the same order."""
    return difflib.SequenceMatcher(None, bare(one), bare(other)).ratio()
