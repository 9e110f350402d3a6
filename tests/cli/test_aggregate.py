"""A hospital that keeps its rows: the aggregate made and checked offline, by the installed command alone."""

import json
import re

import pytest

from tests.cli.test_cli import preuve, refused
from tests.registry.aggregates import aggregate_of
from tests.registry.conftest import PROTOCOL, A, B, rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("aggregate")
    (folder / "plan.toml").write_text(PROTOCOL, encoding="utf-8")
    (folder / "cas.csv").write_bytes(rows(A))
    made = preuve("evaluate", "cas.csv", "--protocol", "plan.toml", "--aggregate", "--json", folder=folder)
    assert made.returncode == 0, made.stderr
    (folder / "agg.json").write_text(made.stdout, encoding="utf-8")
    return folder


def test_what_is_printed_is_what_is_written(folder, tmp_path):
    out = tmp_path / "out.json"
    arguments = ("evaluate", "cas.csv", "--protocol", "plan.toml", "--aggregate", "--out", out)
    shown = preuve(*arguments, folder=folder)
    assert shown.returncode == 0
    assert "Sensibilité" in shown.stdout
    assert json.loads(out.read_bytes())["digest"] in shown.stdout
    assert out.read_bytes() == (folder / "agg.json").read_bytes()
    assert out.read_bytes() == aggregate_of(rows(A))  # what the journey over HTTP sends
    assert not list(folder.glob("preuve-data"))  # no registry was asked


def test_it_is_accepted_in_the_form_of_a_check(folder):
    checked = preuve("check", "agg.json", "--protocol", "plan.toml", "--site", A, "--json", folder=folder)
    answer = json.loads(checked.stdout)
    assert checked.returncode == 0, checked.stdout
    assert (answer["accepted"], answer["outcome"], answer["kind"]) == (True, "accept", "aggregate")
    assert (answer["rows"], answer["issues"], answer["columns"]) == (120, [], {})
    plain = preuve("check", "agg.json", "--protocol", "plan.toml", folder=folder)
    assert "120" in plain.stdout
    line = next(line for line in plain.stdout.splitlines() if "Sensibilité" in line)
    scored = preuve("evaluate", "cas.csv", "--protocol", "plan.toml", folder=folder).stdout
    assert re.search(r"0,\d+ \[[^]]*\]", line)[0] in scored


def test_it_is_refused_when_it_is_another_sites_or_was_changed(folder, tmp_path):
    other = preuve("check", "agg.json", "--protocol", "plan.toml", "--site", B, "--json", folder=folder)
    assert (other.returncode, json.loads(other.stdout)["reason"]) == (1, "aggregate_site_mismatch")
    content = json.loads((folder / "agg.json").read_text(encoding="utf-8"))
    content["data"]["rows"] = 1000
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(content), encoding="utf-8")
    answer = json.loads(preuve("check", changed, "--protocol", "plan.toml", "--json", folder=folder).stdout)
    assert answer["reason"] == "aggregate_digest"
    assert set(answer["issue_counts"]) == {"aggregate_digest", "aggregate_rows"}
    assert "refaites-le" in answer["issues"][0]["message"]
    assert set(answer["issues"][0]) == {"code", "severity", "row", "column", "cell", "value_shape", "message"}


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("x.json", "{", "aggregate_unreadable"),
        ("x.json", "[1, 2]", "aggregate_unknown"),
        ("x.json", '{"a": 1}', "aggregate_unknown"),
        ("x.json", "a;b\n1;2\n", "unsupported_format"),
        ("x.csv", '{"a": 1}', "extension_mismatch"),
        ("x.json", '{"a": ' + "[" * 99_999, "aggregate_unreadable"),
    ],
)
def test_any_other_json_has_one_clear_answer(folder, tmp_path, name, text, reason):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    checked = preuve("check", path, "--protocol", "plan.toml", "--json", folder=folder)
    assert checked.returncode == 1
    assert "Traceback" not in checked.stderr
    assert json.loads(checked.stdout)["reason"] == reason


def test_rows_that_are_refused_give_no_aggregate(folder, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_bytes(rows(A).replace(b",1,", b",peut-etre,", 1))
    made = preuve("evaluate", bad, "--protocol", "plan.toml", "--aggregate", "--json", folder=folder)
    assert (made.returncode, made.stdout) == (1, "")
    refused(preuve("evaluate", tmp_path / "nobody.csv", "--protocol", "plan.toml", "--aggregate", folder=folder))
