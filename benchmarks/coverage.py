"""How often each main interval holds the truth: simulated pilots of 20, 100 and 1,000 rows, rates near 0, one half and near 1.

Run: `python -m benchmarks.coverage [--draws 2000] [--only NAME]`. A nominal 95 % interval is expected between 93 % and 97 %, give or
take two standard errors of the simulation; a line outside says why, with the source, or is counted at the end as unexplained.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Iterator
from typing import Final

import numpy as np

from benchmarks.intervals import Case, cases, exact_lines

LOW, HIGH = 0.93, 0.97
SEED: Final = 20260101
Line = tuple[str, int, str, float, int | None, str]


def simulated(case: Case, draws: int) -> tuple[float, int]:
    """Share of the intervals that hold the truth, and how many draws gave an interval."""
    rng = np.random.default_rng(SEED)
    found = [interval for _ in range(draws) if (interval := case.draw(rng)) is not None]
    return (sum(low <= case.truth <= high for low, high in found) / len(found) if found else math.nan), len(found)


def lines(only: str, draws: int) -> Iterator[Line]:
    for name, n, setting, share, note in exact_lines():
        if only in name:
            yield name, n, setting, share, None, note
    for case in cases():
        if only in case.name:
            yield (case.name, case.n, case.setting, *simulated(case, draws), case.note)


def outside(share: float, intervals: int | None) -> bool:
    if math.isnan(share):
        return False
    slack = 0.0 if intervals is None else 2 * math.sqrt(0.95 * 0.05 / intervals)
    return not LOW - slack <= share <= HIGH + slack


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--only", default="", help="intervals whose name holds this text")
    asked = parser.parse_args()
    started, unexplained = time.perf_counter(), 0
    print(f"{'interval':34} {'n':>5} {'setting':22} {'coverage':>11} {'intervals':>10}  why it is outside 93-97 %")
    for name, n, setting, share, intervals, note in lines(asked.only, asked.draws):
        away = outside(share, intervals)
        unexplained += away and not note
        drawn = "exact" if intervals is None else str(intervals)
        said = (note or "UNEXPLAINED") if away else ""
        shown = "no interval" if math.isnan(share) else f"{100 * share:.2f}%"
        print(f"{name:34} {n:>5} {setting:22} {shown:>11} {drawn:>10}  {said}", flush=True)
    print(f"{unexplained} outside 93-97 % without a named reason; {time.perf_counter() - started:.0f} s")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
