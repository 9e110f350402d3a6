"""The floor under which a group shows no figure, and which other group must then be hidden with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

SMALLEST_SUBGROUP: Final = 11
"""A group of fewer observations shows neither its figures nor its size: with the totals, a person could be found again."""


def hidden_levels(sizes: Sequence[int], smallest: int = SMALLEST_SUBGROUP) -> frozenset[int]:
    """Which levels of one subgroup show neither figure nor size.

    Those under the floor and, where a single one is, the next smallest with it: the total less the levels
    shown would otherwise give the hidden one.
    """
    small = [i for i, n in enumerate(sizes) if 0 < n < smallest]
    others = [i for i, n in enumerate(sizes) if n >= smallest]
    if len(small) == 1 and others:
        small.append(min(others, key=lambda i: sizes[i]))
    return frozenset(small)
