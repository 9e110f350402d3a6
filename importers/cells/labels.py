"""Yes and no, positive and negative, groups and categories: words recognised whatever their case and accents, never guessed."""

from __future__ import annotations

import re
from typing import Any, Final

import polars as pl

from evaluation.column_types import DTYPES
from evaluation.tables import Column, Label
from evaluation.vocabulary import ColumnRole
from importers.cells.typed import Typed
from importers.columns.headers import bare, folded
from importers.context import Context
from importers.report import Issue

VOCABULARIES: Final = (
    frozenset(("1", "0", "1.0", "0.0", "1,0", "0,0")),
    frozenset(("oui", "non")),
    frozenset(("o", "n")),
    frozenset(("vrai", "faux")),
    frozenset(("true", "false")),
    frozenset(("yes", "no")),
    frozenset(("y", "n")),
    frozenset(("positif", "négatif", "negatif")),
    frozenset(("positive", "negative")),
    frozenset(("pos", "neg")),
    frozenset(("p", "n")),
)
"""Words that go together; a column that mixes them was perhaps typed by several hands."""
DOUBT: Final = re.compile(r"[?/<>=≠≈~*!|\\]")
SIGNED: Final = re.compile(r"[+±%&$£€‰,;]|^\W*[-−–—]|[-−–—]\W*$")
"""A sign that says something of the word beside it: `N-` is no N, `IA-` no IA."""
"""Signs that say something else than the word beside them."""
DASHES: Final = re.compile("[\u2010-\u2015\u2212]")
GROUP_ROLES: Final = (ColumnRole.PERIOD, ColumnRole.ARM)
DIGITS: Final = VOCABULARIES[0]


def typed_labels(spec: Column, text: pl.Series, raw: pl.Series, header: str, context: Context) -> Typed:
    """The column as booleans or as the codes of its categories.

    Parameters
    ----------
    text, raw
        The cells without the missing ones, and as they stand: `-` is a missing value, except beside `+`.
    """
    known = _known(spec, context)
    distinct = text.drop_nulls().unique().to_list()
    second = {_loose(word): value for word, value in known.items() if _loose(word)}
    found = {word: known.get(folded(word), second.get(_loose(word) or "\x00")) for word in distinct}
    dtype = DTYPES[spec.type]
    doubt = _in_doubt(spec, distinct, raw)
    if not distinct and not doubt:
        return Typed(pl.Series(text.name, [None] * len(text), dtype=dtype))
    values = text.replace_strict(list(found), list(found.values()), default=None, return_dtype=dtype)
    doubtful = raw.is_in(doubt).fill_null(value=False)
    bad = text.is_not_null() & values.is_null() & ~doubtful
    code = "invalid_label" if spec.type == "boolean" or spec.role in GROUP_ROLES else "invalid_category"
    issues = [Issue("mixed_label_vocabulary", "warning", column=header)] if _is_mixed(spec, distinct, found) else []
    allowed = {"allowed": _allowed(spec)}
    faults = {code: bad, "ambiguous_label": doubtful}
    nobody = not (bad.any() or doubtful.any())
    return Typed(values, faults, {code: allowed, "ambiguous_label": allowed}, issues, nobody=nobody)


def _loose(word: str) -> str:
    """A word without accents or punctuation; of digits, only dashes and spaces are let go (`10` is not `1.0`, nor `oui?` yes)."""
    if DOUBT.search(word):
        return ""
    if any(c.isalpha() for c in word):
        return "" if SIGNED.search(word) else bare(word)
    return DASHES.sub("-", folded(word)).replace(" ", "")


def _known(spec: Column, context: Context) -> dict[str, Any]:
    known: dict[str, Any] = {}
    if spec.type == "boolean":
        known = dict.fromkeys(context.false_words, False) | dict.fromkeys(context.true_words, True)
    for code, spellings in spec.categories.items():
        known |= {folded(word): code for word in (code, *spellings)}
    return known


def _in_doubt(spec: Column, distinct: list[str], raw: pl.Series) -> list[str]:
    """Signs that read in two ways here: `+` and `-` (also a missing value), the letter `O` beside digits (also a zero)."""
    if spec.type != "boolean":
        return []
    if "+" in distinct:
        return [word for word in raw.drop_nulls().unique().to_list() if word in ("+", "-", "−", "–")]
    words = {folded(word) for word in distinct}
    return [word for word in distinct if folded(word) == "o"] if words & DIGITS else []


def _is_mixed(spec: Column, distinct: list[str], found: dict[str, Any]) -> bool:
    if spec.type != "boolean":
        return False
    used = {folded(word) for word in distinct if found[word] is not None}
    families = [family for family in VOCABULARIES if used & family]
    return bool(families) and not any(used <= family for family in families)


def _allowed(spec: Column) -> Label:
    if spec.type == "boolean":
        return Label(fr="oui, non", en="yes, no")
    return Label(
        fr=", ".join(spec.called(code, "fr") for code in spec.categories),
        en=", ".join(spec.called(code, "en") for code in spec.categories),
    )
