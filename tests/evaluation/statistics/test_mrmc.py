"""Reader studies: published analyses of the Van Dyke data, everything counted again case by case, and what is degenerate."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.compute.metrics import compute
from evaluation.statistics.mrmc import modality_difference, reader_study
from evaluation.statistics.reader_covariance import COVARIANCES, kernel_products
from evaluation.statistics.readings import placements, readings
from evaluation.statistics.samples import DomainError
from tests.evaluation.statistics import naive_agreement as naive

ROLES = ("reference", "score", "modality", "reader", "case")
VANDYKE = Path(__file__).parents[2] / "reference" / "data" / "vandyke_mrmc.csv"


def vandyke():
    with VANDYKE.open(encoding="utf-8", newline="") as stream:
        return [
            (float(row["reference"]), float(row["rating"]), row["modality"], row["reader"], row["case"])
            for row in csv.DictReader(stream)
        ]


def run(rows, covariance="jackknife", **params):
    columns = (
        dict(zip(ROLES, map(list, zip(*rows, strict=True)), strict=True)) if rows else {role: [] for role in ROLES}
    )
    return compute("mrmc_auc", columns, {"covariance": covariance, **params})


def invented(seed, *, t=2, r=3, n=10, gaps=0.0, levels=5):
    """A reader study with ties and, when asked, readings that were never made."""
    rng = np.random.default_rng(seed)
    rows = [
        (
            float(c < n // 2),
            float(rng.integers(0, levels) + rng.integers(0, 3) * (c < n // 2)),
            f"m{i}",
            f"r{j}",
            f"c{c}",
        )
        for i in range(t)
        for j in range(r)
        for c in range(n)
        if rng.random() >= gaps
    ]
    return [rows[i] for i in rng.permutation(len(rows))]


def test_fixed_readers_and_fixed_cases_are_the_published_analyses():
    found = run(vandyke())
    # Chakraborty, The RJafroc book, dataset02, OR analysis: FRRC and RRFC tables
    fixed = found["fixed_readers"]
    assert fixed["f_statistic"] == pytest.approx(5.4759532, abs=5e-8)
    assert fixed["p_value"] == pytest.approx(0.019279843, abs=5e-10)
    assert (fixed["df1"], fixed["df2"]) == (1, "Infinity")
    interval = [fixed["comparisons"]["m1|m2"][key] for key in ("difference", "ci_low", "ci_high")]
    assert interval == pytest.approx([-0.043800322, -0.080485914, -0.0071147303], abs=5e-10)
    cases = found["fixed_cases"]
    assert cases["f_statistic"] == pytest.approx(8.704, abs=5e-4)
    assert (cases["df1"], cases["df2"]) == (1, 4)
    assert cases["p_value"] == pytest.approx(0.041958752, abs=5e-10)
    interval = [cases["comparisons"]["m1|m2"][key] for key in ("ci_low", "ci_high")]
    assert interval == pytest.approx([-0.085020224, -0.0025804202], abs=5e-10)


def matches(found, expected):
    if isinstance(expected, dict):
        return all(matches(found[key], value) for key, value in expected.items())
    if expected is None or found is None:
        return found is expected
    return found == pytest.approx(expected, rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("covariance", ["jackknife", "delong", "unbiased"])
def test_it_is_everything_counted_again(covariance, seed):
    rows = invented(seed, t=2 + seed % 2, r=2 + seed % 3, levels=3 + seed)
    assert matches(run(rows, covariance), naive.mrmc(rows, covariance))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("covariance", ["jackknife", "unbiased"])
def test_cells_may_have_read_different_cases(covariance, seed):
    rows = invented(100 + seed, n=14, gaps=0.2)
    assert matches(run(rows, covariance), naive.mrmc(rows, covariance))


def test_modalities_read_on_different_cases_have_no_covariance_across():
    rows = [(a, b, mode, reader, f"{mode}{case}") for a, b, mode, reader, case in invented(7)]
    for covariance in ("jackknife", "unbiased"):
        found = run(rows, covariance)
        assert matches(found, naive.mrmc(rows, covariance))
        assert (found["cov1"], found["cov3"]) == pytest.approx((0, 0), abs=1e-15)


def test_a_truncated_difference_of_covariances_gives_the_degrees_of_freedom_of_the_interaction():
    seed = next(s for s in range(100) if run(invented(s))["cov2"] < run(invented(s))["cov3"])
    found = run(invented(seed))
    assert found["df2"] == pytest.approx(2, rel=1e-12)  # (t − 1)(r − 1)
    assert found["f_statistic"] == pytest.approx(found["fixed_cases"]["f_statistic"], rel=1e-12)
    parts = found["error_variance"] - found["cov1"]
    difference = found["comparisons"]["m0|m1"]["difference"]
    assert found["fixed_readers"]["f_statistic"] == pytest.approx(3 * difference**2 / 2 / parts, rel=1e-9)
    assert "boundary" in found["warnings"]


def test_labels_are_sorted_as_text_and_the_difference_is_a_minus_b():
    rows = [(a, b, {"m0": 10, "m1": 9}[mode], reader, case) for a, b, mode, reader, case in invented(3)]
    found = run(rows)
    assert list(found["comparisons"]) == ["10|9"]
    by = found["auc_by_modality"]
    assert found["comparisons"]["10|9"]["difference"] == pytest.approx(by["10"] - by["9"], abs=1e-15)


def test_incomplete_rows_take_no_part_and_text_is_read():
    rows = invented(4)
    gaps = [(None, 3.0, "m0", "r0", "new"), (1, "", "m9", "r0", "c1"), (1, 2.0, "m0", None, "c1")]
    texts = [(str(a), str(b), mode, reader, case) for a, b, mode, reader, case in rows]
    assert run(texts + gaps) == run(rows)


def test_a_score_counts_by_its_rank_alone():
    rows = invented(5)
    stretched = [(a, np.exp(b) * 1e250, mode, reader, case) for a, b, mode, reader, case in rows]
    for covariance in COVARIANCES:
        assert run(stretched, covariance) == run(rows, covariance)


def test_no_row_one_row_and_no_complete_row():
    assert (run([])["reason"], run([])["comparisons"], run([])["flag"]) == ("no_rows", {}, True)
    one = run([(1, 0.5, "a", "r", "c")])
    assert (one["auc_by_modality"], one["flag"]) == ({"a": None}, True)
    none = run([(row[0], None, *row[2:]) for row in invented(1)])
    assert (none["auc_by_modality"], none["f_statistic"]) == ({}, None)


def test_a_cell_without_a_class_leaves_the_other_areas():
    rows = [row for row in invented(2) if not (row[2] == "m1" and row[3] == "r2" and row[0] == 1)]
    found = run(rows)
    assert found["auc_by_modality_reader"]["m1"]["r2"] is None
    assert found["auc_by_modality_reader"]["m1"]["r1"] is not None
    assert (found["auc_by_modality"]["m1"], found["comparisons"]["m0|m1"]["difference"]) == (None, None)
    assert (found["reason"], found["flag"]) == ("empty_cell", True)
    assert run([(1, *row[1:]) for row in rows])["reason"] == "no_negative"


def test_delong_needs_every_case_in_every_cell():
    found = run(invented(2)[:-1], "delong")
    assert (found["reason"], found["f_statistic"], found["error_variance"]) == ("empty_cell", None, None)
    assert found["comparisons"]["m0|m1"]["difference"] is not None


@pytest.mark.parametrize("covariance", ["jackknife", "delong", "unbiased"])
def test_one_positive_case_has_areas_and_no_inference(covariance):
    rows = [row for row in invented(6) if row[0] == 0 or row[4] == "c0"]
    found = run(rows, covariance)
    assert found["auc_by_modality"]["m0"] is not None
    assert (found["comparisons"]["m0|m1"]["se"], found["error_variance"]) == (None, None)
    assert (found["reason"], found["flag"]) == ("one_case_in_class", True)


def test_one_reader_keeps_the_fixed_reader_analysis_alone():
    found = run(invented(8, r=1))
    assert (found["f_statistic"], found["fixed_cases"]["f_statistic"], found["cov2"]) == (None, None, None)
    assert found["fixed_readers"]["comparisons"]["m0|m1"]["se"] > 0
    assert found["reason"] == "too_few"
    alone = run(invented(8, t=1))
    assert (alone["comparisons"], alone["f_statistic"], alone["reason"]) == ({}, None, "too_few")


@pytest.mark.parametrize("covariance", ["jackknife", "delong", "unbiased"])
@pytest.mark.parametrize("score", [lambda row: row[0], lambda _: 1.0, lambda row: float(row[4][1:])])
def test_the_same_readings_in_both_modalities_have_no_test(score, covariance):
    rows = [(row[0], score(row), *row[2:]) for row in invented(9)]
    found = run(rows, covariance)["comparisons"]["m0|m1"]
    assert found == {"difference": 0.0, "se": None, "df": None, "ci_low": None, "ci_high": None, "p_value": None}


@pytest.mark.parametrize("covariance", ["jackknife", "delong", "unbiased"])
@pytest.mark.parametrize("seed", range(4))
def test_three_times_the_same_readings_leave_no_rounding_as_a_standard_error(covariance, seed):
    rows = invented(seed, t=3, r=4, n=13)
    scores = {(row[3], row[4]): row[1] for row in rows if row[2] == "m0"}
    found = run([(row[0], scores[row[3], row[4]], *row[2:]) for row in rows], covariance)
    assert {one["se"] for one in found["comparisons"].values()} == {None}
    assert "boundary" not in found["warnings"]


@pytest.mark.parametrize("seed", range(8))
def test_readers_who_always_agree_have_infinite_degrees_of_freedom(seed):
    rows = [row for row in invented(seed, n=11) if row[3] == "r0"]
    same = [(*row[:3], reader, row[4]) for row in rows for reader in ("r0", "r1", "r2")]
    found = run(same)["comparisons"]["m0|m1"]
    assert found["df"] == "Infinity"
    assert 0 < found["p_value"] <= 1


def test_impossible_readings_are_refused():
    rows = invented(1)
    for wrong in (
        [*rows, rows[0]],
        [(1 - rows[0][0], *rows[0][1:]), *rows[1:]],
        [(2, *rows[0][1:]), *rows[1:]],
        [(rows[0][0], "x", *rows[0][2:]), *rows[1:]],
    ):
        with pytest.raises(DomainError):
            run(wrong)
    with pytest.raises(DomainError):
        run(rows, "bootstrap")


def coded(rows):
    names = [{name: i for i, name in enumerate(sorted({row[k] for row in rows}))} for k in (2, 3, 4)]
    codes = [[names[k - 2][row[k]] for row in rows] for k in (2, 3, 4)]
    return readings([row[0] for row in rows], [row[1] for row in rows], *codes)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.integers(2, 9), st.sampled_from([0.0, 0.3]))
def test_kernel_products_are_those_of_every_pair(seed, levels, gaps):
    study = coded(invented(seed, t=2, r=2, n=12, gaps=gaps, levels=levels))
    found = kernel_products(study)
    cells = [
        {
            int(c): (s, p)
            for c, s, p, k in zip(study.case, study.score, study.positive, study.cell, strict=True)
            if k == x
        }
        for x in range(4)
    ]
    for x in range(4):
        for y in range(4):
            both = cells[x].keys() & cells[y].keys()
            expected = sum(
                naive.kernel(cells[x][a][0], cells[x][b][0]) * naive.kernel(cells[y][a][0], cells[y][b][0])
                for a in both
                for b in both
                if cells[x][a][1] and not cells[x][b][1]
            )
            assert found[x, y] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("covariance", ["jackknife", "delong", "unbiased"])
def test_a_covariance_matrix_is_symmetric_and_close_to_the_others(covariance):
    rng = np.random.default_rng(2)
    n, cells = 400, 6
    case, cell = np.tile(np.arange(n), cells), np.repeat(np.arange(cells), n)
    truth = (case % 3 == 0).astype(float)
    score = truth + rng.normal(size=n)[case] + rng.normal(size=case.size)
    study = readings(truth, score, cell // 3, cell % 3, case)
    found = placements(study)
    matrix = COVARIANCES[covariance](study, found)
    assert np.allclose(matrix, matrix.T, rtol=0, atol=1e-15)
    assert np.allclose(matrix, COVARIANCES["delong"](study, found), rtol=0.02)


def test_a_hundred_thousand_readings_are_quick_with_the_jackknife():
    rng = np.random.default_rng(1)
    n, cells = 10_000, 10
    case, cell = np.tile(np.arange(n), cells), np.repeat(np.arange(cells), n)
    truth = (case % 2).astype(float)
    study = readings(truth, truth + rng.normal(size=case.size) + (cell // 5) / 2 * truth, cell // 5, cell % 5, case)
    found = modality_difference(reader_study(study, "jackknife"), 1, 0, 0.95)
    assert found.value == pytest.approx(0.8556 - 0.7602, abs=0.01)  # Φ(1.5/√2) − Φ(1/√2)
    assert (found.n, found.extras["n_readings"]) == (n, n * cells)
