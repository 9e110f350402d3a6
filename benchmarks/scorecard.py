"""A million-row pilot scored by the engine and by a skilled analyst's script on the same rows: times, agreement and the ratio.

Run: `python -m benchmarks.scorecard [--rows 1000000] [--growth]`. It needs, beside the engine: pandas, scikit-learn, statsmodels and
confidenceinterval. Times are the best of three runs (one run for the analyst); the exact Hodges-Lehmann shift is printed apart,
since no package finds the order statistics of 2.5·10¹¹ pairs.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl

from benchmarks import analyst as script
from benchmarks.million import protocol, rows
from evaluation.data import PilotData
from evaluation.scorecard.build import score
from evaluation.statistics.increments import complete_arm, increments
from evaluation.statistics.net_monetary_benefit import net_benefit

ACCURACY = ("sensitivity", "specificity", "accuracy", "auc")
CALIBRATION = ("calibration_slope", "calibration_in_the_large")
REST = ("probability_superiority", "cost_difference", "incremental_net_benefit")
WTP = np.linspace(0, 3_000, 51)
READ = ("site", "subgroup", "reference", "score", "prediction")
Made = TypeVar("Made")


def timed(action: Callable[[], Made], runs: int = 3) -> tuple[float, Made]:
    best, found = math.inf, None
    for _ in range(runs):
        started = time.perf_counter()
        found = action()
        best = min(best, time.perf_counter() - started)
    return best, found  # type: ignore[return-value]


def card(codes: tuple[str, ...], frame: pl.DataFrame) -> tuple[float, float, dict[str, Any]]:
    """Seconds to shape the rows, seconds to score them, and the scorecard."""
    plan = protocol(*codes)
    shaping, data = timed(lambda: PilotData.from_frames(plan, {"cases": frame}))
    scoring, found = timed(lambda: score(plan, PilotData(fresh(data), data.digest, data.received)))
    return shaping, scoring, json.loads(found.to_json_bytes())


def fresh(data: PilotData) -> dict[str, Any]:
    """The same tables with nothing remembered from an earlier run."""
    return {name: type(table)(table.spec, table.frame, table.excluded) for name, table in data.tables.items()}


def acceptability(frame: pl.DataFrame) -> list[float]:
    arms = [frame.filter(pl.col("arm") == arm) for arm in ("with", "without")]
    found = increments(*(complete_arm(a["cost"].to_numpy(), a["effect"].to_numpy()) for a in arms), 0.95)
    assert found is not None
    return [float(net_benefit(found, float(w), 0.95).probability or 0.0) for w in WTP]


def engine(frame: pl.DataFrame) -> tuple[dict[str, float], dict[str, Any]]:
    shaping, scoring, found = card((*ACCURACY, *CALIBRATION, *REST), frame)
    _, grouped, _ = card(("accuracy", "auc"), frame)
    curve_seconds, curve = timed(lambda: acceptability(frame))
    _, shift, _ = card(("hodges_lehmann",), frame.select("site", "subgroup", "arm", "reference", "duration"))
    seconds = {"shape": shaping, "score": scoring, "curve": curve_seconds, "groups": grouped, "shift": shift}
    return seconds, {**found, "ceac": curve}


def analyst(frame: pl.DataFrame) -> tuple[dict[str, float], dict[str, Any]]:
    table = frame.to_pandas()
    with_tool = table[table["arm"] == "with"]
    seconds: dict[str, float] = {}
    found: dict[str, Any] = {}
    tasks: dict[str, Callable[[], Any]] = {
        "accuracy": lambda: script.by_group(script.accuracy, with_tool),
        "calibration": lambda: script.by_group(script.calibration, with_tool),
        "durations": lambda: script.by_group(script.durations, table),
        "costs": lambda: script.by_group(script.costs, table),
        "net benefit": lambda: script.by_group(lambda part: script.net_benefit(part, WTP), table),
        "pooled": lambda: script.pooled(*logits(found["accuracy"]["site"].values())),
        "bootstrap": lambda: script.bootstrap(table, WTP),
    }
    for name, task in tasks.items():
        seconds[name], found[name] = timed(task, 1)
    return seconds, found


def logits(sites: Iterable[dict[str, Any]]) -> tuple[np.ndarray, np.ndarray]:
    tp, fn = np.array([site["counts"][:2] for site in sites]).T
    return np.log(tp / fn), 1 / tp + 1 / fn


def agreements(ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[tuple[str, float, float, float]]:
    """What, the engine's number, the script's, and how far they may lie apart (relative)."""
    by_id = {i["id"]: i for i in ours["indicators"]}
    single = 5e-6  # confidenceinterval computes areas in single precision
    for code in ACCURACY:
        allowed = single if code == "auc" else 1e-12
        estimate, other = by_id[code]["estimate"], theirs["accuracy"]["overall"][code]
        yield from zip([code] * 3, (estimate[k] for k in ("value", "low", "high")), other, [allowed] * 3, strict=True)
        for line in by_id[code]["by_site"]:
            other = theirs["accuracy"]["site"][line["site"]][code]
            yield from zip(
                [f"{code} by site"] * 2, (line["value"], line["high"]), (other[0], other[2]), [allowed] * 2, strict=True
            )
        for line in by_id[code]["by_subgroup"]["subgroup"]:
            other = theirs["accuracy"]["subgroup"][line["level"]][code]
            yield from zip(
                [f"{code} by subgroup"] * 2, (line["value"], line["low"]), other[:2], [allowed] * 2, strict=True
            )
    yield "slope", by_id["calibration_slope"]["estimate"]["value"], theirs["calibration"]["overall"]["slope"], 1e-7
    yield (
        "in the large",
        by_id["calibration_in_the_large"]["estimate"]["value"],
        theirs["calibration"]["overall"]["in_the_large"],
        1e-7,
    )
    pooled = by_id["sensitivity"]["pooled"]["value"]
    yield "pooled sensitivity", math.log(pooled / (1 - pooled)), theirs["pooled"]["effect"], 1e-9
    yield "tau2", by_id["sensitivity"]["pooled"]["tau2"], theirs["pooled"]["tau2"], 1e-6
    superiority = by_id["probability_superiority"]["estimate"]
    yield "P(superiority)", superiority["value"], theirs["durations"]["overall"]["superiority"], 1e-12
    cost = by_id["cost_difference"]["estimate"]
    yield from zip(
        ["cost"] * 3,
        (cost[k] for k in ("value", "low", "high")),
        theirs["costs"]["overall"]["difference"],
        [1e-9] * 3,
        strict=True,
    )
    yield from zip(
        ["CEAC"] * len(WTP), ours["ceac"], theirs["net benefit"]["overall"]["ceac"], [1e-9] * len(WTP), strict=True
    )


def peak() -> str:
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"


def growth(sizes: tuple[int, ...]) -> None:
    print(f"\n{'rows':>12} {'shape':>8} {'score':>8} {'µs a row':>9} {'peak':>9}")
    for n in sizes:
        frame = rows(n)
        shaping, scoring, _ = card((*ACCURACY, *CALIBRATION, *REST), frame)
        print(f"{n:>12,} {shaping:>8.3f} {scoring:>8.3f} {1e6 * (shaping + scoring) / n:>9.3f} {peak():>9}")


def reading(frame: pl.DataFrame) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        frame.write_parquet(path)
        return timed(lambda: pl.read_parquet(path, columns=list(READ)), 5)[0]


def _ratio(how: str, script_seconds: float, engine_seconds: float, shaping: float) -> None:
    to_score, with_rows = script_seconds / engine_seconds, script_seconds / (engine_seconds + shaping)
    print(f"  ratio, {how}: {to_score:.1f} times faster to score, {with_rows:.1f} with the canonical rows")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--growth", action="store_true", help="also 1e5, 1e6 and 1e7 rows")
    asked = parser.parse_args()
    frame = rows(asked.rows)
    read = reading(frame)
    seconds, ours = engine(frame)
    print(f"{asked.rows:,} rows, 20 sites, 7 subgroups; peak memory of the engine {peak()}")
    print(f"  Polars reads {', '.join(READ)} from Parquet      {read:8.3f} s")
    print(
        f"  engine: accuracy and AUC, overall, by site, by subgroup     {seconds['groups']:8.3f} s = {seconds['groups'] / read:.1f} × the reading"
    )
    print(f"  engine: canonical rows and their digest                     {seconds['shape']:8.3f} s")
    print(f"  engine: the whole scorecard but Hodges-Lehmann              {seconds['score']:8.3f} s")
    print(f"  engine: acceptability curve, {len(WTP)} points                     {seconds['curve']:8.3f} s")
    print(
        f"  engine: Hodges-Lehmann overall, by site, by subgroup        {seconds['shift']:8.3f} s (no package does this; left out of the ratio)"
    )
    other, theirs = analyst(frame)
    for name, value in other.items():
        print(f"  analyst: {name:50}{value:10.3f} s")
    checks = list(agreements(ours, theirs))
    apart = [c for c in checks if abs(c[1] - c[2]) > c[3] * max(abs(c[2]), 1e-300) and abs(c[1] - c[2]) > 1e-12]
    for name, a, b, _ in apart:
        print(f"  DISAGREES {name}: engine {a!r}, script {b!r}")
    print(f"  {len(checks) - len(apart)} of {len(checks)} numbers agree")
    widest = max(abs(a - b) for a, b in zip(ours["ceac"], theirs["bootstrap"]["ceac"], strict=True))
    print(f"  the bootstrap curve lies within {widest:.3f} of the closed form (1,000 resamples)")
    whole = seconds["score"] + seconds["curve"]
    closed = sum(value for name, value in other.items() if name != "bootstrap")
    _ratio(
        "acceptability curve by bootstrap, as textbooks draw it", closed + other["bootstrap"], whole, seconds["shape"]
    )
    _ratio("the script given the same closed form of the curve", closed, whole, seconds["shape"])
    if asked.growth:
        growth((100_000, 1_000_000, 10_000_000))
    return 0


if __name__ == "__main__":
    sys.exit(main())
