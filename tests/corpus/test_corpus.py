"""Every file of the public corpus becomes what `expected.json` says, through the child process."""

import json
from pathlib import Path

import pytest

from importers.report import Usage
from tests.corpus.comparison import differences, digest
from tests.corpus.leaks import leaks
from tests.corpus.runner import Folder, merged

FOLDER = Folder.at(Path(__file__).parent / "public")
ENTRIES = {entry["file"]: entry for entry in FOLDER.entries}


@pytest.mark.parametrize("file", list(ENTRIES))
def test_each_file_becomes_what_is_expected(file):
    assert FOLDER.run(ENTRIES[file]).differences == []


GOOD = {
    "outcome": "accept",
    "reason": None,
    "columns": {"Cas": "case_id"},
    "issues": [],
    "normalised_rows": [{"case_id": "C1", "score": 0.5}],
}
FAULT = {"code": "invalid_number", "row": 4, "column": "Cas", "message": "…"}
LIGHT = Usage(seconds=1.0, cpu_seconds=1.0, peak_bytes=100_000_000)
ACCEPTED = {
    "expect": "accept",
    "reason_class": None,
    "normalised": {"n_rows": 1, "rows": [{"case_id": "C1", "score": 0.5}]},
}
REFUSED = {"expect": "reject", "reason_class": "invalid_number", "errors": [{"row": 4, "column": "case_id"}]}


@pytest.mark.parametrize(
    ("entry", "answer", "usage", "what"),
    [
        (ACCEPTED, GOOD, LIGHT, None),
        (REFUSED, GOOD, LIGHT, "outcome"),
        (ACCEPTED, GOOD | {"normalised_rows": [{"case_id": "C1", "score": 0.5000001}]}, LIGHT, "normalised row 1, score"),
        (ACCEPTED, GOOD | {"normalised_rows": []}, LIGHT, "number of rows"),
        (ACCEPTED, GOOD, Usage(1.0, 6.0, 100), "seconds of the processor"),
        (ACCEPTED, GOOD, Usage(1.0, 1.0, 600_000_000), "megabytes"),
        (REFUSED, GOOD | {"outcome": "reject", "reason": "no_rows", "normalised_rows": []}, LIGHT, "reason"),
        (ACCEPTED | {"expect": "accept_with_warnings", "warnings": ["x"]}, GOOD | {"outcome": "accept_with_warnings"}, LIGHT, "warnings"),
        (
            REFUSED,
            GOOD | {"outcome": "reject", "reason": "invalid_number", "normalised_rows": [], "issues": [FAULT]},
            LIGHT,
            None,
        ),
        (
            REFUSED,
            GOOD | {"outcome": "reject", "reason": "invalid_number", "normalised_rows": [], "issues": [FAULT | {"row": 5}]},
            LIGHT,
            "place",
        ),
        (ACCEPTED | {"normalised": {"n_rows": 1, "rows_sha256": "0"}}, GOOD, LIGHT, "rows_sha256"),
    ],
)  # fmt: skip
def test_each_disagreement_is_seen(entry, answer, usage, what):
    found = [difference[0] for difference in differences(entry, answer, usage)]
    assert (found[0] if found else None) == what


def test_a_repeated_cell_is_seen_and_a_header_is_not(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("Dossier no;b\n28412 991;x\n", encoding="utf-8")
    said = {
        "columns": {},
        "issues": [{"column": "Dossier no", "message": "colonne « Dossier no »"}],
        "normalised_rows": [],
    }
    assert leaks(path, {}, {}, said) == []
    assert leaks(path, {}, {}, said | {"reason": "la valeur 28412 991"})[0][0] == "value repeated"


def test_a_file_s_own_context_goes_over_the_folder_s():
    assert merged({"pilot": {"design": "parallel", "id": "P"}, "now": 1}, {"pilot": {"design": "paired"}}) == {
        "pilot": {"design": "paired", "id": "P"},
        "now": 1,
    }


def test_the_digest_of_rows_is_that_of_their_canonical_lines():
    import hashlib

    line = json.dumps({"a": 1, "b": None}, separators=(",", ":")) + "\n"
    assert digest([{"b": None, "a": 1}]) == hashlib.sha256(line.encode()).hexdigest()
