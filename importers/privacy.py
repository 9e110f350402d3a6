"""Directly identifying data: found anywhere in the file, they refuse it before anything is kept; no value is repeated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import polars as pl

from evaluation.protocol import Table
from importers.grid import Grid
from importers.headers import bare
from importers.report import Issue

NIR: Final = (
    r"(?:^|[^0-9A-Za-z])"
    r"([1-478]\s?\d{2}\s?(?:0[1-9]|1[0-2]|[2-9]\d)\s?(?:\d{2}|2[ABab])\s?\d{3}\s?\d{3}\s?\d{2})"
    r"(?:$|[^0-9A-Za-z])"
)
EMAIL: Final = r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+"
PHONE: Final = (
    r"(?:^|[^\d])(?:(?:\+|00)33[\s.\-]?[1-9]|0[1-9])(?:[\s.\-]\d{2}){4}(?:$|[^\d])|(?:^|[^\d])\+33[1-9]\d{8}(?:$|[^\d])"
)
HEADERS: Final = frozenset(
    (
        "nom", "noms", "nomdefamille", "nomdenaissance", "nomusuel", "nompatient", "nomdupatient", "patientnom", "prenom",
        "prenoms", "prenompatient", "nomprenom", "nometprenom", "nomprenoms", "lastname", "firstname", "surname", "fullname",
        "patientname", "datedenaissance", "datenaissance", "ddn", "dob", "birthdate", "dateofbirth", "nele", "adresse",
        "adressepostale", "address", "rue", "telephone", "tel", "portable", "mobile", "phone", "email", "mail", "courriel",
        "adressemail", "nir", "ins", "matriculeins", "numerodesecuritesociale", "numerosecuritesociale", "nss", "nosecu",
        "ipp", "ippatient", "numeroipp", "numerodossier", "nip",
    )
)  # fmt: skip
"""Headers, without case, accents or punctuation, that announce an identity whatever the cells hold."""


def identities(grid: Grid, table: Table, recognised: Iterable[str], others: Sequence[str] = ()) -> tuple[Issue, ...]:
    """One issue for each column that identifies people, with how many cells do; never a value.

    Parameters
    ----------
    grid
        Every column of the file, those that the protocol does not know too.
    recognised
        Headers that the protocol knows: they are read, but not refused for their name.
    others
        Texts found elsewhere in the workbook (other sheets, hidden ones too).
    """
    known = set(recognised)
    named = {bare(c.name) for c in table.columns}
    issues = []
    for position, header in enumerate(grid.headers):
        column = grid.frame[str(position)]
        kind, count = _kind_and_count(column)
        if not kind and header not in known and bare(header) in HEADERS - named and column.null_count() < len(column):
            kind, count = "header", len(column) - column.null_count()
        if kind:
            issues.append(Issue("identifying_data", "error", column=_shown(header), params={"kind": kind, "n": count}))
    if others:
        kind, count = _kind_and_count(pl.Series(list(others), dtype=pl.String))
        if kind:
            issues.append(Issue("identifying_data_elsewhere", "error", params={"kind": kind, "n": count}))
    return tuple(issues)


def _shown(header: str) -> str:
    """A header that is itself an identity is not repeated."""
    return "…" if _kind_and_count(pl.Series([header]))[0] else header


def _kind_and_count(column: pl.Series) -> tuple[str, int]:
    """The first kind of identifier that the column holds, and in how many cells."""
    for kind, pattern in (("email", EMAIL), ("phone", PHONE)):
        count = int(column.str.contains(pattern).sum() or 0)
        if count:
            return kind, count
    count = _nir_count(column)
    return ("nir", count) if count else ("", 0)


def _nir_count(column: pl.Series) -> int:
    """Cells that hold a social security number valid in structure and key (97 − number mod 97; 2A is 19, 2B is 18)."""
    decimals = column.str.contains(r"^\s*[+-]?\d+[.,]\d+(?:[eE][+-]?\d+)?\s*$").fill_null(value=True)
    texts = column.filter(~decimals)  # the digits of a score are not a number of anybody
    found = texts.str.replace_all(r"[.\-\u00a0\u202f]", " ").str.extract(NIR).drop_nulls()
    digits = found.str.replace_all(r"\s", "").str.to_uppercase()
    body = digits.str.slice(0, 13).str.replace("2A", "19", literal=True).str.replace("2B", "18", literal=True)
    number = body.cast(pl.Int64, strict=False)
    key = digits.str.slice(13, 2).cast(pl.Int64, strict=False)
    return int((97 - number % 97 == key).fill_null(value=False).sum())
