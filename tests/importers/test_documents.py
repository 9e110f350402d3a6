"""Blank workbooks of documents: what a person fills in is accepted without a word, and every fault is told at its cell."""

import csv
import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from importers.documents.blank import blank_workbook, put_example
from importers.documents.cells import Known, Unfit, read_cell
from importers.documents.check import check_document
from importers.documents.kinds import KINDS, document
from importers.documents.messages import is_known, message
from importers.documents.reading import Cell
from importers.sheet_style import put

KNOWN = Known(frozenset(("48180000", "48328000", "33100000")), {"V92": True, "V": False})
TODAY = dt.date(2026, 11, 24)


def saved(book):
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def write(cell, value):
    """A text stays a text, whatever it begins with."""
    if isinstance(value, str):
        put(cell, value)
    else:
        cell.value = value


def filled(kind, locale="fr", **changed):
    """The blank filled in with its own example; `changed` maps a field to what to write instead (None empties it)."""
    described = document(kind)
    book = load_workbook(io.BytesIO(blank_workbook(kind, locale)))
    for sheet in described.sheets:
        page = book[sheet.label(locale)]
        if sheet.layout == "vertical":
            rows = {row[4].value: row for row in page.iter_rows(min_row=2)}
            for spec in sheet.fields:
                put_example(rows[spec.name][1], described, spec, spec.example, locale)
                rows[spec.name][2].value = "Annexe 1"
                if spec.name in changed:
                    write(rows[spec.name][1], changed[spec.name])
        else:
            for number, example in enumerate(sheet.examples, start=2):
                for index, spec in enumerate(sheet.fields, start=1):
                    put_example(page.cell(number, index), described, spec, example.get(spec.name, ""), locale)
                    if (value := changed.get(f"{sheet.name}.{spec.name}.{number}", ...)) is not ...:
                        page.cell(number, index).value = value
    return saved(book)


def check(content, kind, known=KNOWN, name="f.xlsx", **more):
    return check_document(content, kind, known, name=name, today=TODAY, **more)


def codes(answer):
    return {(fault.code, fault.cell) for fault in answer.faults}


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_filled_blank_is_accepted_without_a_word(kind, locale):
    found = check(filled(kind, locale), kind, central="uniha" if kind == "dossier" else "")
    assert found.faults == ()
    assert found.accepted


def test_codes_dates_and_numbers_are_kept_in_one_form_whatever_the_language():
    french, english = (check(filled("dossier", locale), "dossier").content["dossier"] for locale in ("fr", "en"))
    assert french == english
    kept = {row["key"]: row["value"] for row in french}
    assert len(kept) == len(french) == len(document("dossier").sheet("dossier").fields)
    assert kept["classe_risque"] == "haut_risque_annexe_I"
    assert kept["date_mise_sur_marche"] == "2025-03-01"
    assert kept["prix_unitaire_ht"] == "12000"
    assert kept["entrainement_part_femmes"] == "51.5"
    assert kept["hds_activites"] == "1; 2; 3; 4; 5; 6"
    assert kept["taux_tva"] == "20"
    assert {row["evidence"] for row in french} == {"Annexe 1"}


@pytest.mark.parametrize("kind", KINDS)
def test_an_untouched_blank_asks_for_what_is_required_and_says_where(kind):
    found = check(blank_workbook(kind), kind)
    assert not found.accepted
    if kind == "vehicles":
        assert [fault.code for fault in found.faults] == ["no_rows"]
        return
    missing = [fault for fault in found.faults if fault.code == "missing_value"]
    wanted = [spec for _, spec in document(kind).fields() if spec.need == "open"]
    assert len(missing) == len(wanted) == 5
    assert all(fault.cell.startswith("B") for fault in missing)


def test_no_cell_of_a_blank_is_a_formula_and_the_instructions_come_first():
    for kind in KINDS:
        for locale in ("fr", "en"):
            book = load_workbook(io.BytesIO(blank_workbook(kind, locale)))
            assert book.sheetnames[0] == ("Lisez-moi" if locale == "fr" else "Read me")
            assert all(cell.data_type != "f" for page in book for row in page.iter_rows() for cell in row)
            assert book.worksheets[-1].sheet_state == "hidden"


def test_drop_downs_point_to_their_list():
    book = load_workbook(io.BytesIO(blank_workbook("vehicles")))
    rule = next(v for v in book["Procédures"].data_validations.dataValidation if "C2" in str(v.sqref))
    title, cells = rule.formula1.lstrip("=").split("!")
    shown = [row[0].value for row in book[title][cells.replace("$", "")]]
    assert shown[3] == "Système d'acquisition dynamique"
    assert len(shown) == 7


CELLS = {
    "fournisseur_siren": ("404833047", "invalid:siren"),
    "siret": ("73282932000079", "invalid:siret"),
    "srn_fabricant": ("FR-MF-1", "invalid:srn"),
    "udi_di": ("4006381333932", "invalid:gtin"),
    "udi_di_basique": ("1987654Ad4X4bL5ttr2310c2L", "invalid:basic_udi"),
    "emdn": ("V", "invalid:emdn"),
    "cpv_principal": ("48180001", "unknown_code"),
    "cpv_secondaires": ("33100000 ; 483280", "invalid:cpv"),
    "statut_dm": ("peut-être", "invalid_choice"),
    "aipd_realisee": ("bof", "invalid_choice"),
    "date_mise_sur_marche": ("31/02/2025", "invalid_date"),
    "aipd_date": ("05-12-25", "invalid_date"),
    "prix_unitaire_ht": ("douze", "invalid_number"),
    "maintenance_annuelle_ht": ("1,234", "ambiguous_number"),
    "formation_ht": ("-1", "out_of_range"),
    "population_age_min": ("18,5", "not_whole"),
    "entrainement_part_femmes": ("٥٠", "invalid_number"),
    "pays_siege": ("Atlantide", "invalid:country"),
    "somme_controle_modele": ("abc", "invalid:sha256"),
    "code_naf": ("62", "invalid:ape"),
    "eudamed_url": ("javascript:alert(1)", "invalid:url"),
    "organisme_notifie": ("abcd", "invalid:notified_body"),
    "nom_commercial": ("n" * 121, "text_too_long"),
    "indication": ("=HYPERLINK(1)", "formula_injection"),
    "usages_exclus": ("@SUM(1)", "formula_injection"),
    "modele_fondation": ("+cmd|' /C calc'!A0", "formula_injection"),
    "ansm_incidents": ("patient 2 94 03 75 120 005 91", "identifying_data"),
    "fsca": ("a\u0085b", "control_character"),
}


def test_every_fault_is_told_in_one_go_each_at_its_own_cell_and_nothing_is_kept():
    content = filled("dossier", **{name: value for name, (value, _) in CELLS.items()})
    page = load_workbook(io.BytesIO(content))["Dossier"]
    row = {r[4].value: r[4].row for r in page.iter_rows(min_row=2)}
    found = check(content, "dossier")
    assert {(code, f"B{row[name]}") for name, (_, code) in CELLS.items()} <= codes(found)
    assert len([f for f in found.faults if f.severity == "error"]) == len(CELLS)
    assert (found.accepted, found.content) == (False, {})
    for fault in found.faults:
        for locale in ("fr", "en"):
            sentence = message(fault, locale)
            assert fault.cell in sentence
            assert "{" not in sentence
            assert not any(str(value) in sentence for value, _ in CELLS.values() if len(value) > 6)


def test_what_a_telephone_or_a_list_begins_with_is_no_formula():
    found = check(
        filled("dossier", contact_commercial="+33 1 02 03 04 05", usages_exclus="- enfants\n- urgence"), "dossier"
    )
    assert found.faults == ()


def test_an_empty_optional_field_is_no_fault_and_one_needed_for_referencing_is_a_warning():
    found = check(filled("dossier", eco_score=None, aipd_realisee=None), "dossier")
    assert found.accepted
    assert [fault.code for fault in found.faults] == ["missing_for_listing"]


@pytest.mark.parametrize(
    ("changed", "code", "accepted"),
    [
        ({"siret": "73282932000074"}, "siret_of_another", False),
        ({"indication": None, "population": None}, "intended_use", False),
        ({"population_age_min": 80, "population_age_max": 18}, "ages_reversed", False),
        ({"certificat_numero": None}, "needed_by", True),
        ({"hds_certificat": None}, "needed_by", True),
        ({"statut_dm": "Pas un dispositif médical", "justification_non_dm": None}, "needed_by", True),
        ({"cas_usage": "Triage aux urgences", "classe_risque": "Risque minimal", "exception_art6_3": None}, "needed_by", True),
        ({"hds_expiration": dt.date(2026, 11, 23)}, "expired", True),
        ({"type_identifiant": "TVA intracommunautaire", "fournisseur_siren": "DE1"}, "invalid:vat", False),
        ({"fournisseur_siren": 18}, "invalid:siren", False),
        ({"fournisseur_siren": "00000018"}, "leading_zero_restored", True),
        ({"emdn": "V99"}, "unknown_code", False),
        ({"udi_di": "+A123BJC5D6E71G"}, "agency_not_checked", True),
    ],
)  # fmt: skip
def test_what_fields_say_of_one_another(changed, code, accepted):
    found = check(filled("dossier", **changed), "dossier")
    assert code in found.counts
    assert found.accepted == accepted


def test_an_emdn_code_that_has_finer_ones_below_it_is_not_chosen():
    known = Known(KNOWN.cpv, {"V92": False})
    assert "not_terminal" in check(filled("dossier"), "dossier", known).counts


def test_codes_that_no_list_can_judge_are_said_once():
    found = check(filled("vehicles"), "vehicles", Known())
    assert found.accepted
    assert found.counts == {"cpv_not_imported": 1}


VEHICLES = [
    ({"lots.procedure.2": "M_9999"}, "unknown_procedure", "A2"),
    ({"suppliers.procedure.3": "M_9999"}, "unknown_procedure", "A3"),
    ({"suppliers.lot.2": "LOT-0002"}, "unknown_lot", "B2"),
    ({"procedures.closes_on.2": dt.date(2024, 1, 1)}, "end_before_start", "E2"),
    ({"suppliers.left_on.2": dt.date(2025, 1, 1)}, "end_before_start", "G2"),
    ({"suppliers.admitted_on.2": dt.date(2031, 1, 1)}, "outside_procedure", "F2"),
    ({"suppliers.admitted_on.2": None}, "admission_date_missing", None),
    ({"suppliers.supplier_id.2": "73282932000079"}, "invalid:siret", "E2"),
    ({"suppliers.supplier_id.3": "FR00404833048"}, "invalid:vat", "E3"),
    ({"suppliers.id_type.3": "Hors Union européenne", "suppliers.supplier_id.3": "é!"}, "invalid:foreign_id", "E3"),
    ({"procedures.technique.2": "Achat"}, "invalid_choice", "C2"),
    ({"procedures.procedure.3": "M_3530"}, "duplicate_row", "A3"),
    ({"procedures.procedure.2": "M 3530 trop long"}, "avoided_sign", "A2"),
    ({"procedures.procedure.2": "M_3530_beaucoup_trop_long"}, "invalid:decp_id", "A2"),
    ({"procedures.cpv.2": "48180000-9"}, None, None),
    ({"procedures.cpv.2": "11111111"}, "unknown_code", "L2"),
    ({"procedures.fee_percent.2": 101}, "out_of_range", "Q2"),
    ({"procedures.fee_percent.2": 0.125}, "percent_or_fraction", "Q2"),
    ({"procedures.buyer_siret.2": 73282932000074}, None, None),
    ({"lots.use_cases.2": "triage_urgences ; n'importe"}, "invalid_choice", "D2"),
    ({"lots.title.2": None}, "missing_value", None),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "code", "cell"), VEHICLES)
def test_what_the_sheets_of_vehicles_say_of_one_another(changed, code, cell):
    found = check(filled("vehicles", **changed), "vehicles")
    if code is None:
        assert found.faults == ()
        return
    assert (code, cell) in codes(found)
    fault = next(f for f in found.faults if f.code == code)
    assert fault.row == int(next(iter(changed)).rpartition(".")[2])
    assert fault.sheet in message(fault, "fr")


def test_a_framework_agreement_has_holders_and_a_dynamic_purchasing_system_need_not_yet():
    gone = {f"suppliers.{spec.name}.{{}}": None for spec in document("vehicles").sheet("suppliers").columns}
    without_holder = check(filled("vehicles", **{name.format(3): None for name in gone}), "vehicles")
    assert codes(without_holder) == {("no_holder", "A3")}
    assert check(filled("vehicles", **{name.format(2): None for name in gone}), "vehicles").faults == ()


def test_the_numbers_of_uniha_are_a_warning_for_uniha_alone():
    assert check(filled("vehicles"), "vehicles", central="uniha").counts == {"unusual_number": 1}
    assert check(filled("vehicles"), "vehicles", central="resah").counts == {}


def test_a_csv_is_read_too():
    lines = ["Champ;Valeur;Preuve"]
    lines += [
        f"{s.label.fr};{s.example.replace(';', ',')};Annexe" for _, s in document("dossier").fields() if not s.many
    ]
    found = check("\n".join(lines).encode("cp1252", "replace"), "dossier", name="dossier.csv")
    assert set(found.counts) <= {"encoding_not_utf8", "needed_by"}
    assert found.accepted
    one = "N° de procédure;Objet;Technique d'achat;Ouverte ou notifiée le;Fin de validité\nM_1;Objet;Système d'acquisition dynamique;20/06/2025;2029-06-19\n"
    assert check(one.encode(), "vehicles", name="v.csv").content["procedures"][0]["opens_on"] == "2025-06-20"


def test_what_the_file_holds_besides_is_told_and_not_kept():
    book = load_workbook(io.BytesIO(filled("vehicles")))
    book["Procédures"]["U1"] = "Note interne"
    book["Procédures"]["U2"] = "ne pas garder"
    book.create_sheet("Brouillon")["A1"] = "rien"
    found = check(saved(book), "vehicles")
    assert {f.code for f in found.faults} == {"unknown_column", "unknown_sheet"}
    assert found.accepted
    assert "ne pas garder" not in str(found.content)


def test_two_sheets_of_one_kind_and_a_field_twice_are_refused():
    book = load_workbook(io.BytesIO(filled("vehicles")))
    book.copy_worksheet(book["Procédures"])
    assert "duplicate_sheet" in check(saved(book), "vehicles").counts
    book = load_workbook(io.BytesIO(filled("dossier")))
    page = book["Dossier"]
    page.append(["Version exacte", "9", None, None, "version"])
    assert "duplicate_field" in check(saved(book), "dossier").counts


HOSTILE = {
    "empty": (b"", "f.xlsx", "empty_file"),
    "name": (b"a;b\n1;2\n", "f.xlsx", "extension_mismatch"),
    "pdf": (b"%PDF-1.7", "f.pdf", "unsupported_format"),
    "quote": (b'Champ;Valeur\n"a;b\n', "f.csv", "unclosed_quote"),
    "nothing": (b"a;b\n1;2\n", "f.csv", "missing_sheet"),
    "wide": (b"Champ;Valeur" + b";" * 200 + b"\n", "f.csv", "too_many_columns"),
    "long": (b"Champ;Valeur\n" + b"\n" * 30_000, "f.csv", "too_many_rows"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_one_sentence(case):
    content, name, code = HOSTILE[case]
    found = check(content, "dossier", name=name)
    assert code in found.counts
    assert (found.accepted, found.content) == (False, {})
    assert all("{" not in message(fault) for fault in found.faults)


def test_a_formula_without_a_value_and_an_error_of_the_spreadsheet_are_told():
    book = load_workbook(io.BytesIO(filled("vehicles")))
    book["Procédures"]["B2"] = "=1+1"
    assert ("formula_without_value", "B2") in codes(check(saved(book), "vehicles"))


def test_every_fault_has_its_sentence():
    import re
    from pathlib import Path

    import importers.documents as room

    text = "\n".join(path.read_text(encoding="utf-8") for path in Path(room.__file__).parent.glob("*.py"))
    used = set(re.findall(r'(?:Fault|Unfit|fault|found\.warnings\.append)\(\s*"([a-z_:]+)"', text))
    assert len(used) > 30
    assert {code for code in used if not is_known(code)} == set()
    checks = {spec.check for kind in KINDS for _, spec in document(kind).fields()} - {"", "udi_di", "supplier_id"}
    assert all(is_known(f"invalid:{check}") for check in checks)


@given(st.lists(st.lists(st.text(max_size=20), max_size=6), max_size=8), st.sampled_from(KINDS))
def test_whatever_a_csv_holds_is_an_answer(rows, kind):
    """Words of the document among any others: an answer with its sentences, never an exception."""
    words = [s.label.fr for _, s in document(kind).fields()][:12]
    lines = [
        ["Champ", "Valeur", "Preuve"],
        *([word, *row] for word, row in zip(words * 2, rows, strict=False)),
        words,
        *rows,
    ]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";").writerows(lines)
    found = check(buffer.getvalue().encode("utf-8", "replace"), kind, name="f.csv")
    assert all(
        "{" not in message(fault, locale).replace("{}", "") for fault in found.faults[:20] for locale in ("fr", "en")
    )
    assert found.accepted or found.content == {}


@given(
    st.one_of(
        st.text(), st.floats(), st.integers(), st.booleans(), st.datetimes(), st.dates(), st.timedeltas(), st.times()
    )
)
def test_whatever_a_cell_holds_is_a_value_or_a_fault(value):
    cell = Cell(value, 1, 0)
    for kind in KINDS:
        for _, spec in document(kind).fields():
            try:
                kept, code = read_cell(document(kind), spec, cell, KNOWN).value, "missing_value"
            except Unfit as unfit:
                kept, code = "", unfit.code
            assert is_known(code)
            assert len(kept) <= 2 * spec.most_characters + 2
