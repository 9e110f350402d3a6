"""One case through the engine's public function, and what became of it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evaluation.compute.metrics import METRICS, compute
from evaluation.indicators.catalogue import catalogue
from tests.reference.columns import roles_of
from tests.reference.comparison import differences


@dataclass(frozen=True)
class Outcome:
    """`passed`, `failed` or `unsupported`, and each key that differs: key, expected, got."""

    id: str
    metric: str
    state: str
    differences: list[tuple[str, Any, Any]] = field(default_factory=list)


def supported(metric: str, method: str) -> bool:
    return metric in METRICS and metric in catalogue() and catalogue()[metric].method == method


def run(case: dict[str, Any], folder: Path) -> Outcome:
    if not supported(case["metric"], case["method"]):
        return Outcome(case["id"], case["metric"], "unsupported")
    try:
        got = compute(case["metric"], roles_of(case, folder), case["params"] or {})
        found = list(differences(case, got))
    except Exception as error:  # noqa: BLE001 - a case that breaks the engine fails, and the next ones are still run
        return Outcome(case["id"], case["metric"], "failed", [("(exception)", "an answer", repr(error))])
    return Outcome(case["id"], case["metric"], "failed" if found else "passed", found)
