"""What would show a reader something else than the sealed cells, without changing one of them, is refused."""

import io
import zipfile

import pytest
from openpyxl import load_workbook
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.styles.colors import Color
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from exports import appearance, container
from exports.appearance import contrast
from exports.container import ContainerError, open_workbook
from exports.seal import digest_of_book, verify_workbook
from exports.workbook import workbook
from tests.exports.editions import edition

SEALED = workbook(edition())


def resaved(change):
    book = load_workbook(io.BytesIO(SEALED))
    change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return verify_workbook(buffer.getvalue())


def repacked(change, source=SEALED):
    """The same zip with its parts passed through `change(name, content)`: a list of (name, content) for each."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            for part, content in change(name, old.read(name)):
                new.writestr(part, content)
    return buffer.getvalue()


def inside(part, before, after):
    def change(name, content):
        if name != part:
            return [(name, content)]
        assert before in content
        return [(name, content.replace(before, after, 1))]

    return change


def conclusion(**look):
    """Dress the cell that says « Atteint »."""

    def change(book):
        for name, value in look.items():
            setattr(book["Indicateurs"]["L2"], name, value)

    return change


def white_theme(book):
    book.loaded_theme = book.loaded_theme.replace(b'val="windowText"', b'val="window"')
    conclusion(font=Font(color=Color(theme=1)))(book)


def validation(book):
    note = DataValidation(type="list", formula1='"a,b"', showInputMessage=True, prompt="Atteint en vérité")
    note.add("L2")
    book["Indicateurs"].add_data_validation(note)


def rule(book):
    white = CellIsRule(operator="greaterThan", formula=["0"], font=Font(color="FFFFFFFF"))
    book["Indicateurs"].conditional_formatting.add("A1:Z9", white)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (conclusion(font=Font(color="FFFFFFFF")), appearance.ILLEGIBLE),
        (conclusion(font=Font(color=Color(theme=1, tint=1.0))), appearance.ILLEGIBLE),
        (conclusion(font=Font(color=Color(indexed=26))), appearance.ILLEGIBLE),
        (conclusion(font=Font(color=Color(theme=99))), appearance.ILLEGIBLE),
        (conclusion(font=Font(size=2)), appearance.ILLEGIBLE),
        (conclusion(font=Font(strike=True)), appearance.ILLEGIBLE),
        (conclusion(fill=PatternFill("darkGrid")), appearance.ILLEGIBLE),
        (conclusion(fill=PatternFill("solid", fgColor="FF000000")), appearance.ILLEGIBLE),
        (conclusion(alignment=Alignment(indent=200)), appearance.ILLEGIBLE),
        (white_theme, appearance.ILLEGIBLE),
        (lambda book: setattr(book["Indicateurs"].column_dimensions["L"], "hidden", True), appearance.HIDDEN),
        (lambda book: setattr(book["Indicateurs"].column_dimensions["L"], "width", 0.1), appearance.HIDDEN),
        (lambda book: setattr(book["Indicateurs"].row_dimensions[2], "height", 1), appearance.HIDDEN),
        (lambda book: setattr(book["Indicateurs"].sheet_format, "zeroHeight", True), appearance.HIDDEN),
        (lambda book: setattr(book["Indicateurs"].sheet_view, "showZeros", False), appearance.HIDDEN),
        (lambda book: setattr(book["Indicateurs"], "print_area", "A1:B2"), appearance.NAMES),
        (lambda book: book.defined_names.add(DefinedName("x", attr_text="Indicateurs!$A$1")), appearance.NAMES),
        (validation, container.ADDED_ELEMENT),
        (rule, container.ADDED_ELEMENT),
        (conclusion(hyperlink="https://preuve.invalid"), container.ADDED_ELEMENT),
        (conclusion(value="=1+1"), container.ADDED_ELEMENT),
    ],
)
def test_a_disguise_is_named(change, message):
    found = resaved(change)
    assert (found.ok, found.message) == (False, message)
    assert "{" not in found.sentence("fr")


@pytest.mark.parametrize(
    "change",
    [
        conclusion(fill=PatternFill("solid", fgColor="FFFFFF00")),
        conclusion(font=Font(bold=True)),
        conclusion(font=Font(color=Color(theme=1))),
        lambda book: setattr(book["Indicateurs"].sheet_view, "zoomScale", 140),
    ],
)
def test_a_highlighted_or_zoomed_list_is_still_the_list(change):
    assert resaved(change).ok


def test_every_cell_counts():
    """One change in any cell, the seal's own apart, gives another digest."""
    book = load_workbook(io.BytesIO(SEALED))
    whole = digest_of_book(book)
    unseen = []
    for sheet in book:
        for cell in [c for row in sheet.iter_rows() for c in row if c.value is not None]:
            kept = cell.value
            cell._value = None
            if digest_of_book(book) == whole:
                unseen.append((sheet.title, cell.coordinate))
            cell._value = kept
    assert unseen == []


def test_only_the_value_of_the_seal_is_left_out():
    book = load_workbook(io.BytesIO(SEALED))
    whole, page = digest_of_book(book), book["Lisez-moi"]
    seal = next(row[1] for row in page.iter_rows() if row[0].value == "Empreinte SHA-256 du contenu")
    seal.value = "0" * 64
    assert digest_of_book(book) == whole
    seal.number_format = '"autre"'
    assert digest_of_book(book) != whole


def hidden_run(content):
    runs = b'<is><r><rPr><color rgb="FFFFFFFF"/></rPr><t>Att</t></r><r><t>eint</t></r></is>'
    return content.replace(b"<is><t>Atteint</t></is>", runs, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda name, content: [(name, content), *([("xl/media/image1.png", b"x")] * (name == "xl/styles.xml"))], container.ADDED_PART),
        (lambda name, content: [(name, hidden_run(content) if name.endswith("sheet3.xml") else content)], container.ADDED_ELEMENT),
        (
            lambda name, content: [(name, content), *([("XL/styles.xml", content)] * (name == "xl/styles.xml"))],
            container.UNREADABLE,
        ),
        (inside("_rels/.rels", b"xl/workbook.xml", b"xl/worksheets/other.xml"), container.UNREADABLE),
        (inside("xl/worksheets/sheet3.xml", b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'), container.ADDED_ELEMENT),
        (inside("xl/worksheets/sheet3.xml", b"</worksheet>", b"</worksheet"), container.UNREADABLE),
        (inside("xl/worksheets/sheet3.xml", b"<worksheet", b'<!DOCTYPE x [<!ENTITY e "e">]><worksheet'), container.UNREADABLE),
        (inside("xl/worksheets/sheet3.xml", b"<sheetData>", b"<sheetData>" + b"<row/>" * 1_500_001), container.TOO_LARGE),
    ],
)  # fmt: skip
def test_a_container_that_readers_could_disagree_on_is_refused(change, message):
    found = verify_workbook(repacked(change))
    assert (found.ok, found.message) == (False, message)


def test_two_cells_far_apart_are_read_at_once():
    far = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    found = verify_workbook(repacked(inside("xl/worksheets/sheet3.xml", b"</sheetData>", far)))
    assert not found.ok
    assert found.computed != found.stated


def test_a_truncated_or_garbled_file_is_a_sentence_not_a_crash():
    genuine = verify_workbook(SEALED).stated
    for cut in range(40, len(SEALED), len(SEALED) // 40):
        assert not verify_workbook(SEALED[:cut]).ok
    for at in range(0, len(SEALED), len(SEALED) // 60):
        garbled = bytearray(SEALED)
        garbled[at] ^= 0xFF
        found = verify_workbook(bytes(garbled))
        assert not found.ok or found.computed == genuine  # a byte of a date in the zip changes nothing that is read


def test_a_bomb_is_refused_before_it_is_unpacked():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"")
        archive.writestr("xl/workbook.xml", b"\x00" * (container.LARGEST_CONTENT + 1))
    with pytest.raises(ContainerError, match="too large"):
        open_workbook(buffer.getvalue())


def test_contrast_is_the_one_of_wcag():
    # WCAG 2.2: black on white is 21 to 1; #767676 on white, the lightest grey that passes AA, is 4.54 to 1
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((0x76, 0x76, 0x76), (255, 255, 255)) == pytest.approx(4.54, abs=0.005)
