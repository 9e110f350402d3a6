"""Case, patient, reader and cluster identifiers as keyed digests: all that the registry keeps of them."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

import polars as pl

from evaluation.tables import Table
from evaluation.vocabulary import PSEUDONYM_ROLES

LENGTH: Final = 32
"""Hexadecimal characters kept: 128 bits."""


def pseudonymise(frame: pl.DataFrame, table: Table, key: bytes) -> pl.DataFrame:
    """The same rows with every pseudonym replaced by its HMAC-SHA256 under `key` (one key a pilot).

    The column's role goes into the digest, so that the same code in two roles gives two pseudonyms.
    """
    replaced = []
    for spec in table.columns:
        if spec.role in PSEUDONYM_ROLES and spec.name in frame.columns:
            distinct = frame[spec.name].drop_nulls().unique().to_list()
            keyed = {value: keyed_digest(key, spec.role.value, value) for value in distinct}
            replaced.append(
                frame[spec.name].replace_strict(keyed, default=None, return_dtype=pl.String).alias(spec.name)
                if keyed
                else frame[spec.name]
            )
    return frame.with_columns(replaced)


def keyed_digest(key: bytes, role: str, value: str) -> str:
    """HMAC-SHA256 of one identifier, cut to `LENGTH` hexadecimal characters."""
    return hmac.new(key, f"{role}\n{value}".encode(), hashlib.sha256).hexdigest()[:LENGTH]
