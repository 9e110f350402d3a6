"""Columns of codes: sites, cases and other texts that the protocol gives a shape."""

from __future__ import annotations

from typing import Final

import polars as pl

from evaluation.protocol import Column
from evaluation.vocabulary import ColumnRole
from importers.cells.typed import Typed

SITE_LENGTH: Final = 9


def plain_text(spec: Column, text: pl.Series) -> Typed:
    """The column as text: sites as registered, and codes of another shape than the protocol's at fault."""
    counted = {}
    if spec.role == ColumnRole.SITE:
        text, counted["site_leading_zero_restored"] = _site(text)
    faults = {}
    if spec.pattern:
        code = "invalid_case_id" if spec.role == ColumnRole.CASE_ID else "invalid_text"
        faults[code] = ~text.str.contains(spec.pattern).fill_null(value=True)
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
