"""Cluster-robust models against dense matrices, textbook identities, and their edges."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special, stats

from evaluation.compute.metrics import compute
from evaluation.estimate import Estimate, NotEstimable
from evaluation.statistics.cluster_logistic import cluster_robust_logistic
from evaluation.statistics.cluster_robust import cluster_robust, cluster_robust_cr2, difference_in_differences
from evaluation.statistics.samples import DomainError
from evaluation.statistics.two_way import two_way_fixed_effects

LEVEL = {"conf_level": 0.95}
NONE = np.empty((8, 0))
EIGHT = {
    "outcome": [3, 5, 4, 7, 6, 8, 5, 9],
    "treatment": [0, 0, 0, 0, 1, 1, 1, 1],
    "covariates": [],
    "cluster": list("aabbccdd"),
}


def dense(design, outcome, cluster, at):
    """Estimate, CR1 standard error, CR2 standard error and Satterthwaite df from whole matrices."""
    n, k = design.shape
    bread = np.linalg.inv(design.T @ design)
    estimate = bread @ design.T @ outcome
    residual = outcome - design @ estimate
    names = np.unique(cluster)
    meat = sum(np.outer(s, s) for s in (design[cluster == c].T @ residual[cluster == c] for c in names))
    cr1 = (bread @ meat @ bread)[at, at] * names.size / (names.size - 1) * (n - 1) / (n - k)
    leftover = np.eye(n) - design @ bread @ design.T
    moves, columns = [], []
    for name in names:
        rows = np.flatnonzero(cluster == name)
        values, vectors = np.linalg.eigh(leftover[np.ix_(rows, rows)])
        power = np.array([value**-0.5 if value > 1e-9 else 0.0 for value in values])
        row = vectors @ (power * (vectors.T @ design[rows] @ bread[:, at]))
        moves.append(row @ residual[rows])
        columns.append(leftover[:, rows] @ row)
    p = np.array(columns) @ np.array(columns).T
    return estimate[at], math.sqrt(cr1), math.sqrt(np.sum(np.square(moves))), np.trace(p) ** 2 / np.sum(p * p)


@pytest.mark.parametrize("seed", range(24))
def test_cr1_and_cr2_are_those_of_whole_matrices(seed):
    rng = np.random.default_rng(seed)
    n, groups, p = int(rng.integers(14, 60)), int(rng.integers(3, 12)), int(rng.integers(0, 4))
    cluster = rng.integers(0, groups, n)
    treatment = (cluster % 2 if seed % 2 else rng.random(n) < 0.5).astype(float)
    others, outcome = rng.normal(size=(n, p)), rng.normal(size=n) + 0.4 * cluster
    want = dense(np.column_stack([np.ones(n), treatment, others]), outcome, cluster, 1)
    first = cluster_robust(outcome, treatment, others, cluster, 0.9)
    second = cluster_robust_cr2(outcome, treatment, others, cluster, 0.9)
    got = (first.value, first.extras["se"], second.extras["se"], second.extras["df"])
    assert got == pytest.approx(want, rel=1e-8)
    df = np.unique(cluster).size - 1
    assert first.high - first.value == pytest.approx(stats.t.ppf(0.95, df) * want[1])
    assert second.extras["p_value"] == pytest.approx(2 * stats.t.sf(abs(want[0] / want[2]), want[3]))


def test_cr2_with_indicators_of_the_clusters_takes_the_pseudo_inverse():
    rng = np.random.default_rng(5)
    cluster = np.repeat(np.arange(6), 5)
    treatment = (rng.random(30) < 0.5).astype(float)
    dummies = (cluster[:, None] == np.arange(1, 6)).astype(float)
    outcome = rng.normal(size=30) + cluster
    want = dense(np.column_stack([np.ones(30), treatment, dummies]), outcome, cluster, 1)
    got = cluster_robust_cr2(outcome, treatment, dummies, cluster, 0.95)
    assert (got.value, got.extras["se"], got.extras["df"]) == pytest.approx((want[0], want[2], want[3]), rel=1e-8)


def test_rows_that_are_their_own_clusters_give_welch_and_the_df_of_bell_and_mccaffrey():
    """HC2 of a difference of two means is Welch's variance; with equal variances assumed, m = 3 and n = 27 leave 2.47 df."""
    rng = np.random.default_rng(2)
    outcome = rng.normal(size=30)
    treatment = np.repeat([1.0, 0.0], [3, 27])
    got = cluster_robust_cr2(outcome, treatment, np.empty((30, 0)), np.arange(30), 0.95)
    welch = math.sqrt(outcome[:3].var(ddof=1) / 3 + outcome[3:].var(ddof=1) / 27)
    assert got.extras["se"] == pytest.approx(welch, rel=1e-12)
    df = (1 / 3 + 1 / 27) ** 2 / (1 / (9 * 2) + 1 / (729 * 26))
    assert got.extras["df"] == pytest.approx(df, rel=1e-10)


def test_equal_clusters_of_two_arms_give_the_t_test_of_their_means():
    """Donner & Klar 2000: balanced arms of equal clusters are analysed by Student's t on the clusters' means, G − 2 df."""
    rng = np.random.default_rng(3)
    cluster = np.repeat(np.arange(10), 7)
    treatment = (cluster >= 5).astype(float)
    outcome = rng.normal(size=70) + rng.normal(size=10)[cluster]
    means = outcome.reshape(10, 7).mean(axis=1)
    want = stats.ttest_ind(means[5:], means[:5])
    got = cluster_robust_cr2(outcome, treatment, np.empty((70, 0)), cluster, 0.95)
    assert got.extras["df"] == pytest.approx(8)
    assert (got.extras["t"], got.extras["p_value"]) == pytest.approx((want.statistic, want.pvalue), rel=1e-10)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.floats(-50, 50), st.floats(0.01, 100))
def test_shift_scale_and_order_of_rows_change_nothing_else(seed, shift, scale):
    rng = np.random.default_rng(seed)
    cluster, treatment = rng.integers(0, 6, 40), np.tile([0.0, 1.0], 20)
    outcome, others = rng.normal(size=40), rng.normal(size=(40, 2))
    plain = cluster_robust_cr2(outcome, treatment, others, cluster, 0.95)
    order = rng.permutation(40)
    moved = cluster_robust_cr2(
        shift + scale * outcome[order], treatment[order], others[order], 9 - cluster[order], 0.95
    )
    assert plain.low <= plain.value <= plain.high
    assert moved.value == pytest.approx(scale * plain.value, rel=1e-7, abs=1e-9)
    assert moved.extras["se"] == pytest.approx(scale * plain.extras["se"], rel=1e-7)
    assert moved.extras["df"] == pytest.approx(plain.extras["df"], rel=1e-7)


def test_a_column_explained_by_earlier_ones_is_left_out_and_not_counted():
    repeated = {**EIGHT, "covariates": [[1, 2, 1, 2, 1, 2, 1, 2], [2, 4, 2, 4, 2, 4, 2, 4], [0, 0, 0, 0, 1, 1, 1, 1]]}
    once = {**EIGHT, "covariates": [[1, 2, 1, 2, 1, 2, 1, 2]]}
    assert compute("cluster_robust_linear", repeated, LEVEL) == compute("cluster_robust_linear", once, LEVEL)


def test_one_cluster_leaves_the_bare_difference():
    got = compute("cluster_robust_linear", {**EIGHT, "cluster": ["a"] * 8}, LEVEL)
    assert got["estimate"] == pytest.approx(2.25)
    assert [got[key] for key in ("se", "t", "df", "p_value", "ci_low", "ci_high", "cr2_se", "cr2_df")] == [None] * 8
    assert got["flag"] is True
    assert got["reason"] == "one_cluster"


def test_few_clusters_are_flagged_and_a_constant_treatment_is_nothing():
    few = compute("cluster_robust_linear", EIGHT, LEVEL)
    assert few["flag"] is True
    assert few["df"] == 3
    none = compute("cluster_robust_linear", {**EIGHT, "treatment": [1] * 8}, LEVEL)
    assert [none[key] for key in ("estimate", "se", "t", "df", "p_value", "ci_low", "ci_high")] == [None] * 7
    assert none["flag"] is True


def test_two_clusters_that_are_the_two_arms_show_no_error():
    """Each arm is one cluster: the least-squares scores of both are exactly 0, and an interval of no width would be a lie."""
    got = compute("cluster_robust_linear", {**EIGHT, "cluster": list("aaaabbbb")}, LEVEL)
    assert got["estimate"] == pytest.approx(2.25)
    assert got["se"] is None
    assert got["reason"] == "clusters_fitted"


def test_texts_missing_cells_and_spellings_of_labels():
    given_ = {
        "outcome": ["3", "5", "4", "7", "6", "8", "5", "9", "", "4"],
        "treatment": ["0", "0.0", 0, 0, "1", 1, 1.0, "1", "1", None],
        "covariates": [],
        "cluster": [1, "1.0", "2", 2, 3.0, "3", "4.00", 4, 4, 1],
    }
    got = compute("cluster_robust_linear", given_, LEVEL)
    assert got == compute("cluster_robust_linear", EIGHT, LEVEL) | {"n_missing_dropped": 2}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"outcome": [], "treatment": [], "cluster": []}, "no_rows"),
        ({"outcome": [""], "treatment": [1], "cluster": ["a"]}, "no_rows"),
        ({"outcome": [1], "treatment": [1], "cluster": ["a"]}, "not_identified"),
        ({"outcome": [0.1] * 8}, "no_variation"),
        ({"outcome": [1, 2], "treatment": [0, 1], "cluster": ["a", "b"]}, "too_few"),
    ],
)
def test_what_cannot_be_estimated_has_a_reason(change, reason):
    got = compute("cluster_robust_linear", {**EIGHT, **change}, LEVEL)
    assert (got["reason"], got["flag"], got["se"], got["ci_low"]) == (reason, True, None, None)


@pytest.mark.parametrize("wrong", [math.inf, -math.inf, 1e120])
def test_no_infinite_outcome(wrong):
    with pytest.raises(DomainError):
        cluster_robust([wrong, 1, 2, 3, 4, 5, 6, 7], EIGHT["treatment"], NONE, [0, 0, 1, 1, 2, 2, 3, 3], 0.95)


def test_columns_of_unequal_lengths_are_refused():
    with pytest.raises(DomainError):
        compute("cluster_robust_linear", {**EIGHT, "cluster": ["a"] * 7}, LEVEL)


def test_the_one_value_entry_prints_the_keys_of_its_metric():
    assert compute("cluster_robust_cr2", EIGHT, LEVEL) == compute("cluster_robust_linear", EIGHT, LEVEL)


@pytest.mark.parametrize("seed", range(8))
def test_logistic_maximum_and_sandwich(seed):
    rng = np.random.default_rng(seed)
    n, p = 150, seed % 3
    cluster, treatment = rng.integers(0, 12, n), (rng.random(n) < 0.5).astype(float)
    others = rng.normal(size=(n, p))
    outcome = (rng.random(n) < special.expit(0.4 * treatment + 0.05 * cluster - 0.5)).astype(float)
    design = np.column_stack([np.ones(n), treatment, others])

    def score(beta):
        return design.T @ (outcome - special.expit(design @ beta))

    beta = optimize.root(score, np.zeros(2 + p), tol=1e-13).x
    fitted = special.expit(design @ beta)
    bread = np.linalg.inv((design * (fitted * (1 - fitted))[:, None]).T @ design)
    names = np.unique(cluster)
    sums = np.array([design[cluster == c].T @ (outcome - fitted)[cluster == c] for c in names])
    se = math.sqrt((bread @ sums.T @ sums @ bread)[1, 1] * names.size / (names.size - 1))
    got = cluster_robust_logistic(outcome, treatment, others, cluster, 0.95)
    assert got.extras["log_odds_ratio"] == pytest.approx(beta[1], rel=1e-7, abs=1e-9)
    assert got.extras["se"] == pytest.approx(se, rel=1e-7)
    assert math.log(got.high) - math.log(got.value) == pytest.approx(1.959963984540054 * se, rel=1e-7)


def test_logistic_without_covariates_is_the_ratio_of_the_table():
    outcome = np.repeat([1.0, 0.0, 1.0, 0.0], [7, 13, 4, 30])
    treatment = np.repeat([1.0, 0.0], [20, 34])
    got = cluster_robust_logistic(outcome, treatment, np.empty((54, 0)), np.arange(54), 0.95)
    assert got.value == pytest.approx(7 * 30 / (13 * 4), rel=1e-12)
    woolf = math.sqrt(1 / 7 + 1 / 13 + 1 / 4 + 1 / 30)  # the robust variance of a saturated table is the model's
    assert got.extras["se"] == pytest.approx(woolf * math.sqrt(54 / 53), rel=1e-10)


TABLE = {
    "outcome": [0, 1, 0, 1, 1, 1, 0, 1],
    "treatment": EIGHT["treatment"],
    "covariates": [],
    "cluster": list("aabbccdd"),
}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"outcome": [1] * 8}, "one_class"),
        ({"outcome": [0, 0, 0, 0, 1, 1, 0, 1]}, "separation"),
        ({"covariates": [[0.3, 1, 0.2, 1.5, 1.1, 1.2, 0.1, 1.4]]}, "separation"),
        (
            {
                "outcome": [*TABLE["outcome"], 1, 1],
                "treatment": [*TABLE["treatment"], 0, 1],
                "covariates": [[0] * 8 + [1, 1]],
                "cluster": list("aabbccddee"),
            },
            "separation",
        ),
        ({"treatment": [0] * 8}, "not_identified"),
        ({"outcome": [], "treatment": [], "cluster": []}, "no_rows"),
    ],
)
def test_logistic_nothing_with_a_reason(change, reason):
    got = compute("cluster_robust_logistic", {**TABLE, **change}, LEVEL)
    assert got["reason"] == reason
    assert [got[key] for key in ("estimate", "log_odds_ratio", "se", "p_value", "ci_low", "ci_high")] == [None] * 6


def test_logistic_one_cluster_leaves_the_bare_ratio():
    got = compute("cluster_robust_logistic", {**TABLE, "cluster": ["a"] * 8}, LEVEL)
    assert got["estimate"] == pytest.approx(3)
    assert (got["se"], got["p_value"], got["ci_low"], got["flag"]) == (None, None, None, True)
    with pytest.raises(DomainError):
        compute("cluster_robust_logistic", {**TABLE, "outcome": [0, 2, 0, 1, 1, 1, 0, 1]}, LEVEL)


def test_a_rare_event_is_no_separation():
    outcome, treatment = np.zeros(400_000), np.repeat([0.0, 1.0], 200_000)
    outcome[[5, 399_990, 399_991]] = 1
    got = cluster_robust_logistic(outcome, treatment, np.empty((400_000, 0)), np.arange(400_000) // 100, 0.95)
    assert got.value == pytest.approx(2 * 199_999 / 199_998, rel=1e-9)


def test_difference_in_differences_is_that_of_the_cells_and_its_errors_those_of_the_design():
    rng = np.random.default_rng(8)
    unit, time = np.repeat(np.arange(9), 6), np.tile(np.arange(6), 9)
    treated, post = (unit < 4).astype(float), (time >= 3).astype(float)
    outcome = rng.normal(size=54) + unit
    cells = {(a, b): outcome[(treated == a) & (post == b)].mean() for a in (0, 1) for b in (0, 1)}
    got = compute("did_two_by_two", {"outcome": outcome, "treated_unit": treated, "post": post, "cluster": unit}, LEVEL)
    want = dense(np.column_stack([np.ones(54), treated, post, treated * post]), outcome, unit, 3)
    assert got["estimate"] == pytest.approx(cells[1, 1] - cells[1, 0] - cells[0, 1] + cells[0, 0], rel=1e-10)
    assert (got["se"], got["cr2_se"], got["cr2_df"]) == pytest.approx(want[1:], rel=1e-8)
    assert got["df"] == 8


def test_difference_in_differences_with_an_empty_cell_or_one_row_a_cell():
    empty = difference_in_differences([1, 2, 3], [0, 0, 1], [0, 1, 0], [0, 0, 1], 0.95)
    assert isinstance(empty, NotEstimable)
    assert empty.reason == "empty_cell"
    four = difference_in_differences([1, 2, 3, 7], [0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 1, 1], 0.95)
    assert (four.reason, four.point) == ("too_few", pytest.approx(3))


@pytest.mark.parametrize("seed", range(16))
def test_two_way_effects_against_indicator_columns(seed):
    rng = np.random.default_rng(seed)
    groups, periods, each = int(rng.integers(4, 12)), int(rng.integers(3, 9)), int(rng.integers(1, 4))
    g = np.repeat(np.arange(groups), periods * each)
    t = np.tile(np.repeat(np.arange(periods), each), groups)
    start = rng.integers(1, periods + 1, groups)
    start[:2] = 1, periods
    treated, outcome = (t >= start[g]).astype(float), rng.normal(size=g.size) + g - t
    w = rng.random(g.size) * 9 if seed % 2 else np.ones(g.size)
    w[rng.random(g.size) < 0.1] = 0.0
    got = two_way_fixed_effects(outcome, treated, t, g, 0.95, w)
    used = w > 0
    y, d, t, g, w = (column[used] for column in (outcome, treated, t, g, w))
    effects = [t[:, None] == np.unique(t)[None, 1:], g[:, None] == np.unique(g)[None, 1:]]
    design = np.column_stack([np.ones(y.size), *effects, d]).astype(float)
    root = np.sqrt(w)[:, None]
    beta = np.linalg.lstsq(design * root, y * root[:, 0])[0]
    rows = design * (w * (y - design @ beta))[:, None]
    names = np.unique(g)
    sums = np.array([rows[g == c].sum(axis=0) for c in names])
    bread = np.linalg.pinv((design * w[:, None]).T @ design)
    n, k = y.size, np.unique(t).size + 1
    variance = (bread @ sums.T @ sums @ bread)[-1, -1] * names.size / (names.size - 1) * (n - 1) / (n - k)
    assert got.value == pytest.approx(beta[-1], rel=1e-8, abs=1e-10)
    assert got.extras["se"] == pytest.approx(math.sqrt(variance), rel=1e-7)


PANEL = {
    "outcome": [1, 2, 3, 7, 2, 2, 1, 9, 4, 5, 6, 2],
    "treatment": [0, 0, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0],
    "period": [1, 2, 3, 4] * 3,
    "cluster": list("aaaabbbbcccc"),
    "weights": [1] * 12,
}


def test_two_way_says_when_adoption_is_staggered():
    assert "staggered_adoption" in compute("two_way_fixed_effects", PANEL, LEVEL)["warnings"]
    together = {**PANEL, "treatment": [0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0]}
    assert compute("two_way_fixed_effects", together, LEVEL)["warnings"] == ["few_clusters"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"treatment": [0, 0, 1, 1] * 3}, "confounded"),
        ({"treatment": [0] * 8 + [1] * 4}, "confounded"),
        ({"treatment": [0] * 12}, "not_identified"),
        ({"weights": [0] * 12}, "no_rows"),
        ({role: [] for role in PANEL}, "no_rows"),
        ({"cluster": ["a"] * 12}, "one_cluster"),
        ({"outcome": [5] * 12}, "no_variation"),
    ],
)
def test_two_way_nothing_with_a_reason(change, reason):
    got = compute("two_way_fixed_effects", {**PANEL, **change}, LEVEL)
    assert (got["reason"], got["se"], got["df"], got["flag"]) == (reason, None, None, True)


def test_two_way_weights_are_relative_and_none_below_zero():
    plain = compute("two_way_fixed_effects", PANEL, LEVEL)
    heavy = compute("two_way_fixed_effects", {**PANEL, "weights": [1e9] * 12}, LEVEL)
    absent = compute("two_way_fixed_effects", {k: v for k, v in PANEL.items() if k != "weights"}, LEVEL)
    assert heavy == plain == absent
    with pytest.raises(DomainError):
        compute("two_way_fixed_effects", {**PANEL, "weights": [-1] * 12}, LEVEL)


def test_a_million_rows():
    rng = np.random.default_rng(0)
    n = 1_000_000
    g, t = rng.integers(0, 40, n), rng.integers(0, 8, n)
    treated = (t >= 1 + g % 7).astype(float)
    outcome = rng.normal(size=n) + 0.2 * treated
    for got in (
        two_way_fixed_effects(outcome, treated, t, g, 0.95),
        cluster_robust_cr2(outcome, treated, t[:, None], g, 0.95),
    ):
        assert isinstance(got, Estimate)
        assert got.value == pytest.approx(0.2, abs=0.02)
