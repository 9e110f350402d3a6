"""The rule by which a number passes: |x − e| ≤ max(abs, rel·|e|); null, infinite values and flags as the format says."""

from collections.abc import Iterator


def differences(case: dict, got: dict) -> Iterator[tuple[str, object, object]]:
    """Each key of `expected` that does not match, with what was expected and what came."""
    for key, expected in case["expected"].items():
        accepted = [expected, *case.get("accept_also", {}).get(key, [])]
        value = got.get(key, "absent")
        if not any(_same(one, value, case["tolerance"], key) for one in accepted):
            yield key, expected, value


def _same(expected: object, value: object, tolerance: dict, key: str) -> bool:
    if key == "flag" or expected is None or isinstance(expected, bool):
        return value is expected
    if isinstance(expected, str):
        return value == expected
    if isinstance(expected, dict):
        return isinstance(value, dict) and all(
            k in value and _same(e, value[k], tolerance, k) for k, e in expected.items()
        )
    if isinstance(expected, list):
        same_length = isinstance(value, (list, tuple)) and len(value) == len(expected)
        return same_length and all(_same(e, v, tolerance, key) for e, v in zip(expected, value, strict=True))
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    allowed = max(tolerance.get("abs", 0.0), tolerance.get("rel", 0.0) * abs(expected))
    return number and abs(value - expected) <= allowed
