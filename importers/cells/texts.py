"""Columns of codes: sites, cases and other texts that the protocol gives a shape."""

from __future__ import annotations

from typing import Final

import polars as pl

from evaluation.tables import Column
from evaluation.vocabulary import ColumnRole
from importers.cells.typed import Typed, matches
from importers.files.grid import TOTAL_WORDS

SITE_LENGTH: Final = 9
USUAL_CODE: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
"""The shape of codes in the protocols of the library, which letters and a few digits have."""
FINESS: Final = r"^[0-9][0-9AB][0-9]{7}$"
ROUNDED: Final = r"^[0-9][.,][0-9]+[eE]\+?[0-9]{1,2}$|^[0-9][eE]\+[0-9]{1,2}$"
"""`9.9E+08`: a code that became a number, of which only the first digits are left."""
DATED: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$"
"""A cell of a spreadsheet that holds a moment: `3-4` became the 3rd of April."""


CODES: Final = (ColumnRole.CASE_ID, ColumnRole.CLUSTER)
TOTAL: Final = (
    rf"(?i)^(?:{TOTAL_WORDS}|.*[\s_\-–](?:total|somme|sum|moyenne|average|r[ée]sultat|result)"
    r"|ensemble(?:\s.*)?|global|cumul|tot|tou(?:s|tes)(?:\s.*)?|all|\((?:vide|blank)\))$"
)
"""What stands in place of a code in a line of totals."""


def plain_text(spec: Column, text: pl.Series, *, plain: bool = False) -> Typed:
    """The column as text: sites as registered; codes that became numbers or dates, or of another shape, are at fault.

    `plain` says that every cell is known to be letters and a few digits.
    """
    counted = {}
    if spec.role == ColumnRole.SITE:
        text, counted["site_leading_zero_restored"] = _site(text)
    faults = {} if plain else {"code_as_number": matches(text, ROUNDED), "code_as_date": matches(text, DATED)}
    if spec.role in CODES and not plain:
        faults["total_as_code"] = matches(text, TOTAL if spec.role == ColumnRole.CLUSTER else f"{TOTAL}|(?i)^somme$")
    told = text.is_null()
    for mask in faults.values():
        told = told | mask
    if spec.role == ColumnRole.SITE:
        counted["site_not_finess"] = ~text.str.contains(FINESS).fill_null(value=True) & ~told
    if spec.pattern and not (plain and spec.pattern == USUAL_CODE):
        code = "invalid_case_id" if spec.role == ColumnRole.CASE_ID else "invalid_text"
        faults[code] = ~text.str.contains(spec.pattern).fill_null(value=True) & ~told
    return Typed(text, faults, counted=counted)


def _site(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """FINESS numbers as registered: a spreadsheet drops a leading zero, adds `.0` or spaces; and where zeros came back."""
    distinct = text.drop_nulls().unique().to_list()
    clean = {word: word.removesuffix(".0").replace(" ", "").replace("\u00a0", "").upper() for word in distinct}
    clean = {
        word: site if site.isalnum() and len(site) in (SITE_LENGTH - 1, SITE_LENGTH) else word
        for word, site in clean.items()
    }
    lost = {word for word, site in clean.items() if len(site) == SITE_LENGTH - 1 and site.isdigit()}
    restored = text.is_in(list(lost)).fill_null(value=False)
    sites = {word: "0" + site if word in lost else site for word, site in clean.items()}
    if all(word == site for word, site in sites.items()):
        return text, restored
    return text.replace_strict(list(sites), list(sites.values()), default=None, return_dtype=pl.String), restored
