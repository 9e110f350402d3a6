"""`python -m tests.reference CASES.json [--only METRIC] [--json]`: a file of reference cases through the engine."""

import argparse
import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from tests.reference.runner import Outcome, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reference", description=__doc__)
    parser.add_argument("cases", type=Path, help="the case file; its data files lie beside it")
    parser.add_argument("--only", metavar="METRIC", help="the cases of this metric only")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    asked = parser.parse_args()
    cases = json.loads(asked.cases.read_text(encoding="utf-8"))
    outcomes = [run(case, asked.cases.parent) for case in cases if asked.only in (None, case["metric"])]
    counts = Counter(outcome.state for outcome in outcomes)
    if asked.json:
        print(json.dumps({"counts": counts, "cases": [asdict(outcome) for outcome in outcomes]}, indent=1))
    else:
        for outcome in outcomes:
            _print(outcome)
        print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['unsupported']} unsupported")
    return 0 if counts["passed"] == len(outcomes) else 1


def _print(outcome: Outcome) -> None:
    if outcome.state == "unsupported":
        print(f"{outcome.id}: {outcome.metric} is unsupported")
    for key, expected, got in outcome.differences:
        print(f"{outcome.id}: {key}: expected {expected!r}, got {got!r}")


if __name__ == "__main__":
    sys.exit(main())
