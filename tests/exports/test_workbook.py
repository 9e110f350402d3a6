"""The workbook, cell by cell against a golden copy, and what no cell may ever be.

Write the golden copy anew after a wanted change of layout: `python -m tests.exports.test_workbook`.
"""

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from evaluation.data import PilotData
from evaluation.indicators.catalogue import catalogue
from evaluation.scorecard.build import score
from evaluation.small_numbers import hidden_levels
from exports.edition import Line
from exports.seal import verify_workbook
from exports.workbook import workbook
from exports.workbook.small_numbers import withheld
from registry.services.edition_parts import measures_of
from tests.evaluation.every_indicator import frames, protocol, rows
from tests.exports.editions import edition, line, measure

GOLDEN = Path(__file__).parent / "golden" / "workbook.json"


def cells(content):
    """Every cell with its kind, value and format; every width; every table."""
    book = load_workbook(io.BytesIO(content))
    return {
        sheet.title: {
            "cells": {
                c.coordinate: [c.data_type, str(c.value), c.number_format]
                for row in sheet.iter_rows()
                for c in row
                if c.value is not None
            },
            "widths": {k: d.width for k, d in sorted(sheet.column_dimensions.items())},
            "tables": dict(sheet.tables.items()),
            "freeze": sheet.freeze_panes,
        }
        for sheet in book
    }


def test_every_cell_is_the_golden_one():
    assert cells(workbook(edition())) == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_sheets_headings_and_types_are_the_fields():
    book = load_workbook(io.BytesIO(workbook(edition())))
    assert book.sheetnames == ["Lisez-moi", "Référencement", "Indicateurs", "Sites pilotes", "Retraits et suspensions"]
    page = book["Référencement"]
    headings = [cell.value for cell in page[1]]
    # FIELD §5.2, sheet 2, in its order
    assert headings[:35] == [
        "Identifiant de référencement", "Solution", "Version évaluée", "Fournisseur", "SIRET fournisseur", "Catégorie d'entreprise",
        "Cas d'usage", "Destination d'usage (résumé)", "Population couverte (âge)", "Statut", "Date de décision", "Valable du",
        "Valable jusqu'au", "Prochaine revue", "Conditions", "Force du plan d'étude (P1–P4)", "Nb de sites pilotes", "Effectif total",
        "Conclusion clinique", "Conclusion organisationnelle", "Conclusion économique", "Protocole gelé", "Alerte équité",
        "Alerte sécurité", "gCO2e par usage", "Statut DM / classe", "IUD-ID", "Classe de risque RIA", "HDS", "SecNumCloud",
        "Hébergement (pays)", "DPI / PACS compatibles", "Code CPV", "Lien fiche de preuve", "Code de vérification",
    ]  # fmt: skip
    row = dict(zip(headings, page[3], strict=True))
    assert (row["SIRET fournisseur"].value, row["SIRET fournisseur"].number_format) == ("00000001800010", "@")
    assert row["Valable jusqu'au"].is_date
    assert row["Valable jusqu'au"].number_format == "dd/mm/yyyy"
    assert page.freeze_panes == "C2"
    assert page.tables["tbl_referencement"].ref.startswith("A1:")
    sites = book["Sites pilotes"]
    assert {sites["C2"].value, sites["C3"].value} == {"010999993", "2A0999999"}


@pytest.mark.parametrize("level", ["Sexe : F", "Sexe : M"])
def test_a_small_subgroup_shows_nothing_and_cannot_be_subtracted(level):
    page = load_workbook(io.BytesIO(workbook(edition())))["Indicateurs"]
    headings = [cell.value for cell in page[1]]
    row = next(r for r in page.iter_rows(min_row=2, values_only=True) if level in r)
    shown = dict(zip(headings, row, strict=True))
    assert shown["Estimation"] is shown["N"] is shown["IC 95 % bas"] is None
    assert "moins de 11 observations" in shown["Pourquoi il n'y a pas de valeur"]


@pytest.mark.parametrize(
    ("sizes", "kept_back"),
    [
        ([40, 60], []),
        ([11, 60], []),
        ([10, 60], [0, 1]),  # one alone would be the total less the other
        ([60, 0, 10, 30], [2, 3]),  # the smallest of those that could be shown goes with it; an empty one says nothing
        ([5, 4, 60], [0, 1]),
        ([5], [0]),
    ],
)
def test_the_next_smallest_level_goes_with_a_single_small_one(sizes, kept_back):
    assert hidden_levels(sizes) == frozenset(kept_back)


def test_an_empty_list_is_a_sentence_without_a_table():
    book = load_workbook(io.BytesIO(workbook(edition(lines=(), measures=(), sites=(), changes=()))))
    assert book["Référencement"]["A2"].value == "Aucune solution n'est inscrite dans cette édition."
    assert not book["Référencement"].tables


def test_nothing_is_a_formula_or_a_link():
    with zipfile.ZipFile(io.BytesIO(workbook(edition()))) as archive:
        text = b"".join(archive.read(name) for name in archive.namelist())
    assert b"<f>" not in text
    assert b"hyperlink" not in text.lower()


TEXT_FIELDS = [f.name for f in fields(Line) if f.type == "str"]


def as_a_cell_holds_it(text):
    """An independent reading of ECMA-376: what XML 1.0 cannot write is left out, line ends are line feeds."""
    kept = "".join(
        c
        for c in text
        if c in "\t\n\r" or (ord(c) >= 32 and not 0xD800 <= ord(c) <= 0xDFFF and c not in "\ufffe\uffff")
    )
    return "\n".join("\n".join(kept.split("\r\n")).split("\r"))


def as_a_spreadsheet_shows_it(text):
    """The escape `_xHHHH_` of a cell's text (ECMA-376, ST_Xstring), decoded from left to right as Excel does."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found.group(1), 16)), text)


@settings(deadline=None, max_examples=60)
@given(
    st.text(max_size=60),
    st.sampled_from(["=", "+", "-", "@", "\t", "\r", "'", "#REF!", "_x0041_", "_x005F_", "\x0b", "\ud800", ""]),
)
def test_any_text_stays_the_text_that_it_is(text, start):
    hostile = start + text
    given_line = line(**dict.fromkeys(TEXT_FIELDS, hostile))
    content = workbook(edition(lines=(given_line,), measures=(measure(label=hostile, reason=hostile),)))
    book = load_workbook(io.BytesIO(content))
    kinds = {c.data_type for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None}
    assert kinds <= {"s", "n", "d"}
    for cell in (book["Référencement"]["B2"], book["Référencement"]["C2"], book["Indicateurs"]["D2"]):
        assert as_a_spreadsheet_shows_it(cell.value or "") == as_a_cell_holds_it(hostile)
    assert verify_workbook(content).ok


@pytest.mark.parametrize("text", ["x" * 40_000, "\U0001f600" * 20_000])
def test_a_text_longer_than_a_cell_is_cut_with_a_sign(text):
    value = load_workbook(io.BytesIO(workbook(edition(lines=(line(motivation=text),)))))["Référencement"]["AM2"].value
    assert value.endswith("…")
    assert text.startswith(value[:-1])
    assert 32_760 < len(value.encode("utf-16-le")) / 2 <= 32_767  # Excel counts UTF-16 units


def test_the_same_edition_gives_the_same_bytes_everywhere(tmp_path):
    code = "import sys; from exports.workbook import workbook; from tests.exports.editions import edition; sys.stdout.buffer.write(workbook(edition()))"
    elsewhere = {**os.environ, "TZ": "Pacific/Auckland", "LC_ALL": "C", "HOME": str(tmp_path), "PYTHONHASHSEED": "7"}
    made = subprocess.run(
        [sys.executable, "-c", code], env=elsewhere, capture_output=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert made.stdout == workbook(edition())


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_every_word_of_the_workbook_is_in_the_catalogue(locale, monkeypatch):
    import gettext

    from evaluation import language

    class Strict(gettext.NullTranslations):
        def gettext(self, message):
            raise AssertionError(f"no French for {message!r}")

    catalogue = language.translations("exports", locale)
    if locale == "fr":
        monkeypatch.setattr(catalogue, "_fallback", Strict())
    for changes in (
        {},
        {"profile": "resah"},
        {"profile": "other"},
        {"lines": (), "measures": (), "sites": (), "changes": ()},
    ):
        workbook(edition(**changes), locale)


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(cells(workbook(edition())), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def test_two_indicators_of_one_code_hide_their_own_small_levels():
    """Were their levels one family, two small ones would hide each other's need of a second."""
    lines = [
        measure(label=label, subgroup=f"Sexe : {sex}", n=n)
        for label in ("Part A", "Part B")
        for sex, n in (("femmes", 5), ("hommes", 50), ("inconnu", 60))
    ]
    for shown in (lines, [replace(one, label="Part") for one in lines]):
        assert [one.n for one in withheld(shown)] == [0, 0, 60, 0, 0, 60]


def test_every_indicator_of_a_scorecard_has_its_line_without_a_code():
    content = score(plan := protocol(), PilotData.from_frames(plan, frames(rows()))).content
    measures = tuple(measures_of("PRV-2026-0001-U", content))
    assert {m.short_code for m in measures} == {e.short for e in catalogue().values() if e.on_scorecard}
    assert not [m for m in measures if "_" in m.method + m.unit + m.label + m.reason]
    assert next(m for m in measures if m.short_code == "DELTA_MEDIANE").unit == "min"
    narrow = next(i for i in content["indicators"] if "hartung_knapp_narrow" in i["pooled"].get("flags", []))
    line = next(m for m in measures if m.short_code == narrow["short"] and not m.subgroup)
    assert (line.low, line.high) == (narrow["pooled"]["adhoc_low"], narrow["pooled"]["adhoc_high"])
    assert workbook(edition(measures=measures)) == workbook(edition(measures=measures))
