"""Large files through the importer: a million-row CSV beside Polars and beside pandas with pandera, a workbook beside calamine and pandas.

Run: `python -m benchmarks.importers [--rows 1000000] [--sheet-rows 100000]`. The whole check is timed: container, privacy scan, every
rule and the child process. It needs, beside the product: pandas, pandera and xlsxwriter.
"""

from __future__ import annotations

import argparse
import io
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import polars as pl
import python_calamine as calamine
import xlsxwriter

from evaluation.protocol import Protocol, load_protocol
from importers.child.ready import kept_ready
from importers.child.sandbox import in_child
from importers.context import Context

PROTOCOL = load_protocol("diagnostic-accuracy")
LABORATORY = load_protocol("turnaround-before-after")
READY_SECONDS = 1.5
"""A child that waits has loaded its modules by then."""
SITES = [f"99000{i:04d}" for i in range(20)]


def rows(n: int, seed: int = 1) -> pl.DataFrame:
    """What a site sends: identifiers, two periods, times to the minute, scores with four decimals, costs in cents."""
    rng = np.random.default_rng(seed)
    reference = rng.random(n) < 0.2
    score = np.round(np.clip(rng.normal(0.3 + 0.4 * reference, 0.18, n), 0, 1), 4)
    minutes = rng.integers(0, 250, n) * 24 * 60 + rng.integers(0, 720, n)  # by day: no hour that the clocks skip
    start = np.datetime64("2026-01-06T07:00") + minutes.astype("timedelta64[m]")
    end = start + rng.integers(2, 240, n).astype("timedelta64[m]")
    return pl.DataFrame(
        {
            "case_id": [f"C{i:07d}" for i in range(n)],
            "site": np.array(SITES)[rng.integers(0, len(SITES), n)],
            "period": np.where(rng.random(n) < 0.5, "before", "after"),
            "reference": reference.astype(int),
            "score": score,
            "prediction": (score >= 0.5).astype(int),
            "sex": np.where(rng.random(n) < 0.5, "F", "M"),
            "start_time": pl.Series(start.astype("datetime64[ms]")).dt.strftime("%Y-%m-%d %H:%M"),
            "end_time": pl.Series(end.astype("datetime64[ms]")).dt.strftime("%Y-%m-%d %H:%M"),
            "cost_eur": np.round(rng.gamma(2, 60, n), 2),
        }
    )


def examinations(n: int, seed: int = 2) -> pl.DataFrame:
    """What a laboratory sends: a day, a delay in hours with two decimals, an age, a service that the protocol does not know."""
    rng = np.random.default_rng(seed)
    day = np.datetime64("2026-01-06") + rng.integers(0, 250, n).astype("timedelta64[D]")
    return pl.DataFrame(
        {
            "test_id": [f"E{i:07d}" for i in range(n)],
            "site": np.array(SITES)[rng.integers(0, len(SITES), n)],
            "date": pl.Series(day.astype("datetime64[ms]")).dt.strftime("%Y-%m-%d"),
            "period": np.where(rng.random(n) < 0.5, "before", "after"),
            "turnaround_hours": np.round(rng.gamma(2, 3, n), 2),
            "age": rng.integers(0, 100, n),
            "sex": np.where(rng.random(n) < 0.5, "F", "M"),
            "service": np.array(["CHIMIE", "HEMATO", "URGENCES", "REA"])[rng.integers(0, 4, n)],
        }
    )


SCHEMA = pa.DataFrameSchema(
    {
        "case_id": pa.Column(str, pa.Check.str_matches(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"), unique=True),
        "site": pa.Column(str, pa.Check.isin(SITES)),
        "period": pa.Column(str, pa.Check.isin(["before", "after"])),
        "reference": pa.Column(float, pa.Check.isin([0, 1]), nullable=True),
        "score": pa.Column(float, pa.Check.in_range(0, 1), nullable=True),
        "prediction": pa.Column(float, pa.Check.isin([0, 1]), nullable=True),
        "sex": pa.Column(str, pa.Check.isin(["F", "M"]), nullable=True),
        "start_time": pa.Column("datetime64[us]"),
        "end_time": pa.Column("datetime64[us]"),
        "cost_eur": pa.Column(float, pa.Check.ge(0), nullable=True),
    },
    checks=pa.Check(lambda frame: frame["end_time"] >= frame["start_time"]),
)


def with_pandas(path: Path) -> pd.DataFrame:
    frame = pd.read_csv(path, dtype={"site": str, "reference": float, "prediction": float})
    for name in ("start_time", "end_time"):
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
    return SCHEMA.validate(frame, lazy=True)


def in_turn(*actions: Callable[[], Any], runs: int, pause: float = 0.0) -> list[float]:
    """The best time of each, run in turn: a machine that slows down does so for all."""
    best = [math.inf] * len(actions)
    for _ in range(runs):
        for i, action in enumerate(actions):
            time.sleep(pause)
            started = time.perf_counter()
            action()
            best[i] = min(best[i], time.perf_counter() - started)
    return best


def command(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # our own commands


def checked(path: Path, protocol: Protocol = PROTOCOL) -> None:
    found = in_child(path, protocol, Context(registered_sites=frozenset(SITES)), name=path.name)
    if not found.report.accepted:
        raise SystemExit(f"the file was refused: {found.report.issues[:3]}")


def workbook(path: Path, n: int) -> None:
    frame = rows(n)
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("cas")
    sheet.write_row(0, 0, frame.columns)
    for i, row in enumerate(frame.iter_rows(), start=1):
        sheet.write_row(i, 0, row)
    book.close()


def children_peak() -> str:
    return f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB"


def compared(reader: str, read: Callable[[], Any], path: Path, protocol: Protocol = PROTOCOL) -> float:
    """A bare reading beside the whole check in a child, started for it (whose time is given back) or waiting for it."""
    bare, cold = in_turn(read, lambda: checked(path, protocol), runs=5)
    with kept_ready():
        checked(path, protocol)
        again, ready = in_turn(read, lambda: checked(path, protocol), runs=5, pause=READY_SECONDS)
    bare = min(bare, again)
    print(f"  {f'{reader}, nothing checked':40s}  {bare:8.3f} s")
    print(f"  checked in full, in a child process       {cold:8.3f} s = {cold / bare:.1f} × the bare reading")
    print(f"  the same, in a server's ready child       {ready:8.3f} s = {ready / bare:.1f} ×; peak {children_peak()}")
    return cold


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--sheet-rows", type=int, default=100_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        csv, lean, xlsx = (Path(folder) / name for name in ("cases.csv", "lean.csv", "cases.xlsx"))
        examinations(asked.rows).write_csv(lean)
        print(f"CSV of {asked.rows:,} rows × 8, {lean.stat().st_size / 1e6:.0f} MB ({LABORATORY.id})")
        compared("polars.read_csv", lambda: pl.read_csv(lean), lean, LABORATORY)
        rows(asked.rows).write_csv(csv)
        print(f"CSV of {asked.rows:,} rows × 10, {csv.stat().st_size / 1e6:.0f} MB ({PROTOCOL.id})")
        cold = compared("polars.read_csv", lambda: pl.read_csv(csv), csv)
        (theirs,) = in_turn(lambda: with_pandas(csv), runs=1)
        print(
            f"  pandas + pandera, the same rules          {theirs:8.3f} s = {theirs / cold:.1f} × ours (it scans for no identity)"
        )
        script, whole = in_turn(
            lambda: command("-c", "import sys, polars; polars.read_csv(sys.argv[1])", str(csv)),
            lambda: command(
                "-c", "from registry.cli import main; main()", "check", str(csv), "--protocol", PROTOCOL.id
            ),
            runs=5,
        )
        print(f"  a script that reads it with Polars        {script:8.3f} s, from the start of Python to its end")
        print(f"  preuve check, from start to end           {whole:8.3f} s = {whole / script:.1f} × the script")
        workbook(xlsx, asked.sheet_rows)
        content = xlsx.read_bytes()
        print(f"Workbook of {asked.sheet_rows:,} rows × 10")

        def cells() -> None:
            calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()

        cold = compared("calamine", cells, xlsx)
        (theirs,) = in_turn(lambda: pd.read_excel(xlsx, engine="openpyxl"), runs=1)
        print(f"  pandas with openpyxl, nothing checked     {theirs:8.3f} s = {theirs / cold:.1f} × ours")
    return 0


if __name__ == "__main__":
    sys.exit(main())
