"""A person's mapping of their own headers: it wins, it is held against the file, and it hides nobody's name."""

import io
import json
import zipfile

import pytest
from openpyxl import Workbook

from evaluation.protocol import load_protocol
from importers.check import check_bytes
from importers.child.sandbox import in_child
from importers.columns.chosen_headers import nearest
from importers.columns.mapping import BadMapping, as_shown, from_json, from_pairs, pair, require_columns
from importers.context import Context
from importers.messages import message
from tests.importers.test_check import GOOD, HEAD, PROTOCOL, check

TWO_TABLES = load_protocol("turnaround-before-after")


def mapped(mapping, head=HEAD, lines=GOOD, **rest):
    return check([head, *lines], context=Context(mapping=mapping), **rest)


def before(mapping, head=HEAD, lines=GOOD, table="cases", **rest):
    return check([head, *lines], context=Context(mapped_before={table: mapping}), **rest)


def codes(checked):
    return [issue.code for issue in checked.report.issues]


def sentences(checked, locale="fr"):
    return [message(issue, locale) for issue in checked.report.issues]


def renamed(old, new):
    return HEAD.replace(old, new)


@pytest.mark.parametrize(
    "said", ["Risque de l'outil", "risque  de l'OUTIL", "Risque-de-l-outil", " Risque de l'outil "]
)
@pytest.mark.parametrize("column", ["score", "Score", "score ia"])
def test_a_header_is_read_as_the_person_says(said, column):
    checked = mapped({said: column}, renamed("score", "Risque de l'outil"))
    assert codes(checked) == []
    assert checked.frame["score"].to_list() == [0.82, 0.10]
    assert checked.report.mapping == {"Risque de l'outil": "score"}
    assert checked.report.columns["Risque de l'outil"] == "score"


def test_the_child_process_reads_the_same(tmp_path):
    path = tmp_path / "cas.csv"
    path.write_text("\n".join([renamed("score", "Risque"), *GOOD]) + "\n", encoding="utf-8")
    for context in (Context(mapping={"Risque": "score"}), Context(mapped_before={"cases": {"Risque": "score"}})):
        checked = in_child(path, PROTOCOL, context)
        assert checked.report.mapping == {"Risque": "score"}
        assert checked.frame["score"].to_list() == [0.82, 0.10]


def test_a_header_row_that_only_the_mapping_knows_is_found():
    head = "a;b;c;d;e;f;g;h"
    mapping = dict(zip("abcdefgh", HEAD.split(";"), strict=True))
    for lines in ([head, *GOOD], ["Export du 3 mars;;;;;;;", head, *GOOD]):
        for context in (Context(mapping=mapping), Context(mapped_before={"cases": mapping})):
            checked = check(lines, context=context)
            assert checked.report.accepted
            assert list(checked.frame.columns) == [c.name for c in PROTOCOL.tables[0].columns if c.name in HEAD]
    assert codes(check([head, *GOOD])) == ["header_not_found"]


def test_headers_without_a_letter_are_found_too():
    signs = "#%&@$£€¤"
    checked = check([";".join(signs), *GOOD], context=Context(mapping=dict(zip(signs, HEAD.split(";"), strict=True))))
    assert checked.report.accepted
    assert checked.report.columns["£"] == "prediction"


def test_a_workbook_is_read_as_the_person_says():
    book = Workbook()
    for line in (renamed("score", "Risque"), *GOOD):
        book.active.append(line.split(";"))
    content = io.BytesIO()
    book.save(content)
    checked = check_bytes(content.getvalue(), PROTOCOL, Context(mapping={"Risque": "score"}), name="f.xlsx")
    assert checked.report.accepted
    assert checked.report.columns["Risque"] == "score"


def test_a_mapping_wins_over_the_words_of_the_protocol():
    # the tool's yes or no stands under the word of the reference, and the other way round
    checked = mapped({"reference": "prediction", "prediction": "reference"})
    assert checked.report.accepted
    assert checked.frame["prediction"].to_list() == [True, False]
    assert checked.report.columns == check([HEAD, *GOOD]).report.columns | {
        "reference": "prediction",
        "prediction": "reference",
    }


def test_of_two_columns_for_one_the_mapping_chooses():
    head, lines = HEAD + ";Score IA", [line + ";0,5" for line in GOOD]
    twice = check([head, *lines])
    assert ("duplicate_column", "error") in [(i.code, i.severity) for i in twice.report.issues]
    chosen = mapped({"Score IA": "score"}, head, lines)
    assert [(i.code, i.column) for i in chosen.report.issues] == [("column_not_chosen", "score")]
    assert chosen.frame["score"].to_list() == [0.5, 0.5]
    assert chosen.report.mapping == {"Score IA": "score", "score": None}
    assert "« Score IA » à sa place" in sentences(chosen)[0]
    kept = mapped({"Score IA": None}, head, lines)
    assert codes(kept) == []
    assert kept.frame["score"].to_list() == [0.82, 0.10]
    assert kept.report.mapping == {"Score IA": None}


def test_of_columns_that_exclude_each_other_the_mapping_chooses():
    head, lines = HEAD + ";bras", [line + ";témoin" for line in GOOD]
    assert "ambiguous_columns" in codes(check([head, *lines]))
    for mapping in ({"bras": None}, {"period": "period"}):
        checked = mapped(mapping, head, lines)
        assert checked.report.accepted, sentences(checked)
        assert "arm" not in checked.frame.columns
    both = mapped({"bras": "arm", "period": "period"}, head, lines)
    assert "ambiguous_columns" in codes(both)


def test_a_column_set_aside_is_not_kept_and_not_warned_about():
    checked = mapped({"prediction": ""}, HEAD + ";remarque", [line + ";x" for line in GOOD])
    assert "prediction" not in (checked.frame.columns if checked.frame is not None else [])
    assert ("missing_required_column", "prediction") in [(i.code, i.column) for i in checked.report.issues]
    quiet = mapped({"remarque": None}, HEAD + ";remarque", [line + ";x" for line in GOOD])
    assert codes(quiet) == []


@pytest.mark.parametrize(
    ("mapping", "code", "column", "words"),
    [
        ({"Risqe": "score"}, "mapped_header_absent", None, "Les plus proches : Risque."),
        ({"Tout autre": "score"}, "mapped_header_absent", None, "Ses colonnes : case_id, site, period"),
        ({"Risque": "scoer"}, "mapped_column_unknown", None, "Les plus proches : score."),
        ({"Risque": "zzz"}, "mapped_column_unknown", None, "choisissez parmi case_id, site"),
        ({"Risque": "score", "remarque": "score"}, "mapped_column_twice", "remarque", "« Risque » et « remarque »"),
        ({"Risque": "score", "RISQUE": "prediction"}, "mapped_header_again", "Risque", "« Risque »"),
    ],
)
def test_each_line_that_stands_for_nothing_is_one_sentence(mapping, code, column, words):
    head, lines = renamed("score", "Risque") + ";remarque", [line + ";x" for line in GOOD]
    checked = mapped(mapping, head, lines)
    found = [issue for issue in checked.report.issues if issue.code == code]
    assert [(issue.severity, issue.column) for issue in found] == [("error", column)]
    assert words in message(found[0], "fr")
    assert "mapping" in message(found[0], "en")
    assert checked.frame is None


def test_every_bad_line_is_told_at_once():
    checked = mapped({"absente": "score", "period": "perriod", "site": "case_id", "case_id": "case_id"})
    assert [c for c in codes(checked) if c.startswith("mapped_")] == [
        "mapped_header_absent",
        "mapped_column_unknown",
        "mapped_column_twice",
    ]


def test_two_columns_under_one_header_are_not_chosen_between():
    head, lines = HEAD + ";Score", [line + ";0,5" for line in GOOD]
    assert mapped({"score": "score"}, head, lines).frame["score"].to_list() == [0.82, 0.10]  # by its case
    assert mapped({"Score": "score"}, head, lines).frame["score"].to_list() == [0.5, 0.5]
    same = mapped({"score": None}, HEAD + ";score", lines)
    assert ("mapped_header_twice", "error") in [(i.code, i.severity) for i in same.report.issues]


def test_a_header_that_is_not_what_it_looks_like_stays_refused():
    for header in ("sc\u200bore", "\u202escore", "sc\u043ere"):
        for word in ("score", None):
            checked = mapped({header: word}, renamed("score", header))
            assert "deceptive_header" in codes(checked)
            assert header not in (*checked.report.columns, *checked.report.mapping)
            assert not checked.report.accepted
    absent = mapped({"sc\u202eore\u200b": "score"})
    assert not any(c in text for text in sentences(absent) for c in "\u202e\u200b")


@pytest.mark.parametrize("word", ["score", "case_id", "reference", None])
@pytest.mark.parametrize("header", ["Nom du patient", "IPP", "date de naissance"])
def test_a_name_is_no_less_a_name_for_being_mapped(header, word):
    head, lines = renamed("score", header), GOOD
    for context in (Context(mapping={header: word}), Context(mapped_before={"cases": {header: word}})):
        checked = check([head, *lines], context=context)
        assert set(codes(checked)) == {"identifying_data"}
        assert [issue.column for issue in checked.report.issues] == [header]
        assert checked.frame is None
        assert header not in checked.report.columns
        assert checked.report.mapping == {}


@pytest.mark.parametrize("word", ["score", "case_id", None])
def test_cells_that_identify_people_are_found_under_any_mapping(word):
    lines = [line.replace("0,82", "a.martin@exemple.invalid") for line in GOOD]
    checked = mapped({"Risque": word}, renamed("score", "Risque"), lines)
    assert set(codes(checked)) == {"identifying_data"}
    header = mapped({"a.martin@exemple.invalid": word}, renamed("score", "a.martin@exemple.invalid"))
    assert set(codes(header)) == {"identifying_data"}
    assert not any("martin" in text for text in (*sentences(header), *header.report.columns))


def test_the_last_mapping_of_the_site_is_used_and_said():
    checked = before(
        {"Risque": "score", "remarque": None}, renamed("score", "Risque") + ";remarque", [x + ";y" for x in GOOD]
    )
    assert checked.report.accepted
    assert [(i.code, i.severity) for i in checked.report.issues] == [("columns_mapped_as_before", "warning")]
    assert "Risque → score, remarque → non gardée." in sentences(checked)[0]
    assert "Risque → score, remarque → not kept." in sentences(checked, "en")[0]
    assert checked.report.mapping == {"Risque": "score", "remarque": None}


def test_the_last_mapping_is_left_alone_where_it_has_nothing_to_say():
    for mapping, table in (
        ({"Risque": "score"}, "cases"),  # no such header
        ({"score": None}, "cases"),  # the protocol knows all the headers: it reads them
        ({"score": "prediction", "prediction": "score"}, "cases"),
        ({"score": "nothing of the kind"}, "cases"),
        ({"score": None}, "another"),
    ):
        checked = before(mapping, table=table)
        assert (codes(checked), checked.report.mapping) == ([], {})
        assert checked.frame["score"].to_list() == [0.82, 0.10]


def test_a_file_laid_out_as_the_last_is_read_whole_as_the_last():
    head, lines = HEAD + ";Score v2", [line + ";0,5" for line in GOOD]
    given = mapped({"Score v2": "score"}, head, lines)
    again = before(given.report.mapping, head, lines)
    assert codes(again) == ["columns_mapped_as_before"]
    assert again.frame.equals(given.frame)
    assert again.report.mapping == given.report.mapping


def test_a_new_column_beside_the_last_mapping_is_a_question():
    head, lines = renamed("score", "Risque") + ";score", [line + ";0,5" for line in GOOD]
    checked = before({"Risque": "score"}, head, lines)
    assert not checked.report.accepted
    assert ("duplicate_column", "score") in [(i.code, i.column) for i in checked.report.issues]


def test_what_is_said_of_this_file_replaces_the_last_mapping():
    context = Context(mapping={}, mapped_before={"cases": {"Risque": "score"}})
    checked = check([renamed("score", "Risque"), *GOOD], context=context)
    assert "columns_mapped_as_before" not in codes(checked)
    assert checked.report.mapping == {}
    assert "score" not in checked.report.columns.values()


def test_a_missing_column_asks_about_a_header_that_looks_like_it():
    checked = check([renamed("prediction", "Predicton").replace("period", "Perriode"), *GOOD])
    one, either = [message(i, "fr") for i in checked.report.issues if i.code == "missing_required_column"]
    assert "La colonne prediction (" in one
    assert "Est-ce « Predicton » ?" in one
    assert "--map" in one
    assert "« Perriode » est-elle la colonne period ?" in either
    assert not checked.report.accepted  # asked, not guessed
    assert "Predicton" not in checked.report.columns


def test_no_header_is_suggested_that_does_not_look_like_the_column_or_was_set_aside():
    far = check([renamed("prediction", "Commentaire"), *GOOD])
    assert next(message(i) for i in far.report.issues if i.code == "missing_required_column").endswith("ajoutez-la.")
    aside = mapped({"Predicton": None}, renamed("prediction", "Predicton"))
    assert not any("Predicton" in text for text in sentences(aside))


def test_the_most_alike_header_is_suggested():
    head = renamed("prediction", "Predicton") + ";predicto"
    checked = check([head, *(line + ";0" for line in GOOD)])
    asked = [i.params["other"] for i in checked.report.issues if i.code == "missing_required_column"]
    assert asked == ["Predicton"]
    assert nearest("x" * 5000, ["x" * 5000]) == []


def test_of_several_files_one_may_lack_a_mapped_header():
    checked = mapped({"Risque": "score"}, lenient=True)
    assert [(i.code, i.severity) for i in checked.report.issues] == [("mapped_header_absent", "warning")]
    other = mapped({"Risque": "item_1"}, lenient=True)  # a column of another table, for another file
    assert codes(other) == ["mapped_header_absent"]


def test_a_mapping_tells_which_table_a_file_is():
    head = "qui;où;" + ";".join("abcdefghij")
    names = [c.name for c in TWO_TABLES.tables[1].columns][:12]
    mapping = dict(zip(head.split(";"), names, strict=True))
    content = f"{head}\nR1;990000010;{';'.join('3' * 10)}\n".encode()
    checked = check_bytes(content, TWO_TABLES, Context(mapping=mapping), name="f.csv")
    assert checked.report.table == TWO_TABLES.tables[1].name
    assert [c for c in codes(checked) if c.startswith(("mapped", "missing_req"))] == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "json"),
        ("[]", "json"),
        ('"a"', "json"),
        ("{", "json"),
        ('{"a": 1}', "json"),
        ('{"a": {"b": "c"}}', "json"),
        ('{"a": ["b", "c"]}', "json"),
        ("[" * 100_000, "json"),
        ('{"\\ud800": "score"}', "json"),
        ('{"": "score"}', "nameless"),
        ('{"  ": null}', "nameless"),
        ('{"a": "score", "a": "prediction"}', "twice"),
        (json.dumps({"x" * 1001: "score"}), "too_long"),
        (json.dumps(dict.fromkeys(map(str, range(201)))), "too_long"),
        (json.dumps({"a": "x" * 300_000}), "too_long"),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_read_is_one_sentence(text, code):
    with pytest.raises(BadMapping) as refused:
        from_json(text)
    assert refused.value.code == code
    for locale in ("fr", "en"):
        sentence = refused.value.sentence(locale)
        assert sentence.endswith(".")
        assert "{" not in sentence
        sentence.encode()


def test_a_mapping_is_read_as_it_was_written():
    assert from_json('{"Leur en-tête": "score", "autre": null, "vide": ""}') == {
        "Leur en-tête": "score",
        "autre": None,
        "vide": None,
    }
    assert from_json('{"a": "score", "a": "score"}') == {"a": "score"}
    assert pair("a=b=score") == ("a=b", "score")
    assert from_pairs([pair("Remarque=")]) == {"Remarque": None}
    with pytest.raises(BadMapping, match="pair"):
        pair("score")
    with pytest.raises(BadMapping, match="aggregate"):
        require_columns({"a": "score"}, aggregate=True)
    require_columns({"a": "score"}, aggregate=False)
    require_columns(None, aggregate=True)
    assert as_shown({"a": "score", "b": None}, "en") == "a → score, b → not kept"


@pytest.mark.parametrize("name", ["tableau.ods", "tableau"])
def test_a_sheet_of_libreoffice_is_told_to_become_xlsx_or_csv(name):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<office:document-content/>")
    checked = check_bytes(content.getvalue(), PROTOCOL, Context(), name=name)
    assert sentences(checked) == ["Ce format (ODS) n'est pas lu : enregistrez le tableau en .xlsx ou .csv."]
