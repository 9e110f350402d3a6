"""A protocol that does not validate says which key and why."""

import re
import tomllib

import pytest

from evaluation.canonical import digest_of
from evaluation.faults import ProtocolError
from evaluation.protocol import LIBRARY, Protocol, library, load_protocol, parse_protocol

GENERIC = (LIBRARY / "diagnostic-accuracy.toml").read_text(encoding="utf-8")
EXCLUSION = '[[tables.exclusions]]\ncolumn = "{}"\nbelow = 1\nreason = {{ fr = "trop peu", en = "too few" }}'


def problems(text: str) -> str:
    with pytest.raises(ProtocolError) as caught:
        parse_protocol(text)
    return " | ".join(f"{p.key}: {p.reason()}" for p in caught.value.problems)


@pytest.mark.parametrize("name", library())
def test_the_library_is_valid_and_its_files_are_named_by_their_id(name):
    assert load_protocol(name).id == name


def test_the_digest_names_the_content_not_the_layout():
    spaced = GENERIC.replace('id = "diagnostic-accuracy"', '# a remark\nid   =   "diagnostic-accuracy"', 1)
    assert parse_protocol(spaced).digest == parse_protocol(GENERIC).digest


def test_every_word_of_the_content_counts():
    other = re.sub(r"threshold = 0.80", "threshold = 0.81", GENERIC, count=1)
    assert parse_protocol(other).digest != parse_protocol(GENERIC).digest


def test_keys_that_came_later_leave_frozen_protocols_their_digest():
    """Canonical JSON of the content, by the standard library, without the keys that did not exist."""
    content = parse_protocol(GENERIC).model_dump(mode="json")
    for column in (column for table in content["tables"] for column in table["columns"]):
        assert (column.pop("at_most"), column.pop("weekday")) == (None, None)
    for use in content["indicators"]:
        for key in ("measured", "better"):
            if use[key] is None:
                del use[key]
    assert parse_protocol(GENERIC).digest == digest_of(content)
    bounded = GENERIC.replace('role = "score"\n', 'role = "score"\nat_most = "cost_eur"\n', 1)
    assert parse_protocol(bounded).digest != parse_protocol(GENERIC).digest


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('leading_domain = "clinical"', 'leading_domain = "economic"', "leading_domain: clinical, or organisational"),
        ('code = "auc"', 'code = "aucc"', "indicator auc: `aucc` is not in the catalogue"),
        ('inputs = { outcome = "@duration" }', 'inputs = { outcome = "delay" }', "has no column delay"),
        ('inputs = { outcome = "@duration" }', 'inputs = { result = "score" }', "has no input `result`"),
        ('without_tool = "before"', 'without_tool = "never"', "must be two of its categories"),
        ("minimum = 0\nmaximum = 1\n", "minimum = 2\nmaximum = 1\n", "minimum above maximum"),
        ('one_of = [["period", "arm"]]', 'one_of = [["period", "arms"]]', "unknown column arms"),
        ('version = "1.0"', 'version = "1.0"\nweight = 3', "weight: unknown key"),
        ('criterion = { threshold = 0.80, source = "proposition" }', "", "needs a criterion"),
        ('column = "sex"', 'column = "gender"', "subgroup sex: unknown table or column"),
        ('name = "prediction"\nrole', 'name = "score"\nrole', "declared twice"),
        ('role = "score"\n', 'role = "score"\nweekday = 1\n', "column score: `weekday` goes with a date"),
        ('name = "score"', 'name = "Score"', "tables.0.columns.5.name: must match"),
        ('name = "cases"', 'name = "Cases"', "tables.0.name: must match"),
        ('role = "score"\n', 'role = "score"\nunits = "%"\n', "units: unknown key"),
        ('type = "number"', 'type = "numbers"', "type: must be one of"),
        ('fr = "Score de l\'outil (0 à 1)"', 'fr = " "', "tables.0.columns.5.label.fr: must not be empty"),
        ('one_of = [["period", "arm"]]', 'one_of = "period"', "one_of: must be a list"),
        ('one_of = [["period", "arm"]]', "one_of = [[]]", "one_of: at least one is needed"),
        ('one_of = [["period", "arm"]]', EXCLUSION.format("prediction"), "exclusion on prediction: only a number"),
        ('one_of = [["period", "arm"]]', EXCLUSION.format("site"), "exclusion on site: only a number"),
        ('role = "score"\n', 'role = "score"\nweekday = 1.5\n', "weekday: must be a whole number"),
        ('role = "score"\n', 'role = "score"\nweekday = "lundi"\n', "weekday: must be a whole number"),
        ("minimum = 0\nmaximum = 1\n", "minimum = nan\nmaximum = 1\n", "tables.0.columns.5.minimum: must be a number"),
        (
            'one_of = [["period", "arm"]]',
            EXCLUSION.format("score").replace("below = 1", "below = nan"),
            "tables.0.exclusions.0.below: must be a number",
        ),
        ('pattern = "^[', 'pattern = "^([', "column case_id: `pattern` is no regular expression"),
        ('pattern = "^[', 'pattern = "^(?=.)[', "column case_id: `pattern` is no regular expression"),
        ('role = "period"\ntype = "category"', 'role = "period"\ntype = "boolean"', "`categories` go with a category"),
        ('role = "period"\ntype = "category"', 'role = "period"\ntype = "number"', "`categories` go with a category"),
        ('role = "score"\ntype = "number"', 'role = "score"\ntype = "date"\nweekday = 8', "`weekday` goes from 1"),
        ('role = "score"\n', 'role = "score"\nat_most = "site"\n', "`at_most` of score wants another column"),
        ('role = "score"\n', 'role = "score"\nat_most = "score"\n', "`at_most` of score wants another column"),
        ('role = "score"\n', 'role = "score"\nat_most = "scores"\n', "`at_most` of score wants another column"),
    ],
)
def test_a_fault_is_named(before, after, said):
    assert before in GENERIC
    assert said in problems(GENERIC.replace(before, after, 1))


def test_a_list_is_not_empty_because_its_part_is_at_fault():
    assert "at least one" not in problems(GENERIC.replace('name = "cases"', 'name = "Cases"', 1))
    assert "tables: at least one is needed" in problems("tables = []")


def test_the_schema_tells_an_editor_what_tables_hold_to():
    parts = Protocol.model_json_schema()["$defs"]
    column, table = parts["Column"]["properties"], parts["Table"]["properties"]
    assert column["name"]["pattern"] == "^[a-z][a-z0-9_]{0,63}$"
    assert table["name"]["pattern"] == "^[a-z][a-z0-9_-]{0,63}$"
    assert column["weekday"]["anyOf"][0] == {"type": "integer", "minimum": 1, "maximum": 7}
    assert "one day of the week" in column["weekday"]["description"]
    assert table["columns"]["minItems"] == parts["Label"]["properties"]["fr"]["minLength"] == 1


def test_broken_toml_says_where():
    assert "TOML:" in problems("id = ")
    assert "TOML:" in problems("id = " + "[" * 100_000)


def test_an_unknown_protocol_and_an_absent_file_are_one_sentence():
    with pytest.raises(ProtocolError, match="unknown protocol"):
        load_protocol("nonexistent")
    with pytest.raises(ProtocolError, match="no such file"):
        load_protocol("/nonexistent/p.toml")


def test_a_leading_domain_without_primary_does_not_validate():
    text = GENERIC.replace('role = "primary"', 'role = "secondary"')
    assert "the leading domain (clinical) has no primary" in problems(text)


def test_strengths_follow_the_design():
    wanted = {
        "D1": "P3",
        "D2": "P2",
        "D3": "P4",
        "D4": "P3",
        "D5": "P1",
        "D6": "P3",
        "D7": "P2",
        "D8": None,
        "D9": None,
        "D10": "P2",
    }
    found = {d: parse_protocol(GENERIC.replace('design = "D6"', f'design = "{d}"')).strength for d in wanted}
    assert found == wanted
    assert parse_protocol(GENERIC.replace('design = "D6"', 'design = "D6"\nrandomised = true')).strength == "P1"
    assert parse_protocol(GENERIC.replace('design = "D6"', 'design = "D4"\ncontrolled = true')).strength == "P2"


def test_the_files_are_utf8_toml():
    for path in LIBRARY.glob("*.toml"):
        tomllib.loads(path.read_text(encoding="utf-8"))
