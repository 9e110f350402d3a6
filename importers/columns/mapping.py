"""What a person says of their own headers: which column of the protocol each is, or that it is none of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from evaluation.language import marked, translations
from evaluation.refusal import Refusal
from importers.columns.headers import visible

MOST_HEADERS: Final = 200
LONGEST: Final = 1000
"""Characters of a header or of a column's name."""
MOST_CHARS: Final = 250_000
"""Characters of a mapping in JSON."""
SHOWN: Final = 80
SENTENCES: Final[Mapping[str, str]] = {
    "pair": marked(
        "« {text} » is no mapping: write header of the file=column of the protocol, or the name of a JSON file."
    ),
    "json": marked(
        "The mapping is no JSON object from headers of the file to columns of the protocol (null sets one aside): correct it."
    ),
    "nameless": marked("The mapping names no header beside « {text} »: write the header as it stands in the file."),
    "too_long": marked("The mapping is too long: name only the headers that the protocol does not know."),
    "twice": marked("The mapping says two things of « {text} »: keep one."),
    "aggregate": marked("An aggregate has no columns to map: leave the mapping out."),
}


class BadMapping(Refusal):
    """A mapping that cannot be read, whatever the file."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.text = visible(text.encode("utf-8", "replace").decode())[:SHOWN]

    def sentence(self, locale: str = "fr") -> str:
        """What is wrong with it."""
        return translations("importers", locale).gettext(SENTENCES[self.code]).format(text=self.text)


def from_json(text: str) -> dict[str, str | None]:
    """The mapping of a JSON object: header → column, or null for a column to set aside.

    Raises
    ------
    BadMapping
        It is no such object.
    """
    if len(text) > MOST_CHARS:
        raise BadMapping("too_long")
    try:
        pairs: Any = json.loads(text, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError) as error:
        raise BadMapping("json") from error
    if not isinstance(pairs, _Pairs) or not all(word is None or isinstance(word, str) for _, word in pairs):
        raise BadMapping("json")
    return from_pairs(pairs)


def pair(text: str) -> tuple[str, str]:
    """The header and the column of `header=column`; a header may hold the sign too.

    Raises
    ------
    BadMapping
        There is no such sign.
    """
    header, sign, word = text.rpartition("=")
    if not sign:
        raise BadMapping("pair", text)
    return header, word


def from_pairs(pairs: Iterable[tuple[str, str | None]]) -> dict[str, str | None]:
    """The mapping of headers and columns; an empty column sets the header aside.

    Raises
    ------
    BadMapping
        A header is missing or comes twice, or a text is too long or no text.
    """
    mapping: dict[str, str | None] = {}
    for given, word in pairs:
        header, column = given.strip(), (word or "").strip() or None
        if not header:
            raise BadMapping("nameless", column or "")
        if header in mapping and mapping[header] != column:
            raise BadMapping("twice", header)
        if max(len(header), len(column or "")) > LONGEST or len(mapping) >= MOST_HEADERS:
            raise BadMapping("too_long")
        if not _is_text(header) or not _is_text(column or ""):
            raise BadMapping("json")
        mapping[header] = column
    return mapping


def require_columns(mapping: Mapping[str, str | None] | None, *, aggregate: bool) -> None:
    """Refuse a mapping beside a file that has no columns.

    Raises
    ------
    BadMapping
        The file is an aggregate.
    """
    if mapping and aggregate:
        raise BadMapping("aggregate")


def _is_text(text: str) -> bool:
    """Whether the characters are whole: half of a pair, which JSON can write, cannot be stored or shown."""
    return not any("\ud800" <= c <= "\udfff" for c in text)


class _Pairs(list[tuple[str, Any]]):
    """An object of JSON as it was written, a name that comes twice included."""


def as_shown(mapping: Mapping[str, str | None], locale: str) -> str:
    """`header → column`, one after the other."""
    aside = translations("importers", locale).gettext(marked("not kept"))
    return ", ".join(f"{header} → {name or aside}" for header, name in mapping.items())


def first_of(names: Sequence[str], most: int = 20) -> str:
    """Names as a list, cut where it would be too long to read."""
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")
