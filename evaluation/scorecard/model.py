"""The scorecard's own type: canonical content, its digest, and the bytes that carry both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from evaluation.canonical import canonical_json, digest_of, number
from evaluation.estimate import Estimate, Extra, NotEstimable, Result

OUTSIDE_DIGEST = ("digest", "registry")
"""Keys that the digest leaves out: itself, and what only a registry with a calendar knows."""


@dataclass(frozen=True)
class Scorecard:
    """Every estimate and verdict; `content` is plain JSON values, the same for the same data, protocol and engine."""

    content: Mapping[str, Any]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical content."""
        return scorecard_digest(self.content)

    def to_json_bytes(self, registry: Mapping[str, Any] | None = None) -> bytes:
        """Canonical JSON with its digest; `registry` stands beside it, outside the digest."""
        return canonical_json({**self.content, "digest": self.digest, "registry": registry}) + b"\n"


def scorecard_digest(content: Mapping[str, Any]) -> str:
    """The digest that a scorecard's content must carry."""
    return digest_of({key: value for key, value in content.items() if key not in OUTSIDE_DIGEST})


def result_json(result: Result) -> dict[str, Any]:
    """`{value, low, high, level, n, method}` or `{not_estimable, n, method}`, with flags and details."""
    details = {name: _plain(value) for name, value in sorted(result.extras.items())}
    common = {"n": result.n, "method": result.method, "flags": sorted(result.flags), "details": details}
    if isinstance(result, Estimate):
        interval = {"value": number(result.value), "low": number(result.low), "high": number(result.high)}
        return {**interval, "level": result.level, **common}
    point = {} if result.point is None else {"point": number(result.point)}
    return {"not_estimable": result.reason.value, **point, **common}


def short_json(result: Result) -> dict[str, Any]:
    """The line of one site or subgroup: `{value, low, high, n}` or `{n, not_estimable}`."""
    if isinstance(result, NotEstimable):
        return {"n": result.n, "not_estimable": result.reason.value}
    return {"value": number(result.value), "low": number(result.low), "high": number(result.high), "n": result.n}


def _plain(value: Extra) -> Any:
    if isinstance(value, tuple):
        return [None if item is None else number(item) for item in value]
    return number(value) if isinstance(value, float) else value
