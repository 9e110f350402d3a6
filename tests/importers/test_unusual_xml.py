"""XML as no spreadsheet program writes it: what it says is read for what it is, or the file is refused; never another value."""

import io
import re
import zipfile

import pytest

from importers.answer import normalised_rows
from importers.context import Limits
from importers.files.opened_book import opened
from importers.files.plain_xml import is_plain
from importers.files.unreadable import Unreadable
from importers.files.xml_anew import written_anew
from importers.messages import message
from tests.importers.test_hidden_parts import changed
from tests.importers.test_odd_files import SHEET, book, check, errors, rewritten, with_part

BOOK = "xl/workbook.xml"
SCORE = '<c r="E3" t="n"><v>0.91</v></c>'


def part_of(content, name=SHEET):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


def with_sheet(before, after, part=SHEET):
    assert before in part_of(book(), part)
    return rewritten(
        lambda name, content: content.decode().replace(before, after, 1).encode() if name == part else content
    )


def with_score(cell):
    return with_sheet(SCORE, cell)


def row_of(number):
    return re.search(rf'<row r="{number}".*?</row>', part_of(book()))[0]


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="E3"><v>0.<!-- -->5</v></c>',
        '<c r="E3"><v><![CDATA[0.5]]></v></c>',
        '<c r="E3"><v>0.<![CDATA[5]]></v></c>',
        '<c r="E3"><v>0.<?note x?>5</v></c>',
        '<c r="E3"><v>&#48;.5</v></c>',
        '<c r="&#69;3"><v>0.5</v></c>',
        '<c r="E3"><v>\n  0.5\n</v></c>',
        "<c\nr = 'E3' t = 'n' ><v >0.5</v ></c >",
        '<c r="E3" t="inlineStr"><is><t>0.<!-- 9 -->5</t></is></c>',
        '<z:c xmlns:z="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="E3"><z:v>0.5</z:v></z:c>',
    ],
)
def test_a_number_is_read_however_it_is_written(cell):
    checked = check(with_score(cell), "f.xlsx")
    assert checked.report.outcome == "accept"
    assert normalised_rows(checked.frame)[1]["score"] == 0.5


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ('<c r="E3"><f\n>1-0.5</f></c>', ("formula_without_value", "E3")),
        ('<c r="E3" t = "e"><v>#REF!</v></c>', ("excel_error", "E3")),
        ("<c r='E3' t='&#101;'><v>#REF!</v></c>", ("excel_error", "E3")),
        (SCORE + '<c r="E3"><v>0.5</v></c>', ("archive_ambiguous", "E3")),
        ('<c r="E3"><v>0.5</v><v>0.7</v></c>', ("unreadable_file", None)),
        ('<c r="E3"><is><t>0.5</t></is><v>0.7</v></c>', ("unreadable_file", None)),
        ('<c r="E3"><v>0.<b>7</b>5</v></c>', ("unreadable_file", None)),
        ('<c r="E3"/><v>0.5</v>', ("unreadable_file", None)),
        ('<c r="E4"><v>0.5</v></c>', ("unreadable_file", None)),
        ('<z:c xmlns:z="urn:other" r="E3"><z:v>0.5</z:v></z:c>', ("unreadable_file", None)),
        ('<c xmlns="urn:other" r="E3"><v>0.5</v></c>', ("unreadable_file", None)),
        ('<c r="E3" r="F3"><v>0.5</v></c>', ("archive_corrupt", None)),
        ('<c r="E3" t="s"><v>-1</v></c>', ("archive_corrupt", None)),
    ],
)
def test_a_cell_that_readers_take_otherwise_is_a_fault_or_refused(cell, found):
    checked = check(with_score(cell), "f.xlsx")
    assert errors(checked)[0] == found
    assert checked.frame is None


def test_rows_that_are_written_twice_are_refused_or_put_together():
    twice = row_of(3).replace("0.91", "0.5").replace(' r="E3"', "")
    issue = check(with_sheet(row_of(3), row_of(3) + twice), "f.xlsx").report.issues[0]
    assert (issue.code, issue.row) == ("archive_ambiguous", 3)
    assert "ligne 3" in message(issue)
    cut = row_of(3).replace('<c r="E3"', '</row><row r="3"><c r="E3"')
    assert check(with_sheet(row_of(3), cut), "f.xlsx").frame.equals(check(book(), "f.xlsx").frame)
    two = with_sheet(row_of(4), "</sheetData><sheetData>" + row_of(4))
    assert errors(check(two, "f.xlsx")) == [("unreadable_file", None)]


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.replace(row_of(3) + row_of(4), row_of(4) + row_of(3)),
        lambda s: re.sub(r' r="[A-Z]+\d+"', "", s),
        lambda s: re.sub(r' r="[A-Z]*\d+"', "", s),
        lambda s: s.replace('"', "'"),
        lambda s: s.replace("<row", "<!-- a row --><row"),
        lambda s: s.encode("utf-16"),
        lambda s: b"<?xml version='1.0' encoding='ISO-8859-1'?>" + s.encode("latin-1"),
        lambda s: re.sub(r"<(/?)(\w)", r"<\1x:\2", s).replace("xmlns=", "xmlns:x="),
        lambda s: s.replace("</row>", "<extLst><ext uri='x'><b/></ext></extLst></row>"),
    ],
)
def test_the_same_table_written_in_other_ways(change):
    content = rewritten(lambda n, c: change(c.decode()) if n == SHEET else c)
    checked = check(content, "f.xlsx")
    assert checked.report.outcome == "accept"
    assert checked.frame.equals(check(book(), "f.xlsx").frame)


def test_hidden_rows_and_merged_cells_are_seen_however_they_are_written():
    hidden = with_sheet('<row r="3"', "<row r=\"3\" hidden = '1'")
    assert check(hidden, "f.xlsx").report.reason == "hidden_rows_included"
    merged = with_sheet("</sheetData>", "</sheetData><mergeCells><mergeCell ref = 'C3:C5'/></mergeCells>")
    assert errors(check(merged, "f.xlsx"))[0] == ("merged_data_cells", "C3")


def test_hidden_columns_of_the_table_are_told_and_those_beyond_it_are_not():
    told = check(book(lambda _, s: setattr(s.column_dimensions["E"], "hidden", True)), "f.xlsx")
    assert [(i.code, i.params) for i in told.report.issues] == [("hidden_columns_included", {"names": "score"})]
    assert told.frame.equals(check(book(), "f.xlsx").frame)
    beyond = book(lambda _, s: s.column_dimensions.group("K", "XFD", hidden=True))
    assert check(beyond, "f.xlsx").report.outcome == "accept"


@pytest.mark.parametrize(("word", "accepted"), [("1", True), ("false", True), ("on", False), (" true ", False)])
def test_days_count_from_1904_or_the_workbook_does_not_say(word, accepted):
    content = with_sheet("<workbookPr", f'<workbookPr date1904="{word}"', BOOK)
    assert (check(content, "f.xlsx").report.reason == "unreadable_file") != accepted
    archive = opened(with_sheet("<workbookPr", "<workbookPr date1904 = '1'", BOOK), Limits())
    assert archive.epoch_1904


def test_an_extension_of_excel_does_not_change_when_days_count_from():
    more = '<extLst><ext xmlns:x15="urn:x"><x15:workbookPr chartTrackingRefBase="1"/></ext></extLst></workbook>'
    dated = with_sheet("<workbookPr", '<workbookPr date1904="1"', BOOK)
    both = rewritten(lambda n, c: c.replace(b"</workbook>", more.encode()) if n == BOOK else c, dated)
    assert opened(both, Limits()).epoch_1904


PROMPT = "<dataValidations><dataValidation sqref='A1' prompt='Mme Durand Paulette'/></dataValidations>"
COMMENT = "<comments><authors/><commentList><comment ref = 'A3'><text><t>Mme Durand</t></text></comment></commentList></comments>"


@pytest.mark.parametrize(
    "content",
    [
        with_sheet("</sheetData>", "</sheetData>" + PROMPT),
        with_sheet("</sheetData>", "</sheetData><!-- Mme Durand -->"),
        with_sheet("</sheetData>", "</sheetData><?note Mme Durand?>"),
        with_sheet('name="Sheet"', "name='Mme Durand'", BOOK),
        with_part("xl/comments1.xml", COMMENT),
        with_part("docProps/app.xml2.xml", "<a><!-- Mme Durand --><b></a>"),
        with_part("customXml/item1.xml", "<a><!-- Mme Durand --><b></a>"),
    ],
)
def test_identities_are_found_in_unusual_xml(content):
    assert check(content, "f.xlsx").report.reason == "identifying_data"


def test_parts_beside_the_cells_may_be_badly_written():
    assert check(with_part("customXml/item1.xml", "<a c='1'><b></a>"), "f.xlsx").report.outcome == "accept"
    assert check(with_part("xl/comments1.xml", "<a c='1'><b></a>"), "f.xlsx").report.reason == "archive_corrupt"


def test_pictures_are_told():
    checked = check(with_part("xl/media/image1.png"), "f.xlsx")
    assert [(i.code, i.params) for i in checked.report.issues] == [("pictures_not_searched", {"n": 1})]
    assert "1 image(s)" in message(checked.report.issues[0])


EXCEL = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<worksheet xmlns="m" xmlns:x14ac="x" mc:Ignorable="x14ac">'
    '<dimension ref="A1:C3"/><cols><col min="1" max="1" width="9.140625" style="1" customWidth="1"/></cols><sheetData>'
    '<row r="1" spans="1:3" s="4" customFormat="1" ht="15.75" thickBot="1" x14ac:dyDescent="0.25"><c r="A1" s="1" t="s"><v>0</v></c>'
    '<c r="C1" s="2"/></row><row r="3" spans="1:3" x14ac:dyDescent="0.25"><c r="A3" t="str"><f t="shared" ref="A3:A9" si="0">IF(B3="x",'
    '&quot;a&quot;,\'Feuille 1\'!A1)</f><v>a &amp; b</v></c><c r="B3" t="b" cm="1"><f ca="1"/><v>1</v></c></row></sheetData>'
    '<dataValidations count="1"><dataValidation type="list" prompt="l\'un&#10;ou &lt;l\'autre&gt;" sqref="A1"/></dataValidations>'
    "</worksheet>"
)
OTHERS = (
    (
        '<x:worksheet xmlns:x="m"><x:sheetData><x:row r="1" hidden="0"><x:c r="A1" t="inlineStr"><x:is><x:t xml:space="preserve"> a</x:t>'
        '</x:is></x:c><x:c r="AB1" t="n" s="1"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    ),
    (
        '<?xml version=\'1.0\' encoding=\'UTF-8\'?>\n<worksheet xmlns="m">\n <sheetData>\n  <row r="1">\n   <c r="A1" t="s">\n'
        "    <v>0</v>\n   </c>\n  </row>\n </sheetData>\n</worksheet>\n"
    ),
    '<worksheet xmlns="m"><sheetData/></worksheet>',
    (
        '<worksheet xmlns="m"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><r><rPr><b /><sz val="9"/></rPr><t>é</t></r></is></c>'
        "</row></sheetData></worksheet>"
    ),
)
TEXTS = '<sst xmlns="m" count="2" uniqueCount="2"><si><t>a</t></si><si><r><rPr><b/></rPr><t xml:space="preserve">b </t></r></si><si/></sst>'


@pytest.mark.parametrize("part", [EXCEL, *OTHERS, TEXTS, '<a b="1"/>', '\ufeff<a b="é">it\'s = &#233;</a>'])
def test_what_programs_write_is_plain_and_stays_what_it_says(part):
    assert is_plain(part.encode())
    if "dyDescent" not in part:
        anew, remarks = written_anew(part.encode())
        assert is_plain(anew)
        assert re.findall(">([^<]*[^<\\s][^<]*)<", anew.decode()) == [
            text.replace("&#233;", "é") for text in re.findall(">([^<]*[^<\\s][^<]*)<", part)
        ]
        assert remarks == []


@pytest.mark.parametrize(
    "part",
    [
        "<a><!-- --></a>",
        "<a b='1'/>",
        '<a b = "1"/>',
        '<a\nb="1"/>',
        '<a b="&#65;"/>',
        "<a><![CDATA[1]]></a>",
        "<a><?b c?></a>",
        '<sst><z:si xmlns:z="o"><z:t>a</z:t></z:si><si><t>b</t></si></sst>',
        '<worksheet><sheetData><row r="1"><c r="B1"/><c r="A1"/></row></sheetData></worksheet>',
        '<worksheet><sheetData><row r="1"><c r="AA1"/><c r="Z1"/></row></sheetData></worksheet>',
        '<worksheet><sheetData><row r="1"><c r="A10"/><c r="A9"/></row></sheetData></worksheet>',
        '<worksheet><sheetData><row r="1"><c r="A1"/><c r="A1"/></row></sheetData></worksheet>',
        '<worksheet><sheetData/><sheetData><row r="1"/></sheetData></worksheet>',
        "",
        "\xff",
    ],
)
def test_anything_else_is_not_plain(part):
    assert not is_plain(part.encode("latin-1"))


def test_cells_in_order_are_plain_however_far():
    sheet = "<worksheet><sheetData>{}</sheetData></worksheet>"
    for cells in (
        '<row r="1"><c r="A1"/><c r="Z1"/><c r="AA1"/><c r="XFD1"/></row><row r="1048576"><c r="B1048576"/></row>',
        '<row r="9"><c r="Z9"/></row><row r="10"><c r="A10"/></row>',
        "",
    ):
        assert is_plain(sheet.format(cells).encode())


def test_a_shared_text_of_another_name_space_is_not_counted():
    texts = "<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><z:si xmlns:z='o'/><si><t>b</t></si></sst>"
    with pytest.raises(Unreadable):
        written_anew(texts.encode())


def test_a_far_cell_is_weighed_however_it_is_written():
    far = changed(SHEET, "</sheetData>", "<row r = '1048576'><c r = 'XFD1048576'><v>1</v></c></row></sheetData>")
    assert check(far, "f.xlsx").report.reason == "sheet_too_large"
    counted = changed(
        SHEET, "</sheetData>", "<row r='1048576'><c r = 'A1048576'/>" + "<c/>" * 300 + "</row></sheetData>"
    )
    assert check(counted, "f.xlsx").report.reason == "sheet_too_large"


@pytest.mark.parametrize("address", ["ZZZZ99999999", "ZZZZ2", "A99999999", "ABC123456789", "AAAAAA99999999"])
def test_a_cell_outside_any_sheet_is_refused_before_a_reader_makes_room_for_it(address):
    row = "".join(c for c in address if c.isdigit())
    far = changed(SHEET, "</sheetData>", f'<row r="14"><c r="{address}"><v>1</v></c></row></sheetData>')
    assert check(far, "f.xlsx").report.reason == "sheet_too_large"
    rows = changed(SHEET, "</sheetData>", f'<row r="{row}"><c r="A{row}"><v>1</v></c></row></sheetData>')
    assert (check(rows, "f.xlsx").report.reason == "sheet_too_large") == (len(row) > 7)


@pytest.mark.parametrize("bytes_at_a_time", [1, 30, 100, 4_000_000])
def test_rows_looked_at_some_at_a_time_are_judged_together(monkeypatch, bytes_at_a_time):
    monkeypatch.setattr("importers.files.plain_xml.AT_A_TIME", bytes_at_a_time)
    rows = [f'<row r="{i}"><c r="A{i}" t="s"><v>{i}</v></c><c r="B{i}"/></row>' for i in range(1, 13)]
    sheet = "<worksheet><sheetData>{}</sheetData><a/></worksheet>"
    assert is_plain(sheet.format("".join(rows)).encode())
    for at in (0, 5, 11):
        again = [*rows[: at + 1], *rows[at:]]
        assert not is_plain(sheet.format("".join(again)).encode())
        inside = [*rows[:at], rows[at].replace("<v>", "<v><!-- -->"), *rows[at + 1 :]]
        assert not is_plain(sheet.format("".join(inside)).encode())
