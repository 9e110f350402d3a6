"""One text for one value: canonical JSON and its SHA-256, so that the same scorecard has the same bytes everywhere."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]


def number(value: float) -> float | str:
    """A JSON number; an infinite value is the text `"Infinity"` or `"-Infinity"`; minus zero is zero.

    Raises
    ------
    ValueError
        For NaN, which no answer of the product may hold.
    """
    if math.isnan(value):
        raise ValueError("NaN has no place in an answer")
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value + 0.0 if value else 0.0


def canonical_json(value: Json) -> bytes:
    """Keys sorted, no white space, UTF-8, shortest round-trip numbers."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def digest_of(value: Json) -> str:
    """SHA-256 of the canonical JSON."""
    return sha256(canonical_json(value))
