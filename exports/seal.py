"""The seal of an export: a digest of its content that the file itself states and that anyone can compute again."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from openpyxl import Workbook

from evaluation.canonical import Json, digest_of
from evaluation.language import LOCALES, marked, translations
from exports.appearance import alteration
from exports.container import ContainerError, cells, open_workbook

Kind = Literal["workbook", "scorecard", "edition", "unknown"]

DIGEST_KEY: Final = "SHA-256 digest of the content"
CENTRAL_KEY: Final = "Code of the central"
NUMBER_KEY: Final = "Edition number"
"""Lines of `Lisez-moi` that the check looks for, as message identifiers."""

GENUINE: Final = marked("The content is the one that was sealed.")
CHANGED: Final = marked("The content is not the one that was sealed: something was changed after publication.")
UNSEALED: Final = marked("This file states no digest: it is not an export of this registry, or its seal was removed.")
NOT_JSON: Final = marked("This file is neither a referencing workbook nor a scorecard.")
LARGEST_JSON: Final = 64 * 1024 * 1024
JSON_SEAL: Final = "content_digest_json"

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Verification:
    """What the check of one file says.

    Parameters
    ----------
    kind
        What the file is.
    ok
        Whether the computed digest is the stated one and nothing hides or adds to the content. A forger can seal a file again:
        only the registry's record of `computed` says that the file was published.
    stated, computed
        The two digests; `None` when there is none.
    number, central
        Edition and code of the central that the file claims.
    message, params
        Message identifier of `exports` and what fills it.
    """

    kind: Kind
    ok: bool
    message: str
    stated: str | None = None
    computed: str | None = None
    number: int | None = None
    central: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)

    def sentence(self, locale: str = "fr") -> str:
        """The message in a language."""
        return translations("exports", locale).gettext(self.message).format(**self.params)


def _canonical_cell(cell: Any) -> list[Json]:
    value = cell.value
    kind = cell.data_type
    if isinstance(value, dt.datetime):
        value = value.isoformat()
    elif isinstance(value, dt.date):
        value = dt.datetime.combine(value, dt.time()).isoformat()
    elif isinstance(value, bool):
        value = str(value).lower()
    elif isinstance(value, int | float):
        value = f"{value:.15g}"  # what every spreadsheet keeps of a number
    return [cell.coordinate, kind, cell.number_format, str(value)]


def _keyed_row(book: Workbook, key: str) -> Any:
    """The cell beside `key` (in any language) in the first column of the first sheet."""
    labels = {translations("exports", locale).gettext(key) for locale in LOCALES}
    if not book.worksheets:
        return None
    first = book.worksheets[0]
    for cell in cells(first):
        if cell.column == 1 and cell.value in labels:
            return first._cells.get((cell.row, 2))
    return None


def digest_of_book(book: Workbook) -> str:
    """SHA-256 over every sheet: name, order, state; every cell's place, type, format and value, save the seal's own value."""
    seal = _keyed_row(book, DIGEST_KEY)
    content: list[Json] = []
    for sheet in book.worksheets:
        filled = []
        for cell in cells(sheet):
            if cell.value is None:
                continue
            canonical = _canonical_cell(cell)
            filled.append([*canonical[:3], ""] if cell is seal else canonical)
        content.append({"name": sheet.title, "state": sheet.sheet_state, "cells": filled})
    return digest_of({"sheets": content})


def content_digest(source: bytes | str | Path) -> str:
    """The digest of the content of a workbook, from its bytes or its path.

    Raises
    ------
    ContainerError
        When it is not a workbook that could be ours.
    """
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    return digest_of_book(open_workbook(data))


def verify_workbook(data: bytes) -> Verification:
    """Check a workbook against the digest that it states."""
    try:
        book = open_workbook(data)
    except ContainerError as error:
        return Verification("workbook", False, error.message, params=error.params)
    computed = digest_of_book(book)
    seal, number, central = (_keyed_row(book, key) for key in (DIGEST_KEY, NUMBER_KEY, CENTRAL_KEY))
    stated = seal.value if seal is not None and isinstance(seal.value, str) and _SHA256.fullmatch(seal.value) else None
    claims: dict[str, Any] = {
        "stated": stated,
        "computed": computed,
        "number": number.value if number is not None and type(number.value) is int else None,
        "central": _code(central.value) if central is not None else None,
    }
    if stated is None:
        return Verification("workbook", False, UNSEALED, **claims)
    changed = alteration(book)
    if changed:
        return Verification("workbook", False, changed.message, params=changed.params, **claims)
    return Verification("workbook", stated == computed, GENUINE if stated == computed else CHANGED, **claims)


def _code(value: Any) -> str | None:
    """A short code, or nothing."""
    return value if isinstance(value, str) and re.fullmatch(r"[a-z0-9_-]{1,64}", value) else None


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")  # two readers would see two values
    return found


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


def _parsed(data: bytes) -> dict[str, Any] | None:
    if len(data) > LARGEST_JSON:
        return None
    try:
        document = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _verify_document(kind: Kind, document: dict[str, Any], seal: str, outside: tuple[str, ...]) -> Verification:
    stated = document.get(seal)
    stated = stated if isinstance(stated, str) and _SHA256.fullmatch(stated) else None
    try:
        computed = digest_of({key: value for key, value in document.items() if key not in outside})
    except (ValueError, RecursionError):  # half of a surrogate pair, an infinite number, a bottomless nesting
        return Verification(kind, False, NOT_JSON, stated=stated)
    central, number = document.get("central"), document.get("edition")
    claims: dict[str, Any] = {"stated": stated, "computed": computed}
    if kind == "edition":
        claims["central"] = _code(central.get("code")) if isinstance(central, dict) else None
        claimed = number.get("number") if isinstance(number, dict) else None
        claims["number"] = claimed if type(claimed) is int else None
    if stated is None:
        return Verification(kind, False, UNSEALED, **claims)
    return Verification(kind, stated == computed, GENUINE if stated == computed else CHANGED, **claims)


def verify_scorecard(data: bytes) -> Verification:
    """Check a scorecard: its `digest` covers all but itself and what only a registry knows (`registry`)."""
    document = _parsed(data)
    if document is None:
        return Verification("unknown", False, NOT_JSON)
    return _verify_document("scorecard", document, "digest", ("digest", "registry"))


def verify_edition(data: bytes) -> Verification:
    """Check the JSON twin of a workbook."""
    document = _parsed(data)
    if document is None:
        return Verification("unknown", False, NOT_JSON)
    return _verify_document("edition", document, JSON_SEAL, (JSON_SEAL,))


def verify(data: bytes) -> Verification:
    """Check a file of any of the three kinds, told by its content."""
    if data.startswith(b"PK"):
        return verify_workbook(data)
    document = _parsed(data)
    if document is None:
        return Verification("unknown", False, NOT_JSON)
    if JSON_SEAL in document:
        return _verify_document("edition", document, JSON_SEAL, (JSON_SEAL,))
    return _verify_document("scorecard", document, "digest", ("digest", "registry"))
