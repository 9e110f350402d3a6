"""The seal of a file: a digest of what a reader sees, and the check that nothing was changed since."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from dataclasses import dataclass
from typing import Any, Final

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from evaluation.canonical import digest_of
from evaluation.language import LOCALES, marked, translations
from evaluation.scorecard.model import scorecard_digest

DIGEST_KEY: Final = "SHA-256 digest of the content"
CENTRAL_KEY: Final = "Code of the central"
NUMBER_KEY: Final = "Edition number"
"""Keys of the first sheet, beside which stand the seal and what it seals (messages of the catalogue)."""

MOST_ENTRIES: Final = 500
MOST_BYTES: Final = 256 * 1024 * 1024
PLAIN_FORMAT: Final = re.compile(
    r"^(?:General|@|[#0,.%]+|(?:d{1,2}|m{1,4}|y{2,4}|h{1,2}|s{1,2}|[/\-: ])+)$", re.IGNORECASE
)
"""A number format that shows the value itself: no literal text, no condition, no section that hides."""

SENTENCES: Final = {
    "workbook_ok": marked("Edition {number} of {central}: the content is what its seal says."),
    "scorecard_ok": marked("The scorecard is what its digest says: {digest}."),
    "changed": marked(
        "The content was changed after it was sealed: do not rely on this file, download the list again."
    ),
    "no_seal": marked("The file carries no seal: it is not a workbook or a scorecard of Preuve."),
    "hides": marked(
        "A comment, a hidden sheet or a number format shows something else than the values: do not rely on this file."
    ),
    "unreadable": marked("The file cannot be read as a workbook or a scorecard."),
}


@dataclass(frozen=True, slots=True)
class Verification:
    """What a file says of itself, and whether it is so; `reason` is a key of `SENTENCES`."""

    kind: str
    ok: bool
    reason: str
    stated: str | None = None
    computed: str | None = None
    central: str | None = None
    number: int | None = None

    def sentence(self, locale: str = "fr") -> str:
        """One sentence in `locale`."""
        say = translations("exports", locale).gettext
        message = SENTENCES[self.reason]
        return say(message).format(number=self.number, central=self.central, digest=self.computed)


def digest_of_book(book: Workbook) -> str:
    """SHA-256 of every cell's place, kind and value, sheet by sheet; the cell that holds the seal is left out.

    Widths, colours, filters and hidden rows are the reader's own: filtering the list and saving it breaks no seal.
    """
    seal = _seal_cell(book)
    content: list[Any] = []
    for index, sheet in enumerate(book.worksheets):
        cells = [
            [cell.coordinate, *_value(cell.value, cell.data_type)]
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None and not (index == 0 and cell.coordinate == seal)
        ]
        content.append([sheet.title, sorted(str(r) for r in sheet.merged_cells.ranges), cells])
    return digest_of(content)


def _value(value: object, data_type: str) -> tuple[str, str]:
    if data_type == "f":
        return "formula", str(value)
    if isinstance(value, bool):
        return "boolean", str(value)
    if isinstance(value, (int, float)):
        return "number", repr(float(value))
    if isinstance(value, dt.datetime):
        return "date", (value.date() if value.time() == dt.time() else value).isoformat()
    if isinstance(value, dt.date):
        return "date", value.isoformat()
    return "text", str(value)


def _labels(key: str) -> set[str]:
    return {translations("exports", locale).gettext(key) for locale in LOCALES}


def _fact(book: Workbook, key: str) -> tuple[str, Any] | None:
    """Address and value beside a key of the first sheet."""
    labels = _labels(key)
    for row in book.worksheets[0].iter_rows(max_col=2):
        if len(row) == 2 and row[0].value in labels:
            return row[1].coordinate, row[1].value
    return None


def _seal_cell(book: Workbook) -> str | None:
    found = _fact(book, DIGEST_KEY)
    return found[0] if found else None


def verify_workbook(content: bytes) -> Verification:
    """Recompute the digest of a workbook and hold it against its seal.

    Parameters
    ----------
    content
        The `.xlsx`, perhaps opened, filtered and saved again by a spreadsheet.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_ENTRIES or sum(e.file_size for e in entries) > MOST_BYTES:
                return Verification("workbook", ok=False, reason="unreadable")
        book = load_workbook(io.BytesIO(content))
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, TypeError):
        return Verification("workbook", ok=False, reason="unreadable")
    stated = _fact(book, DIGEST_KEY) if book.worksheets else None
    if stated is None or not isinstance(stated[1], str):
        return Verification("workbook", ok=False, reason="no_seal")
    computed = digest_of_book(book)
    central, number = _fact(book, CENTRAL_KEY), _fact(book, NUMBER_KEY)
    name = str(central[1]) if central else None
    edition = int(number[1]) if number and isinstance(number[1], (int, float)) else None
    reason = "workbook_ok"
    if computed != stated[1]:
        reason = "changed"
    elif _hides_something(book):
        reason = "hides"
    return Verification("workbook", reason == "workbook_ok", reason, stated[1], computed, name, edition)


def _hides_something(book: Workbook) -> bool:
    if any(sheet.sheet_state != "visible" for sheet in book.worksheets) or len(book.sheetnames) != len(book.worksheets):
        return True
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment is not None or cell.hyperlink is not None:
                    return True
                if cell.value is not None and not PLAIN_FORMAT.match(cell.number_format):
                    return True
    return False


def verify_scorecard(content: bytes) -> Verification:
    """Recompute the digest of a scorecard's JSON and hold it against the one it carries."""
    try:
        card = json.loads(content)
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        return Verification("unknown", ok=False, reason="unreadable")
    if not isinstance(card, dict) or not isinstance(card.get("digest"), str):
        return Verification("scorecard", ok=False, reason="no_seal")
    try:
        computed = scorecard_digest(card)
    except ValueError:  # NaN or infinite numbers, which no scorecard holds
        return Verification("scorecard", ok=False, reason="unreadable")
    ok = computed == card["digest"]
    return Verification(
        "scorecard", ok=ok, reason="scorecard_ok" if ok else "changed", stated=card["digest"], computed=computed
    )


def verify_file(content: bytes) -> Verification:
    """A workbook or a scorecard, told from its content."""
    return verify_workbook(content) if content.startswith(b"PK") else verify_scorecard(content)
