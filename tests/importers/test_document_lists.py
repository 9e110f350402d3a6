"""The CPV of 2008 and the EMDN of 2026 in the shapes in which they are published."""

import io

import pytest
from openpyxl import Workbook

from importers.documents.published_lists import CPV_CODES, read_list

CPV = [
    ("03000000-1", "Agricultural, farming, fishing, forestry and related products", "Produits agricoles, de l'élevage, de la pêche, de la sylviculture et produits connexes"),
    ("33100000-1", "Medical equipments", "Équipements médicaux"),
    ("48180000-3", "Medical software package", "Logiciels médicaux"),
]  # fmt: skip
EMDN = [
    ("A", "ADMINISTRATION DEVICES", "A", "ADMINISTRATION DEVICES", 1, "NO"),
    ("A", "ADMINISTRATION DEVICES", "A01", "NEEDLES", 2, "NO"),
    ("A", "ADMINISTRATION DEVICES", "A0101", "INFUSION NEEDLES ", 3, "YES"),
    ("V", "VARIOUS", "V", "VARIOUS", 1, "NO"),
    ("V", "VARIOUS", "V92", "MEDICAL DEVICE SOFTWARE - NOT INCLUDED IN OTHER CLASSES", 2, "YES"),
]
EMDN_HEADER = ("CATEGORY", "CATEGORY DESCRIPTION", "EMDN CODE", "EMDN TERM", "LEVEL", "TERMINAL")


def saved(book):
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def cpv_workbook(rows=CPV):
    """Codes, English and French among other languages, and the second sheet of supplementary codes."""
    book = Workbook()
    book.active.title = "CPV codes"
    book.active.append(["CODE", "BG", "DE", "EN", "ES", "FR", "IT"])
    for code, english, french in rows:
        book.active.append([code, "бг", "de", english, "es", french, "it"])
    extra = book.create_sheet("Supplementary codes")
    extra.append(["CODE", "EN", "FR"])
    extra.append(["AA01-1", "Metal", "Métal"])
    return saved(book)


def emdn_workbook(rows=EMDN, header=EMDN_HEADER):
    book = Workbook()
    book.active.title = "EMDN_v.2026"
    book.active.append([None, None, "EMDN_v.2026"])
    book.active.append(list(header))
    for row in rows:
        book.active.append(list(row))
    return saved(book)


def test_the_cpv_is_read_in_both_languages_without_its_check_digit():
    found = read_list(cpv_workbook(), "cpv", name="cpv_2008_ver_2013.xlsx")
    assert [(c.code, c.label_en, c.label_fr) for c in found.codes] == [(c[:8], en, fr) for c, en, fr in CPV]
    assert [f.code for f in found.faults] == ["list_size"]
    assert found.accepted


def test_a_whole_cpv_list_is_accepted_without_a_word():
    rows = [(f"{30_000_000 + i}-{i % 10}", f"Good {i}", f"Bien {i}") for i in range(CPV_CODES)]
    found = read_list(cpv_workbook(rows), "cpv", name="f.xlsx")
    assert (len(found.codes), found.faults) == (CPV_CODES, ())


def test_a_csv_of_the_cpv_is_read_too():
    text = "CODE;EN;FR\n" + "\n".join(f'{c};"{en}";"{fr}"' for c, en, fr in CPV) + "\n"
    found = read_list(text.encode(), "cpv", name="cpv.csv")
    assert [c.label_fr for c in found.codes] == [fr for _, _, fr in CPV]


@pytest.mark.parametrize(
    "header", [EMDN_HEADER, ("Catégorie", "Libellé cat.", "Code", "Libellé du code", "Niveau", "Terminal")]
)
def test_the_emdn_is_told_from_what_its_columns_hold(header):
    found = read_list(emdn_workbook(header=header), "emdn", name="EMDN v2026_EN..xlsx")
    assert found.faults == ()
    assert [(c.code, c.level, c.terminal) for c in found.codes] == [
        ("A", 1, False), ("A01", 2, False), ("A0101", 3, True), ("V", 1, False), ("V92", 2, True)
    ]  # fmt: skip
    assert found.codes[2].label_en == "INFUSION NEEDLES"


def test_the_language_of_the_emdn_is_the_one_that_is_said():
    found = read_list(emdn_workbook(), "emdn", name="f.xlsx", language="fr")
    assert (found.codes[4].label_fr, found.codes[4].label_en) == (EMDN[4][3], "")


def test_a_code_said_to_be_terminal_with_finer_ones_below_it_is_told_and_is_not():
    rows = [EMDN[0], (*EMDN[1][:5], "YES"), EMDN[2]]
    found = read_list(emdn_workbook(rows), "emdn", name="f.xlsx")
    assert [(f.code, f.cell) for f in found.faults] == [("list_terminal", "C4")]
    assert [c.terminal for c in found.codes] == [False, False, True]


def test_lines_that_are_no_code_or_stand_twice_are_told():
    rows = [*EMDN, ("V", "VARIOUS", "V9", "WRONG", 2, "YES"), EMDN[4]]
    found = read_list(emdn_workbook(rows), "emdn", name="f.xlsx")
    assert [(f.code, f.cell) for f in found.faults] == [("list_invalid_code", "C8"), ("list_duplicate_code", "C9")]
    assert len(found.codes) == 5


@pytest.mark.parametrize("which", ["cpv", "emdn"])
@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "f.xlsx", "empty_file"),
        (b"a;b\n1;2\n", "f.csv", "list_not_recognised"),
        (b"PK\x03\x04rubbish", "f.xlsx", "archive_corrupt"),
    ],
)
def test_what_is_no_list_is_one_sentence(which, content, name, code):
    found = read_list(content, which, name=name)
    assert (found.accepted, [f.code for f in found.faults]) == (False, [code])


def test_codes_alone_are_no_list():
    assert [f.code for f in read_list(b"CODE\n48180000-3\n33100000-1\n", "cpv", name="f.csv").faults] == [
        "list_without_labels"
    ]
