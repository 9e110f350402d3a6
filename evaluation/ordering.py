"""The order of numbers and of rows by counting: sixteen bits at a time, in as few passes as the values need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Keys = NDArray[np.uint64]
Order = NDArray[np.intp]
SIGN: Final = np.uint64(1 << 63)
DIGIT: Final = 16
EXACT_DECIMALS: Final = (1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6)
LARGEST_WHOLE: Final = 2.0**53
"""Below this, whole floats are integers without loss."""


def rising_keys(values: Numbers) -> Keys:
    """Keys in [0, 2⁶⁴) that rise exactly as the values do; values finite or infinite, minus zero counted as zero."""
    bits = (values + 0.0).view(np.uint64)
    return np.where(bits & SIGN, ~bits, bits | SIGN)


def order_of(values: Numbers) -> Order:
    """Indices that sort `values`, equal values in the order of their rows. Shape (n,) → (n,); no NaN."""
    if values.size < 2:
        return np.arange(values.size)
    keys, width = packed_number(values, np.zeros(values.size, dtype=bool))
    return order_of_rows([keys], [width])


def order_of_rows(columns: Sequence[Keys], widths: Sequence[int]) -> Order:
    """Indices that sort rows lexicographically by columns of unsigned keys, each of so many bits (1 to 64).

    Equal rows keep their order. Neighbouring columns share words of 64 bits, and each word is sorted from its lowest sixteen bits
    to its highest by counting; bits that no two rows differ in cost nothing.
    """
    order: Order | None = None
    for word in reversed(_packed(columns, widths)):
        varying = int(np.bitwise_or.reduce(word ^ word[0])) if word.size else 0
        shift = (varying & -varying).bit_length() - 1 if varying else 0
        while varying >> shift:
            digit = (word >> np.uint64(shift)).astype(np.uint16)
            shift += DIGIT
            seen = digit if order is None else digit[order]
            step = np.argsort(seen, kind="stable")  # by counting: NumPy sorts sixteen bits so
            order = step if order is None else order[step]
    return np.arange(columns[0].size if columns else 0) if order is None else order


def _packed(columns: Sequence[Keys], widths: Sequence[int]) -> list[Keys]:
    """Columns side by side in words of 64 bits, the first column highest; a column may straddle two words."""
    words: list[Keys] = []
    free = 0
    for keys, width in zip(columns, widths, strict=True):
        left = width
        while left:
            if not free:
                words.append(np.zeros(keys.size, dtype=np.uint64))
                free = 64
            taken = min(left, free)
            part = keys >> np.uint64(left - taken)
            if taken < 64:
                part &= np.uint64((1 << taken) - 1)
            words[-1] |= part << np.uint64(free - taken)
            left, free = left - taken, free - taken
    return words


def packed_number(values: Numbers, missing: NDArray[np.bool_]) -> tuple[Keys, int]:
    """Keys that rise as the numbers do, missing first, in as few bits as their decimals allow, and the number of bits."""
    known = values[~missing] if missing.any() else values
    if not known.size:
        return np.zeros(values.size, dtype=np.uint64), 1
    scale = _decimal_scale(known)
    if scale is not None:
        low, high = round(float(known.min()) * scale), round(float(known.max()) * scale)
        steps = np.where(missing, 0.0, np.rint(values * scale) - (low - 1))
        return steps.astype(np.uint64), (high - low + 1).bit_length()
    if missing.any():
        return np.where(
            missing, np.uint64(0), rising_keys(np.where(missing, 0.0, values))
        ), 64  # no number has the key 0
    return rising_keys(values), 64


def _decimal_scale(known: Numbers) -> float | None:
    """The power of ten that makes every value whole, when one up to a million does and loses nothing."""
    largest = float(np.abs(known).max())
    sample = known[:: max(1, known.size // 1000)]
    for scale in EXACT_DECIMALS:
        if not largest * scale < LARGEST_WHOLE:
            return None
        if np.array_equal(np.rint(sample * scale) / scale, sample) and np.array_equal(
            np.rint(known * scale) / scale, known
        ):
            return scale
    return None
