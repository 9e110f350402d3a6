"""Formats that show something else than the stored number: leading zeros come back, a unit or thousands are told."""

import io
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from evaluation.protocol import load_protocol
from importers.check import Context, check_bytes
from importers.files.cell_formats import THOUSAND, added_by, least_digits
from tests.importers.shared_texts import shared

PROTOCOL = load_protocol("diagnostic-accuracy")
HEAD = ["case_id", "site", "period", "reference", "score", "prediction", "start_time", "end_time", "cost_eur"]
ROWS = [
    [42, 990000010, "avant", 1, 0.25, 0, "02/03/2026 08:10", "02/03/2026 08:40", 20.5],
    [7, 990000028, "après", 0, 0.5, 1, "03/03/2026 08:10", "03/03/2026 08:40", 30],
]


def checked(head=None, **formats):
    book = Workbook()
    for row in [HEAD, *ROWS]:
        book.active.append(row)
    for cell, text in (head or {}).items():
        book.active[cell] = text
    for cell, code in formats.items():
        book.active[cell].number_format = code
    buffer = io.BytesIO()
    book.save(buffer)
    return check_bytes(buffer.getvalue(), PROTOCOL, Context(), name="f.xlsx")


def test_leading_zeros_that_the_sheet_shows_are_part_of_the_code():
    found = checked(A2="00000", A3="00000", B3="000000000")
    assert found.frame["case_id"].to_list() == ["00042", "00007"]
    assert found.frame["site"].to_list() == ["990000010", "990000028"]
    assert not found.report.issues
    assert checked(A2="00000").frame["case_id"].to_list() == ["00042", "7"]
    assert checked(I2="00000", E2="0.00").frame["cost_eur"].to_list() == [20.5, 30]


@pytest.mark.parametrize("code", ['0.0 "k€ "', "[$$-409]#,##0.00", "[$USD] 0", "#,##0,", '0 "min"', "0\\h", "$0"])
def test_a_unit_that_only_the_format_shows_is_told(code):
    report = checked(I2=code, I3=code).report
    assert [(i.code, i.column, i.cell) for i in report.issues] == [("unit_in_format", "cost_eur", "I2")]
    assert report.accepted


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ('0" min"', "min"),
        ("0\\h", "h"),
        ("[$USD] 0", "USD"),
        ("#,##0,", THOUSAND),
        ("0.00", ""),
        ('0" min";-0" min"', "min"),
        ('[=1]0" jour";0" jours"', "jours"),
        ("0\\ \\m\\i\\n", "min"),
    ],
)
def test_what_a_format_writes_beside_the_number(code, said):
    assert added_by(code) == said


@pytest.mark.parametrize(("code", "found"), [('0" min"', "other_unit"), ('0" h"', None), ('0.0" heures"', None)])
def test_a_format_in_another_unit_than_the_column_s_is_a_fault(code, found):
    book = Workbook()
    for row in (
        ["Examen", "FINESS", "Date du prélèvement", "Période", "Délai"],
        ["E1", "990000077", "13/07/2026", "avant", 5.5],
        ["E2", "990000077", "14/07/2026", "après", 348],
    ):
        book.active.append(row)
    book.active["E3"].number_format = code
    buffer = io.BytesIO()
    book.save(buffer)
    report = check_bytes(buffer.getvalue(), load_protocol("turnaround-before-after"), Context(), name="f.xlsx").report
    assert report.reason == (found or "unit_in_format")
    assert [i.cell for i in report.issues if i.code == "unit_in_format"] == ["E3"]


def test_the_format_of_a_title_or_of_a_total_says_nothing_of_the_records():
    book = Workbook()
    for row in (
        ["Examens", None, None, None, 2],
        ["Examen", "FINESS", "Date du prélèvement", "Période", "Délai"],
        ["E1", "990000077", "13/07/2026", "avant", 5.5],
        ["E2", "990000077", "14/07/2026", "après", 5.8],
        ["Total", None, None, None, 678],
    ):
        book.active.append(row)
    book.active["E1"].number_format = book.active["E5"].number_format = '0" min"'
    book.active["E4"].number_format = '0" h"'
    buffer = io.BytesIO()
    book.save(buffer)
    report = check_bytes(buffer.getvalue(), load_protocol("turnaround-before-after"), Context(), name="f.xlsx").report
    assert (report.accepted, [i.cell for i in report.issues if i.code == "unit_in_format"]) == (True, ["E4"])


@pytest.mark.parametrize(
    "code",
    [
        '#,##0.00 "€"',
        "#,##0.00\\ [$€-40C]",
        "_-* #,##0.00\\ [$€-1]_-",
        "0%",
        "0.00E+00",
        "[Red]0.00",
        '0.0" "',
        "#,##0",
        "@",
    ],
)
def test_usual_formats_say_nothing_more(code):
    assert not checked(I2=code, I3=code).report.issues


@pytest.mark.parametrize("code", ["0%", "0.00%", "0.0 %"])
def test_fractions_shown_as_per_cents_under_such_a_header_are_read(code):
    """The usual way of Excel: 0.25 in a cell that shows 25 %, below `score (%)`."""
    found = checked(E1="General", E2=code, E3=code, head={"E1": "score (%)"})
    assert found.frame["score"].to_list() == [0.25, 0.5]
    assert found.report.issue_counts == {"percent_converted": 1, "columns_mapped_by_alias": 1}
    half = checked(E2=code, head={"E1": "score (%)"})
    assert half.report.reason == "ambiguous_percent"
    assert checked(E2=code, E3=code).frame["score"].to_list() == [0.25, 0.5]


def test_a_telephone_shown_with_its_zero_is_one():
    book = Workbook()
    for row in [[*HEAD, "repère"], *([*row, 612345670 + i] for i, row in enumerate(ROWS))]:
        book.active.append(row)
    for cell in ("J2", "J3"):
        book.active[cell].number_format = '0#" "##" "##" "##" "##'
    buffer = io.BytesIO()
    book.save(buffer)
    report = check_bytes(buffer.getvalue(), PROTOCOL, Context(), name="f.xlsx").report
    assert report.reason == "identifying_data"


@pytest.mark.parametrize(
    ("code", "width"),
    [
        ("00000", 5),
        ("0", 0),
        ("#,##0", 0),
        ("0.00", 0),
        ('0#" "##" "##" "##" "##', 10),
        ("000\\-000", 0),
        ("0000;-0000", 4),
        ('"C"000', 0),
        ("dd/mm/yyyy", 0),
        ("General", 0),
    ],
)
def test_the_digits_of_a_format(code, width):
    assert least_digits(code) == width


@pytest.mark.parametrize(
    "code", ['dd/mm/yyyy "à" hh:mm', "[$-40C]d mmm yyyy", "h:mm AM/PM", "General", "0.00_ ;[Red]-0.00 "]
)
def test_formats_of_moments_add_no_unit(code):
    assert not added_by(code)


@pytest.mark.parametrize("written", [bytes, shared], ids=["inline", "shared"])
@pytest.mark.parametrize("odd", [{"vertAlign": "superscript"}, {"strike": True}])
def test_a_cell_of_two_writings_is_told_where_it_would_be_read(written, odd):
    """`52` with a note 1, and `5` struck through before `4`: a reader gives 521 and 54."""
    book = Workbook()
    for row in [[*HEAD, "remarque"], *([*line, "x"] for line in ROWS)]:
        book.active.append(row)
    book.active["I2"] = CellRichText("52", TextBlock(InlineFont(**odd), "1"))
    book.active["J2"] = CellRichText("m", TextBlock(InlineFont(**odd), "2"))
    book.active["I3"] = CellRichText("5", TextBlock(InlineFont(b=True), "4"))
    buffer = io.BytesIO()
    book.save(buffer)
    report = check_bytes(written(buffer.getvalue()), PROTOCOL, Context(), name="f.xlsx").report
    assert [(i.code, i.cell) for i in report.issues if i.severity == "error"] == [("mixed_writing", "I2")]


@pytest.mark.parametrize("number", ["-Infinity", "-1e300"])
def test_a_number_of_which_no_reader_makes_a_date_is_told_with_its_cell(number):
    """Calamine panics on it."""
    book = Workbook()
    for row in [HEAD, *ROWS]:
        book.active.append(row)
    book.active["G3"] = 46079.5
    book.active["G3"].number_format = "dd/mm/yyyy hh:mm"
    buffer = io.BytesIO()
    book.save(buffer)
    changed = io.BytesIO()
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b"46079.5", number.encode()))
    (issue,) = check_bytes(changed.getvalue(), PROTOCOL, Context(), name="f.xlsx").report.issues
    assert (issue.code, issue.row, issue.cell) == ("impossible_date", 3, "G3")
