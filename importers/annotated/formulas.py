"""Formulas of a workbook that is given back: those that only compute stay, those that call outside do not."""

from __future__ import annotations

from typing import Any, Final

from openpyxl.formula.tokenizer import Token, Tokenizer, TokenizerError
from openpyxl.utils import FORMULAE
from openpyxl.worksheet.formula import ArrayFormula

OUTSIDE: Final = frozenset({"HYPERLINK", "RTD", "CALL", "REGISTER.ID", "SQL.REQUEST", "INFO", "CELL", "INDIRECT"})
RECENT: Final = frozenset(
    ("CONCAT", "FILTER", "IFNA", "IFS", "LET", "MAXIFS", "MINIFS", "SORT", "SWITCH", "TEXTJOIN", "UNIQUE", "XLOOKUP", "XMATCH")
)  # fmt: skip
"""Functions of today's spreadsheets that the library's list lacks."""
COMPUTING: Final = (frozenset(FORMULAE) | RECENT) - OUTSIDE


def only_computes(formula: str) -> bool:
    """Whether every function of a formula is a known one that reads its own workbook alone."""
    try:
        tokens = Tokenizer(formula).items
    except (TokenizerError, IndexError):
        return False
    for token in tokens:
        if token.type == Token.FUNC and token.subtype == Token.OPEN:
            called = token.value.rstrip("(").upper().removeprefix("_XLFN.").removeprefix("_XLWS.")
            if called not in COMPUTING:
                return False
        elif token.type == Token.OPERAND and token.subtype != Token.TEXT and set("[|") & set(token.value):
            return False  # another workbook, or another program (DDE)
    return True


def formula_of(cell: Any) -> str | None:
    """The text of a cell's formula; an empty one for a kind that has no text."""
    if cell.data_type != "f":
        return None
    value = cell.value
    if isinstance(value, ArrayFormula):
        return str(value.text or "")
    return value if isinstance(value, str) else ""
