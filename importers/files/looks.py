"""Quick looks at large XML, some of it at a time: little memory is touched, and touching memory is what takes long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

AT_A_TIME: Final = 1_000_000
"""Bytes."""


def holds(part: bytes, pattern: str) -> bool:
    """Whether some tag, or the text after it, holds a pattern, by the fast engine of Polars."""
    return any(_text(piece).str.contains(pattern)[0] for piece in _pieces(part))


def _pieces(part: bytes) -> Iterator[bytes]:
    """The part in pieces, each of whole tags with the text after them."""
    start = 0
    while start < len(part):
        end = part.rfind(b"<", start + 1, start + AT_A_TIME) if len(part) - start > AT_A_TIME else len(part)
        if end < 0 and (end := part.find(b"<", start + AT_A_TIME)) < 0:
            end = len(part)
        yield part[start:end]
        start = end


def _text(piece: bytes) -> pl.Series:
    try:
        return pl.Series([piece]).cast(pl.String)
    except pl.exceptions.ComputeError:
        return pl.Series([piece.decode("utf-8", "replace")])
