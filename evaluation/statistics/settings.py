"""Parameters of a method held to their domain: whole numbers, and shares strictly between 0 and 1."""

from __future__ import annotations

import math

from evaluation.statistics.samples import DomainError


def whole(value: float, least: int, most: int, what: str) -> int:
    """A whole number from `least` to `most`.

    Raises
    ------
    DomainError
        For any other value, named by `what`.
    """
    if not math.isfinite(value) or value != math.floor(value) or not least <= value <= most:
        raise DomainError(f"{what} is a whole number from {least} to {most}")
    return int(value)


def share(value: float, what: str) -> float:
    """A number strictly between 0 and 1: a level, an error rate.

    Raises
    ------
    DomainError
        For any other value, named by `what`.
    """
    if not 0 < value < 1:
        raise DomainError(f"{what} lies strictly between 0 and 1")
    return float(value)


def positive(value: float, what: str) -> float:
    """A finite number above 0.

    Raises
    ------
    DomainError
        For any other value, named by `what`.
    """
    if not (math.isfinite(value) and value > 0):
        raise DomainError(f"{what} is a number above 0")
    return float(value)
