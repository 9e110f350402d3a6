"""The stepped wedge's mixed models against whole matrices, and their edges."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from evaluation.compute.metrics import compute
from evaluation.estimate import Estimate
from evaluation.statistics.samples import DomainError
from evaluation.statistics.wedge import stepped_wedge, stepped_wedge_nested

LEVEL = {"conf_level": 0.95}
BOTH = ("stepped_wedge_mixed", "stepped_wedge_mixed_nested")


def made(seed, each=4, groups=7, periods=4):
    """An unbalanced wedge with effects of clusters and of clusters in periods."""
    rng = np.random.default_rng(seed)
    g = np.repeat(np.arange(groups), periods * each)
    t = np.tile(np.repeat(np.arange(periods), each), groups)
    treated = (t >= 1 + g % (periods - 1)).astype(float) if seed % 4 else (rng.random(g.size) < 0.5).astype(float)
    kept = rng.random(g.size) < 0.85
    block = rng.normal(size=groups * periods)[g * periods + t] * (seed % 3) * 0.5
    outcome = rng.normal(size=g.size) + rng.normal(size=groups)[g] * 0.6 + block + 0.5 * treated + 0.1 * t
    return outcome[kept], treated[kept], t[kept], g[kept]


def dense(outcome, treated, t, g, cluster_ratio, block_ratio):
    """−2 × the restricted log-likelihood, coefficient, standard error and residual variance, from V itself."""
    n = outcome.size
    design = np.column_stack([np.ones(n), t[:, None] == np.unique(t)[None, 1:], treated]).astype(float)
    same, block = g[:, None] == g[None], (g[:, None] == g[None]) & (t[:, None] == t[None])
    v = np.eye(n) + cluster_ratio * same + block_ratio * block
    inverse = np.linalg.inv(v)
    gram = design.T @ inverse @ design
    beta = np.linalg.solve(gram, design.T @ inverse @ outcome)
    residual = outcome - design @ beta
    df = n - design.shape[1]
    s2 = residual @ inverse @ residual / df
    deviance = np.linalg.slogdet(v)[1] + np.linalg.slogdet(gram)[1] + df * (1 + math.log(2 * math.pi * s2))
    return deviance, beta[-1], math.sqrt(s2 * np.linalg.inv(gram)[-1, -1]), s2


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("model", [stepped_wedge, stepped_wedge_nested])
def test_likelihood_estimate_and_error_are_those_of_whole_matrices(seed, model):
    rows = made(seed)
    got = model(*rows, 0.95)
    s2 = got.extras["residual_variance"]
    ratios = got.extras["variance_cluster"] / s2, got.extras.get("variance_cluster_period", 0.0) / s2
    deviance, value, se, variance = dense(*rows, *ratios)
    assert -2 * got.extras["reml_loglik"] == pytest.approx(deviance, rel=1e-10)
    assert (got.value, got.extras["se"], s2) == pytest.approx((value, se, variance), rel=1e-8)
    assert got.extras["icc"] == pytest.approx(ratios[0] / (1 + sum(ratios)))


@pytest.mark.parametrize("seed", range(6))
def test_no_other_pair_of_variances_is_more_likely(seed):
    rows = made(seed, each=3, groups=5, periods=3)
    got = stepped_wedge_nested(*rows, 0.95)
    found = -2 * got.extras["reml_loglik"]
    for start in ((-5.0, -5.0), (0.0, 0.0), (-6.0, 0.0), (0.0, -6.0)):
        with np.errstate(all="ignore"):
            other = optimize.minimize(
                lambda logs: dense(*rows, math.exp(logs[0]), math.exp(logs[1]))[0],
                start,
                method="Nelder-Mead",
                options={"xatol": 1e-4, "fatol": 1e-8, "maxfev": 250},
            )
        assert found <= other.fun + 1e-6


def test_balanced_clusters_give_the_variances_of_an_analysis_of_variance():
    """Two periods, exposure crossed within clusters: REML of a balanced design is the ANOVA estimate where it is positive."""
    rng = np.random.default_rng(4)
    groups, each = 12, 6
    g = np.repeat(np.arange(groups), 2 * each)
    treated = np.tile([0.0, 1.0], groups * each)
    outcome = rng.normal(size=g.size) + 1.5 * rng.normal(size=groups)[g] + treated
    got = stepped_wedge(outcome, treated, np.zeros(g.size), g, 0.95)
    adjusted = outcome - treated * got.value
    means = np.array([adjusted[g == c].mean() for c in range(groups)])
    within = sum(((adjusted[g == c] - means[c]) ** 2).sum() for c in range(groups)) / (g.size - groups - 1)
    between = 2 * each * means.var(ddof=1)
    assert got.extras["residual_variance"] == pytest.approx(within, rel=1e-6)
    assert got.extras["variance_cluster"] == pytest.approx((between - within) / (2 * each), rel=1e-6)
    assert got.value == pytest.approx(outcome[treated == 1].mean() - outcome[treated == 0].mean())


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 500), st.floats(-1e3, 1e3), st.floats(0.1, 50))
def test_shift_scale_and_order_change_nothing_else(seed, shift, scale):
    outcome, treated, t, g = made(seed)
    order = np.random.default_rng(seed).permutation(outcome.size)
    plain = stepped_wedge(outcome, treated, t, g, 0.95)
    moved = stepped_wedge(shift + scale * outcome[order], treated[order], t[order] + 3, 20 - g[order], 0.95)
    assert moved.value == pytest.approx(scale * plain.value, rel=1e-5, abs=1e-7)
    assert moved.extras["se"] == pytest.approx(scale * plain.extras["se"], rel=1e-5)
    assert moved.extras["icc"] == pytest.approx(plain.extras["icc"], abs=1e-6)


WEDGE = {
    "outcome": [1.0, 2, 3, 7, 2, 2, 1, 9, 4, 5, 6, 2, 2.0, 2.5, 3, 6, 1, 2, 2, 8, 5, 5, 7, 3],
    "treatment": [0, 0, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0] * 2,
    "period": ["a", "b", "c", "d"] * 6,
    "cluster": (["x"] * 4 + ["y"] * 4 + ["z"] * 4) * 2,
}


@pytest.mark.parametrize("metric", BOTH)
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"cluster": ["x"] * 24}, "one_cluster"),
        ({"treatment": [0, 0, 1, 1] * 6}, "confounded"),
        ({"treatment": [0] * 24}, "confounded"),
        ({"outcome": [3] * 24}, "no_variation"),
        ({"outcome": [""] * 24}, "no_rows"),
        ({role: [] for role in WEDGE}, "no_rows"),
        ({role: values[:2] for role, values in WEDGE.items()}, "one_cluster"),
        ({"outcome": [1, 2], "treatment": [0, 1], "period": [1, 1], "cluster": ["x", "y"]}, "too_few"),
    ],
)
def test_nothing_with_a_reason_and_every_key(metric, change, reason):
    got = compute(metric, {**WEDGE, **change}, LEVEL)
    assert (got["reason"], got["flag"]) == (reason, True)
    keys = ("estimate", "se", "z", "ci_low", "ci_high", "variance_cluster", "residual_variance", "icc", "reml_loglik")
    assert [got[key] for key in keys] == [None] * 9


def test_one_row_in_each_cluster_and_period_does_not_identify_the_second_variance():
    half = {role: values[:12] for role, values in WEDGE.items()}
    assert compute("stepped_wedge_mixed_nested", half, LEVEL)["reason"] == "one_row_a_cell"
    assert compute("stepped_wedge_mixed", half, LEVEL)["estimate"] is not None


@pytest.mark.parametrize("outcome", [[0, 1, 0, 0], [0.0, 1.0, 0.5, 2.5]])
def test_one_row_in_each_cluster_and_period_leaves_no_effect_even_where_the_fit_is_exact(outcome):
    rows = {"outcome": outcome, "treatment": [0, 0, 0, 1], "period": [1, 2, 1, 2], "cluster": ["a", "a", "b", "b"]}
    found = compute("stepped_wedge_mixed_nested", rows, LEVEL)
    keys = ("estimate", "se", "ci_low", "ci_high", "variance_cluster", "variance_cluster_period", "residual_variance")
    assert [found[key] for key in keys] == [None] * 7
    assert (found["flag"], found["reason"]) == (True, "one_row_a_cell")


def test_a_variance_at_its_edge_is_zero_with_a_flag():
    got = compute("stepped_wedge_mixed_nested", WEDGE, LEVEL)
    assert got["variance_cluster"] == 0
    assert {"variance_zero", "few_clusters"} <= set(got["warnings"])
    assert got["icc"] == 0


def test_missing_cells_leave_their_row_out_and_texts_are_numbers():
    whole = compute("stepped_wedge_mixed", WEDGE, LEVEL)
    more = {
        role: [*(str(v) for v in values), *last]
        for (role, values), last in zip(
            WEDGE.items(), (["", 4, 5, 6], [1, None, 0, 0], ["a", "a", "", "a"], ["x", "x", "x", None]), strict=True
        )
    }
    assert compute("stepped_wedge_mixed", more, LEVEL) == whole | {"n_missing_dropped": 4}


@pytest.mark.parametrize("model", [stepped_wedge, stepped_wedge_nested])
def test_no_infinite_outcome_and_no_half_exposure(model):
    with pytest.raises(DomainError):
        model([math.inf, 1, 2, 3], [0, 1, 0, 1], [0, 0, 0, 0], [0, 0, 1, 1], 0.95)
    with pytest.raises(DomainError):
        model([0, 1, 2, 3], [0, 0.5, 0, 1], [0, 0, 0, 0], [0, 0, 1, 1], 0.95)


@pytest.mark.parametrize("model", [stepped_wedge, stepped_wedge_nested])
def test_a_million_rows(model):
    rng = np.random.default_rng(0)
    n = 1_000_000
    g, t = rng.integers(0, 30, n), rng.integers(0, 6, n)
    treated = (t >= 1 + g % 5).astype(float)
    got = model(rng.normal(size=n) + rng.normal(size=30)[g] + 0.1 * treated, treated, t, g, 0.95)
    assert isinstance(got, Estimate)
    assert got.value == pytest.approx(0.1, abs=0.02)
    assert got.extras["variance_cluster"] == pytest.approx(1, rel=0.7)
