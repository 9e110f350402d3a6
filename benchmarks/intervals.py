"""The situations in which `benchmarks.coverage` draws each interval: what is simulated, its truth, and what the literature says."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats

from evaluation.estimate import Estimate
from evaluation.statistics import (
    calibration,
    cluster_robust,
    clustered,
    fieller,
    icc,
    increments,
    kappa,
    likelihood_ratios,
    limits_of_agreement,
    mcnemar,
    means,
    medians,
    meta,
    net_monetary_benefit,
    overlap,
    predictive_values,
    proportions,
    ranks,
    rates,
    risk_scores,
    risks,
    roc,
    roc_difference,
    segmented,
    superiority,
    times,
    wedge,
    youden,
)
from evaluation.statistics.proportions import ConfusionTable

LEVEL: Final = 0.95
SIZES: Final = (20, 100, 1000)
Random = np.random.Generator
Interval = tuple[float, float] | None
Draw = Callable[[Random], Interval]

DISCRETE = "few distinct counts: coverage swings around the level (Brown, Cai & DasGupta 2001, Stat Sci 16:101)"
EXACT = "at least the level by construction: conservative (Clopper & Pearson 1934; Brown, Cai & DasGupta 2001)"
WALD_EDGE = "Wald interval of an area cut to [0, 1]: short near 1 in small samples (Obuchowski & Lieber 1998, Acad Radiol 5:561)"
SMALL_AREA = "DeLong variance from few cases (Obuchowski & Lieber 1998, Acad Radiol 5:561)"
CONSERVATIVE = (
    "conservative with few events (Agresti 1999, Biometrics 55:597; Fagerland 2015, Stat Methods Med Res 24:224)"
)
SPREAD = "spread read off few order statistics (Price & Bonett 2002, J Stat Comput Simul 72:119)"
FEW_SITES = "between-site variance from few sites (IntHout 2014, BMC Med Res Methodol 14:25)"
PREDICTION = (
    "few sites: short when heterogeneity is slight, wide when there is none (Partlett & Riley 2017, Stat Med 36:301)"
)
FILLED = "exists only without a zero cell: the draws left out are those nearest the truth (Mercaldo, Lau & Zhou 2007, Stat Med 26:2170)"
LARGE_SAMPLE = "large-sample interval: short in small samples (Fleiss, Cohen & Everitt 1969; Blackman & Koval 2000, Stat Med 19:723)"
LOGISTIC = "Wald interval of a logistic coefficient: small samples (Peduzzi 1996, J Clin Epidemiol 49:1373)"
SKEWED = "mean of a skewed cost: small samples (Briggs & Gray 1998, J Health Serv Res Policy 3:233)"
SERIES = "short series: Newey-West is short under autocorrelation (Turner 2021, BMC Med Res Methodol 21:181)"
FEW_CLUSTERS = "few clusters: no small-sample correction (Li & Redden 2015, Stat Med 34:281)"
CLUSTERS = "few clusters, or shares near 0 or 1 (Korn & Graubard 1998; Dean & Pagano 2015, J Surv Stat Methodol 3:484)"
ORDER = "order statistics are discrete: at least about the level (Hollander, Wolfe & Chicken 2014, §4.3)"


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


def cases() -> Iterator[Case]:
    for family in (_tables, _areas, _paired, _two_groups, _durations, _agreement, _costs, _risks, _clusters, _sites):
        yield from family()


def _table(rng: Random, n: int, sensitivity: float, specificity: float) -> ConfusionTable:
    half = n // 2
    tp, tn = int(rng.binomial(half, sensitivity)), int(rng.binomial(half, specificity))
    return ConfusionTable(tp, half - tp, half - tn, tn)


def _tables() -> Iterator[Case]:
    for n in SIZES:
        for se, sp in ((0.6, 0.7), (0.9, 0.9), (0.97, 0.95)):
            precision = se / (se + 1 - sp)
            truths = {
                "LR+ (log, Koopman)": (se / (1 - sp), lambda t: limits(likelihood_ratios.lr_positive(t, LEVEL))),
                "diagnostic odds ratio (Woolf)": (
                    se / (1 - se) * sp / (1 - sp),
                    lambda t: limits(likelihood_ratios.diagnostic_odds_ratio(t, LEVEL)),
                ),
                "Youden (Newcombe)": (se + sp - 1, lambda t: limits(youden.youden_index(t, LEVEL))),
                "F1 (Wilson on Jaccard)": (
                    2 * precision * se / (precision + se),
                    lambda t: limits(overlap.f1(t, LEVEL)),
                ),
                "PPV at 5 % (logit)": (
                    0.05 * se / (0.05 * se + 0.95 * (1 - sp)),
                    lambda t: limits(predictive_values.at_prevalence(t, 0.05, LEVEL).ppv),
                ),
            }
            notes = {"PPV at 5 % (logit)": FILLED, "diagnostic odds ratio (Woolf)": CONSERVATIVE}
            for name, (truth, read) in truths.items():

                def draw(
                    rng: Random,
                    n: int = n,
                    se: float = se,
                    sp: float = sp,
                    read: Callable[[ConfusionTable], Interval] = read,
                ) -> Interval:
                    return read(_table(rng, n, se, sp))

                yield Case(name, n, f"Se {se:g}, Sp {sp:g}", truth, draw, notes.get(name, DISCRETE) if n < 1000 else "")


def _areas() -> Iterator[Case]:
    for n in SIZES:
        truth = np.repeat((0.0, 1.0), (n // 2, n - n // 2))
        for area in (0.6, 0.85, 0.97):
            distance = math.sqrt(2) * float(stats.norm.ppf(area))

            def wald(rng: Random, truth: np.ndarray = truth, distance: float = distance) -> Interval:
                return limits(roc.auc(truth, rng.normal(size=truth.size) + distance * truth, LEVEL))

            def logit(rng: Random, truth: np.ndarray = truth, distance: float = distance) -> Interval:
                return limits(roc.auc_logit(truth, rng.normal(size=truth.size) + distance * truth, LEVEL))

            def paired(rng: Random, truth: np.ndarray = truth, distance: float = distance) -> Interval:
                common = rng.normal(size=truth.size)
                scores = [
                    0.7 * common + math.sqrt(0.51) * rng.normal(size=truth.size) + distance * truth for _ in range(2)
                ]
                return limits(roc_difference.auc_difference_paired(truth, *scores, LEVEL))

            yield Case("AUC (DeLong, Wald)", n, f"AUC {area}", area, wald, WALD_EDGE if n < 1000 else "")
            yield Case("AUC (DeLong, logit)", n, f"AUC {area}", area, logit, SMALL_AREA if n < 1000 else "")
            yield Case("AUC difference (paired)", n, f"AUC {area}", 0.0, paired, SMALL_AREA if n < 1000 else "")


def _paired() -> Iterator[Case]:
    for n in SIZES:
        for both, only_1, only_2 in ((0.3, 0.25, 0.15), (0.9, 0.06, 0.02), (0.02, 0.05, 0.03)):

            def draw(rng: Random, n: int = n, shares: tuple[float, ...] = (both, only_1, only_2)) -> Interval:
                counts = rng.multinomial(n, (*shares, 1 - sum(shares)))
                return mcnemar.tango_limits(int(counts[1]), int(counts[2]), n, LEVEL)

            setting = f"discordant {only_1:g}, {only_2:g}"
            yield Case("paired difference (Tango)", n, setting, only_1 - only_2, draw, DISCRETE if n < 1000 else "")


def _two_groups() -> Iterator[Case]:
    for n in SIZES:
        for p in (0.1, 0.5, 0.9):
            q = 1 / (1 + (1 - p) / p * 2)

            def odds(rng: Random, n: int = n, p: float = p, q: float = q) -> Interval:
                table = risks.TwoRisks(int(rng.binomial(n, p)), n, int(rng.binomial(n, q)), n)
                return limits(risks.odds_ratio(table, LEVEL))

            def ratio(rng: Random, n: int = n, p: float = p, q: float = q) -> Interval:
                table = risks.TwoRisks(int(rng.binomial(n, p)), n, int(rng.binomial(n, q)), n)
                return limits(risks.risk_ratio(table, LEVEL))

            note = CONSERVATIVE if n < 1000 else ""
            setting = f"rates {p:g}, {q:.3g}"
            yield Case("odds ratio (Woolf)", n, setting, (p / (1 - p)) / (q / (1 - q)), odds, note)
            yield Case("risk ratio (Katz)", n, setting, p / q, ratio, note)
        for events in (5.0, 50.0):

            def rate(rng: Random, n: int = n, events: float = events) -> Interval:
                x1, x2 = rng.poisson(events * n / 100), rng.poisson(2 * events * n / 100)
                return limits(rates.rate_ratio(rates.TwoRates(float(x1), n, float(x2), 2.0 * n, 2), LEVEL))

            yield Case(
                "rate ratio (log)",
                n,
                f"{events * n / 100:g} events",
                1.0,
                rate,
                CONSERVATIVE if events * n < 5000 else "",
            )


def _durations() -> Iterator[Case]:
    for n in SIZES:
        half = n // 2

        def times_of(rng: Random, half: int = half) -> tuple[np.ndarray, np.ndarray]:
            return rng.lognormal(3, 0.5, half) + 5, rng.lognormal(3, 0.5, half)

        share = float(stats.norm.cdf(0.6 / math.sqrt(2)))
        tenth = math.exp(3 + 0.5 * float(stats.norm.ppf(0.9)))
        draws: dict[str, tuple[float, Draw, str]] = {
            "mean difference (Welch)": (
                1.0,
                lambda rng, half=half: limits(
                    means.mean_difference(rng.normal(1, 2, half), rng.normal(0, 1, half), LEVEL)
                ),
                "",
            ),
            "geometric mean ratio": (
                math.exp(0.2),
                lambda rng, half=half: limits(
                    means.geometric_mean_ratio(rng.lognormal(3.2, 0.5, half), rng.lognormal(3, 0.5, half), LEVEL)
                ),
                "",
            ),
            "Hodges-Lehmann shift": (5.0, lambda rng, t=times_of: limits(ranks.hodges_lehmann(*t(rng), LEVEL)), ORDER),
            "median difference (Price-Bonett)": (
                5.0,
                lambda rng, t=times_of: limits(medians.median_difference(*t(rng), LEVEL)),
                SPREAD,
            ),
            "probability of superiority": (
                share,
                lambda rng, half=half: limits(
                    superiority.probability_superiority(rng.normal(0.6, 1, half), rng.normal(0, 1, half), LEVEL)
                ),
                SMALL_AREA if n < 100 else "",
            ),
            "90th percentile": (tenth, lambda rng, n=n: limits(times.p90(rng.lognormal(3, 0.5, n), LEVEL)), ORDER),
        }
        for name, (truth, draw, note) in draws.items():
            yield Case(name, n, "normal or log-normal", truth, draw, note)


def _agreement() -> Iterator[Case]:
    for n in SIZES:
        for agree in (0.6, 0.9):

            def kappas(rng: Random, n: int = n, agree: float = agree) -> Interval:
                first = rng.integers(0, 3, n)
                second = np.where(rng.random(n) < agree, first, rng.integers(0, 3, n))
                return limits(kappa.kappa(kappa.cross_table(first, second, 3), LEVEL))

            yield Case(
                "kappa (Fleiss-Cohen-Everitt)", n, f"kappa {agree:g}", agree, kappas, LARGE_SAMPLE if n < 1000 else ""
            )

        def intraclass(rng: Random, n: int = n) -> Interval:
            return limits(icc.icc_2_1(rng.normal(0, 2, (n, 1)) + rng.normal(0, 1, (n, 4)), LEVEL))

        def bias(rng: Random, n: int = n) -> Interval:
            base = rng.normal(100, 10, n)
            pair = base + rng.normal(2, 3, n), base + rng.normal(0, 3, n)
            return limits(limits_of_agreement.agreement_line(*pair, LEVEL, "bias"))

        yield Case("ICC(2,1) (McGraw-Wong)", n, "4 raters, ICC 0.8", 0.8, intraclass)
        yield Case("Bland-Altman bias (t)", n, "bias 2", 2.0, bias)


def _costs() -> Iterator[Case]:
    for n in SIZES:
        half = n // 2

        def arms(rng: Random, half: int = half) -> tuple[np.ndarray, ...]:
            def arm(cost: float, effect: float) -> tuple[np.ndarray, np.ndarray]:
                severity = rng.gamma(2, 1, half)
                return cost * severity + rng.normal(0, 50, half), effect + 0.1 * severity + rng.normal(0, 0.3, half)

            return (*arm(300, 1.2), *arm(250, 1.0))

        def cost(rng: Random, draw: Callable[[Random], tuple[np.ndarray, ...]] = arms) -> Interval:
            cost_1, _, cost_0, _ = draw(rng)
            return limits(means.mean_difference(cost_1, cost_0, LEVEL))

        def benefit(rng: Random, draw: Callable[[Random], tuple[np.ndarray, ...]] = arms) -> Interval:
            return limits(net_monetary_benefit.incremental_net_benefit(*draw(rng), 2000.0, LEVEL))

        def ratio(rng: Random, draw: Callable[[Random], tuple[np.ndarray, ...]] = arms) -> Interval:
            cost_1, effect_1, cost_0, effect_0 = draw(rng)
            found = increments.increments(
                increments.complete_arm(cost_1, effect_1), increments.complete_arm(cost_0, effect_0), LEVEL
            )
            given = None if found is None else fieller.summary(found)
            held = None if given is None else fieller.fieller(given, LEVEL)
            if held is None or held.low is None or held.high is None:
                return (-math.inf, math.inf)
            if held.shape == "exclusive":  # two rays: the one that could hold the truth
                return (held.high, math.inf) if held.high <= 500 else (-math.inf, held.low)
            return held.low, held.high

        yield Case("cost difference (Welch)", n, "gamma costs", 100.0, cost, SKEWED if n < 1000 else "")
        yield Case("net monetary benefit", n, "λ 2000", 300.0, benefit, SKEWED if n < 1000 else "")
        yield Case("ICER (Fieller)", n, "ICER 500", 500.0, ratio, SKEWED if n < 1000 else "")


def _risks() -> Iterator[Case]:
    for n in SIZES[1:]:

        def predicted(rng: Random, n: int = n) -> tuple[np.ndarray, np.ndarray]:
            linear = rng.normal(-1, 1, n)
            return (rng.random(n) < 1 / (1 + np.exp(-(0.2 + 0.8 * linear)))).astype(float), 1 / (1 + np.exp(-linear))

        def slope(rng: Random, draw: Callable[[Random], tuple[np.ndarray, np.ndarray]] = predicted) -> Interval:
            return limits(calibration.calibration_slope(*draw(rng), LEVEL))

        yield Case("calibration slope (Wald)", n, "slope 0.8", 0.8, slope, LOGISTIC if n < 1000 else "")

        def well(rng: Random, n: int = n) -> Interval:
            p = 1 / (1 + np.exp(-rng.normal(-1, 1, n)))
            return limits(calibration.calibration_in_the_large((rng.random(n) < p).astype(float), p, LEVEL))

        def brier(rng: Random, n: int = n) -> Interval:
            p = rng.beta(2, 2, n)
            return limits(risk_scores.brier_score((rng.random(n) < p).astype(float), p, LEVEL))

        yield Case("calibration-in-the-large", n, "well calibrated", 0.0, well, LOGISTIC if n < 1000 else "")
        yield Case("Brier score (normal)", n, "Beta(2, 2) risks", 0.2, brier)


def _clusters() -> Iterator[Case]:
    for groups in (10, 40, 200):
        for p in (0.1, 0.5, 0.9):

            def share(rng: Random, groups: int = groups, p: float = p) -> Interval:
                rates_of = rng.beta(4 * p, 4 * (1 - p), groups)
                owner = np.repeat(np.arange(groups), 5)
                return limits(
                    clustered.clustered_proportion(
                        (rng.random(owner.size) < rates_of[owner]).astype(float), owner, LEVEL
                    )
                )

            yield Case(
                "clustered proportion", groups, f"rate {p:g}, ICC 0.2", p, share, CLUSTERS if groups < 200 else ""
            )

        def effect(rng: Random, groups: int = groups) -> Interval:
            owner = np.repeat(np.arange(groups), 8)
            arm = (owner % 2).astype(float)
            y = rng.normal(0, 1, groups)[owner] + rng.normal(0, 1, owner.size) + 0.5 * arm
            return limits(cluster_robust.cluster_robust_cr2(y, arm, np.empty((owner.size, 0)), owner, LEVEL))

        yield Case("cluster trial (CR2)", groups, "8 rows a cluster", 0.5, effect)

        def rolled_out(rng: Random, groups: int = groups) -> Interval:
            period, cluster = np.tile(np.arange(6), groups), np.repeat(np.arange(groups), 6)
            treated = (period > cluster % 5).astype(float)
            y = rng.normal(0, 1, groups)[cluster] + 0.1 * period + 0.5 * treated + rng.normal(0, 1, period.size)
            return limits(wedge.stepped_wedge(y, treated, period, cluster, LEVEL))

        yield Case(
            "stepped wedge (Hussey-Hughes)", groups, "6 periods", 0.5, rolled_out, FEW_CLUSTERS if groups < 40 else ""
        )
    for points in (24, 60, 200):
        for rho in (0.0, 0.4):

            def level(rng: Random, points: int = points, rho: float = rho) -> Interval:
                shocks = rng.normal(0, 1, points)
                noise = np.zeros(points)
                for i in range(1, points):
                    noise[i] = rho * noise[i - 1] + shocks[i]
                time = np.arange(1.0, points + 1)
                post = (time > points / 2).astype(float)
                since = np.where(post > 0, time - points // 2 - 1, 0.0)
                y = 0.02 * time + 2 * post + noise
                found = segmented.newey_west(y, time, post, since, np.empty((points, 0)), LEVEL, 3)
                return limits(segmented.change(found, "post", LEVEL))

            yield Case("interrupted series (Newey-West)", points, f"ρ {rho:g}, lag 3", 2.0, level, SERIES)


def _sites() -> Iterator[Case]:
    for sites in (4, 10, 40):
        for tau in (0.0, 0.3):

            def pooled(rng: Random, k: int = sites, tau: float = tau) -> meta.Pooled:
                variances = rng.uniform(0.02, 0.2, k)
                return meta.pool(rng.normal(0.5, np.sqrt(tau**2 + variances)), variances, "REML", LEVEL)

            def centre(rng: Random, draw: Callable[[Random], meta.Pooled] = pooled) -> Interval:
                found = draw(rng)
                return None if found.hk_low is None or found.hk_high is None else (found.hk_low, found.hk_high)

            def next_site(rng: Random, tau: float = tau, draw: Callable[[Random], meta.Pooled] = pooled) -> Interval:
                found = draw(rng)
                if found.prediction_low is None or found.prediction_high is None:
                    return None
                moved = rng.normal(0.5, tau) if tau else 0.5  # the interval is moved, so that the truth is one number
                return found.prediction_low - moved, found.prediction_high - moved

            yield Case("pooled effect (Hartung-Knapp)", sites, f"τ {tau:g}", 0.5, centre, FEW_SITES)
            yield Case("prediction in a new site", sites, f"τ {tau:g}", 0.0, next_site, PREDICTION)


def exact_lines() -> Iterator[tuple[str, int, str, float, str]]:
    """Intervals of counts, whose coverage is a sum of known probabilities: no draw at all."""
    for n in SIZES:
        for rate in (0.02, 0.5, 0.98):
            for name, interval, note in (
                ("proportion (Wilson)", proportions.wilson, DISCRETE),
                ("proportion (Clopper-Pearson)", proportions.clopper_pearson, EXACT),
            ):
                yield name, n, f"rate {rate:g}", _of_counts(n, rate, interval), note
    for n in SIZES[:2]:
        for p1, p2 in ((0.05, 0.02), (0.5, 0.4), (0.95, 0.98)):
            yield "risk difference (Newcombe)", n, f"rates {p1:g}, {p2:g}", _of_differences(n, p1, p2), DISCRETE


def _of_counts(n: int, rate: float, interval: Callable[[int, int, float], tuple[float, float]]) -> float:
    counts = np.arange(n + 1)
    bounds = np.array([interval(int(k), n, LEVEL) for k in counts])
    inside = (bounds[:, 0] <= rate) & (rate <= bounds[:, 1])
    return float(stats.binom.pmf(counts, n, rate)[inside].sum())


def _of_differences(n: int, p1: float, p2: float) -> float:
    inside = 0.0
    for x1 in _likely(n, p1):
        for x2 in _likely(n, p2):
            found = limits(risks.risk_difference(risks.TwoRisks(x1, n, x2, n), LEVEL))
            if found and found[0] <= p1 - p2 <= found[1]:
                inside += stats.binom.pmf(x1, n, p1) * stats.binom.pmf(x2, n, p2)
    return float(inside)


def _likely(n: int, rate: float) -> range:
    low, high = stats.binom.ppf((1e-7, 1 - 1e-7), n, rate)
    return range(int(low), int(high) + 1)
