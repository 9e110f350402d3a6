"""How often each main interval holds the truth: simulated pilots of 20, 100 and 1,000 rows, rates near 0, one half and near 1.

Run: `python -m benchmarks.coverage [--draws 4000] [--only NAME]`. A nominal 95 % interval is expected between 93 % and 97 %; a line
outside says why, with the source, or is counted at the end as unexplained.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats

from evaluation.estimate import Estimate
from evaluation.statistics import means, medians, meta, proportions, ranks, risks, roc

LEVEL: Final = 0.95
LOW, HIGH = 0.93, 0.97
SIZES: Final = (20, 100, 1000)
RATES: Final = (0.02, 0.5, 0.98)
Interval = tuple[float, float] | None
Draw = Callable[[np.random.Generator], Interval]

DISCRETE = "few distinct counts: coverage swings around the level (Brown, Cai & DasGupta 2001, Stat Sci 16:101)"
WALD_EDGE = (
    "Wald interval of an area, cut to [0, 1]: short in small samples near 1 (Obuchowski & Lieber 1998; Pepe 2003)"
)
CONSERVATIVE = (
    "conservative with few events (Agresti 1999, Biometrics 55:597; Fagerland 2015, Stat Methods Med Res 24:224)"
)
SPREAD = "spread read off few order statistics: conservative in small samples (Price & Bonett 2002, J Stat Comput Simul 72:119)"
FEW_SITES = "between-site variance from few sites (IntHout 2014, BMC Med Res Methodol 14:25)"
PREDICTION = (
    "prediction interval from few sites: short when heterogeneity is slight (Partlett & Riley 2017, Stat Med 36:301)"
)


@dataclass(frozen=True)
class Case:
    """One interval in one situation; `note` is what the literature says of it."""

    name: str
    n: int
    setting: str
    truth: float
    draw: Draw
    note: str = ""


def limits(result: object) -> Interval:
    return (result.low, result.high) if isinstance(result, Estimate) else None


def exact_wilson(n: int, rate: float) -> float:
    """No simulation needed: the probability of every count is known."""
    counts = np.arange(n + 1)
    bounds = np.array([proportions.wilson(int(k), n, LEVEL) for k in counts])
    inside = (bounds[:, 0] <= rate) & (rate <= bounds[:, 1])
    return float(stats.binom.pmf(counts, n, rate)[inside].sum())


def exact_difference(n: int, p1: float, p2: float, pick: Callable[[risks.TwoRisks], Interval]) -> float:
    """Every pair of counts that matters, with its probability."""
    inside = 0.0
    for x1 in _likely(n, p1):
        for x2 in _likely(n, p2):
            found = pick(risks.TwoRisks(x1, n, x2, n))
            if found and found[0] <= p1 - p2 <= found[1]:
                inside += stats.binom.pmf(x1, n, p1) * stats.binom.pmf(x2, n, p2)
    return float(inside)


def _likely(n: int, rate: float) -> range:
    low, high = stats.binom.ppf((1e-7, 1 - 1e-7), n, rate)
    return range(int(low), int(high) + 1)


def cases() -> Iterator[Case]:
    yield from _areas()
    yield from _odds()
    yield from _shifts()
    yield from _syntheses()


def _areas() -> Iterator[Case]:
    for n in SIZES:
        for area in (0.6, 0.85, 0.97):
            distance = math.sqrt(2) * stats.norm.ppf(area)

            def draw(rng: np.random.Generator, n: int = n, distance: float = float(distance)) -> Interval:
                truth = np.repeat((0.0, 1.0), (n // 2, n - n // 2))
                return limits(roc.auc(truth, rng.normal(size=n) + distance * truth, LEVEL))

            yield Case("auc (DeLong, Wald)", n, f"AUC {area}", area, draw, WALD_EDGE if n < 1000 else "")


def _odds() -> Iterator[Case]:
    for n in SIZES:
        for rate in (0.1, 0.5, 0.9):
            other = 1 / (1 + (1 - rate) / rate * 2)
            truth = (rate / (1 - rate)) / (other / (1 - other))

            def draw(rng: np.random.Generator, n: int = n, p: float = rate, q: float = other) -> Interval:
                x1, x2 = rng.binomial(n, p), rng.binomial(n, q)
                return limits(risks.odds_ratio(risks.TwoRisks(int(x1), n, int(x2), n), LEVEL))

            yield Case(
                "odds ratio (Woolf)", n, f"rates {rate:g}, {other:.3g}", truth, draw, CONSERVATIVE if n < 1000 else ""
            )


def _shifts() -> Iterator[Case]:
    for n in SIZES:
        half = n // 2

        def normal(rng: np.random.Generator, half: int = half) -> Interval:
            return limits(means.mean_difference(rng.normal(1, 2, half), rng.normal(0, 1, half), LEVEL))

        def skewed(rng: np.random.Generator, half: int = half) -> Interval:
            return limits(ranks.hodges_lehmann(rng.lognormal(3, 0.5, half) + 5, rng.lognormal(3, 0.5, half), LEVEL))

        def medians_apart(rng: np.random.Generator, half: int = half) -> Interval:
            return limits(
                medians.median_difference(rng.lognormal(3, 0.5, half) + 5, rng.lognormal(3, 0.5, half), LEVEL)
            )

        yield Case("mean difference (Welch)", n, "normal, SD 2 and 1", 1.0, normal)
        yield Case("Hodges-Lehmann shift", n, "log-normal + 5", 5.0, skewed)
        yield Case("median difference (Price-Bonett)", n, "log-normal + 5", 5.0, medians_apart, SPREAD)


def _syntheses() -> Iterator[Case]:
    for sites in (4, 10, 40):
        for tau in (0.0, 0.3):

            def pooled(rng: np.random.Generator, k: int = sites, tau: float = tau) -> meta.Pooled:
                variances = rng.uniform(0.02, 0.2, k)
                effects = rng.normal(0.5, np.sqrt(tau**2 + variances))
                return meta.pool(effects, variances, "REML", LEVEL)

            def hartung_knapp(rng: np.random.Generator, draw: Callable[..., meta.Pooled] = pooled) -> Interval:
                found = draw(rng)
                return None if found.hk_low is None or found.hk_high is None else (found.hk_low, found.hk_high)

            yield Case("pooled effect (REML, Hartung-Knapp)", sites, f"τ {tau:g}", 0.5, hartung_knapp, FEW_SITES)


def simulated(case: Case, draws: int) -> tuple[float, int]:
    """Share of the intervals that hold the truth, and how many draws gave an interval."""
    rng = np.random.default_rng(20260101)
    found = [interval for _ in range(draws) if (interval := case.draw(rng)) is not None]
    return sum(low <= case.truth <= high for low, high in found) / len(found), len(found)


def exact_lines() -> Iterator[tuple[str, int, str, float, str]]:
    for n in SIZES:
        for rate in RATES:
            yield "proportion (Wilson)", n, f"rate {rate:g}", exact_wilson(n, rate), DISCRETE
    for n in (20, 100):
        for p1, p2 in ((0.05, 0.02), (0.5, 0.4), (0.95, 0.98)):

            def newcombe(table: risks.TwoRisks) -> Interval:
                return limits(risks.risk_difference(table, LEVEL))

            yield (
                "risk difference (Newcombe)",
                n,
                f"rates {p1:g}, {p2:g}",
                exact_difference(n, p1, p2, newcombe),
                DISCRETE,
            )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=4000)
    parser.add_argument("--only", default="", help="intervals whose name holds this text")
    asked = parser.parse_args()
    started, unexplained = time.perf_counter(), 0
    print(f"{'interval':38} {'n':>5} {'setting':22} {'coverage':>9} {'intervals':>10}  note")
    lines: Iterator[tuple[str, int, str, float, int | None, str]] = iter(())
    lines = ((*line[:4], None, line[4]) for line in exact_lines() if asked.only in line[0])
    simulations = (
        (c.name, c.n, c.setting, *simulated(c, asked.draws), c.note) for c in cases() if asked.only in c.name
    )
    for source in (lines, simulations):
        for name, n, setting, share, intervals, note in source:
            outside = not LOW <= share <= HIGH
            unexplained += outside and not note
            said = note if outside else ""
            drawn = "exact" if intervals is None else str(intervals)
            print(
                f"{name:38} {n:>5} {setting:22} {100 * share:>8.2f}% {drawn:>10}  {said or ('UNEXPLAINED' if outside else '')}"
            )
    print(f"{unexplained} outside 93-97 % without a named reason; {time.perf_counter() - started:.0f} s")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
