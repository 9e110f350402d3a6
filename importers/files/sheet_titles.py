"""What the sheets of our own workbooks are called."""

from __future__ import annotations

import re
from typing import Final

from evaluation.tables import Table

OWN_SHEETS: Final = frozenset(
    {"dictionnaire", "dictionary", "lisezmoi", "readme", "exemple", "example", "listes", "lists"}
    | {"bilanducontrole", "checksummary"}
)
"""Sheets of our blank workbooks, and of the copies where we mark the faults, that hold no data."""
FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\]")
"""What the title of a sheet may not hold."""


def sheet_titles(table: Table) -> tuple[str, str]:
    """What our blank workbooks call the sheet of a table, in French and in English (31 characters at most)."""
    french, english = (
        FORBIDDEN.sub("-", text)[:31].strip(" '") or table.name for text in (table.label.fr, table.label.en)
    )
    return french, english
