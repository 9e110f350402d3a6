"""The child process: the same answer as in the same process, and a dead child is an answer too."""

import datetime as dt
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.protocol import load_protocol
from importers.check import Context, check_file
from importers.child import ready as ready_child
from importers.child.ready import kept_ready
from importers.child.sandbox import in_child

PROTOCOL = load_protocol("turnaround-before-after")
TEXT = "Examen;FINESS;Date du prélèvement;Période;Délai (h)\nE1;990000010;01/10/2025;avant;-2\nE2;990000010;02/10/2025;après;{}\n"
CONTEXT = Context(
    registered_sites=frozenset({"990000010"}),
    first_day=dt.date(2025, 9, 1),
    last_day=dt.date(2025, 12, 31),
    aliases={"age": ("ans",)},
)


@pytest.fixture
def file(tmp_path):
    def make(value):
        path = tmp_path / "f.csv"
        path.write_text(TEXT.format(value), encoding="utf-8")
        return path

    return make


@pytest.mark.parametrize("value", ["3", "bof"])
def test_the_child_answers_as_the_parent_would(file, value):
    here, there = (f(file(value), PROTOCOL, CONTEXT) for f in (check_file, in_child))
    assert here.report == there.report
    assert (here.frame is None) == (there.frame is None)
    assert here.frame is None or here.frame.equals(there.frame)


def test_rows_on_their_way_are_taken_back_when_a_rule_across_rows_refuses_them(tmp_path):
    head, first, second = TEXT.format("3").splitlines()
    path = tmp_path / "f.csv"
    path.write_text("\n".join((head, first, first, second)), encoding="utf-8")
    found = in_child(path, PROTOCOL, CONTEXT)
    assert (found.report.reason, found.frame) == ("duplicate_case_id", None)


def test_a_child_loads_nothing_that_a_csv_does_not_need():
    """Each would be waited for at every file."""
    code = "import sys, importers.child.work; print(*({'numpy', 'pydantic', 'babel', 'openpyxl', 'scipy'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


def test_a_child_keeps_its_modules_compiled(monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in ready_child.environment()


def test_a_child_that_is_too_slow_or_dies_is_one_issue(file, monkeypatch):
    assert in_child(file("3"), PROTOCOL, CONTEXT, seconds=0).report.reason == "unreadable_file"
    monkeypatch.setattr("sys.executable", "/bin/false")
    found = in_child(file("3"), PROTOCOL, CONTEXT)
    assert (found.report.reason, found.frame) == ("unreadable_file", None)


def test_a_workbook_that_would_abort_its_reader_is_refused_before(tmp_path):
    """One cell at the last corner of the grid makes the reader ask for the whole grid: the process aborts, not ours."""
    import io
    import zipfile

    from openpyxl import Workbook

    book = Workbook()
    book.active["A1"] = "Examen"
    buffer = io.BytesIO()
    book.save(buffer)
    path = tmp_path / "far.xlsx"
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(path, "w") as target:
        for item in source.infolist():
            content = source.read(item)
            if item.filename == "xl/worksheets/sheet1.xml":
                content = content.replace(b"</row>", b'</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
            target.writestr(item, content)
    assert in_child(path, PROTOCOL, Context()).report.reason == "sheet_too_large"


def test_a_child_waits_for_the_next_file_once_one_has_come(file):
    with kept_ready():
        assert ready_child._ready._waiting is None
        assert in_child(file("3"), PROTOCOL, CONTEXT).report.accepted
        waiting = ready_child._ready._waiting
        assert waiting is not None
        assert waiting.poll() is None
        assert in_child(file("bof"), PROTOCOL, CONTEXT).report.reason == "invalid_number"
        assert waiting.returncode == 0  # it worked, and ended: a child reads one file
        last = ready_child._ready._waiting
    assert last is not None
    assert last.poll() is not None


def test_a_child_that_died_while_it_waited_is_replaced(file):
    with kept_ready():
        in_child(file("3"), PROTOCOL, CONTEXT)
        waiting = ready_child._ready._waiting
        waiting.kill()
        waiting.wait()
        assert in_child(file("3"), PROTOCOL, CONTEXT).report.accepted
    assert waiting.returncode != 0


def test_a_waiting_child_ends_with_its_parent(tmp_path):
    """The parent is killed: its end of the pipe closes, and the child reads no request."""
    code = (
        "from importers.child import ready as ready_child\nimport os\n"
        "child = ready_child._start()\nprint(child.pid, flush=True)\nos.kill(os.getpid(), 9)\n"
    )
    parent = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    pid = int(parent.stdout)
    for _ in range(200):
        if not Path(f"/proc/{pid}").exists() or "(zombie)" in Path(f"/proc/{pid}/status").read_text():
            return
        time.sleep(0.05)
    pytest.fail("the child outlives its parent")


def test_a_file_beyond_the_limits_is_not_held_in_memory(tmp_path, monkeypatch):
    """What it is refused for, and the digest of all of it."""
    large = tmp_path / "f.csv"
    with large.open("wb") as file:
        file.write(TEXT.encode())
        file.truncate(300_000_000)
    small = replace(CONTEXT, limits=replace(CONTEXT.limits, file_bytes=1_000_000))
    expected = check_file(large, PROTOCOL, small).report
    monkeypatch.setattr(ready_child, "send", None)  # no child is asked
    assert in_child(large, PROTOCOL, small).report == expected
    assert [issue.code for issue in expected.issues] == ["file_too_large"]
