"""The twins of a workbook for machines: one CSV a list, and one JSON document with its own seal."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Final

from evaluation.canonical import digest_of, number
from evaluation.language import translations
from evaluation.small_numbers import SMALLEST_SUBGROUP
from exports.edition import Edition
from exports.seal import DIGEST_KEY, JSON_SEAL
from exports.workbook.columns import Cell
from exports.workbook.readme import TEMPLATE_VERSION, entries, source_headings
from exports.workbook.sheets import neutral_order, plain_date, sheets
from exports.workbook.small_numbers import is_hidden, shown

FORMAT: Final = "preuve-edition"
BYTE_ORDER_MARK: Final = "\ufeff"  # without it, Excel reads UTF-8 as another encoding

_FILE: Final = {
    "tbl_referencement": "referencement.csv",
    "tbl_indicateurs": "indicateurs.csv",
    "tbl_sites_pilotes": "sites-pilotes.csv",
    "tbl_retraits": "retraits-et-suspensions.csv",
}
_STARTS_A_FORMULA: Final = tuple("=+-@\t\r＝＋－＠")


def csv_text(value: Cell) -> str:
    """One field: decimal comma, `dd/mm/yyyy`, and an apostrophe before a text that a spreadsheet would run."""
    if value is None:
        return ""
    if isinstance(value, str):
        return "'" + value if value.startswith(_STARTS_A_FORMULA) else value
    if isinstance(value, dt.date):
        return plain_date(value)
    return f"{value:.15g}".replace(".", ",") if isinstance(value, float) else str(value)


def _file(rows: Iterable[Iterable[Cell]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([csv_text(value) for value in row] for row in rows)
    return (BYTE_ORDER_MARK + text.getvalue()).encode("utf-8", "replace")


def as_csv(edition: Edition, locale: str = "fr") -> dict[str, bytes]:
    """The lists of an edition as files that a French spreadsheet opens with a double click.

    Returns
    -------
    dict
        File name → bytes: UTF-8 with a byte-order mark, `;`, decimal comma. `lisez-moi.csv` states the seal of the JSON twin.
    """
    say = translations("exports", locale).gettext
    digest = as_json(edition)[JSON_SEAL]
    readme = [(e.key, e.value) for e in entries(edition, locale, digest) if e.part != "heading"]
    relabelled = [
        (say("SHA-256 digest of the content (JSON twin)") if k == say(DIGEST_KEY) else k, v) for k, v in readme
    ]
    files = {"lisez-moi.csv": _file(relabelled)}
    for sheet in sheets(edition):
        heading = [say(column.heading) for column in sheet.columns]
        rows = ([column.read(row, locale) for column in sheet.columns] for row in sheet.rows)
        files[_FILE[sheet.table]] = _file([heading, *rows])
    if edition.sources:
        listed = [[s.data_set, s.truth, s.source, s.licence] for s in edition.sources]
        files["sources.csv"] = _file([list(source_headings(locale)), *listed])
    return files


def _plain(value: Any) -> Any:
    """Plain JSON values of a content model: codes for words, ISO dates, no NaN."""
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()  # half of a surrogate pair has no UTF-8
    return number(value) if isinstance(value, float) else value


def as_json(edition: Edition) -> dict[str, Any]:
    """An edition for machines: codes, ISO dates, full-precision numbers, small subgroups hidden, sealed.

    Returns
    -------
    dict
        `content_digest_json` is the SHA-256 of the canonical JSON of all the other keys.
    """
    listed = {table.table: table.rows for table in sheets(edition)}
    measures = [{**_plain(shown(m)), "hidden": is_hidden(m)} for m in listed["tbl_indicateurs"]]
    for measure in measures:
        if measure["hidden"]:
            measure["n"] = measure["sites"] = None
    document: dict[str, Any] = {
        "format": FORMAT,
        "template_version": TEMPLATE_VERSION,
        "central": {"code": edition.central_code, "name": edition.central_name, "profile": edition.profile},
        "edition": {"number": edition.number, "date": _plain(edition.date), "valid_until": _plain(edition.valid_until)},
        "policy": {"name": edition.policy, "source": edition.policy_source},
        "verification_address": edition.verification_address,
        "contact": edition.contact,
        "notices": _plain(edition.notices),
        "smallest_subgroup": SMALLEST_SUBGROUP,
        "listings": _plain(neutral_order(edition.lines)),
        "measures": measures,
        "sites": _plain(listed["tbl_sites_pilotes"]),
        "changes": _plain(listed["tbl_retraits"]),
        "sources": _plain(edition.sources),
    }
    return {**document, JSON_SEAL: digest_of(document)}
