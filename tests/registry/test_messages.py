"""Every refusal of the registry is one sentence in both languages."""

import ast
from io import BytesIO
from pathlib import Path

from babel.messages.pofile import read_po

from registry import errors

ROOM = Path(errors.__file__).parent
REFUSALS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}


def raised():
    for path in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSALS:
                yield path.name, node


def test_every_refusal_gives_its_sentence_in_place():
    for name, call in raised():
        if name not in ("errors.py", "failures.py"):
            assert len(call.args) == 2, (name, call.lineno)
            assert all(isinstance(argument, ast.Constant) for argument in call.args), (name, call.lineno)


def test_every_sentence_has_its_french():
    path = ROOM / "locale" / "fr" / "LC_MESSAGES" / "messages.po"
    known = read_po(BytesIO(path.read_bytes()), locale="fr")
    said = {call.args[1].value for _, call in raised() if len(call.args) > 1 and isinstance(call.args[1], ast.Constant)}
    assert len(said) > 50
    assert {text for text in said if not (known.get(text) and known[text].string)} == set()


def test_words_are_said_in_the_language_of_the_sentence():
    from registry.vocabulary import PilotState

    refusal = errors.Conflict(
        "x", "The uploads of the pilot {code} are not open ({state}).", code="P", state=PilotState.CLOSED
    )
    assert refusal.sentence("fr") == "Les dépôts du pilote P ne sont pas ouverts (Dépôts clos)."
    assert refusal.sentence("en") == str(refusal) == "The uploads of the pilot P are not open (Closed)."
