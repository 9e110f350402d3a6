"""Every code has its sentence in both languages, and every sentence can be filled."""

import datetime as dt
import re
from pathlib import Path

import pytest

from evaluation.tables import Label
from importers.messages import message
from importers.report import Issue
from importers.sentences import SENTENCES

PARAMS = dict.fromkeys(("extension", "kind", "format", "encoding", "sheet", "sheets", "table", "names", "other", "expected", "range", "allowed", "site", "score", "pilot", "told", "unit", "place"), "x") | {
    "megabytes": 512, "n": 1234, "limit": 100, "position": 3, "found": 4, "row": 2, "first": dt.date(2026, 1, 2), "last": dt.date(2026, 1, 3),
    "day": Label(fr="lundi", en="Monday"),
    "before": Label(fr="avant", en="before"),
    "after": Label(fr="après", en="after"),
    "label": Label(fr="étiquette", en="label"), "reason": Label(fr="motif", en="reason"),
}  # fmt: skip


@pytest.mark.parametrize("code", SENTENCES)
def test_each_code_speaks_both_languages(code):
    issue = Issue(code, "error", row=7, column="Âge", cell="C7", value_shape="text, 12 characters", params=PARAMS)
    french, english = message(issue, "fr"), message(issue, "en")
    assert french != english
    assert "{" not in french + english
    assert french[0].isupper() or french[0].isdigit()
    assert french.endswith((".", "…"))


def test_every_code_raised_in_the_room_has_a_sentence():
    room = Path(__file__).parents[2] / "importers"
    source = "\n".join(
        p.read_text(encoding="utf-8")
        for p in room.rglob("*.py")
        if p.name != "sentences.py" and "documents" not in p.parts
    )
    raised = set(re.findall(r'(?:Issue|Unreadable|Fault)\(\s*"([a-z_]+)"', source))
    assert len(raised) > 30
    assert raised <= set(SENTENCES)


def test_numbers_and_dates_are_written_as_the_language_does():
    issue = Issue("date_outside_pilot", "error", row=1, column="c", params={"first": dt.date(2026, 1, 2), "last": None})
    assert "02/01/2026 au –" in message(issue, "fr")
    assert "1\u202f234" in message(Issue("no_rows", "error"), "fr") or "1\u202f234" in message(
        Issue("too_many_rows", "error", params={"n": 1234, "limit": 10}), "fr"
    )
