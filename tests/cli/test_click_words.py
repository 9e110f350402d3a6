"""What click itself says is in the user's language too."""

import ast
from pathlib import Path

import click
import pytest

from registry.cli.click_words import MODULES, SENTENCES
from registry.vocabulary import UserRole
from tests.cli.test_cli import preuve

COMPUTED = {"required"}
"""Asked for by a variable."""


def asked_by_click():
    """Every text that click's modules hand to gettext."""
    folder = Path(click.__file__).parent
    for name in MODULES:
        for node in ast.walk(ast.parse((folder / f"{name}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "ngettext"):
                yield from (a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str))


def test_each_sentence_is_one_of_click():
    """Another version that words it otherwise would speak English again."""
    assert set(SENTENCES) - COMPUTED <= set(asked_by_click())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check"], ["Usage : preuve check", "« preuve check --help »", "Erreur : Il manque l'argument"]),
        (["chek"], ["La commande 'chek' n'existe pas."]),
        (["check", "f.csv", "--nope"], ["L'option '--nope' n'existe pas."]),
        (["check", "f.csv", "g.csv", "--protocol", "d"], ["Un argument de trop (g.csv)"]),
        (["serve", "--port", "x"], ["Valeur incorrecte pour '--port' : 'x' n'est pas un nombre valable."]),
    ],
)
def test_a_mistake_in_the_command_is_told_in_french(arguments, said):
    found = preuve(*arguments)
    assert (found.returncode, found.stdout) == (2, "")
    for words in said:
        assert words in found.stderr
    assert "Error" not in found.stderr
    assert "Usage: " in preuve(*arguments, LOCALE="en").stderr


def test_the_help_is_in_french_to_its_last_word():
    shown = preuve("check", "--help").stdout
    assert "Usage : preuve check" in shown
    assert "Affiche ce message" in shown
    assert "[obligatoire]" in shown
    assert "Show this message" not in shown


def test_no_person_is_given_the_role_of_the_system():
    found = preuve("user", "add", "a@example.org", "--role", UserRole.SYSTEM.value)
    assert found.returncode == 2
    assert f"'{UserRole.SYSTEM.value}'" not in found.stderr.partition("ceux-ci")[2]
