"""Every refusal of the engine has its French."""

import ast
import re
from pathlib import Path

import pytest

import evaluation
from evaluation.domain_words import said

SOURCES = sorted(Path(evaluation.__file__).parent.rglob("*.py"))


def refusals():
    """The sentences of every `DomainError` of the engine, each name or number in them as 7."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "DomainError" and node.args:
                given = node.args[0]
                if isinstance(given, ast.Constant):
                    yield given.value
                elif isinstance(given, ast.JoinedStr):
                    yield "".join(str(p.value) if isinstance(p, ast.Constant) else "7" for p in given.values)


@pytest.mark.parametrize("sentence", sorted(set(refusals())))
def test_a_refusal_is_said_in_french(sentence):
    french = said(ValueError(sentence), "fr")
    assert french
    assert french != sentence
    assert french.count("7") == sentence.count("7")
    assert not re.search(r"\b(the|is|are|and|of)\b", french)


def test_what_has_no_words_stays_silent_in_french_and_whole_in_english():
    assert said(ValueError("something new"), "fr") == ""
    assert said(ValueError("a count is negative"), "en") == "a count is negative"
