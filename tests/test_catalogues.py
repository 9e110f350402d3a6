"""Every sentence that a room can say exists in French: nothing missing, nothing fuzzy, nothing left over in the wrong shape."""

import string
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
ROOMS = ("evaluation", "importers", "exports", "registry")
KEYWORDS = dict.fromkeys(("gettext", "_", "say", "marked", "_fault", "TableFault")) | {"ngettext": (1, 2)}


def catalogue(room):
    path = ROOT / room / "locale" / "fr" / "LC_MESSAGES" / "messages.po"
    return read_po(BytesIO(path.read_bytes()), locale="fr")


def messages(room):
    keywords = KEYWORDS | ({"fault": None} if room == "evaluation" else {})  # elsewhere a fault has a code
    for path in sorted((ROOT / room).rglob("*.py")):
        for _, message, _, _ in extract("python", BytesIO(path.read_bytes()), keywords=keywords):
            yield path.relative_to(ROOT), message if isinstance(message, str) else message[0]
    for path in sorted((ROOT / room).rglob("*.html")):
        for _, message, _, _ in extract("jinja2", BytesIO(path.read_bytes()), keywords=keywords):
            yield path.relative_to(ROOT), message if isinstance(message, str) else message[0]


@pytest.mark.parametrize("room", ROOMS)
def test_every_message_has_its_french(room):
    known = catalogue(room)
    missing = {
        (str(path), message) for path, message in messages(room) if not (known.get(message) and known[message].string)
    }
    assert not missing


@pytest.mark.parametrize("room", ROOMS)
def test_no_entry_is_fuzzy_or_loses_a_parameter(room):
    def fields(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for entry in catalogue(room):
        if not entry.id:
            continue
        assert not entry.fuzzy, entry.id
        pairs = zip(entry.id, entry.string, strict=False) if isinstance(entry.id, tuple) else [(entry.id, entry.string)]
        for source, translation in pairs:
            assert translation, source
            assert fields(translation) <= fields(source) | {"n"}, source


def test_the_extraction_finds_what_the_rooms_say():
    found = {message for _, message in messages("importers")}
    assert "The file is empty: check that you chose the right one." in found
