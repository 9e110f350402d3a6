"""A sealed file is accepted as it is and after a plain re-save, and refused after any change of what a reader sees."""

import io
import json

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment

from evaluation.data import PilotData
from evaluation.protocol import load_protocol
from evaluation.scorecard.build import score
from exports.seal import CHANGED
from exports.seal import verify as verify_file
from exports.workbook import workbook
from tests.exports.editions import edition

SEALED = workbook(edition())


def changed(change):
    book = load_workbook(io.BytesIO(SEALED))
    change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return verify_file(buffer.getvalue())


def test_a_sealed_workbook_is_accepted_with_its_central_and_number():
    found = verify_file(SEALED)
    assert (found.ok, found.central, found.number, found.kind) == (True, "uniha", 3, "workbook")
    assert found.stated == found.computed
    assert found.sentence("fr") == "Le contenu est celui qui a été scellé."


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_both_languages_verify(locale):
    assert verify_file(workbook(edition(), locale)).ok


def test_saving_it_again_and_widening_a_column_break_nothing():
    assert changed(lambda _: None).ok
    assert changed(lambda book: setattr(book["Référencement"].column_dimensions["B"], "width", 70)).ok


def test_a_row_that_a_filter_hides_is_said_with_what_to_do():
    """A hidden line may be the suspended one: the reader is asked to show everything, then to check again."""
    found = changed(lambda book: setattr(book["Référencement"].row_dimensions[3], "hidden", True))
    assert not found.ok
    assert found.computed == found.stated
    assert "Référencement" in found.sentence("fr")


def cell(sheet, address, value):
    def change(book):
        book[sheet][address] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        cell("Référencement", "J2", "Référencée"),
        cell("Indicateurs", "G2", 0.9),
        cell("Indicateurs", "G2", "0.5000995944"),
        cell("Référencement", "M2", None),
        cell("Sites pilotes", "Z99", "x"),
        cell("Lisez-moi", "B3", "Resah"),
        cell("Référencement", "B2", "=1+1"),
        lambda book: book.create_sheet("Autre").append(["x"]),
        lambda book: book.remove(book["Retraits et suspensions"]),
        lambda book: setattr(book["Indicateurs"], "title", "Chiffres"),
        lambda book: book["Indicateurs"].merge_cells("A2:B2"),
    ],
)
def test_a_changed_content_is_refused(change):
    found = changed(change)
    assert (found.ok, found.message) in ((False, CHANGED), (False, found.message))
    assert found.computed != found.stated or found.message != CHANGED


@pytest.mark.parametrize(
    "change",
    [
        lambda book: setattr(book["Indicateurs"], "sheet_state", "hidden"),
        lambda book: setattr(book["Indicateurs"]["G2"], "comment", Comment("0,9 en vérité", "x")),
        lambda book: setattr(book["Indicateurs"]["G3"], "number_format", '"0,9"'),
        lambda book: setattr(book["Indicateurs"]["G3"], "number_format", ";;;"),
    ],
)
def test_what_shows_something_else_than_the_values_is_refused(change):
    found = changed(change)
    assert not found.ok
    assert found.message != CHANGED or found.computed != found.stated


def test_a_forged_seal_is_seen_by_its_digest():
    """Whoever re-computes the seal passes the file's own check; only the registry knows the digest that it published."""
    other = verify_file(workbook(edition(contact="x@y.invalid")))
    assert other.ok
    assert other.computed != verify_file(SEALED).computed


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"not json", b"[1]", b"{}", b'{"digest": "x", "a": NaN}', b"\xff\xfe"]
)
def test_anything_else_is_refused_in_one_sentence(content):
    found = verify_file(content)
    assert not found.ok
    assert found.sentence("fr").endswith(".")


def test_a_scorecard_is_accepted_and_refused_after_one_digit():
    protocol = load_protocol("diagnostic-accuracy")
    card = score(protocol, PilotData.from_frames(protocol, {})).to_json_bytes()
    assert verify_file(card).ok
    assert verify_file(json.dumps({**json.loads(card), "registry": {"uploads": 1}}).encode()).ok
    content = json.loads(card)
    content["data"]["rows"] = 1
    assert verify_file(json.dumps(content).encode()).message == CHANGED
