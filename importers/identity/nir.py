"""Social security numbers (NIR) in texts: valid in structure and key, however they are spaced."""

from __future__ import annotations

from typing import Final

import polars as pl

from importers.identity.patterns import (
    NIR,
    NIR_DISGUISED,
    NIR_IN_GROUPS,
    NIR_SHORTENED,
    NIR_SPELLED,
    NIR_STRICT,
    SPELLED,
    TIMESTAMP,
    TOLD_NIR,
)

SPACING: Final = r"[\u00a0\u202f\u2009\u2007\u2003\u2002\s]+"
DECIMAL: Final = r"^\s*[+-]?\d+[.,]\d+(?:[eE][+-]?\d+)?\s*$"
ALONE: Final = r"^\D{0,6}0?\d{15}[A-Za-z]?$"
"""One number, or a code made of it, and nothing else."""
SIXTEEN: Final = r"^[0-9A-Fa-f]{16}$"
KEY_MODULUS: Final = 97
BY_CHANCE: Final = 0.05
"""Share of other numbers of fifteen digits that pass for one, several times over; far fewer hold a month, as most do."""
STRICT_BY_CHANCE: Final = 0.002
AMONG_DIGESTS: Final = 0.0005


def hold_nir(texts: pl.Series, *, together: bool = True) -> pl.Series:
    """Which texts hold one; together, among many other long numbers, those that pass by chance are nobody's."""
    spaced = texts.str.replace_all(r"[.\-/_()\[\]]", " ").str.replace_all(SPACING, " ")
    digits = _joined(spaced.str.extract(NIR))
    keyed = _is_keyed(digits)
    alone = texts.str.contains(ALONE).fill_null(value=False)
    if together and (keyed & alone).any():
        strict = digits.str.contains(NIR_STRICT).fill_null(value=False)
        many = int(alone.sum())
        for some, share in ((keyed & alone & strict, STRICT_BY_CHANCE), (keyed & alone & ~strict, BY_CHANCE)):
            if int(some.sum()) <= share * many:
                keyed = keyed & ~some
    keyed = keyed | texts.str.contains(TOLD_NIR).fill_null(value=False)
    keyed = keyed & ~texts.str.contains(DECIMAL)  # the digits of a score are not a number of anybody
    keyed = keyed | _shortened(texts, together=together) | _in_groups(spaced)
    if texts.str.contains(SPELLED).any():
        keyed = keyed | _is_keyed(_joined(texts.str.extract(NIR_SPELLED)))
    return keyed


def disguised(texts: pl.Series, *, together: bool = True) -> list[str]:
    """The distinct texts that hold one and look like a digest: with a zero before it, or a letter after."""
    found = texts.str.extract(NIR_DISGUISED).drop_nulls().unique()
    if not len(found):
        return []
    some = found.filter(_is_keyed(found.str.extract(r"([12]\d{14})")))
    if not together:
        return some.to_list()
    digests = int(texts.str.contains(SIXTEEN).sum()) if len(some) else 0
    return some.to_list() if len(some) > max(AMONG_DIGESTS * digests, BY_CHANCE * len(found)) else []


def _joined(found: pl.Series) -> pl.Series:
    return found.str.replace_all(r"[\s.\-]|[Cc]l[ée]|:", "").str.to_uppercase()


def _is_keyed(digits: pl.Series) -> pl.Series:
    """Whether thirteen digits are followed by their key: 97 − number mod 97, where 2A is 19 and 2B is 18."""
    body = digits.str.slice(0, 13).str.replace("2A", "19", literal=True).str.replace("2B", "18", literal=True)
    number = body.cast(pl.Int64, strict=False)
    key = digits.str.slice(13, 2).cast(pl.Int64, strict=False)
    return (KEY_MODULUS - number % KEY_MODULUS == key).fill_null(value=False)


def _shortened(texts: pl.Series, *, together: bool) -> pl.Series:
    """`1510475116001.71`, or a key whose zero was lost: unless they are some of many such numbers, or moments."""
    shaped = texts.str.contains(NIR_SHORTENED).fill_null(value=False)
    if not shaped.any():
        return shaped
    groups = texts.str.extract_groups(NIR_SHORTENED).struct.unnest()
    body, pair, digit = groups.get_columns()
    key = pl.select(pl.coalesce(pair, "0" + digit)).to_series()
    keyed = _is_keyed(body + key) & ~texts.str.contains(TIMESTAMP)
    like = int(texts.str.contains(r"^\d{13}[.,]\d{2}$|^\d{14}$").sum())
    return keyed if not together or int(keyed.sum()) > BY_CHANCE * like else keyed & False


def _in_groups(spaced: pl.Series) -> pl.Series:
    """Group by group, some of them without their zero."""
    shaped = spaced.str.contains(NIR_IN_GROUPS).fill_null(value=False)
    if not shaped.any():
        return shaped
    widths = (1, 2, 2, 2, 3, 3, 2)
    groups = spaced.str.extract_groups(NIR_IN_GROUPS).struct.unnest().get_columns()
    padded = [group.str.zfill(width) for group, width in zip(groups, widths, strict=True)]
    return _is_keyed(pl.select(pl.concat_str(padded)).to_series().str.to_uppercase())
