"""The blank workbooks through LibreOffice: filled, saved there and sent back; red where the check refuses, nowhere else."""

import datetime as dt
import io
import shutil
import subprocess

import pytest
from openpyxl import load_workbook
from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter

from evaluation.protocol import library, load_protocol
from importers.blank.example_rows import example_rows
from importers.blank.workbook import blank_workbook
from importers.check import check_bytes
from importers.files.sheet_titles import sheet_titles
from tests.importers.test_template import BLANKS, CONTEXT, DAYS, saved, with_rows

pytestmark = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")


def resaved(folder, contents):
    """Each workbook as LibreOffice saves it, formulas computed."""
    source, target = folder / "in", folder / "out"
    source.mkdir()
    for name, content in contents.items():
        (source / f"{name}.xlsx").write_bytes(content)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(target)]
    subprocess.run([*command, *map(str, sorted(source.iterdir()))], check=True, capture_output=True, timeout=240)
    return {name: (target / f"{name}.xlsx").read_bytes() for name in contents}


def test_a_filled_blank_saved_by_another_spreadsheet_passes_and_keeps_its_pilot(tmp_path):
    sent = {}
    for name, table, locale in BLANKS:
        protocol = load_protocol(name)
        spec = protocol.table(table)
        blank = blank_workbook(protocol, locale=locale, pilot_code="PIL-1", days=DAYS)
        rows = example_rows(spec, locale, DAYS[0])
        sent[f"{name}-{table}-{locale}"] = with_rows(blank, sheet_titles(spec)[locale == "en"], rows)
    back = resaved(tmp_path, sent)
    for name, table, locale in BLANKS:
        content = back[f"{name}-{table}-{locale}"]
        for other, codes in (("PIL-1", []), ("PIL-2", ["other_pilot"])):
            context = CONTEXT.__class__(first_day=DAYS[0], last_day=DAYS[1], today=CONTEXT.today, pilot=other)
            report = check_bytes(content, load_protocol(name), context, name="f.xlsx").report
            assert [(i.code, i.column) for i in report.issues] == [(code, None) for code in codes], (name, table)
        before = check_bytes(sent[f"{name}-{table}-{locale}"], load_protocol(name), CONTEXT, name="f.xlsx").frame
        after = check_bytes(content, load_protocol(name), CONTEXT, name="f.xlsx").frame
        assert after.equals(before)


TRIED = {
    "boolean": ("oui", "VRAI", "yes", " non ", "NA", "peut-être", 2),
    "category": ("zzz",),
    "number": (0.5, "0,5", "0.5", "na", -1e9, 1e12, "bof"),
    "integer": (2, "2", "2,5", 2.5, -3, "bof"),
    "date": (
        DAYS[0],
        "09/02/2026",
        "09/02/26",
        "13/02/2026",
        "2026-02-13",
        dt.date(2026, 2, 10),
        dt.date(2025, 1, 1),
        "31/02/2026",
        "bof",
    ),
    "datetime": ("13/02/2026 08:30", "2026-02-13T08:30:00", dt.datetime(2025, 1, 1, 8), "31/02/2026 08:00", "bof"),
    "text": (),
}


@pytest.mark.parametrize("name", library())
def test_a_cell_is_red_exactly_where_the_check_refuses_its_value(name, tmp_path):
    protocol = load_protocol(name)
    spec = protocol.tables[0]
    title = sheet_titles(spec)[0]
    good = example_rows(spec, "fr", DAYS[0])[0]
    optional = {n for group in spec.one_of for n in group}
    rows, tried = [good], []
    for index, column in enumerate(spec.columns):
        for value in TRIED[column.type] if column.name not in optional else ():
            if column.role not in ("start_time", "end_time") or isinstance(value, str):
                own = [f"C{len(rows)}" if c.role == "case_id" else v for c, v in zip(spec.columns, good, strict=True)]
                rows.append([value if i == index else v for i, v in enumerate(own)])
                tried.append((len(rows) + 1, index + 1, value))
    content = with_rows(blank_workbook(protocol, days=DAYS), title, rows)
    issues = check_bytes(content, protocol, CONTEXT, name="f.xlsx").report.issues
    refused = {i.cell for i in issues if i.severity == "error"}
    red = red_cells(content, title, {(row, column) for row, column, _ in tried}, tmp_path)
    differ = {(v, c) for r, c, v in tried if ((f"{get_column_letter(c)}{r}" in refused) != ((r, c) in red))}
    assert differ == set()
    assert refused
    assert not {(2, c) for c in range(1, len(good) + 1)} & red


def red_cells(content, title, wanted, folder):
    """The cells whose conditional format holds, by LibreOffice's own arithmetic."""
    book = load_workbook(io.BytesIO(content))
    sheet = book[title]
    asked = {}
    probe = book.create_sheet("probe")
    for area in sheet.conditional_formatting:
        letter = str(area.sqref).partition(":")[0].rstrip("0123456789")
        for rule in area.rules:
            if rule.type != "expression":
                continue
            for row, column in sorted(wanted | {(2, c) for c in range(1, sheet.max_column + 1)}):
                if get_column_letter(column) == letter:
                    moved = Translator(f"={rule.formula[0]}", origin=f"{letter}2").translate_formula(f"{letter}{row}")
                    for name in {cell.column_letter for cell in sheet[1]}:
                        for sign in "(,<>":
                            moved = moved.replace(f"{sign}{name}{row}", f"{sign}'{title}'!{name}{row}")
                    at = probe.cell(len(asked) + 1, 1)
                    at.value = moved.replace(f"$A{row}:$", f"'{title}'!$A{row}:$")
                    asked[at.row] = (row, column)
    computed = load_workbook(io.BytesIO(resaved(folder, {"probe": saved(book)})["probe"]), data_only=True)["probe"]
    told = {row: computed.cell(row, 1).value for row in asked}
    assert set(told.values()) <= {True, False}, told
    return {asked[row] for row, value in told.items() if value}
