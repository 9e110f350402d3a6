"""The rule by which a number passes: |x − e| ≤ max(abs, rel·|e|); null, infinite values and flags as the format says."""

import math
from collections.abc import Iterator
from typing import Any


def differences(case: dict[str, Any], got: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Each key of `expected` that does not match, with what was expected and what came."""
    for key, expected in case["expected"].items():
        accepted = [expected, *(case.get("accept_also") or {}).get(key, [])]
        value = got.get(key, "absent")
        if not any(_same(one, value, _allowance(case, key)) for one in accepted):
            yield key, expected, value


def _allowance(case: dict[str, Any], key: str) -> dict[str, float]:
    """The absolute and relative tolerance of one key."""
    tolerance = case.get("tolerance") or {}
    if key == "cumulative_alpha" and "abs_alpha" in tolerance:
        return {"abs": tolerance["abs_alpha"], "rel": 0.0}
    if tolerance.get("monte_carlo"):
        for end in ("_ci_low", "_ci_high"):
            if key.endswith(end):
                stem = key.removesuffix(end)
                low, high = (case["expected"].get(f"{stem}_ci_{side}") for side in ("low", "high"))
                if isinstance(low, (int, float)) and isinstance(high, (int, float)):
                    return {"abs": tolerance["rel_to_ci_width"] * (high - low), "rel": 0.0}
        if "prob" in key or "share" in key:
            return {"abs": tolerance["probability_abs"], "rel": 0.0}
    return {"abs": tolerance.get("abs", 0.0), "rel": tolerance.get("rel", 0.0)}


def _same(expected: Any, value: Any, allowed: dict[str, float]) -> bool:
    if expected is None or isinstance(expected, (bool, str)):
        return type(value) is type(expected) and value == expected
    if isinstance(expected, dict):
        return isinstance(value, dict) and all(k in value and _same(e, value[k], allowed) for k, e in expected.items())
    if isinstance(expected, list):
        same_length = isinstance(value, (list, tuple)) and len(value) == len(expected)
        return same_length and all(_same(e, v, allowed) for e, v in zip(expected, value, strict=True))
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
        return False
    return abs(value - expected) <= max(allowed["abs"], allowed["rel"] * abs(expected))
