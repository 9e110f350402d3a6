"""Interrupted series against double sums and whole matrices, and their edges."""

import math

import numpy as np
import pytest
from scipy import optimize, stats

from evaluation.compute.metrics import compute
from evaluation.statistics.samples import DomainError

TERMS = ("intercept", "time", "post", "time_since")
SERIES = {
    "outcome": [30, 31, 29, 32, 30, 28, 29, 31, 22, 25, 24],
    "time": list(range(1, 12)),
    "post": [0] * 6 + [1] * 5,
    "time_since": [0] * 7 + [1, 2, 3, 4],
    "season": [],
}
COUNTS = {
    "events": [3, 4, 2, 5, 3, 2, 1, 2, 0, 1, 2],
    "exposure": [100] * 11,
    "time": list(range(1, 12)),
    "post": [0] * 6 + [1] * 5,
    "season": [],
}


def made(seed, n, rho=0.0):
    rng = np.random.default_rng(seed)
    time = np.arange(1.0, n + 1)
    first = n // 2
    post = (time > first).astype(float)
    since = np.where(post == 1, time - first - 1, 0.0)
    error = rng.normal(size=n)
    for i in range(1, n):
        error[i] += rho * error[i - 1]
    return 0.1 * time - 2 * post + error, time, post, since


@pytest.mark.parametrize("seed", range(12))
def test_newey_west_is_the_double_sum_over_pairs_of_points(seed):
    n, lag = 14 + 3 * seed, seed
    outcome, time, post, since = made(seed, n, 0.4)
    season = [np.sin(time), np.cos(time)][: seed % 3]
    design = np.column_stack([np.ones(n), time, post, since, *season])
    bread = np.linalg.inv(design.T @ design)
    beta = bread @ design.T @ outcome
    residual = outcome - design @ beta
    apart = np.abs(time[:, None] - time[None])
    weight = np.maximum(0, 1 - apart / (lag + 1))
    scores = design * residual[:, None]
    df = n - design.shape[1]
    covariance = bread @ scores.T @ weight @ scores @ bread * n / df
    order = np.random.default_rng(seed).permutation(n)
    given = {"outcome": outcome, "time": time, "post": post, "time_since": since}
    shuffled = {role: values[order] for role, values in given.items()} | {"season": [s[order] for s in season]}
    got = compute("its_newey_west", shuffled, {"lag": lag, "conf_level": 0.9})
    for i, name in enumerate(TERMS):
        se = math.sqrt(covariance[i, i])
        term = got["coefficients"][name]
        half = stats.t.ppf(0.95, df) * se
        want = (beta[i], se, beta[i] - half, beta[i] + half)
        assert tuple(term[k] for k in ("estimate", "se", "ci_low", "ci_high")) == pytest.approx(
            want, rel=1e-7, abs=1e-9
        )
        assert term["p_value"] == pytest.approx(2 * stats.t.sf(abs(beta[i] / se), df), rel=1e-5)
    last = np.zeros(design.shape[1])
    last[2:4] = 1, since.max()
    effect = got["effect_at_last_point"]
    assert effect["estimate"] == pytest.approx(last @ beta, rel=1e-8)
    assert effect["se"] == pytest.approx(math.sqrt(last @ covariance @ last), rel=1e-7)
    rss = residual @ residual
    assert got["r_squared"] == pytest.approx(1 - rss / ((outcome - outcome.mean()) ** 2).sum())
    assert got["durbin_watson"] == pytest.approx((np.diff(residual) ** 2).sum() / rss)
    assert (got["n"], got["df"]) == (n, df)


def test_one_point_after_has_a_level_and_no_slope():
    one = {role: values[:7] for role, values in SERIES.items()}
    got = compute("its_newey_west", one, {"lag": 1})
    trend = np.polyfit(range(1, 7), SERIES["outcome"][:6], 1)
    assert got["coefficients"]["post"]["estimate"] == pytest.approx(SERIES["outcome"][6] - np.polyval(trend, 7))
    assert set(got["coefficients"]["time_since"].values()) == {None}
    assert got["effect_at_last_point"] is None
    assert got["flag"] is True
    assert got["coefficients"]["time"]["se"] is not None


def test_a_series_of_one_side_has_its_trend_only():
    got = compute("its_newey_west", {**SERIES, "post": [0] * 11, "time_since": [0] * 11}, {"lag": 1})
    assert got["coefficients"]["time"]["estimate"] == pytest.approx(np.polyfit(range(11), SERIES["outcome"], 1)[0])
    assert got["coefficients"]["post"]["estimate"] is None
    assert got["flag"] is True


def test_twelve_months_beside_an_intercept_lose_one():
    outcome, time, post, since = made(1, 48)
    months = [(time % 12 == m).astype(float) for m in range(12)]
    rows = {"outcome": outcome, "time": time, "post": post, "time_since": since}
    whole = compute("its_newey_west", {**rows, "season": months}, {"lag": 3})
    fewer = compute("its_newey_west", {**rows, "season": months[:11]}, {"lag": 3})
    assert whole["df"] == fewer["df"] == 48 - 15
    assert whole["coefficients"]["post"] == fewer["coefficients"]["post"]
    assert whole["warnings"] == ["column_dropped"]
    assert fewer["flag"] is False


def test_short_sides_are_flagged_from_seven_points_down():
    outcome, time, post, since = made(2, 16)
    rows = {"outcome": outcome, "time": time, "post": post, "time_since": since, "season": []}
    assert compute("its_newey_west", rows, {"lag": 1})["flag"] is False
    short = {role: values[1:] if role != "season" else values for role, values in rows.items()}
    assert compute("its_newey_west", short, {"lag": 1})["warnings"] == ["short_series"]


@pytest.mark.parametrize("metric", ["its_newey_west", "its_ar1_reml"])
def test_a_missing_cell_leaves_its_point_out(metric):
    holes = {**SERIES, "outcome": [30, "", None, *map(str, SERIES["outcome"][3:])]}
    kept = {role: values[:1] + values[3:] for role, values in SERIES.items()}
    assert compute(metric, holes, {"lag": 1}) == compute(metric, kept, {"lag": 1})


def test_as_many_terms_as_points_an_exact_line_and_no_point():
    saturated = compute("its_newey_west", {role: values[4:8] for role, values in SERIES.items()}, {"lag": 1})
    assert (saturated["df"], saturated["reason"]) == (0, "too_few")
    assert saturated["coefficients"]["post"]["se"] is None
    line = compute("its_newey_west", {**SERIES, "outcome": list(range(11))}, {"lag": 1})
    assert line["coefficients"]["time"]["estimate"] == pytest.approx(1)
    assert (line["reason"], line["coefficients"]["time"]["se"], line["durbin_watson"]) == ("no_variation", None, None)
    none = compute("its_newey_west", {role: [] for role in SERIES}, {"lag": 1})
    assert (none["n"], none["flag"], none["effect_at_last_point"]) == (0, True, None)


@pytest.mark.parametrize("lag", [-1, 1.5, math.nan, math.inf, "twelve"])
def test_a_lag_is_a_whole_number(lag):
    with pytest.raises(DomainError):
        compute("its_newey_west", SERIES, {"lag": lag})


def test_the_lag_by_default_is_that_of_newey_and_west_1994():
    assert compute("its_newey_west", SERIES, {})["lag"] == 2
    with pytest.raises(DomainError):
        compute("its_newey_west", {**SERIES, "outcome": [math.inf, *SERIES["outcome"][1:]]}, {"lag": 1})


def dense(u, outcome, design, time):
    """The restricted deviance at ρ = tanh u with the estimates, their errors and σ, from the correlation matrix itself."""
    gap = np.abs(time[:, None] - time[None])
    rho = math.tanh(u)
    correlation = np.where(gap % 2 == 1, np.sign(rho), 1.0) * np.abs(rho) ** gap
    inverse = np.linalg.inv(correlation)
    gram = design.T @ inverse @ design
    beta = np.linalg.solve(gram, design.T @ inverse @ outcome)
    residual = outcome - design @ beta
    df = outcome.size - design.shape[1]
    rss = residual @ inverse @ residual
    deviance = np.linalg.slogdet(correlation)[1] + np.linalg.slogdet(gram)[1] + df * math.log(rss)
    return deviance, beta, np.sqrt(np.diag(np.linalg.inv(gram)) * rss / df), math.sqrt(rss / df)


@pytest.mark.parametrize(("seed", "rho"), [(0, 0.6), (1, -0.5), (2, 0.0), (3, 0.8), (4, -0.7), (5, 0.3)])
def test_ar1_reml_is_that_of_whole_matrices_also_with_gaps(seed, rho):
    outcome, time, post, since = made(seed, 40, rho)
    kept = np.random.default_rng(seed).random(40) < (0.85 if seed % 2 else 1)
    design = np.column_stack([np.ones(40), time, post, since])[kept]

    def deviance(u):
        return dense(u, outcome[kept], design, time[kept])[0]

    grid = np.linspace(-4, 4, 200)
    at = int(np.argmin([deviance(u) for u in grid]))
    ends = grid[max(at - 1, 0)], grid[min(at + 1, 199)]
    best = optimize.minimize_scalar(deviance, bounds=ends, method="bounded", options={"xatol": 1e-10}).x
    _, beta, errors, sigma = dense(best, outcome[kept], design, time[kept])
    rows = {"outcome": np.where(kept, outcome, np.nan), "time": time, "post": post, "time_since": since, "season": []}
    got = compute("its_ar1_reml", rows, {})
    assert got["rho"] == pytest.approx(math.tanh(best), abs=1e-6)
    assert got["sigma"] == pytest.approx(sigma, rel=1e-5)
    assert [got["coefficients"][t]["estimate"] for t in TERMS] == pytest.approx(beta, rel=1e-5, abs=1e-6)
    assert [got["coefficients"][t]["se"] for t in TERMS] == pytest.approx(errors, rel=1e-5)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"time": [1, 1, *range(3, 12)]}, "same_period"),
        ({role: values[4:9] for role, values in SERIES.items()}, "too_few"),
        ({role: [] for role in SERIES}, "no_rows"),
    ],
)
def test_ar1_all_null_with_a_reason(change, reason):
    got = compute("its_ar1_reml", {**SERIES, **change}, {})
    assert (got["reason"], got["flag"], got["rho"], got["sigma"]) == (reason, True, None, None)
    assert all(got["coefficients"][t] == {"estimate": None, "se": None} for t in TERMS)


def test_ar1_one_point_after_and_a_constant_series():
    one = compute("its_ar1_reml", {role: values[:7] for role, values in SERIES.items()}, {})
    assert one["coefficients"]["time_since"] == {"estimate": None, "se": None}
    assert one["coefficients"]["post"]["se"] is not None
    assert one["flag"] is True
    constant = compute("its_ar1_reml", {**SERIES, "outcome": [5] * 11}, {})
    assert (constant["rho"], constant["flag"]) == (None, True)
    assert constant["coefficients"]["intercept"]["estimate"] == pytest.approx(5)


def test_ar1_of_every_second_period_cannot_tell_the_sign_and_takes_the_positive_one():
    outcome, time, post, since = made(3, 30, 0.7)
    rows = {"outcome": outcome, "post": post, "season": []}
    single = compute("its_ar1_reml", {**rows, "time": time, "time_since": since}, {})
    double = compute("its_ar1_reml", {**rows, "time": 2 * time, "time_since": 2 * since}, {})
    assert double["rho"] == pytest.approx(math.sqrt(single["rho"]), rel=1e-6)
    assert double["sigma"] == pytest.approx(single["sigma"], rel=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_quasi_poisson_solves_the_score_equations(seed):
    rng = np.random.default_rng(seed)
    n = 30 + seed
    _, time, post, _ = made(seed, n)
    exposure = rng.uniform(50, 200, n)
    season = [np.sin(time)][: seed % 2]
    events = rng.poisson(exposure * 0.1 * np.exp(0.01 * time - 0.4 * post)).astype(float)
    design = np.column_stack([np.ones(n), time, post, *season])

    def score(beta):
        return design.T @ (events - exposure * np.exp(design @ beta))

    start = np.zeros(design.shape[1])
    start[0] = math.log(events.sum() / exposure.sum())
    beta = optimize.root(score, start, tol=1e-13).x
    mean = exposure * np.exp(design @ beta)
    dispersion = ((events - mean) ** 2 / mean).sum() / (n - design.shape[1])
    se = math.sqrt(dispersion * np.linalg.inv((design * mean[:, None]).T @ design)[2, 2])
    rows = {"events": events, "exposure": exposure, "time": time, "post": post, "season": season}
    got = compute("its_quasi_poisson", rows, {"conf_level": 0.95})
    assert got["dispersion"] == pytest.approx(dispersion, rel=1e-6)
    want = [math.exp(beta[2] + k * 1.959963984540054 * se) for k in (-1, 0, 1)]
    assert [got["ci_low"], got["estimate"], got["ci_high"]] == pytest.approx(want, rel=1e-6)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"events": [0] * 6 + [1] * 5}, "no_event_on_a_side"),
        ({"events": [1] * 6 + [0] * 5}, "no_event_on_a_side"),
        ({"post": [0] * 11}, "empty_group"),
        ({"exposure": [100] * 10 + [0]}, "no_exposure"),
        ({"season": [[0] * 8 + [1, 0, 0]]}, "separation"),
        ({role: [] for role in COUNTS}, "no_rows"),
    ],
)
def test_quasi_poisson_null_with_a_reason(change, reason):
    got = compute("its_quasi_poisson", {**COUNTS, **change}, {})
    assert (got["reason"], got["flag"]) == (reason, True)
    assert [got[key] for key in ("estimate", "ci_low", "ci_high", "dispersion")] == [None] * 4


def test_quasi_poisson_large_counts_scale_the_dispersion_only():
    plain = compute("its_quasi_poisson", COUNTS, {})
    large = compute("its_quasi_poisson", {**COUNTS, "events": [1e8 * e for e in COUNTS["events"]]}, {})
    assert large["estimate"] == pytest.approx(plain["estimate"], rel=1e-9)
    assert large["ci_low"] == pytest.approx(plain["ci_low"], rel=1e-9)
    assert large["dispersion"] == pytest.approx(1e8 * plain["dispersion"], rel=1e-9)
    with pytest.raises(DomainError):
        compute("its_quasi_poisson", {**COUNTS, "events": [-1] * 11}, {})
