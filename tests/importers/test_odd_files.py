"""Odd and hostile files: each is read right or refused for what it is, and every fault has its cell."""

import datetime as dt
import io
import re
import struct
import zipfile
from pathlib import Path

import polars as pl
import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from evaluation.protocol import load_protocol
from importers.answer import normalised_rows
from importers.cells.shapes import shape_in_words, value_shape
from importers.check import Context, check_bytes
from importers.child.sandbox import in_child
from importers.context import Limits
from importers.given_context import context_of
from importers.messages import message
from importers.plain_columns import read_columns

PROTOCOL = load_protocol("diagnostic-accuracy")
TABLE = PROTOCOL.tables[0]
HEAD = ["case_id", "site", "period", "reference", "score", "prediction", "start_time", "end_time", "cost_eur"]
SMALL = Context(limits=Limits(file_bytes=10_000_000, unpacked_bytes=50_000_000, rows=200_000, grid_cells=5_000_000))
CORPUS = Path(__file__).parents[1] / "corpus" / "public"
SHEET = "xl/worksheets/sheet1.xml"


def rows():
    made = []
    for i in range(6):
        yes = i % 2
        day = f"2026-03-{i + 2:02d}T08"
        made.append(
            [
                f"K{i}",
                "990000010",
                "après",
                str(yes),
                f"0.{7 * yes + 2}{i}",
                str(yes),
                f"{day}:10:00",
                f"{day}:40:00",
                f"{20 + i}.50",
            ]
        )
    return made


def text(lines, head=HEAD, separator=";", encoding="utf-8"):
    return "\n".join([separator.join(head), *(separator.join(line) for line in lines), ""]).encode(encoding)


def check(content, name="f.csv", context=SMALL):
    return check_bytes(content, PROTOCOL, context, name=name)


def with_cells(**cells):
    made = rows()
    for place, value in cells.items():
        column, row = place.rsplit("_", 1)
        made[int(row) - 2][HEAD.index(column)] = value
    return made


def errors(checked):
    return [(i.code, i.cell) for i in checked.report.issues if i.severity == "error"]


@pytest.mark.parametrize(
    ("encoding", "warned"),
    [
        ("utf-16-le", True),
        ("utf-16-be", True),
        ("mac_roman", True),
        ("cp850", True),
        ("cp1252", True),
        ("iso8859-15", True),
        ("utf-16", False),
    ],
)
def test_each_encoding_gives_the_same_rows(encoding, warned):
    checked = check(text(rows(), encoding=encoding))
    assert checked.frame.equals(check(text(rows())).frame)
    assert ("encoding_not_utf8" in checked.report.issue_counts) == warned


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"case_id_3": "K\u200f9"}, ("invalid_case_id", "A3")),
        ({"case_id_3": "@SUM(A1)"}, ("formula_injection", "A3")),
        ({"score_3": "=0.5"}, ("formula_injection", "E3")),
        ({"score_3": "31%"}, ("ambiguous_percent", "E3")),
        ({"score_3": "#DIV/0!"}, ("excel_error", "E3")),
        ({"score_3": "999"}, ("score_out_of_range", "E3")),
        ({"cost_eur_3": "-5"}, ("negative_value", "I3")),
        ({"cost_eur_3": "1 2345"}, ("invalid_number", "I3")),
        ({"cost_eur_2": "20,5", "cost_eur_3": "1.234"}, ("ambiguous_number", "I3")),
        ({"period_3": ""}, ("missing_value", "C3")),
        ({"reference_3": "+", "reference_4": "-"}, ("ambiguous_label", "D3")),
        ({"reference_3": "O"}, ("ambiguous_label", "D3")),
        ({"start_time_3": "03/03/2026 8:10 AM"}, ("ambiguous_date", "G3")),
        ({"start_time_3": "2026-10-25T02:30:00", "end_time_3": "2026-10-25T06:30:00"}, ("ambiguous_date", "G3")),
        ({"start_time_3": "03/03/2026"}, ("time_missing", "G3")),
        ({"case_id_3": "8.01E+12"}, ("code_as_number", "A3")),
        ({"site_3": "9,9E+08"}, ("code_as_number", "B3")),
        ({"case_id_3": "2026-04-03 00:00:00"}, ("code_as_date", "A3")),
        ({"start_time_3": "0001-01-01T00:00:00Z"}, ("implausible_date", "G3")),
        ({"start_time_3": "1899-12-31 08:10:00"}, ("implausible_date", "G3")),
        ({"start_time_3": "2026-03-03T08:10:00+99:99"}, ("invalid_date", "G3")),
        ({"start_time_3": "2026-03-03T08:10:60"}, ("invalid_date", "G3")),
        ({"start_time_3": "03/03/2026 8h:10"}, ("invalid_date", "G3")),
    ],
)
def test_a_cell_in_doubt_is_a_fault_with_its_cell(cells, fault):
    assert errors(check(text(with_cells(**cells))))[0] == fault


@pytest.mark.parametrize(
    ("cell", "value", "column", "expected"),
    [
        ("cost_eur_2", "1,234.50", "cost_eur", "1234.50"),
        ("cost_eur_2", "1 234,5 €", "cost_eur", "1234.50"),
        ("start_time_2", "02/03/2026 08h10", "start_time", "2026-03-02T07:10:00Z"),
        ("start_time_2", "02/03/2026 8 h 10", "start_time", "2026-03-02T07:10:00Z"),
        ("start_time_2", "02/03/2026 8h", "start_time", "2026-03-02T07:00:00Z"),
        ("start_time_2", "2 mars 2026 08:10", "start_time", "2026-03-02T07:10:00Z"),
        ("start_time_2", "02/03/26 08:10", "start_time", "2026-03-02T07:10:00Z"),
        ("start_time_2", "2026-03-02T08:10:59.9", "start_time", "2026-03-02T07:11:00Z"),
        ("start_time_2", "2026-03-02T08:10:59,4999", "start_time", "2026-03-02T07:10:59Z"),
        ("site_2", "990000010.0", "site", "990000010"),
        ("score_2", "2,5e-1", "score", 0.25),
    ],
)
def test_a_cell_that_reads_in_one_way_is_read(cell, value, column, expected):
    checked = check(text(with_cells(**{cell: value})))
    assert normalised_rows(checked.frame, TABLE)[0][column] == expected


def test_the_decimal_sign_is_the_column_s():
    """Among commas a point groups thousands; among points the same cell is a question."""
    french = [[*row[:8], row[8].replace(".", ",")] for row in rows()]
    french[0][8] = "1.234,50"
    assert normalised_rows(check(text(french)).frame, TABLE)[0]["cost_eur"] == "1234.50"
    assert errors(check(text(with_cells(cost_eur_2="1.234,50")))) == [("ambiguous_number", "I2")]


def test_per_cents_are_divided_exactly():
    values = ["69 %", "7 %", "58 %", "0.7 %", "29 %", "57 %"]
    made = rows()
    for row, value in zip(made, values, strict=True):
        row[4] = value
    assert check(text(made)).frame["score"].to_list() == [0.69, 0.07, 0.58, 0.007, 0.29, 0.57]


def test_fractions_under_a_header_of_per_cents_are_a_question():
    head = [name.replace("score", "score (%)") for name in HEAD]
    assert check(text(rows(), head)).report.reason == "ambiguous_percent"


def test_a_case_said_twice_and_a_case_contradicted():
    same = [*rows(), rows()[1]]
    assert errors(check(text(same))) == [("duplicate_case_id", "A8")]
    other = [*rows(), [*rows()[1][:3], "0", *rows()[1][4:]]]
    assert errors(check(text(other))) == [("duplicate_case_id", "A3"), ("duplicate_case_id", "A8")]
    paired = context_of({"pilot": {"design": "paired"}})
    both = rows() + [[*row[:2], "avant", *row[3:]] for row in rows()]
    assert check(text(both), context=paired).report.accepted
    assert not check(text(both)).report.accepted


def test_quotes_that_swallow_rows_are_located():
    made = rows()
    made[2][0], made[4][0] = '"K2', 'K4"'
    issue = check(text(made)).report.issues[0]
    assert (issue.code, issue.row, issue.column) == ("unclosed_quote", 4, "case_id")
    made = rows()
    made[2][0] = '"K"2'
    assert check(text(made)).report.reason == "misplaced_quote"


def test_notes_and_subtotals_are_listed_and_no_case_is_lost():
    lines = [
        *rows()[:3],
        ["Sous-total", "", "", "2", "", "", "", "", "60"],
        *rows()[3:],
        ["* valeurs provisoires, non relues"],
    ]
    checked = check(text(lines))
    assert checked.frame.height == 6
    assert [(i.code, i.row) for i in checked.report.issues] == [("totals_row_ignored", 5), ("footnote_ignored", 9)]


def test_a_formula_in_a_line_of_totals_is_no_fault():
    def change(_, sheet):
        sheet.append(["Total", None, None, None, None, None, None, None, "=SUM(I2:I7)"])

    report = check(book(change), "f.xlsx").report
    assert [(i.code, i.row) for i in report.issues] == [("totals_row_ignored", 8)]


def test_a_line_that_names_its_case_is_a_record_whatever_its_first_word():
    """A severity called `moyenne` beside an empty cost is no line of averages."""
    made = [["moyenne", *row] for row in rows()]
    made[1][0], made[1][-1], made[2][-1] = "total", "", ""
    made += [["Moyenne", *[""] * 8, "22.5"]]
    checked = check(text(made, ["gravité", *HEAD]))
    assert checked.frame["case_id"].to_list() == [f"K{i}" for i in range(6)]
    assert [(i.code, i.row) for i in checked.report.issues if i.row] == [("totals_row_ignored", 8)]


@pytest.mark.parametrize("many", [1, 1000], ids=["few rows", "many rows"])
def test_moments_without_a_time_are_no_durations(many):
    """A column of days alone, however it is written, gives durations of whole days: it is refused, not computed."""
    made = [[f"{row[0]}-{i}", *row[1:]] for i in range(many) for row in rows()]
    for end in ("", "T00:00:00", " 00:00"):
        for row in made:
            row[6], row[7] = row[6][:10] + end, row[7][:10] + end
        found = check(text(made)).report
        assert found.issue_counts["time_missing"] == 2 * len(made)
        assert found.reason == "time_missing"
    for row in made:
        row[6], row[7] = "46000", "46001"
    assert check(text(made)).report.issue_counts["time_missing"] == 2 * len(made)


@pytest.mark.parametrize("many", [3, 1000], ids=["few rows", "many rows"])
def test_many_midnights_are_told(many):
    """As often as they come in the cells, of which a large column reads each text once."""
    made = [[f"{row[0]}-{i}", *row[1:]] for i in range(many) for row in rows()]
    for row in made[::6]:
        row[6] = row[6][:10] + "T00:00:00"
    checked = check(text(made))
    told = [(i.code, i.column, i.params) for i in checked.report.issues]
    assert told == [("times_at_midnight", "start_time", {"n": many})]
    assert checked.frame["start_time"].null_count() == 0


def test_years_of_two_digits_that_could_come_first_are_a_question():
    made = rows()
    for row, day in zip(made, ("25-03-04", "26-03-05", "25-03-06", "26-03-07", "25-03-08", "26-03-09"), strict=True):
        row[6], row[7] = f"{day} 08:10", f"{day} 08:40"
    assert check(text(made)).report.issue_counts["ambiguous_date"] == 12
    made[0][6], made[0][7] = "04-03-25 08:10", "04-03-25 08:40"
    made[1][6], made[1][7] = "04-03-25 08:10", "04-03-25 08:40"
    assert check(text(made)).report.accepted


@pytest.mark.parametrize(("first", "second"), [("avant", "après"), ("après", "avant")])
def test_periods_the_wrong_way_round_are_told(first, second):
    made = [[f"{row[0]}-{i}", *row[1:]] for i in range(2) for row in rows()]
    for i, row in enumerate(made):
        row[2] = first if i < 6 else second
        row[6], row[7] = row[6].replace("-03-", f"-0{3 + i // 6}-"), row[7].replace("-03-", f"-0{3 + i // 6}-")
    report = check(text(made)).report
    assert report.issue_counts == ({"periods_inverted": 1} if first == "après" else {})
    assert report.accepted


def test_a_site_that_is_no_finess_number_is_told():
    made = [[row[0], "Hautefontaine", *row[2:]] for row in rows()]
    assert check(text(made)).report.issues[0].params == {"n": 6}


def test_a_time_of_day_where_a_number_is_expected_is_told_as_such():
    report = check(book(lambda _, sheet: setattr(sheet["I3"], "value", dt.time(5, 30))), "f.xlsx").report
    assert [(i.code, i.cell) for i in report.issues] == [("invalid_number", "I3")]
    assert "donnez à la cellule le format d'un nombre" in message(report.issues[0])


def test_an_inverted_tool_and_a_single_row_are_told():
    made = rows()
    for row in made:
        row[5] = str(1 - int(row[5]))
    assert check(text(made)).report.reason == "prediction_score_inconsistent"
    assert check(text(rows()[:1])).report.reason == "too_few_rows"


def test_an_alias_and_a_column_without_header_are_told():
    head = ["Identifiant", *HEAD[1:], "", ""]
    checked = check(text([[*row, "", "7"] for row in rows()], head))
    assert set(checked.report.issue_counts) == {
        "columns_mapped_by_alias",
        "empty_column_ignored",
        "unknown_column_ignored",
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("cost_eur", "Coût ($)"),
        ("cost_eur", "Coût (£)"),
        ("cost_eur", "Coût (%)"),
        ("score", "Score (‰)"),
        ("score", "- score"),
        ("score", "¬ score"),
        ("prediction", "Réponse de l'outil (%)"),
    ],
)
def test_a_sign_of_a_header_is_part_of_what_it_says(old, new):
    """Dollars are no euros, and per mille no fraction: such a column is not the protocol's."""
    head = [new if name == old else name for name in HEAD]
    report = check(text(rows(), head)).report
    assert new not in report.columns
    assert report.issue_counts["unknown_column_ignored"] == 1


@pytest.mark.parametrize("header", ["Coût (€)", "COUT", "cost_eur (€)", "Coût du cas €"])
def test_a_cost_in_euros_is_found(header):
    report = check(text(rows(), [header if name == "cost_eur" else name for name in HEAD])).report
    assert report.columns[header] == "cost_eur"


def test_a_per_cent_sign_of_full_width_is_one():
    made = [[*row[:4], f"{20 + 10 * i}", *row[5:]] for i, row in enumerate(rows())]
    for i in (1, 3, 5):
        made[i][4] = f"9{i}"
    checked = check(text(made, [name.replace("score", "Score （％）") for name in HEAD]))
    assert checked.frame["score"].to_list() == [0.2, 0.91, 0.4, 0.93, 0.6, 0.95]


def test_a_yes_is_no_number():
    """TRUE in a column of numbers is not 1, in a workbook or in a Parquet file; in a column of labels it is a yes."""

    def change(_, sheet):
        sheet["I3"], sheet["E4"], sheet["F5"] = True, False, True

    found = check(book(change), "f.xlsx")
    assert errors(found) == [("invalid_number", "I3"), ("invalid_number", "E4")]
    frame = pl.DataFrame(rows(), schema=HEAD, orient="row")
    buffer = io.BytesIO()
    frame.with_columns(pl.col("prediction") == "1", cost_eur=pl.lit(value=True)).write_parquet(buffer)
    counts = check(buffer.getvalue(), "f.parquet").report.issue_counts
    assert counts == {"invalid_number": 6}


def test_codes_are_the_same_in_every_kind_of_file():
    frame = pl.DataFrame(rows(), schema=HEAD, orient="row")
    for kind in (pl.Float64, pl.Decimal(12, 2), pl.Int64):
        buffer = io.BytesIO()
        frame.with_columns(case_id=pl.int_range(101, 107).cast(kind)).write_parquet(buffer)
        checked = check(buffer.getvalue(), "f.parquet")
        assert checked.frame["case_id"].to_list() == ["101", "102", "103", "104", "105", "106"]


def test_codes_that_lost_their_last_digits_are_told():
    """A number of short precision in Parquet, sixteen digits in a workbook: the stored number is not the code that was typed."""
    frame = pl.DataFrame(rows(), schema=HEAD, orient="row")
    buffer = io.BytesIO()
    frame.with_columns(pl.col("site").cast(pl.Float32)).write_parquet(buffer)
    assert check(buffer.getvalue(), "f.parquet").report.issue_counts == {"code_as_number": 6}

    def change(_, sheet):
        sheet["A3"] = 1234567890123456
        sheet["A4"] = dt.datetime(2026, 4, 3)  # as a spreadsheet holds it

    assert errors(check(book(change), "f.xlsx")) == [("code_as_number", "A3"), ("code_as_date", "A4")]


def book(change=lambda *_: None, **properties):
    made = Workbook()
    for name, value in properties.items():
        setattr(made, name, value)
    sheet = made.active
    sheet.append(HEAD)
    for r in rows():
        times = [dt.datetime.fromisoformat(r[6]), dt.datetime.fromisoformat(r[7])]
        sheet.append([*r[:3], int(r[3]), float(r[4]), int(r[5]), *times, float(r[8])])
    change(made, sheet)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def rewritten(change, content=None):
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content or book())) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for item in source.infolist():
            target.writestr(item.filename, change(item.filename, source.read(item)))
    return buffer.getvalue()


def test_of_two_columns_of_one_meaning_the_cells_are_not_judged():
    """A hundred names of hospitals that are no registered site would hide the one fault that counts."""
    made = [["CH de la Côte", *row] for row in with_cells(score_3="bof")]
    context = Context(limits=SMALL.limits, registered_sites=frozenset({"990000010"}))
    assert errors(check(text(made, ["Etablissement", *HEAD]), context=context)) == [
        ("duplicate_column", None),
        ("invalid_number", "F3"),
    ]


def test_rows_with_a_line_through_them_are_told_and_so_are_rows_of_no_height():
    from openpyxl.styles import Font

    def struck(_, sheet):
        sheet["A1"].font = Font(strike=True)  # a header says nothing of rows
        sheet["A3"].font = sheet["B3"].font = sheet["E6"].font = Font(strike=True)
        sheet["B4"].font, sheet["B5"].font = Font(strike=False), Font(bold=True)
        sheet["Z99"].font = Font(strike=True)

    found = check(book(struck), "f.xlsx").report
    assert [(i.code, i.row, i.params) for i in found.issues] == [("struck_through", 3, {"n": 2})]
    assert "2 ligne(s)" in message(found.issues[0], "fr")

    def struck_total(name, sheet):
        struck(name, sheet)
        sheet.insert_rows(2)
        sheet["A2"], sheet["A2"].font = "Total", Font(strike=True)

    found = check(book(struck_total), "f.xlsx").report  # a line left out is no news, and hides none
    assert [(i.code, i.row, i.params.get("n")) for i in found.issues] == [
        ("struck_through", 4, 2),
        ("totals_row_ignored", 2, None),
    ]

    def flat(name, part):
        assert name != SHEET or b'<row r="4"' in part
        return part.replace(b'<row r="4"', b'<row r="4" ht="0" customHeight="1"') if name == SHEET else part

    assert [i.code for i in check(rewritten(flat), "f.xlsx").report.issues] == ["hidden_rows_included"]
    low = rewritten(lambda name, part: flat(name, part).replace(b'ht="0"', b'ht="0.75"'))
    assert not check(low, "f.xlsx").report.issues


@pytest.mark.parametrize(("said", "reason"), [("4294967296", "archive_corrupt"), ("40", None), ("1", None)])
def test_texts_announced_and_not_there_ask_for_no_memory(said, reason):
    """A number in the header of the shared texts, for which a reader would make room: a hundred gigabytes."""

    def change(name, part):
        if name != "xl/sharedStrings.xml":
            return part
        assert b' uniqueCount="' in part
        return re.sub(rb' uniqueCount="\d+"', f' uniqueCount="{said}"'.encode(), part)

    content = rewritten(change, (CORPUS / "xlsx_zip_data_descriptors.xlsx").read_bytes())
    assert check(content, "f.xlsx").report.reason == reason


def with_part(name, content="x"):
    buffer = io.BytesIO(book())
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def test_days_count_from_1904_in_such_a_workbook():
    def bare_numbers(_, sheet):
        for row in sheet.iter_rows(min_row=2, min_col=7, max_col=8):
            for cell in row:
                cell.number_format = "0.00000"

    usual = check(book(), "f.xlsx").frame
    assert check(book(epoch=CALENDAR_MAC_1904), "f.xlsx").frame.equals(usual)
    assert check(book(bare_numbers, epoch=CALENDAR_MAC_1904), "f.xlsx").frame.equals(usual)
    assert check(book(bare_numbers), "f.xlsx").frame.equals(usual)


def test_formulas_without_value_do_not_hide_the_other_faults():
    def change(_, sheet):
        sheet["E2"], sheet["I5"], sheet["D4"], sheet["C6"] = "=0.5+0.3", "=1+1", "peut-être", None

    found = errors(check(book(change), "f.xlsx"))
    assert sorted(found) == [
        ("formula_without_value", "E2"),
        ("formula_without_value", "I5"),
        ("invalid_label", "D4"),
        ("missing_value", "C6"),
    ]


def test_errors_of_the_spreadsheet_are_faults_and_not_empty_cells():
    def change(name, part):
        assert name != SHEET or b'<c r="I3" t="n"><v>21.5</v></c>' in part
        return part.replace(b'<c r="I3" t="n"><v>21.5</v></c>', b'<c r="I3" t="e"><f>Z9*2</f><v>#REF!</v></c>')

    assert errors(check(rewritten(change), "f.xlsx")) == [("excel_error", "I3")]


def test_merged_hidden_and_double_sheets():
    assert errors(check(book(lambda _, s: s.merge_cells("C3:C5")), "f.xlsx"))[0] == ("merged_data_cells", "C3")
    hidden = check(book(lambda _, s: setattr(s.row_dimensions[4], "hidden", True)), "f.xlsx")
    assert (hidden.frame.height, hidden.report.reason) == (6, "hidden_rows_included")
    assert check(book(lambda b, s: b.copy_worksheet(s)), "f.xlsx").report.reason == "several_sheets"


def insert(part, before, after):
    return lambda: rewritten(lambda name, content: content.replace(before, after + before) if name == part else content)


TEMPLATE = b'<Relationship Id="z" Type="x/attachedTemplate" Target="http://127.0.0.1/x" TargetMode="External"/>'


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (book, "f.xlsm", "unsupported_format"),
        (book, "f.xlsx.exe", "unsupported_format"),
        (book, "f.csv", "extension_mismatch"),
        (lambda: book()[:-300], "f.xlsx", "archive_corrupt"),
        (lambda: book() + b"<html>", "f.xlsx", "polyglot"),
        (lambda: b"GIF89a" + book(), "f.xlsx", "polyglot"),
        (lambda: with_part("..\\..\\evil.txt"), "f.xlsx", "archive_path_traversal"),
        (lambda: with_part("C:/evil.txt"), "f.xlsx", "archive_path_traversal"),
        (lambda: with_part("xl/worksheets/SHEET1.xml"), "f.xlsx", "archive_ambiguous"),
        (lambda: with_part("xl/macrosheets/sheet1.xml"), "f.xlsx", "macro_content"),
        (lambda: with_part("xl/embeddings/oleObject1.bin"), "f.xlsx", "active_content"),
        (lambda: with_part("xl/connections.xml", "<connections/>"), "f.xlsx", "external_link"),
        (insert("xl/_rels/workbook.xml.rels", b"</Relationships>", TEMPLATE), "f.xlsx", "external_link"),
        (insert(SHEET, b"<worksheet", b'<!DOCTYPE a [<!ENTITY x "y">]>'), "f.xlsx", "xml_dtd_forbidden"),
        (
            lambda: rewritten(lambda n, c: ("<!DOCTYPE a>" + c.decode()).encode("utf-16") if n == SHEET else c),
            "f.xlsx",
            "xml_dtd_forbidden",
        ),
        (insert(SHEET, b"<worksheet", b'<?xml version="1.0" encoding="UTF-7"?>'), "f.xlsx", "archive_corrupt"),
        (lambda: rewritten(lambda n, c: c + b" " * 60_000_000 if "styles" in n else c), "f.xlsx", "archive_bomb"),
        (lambda: book(lambda _, s: s.cell(1_048_576, 1, " ")), "f.xlsx", "sheet_too_large"),
        (
            lambda: book(lambda _, s: [s.cell(4000 * i + 10, 60 * i + 12, "x") for i in range(250)]),
            "f.xlsx",
            "sheet_too_large",
        ),
        (lambda: b"<html><table></table></html>", "f.xls", "unsupported_format"),
        (lambda: text(rows()) + b";;;;;;;;\n" * 900_000, "f.csv", "too_many_rows"),
        (lambda: text(rows(), HEAD + [f"c{i}" for i in range(300)]), "f.csv", "too_many_columns"),
        (lambda: text(with_cells(case_id_4="x" * 1_000_000)), "f.csv", "cell_too_large"),
    ],
)
def test_hostile_files_are_refused_for_what_they_are(content, name, code):
    checked = check(content(), name)
    assert (checked.report.reason, checked.frame) == (code, None)


def test_parquet_is_weighed_before_it_is_read():
    def parquet(frame):
        buffer = io.BytesIO()
        frame.write_parquet(buffer)
        return buffer.getvalue()

    ones = pl.DataFrame({"case_id": ["x"]}).select(pl.all().repeat_by(3_000_000).explode())
    assert check(parquet(ones), "f.parquet").report.reason == "too_many_rows"
    wide = ones.head(100_000).with_columns(pl.lit("k").alias(f"c{i}") for i in range(90))
    assert check(parquet(wide), "f.parquet").report.reason == "table_too_large"
    frame = pl.DataFrame({name: [row[i] for row in rows()] for i, name in enumerate(HEAD)})
    long = frame.with_columns(note=pl.lit("z" * 100_000))
    assert errors(check(parquet(long), "f.parquet"))[0][0] == "cell_too_large"
    assert check(parquet(frame), "f.parquet").report.outcome == "accept"
    repeated = frame.with_columns(pl.lit("ok").alias("note")).with_columns(
        note=pl.when(pl.int_range(pl.len()) >= 3).then(pl.lit("z" * 100_000)).otherwise("note").cast(pl.Categorical)
    )
    issue = check(parquet(repeated), "f.parquet").report.issues[0]
    assert (issue.code, issue.row, issue.column) == ("cell_too_large", 5, "note")
    words = frame.with_columns(pl.col("period").cast(pl.Categorical), note=pl.lit("ok").cast(pl.Categorical))
    assert check(parquet(words), "f.parquet").report.accepted


def test_a_child_that_holds_too_much_is_ended(tmp_path, monkeypatch):
    path = tmp_path / "f.csv"
    path.write_bytes(text(rows()))
    sound = in_child(path, PROTOCOL, SMALL)
    assert sound.report.outcome == "accept"
    assert 0 < sound.usage.cpu_seconds < 60
    assert sound.usage.peak_bytes > 10_000_000
    monkeypatch.setattr("importers.child.sandbox.RESIDENT_BYTES", (1_000_000, 0))
    assert in_child(path, PROTOCOL, SMALL).report.reason == "unreadable_file"


def test_entries_that_share_their_bytes_are_refused():
    """One entry's stored bytes are themselves another entry: each reader may take the part for what it likes."""
    small = io.BytesIO()
    with zipfile.ZipFile(small, "w") as archive:
        archive.writestr("xl/b.xml", "<b/>")
    with zipfile.ZipFile(small) as archive:
        directory = archive.start_dir
    record, entry = small.getvalue()[:directory], bytearray(small.getvalue()[directory:-22])
    outer = bytearray(with_part("xl/a.bin", record))
    assert check(bytes(outer), "f.xlsx").report.outcome == "accept"
    struct.pack_into("<I", entry, 42, outer.index(record))
    end = outer.rindex(b"PK\x05\x06")
    entries, size = struct.unpack_from("<HI", outer, end + 10)
    struct.pack_into("<HHI", outer, end + 8, entries + 1, entries + 1, size + len(entry))
    outer[end:end] = entry
    assert "xl/b.xml" in zipfile.ZipFile(io.BytesIO(bytes(outer))).namelist()
    assert check(bytes(outer), "f.xlsx").report.reason == "archive_bomb"


WEEKS = "site,cluster,week,treatment,completion,manual_share,manual_cases,cases"


def weeks(*lines):
    content = "\n".join([WEEKS, *(f"990000010,{line},0,0.5,0.25,25,100" for line in lines)]).encode()
    return check_bytes(content, load_protocol("stepped-automation"), SMALL, name="f.csv")


def test_a_unit_and_week_twice_are_told():
    once = weeks("U1,2026-03-02", "U2,2026-03-02", "U1,2026-03-09")
    assert not once.report.issues
    twice = weeks("U1,2026-03-02", "U2,2026-03-02", "U1,2026-03-02")
    assert [(i.code, i.row, i.params) for i in twice.report.issues] == [("duplicate_unit", 4, {"first": 2})]


def test_a_unit_written_in_several_ways_is_told():
    found = weeks("Cardio,2026-03-02", "CARDIO,2026-03-09", "Réa,2026-03-02", "Chir,2026-03-02")
    assert [(i.code, i.column, i.params) for i in found.report.issues] == [("codes_alike", "cluster", {"n": 2})]


def test_a_day_is_that_of_france_whatever_its_offset():
    """Midnight of the 2nd of March in Paris, as other programs write it."""
    assert {
        c.frame["week"].to_list()[0]
        for c in (
            weeks("U1,2026-03-01T23:00:00.000Z", "U2,2026-03-02"),
            weeks("U1,2026-03-02T00:00:00+01:00", "U2,2026-03-02"),
            weeks("U1,2026-03-02", "U2,2026-03-02"),
        )
    } == {dt.date(2026, 3, 2)}


@pytest.mark.parametrize(
    ("cells", "faults"),
    [
        (("950", "1.234", "12", "5", "6", "7"), ["I3"]),
        (("950 €", "1.234 €", "12 €", "5", "6", "7"), ["I3"]),
        (("950", "1.234", "12.5", "5", "6", "7"), []),
        (("1234.567", "1.234", "2.345", "5", "6", "7"), []),
    ],
)
def test_a_point_among_whole_euros_may_group_thousands(cells, faults):
    made = rows()
    for row, cell in zip(made, cells, strict=True):
        row[8] = cell
    assert [cell for code, cell in errors(check(text(made))) if code == "ambiguous_number"] == faults
    many = [[f"{row[0]}-{i}", *row[1:]] for i in range(1000) for row in made]
    assert check(text(many)).report.issue_counts.get("ambiguous_number", 0) == 1000 * len(faults)


def test_a_week_is_named_by_its_monday_and_holds_what_is_done_by_hand():
    """A week named by its Tuesday would be one more week; a share above one is none."""
    head = "site,unité,semaine,outil,aboutissement,part manuelle,dossiers manuels,dossiers"
    lines = [
        "U1,2026-03-02,0,0.5,0.5,20,40",
        "U2,2026-03-03,0,0.5,0.5,41,40",
        "U3,2026-03-02,0,0.5,,,",
        "U4,2026-03-02,0,0.5,1,40,40",
    ]
    content = "\n".join([head, *(f"990000010,{line}" for line in lines), ""]).encode()
    found = check_bytes(content, load_protocol("stepped-automation"), SMALL, name="f.csv")
    assert errors(found) == [("wrong_weekday", "C3"), ("above_other", "G3")]
    said = [message(i, "fr") for i in found.report.issues if i.severity == "error"]
    assert "n'est pas un lundi" in said[0]
    assert "« Dossiers de la semaine »" in said[1]


@pytest.mark.parametrize("times", [1, 1000])
@pytest.mark.parametrize(
    ("costs", "values", "faults"),
    [
        ((950.0, 1.234, 12.0, 5.0, 6.0, 7.0), [950, 1.234, 12, 5, 6, 7], []),
        ((950.0, 1.234, 12.0, "", 6.0, "NR"), [950, 1.234, 12, None, 6, None], []),
        ((950.0, 1.234, 12.0, "1.235", 6.0, 7.0), None, ["I5"]),
        ((950.0, 12.5, 12.0, "1.235", 6.0, 7.0), None, ["I5"]),  # 12.5 is no writing of a person who writes points
        ((950.0, 12.5, 12.0, "1.235,50", 6.0, 7.0), [950, 12.5, 12, 1235.5, 6, 7], []),
    ],
)
def test_a_cell_stored_as_a_number_reads_in_one_way(costs, values, faults, times):
    """`1.234` in a text may be a thousand; a spreadsheet or Parquet holds the number itself."""
    made = [[*row[:8], cost] for row, cost in zip(rows(), costs, strict=True)]
    made = [[f"{row[0]}-{i}", *row[1:]] for i in range(times) for row in made]
    book = Workbook()
    for row in (HEAD, *made):
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    found = [check(buffer.getvalue(), "f.xlsx")]
    if all(isinstance(cost, float) for cost in costs):
        stored = io.BytesIO()
        pl.DataFrame(made, schema=HEAD, orient="row").write_parquet(stored)
        found.append(check(stored.getvalue(), "f.parquet"))
    for one in found:
        assert [i for i in errors(one) if i[0] == "ambiguous_number"][:1] == [
            ("ambiguous_number", cell) for cell in faults
        ]
        assert one.report.issue_counts.get("ambiguous_number", 0) == times * len(faults)
        assert values is None or one.frame["cost_eur"].to_list() == values * times


def test_decimal_commas_among_commas_are_told():
    """`1,5` without quotation marks is two cells; the row is one longer than the others, empty at its end."""
    head = ["case_id", "site", "period", "reference", "prediction", "cost_eur", "sex", "service"]
    made = [f"K{i},990000010,avant,1,1,{cost},F," for i, cost in enumerate(("2", "1,5", "3"))]
    report = check("\n".join([",".join(head), *made]).encode()).report
    assert [(i.code, i.row) for i in report.issues if i.code == "ragged_rows"] == [("ragged_rows", 3)]


def test_two_sheets_of_nearly_the_same_columns_are_a_question():
    def change(made, sheet):
        other = made.create_sheet("Données")
        for row in sheet.iter_rows(max_col=8, values_only=True):
            other.append(row)

    assert check(book(change), "f.xlsx").report.reason == "several_sheets"

    def summary(made, _):
        other = made.create_sheet("Synthèse")
        for row in (["site", "period", "total"], ["990000010", "après", 6]):
            other.append(row)

    assert check(book(summary), "f.xlsx").report.accepted


def test_a_lone_cell_far_away_asks_for_no_memory():
    found = check(book(lambda _, sheet: setattr(sheet["GR300000"], "value", " ")), "f.xlsx").report
    assert [(i.code, i.params) for i in found.issues] == [("sheet_too_large", {})]
    assert found.issues[0].cell == "GR300000"
    other = check(book(lambda made, _: setattr(made.create_sheet("x")["GR300000"], "value", 1)), "f.xlsx").report
    assert other.reason == "sheet_too_large"


@pytest.mark.parametrize(
    ("text_of_cell", "shape"),
    [
        ("60-69", "text, 5 characters"),
        ("1 2", "text, 3 characters"),
        ("５", "text, 1 characters"),
        ("1 234,5", "number"),
        ("-,5", "number"),
        ("12", "number"),
        ("5401Z", "text, 5 characters"),
        ("45 ans", "number and unit"),
        ("< 0,5", "number and unit"),
        ("5h30", "time"),
        ("", "empty"),
    ],
)
def test_the_shape_of_a_cell(text_of_cell, shape):
    assert value_shape(text_of_cell) == shape
    french, english = shape_in_words(shape, "fr"), shape_in_words(shape, "en")
    assert french != english or shape == "date"
    assert ("text" in shape) == any(c.isdigit() for c in french)


@pytest.mark.parametrize("header", ["Numéro FINESS", "FINESS du site", "Code_finess"])
def test_a_header_that_says_more_than_a_name_of_the_protocol_is_asked_about(header):
    report = check(text(rows(), [header if name == "site" else name for name in HEAD])).report
    missing = next(i for i in report.issues if i.code == "missing_required_column")
    assert missing.params["other"] == header


def test_columns_that_no_header_of_a_file_names_are_asked_for():
    issue = read_columns(b"a;b\n1;2\n", {"score": "number", "truth": "any"}, Context(), name="f.csv").report.issues[0]
    assert (issue.code, issue.params["expected"]) == ("columns_not_found", "score, truth")
