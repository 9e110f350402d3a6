"""Files that the fuzz run found: each has its sentence now. `python -m tests.fuzz` looks for more."""

import datetime as dt
import io
import sys
import zipfile

import polars as pl
import pytest
from openpyxl import Workbook, load_workbook

from evaluation.protocol import load_protocol
from importers.annotated.make import annotated_copy
from importers.check import Context, check_bytes
from importers.child import ready as ready_child
from importers.child import request
from importers.child.sandbox import in_child
from importers.context import Limits
from importers.messages import message
from tests.importers.test_odd_files import HEAD, SHEET, SMALL, errors, rows, text

PROTOCOL = load_protocol("diagnostic-accuracy")


def check(content, name):
    return check_bytes(content, PROTOCOL, SMALL, name=name)


def parquet(**columns):
    frame = pl.DataFrame({name: [row[i] for row in rows()] for i, name in enumerate(HEAD)})
    buffer = io.BytesIO()
    frame.with_columns(**columns).write_parquet(buffer)
    return buffer.getvalue()


def workbook(part=SHEET, old=b"", new=b""):
    book = Workbook()
    for line in (HEAD, *rows()):
        book.active.append(line)
    made, changed = io.BytesIO(), io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(changed, "w") as target:
        for item in source.infolist():
            content = source.read(item)
            assert item.filename != part or old in content
            target.writestr(item, content.replace(old, new, 1) if item.filename == part else content)
    return changed.getvalue()


@pytest.mark.parametrize("unit", ["ns", "us", "ms"])
def test_durations_of_a_parquet_file_are_texts(unit):
    waits = pl.lit(dt.timedelta(minutes=5)).cast(pl.Duration(unit))
    assert check(parquet(attente=waits), "f.parquet").report.issue_counts == {"unknown_column_ignored": 1}
    found = errors(check(parquet(score=waits), "f.parquet"))
    assert (found[0], len(found)) == (("invalid_number", "E2"), 6)


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Paris"])
@pytest.mark.parametrize("unit", ["ns", "us", "ms"])
@pytest.mark.parametrize("number", [2**63 - 1, -(2**63), 10**17, -(10**17)])
def test_a_moment_beyond_any_calendar_is_a_fault_of_its_cell(unit, zone, number):
    moments = pl.Series([None, number, 0, 0, 0, 0], dtype=pl.Int64).cast(pl.Datetime(unit, zone))
    checked = check(parquet(start_time=moments), "f.parquet")
    found = [cell for code, cell in errors(checked) if code == "invalid_date"]
    year = 1970 + number / {"ns": 10**9, "us": 10**6, "ms": 10**3}[unit] / 31_556_952
    assert ("G3" in found) == (not 1 <= year <= 9999 or abs(number) > 2**62)


def test_a_day_beyond_any_calendar_is_a_fault_of_its_cell():
    days = pl.Series([2**31 - 1, -(2**31), 20_000, 2_932_897, -719_163, 20_001], dtype=pl.Int32).cast(pl.Date)
    found = errors(check(parquet(start_time=days), "f.parquet"))
    assert [cell for code, cell in found if code == "invalid_date"] == ["G2", "G3", "G5", "G6"]


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/_rels/workbook.xml.rels", b"<Relationships", b'<?xml version="1.0" encoding="rId1"?><Relationships'),
        ("xl/workbook.xml", b"<workbook", b'<?xml version="1.0" encoding="utf-7"?><workbook'),
        ("xl/workbook.xml", b"</workbook>", b""),
    ],
)
def test_a_workbook_whose_parts_are_not_read_is_damaged(part, old, new):
    assert check(workbook(part, old, new), "f.xlsx").report.reason == "archive_corrupt"


def test_one_cell_far_to_the_right_is_told_and_no_thousand_columns_are_read():
    far = b'<c r="XFD4" t="inlineStr"><is><t>x</t></is></c></row><row r="5"'
    issue = check(workbook(old=b'</row><row r="5"', new=far), "f.xlsx").report.issues[0]
    assert (issue.code, dict(issue.params)) == ("sheet_too_large", {})
    assert "XFD4" in message(issue, "fr")


def test_the_copy_of_a_file_with_no_characters_can_be_opened():
    made = rows()
    made[1][0] = "K\uffff1\ufffe"
    content = text(made)
    checked = check(content, "f.csv")
    copy = annotated_copy(content, checked.report, PROTOCOL, SMALL, name="f.csv")
    assert load_workbook(io.BytesIO(copy)).worksheets[1]["A3"].value == "K�1�"


def test_a_reader_that_stumbles_is_another_thing_than_a_limit(tmp_path, monkeypatch):
    path = tmp_path / "f.csv"
    path.write_bytes(text(rows()))
    stumbling = tmp_path / "python"
    stumbling.write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    stumbling.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stumbling))
    issue = in_child(path, PROTOCOL, Context()).report.issues[0]
    assert issue.code == "unreadable_file"
    assert "abîmé" in message(issue, "fr")
    stumbling.write_text("#!/bin/sh\nkill -ABRT $$\n", encoding="utf-8")
    assert "mémoire" in message(in_child(path, PROTOCOL, Context()).report.issues[0], "fr")


def test_texts_that_are_too_long_together_are_told_as_such(monkeypatch):
    """A few kilobytes say the same text again and again: the reader would hold each of its copies."""
    long = "mot " * 200
    shared = io.BytesIO(workbook(old=b'</row><row r="', new=b'<c t="s"><v>0</v></c>' * 9 + b'</row><row r="'))
    with zipfile.ZipFile(shared, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", f"<sst><si><t>{long}</t></si></sst>")
    assert check(shared.getvalue(), "f.xlsx").report.reason != "table_too_large"
    noted = parquet(note=pl.lit(long))
    assert check(noted, "f.parquet").report.accepted
    for module in ("opened_book", "parquet_files"):
        monkeypatch.setattr(f"importers.files.{module}.TEXT_BYTES", (4_000, 0))
    for content, name in ((shared.getvalue(), "f.xlsx"), (noted, "f.parquet")):
        issue = check(content, name).report.issues[0]
        assert issue.code == "table_too_large"
        assert "textes" in message(issue, "fr")


def test_a_child_says_by_how_it_ends_that_it_stumbled(tmp_path):
    with ready_child.send(str(tmp_path / "no such request")) as child:
        assert child.wait() == request.FELL


@pytest.mark.parametrize(
    "text",
    ["9" * 1_000_000 + "x", " " * 1_000_000 + "x", "(" * 1_000_000, "_" * 1_000_000, "1 " * 500_000, "a " * 500_000],
)
def test_no_look_at_a_long_text_takes_long(text, tmp_path):
    """Patterns that may begin anywhere would look through it as many times as it has characters: the child would be ended."""
    sound = "case_id;site;period;reference;score\nC1;990000010;avant;1;0,5\n"
    context = Context(limits=Limits(file_bytes=12_000_000))
    for number, content in enumerate(
        (
            sound + f"C2;990000010;avant;1;{text}\n",
            sound.replace("score\n", f"score;{text}\n", 1),
            f";;;;{text}\n" + sound,
            sound.replace("\n", f"\n;;;;{text}\n", 1),
        )
    ):
        path = tmp_path / f"{number}.csv"
        path.write_text(content, encoding="utf-8")
        assert in_child(path, PROTOCOL, context).report.reason != "unreadable_file", number
