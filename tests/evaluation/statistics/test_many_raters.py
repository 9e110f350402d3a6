"""Several raters: published coefficients, the definitions written out, gaps, and what is degenerate."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.compute.metrics import compute
from evaluation.estimate import Estimate, NotEstimable
from evaluation.statistics.many_raters import fleiss_kappa, krippendorff_alpha
from evaluation.statistics.samples import DomainError
from tests.evaluation.statistics import naive_agreement as naive

# Gwet 2014: 15 psychiatric patients, 6 raters, 5 diagnoses, as counts of raters (irrCAC::distrib.6raters)
PSYCHIATRISTS = [
    [0, 0, 0, 6, 0], [0, 3, 0, 0, 3], [0, 1, 4, 0, 1], [0, 0, 0, 0, 6], [0, 3, 0, 3, 0],
    [2, 0, 4, 0, 0], [0, 0, 4, 0, 2], [2, 0, 3, 1, 0], [2, 0, 0, 4, 0], [0, 0, 0, 0, 6],
    [1, 0, 0, 5, 0], [1, 1, 0, 4, 0], [0, 3, 3, 0, 0], [1, 0, 0, 5, 0], [0, 2, 0, 3, 1],
]  # fmt: skip
RATINGS = np.array([np.repeat(np.arange(5), counts) for counts in PSYCHIATRISTS])


def test_fleiss_kappa_and_its_standard_error_are_the_published_ones():
    found = fleiss_kappa(RATINGS, 0.95)
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(0.4139265, abs=5e-8)  # irrCAC fleiss.kappa.dist
    assert found.extras["se"] == pytest.approx(0.08119291, abs=5e-9)
    assert (round(found.low, 3), round(found.high, 3)) == (0.24, 0.588)
    assert found.extras["expected_agreement"] == pytest.approx(0.2340741, abs=5e-8)


def test_krippendorff_alpha_is_the_published_one():
    assert krippendorff_alpha(RATINGS, "nominal").value == pytest.approx(
        0.4204384, abs=5e-8
    )  # irrCAC krippen.alpha.dist


def columns(rows):
    return [list(column) for column in zip(*rows, strict=True)]


@pytest.mark.parametrize("seed", range(15))
def test_they_are_the_definitions_written_out(seed):
    rng = np.random.default_rng(seed)
    n, m, k = int(rng.integers(3, 25)), int(rng.integers(2, 7)), int(rng.integers(2, 6))
    scale = np.sort(rng.choice(50, size=k, replace=False)) - 20.5
    rows = [[float(x) for x in row] for row in scale[rng.integers(0, k, (n, m))]]
    assert compute("fleiss_kappa", {"raters": columns(rows)}, {})["estimate"] == pytest.approx(
        naive.fleiss(rows), rel=1e-10, abs=1e-12
    )
    gaps = [[None if rng.random() < 0.35 else x for x in row] for row in rows]
    for level in ("nominal", "ordinal", "interval"):
        found = compute("krippendorff_alpha", {"raters": columns(gaps)}, {"level": level})
        assert found["estimate"] == pytest.approx(naive.alpha(gaps, level), rel=1e-10, abs=1e-12)


def test_the_standard_error_is_near_that_of_the_jackknife():
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 3, 400)
    ratings = np.column_stack([np.where(rng.random(400) < 0.7, truth, rng.integers(0, 3, 400)) for _ in range(4)])
    found = fleiss_kappa(ratings, 0.95)
    left_out = [fleiss_kappa(np.delete(ratings, i, axis=0), 0.95).value for i in range(400)]
    jackknife = np.sqrt(399 / 400 * np.sum((left_out - np.mean(left_out)) ** 2))
    assert found.extras["se"] == pytest.approx(jackknife, rel=0.01)


def test_ordinal_values_are_ordered_as_numbers_not_as_text():
    rows = [["2", "10"], ["10", "10"], ["9", "10"], ["2", "2"], [None, "9"]]
    found = compute("krippendorff_alpha", {"raters": columns(rows)}, {"level": "ordinal"})
    numbers = [[None if x is None else float(x) for x in row] for row in rows]
    assert found["estimate"] == pytest.approx(naive.alpha(numbers, "ordinal"), rel=1e-12)
    as_text = [[None if x is None else {"10": 0.0, "2": 1.0, "9": 2.0}[x] for x in row] for row in rows]
    assert found["estimate"] != pytest.approx(naive.alpha(as_text, "ordinal"), rel=1e-3)


def test_nominal_labels_may_be_text_and_1_is_1_point_0():
    rows = [["oui", "oui"], ["non", "oui"], ["1", 1.0], [1, "non"]]
    found = compute("krippendorff_alpha", {"raters": columns(rows)}, {"level": "nominal"})
    coded = [[0, 0], [1, 0], [2, 2], [2, 1]]
    assert found["estimate"] == pytest.approx(naive.alpha(coded, "nominal"), rel=1e-12)
    assert compute("fleiss_kappa", {"raters": columns(rows)}, {})["estimate"] == pytest.approx(naive.fleiss(coded))


def test_only_subjects_rated_by_all_count_for_fleiss_and_units_with_two_values_for_krippendorff():
    rows = [[1, 1, 2], [2, 2, 2], [1, None, 2], [None, None, 1], [2, 1, 1]]
    fleiss = compute("fleiss_kappa", {"raters": columns(rows)}, {})
    assert (fleiss["n_subjects"], fleiss["n_raters"]) == (3, 3)
    assert fleiss["estimate"] == pytest.approx(naive.fleiss([rows[0], rows[1], rows[4]]))
    alpha = compute("krippendorff_alpha", {"raters": columns(rows)}, {"level": "interval"})
    assert (alpha["n_units"], alpha["n_values"]) == (4, 11)


@pytest.mark.parametrize(
    ("raters", "reason"),
    [
        ([], "no_rows"), ([[], []], "no_rows"), ([[None, 1], [1, None]], "no_rows"),
        ([[2, 2, 2], [2, 2, 2]], "one_category"), ([["x"], ["x"]], "one_category"),
    ],
)  # fmt: skip
def test_no_row_or_one_category_is_null(raters, reason):
    for found in (
        compute("fleiss_kappa", {"raters": raters}, {}),
        compute("krippendorff_alpha", {"raters": raters}, {"level": "nominal"}),
    ):
        assert (found["estimate"], found["flag"], found["reason"]) == (None, True, reason)


def test_one_rater_has_no_agreement():
    assert compute("fleiss_kappa", {"raters": [[1, 2, 3]]}, {})["estimate"] is None
    assert compute("krippendorff_alpha", {"raters": [[1, 2, 3]]}, {"level": "interval"})["estimate"] is None


def test_perfect_agreement_is_1_without_interval():
    found = fleiss_kappa([[0, 0], [1, 1], [0, 0]], 0.95)
    assert isinstance(found, NotEstimable)
    assert (found.point, found.reason) == (1.0, "perfect_agreement")
    assert compute("fleiss_kappa", {"raters": [[1, 2], [1, 2]]}, {})["estimate"] == 1.0
    for level in ("nominal", "ordinal", "interval"):
        values = [[0.1, 0.1, 0.1], [0.3, 0.3, np.nan], [0.7, 0.7, 0.7]]
        codes = [[0, 0, 0], [1, 1, -1], [2, 2, 2]]
        assert krippendorff_alpha(codes if level == "nominal" else values, level).value == 1.0


def test_agreement_below_chance_is_kept_and_flagged():
    raters = [[1, 2, 1, 2], [2, 1, 2, 1]]
    for found in (
        compute("fleiss_kappa", {"raters": raters}, {}),
        compute("krippendorff_alpha", {"raters": raters}, {"level": "ordinal"}),
    ):
        assert found["estimate"] < 0
        assert found["warnings"][0] == "negative_agreement"


def test_impossible_values_are_refused():
    for raters, level in (
        ([[1, 2], [1, "x"]], "interval"), ([[1, 2], [1, "inf"]], "ordinal"), ([[1, 2], [1, 2]], "ratio"), ([[1, 2], [1]], "nominal"),
    ):  # fmt: skip
        with pytest.raises(DomainError):
            compute("krippendorff_alpha", {"raters": raters}, {"level": level})
    with pytest.raises(DomainError):
        compute("fleiss_kappa", {"raters": [[1, 2], [1]]}, {})


def test_alpha_of_huge_and_tiny_values_is_that_of_their_unit():
    values = np.array([[1.0, 2.0], [3.0, 3.0], [5.0, 4.0], [2.0, np.nan]])
    plain = krippendorff_alpha(values, "interval").value
    for unit in (1e-300, 1e300):
        assert krippendorff_alpha(values * unit, "interval").value == pytest.approx(plain, rel=1e-12)
    assert krippendorff_alpha([[1e308, -1e308], [5.0, 6.0]], "interval").value < 0


MATRICES = st.integers(2, 5).flatmap(
    lambda m: st.lists(
        st.lists(st.one_of(st.integers(-3, 3), st.just(np.nan)), min_size=m, max_size=m), min_size=2, max_size=12
    )
)


@settings(deadline=None, max_examples=80)
@given(MATRICES, st.randoms(use_true_random=False))
def test_raters_and_units_may_come_in_any_order(rows, random):
    table = np.array(rows, dtype=float)
    mixed = table[random.sample(range(len(table)), len(table))][:, random.sample(range(table.shape[1]), table.shape[1])]
    for level in ("ordinal", "interval"):
        found, turned = krippendorff_alpha(table, level), krippendorff_alpha(mixed, level)
        assert found.reason == turned.reason
        if found.value is not None:
            assert found.value <= 1
            assert found.value == pytest.approx(turned.value, rel=1e-9, abs=1e-9)


def test_ordinal_alpha_knows_the_order_alone():
    rng = np.random.default_rng(5)
    table = rng.integers(0, 6, (40, 3)).astype(float)
    assert krippendorff_alpha(np.exp(table), "ordinal").value == krippendorff_alpha(table, "ordinal").value


def test_many_continuous_ratings_cost_a_sort():
    rng = np.random.default_rng(1)
    table = rng.normal(size=(300_000, 1)) + rng.normal(size=(300_000, 3))
    assert krippendorff_alpha(table, "interval").value == pytest.approx(0.5, abs=0.01)
