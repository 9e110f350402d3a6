"""Files as a hospital's data manager made them: what is wrong is told so that it can be mended, and nothing is misread."""

import io

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment

from evaluation.protocol import load_protocol
from importers.aggregates import check_aggregate_file
from importers.check import Context, check_bytes
from importers.files.sheet_titles import sheet_titles
from importers.identity.file_names import kind_in_name
from importers.messages import message
from tests.importers.shared_texts import shared

LABORATORY = load_protocol("turnaround-before-after")
WEEKS = load_protocol("stepped-automation")
HEAD = "Examen;FINESS;Date du prélèvement;Période;Délai (h)"


def check(text, protocol=LABORATORY, name="f.csv", **context):
    return check_bytes(text.encode(), protocol, Context(**context), name=name)


def told(found, severity="error"):
    return [(i.code, i.cell or i.row) for i in found.report.issues if i.severity == severity]


def examinations(*lines, head=HEAD):
    return "\n".join([head, *lines, ""])


GOOD = ("E1;990000077;13/07/2026;avant;5,25", "E2;990000077;14/07/2026;après;2,345")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("DUPONT Marie 03-02-1950 IPP 8001234567.xlsx", "record"),
        ("DUPONT_Marie.csv", "name"),
        ("dupont-marie.csv", "name"),
        ("né le 03-02-1950.csv", "birth"),
        ("export_0612345678.csv", "phone"),
        (r"C:\temp\marie.dupont@chu.fr.csv", "email"),
        ("delais_990000077.csv", None),
        ("Extraction labo 2026-11-29 08h30.csv", None),
        ("export 20261129 143000 (2).xlsx", None),
        ("hopital_Jean_Minjoz_cas.csv", None),
        ("resultats_site_970408589_du_01-06-2026_au_30-06-2026.csv", None),
        ("PIL-2026-006 Fluidia Labo v1.9.xlsx", None),
    ],
)
def test_a_file_is_not_named_after_a_patient(name, kind):
    assert kind_in_name(name) == kind


def test_a_file_named_after_a_patient_is_refused_without_its_name(tmp_path):
    found = check(examinations(*GOOD), name="DUPONT Marie.csv")
    assert (told(found), found.frame) == ([("identifying_data", None)], None)
    assert "donnez-lui un autre nom" in message(found.report.issues[0], "fr")
    assert "DUPONT" not in message(found.report.issues[0], "fr")
    path = tmp_path / "a.json"
    path.write_text("{}")
    codes = [i.code for i in check_aggregate_file(path, LABORATORY, Context(), name="DUPONT Marie.json").report.issues]
    assert "identifying_data" in codes


@pytest.mark.parametrize("cell", ["MARTIN Jean", "SIMON Nicole", "RICHARD Paul"])
def test_a_family_name_in_capitals_is_no_ward(cell):
    lines = [f"990000077;{ward};0{1 + 7 * i}/06/2026;non;0,8;0,25;10;40" for i, ward in enumerate((cell, "Urgences"))]
    head = "FINESS;Unité;Semaine;Outil;Aboutissement;Part manuelle;Dossiers manuels;Dossiers"
    assert "identifying_data" in {code for code, _ in told(check(examinations(*lines, head=head), WEEKS))}
    ward = examinations(*(line.replace(cell, "Claude Bernard") for line in lines), head=head)
    assert told(check(ward, WEEKS)) == []


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("Délai (min)", "min"),
        ("Délai [jours]", "jours"),
        ("delai_minutes", "min"),
        ("Délai en min", "min"),
        ("Délai (s)", "s"),
    ],
)
def test_a_header_in_another_unit_is_not_read_as_the_protocols(header, unit):
    text = examinations(
        "E1;990000077;13/07/2026;avant;315", "E2;990000077;14/07/2026;après;240", head=HEAD.replace("Délai (h)", header)
    )
    mapped = check(text, mapping={header: "turnaround_hours"})
    assert ("other_unit", None) in told(mapped)
    (issue,) = [i for i in mapped.report.issues if i.code == "other_unit"]
    assert f"dit {unit}, et le protocole demande h" in message(issue, "fr")
    for issue in check(text).report.issues:
        if issue.code == "missing_required_column":
            assert "renommez" not in message(issue, "fr")


@pytest.mark.parametrize("header", ["Délai (h)", "Délai (heures)", "Délai du jour", "Délai A"])
def test_a_header_in_the_unit_of_the_protocol_passes(header):
    text = examinations(*GOOD, head=HEAD.replace("Délai (h)", header))
    assert told(check(text, mapping={header: "turnaround_hours"})) == []


@pytest.mark.parametrize("week", ["2026-S23", "23", "", "semaine du 01/06/2026"])
def test_weeks_that_were_not_read_are_no_duplicates(week):
    head = "FINESS;Unité;Semaine;Outil;Aboutissement"
    lines = [f"990000077;Urg A;{week};non;0,8", f"990000077;Urg A;{week};oui;0,8", "990000077;Urg B;01/06/2026;oui;0,8"]
    assert "duplicate_unit" not in {code for code, _ in told(check(examinations(*lines, head=head), WEEKS))}


@pytest.mark.parametrize("word", ["Moy.", "Nb", "Max", "Min :", "Sous_total", "TOTAL_juillet", "Total", "Méd."])
def test_lines_of_sums_are_no_cases(word):
    found = check(examinations(*GOOD, f"{word};990000077;;;46,5"))
    assert told(found, "warning")[-1:] == [("totals_row_ignored", 4)] or ("totals_row_ignored", 4) in told(
        found, "warning"
    )
    assert found.frame.height == 2


@pytest.mark.parametrize("code", ["MAX-1", "Nb12", "Min Fourestier", "TOTALE"])
def test_cases_that_resemble_sums_are_kept(code):
    assert check(examinations(*GOOD, f"{code.replace(' ', '-')};990000077;15/07/2026;;46,5")).report.rows == 3


def test_a_comma_before_three_digits_is_decimal_among_decimals_of_a_column_that_is_no_amount():
    assert check(examinations(*GOOD)).frame["turnaround_hours"].to_list() == [5.25, 2.345]
    doubt = check(examinations("E1;990000077;13/07/2026;avant;1,234", "E2;990000077;14/07/2026;après;2,345"))
    assert told(doubt) == [("ambiguous_number", "E2"), ("ambiguous_number", "E3")]
    assert "1,2340" in message(doubt.report.issues[-1], "fr")


def test_times_without_their_day_are_told_as_such():
    protocol = load_protocol("diagnostic-accuracy")
    head = "case_id;site;period;reference;score;prediction;start_time;end_time"
    lines = [f"K{i};990000010;après;{i % 2};0.{2 + 5 * (i % 2)};{i % 2};08:3{i};2026-06-01 09:00:00" for i in range(4)]
    found = check(examinations(*lines, head=head), protocol)
    assert told(found) == [("invalid_date", f"G{row}") for row in range(2, 6)]
    assert "une heure sans son jour" in message(found.report.issues[-1], "fr")
    mixed = check(examinations(*[*lines[:3], lines[3].replace("08:33", "hier")], head=head), protocol)
    assert "une heure sans son jour" not in message(next(i for i in mixed.report.issues if i.cell == "G5"), "fr")


def test_dates_that_a_spreadsheet_swapped_are_not_read():
    """Texts 13/07 and 14/07, and true dates made of 08/07 and 09/07: the 7th of August and of September."""
    import datetime as dt

    def book(*days):
        made = Workbook()
        made.active.append(HEAD.split(";"))
        for i, day in enumerate(days):
            made.active.append([f"E{i}", "990000077", day, "avant", 5.5])
        buffer = io.BytesIO()
        made.save(buffer)
        return check_bytes(buffer.getvalue(), LABORATORY, Context(), name="f.xlsx")

    swapped = book("13/07/2026", dt.date(2026, 8, 7), "14/07/2026", dt.date(2026, 9, 7), "15/07/2026")
    assert told(swapped) == [("swapped_date", "C3"), ("swapped_date", "C5")]
    assert "échangé son jour et son mois" in message(
        next(i for i in swapped.report.issues if i.severity == "error"), "fr"
    )
    for honest in (
        ("13/07/2026", dt.date(2026, 8, 17), "14/07/2026", dt.date(2026, 9, 7)),
        ("13/07/2026", dt.date(2026, 8, 7), "04/07/2026", dt.date(2026, 9, 7)),
        (dt.date(2026, 8, 7), dt.date(2026, 9, 7)),
    ):
        assert told(book(*honest)) == []


@pytest.mark.parametrize("separator", [";", "\t", "|", ","])
def test_a_separator_within_a_text_shifts_no_row_in_silence(separator):
    head = "Examen;FINESS;Date du prélèvement;Période;Commentaire;Délai (h);Âge (ans)"
    rows = [f"E{i};990000077;13/07/2026;avant;ok;5.8;40" for i in range(60)]
    rows[20] = "E20;990000077;13/07/2026;avant;relancé; 2;5.8;"
    found = check("\n".join([head, *rows, ""]).replace(";", separator))
    assert told(found) == [("ragged_rows", 22)]


WEEKS_HEAD = "Unité;Établissement;Semaine;Automatisé;Taux d'aboutissement;Part manuelle;Dossiers manuels;Dossiers"


@pytest.mark.parametrize("ward", ["MED", "Méd.", "Max", "Moyen séjour", "NB"])
def test_a_ward_whose_name_is_a_short_word_of_totals_keeps_its_rows(ward):
    rows = [f"{ward};990000010;13/07/2026;non;0,62;1;80;80", f"{ward};990000010;20/07/2026;oui;;0,5;40;80"]
    found = check(examinations(*rows, head=WEEKS_HEAD), WEEKS)
    assert (told(found), found.report.rows) == ([], 2)
    left = check(examinations(*rows, "Max;;;;0,62;1;80;80", head=WEEKS_HEAD), WEEKS)
    assert (("totals_row_ignored", 4) in told(left, "warning"), left.report.rows) == (True, 2)


@pytest.mark.parametrize("code", ["Total", "Sous-total", "Moyenne", "Total général", "TOTAL semaine 29"])
@pytest.mark.parametrize("times", [1, 3000])
def test_a_total_where_the_others_have_a_code_is_told(code, times):
    rows = [f"U{i};990000010;13/07/2026;non;0,62;1;80;80" for i in range(times)]
    found = check(examinations(*rows, f"{code};990000010;13/07/2026;non;0,62;1;80;80", head=WEEKS_HEAD), WEEKS)
    assert told(found) == [("total_as_code", f"A{times + 2}")]
    head = "FINESS;Examen;Date du prélèvement;Période;Délai (h);Âge (ans)"
    cases = [f"990000077;E{i};13/07/2026;avant;5,1;40" for i in range(6 * times)]
    found = check(examinations(*cases, f"990000077;{code};;avant;5,2;40", head=head))
    assert ("total_as_code", f"B{6 * times + 2}") in told(found)


def test_blocks_of_rows_with_a_separator_too_many_are_no_fault():
    """As Excel writes them: its rows 17 to 32, and the rest from 49 on."""
    rows = [f"E{i};990000077;13/07/2026;avant;5,8" for i in range(60)]
    rows = [row + ";" if 17 <= i <= 32 or i >= 49 else row for i, row in enumerate(rows, start=2)]
    found = check(examinations(*rows))
    assert (told(found), found.report.rows) == ([], 60)
    on_two_lines = [*rows[:3], rows[3].replace("avant", '"avant\n"'), *rows[4:]]
    assert "ragged_rows" not in [code for code, _ in told(check(examinations(*on_two_lines)))]


def test_a_block_of_headers_with_a_separator_too_many_is_no_fault():
    rows = [f"E{i};990000077;13/07/2026;avant;5,8" for i in range(60)]
    wide = [row + ";" if i <= 16 else row for i, row in enumerate(rows, start=2)]
    found = check(examinations(*wide, head=HEAD + ";"))
    assert (told(found), found.report.rows) == ([], 60)
    shifted = [*wide[:5], "E5;990000077;avant;5,8;", *wide[6:]]
    assert ("ragged_rows", 7) in told(check(examinations(*shifted, head=HEAD + ";")))


def test_rows_that_all_end_with_a_separator_too_many_are_no_fault_above_a_note():
    rows = [f"E{i};990000077;13/07/2026;avant;5,8;" for i in range(30)]
    for below in (["Source : extraction du DIM"], [";;;;", "E30;990000077;13/07/2026;avant;5,8;"]):
        found = check(examinations(*rows, *below))
        assert (told(found), found.report.rows) == ([], 29 + len(below))


def test_lines_of_units_without_end_are_read_as_rows():
    found = check(examinations(*["h;min;h;min;h"] * 3000))
    assert (told(found, "warning")[:3], found.report.rows) == ([("units_row_ignored", row) for row in (2, 3, 4)], 2997)


def test_a_unit_is_told_below_headers_said_again():
    found = check(examinations(HEAD, ";;jj/mm/aaaa;;min", *GOOD))
    assert ([code for code, _ in told(found)], found.report.rows) == (["other_unit"], 2)


@pytest.mark.parametrize("ward", ["Somme", "Somme Littoral Sud", "SUM_12"])
def test_a_place_or_a_code_that_begins_as_a_total_keeps_its_rows(ward):
    rows = [f"{ward};990000010;13/07/2026;non;0,62;1;80;80", f"{ward};990000010;20/07/2026;oui;;0,5;40;80"]
    found = check(examinations(*rows, "Somme totale;;;;0,62;1;80;80", head=WEEKS_HEAD), WEEKS)
    assert (told(found), found.report.rows) == ([], 2)
    cases = [f"{code};990000077;13/07/2026;avant;5,8" for code in ("SUM_1", "SUM_2")]
    assert told(check(examinations(*cases))) == []
    assert told(check(examinations(*cases, "Somme;990000077;13/07/2026;avant;5,8"))) == [("total_as_code", "A4")]


@pytest.mark.parametrize(
    ("units", "said", "warned"),
    [
        ("-;code;jj/mm/aaaa;avant/après;h", [], ("units_row_ignored", 2)),
        (";;(JJ/MM/AAAA);;(heures)", [], ("units_row_ignored", 2)),
        (";;jj/mm/aaaa;;h", [], ("units_row_ignored", 2)),
        (";;;;min", ["other_unit"], ("units_row_ignored", 2)),
        (";;;;\n;;jj/mm/aaaa;;h", [], ("units_row_ignored", 3)),
        (";;jj/mm/aaaa;;min", ["other_unit"], ("units_row_ignored", 2)),
    ],
)
@pytest.mark.parametrize("times", [1, 3000])
def test_a_line_of_units_below_the_headers_is_no_case(units, said, warned, times):
    lines = [line.replace("E", f"E{n}-", 1) for n in range(times) for line in GOOD]
    found = check(examinations(units, *lines))
    assert ([code for code, _ in told(found)], found.report.rows) == (said, 2 * times)
    assert warned in told(found, "warning")
    book = Workbook()
    for line in (HEAD, *units.split("\n"), *lines[:4]):
        book.active.append(
            [cell.replace(",", ".") if i != 4 else number(cell) for i, cell in enumerate(line.split(";"))]
        )
    buffer = io.BytesIO()
    book.save(buffer)
    sheet = check_bytes(buffer.getvalue(), LABORATORY, Context(), name="f.xlsx")
    assert ([code for code, _ in told(sheet)], sheet.report.rows) == (said, min(4, 2 * times))


def number(cell):
    return (
        float(cell.replace(",", "."))
        if cell.replace(",", ".").replace(".", "", 1).isdigit() and len(cell) < 9
        else cell
    )


@pytest.mark.parametrize("first", ["E0;990000077;-;avant;h", "-;-;-;-;h", "E0;990000077;04/02/2026;avant;h"])
def test_a_case_is_no_line_of_units(first):
    assert "units_row_ignored" not in [code for code, _ in told(check(examinations(first, *GOOD)), "warning")]


def book_of(**sheets):
    made = Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append([number(cell) for cell in row.split(";")])
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


BEFORE = (
    "Examen;FINESS;Date du prélèvement;Période;Délai (h);Âge (ans);Sexe",
    "E1;990000077;13/07/2026;avant;5.1;40;F",
)
AFTER = ("Examen;Établissement;Date prlvt;Période;Délai;Age;Genre", "F1;990000077;20/07/2026;après;4.1;40;F")


@pytest.mark.parametrize("table", [None, "tests"])
def test_two_sheets_whose_headers_differ_are_one_table_all_the_same(table):
    content = book_of(
        Avant=BEFORE, Après=AFTER, Mars=("Examen;Site;Jour;Phase;Durée h", "G1;990000077;20/08/2026;après;4.1")
    )
    found = check_bytes(content, LABORATORY, Context(), name="f.xlsx", table=table)
    assert told(found) == [("several_sheets", None)]
    assert "(Avant, Après, Mars)" in message(found.report.issues[0], "fr")


WARDS = ("Victor Hugo", "Anne de Bretagne", "Pierre Garraud", "Henri Gabrielle", "Louis Pradel")
BY_WEEK = ("Établissement;Unité;Semaine;Automatisé;Taux d'aboutissement;Part manuelle;Dossiers manuels;Dossiers",)


def weeks_of(wards):
    rows = [f"990000010;{ward};{day}/07/2026;non;0.5;1;80;80" for ward in wards for day in (13, 20)]
    return (*BY_WEEK, *rows)


@pytest.mark.parametrize("written", [bytes, shared], ids=["inline", "shared"])
@pytest.mark.parametrize("ward", WARDS)
def test_a_ward_named_after_somebody_is_nobody_however_the_workbook_holds_its_texts(ward, written):
    plain = written(book_of(Données=weeks_of([ward, "Cardio"])))
    assert told(check_bytes(plain, WEEKS, Context(), name="f.xlsx")) == []
    other = written(book_of(Données=weeks_of(["Cardio"]), Lits=("Service;Effectif", f"{ward};3", "Rea;4")))
    assert told(check_bytes(other, WEEKS, Context(), name="f.xlsx")) == []


PIVOT = ("Étiquettes de lignes;Moyenne", "Victor Hugo;0.5", "Total Victor Hugo;3")
LISTED = ("Étiquettes de lignes;Moyenne", *(f"{ward};3" for ward in WARDS))
CROSSED = ("Semaine;Victor Hugo;Cardio", "2026-07-13;0.5;2", "2026-07-20;0.5;3")


@pytest.mark.parametrize("written", [bytes, shared], ids=["inline", "shared"])
@pytest.mark.parametrize("summary", [PIVOT, LISTED, CROSSED], ids=["pivot", "listed", "crossed"])
def test_a_ward_of_the_table_is_nobody_in_a_summary_or_a_total_either(summary, written):
    rows = (*weeks_of(WARDS), ";Total Victor Hugo;;;0.5;1;160;160")
    found = check_bytes(written(book_of(Données=rows, Bilan=summary)), WEEKS, Context(), name="f.xlsx")
    assert (told(found), found.report.rows) == ([], 10)
    other = written(book_of(Données=rows, Bilan=(*summary, "Marie Dupont;3")))
    assert {code for code, _ in told(check_bytes(other, WEEKS, Context(), name="f.xlsx"))} == {"identifying_data"}


@pytest.mark.parametrize("between", [["-;-", ";"], [";"], ["Patient;Âge"], ["Nom;Âge"]])
@pytest.mark.parametrize("written", [bytes, shared], ids=["inline", "shared"])
def test_people_below_a_list_of_wards_are_people(between, written):
    lists = ("Service;Effectif", "Rea;3", "Victor Hugo;4", *between, "Marie Dupont;64")
    content = written(book_of(Données=weeks_of(["Cardio"]), Lits=lists))
    found = check_bytes(content, WEEKS, Context(), name="f.xlsx")
    assert [code for code, _ in told(found)] == ["identifying_data"]


@pytest.mark.parametrize("written", [bytes, shared], ids=["inline", "shared"])
def test_people_of_another_sheet_are_told_with_their_sheet_and_cell(written):
    content = written(book_of(Données=weeks_of(WARDS), Lits=("Service;Référent", "Victor Hugo;Mme Durand", "Rea;x")))
    found = check_bytes(content, WEEKS, Context(), name="f.xlsx")
    assert [code for code, _ in told(found)] == ["identifying_data"]
    assert message(found.report.issues[0], "fr").startswith(
        "Feuille « Lits », peut-être masquée, à partir de la case B2 :"
    )


def test_sheets_that_were_not_read_are_named():
    content = book_of(Données=BEFORE, Lexique=("mot;sens", "délai;durée"))
    (said,) = [
        i
        for i in check_bytes(content, LABORATORY, Context(), name="f.xlsx").report.issues
        if i.code == "sheet_selected"
    ]
    assert message(said, "fr").endswith("celles-ci ne l'ont pas été : Lexique.")


def test_a_table_is_asked_for_by_the_title_of_its_sheet():
    protocol = load_protocol("turnaround-before-after")
    for table in protocol.tables:
        for title in (table.name, *sheet_titles(table), table.label.fr):
            found = check_bytes(b"a;b\n1;2\n", protocol, Context(), name="f.csv", table=title)
            assert found.report.reason == "header_not_found"


def test_a_questionnaire_is_known_and_its_items_are_asked_for_by_their_number():
    items = ";".join(f"{i}. SUS item {i}" for i in range(1, 11))
    found = check(f"Horodateur;Répondant;FINESS;{items};Score SUS\n")
    asked = {i.column: i.params.get("other") for i in found.report.issues if i.code == "missing_required_column"}
    assert asked == {f"q{i}": f"{i}. SUS item {i}" for i in range(1, 11)}


@pytest.mark.parametrize(
    ("head", "column", "said"),
    [
        ("Examen;FINESS;Date du prélèvement;PERIODE (avant/après);Délai (h)", "period", "near"),
        ("Examen;FINESS;Date du prélèvement;Période;delai_min", "turnaround_hours", "near_unit"),
    ],
)
def test_a_header_that_holds_the_word_of_a_column_is_asked_for_whatever_its_accents(head, column, said):
    issues = check(examinations(*GOOD, head=head)).report.issues
    assert [i.params.get("say") for i in issues if i.column == column] == [said]


def test_a_header_that_is_not_found_is_asked_for_in_words():
    (issue,) = check("a;b\n1;2\n").report.issues
    assert "Identifiant de l'examen (pseudonyme), Site (FINESS géographique), Date" in message(issue, "fr")
    assert "Test identifier" in message(issue, "en")


def test_a_sheet_of_ours_left_blank_is_not_read_for_the_filled_one():
    content = book_of(Examens=BEFORE[:1], Données=BEFORE)
    assert check_bytes(content, LABORATORY, Context(), name="f.xlsx", table="tests").report.rows == 1


@pytest.mark.parametrize("times", [1, 3000])
def test_the_line_of_headers_again_is_left_out(times):
    lines = [line.replace("E", f"E{n}-", 1) for n in range(times) for line in GOOD]
    found = check(examinations(*lines[:1], HEAD, *lines[1:], HEAD))
    assert (told(found), found.report.rows) == ([], 2 * times)
    assert ("header_repeated_ignored", 3) in told(found, "warning")


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("5h30", "des heures et des minutes"),
        ("05:30", "des heures et des minutes"),
        ("315 min", "le nombre seul"),
        ("< 0,5", "le nombre seul"),
        ("45 ans", "le nombre seul"),
        ("12,5%", "cette colonne n'est pas une part"),
        ("bof", "ce n'est pas un nombre"),
    ],
)
def test_a_number_written_otherwise_is_told_how_to_write_it(cell, said):
    found = check(examinations(*GOOD, f"E3;990000077;15/07/2026;après;{cell}"))
    (fault,) = [i for i in found.report.issues if i.severity == "error"]
    assert (fault.cell, said in message(fault, "fr")) == ("E4", True)
    assert cell not in message(fault, "fr")


def test_a_share_above_one_is_told_how_it_is_written():
    head = "FINESS;Unité;Semaine;Outil;Aboutissement;Part manuelle;Dossiers manuels;Dossiers"
    lines = [f"990000077;Urg {ward};01/06/2026;oui;8{i};0,5;2;4" for i, ward in enumerate("AB")]
    found = check(examinations(*lines, head=head), WEEKS)
    assert told(found) == [("out_of_range", "E2"), ("out_of_range", "E3")]
    assert "80 % avec son signe" in message(found.report.issues[-1], "fr")


BLOCKS = ("Examen;FINESS;Date du prélèvement;Période;Délai (h)", HEAD + ";Âge (ans);Sexe")


@pytest.mark.parametrize("between", [[], [""]])
def test_rows_above_the_headers_that_were_read_are_told(between):
    first = [f"E{i};990000077;13/07/2026;avant;5.5" for i in range(8)]
    second = [f"F{i};990000077;20/07/2026;après;4.5;40;F" for i in range(8)]
    lines = [BLOCKS[0], *first, *between, BLOCKS[1], *second]
    assert told(check("\n".join([*lines, ""]))) == [("rows_above_header", 2)]
    content = book_of(Données=[line for line in lines if line])
    assert told(check_bytes(content, LABORATORY, Context(), name="f.xlsx")) == [("rows_above_header", 2)]
    sorted_above = [*second[:4], BLOCKS[1], *second[4:]]
    assert told(check("\n".join([*sorted_above, ""]))) == [("rows_above_header", 1)]


@pytest.mark.parametrize(
    "above",
    [
        ["Export du 29/11/2026"],
        ["CHU de Test;;;;", "Service;Biochimie;;;", "Du;01/07/2026;au;31/07/2026;"],
        ["test_id;site;date;period;turnaround_hours"],
        [";;Réception;Réception;Validation"],
    ],
)
def test_titles_above_the_headers_are_no_rows(above):
    assert told(check("\n".join([*above, examinations(*GOOD)]))) == []


@pytest.mark.parametrize(
    "code", ["U0 Somme", "U0 - total", "Ensemble", "Ensemble du pôle", "Tous services", "TOT", "(vide)"]
)
def test_subtotals_as_spreadsheets_name_them_are_no_units(code):
    rows = [f"U{i};990000010;13/07/2026;non;0,62;1;80;80" for i in range(4)]
    found = check(examinations(*rows, f"{code};990000010;13/07/2026;non;0,62;1;80;80", head=WEEKS_HEAD), WEEKS)
    assert told(found) == [("total_as_code", "A6")]


@pytest.mark.parametrize("ward", ["Total hip", "Résultats rapides", "Toussaint", "Globale", "Cumulus"])
def test_wards_that_only_sound_so_are_units(ward):
    rows = [f"{unit};990000010;13/07/2026;non;0,62;1;80;80" for unit in ("U0", ward)]
    assert (told(check(examinations(*rows, head=WEEKS_HEAD), WEEKS)) == []) == (ward != "Total hip")


@pytest.mark.parametrize("day", ["20161", "23811"])
def test_days_that_other_programs_count_are_no_dates_of_a_spreadsheet(day):
    lines = [f"E{i};990000077;{day};avant;5.5" for i in range(3)]
    assert {code for code, _ in told(check(examinations(*lines)))} == {"invalid_date"}


def test_fractions_among_per_cents_are_a_question():
    head = "case_id;site;period;reference;score (%);prediction;start_time;end_time;cost_eur"

    def scores(*values):
        rows = [f"C{i};990000010;avant;1;{v};1;02/03/2026 08:10;02/03/2026 08:40;5" for i, v in enumerate(values)]
        return told(check("\n".join([head, *rows, ""]), load_protocol("diagnostic-accuracy")))

    assert scores("0,4", "0,9", "12", "0,8") == [("ambiguous_percent", f"E{row}") for row in (2, 3, 5)]
    assert scores("0,4", "12,5", "45,25", "98") == []


@pytest.mark.parametrize(
    ("head", "cells", "said"),
    [
        ("Examen;FINESS;Date du prélèvement;Période;Délai;Unité", "90;min", True),
        ("Examen;FINESS;Date du prélèvement;Période;Délai;", "90;min", True),
        ("Examen;FINESS;Date du prélèvement;Période;Délai;Unité", "5,5;h", False),
        ("Examen;FINESS;Date du prélèvement;Période;Délai;Genre", "5,5;H", False),
        ("Examen;FINESS;Date du prélèvement;Période;Délai;Motif", "5,5;min", True),
        ("Examen;FINESS;Date du prélèvement;Période;Délai;Âge (ans);Sexe;Unité", "90;40;F;min", True),
        ("Examen;FINESS;Date du prélèvement;Période;Délai;Durée du bloc;Unité", "5,5;90;min", False),
        (";;;;en minutes\nExamen;FINESS;Date du prélèvement;Période;Délai", "90", True),
        (";;;;(h)\nExamen;FINESS;Date du prélèvement;Période;Délai", "5,5", False),
    ],
)
def test_a_unit_beside_or_above_a_column_is_its_unit(head, cells, said):
    rows = [f"E{i};990000077;13/07/2026;avant;{cells}" for i in range(3)]
    assert told(check(examinations(*rows, head=head))) == ([("other_unit", None)] if said else [])


def test_a_unit_in_a_comment_on_the_header_is_its_unit():
    made = Workbook()
    for row in ("Examen;FINESS;Date du prélèvement;Période;Délai", "E1;990000077;13/07/2026;avant;312"):
        made.active.append([number(cell) for cell in row.split(";")])
    made.active["E1"].comment = Comment("en minutes", "DIM")
    buffer = io.BytesIO()
    made.save(buffer)
    assert told(check_bytes(buffer.getvalue(), LABORATORY, Context(), name="f.xlsx")) == [("other_unit", None)]


def test_a_period_written_once_a_block_is_told():
    periods = ["avant", "", "", "", "après", "", "", ""]
    rows = [f"E{i};990000077;13/07/2026;{period};5,5" for i, period in enumerate(periods)]
    assert told(check(examinations(*rows))) == [("blank_below", f"D{row}") for row in (3, 4, 5, 7, 8, 9)]
    some = ["avant", "", "avant", "", "après", "", "après", ""]
    rows = [f"E{i};990000077;13/07/2026;{period};5,5" for i, period in enumerate(some)]
    assert "blank_below" not in [code for code, _ in told(check(examinations(*rows)))]
