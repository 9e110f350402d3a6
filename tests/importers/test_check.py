"""A file is read right, or every fault is told in one go, in the person's own rows; nothing of a cell is repeated."""

import dataclasses
import datetime as dt
import io
import zipfile

import polars as pl
import pytest
from openpyxl import Workbook

from evaluation.protocol import load_protocol
from importers.answer import as_json, normalised_rows
from importers.check import Context, check_bytes
from importers.context import Limits
from importers.given_context import BadContext, context_of

PROTOCOL = load_protocol("diagnostic-accuracy")
TABLE = PROTOCOL.tables[0]
HEAD = "case_id;site;period;reference;score;prediction;start_time;end_time"
GOOD = [
    "C1;990000010;avant;oui;0,82;1;05/01/2026 08:00;05/01/2026 08:25",
    "C2;990000010;après;non;0,10;0;06/07/2026 09:00;06/07/2026 09:30",
]


def check(lines, *, name="f.csv", encoding="utf-8", context=None, newline="\n", **rest):
    text = newline.join(lines) + newline
    return check_bytes(text.encode(encoding), PROTOCOL, context or Context(), name=name, **rest)


def codes(checked, severity="error"):
    return [(i.code, i.row, i.column) for i in checked.report.issues if i.severity == severity]


def with_cell(column, value, row=1):
    """The good file with one cell replaced; the header is row 1."""
    names = HEAD.split(";")
    lines = [line.split(";") for line in GOOD]
    lines[row - 1][names.index(column)] = value
    return [HEAD, *(";".join(line) for line in lines)]


def test_a_french_file_is_typed():
    checked = check([HEAD, *GOOD])
    assert checked.report.outcome == "accept"
    assert normalised_rows(checked.frame, TABLE)[0] == {
        "case_id": "C1",
        "site": "990000010",
        "period": "before",
        "reference": 1,
        "score": 0.82,
        "prediction": 1,
        "start_time": "2026-01-05T07:00:00Z",
        "end_time": "2026-01-05T07:25:00Z",
    }
    # summer time in July: two hours before
    assert normalised_rows(checked.frame, TABLE)[1]["start_time"] == "2026-07-06T07:00:00Z"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso8859-15", "mac_roman"])
@pytest.mark.parametrize("separator", [";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_any_common_encoding_separator_and_line_end(encoding, separator, newline):
    lines = [line.replace(";", separator) for line in (HEAD.replace("period", "Période"), *GOOD)]
    checked = check(lines, encoding=encoding, newline=newline)
    assert checked.report.accepted
    assert checked.frame["period"].to_list() == ["before", "after"]


def test_commas_separate_when_the_decimals_are_points():
    lines = [line.replace(",", ".").replace(";", ",") for line in (HEAD, *GOOD)]
    assert check(lines).frame["score"].to_list() == [0.82, 0.10]


def test_three_faults_in_three_places_are_all_told_with_their_rows():
    lines = [
        HEAD,
        GOOD[0].replace("oui", "peut-être"),
        GOOD[1].replace("0,10", "1,7"),
        GOOD[0].replace("0,82", "beaucoup"),
    ]
    checked = check(lines)
    assert codes(checked) == [
        ("duplicate_case_id", 2, "case_id"),
        ("invalid_label", 2, "reference"),
        ("score_out_of_range", 3, "score"),
        ("duplicate_case_id", 4, "case_id"),
        ("invalid_number", 4, "score"),
    ]
    assert [i.cell for i in checked.report.issues] == ["A2", "D2", "E3", "A4", "E4"]
    assert checked.frame is None


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("reference", "2", "invalid_label"),
        ("score", "-0,1", "score_out_of_range"),
        ("score", "1e999", "non_finite_number"),
        ("score", "nan", "non_finite_number"),
        ("score", "0_5", "invalid_number"),
        ("score", "٠٫٥", "invalid_number"),
        ("case_id", "", "missing_value"),
        ("site", "NR", "missing_value"),
        ("case_id", "=1+1", "formula_injection"),
        ("period", "pendant", "invalid_label"),
        ("start_time", "31/02/2026 08:00", "invalid_date"),
        ("start_time", "01/13/2026 08:00", "invalid_date"),
        ("end_time", "05/01/2026 07:00", "end_before_start"),
        ("start_time", "29/03/2026 02:30", "invalid_date"),
    ],
)
def test_each_fault_of_a_cell_has_its_code_and_place(column, value, code):
    checked = check(with_cell(column, value))
    assert (code, 2, column) in codes(checked)
    assert checked.frame is None


def test_missing_words_are_missing_and_counted():
    checked = check(with_cell("score", "non renseigné"))
    assert checked.frame["score"].to_list() == [None, 0.10]
    assert checked.report.issue_counts == {"missing_values": 1}


def test_a_number_that_reads_in_two_ways_is_not_guessed():
    lines = [HEAD + ";cost_eur", GOOD[0] + ";1,234", GOOD[1] + ";93,50"]
    assert codes(check(lines)) == [("ambiguous_number", 2, "cost_eur")]
    decimals = [HEAD + ";cost_eur", GOOD[0] + ";1,234", GOOD[1] + ";0,500"]
    assert check(decimals).frame["cost_eur"].to_list() == [1.234, 0.5]


def test_thousands_and_euros_are_read():
    lines = [HEAD + ";Coût (€)", GOOD[0] + ";1 234,50 €", GOOD[1] + ";12\u202f000,00"]
    assert check(lines).frame["cost_eur"].to_list() == [1234.5, 12000.0]


def test_a_column_of_per_cents_is_converted_as_a_whole():
    lines = [HEAD.replace("score", "Score (%)"), GOOD[0].replace("0,82", "82"), GOOD[1].replace("0,10", "0,5")]
    checked = check(lines)
    assert checked.frame["score"].to_list() == pytest.approx([0.82, 0.005], abs=1e-15)
    assert checked.report.issue_counts == {"columns_mapped_by_alias": 1, "percent_converted": 1}


def test_offsets_are_honoured():
    lines = with_cell("start_time", "2026-01-05T08:00:00+03:00")
    assert normalised_rows(check(lines).frame)[0]["start_time"] == "2026-01-05T05:00:00Z"


def test_columns_missing_doubled_unknown_or_deceptive():
    head = HEAD.replace("prediction", "commentaire").replace("end_time", "Début")
    checked = check([head, *GOOD])
    assert codes(checked) == [
        ("duplicate_column", None, "Début"),
        ("missing_required_column", None, "prediction"),
        ("missing_required_column", None, "end_time"),
    ]
    assert codes(checked, "warning") == [("unknown_column_ignored", None, "commentaire")]
    assert check([HEAD.replace("score", "sc\u200bore"), *GOOD]).report.reason == "deceptive_header"
    assert "deceptive_header" in check([HEAD.replace("score", "sсоre"), *GOOD]).report.issue_counts


def test_neither_or_both_of_period_and_arm():
    neither = check([HEAD.replace("period", "x"), *GOOD])
    assert [i.params["names"] for i in neither.report.issues if i.code == "missing_required_column"] == ["period, arm"]
    both = check([HEAD + ";arm", *(line + ";ia" for line in GOOD)])
    assert "ambiguous_columns" in both.report.issue_counts


def test_an_unknown_column_is_not_kept():
    checked = check([HEAD + ";service", *(line + ";cardio" for line in GOOD)])
    assert checked.report.outcome == "accept_with_warnings"
    assert "service" not in checked.frame.columns


def test_offline_evaluation_lives_with_absent_columns():
    lines = [";".join(line.split(";")[:6]) for line in (HEAD, *GOOD)]
    assert not check(lines).report.accepted
    assert check(lines, lenient=True).report.accepted


def test_header_below_a_title_blank_lines_and_totals():
    lines = ["Export du 12/01/2026;;;;;;;", "", HEAD, GOOD[0], "", GOOD[1], "Total;;;2;;;;"]
    checked = check(lines)
    assert checked.frame.height == 2
    assert [(i.code, i.row) for i in checked.report.issues] == [("header_not_first_row", 3), ("totals_row_ignored", 7)]
    bad = check([*lines[:5], GOOD[1].replace("non", "si")])
    assert codes(bad) == [("invalid_label", 6, "reference")]


def test_ragged_rows_and_unclosed_quotes_are_located():
    assert codes(check([HEAD, GOOD[0], GOOD[1] + ";x"])) == [("ragged_rows", 3, None)]
    assert codes(check([HEAD, GOOD[0], '"' + GOOD[1]])) == [("unclosed_quote", 3, "case_id")]


def test_sites_and_calendar():
    registered = Context(registered_sites=frozenset({"990000028"}))
    assert codes(check([HEAD, *GOOD], context=registered))[0] == ("unknown_site", 2, "site")
    mine = Context(uploader_site="990000028")
    assert codes(check([HEAD, *GOOD], context=mine))[1] == ("site_mismatch", 3, "site")
    calendar = Context(first_day=dt.date(2026, 2, 1), last_day=dt.date(2026, 12, 31), today=dt.date(2026, 6, 1))
    assert {c for c, _, _ in codes(check([HEAD, *GOOD], context=calendar))} == {"date_outside_pilot", "date_in_future"}


def test_a_site_that_lost_its_leading_zero_gets_it_back():
    lines = [line.replace("990000010", "10999993") for line in (HEAD, *GOOD)]
    assert check(lines).frame["site"].to_list() == ["010999993"] * 2


def test_many_faults_are_counted_and_a_hundred_listed():
    lines = [HEAD, *(GOOD[0].replace("C1", f"C{i}").replace("0,82", "9") for i in range(250))]
    checked = check(lines)
    assert len(checked.report.issues) == 100
    assert checked.report.issue_counts == {"score_out_of_range": 250}


@pytest.mark.parametrize(
    ("header", "value", "kind"),
    [
        ("remarque", "284129991234575", "nir"),
        ("remarque", "2 84 12 99 912 345 75", "nir"),
        ("remarque", "2841 2A 99", None),
        ("remarque", "jean.dupont@chu.invalid", "email"),
        ("remarque", "rappeler au 06 39 98 12 34", "phone"),
        ("Nom", "Dupont", "header"),
        ("Date de naissance", "01/02/1950", "header"),
        ("N° de sécurité sociale", "x", "header"),
    ],
)
def test_identities_refuse_the_file_and_are_never_repeated(header, value, kind):
    if kind == "nir":  # a valid key, computed here by its public rule
        digits = value.replace(" ", "")[:13]
        key = f"{97 - int(digits) % 97:02d}"
        value = value[:-2] + key
    checked = check([HEAD + ";" + header, GOOD[0] + ";" + value, GOOD[1] + ";"])
    found = [i for i in checked.report.issues if i.code == "identifying_data"]
    assert bool(found) == (kind is not None)
    if found:
        assert checked.frame is None
        assert found[0].params["kind"] == kind
        assert value not in str(as_json(checked))


def test_no_answer_ever_holds_a_cell():
    secrets = ["Zanzibar", "C7-Martin", "31/02/1999 secret"]
    lines = [HEAD, *(GOOD[0].replace("oui", s).replace("C1", f"C{i}") for i, s in enumerate(secrets))]
    text = str(as_json(check(lines)))
    assert not any(secret in text for secret in secrets)
    assert "texte de 8 caractères" in text


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "f.csv", "empty_file"),
        (b"%PDF-1.7", "f.pdf", "unsupported_format"),
        (b"%PDF-1.7", "f.csv", "extension_mismatch"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100, "f.xls", "unsupported_format"),
        (b"PK\x03\x04nonsense", "f.xlsx", "archive_corrupt"),
        (b"PAR1nonsense", "f.parquet", "parquet_corrupt"),
        (b"a;b\n1;2\n", "f.csv", "header_not_found"),
        (b"case_id;site\n\x00\x01;2\n", "f.csv", "nul_bytes"),
        ((HEAD + "\n").encode(), "f.csv", "no_rows"),
        (("\n".join([HEAD, *GOOD])).encode(), "f.xlsx", "extension_mismatch"),
    ],
)
def test_what_is_not_a_table_is_one_sentence(content, name, code):
    checked = check_bytes(content, PROTOCOL, Context(), name=name)
    assert checked.report.reason == code
    assert checked.frame is None


def book(rows, *, before=(), sheet="Cas"):
    workbook = Workbook()
    page = workbook.active
    page.title = sheet
    for row in (*before, *rows):
        page.append(row)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


ROWS = [
    HEAD.split(";"),
    ["C1", 990000010, "avant", True, 0.82, 1, dt.datetime(2026, 1, 5, 8), dt.datetime(2026, 1, 5, 8, 25)],
    ["C2", 990000010, "après", False, "0,10", 0, dt.datetime(2026, 7, 6, 9), dt.datetime(2026, 7, 6, 9, 30)],
]


def test_a_workbook_gives_the_same_rows_as_the_text():
    checked = check_bytes(book(ROWS), PROTOCOL, Context(), name="f.xlsx")
    assert checked.report.outcome == "accept"
    assert checked.frame.equals(check([HEAD, *GOOD]).frame)


def test_rows_of_a_workbook_are_those_that_the_person_sees():
    rows = [
        *ROWS[:2],
        ["C3", 990000010, "avant", "bof", 0.5, 1, dt.datetime(2026, 1, 5, 8), dt.datetime(2026, 1, 5, 9)],
    ]
    checked = check_bytes(book(rows, before=[["Export"], []]), PROTOCOL, Context(), name="f.xlsx")
    assert [(i.row, i.cell) for i in checked.report.issues if i.severity == "error"] == [(5, "D5")]


def test_identities_on_another_sheet_even_hidden_refuse_the_workbook():
    workbook = Workbook()
    for row in ROWS:
        workbook.active.append(row)
    hidden = workbook.create_sheet("clé")
    hidden.sheet_state = "hidden"
    hidden.append(["C1", "jean.dupont@chu.invalid"])
    buffer = io.BytesIO()
    workbook.save(buffer)
    checked = check_bytes(buffer.getvalue(), PROTOCOL, Context(), name="f.xlsx")
    assert checked.report.reason == "identifying_data"


def test_births_in_the_only_column_of_another_sheet_refuse_the_workbook():
    workbook = Workbook()
    for row in ROWS:
        workbook.active.append(row)
    other = workbook.create_sheet("suivi")
    for cell in ("repère", *(dt.date(1940 + 3 * i, 4, 1 + i) for i in range(6))):
        other.append([cell])
    report = saved(workbook).report
    assert [(i.code, i.params["kind"]) for i in report.issues] == [("identifying_data", "birth")]


def saved(workbook):
    buffer = io.BytesIO()
    workbook.save(buffer)
    return check_bytes(buffer.getvalue(), PROTOCOL, Context(), name="f.xlsx")


def test_a_formula_without_a_value_is_not_read_as_empty():
    workbook = Workbook()
    for row in ROWS:
        workbook.active.append(row)
    workbook.active["E2"] = "=0.5+0.3"
    assert saved(workbook).report.reason == "formula_without_value"


def test_comments_are_not_kept_and_are_searched_for_identities():
    from openpyxl.comments import Comment

    workbook = Workbook()
    for row in ROWS:
        workbook.active.append(row)
    workbook.active["A2"].comment = Comment("à revoir", "x")
    assert saved(workbook).report.issue_counts == {"metadata_stripped": 1}
    workbook.active["A2"].comment = Comment("écrire à jean.dupont@chu.invalid", "x")
    assert saved(workbook).report.reason == "identifying_data"


def test_a_link_to_another_file_is_refused():
    content = book(ROWS)
    linked = io.BytesIO(content)
    with zipfile.ZipFile(linked, "a") as archive:
        archive.writestr("xl/externalLinks/externalLink1.xml", "<externalLink/>")
    assert check_bytes(linked.getvalue(), PROTOCOL, Context(), name="f.xlsx").report.reason == "external_link"


def test_macros_and_bombs_are_refused():
    def archive(**parts):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
            for name, size in parts.items():
                made.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), b"0" * size)
        return buffer.getvalue()

    macro = archive(xl__workbook_xml=10, xl__vbaProject_bin=10)
    assert check_bytes(macro, PROTOCOL, Context(), name="f.xlsx").report.reason == "macro_content"
    small = Context(limits=Limits(unpacked_bytes=1000))
    assert check_bytes(archive(xl__workbook_xml=2000), PROTOCOL, small, name="f.xlsx").report.reason == "archive_bomb"
    assert check_bytes(archive(content_xml=10), PROTOCOL, Context(), name="f.ods").report.reason == "unsupported_format"


def test_parquet_is_read_and_nested_columns_refused(tmp_path):
    frame = check([HEAD, *GOOD]).frame
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    assert check_bytes(buffer.getvalue(), PROTOCOL, Context(), name="f.parquet").frame.equals(frame)
    nested = io.BytesIO()
    pl.DataFrame({"case_id": [["a"]], "site": ["1"]}).write_parquet(nested)
    assert check_bytes(nested.getvalue(), PROTOCOL, Context(), name="f.parquet").report.reason == "nested_type"


def test_the_large_file_path_agrees_with_the_exact_one():
    lines = [HEAD, *(GOOD[i % 2].replace(f"C{i % 2 + 1}", f"K{i}") for i in range(20_000))]
    lines[15_000] = lines[15_000].replace("0,82", "7").replace("0,10", "7")
    fast = check(lines)
    assert codes(fast) == [("score_out_of_range", 15_001, "score")]


def test_the_table_is_recognised_by_its_header():
    protocol = load_protocol("turnaround-before-after")
    sus = "Répondant;FINESS;" + ";".join(f"SUS{i}" for i in range(1, 11)) + "\nR1;990000010" + ";3" * 10 + "\n"
    assert check_bytes(sus.encode(), protocol, Context(), name="f.csv").report.table == "usability"
    unclear = b"FINESS;Sexe\n990000010;F\n"
    one = check_bytes(unclear, protocol, Context(), name="f.csv")
    assert one.report.table == "tests"
    assert one.report.issue_counts["missing_required_column"] == 4
    named = check_bytes(sus.encode(), protocol, Context(), name="f.csv", table="tests")
    assert named.report.reason == "header_not_found"
    assert (
        check_bytes(sus.encode(), protocol, Context(), name="f.csv", table="nothing").report.reason == "unknown_table"
    )


def test_rows_set_aside_by_the_protocol_are_kept_and_announced():
    protocol = load_protocol("turnaround-before-after")
    text = "Examen;FINESS;Date du prélèvement;Période;Délai (h)\nE1;990000010;01/10/2025;avant;-2\nE2;990000010;02/10/2025;après;3\n"
    checked = check_bytes(text.encode(), protocol, Context(), name="f.csv")
    assert checked.report.issue_counts == {"columns_mapped_by_alias": 1, "excluded_by_protocol": 1}
    assert checked.frame["turnaround_hours"].to_list() == [-2.0, 3.0]


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"limits": {"rows": "x"}}, "limits.rows"),
        ({"limits": {"rows": -1}}, "limits.rows"),
        ({"limits": 3}, "limits"),
        ({"pilot": [1]}, "pilot"),
        ({"pilot": {"first_day": "2026-02-30"}}, "pilot.first_day"),
        ({"registered_sites": [1]}, "registered_sites.0"),
        ({"tokens": {"true": 3}}, "tokens.true"),
        ({"header_aliases": {"site": 3}}, "header_aliases.site"),
        ({"now": 5}, "now"),
    ],
)
def test_a_context_of_another_kind_is_one_sentence(given, place):
    with pytest.raises(BadContext) as refusal:
        context_of(given)
    assert f"« {place} »" in refusal.value.sentence("fr")


def test_the_limits_of_a_context_are_those_of_the_check():
    limits = {field.name: 7 for field in dataclasses.fields(Limits)}
    assert context_of({"limits": limits | {"cost_eur": "0..1"}}).limits == Limits(**limits)
