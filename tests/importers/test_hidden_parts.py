"""What workbooks and Parquet files carry besides their cells, under any name."""

import io
import zipfile

import polars as pl
import pytest

from importers.answer import normalised_rows
from tests.importers.test_identities import NIRS, key_sheet, workbook
from tests.importers.test_odd_files import HEAD, TABLE, check, errors, rows, text, with_cells

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def changed(part, before, after, **more):
    """The ordinary workbook with one text of a part replaced, and parts more."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(lambda *_: None))) as source, zipfile.ZipFile(buffer, "w") as target:
        for item in source.infolist():
            content = source.read(item).decode()
            if item.filename == part:
                assert before in content
                content = content.replace(before, after, 1)
            target.writestr(item.filename, content)
        for name, content in more.items():
            target.writestr(name, content)
    return buffer.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def cell_of_score():
    with zipfile.ZipFile(io.BytesIO(workbook(lambda *_: None))) as source:
        part = source.read(SHEET).decode()
    start = part.index('<c r="E4"')
    return part[start : part.index("</c>", start) + 4]


def footer(words):
    return changed(SHEET, "</worksheet>", f"<headerFooter><oddFooter>{words}</oddFooter></headerFooter></worksheet>")


@pytest.mark.parametrize(
    "content",
    [
        footer("&amp;LMme Durand&amp;R&amp;P"),
        footer("&amp;C" + NIRS[0]),
        footer('&amp;L&amp;"Arial,Gras"&amp;12DURAND Paul'),
        changed("xl/workbook.xml", "</workbook>", '<x><definedName name="DURAND_Paul"/></x></workbook>'),
        changed(SHEET, cell_of_score(), '<c r="E4" t="inlineStr"><is><t>0.22</t><rPh><t>Mme Durand</t></rPh></is></c>'),
        changed(
            SHEET,
            "</worksheet>",
            "</worksheet>",
            **{"xl/drawings/drawing1.xml": "<w><a:p><a:t>Mme </a:t><a:t>Durand</a:t></a:p></w>"},
        ),
        workbook(key_sheet(*[[f"K{i}", f"0{i + 1}/04/19{40 + i}"] for i in range(8)])),
        workbook(key_sheet(["K1", "paul durand"], ["K2", "claire petit"], ["K3", "luc roux"], ["K4", "anne leroy"])),
    ],
)
def test_no_corner_of_a_workbook_hides_people(content):
    assert check(content, "f.xlsx").report.reason == "identifying_data"


def test_a_footer_and_a_list_of_sites_are_nobody_s():
    assert check(footer("&amp;LService&amp;RPage &amp;P / &amp;N"), "f.xlsx").report.outcome == "accept"
    sites = workbook(key_sheet(["FINESS", "hôpital"], *[[f"99000{i}010", f"Hôpital Saint-{i}"] for i in range(8)]))
    assert check(sites, "f.xlsx").report.reason == "hidden_content_ignored"


def relation(kind, target="links/l1.xml", mark='"', mode=""):
    relation = f'<Relationship Id="rIdX" Type="{RELATIONS}{kind}" Target="{target}"{mode}/></Relationships>'
    return changed("xl/_rels/workbook.xml.rels", "</Relationships>", relation.replace('"', mark))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (relation("externalLink"), "external_link"),
        (relation("image", "file:///x", "'", " TargetMode='External'"), "external_link"),
        (relation("vbaProject", "prj.bin"), "macro_content"),
        (changed("[Content_Types].xml", "spreadsheetml.sheet.main", "x.macroEnabled.main"), "macro_content"),
        (changed(SHEET, "<", "<", **{"xl/./worksheets/sheet1.xml": "<worksheet/>"}), "archive_ambiguous"),
        (changed("xl/_rels/workbook.xml.rels", "worksheets/sheet1.xml", "worksheets/none.xml"), "archive_corrupt"),
    ],
)
def test_links_and_macros_are_told_by_what_they_are(content, code):
    assert check(content, "f.xlsx").report.reason == code


def test_a_sheet_named_by_a_winding_path_is_still_looked_through():
    part = "xl/_rels/workbook.xml.rels"
    with zipfile.ZipFile(io.BytesIO(changed(SHEET, cell_of_score(), '<c r="E4"><f>1-0.5</f></c>'))) as source:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as target:
            for name in source.namelist():
                content = source.read(name).decode()
                target.writestr(
                    name, content.replace("worksheets/sheet1", "./worksheets/sheet1") if name == part else content
                )
    assert check(buffer.getvalue(), "f.xlsx").frame is None


def test_an_error_without_text_does_not_take_the_next_cell_s_value():
    checked = check(changed(SHEET, cell_of_score(), '<c r="E4" t="e"/>'), "f.xlsx")
    assert normalised_rows(checked.frame)[2]["score"] is None


def test_formulas_of_cells_without_addresses_are_located():
    import re

    content = changed(SHEET, cell_of_score(), "<c><f>1-0.5</f></c>")
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            part = source.read(name).decode()
            target.writestr(name, re.sub(r' r="[A-Z]*\d+"', "", part) if name == SHEET else part)
    assert errors(check(buffer.getvalue(), "f.xlsx")) == [("formula_without_value", "E4")]


def parquet(metadata=None, **columns):
    frame = pl.DataFrame(rows(), schema=HEAD, orient="row").with_columns(**columns)
    buffer = io.BytesIO()
    frame.write_parquet(buffer, metadata=metadata)
    return buffer.getvalue()


def test_parquet_durations_are_read_and_its_notes_searched():
    spent = parquet(delai=pl.duration(minutes=5))
    assert check(spent, "f.parquet").report.reason == "unknown_column_ignored"
    assert check(parquet({"source": "PACS"}), "f.parquet").report.outcome == "accept"
    assert check(parquet({"auteur": "jean.dupont@exemple.invalid"}), "f.parquet").report.reason == "identifying_data"


@pytest.mark.parametrize(
    "word", ["N-", "N+", "P-", "oui +", "oui,", "neg +", "10", "00", "1/0", "oui?", "1?", "(1)", "≠1"]
)
def test_what_is_nearly_a_label_is_none(word):
    assert errors(check(text(with_cells(reference_4=word)))) == [("invalid_label", "D4")]


def test_dashes_of_categories_are_all_alike_and_digits_are_not_glued():
    head = [*HEAD, "age_band"]
    for word, found in (("20–29", "20-29"), ("20 - 29", "20-29"), ("2029", None), ("10/19", None)):
        lines = [[*line, word if i == 2 else "30-39"] for i, line in enumerate(rows())]
        checked = check(text(lines, head))
        assert (checked.frame is None) == (found is None)
        assert checked.frame is None or normalised_rows(checked.frame, TABLE)[2]["age_band"] == found


def test_the_two_hundred_and_first_column_is_one_too_many():
    for width, code in ((200, "unknown_column_ignored"), (201, "too_many_columns")):
        more = width - len(HEAD)
        lines = [[*line, *["1"] * more] for line in rows()]
        assert check(text(lines, [*HEAD, *(f"x{i}" for i in range(more))])).report.reason == code


def test_a_mark_alone_is_an_empty_file_and_odd_spaces_part_dates():
    assert check(b"\xff\xfe").report.reason == "empty_file"
    checked = check(text(with_cells(start_time_4="04/03/2026\u00a008:10")))
    assert checked.report.outcome == "accept_with_warnings"
    assert {issue.code for issue in checked.report.issues} == {"mixed_date_formats"}
