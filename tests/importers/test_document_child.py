"""Documents in a child process: the same answer as here, and a child that dies or is fed a bomb is an answer too."""

import io
import zipfile

import pytest

from importers.documents.child import document_in_child, list_in_child, sites_in_child
from importers.documents.messages import message
from importers.documents.published_lists import read_list
from importers.documents.sites import read_sites
from tests.importers.test_document_lists import cpv_workbook
from tests.importers.test_document_sites import TEXT
from tests.importers.test_documents import KNOWN, TODAY, check, filled


@pytest.fixture
def file(tmp_path):
    def make(content, name="f.xlsx"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return make


@pytest.mark.parametrize("changed", [{}, {"statut_dm": "bof", "population_age_min": -1, "indication": None}])
def test_a_document_in_the_child_is_the_document_here(file, changed):
    content = filled("dossier", **changed)
    here, there = check(content, "dossier"), document_in_child(file(content), "dossier", KNOWN, today=TODAY.isoformat())
    assert (here.counts, here.content, here.file_sha256) == (there.counts, there.content, there.file_sha256)
    assert [message(f) for f in here.faults] == [message(f) for f in there.faults]


def test_hospitals_and_lists_in_the_child_are_those_here(file):
    sites = sites_in_child(file(TEXT.encode(), "f.csv"))
    assert sites.frame.equals(read_sites(TEXT.encode(), "f.csv").frame)
    content = cpv_workbook()
    assert list_in_child(file(content), "cpv") == read_list(content, "cpv", name="f.xlsx")


def test_a_child_that_dies_is_one_sentence(file, monkeypatch):
    monkeypatch.setattr("sys.executable", "/bin/false")
    found = document_in_child(file(filled("vehicles")), "vehicles", KNOWN)
    assert (found.accepted, found.counts) == (False, {"unreadable_file": 1})
    assert sites_in_child(file(TEXT.encode(), "f.csv")).accepted is False
    assert list_in_child(file(cpv_workbook()), "cpv").accepted is False


def rebuilt(content, change):
    """The workbook with its parts changed by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            target.writestr(item, change(item.filename, source.read(item)))
    return buffer.getvalue()


def test_bombs_and_tricks_are_refused(file):
    content = filled("vehicles")
    far = rebuilt(
        content,
        lambda _, b: b.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
    )
    bomb = rebuilt(content, lambda n, b: b + b" " * 250_000_000 if n.endswith("styles.xml") else b)
    entity = rebuilt(content, lambda n, b: b'<!DOCTYPE x [<!ENTITY a "b">]>' + b if n.endswith("sheet2.xml") else b)
    codes = [document_in_child(file(c), "vehicles", KNOWN).counts for c in (far, bomb, entity)]
    assert [next(iter(c)) for c in codes] == ["sheet_too_large", "archive_bomb", "xml_dtd_forbidden"]
