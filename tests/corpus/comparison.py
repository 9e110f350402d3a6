"""Where the answer to a file differs from what is expected of it."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from importers.report import Usage

SECONDS = 5
MEGABYTES = 512
SCORE_TOLERANCE = 1e-12
Difference = tuple[str, Any, Any]


def differences(entry: dict[str, Any], answer: dict[str, Any], usage: Usage | None) -> Iterator[Difference]:
    """What, expected, got."""
    allowed = [entry["expect"], *entry.get("also_ok", [])]
    outcome = answer["outcome"]
    if outcome not in allowed:
        yield "outcome", " or ".join(allowed), f"{outcome} ({answer['reason']})"
    elif outcome == "reject":
        if entry["expect"] == "reject":
            yield from _reason(entry, answer)
            yield from _places(entry, answer)
    else:
        if outcome == entry["expect"]:
            yield from _warnings(entry, answer)
        yield from _rows(entry.get("normalised"), answer)
    if outcome == "reject" and answer["normalised_rows"]:
        yield "rows of a refused file", 0, len(answer["normalised_rows"])
    yield from _cost(usage)
    if len([i for i in answer["issues"] if i["row"] is not None]) > 100 + len(answer["columns"]):
        yield "faults listed", "at most 100", len(answer["issues"])


def _reason(entry: dict[str, Any], answer: dict[str, Any]) -> Iterator[Difference]:
    reasons = [entry["reason_class"], *entry.get("reason_also_ok", [])]
    if answer["reason"] not in reasons:
        yield "reason", " or ".join(map(str, reasons)), answer["reason"]


def _warnings(entry: dict[str, Any], answer: dict[str, Any]) -> Iterator[Difference]:
    missing = set(entry.get("warnings", [])) - {issue["code"] for issue in answer["issues"]}
    if missing:
        yield "warnings", sorted(missing), sorted({issue["code"] for issue in answer["issues"]})


def _places(entry: dict[str, Any], answer: dict[str, Any]) -> Iterator[Difference]:
    """Every row and column that a good message names is named by some issue."""
    named = {(issue["row"], issue["column"]) for issue in answer["issues"]}
    named |= {(row, answer["columns"].get(column)) for row, column in named}
    for place in entry.get("errors", []):
        row, column = place["row"], place["column"]
        if not any((row is None or row == r) and (column is None or column == c) for r, c in named):
            yield "place", f"row {row}, column {column}", sorted(map(str, named))[:6]


def _rows(expected: dict[str, Any] | None, answer: dict[str, Any]) -> Iterator[Difference]:
    if expected is None:
        return
    rows = answer["normalised_rows"]
    if len(rows) != expected["n_rows"]:
        yield "number of rows", expected["n_rows"], len(rows)
        return
    for index, (wanted, got) in enumerate(
        zip(expected.get("rows", expected.get("first_rows", [])), rows, strict=False)
    ):
        for name in sorted(set(wanted) | set(got)):
            if not _same(name, wanted.get(name, "absent"), got.get(name, "absent")):
                yield f"normalised row {index + 1}, {name}", wanted.get(name, "absent"), got.get(name, "absent")
    if "rows_sha256" in expected and digest(rows) != expected["rows_sha256"]:
        yield "rows_sha256", expected["rows_sha256"], digest(rows)
    dropped = {(issue["row"], issue["code"]) for issue in answer["issues"]}
    for one in expected.get("dropped", []):
        if (one["row"], one["reason"]) not in dropped:
            yield "dropped row", one, "not listed"


def _same(name: str, wanted: Any, got: Any) -> bool:
    if name == "score" and isinstance(wanted, (int, float)) and isinstance(got, (int, float)):
        return abs(wanted - got) <= SCORE_TOLERANCE
    return bool(wanted == got and isinstance(wanted, str) == isinstance(got, str))


def digest(rows: list[dict[str, Any]]) -> str:
    """SHA-256 of rows as canonical JSON lines."""
    lines = (json.dumps(r, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n" for r in rows)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _cost(usage: Usage | None) -> Iterator[Difference]:
    if usage is None:
        yield "time and memory", "measured", "nothing"
        return
    if usage.cpu_seconds > SECONDS:
        yield "seconds of the processor", SECONDS, round(usage.cpu_seconds, 1)
    if usage.peak_bytes > MEGABYTES * 1_000_000:
        yield "megabytes", MEGABYTES, round(usage.peak_bytes / 1e6)
