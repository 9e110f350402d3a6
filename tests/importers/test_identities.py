"""Identities are found wherever they stand and whatever the column is called; look-alikes are not refused."""

import datetime as dt
import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment

from evaluation.protocol import load_protocol
from importers.answer import as_json
from importers.check import Context, check_bytes

PROTOCOL = load_protocol("diagnostic-accuracy")
CONTEXT = Context(first_day=dt.date(2026, 1, 5), last_day=dt.date(2026, 10, 30))
HEAD = ["case_id", "site", "period", "reference", "score", "prediction", "start_time", "end_time"]
SHARED_BOOK = Path(__file__).parents[1] / "corpus" / "public" / "xlsx_baseline.xlsx"


def rows(codes=tuple(f"K{i:03d}" for i in range(8))):
    made = []
    for i, code in enumerate(codes):
        yes = i % 2
        day = f"2026-03-{i + 2:02d}T08"
        made.append(
            [code, "990000010", "avant", str(yes), f"0.{7 * yes + 2}{i}", str(yes), f"{day}:10:00", f"{day}:40:00"]
        )
    return made


def nir(i, month="03"):
    body = f"2{50 + i}{month}99999{i + 1:03d}"
    return body + f"{97 - int(body) % 97:02d}"


NIRS = [nir(i) for i in range(8)]
PEOPLE = [
    "DURAND Paul",
    "MARTIN Claire",
    "PETIT Anne",
    "ROUX Luc",
    "LEROY Marie",
    "MOREAU Jean",
    "SIMON Alice",
    "LAURENT Zoé",
]


def csv(column=None, values=(), codes=None):
    head = [*HEAD, column] if column is not None else HEAD
    lines = [
        row + ([values[i] if i < len(values) else ""] if column is not None else [])
        for i, row in enumerate(rows(codes) if codes else rows())
    ]
    text = "\n".join([";".join(head), *(";".join(line) for line in lines)]) + "\n"
    return check_bytes(text.encode(), PROTOCOL, CONTEXT, name="f.csv")


def spaced(number, mark):
    return mark.join((number[:1], number[1:3], number[3:5], number[5:7], number[7:10], number[10:13], number[13:]))


@pytest.mark.parametrize(
    ("column", "values", "kind", "row"),
    [
        ("num_serie", NIRS, "nir", 1),
        ("code", [n[:13] for n in NIRS], "nir", 1),
        ("obs", ["", "", "voir " + spaced(NIRS[2], ".")], "nir", 4),
        ("obs", ["", spaced(NIRS[1], "\u00a0")], "nir", 3),
        ("obs", ["\u200b".join(NIRS[0])], "nir", 2),
        ("obs", ["".join(chr(ord(c) + 0xFEE0) for c in NIRS[0])], "nir", 2),
        ("x", [n + ".0" for n in NIRS], "nir", 1),
        ("x", ["", "jean.dupont(at)chu-exemple.invalid"], "email", 3),
        ("note", ["", "fille : 06.39.98.12.34"], "phone", 3),
        ("note", ["+33 (0)6 39 98 12 34"], "phone", 2),
        ("joignable", [f"063998{i:02d}34" for i in range(10, 18)], "phone", 1),
        ("v7", [f"{i + 3:02d}/04/19{40 + 5 * i}" for i in range(8)], "birth", 1),
        ("note", ["né le 4 mars 1951 à Nantes"], "birth", 2),
        ("Date naiss. patient", ["x"], "header", 1),
        ("lieu", ["12 bis rue des Lilas, Nantes"], "address", 2),
        ("num", [str(8001200001 + 7 * i) for i in range(8)], "number", 1),
        ("N° IPP", ["A1"], "header", 1),
        ("dossier_nda", [f"26-{i:07d}" for i in range(8)], "header", 1),
        ("nomPatient", ["x"], "header", 1),
        ("col1", PEOPLE, "name", 1),
        ("p", [name.split()[1] for name in PEOPLE], "name", 1),
        ("commentaire", ["", "Mme Durand très gênée"], "name", 3),
    ],
)
def test_an_identity_is_refused_with_its_column_and_row(column, values, kind, row):
    checked = csv(column, values)
    issue = checked.report.issues[0]
    assert (checked.report.reason, issue.params["kind"], issue.row, issue.column) == (
        "identifying_data",
        kind,
        row,
        column,
    )
    assert checked.frame is None
    said = str(as_json(checked))
    assert not any(value in said for value in values if len(value) > 4)


@pytest.mark.parametrize(
    "codes",
    [
        NIRS,
        [f"MAR-{i + 10}041951" for i in range(8)],
        [f"DUPJE195{i}0204" for i in range(8)],
        [f"1951020{i + 1}-DUP" for i in range(8)],
        [f"AB{i + 10}04{50 + i}" for i in range(8)],
        [f"19{40 + 5 * i}0204" for i in range(8)],
        [
            "durand.paul",
            "martin.claire",
            "petit.anne",
            "roux.luc",
            "leroy.marie",
            "moreau.jean",
            "simon.alice",
            "laurent.zoe",
        ],
        [f"063998{i:02d}34" for i in range(10, 18)],
    ],
)
def test_a_code_made_of_an_identity_is_no_pseudonym(codes):
    checked = csv(codes=codes)
    assert checked.report.reason == "identifying_data"
    assert checked.report.issues[0].column == "case_id"


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("date_examen", [f"0{i + 1}/03/2026" for i in range(8)]),
        ("version_date", ["2021-04-01"] * 8),
        ("traitement IPP", ["oui", "non"] * 4),
        ("nom_outil", ["LesionFinder"] * 8),
        ("nom_du_service", ["Imagerie B"] * 8),
        ("service", ["CHU Nantes", "Neurologie 2", "Urgences", "Imagerie B"] * 2),
        ("num_lot", [n[:13] + f"{int(n[13:]) % 97 + 1:02d}" for n in NIRS]),
        ("lecteur", ["L1", "L2"] * 4),
        ("duree_ms", [str(120000 + 13 * i) for i in range(8)]),
    ],
)
def test_what_only_looks_like_an_identity_is_left_out_with_a_warning(column, values):
    assert csv(column, values).report.reason == "unknown_column_ignored"


@pytest.mark.parametrize("codes", [[f"CHU2026030{i + 1}" for i in range(8)], [str(20261000 + i) for i in range(8)]])
def test_codes_with_the_day_of_the_examination_are_pseudonyms(codes):
    assert csv(codes=codes).report.outcome == "accept"


def test_lines_around_the_table_are_searched():
    table = ";".join(HEAD) + "\n" + "\n".join(";".join(row) for row in rows()) + "\n"
    for text in ("Export pour Mme Martin;;;;;;;\n" + table, table + "Source : Mme Martin, le 3 mars\n"):
        assert check_bytes(text.encode(), PROTOCOL, CONTEXT, name="f.csv").report.reason == "identifying_data"


def workbook(change):
    book = Workbook()
    book.active.append(HEAD)
    for row in rows():
        book.active.append(row)
    change(book, book.active)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def key_sheet(*table):
    def change(book, _):
        hidden = book.create_sheet("cle")
        hidden.sheet_state = "veryHidden"
        for row in table:
            hidden.append(row)

    return change


@pytest.mark.parametrize(
    "change",
    [
        key_sheet(["code", "nom"], ["K1", "Durand"], ["K2", "Martin"]),
        key_sheet(["a", "b"], ["K1", "DURAND Paul"], ["K2", "MARTIN Claire"]),
        lambda _, sheet: setattr(sheet["B3"], "comment", Comment("NIR " + NIRS[1], "DIM")),
        lambda _, sheet: setattr(sheet.oddFooter.center, "text", "Patient : DURAND Paul"),
        lambda _, sheet: setattr(sheet["A1"], "hyperlink", "mailto:jean.dupont@chu.invalid"),
    ],
)
def test_every_part_of_a_workbook_is_searched(change):
    checked = check_bytes(workbook(change), PROTOCOL, CONTEXT, name="f.xlsx")
    assert checked.report.reason == "identifying_data"
    assert checked.frame is None


def test_a_comment_is_told_with_its_cell():
    content = workbook(lambda _, sheet: setattr(sheet["A3"], "comment", Comment("Mme DURAND Paule", "DIM")))
    issue = check_bytes(content, PROTOCOL, CONTEXT, name="f.xlsx").report.issues[0]
    assert (issue.row, issue.column, issue.cell) == (3, "case_id", "A3")


@pytest.mark.parametrize(
    ("part", "before", "after"),
    [
        ("xl/sharedStrings.xml", b"</sst>", b"<si><t>NIR " + NIRS[0].encode() + b"</t></si></sst>"),
        ("xl/workbook.xml", b"</workbook>", b"<x><cacheField name='a' v=\"jean.dupont@chu.invalid\"/></x></workbook>"),
    ],
)
def test_texts_that_no_cell_shows_are_searched(part, before, after):
    buffer = io.BytesIO()
    with zipfile.ZipFile(SHARED_BOOK) as source, zipfile.ZipFile(buffer, "w") as target:
        for item in source.infolist():
            content = source.read(item)
            target.writestr(item.filename, content.replace(before, after) if item.filename == part else content)
    assert check_bytes(SHARED_BOOK.read_bytes(), PROTOCOL, CONTEXT, name="f.xlsx").report.outcome == "accept"
    assert check_bytes(buffer.getvalue(), PROTOCOL, CONTEXT, name="f.xlsx").report.reason == "identifying_data"


def test_a_pivot_table_on_names_refuses_the_workbook():
    buffer = io.BytesIO(workbook(lambda *_: None))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(
            "xl/pivotCache/pivotCacheDefinition1.xml", '<c><cacheField name="Nom"><s v="Durand"/></cacheField></c>'
        )
    assert check_bytes(buffer.getvalue(), PROTOCOL, CONTEXT, name="f.xlsx").report.reason == "identifying_data"


def test_a_long_run_of_capitals_takes_no_time():
    import time

    start = time.process_time()
    csv("obs", ["A-" * 200_000 + "Ab"])
    assert time.process_time() - start < 3


@pytest.mark.parametrize("width", [12, 16, 32, 64])
def test_pseudonyms_made_by_a_digest_identify_nobody(width):
    """Among so many, some hold by chance what looks like initials and a date of birth, or a telephone number."""
    codes = [hashlib.sha256(f"{i}".encode()).hexdigest()[:width] for i in range(60_000)]
    codes[7] = "ab" + "19780412" + "00336123456789"[: width - 10].ljust(width - 10, "a")
    found = check_bytes(many(codes), PROTOCOL, CONTEXT, name="f.csv").report
    assert (found.outcome, found.rows, found.issue_counts) == ("accept", 60_000, {})


def test_a_few_codes_of_initials_and_birth_among_many_are_found():
    codes = [f"R{i:06d}" for i in range(60_000)]
    codes[100:160] = [f"DUPJEA19{i:02d}0412" for i in range(30, 90)]
    found = check_bytes(many(codes), PROTOCOL, CONTEXT, name="f.csv").report
    assert found.reason == "identifying_data"


def many(codes):
    times = "2026-03-02T08:10:00;2026-03-02T08:40:00"
    lines = [
        f"{code};990000010;{'avant' if i % 2 else 'après'};{i % 2};0.{i % 9 + 1};1;{times}"
        for i, code in enumerate(codes)
    ]
    return (";".join(HEAD) + "\n" + "\n".join(lines) + "\n").encode()


def test_each_kind_of_identity_of_a_column_is_told():
    """A telephone in one cell and a birth in another: both are told in one go, each with its cell."""
    issues = csv("remarque", ("tel 06 12 34 56 78", "ras", "née le 03/04/1951")).report.issues
    found = [(i.code, i.cell, i.params["kind"]) for i in issues]
    assert found == [("identifying_data", "I2", "phone"), ("identifying_data", "I4", "birth")]
