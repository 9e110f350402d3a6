"""The twins of the workbook: one CSV per list, and JSON with its digest."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from evaluation.canonical import canonical_json, digest_of, number
from evaluation.language import translations
from exports.edition import Edition
from exports.workbook.columns import Cell
from exports.workbook.sheets import sheets
from exports.workbook.small_numbers import shown

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""First characters that a spreadsheet may take for a formula when it opens a CSV."""


def as_csv(edition: Edition, locale: str = "fr") -> dict[str, bytes]:
    """One table per list, by the name of its sheet: UTF-8 with BOM, semicolons, decimal commas in French."""
    say = translations("exports", locale).gettext
    tables: dict[str, bytes] = {}
    for sheet in sheets(edition):
        rows = [[say(column.heading) for column in sheet.columns]]
        rows += [[_text(column.read(row, locale), locale) for column in sheet.columns] for row in sheet.rows]
        tables[say(sheet.title)] = _csv(rows)
    return tables


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerows(rows)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8", "replace")


def _text(value: Cell, locale: str) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return value.strftime("%d/%m/%Y") if locale == "fr" else value.isoformat()
    if isinstance(value, (int, float)):
        text = repr(value)
        return text.replace(".", ",") if locale == "fr" else text
    return f"'{value}" if value.startswith(DANGEROUS) else value


def edition_json(edition: Edition) -> dict[str, Any]:
    """The edition as plain values; subgroups under the floor show no figure here either."""
    content: dict[str, Any] = {f.name: _plain(getattr(edition, f.name)) for f in fields(edition)}
    content["measures"] = [_plain(shown(measure)) for measure in edition.measures]
    return content


def as_json(edition: Edition) -> dict[str, Any]:
    """The edition with the digest of its content."""
    content = edition_json(edition)
    return {**content, "digest": digest_of(content)}


def as_json_bytes(edition: Edition) -> bytes:
    """Canonical JSON of the same."""
    return canonical_json(as_json(edition)) + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bool) or value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, float):
        return number(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return [_plain(item) for item in value]
