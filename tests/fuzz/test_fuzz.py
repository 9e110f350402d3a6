"""A few seconds of the fuzz run, always the same files; and each thing that it looks for is seen."""

import itertools
from dataclasses import replace
from types import SimpleNamespace

import polars as pl
import pytest

from importers.report import Checked, Issue, Report
from tests.fuzz import oracle
from tests.fuzz.cases import PROTOCOL, cases, context
from tests.fuzz.oracle import Case, finds
from tests.importers.test_odd_files import rows, text

SOUND = Case("f.csv", text(rows()), PROTOCOL, context())
FEW = 50


def test_nothing_is_found_among_the_first_files():
    found = {}
    for count, case in enumerate(itertools.islice(cases(20260105), FEW)):
        for find in finds(case, thorough=count % 5 == 0):
            found.setdefault(find.sign, (case.name, case.content[:500], find.detail))
    assert not found


def test_the_same_seed_makes_the_same_files():
    some = [[(c.name, c.content) for c in itertools.islice(cases(3), 50)] for _ in range(2)]
    assert some[0] == some[1]
    assert some[0] != [(c.name, c.content) for c in itertools.islice(cases(4), 50)]


def signs(case=SOUND):
    return [find.sign for find in finds(case)]


def answer(monkeypatch, *issues, frame=None, columns=None, rows=1):
    report = Report(tuple(issues), rows, columns or {}, "cases", "0", Report.count(tuple(issues)))
    monkeypatch.setattr(oracle, "check_bytes", lambda *_, **__: Checked(report, frame))


@pytest.mark.parametrize(
    ("issue", "sign"),
    [
        (Issue("no_such_code", "error"), "message no_such_code: KeyError at importers/messages.py"),
        (Issue("invalid_number", "error", column="score", cell="E2"), "a sentence with a hole: invalid_number"),
        (Issue("missing_value", "error", 9_999_999, "score", "E9999999"), "row outside the file: missing_value"),
        (Issue("missing_value", "error", 3, "score", "E4"), "a cell that is none: missing_value"),
        (Issue("missing_value", "error", 3, "Qx7", "E3"), "a cell is repeated: missing_value (as a column)"),
        (Issue("sheet_selected", "error", params={"sheet": "\ud800", "sheets": ""}), "answer: UnicodeEncodeError at ?"),
    ],
)
def test_an_issue_that_does_not_hold_is_seen(monkeypatch, issue, sign):
    answer(monkeypatch, issue)
    assert any(found.startswith(sign) for found in signs(replace(SOUND, secret="Qx7"))), signs()


@pytest.mark.parametrize(
    ("frame", "sign"),
    [
        (None, "rows of a refused file, or none of an accepted one"),
        (pl.DataFrame({"score": [float("nan")]}), "no finite number: score"),
        (pl.DataFrame({"score": [0.5, None]}), "an empty cell without a word: score"),
        (pl.DataFrame({"score": [0.5, 0.5, 0.5]}), "the number of rows differs from the report's"),
    ],
)
def test_rows_that_do_not_hold_are_seen(monkeypatch, frame, sign):
    answer(monkeypatch, frame=frame, rows=2 if sign.startswith("an empty") else 1)
    assert sign in signs()


def test_an_exception_a_long_time_and_another_answer_are_seen(monkeypatch):
    class Panic(BaseException):
        """As those of libraries in Rust."""

    def fall(*_, **__):
        raise Panic

    monkeypatch.setattr(oracle, "check_bytes", fall)
    assert signs() == ["check: Panic at ?"]
    monkeypatch.undo()
    assert signs() == []
    monkeypatch.setattr("importers.cells.quick.quick", lambda *_: None)
    clock = SimpleNamespace(process_time=iter((0.0, 9.0)).__next__)
    monkeypatch.setattr(oracle, "time", clock)
    assert signs() == ["slow: None"]
    monkeypatch.undo()
    monkeypatch.setattr("importers.files.text_files.fast_table", lambda *_: pytest.fail("another way"))
    assert signs()[0].startswith("shorter ways: Failed")
