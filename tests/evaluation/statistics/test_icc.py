"""Intraclass correlations: the published table, the sums of squares written out, and what is degenerate."""

import numpy as np
import pytest

from evaluation.compute.metrics import compute
from evaluation.estimate import Estimate, NotEstimable
from evaluation.statistics.icc import FORMS, icc_2_1, intraclass
from evaluation.statistics.samples import DomainError
from tests.evaluation.statistics import naive_agreement as naive

# Shrout & Fleiss 1979, Table 2 (six targets, four judges); the five coefficients are those of their Table 4
JUDGES = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def test_the_published_coefficients():
    found = intraclass(JUDGES, 0.95)
    rounded = {name: round(form.value, 2) for name, form in found.forms.items()}
    assert rounded == {"icc_1_1": 0.17, "icc_2_1": 0.29, "icc_3_1": 0.71, "icc_2_k": 0.62, "icc_3_k": 0.91}


@pytest.mark.parametrize("seed", range(25))
def test_they_are_the_sums_of_squares_written_out(seed):
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(2, 15)), int(rng.integers(2, 6))
    table = rng.normal(size=(n, 1)) * rng.choice([0.1, 1, 5]) + rng.normal(size=(1, k)) + rng.normal(size=(n, k)) + 40
    found = compute("icc", {"raters": table.T.tolist()}, {"conf_level": 0.9})
    for name, expected in naive.icc(table, 0.9).items():
        values = tuple(found[name][key] for key in ("estimate", "ci_low", "ci_high"))
        assert values == pytest.approx(expected, rel=1e-8, abs=1e-8)
    assert (found["df1"], found["df2"]) == (n - 1, (n - 1) * (k - 1))


def test_only_complete_rows_count_and_text_is_read():
    gaps = [[str(x) for x in column] + [None] for column in zip(*JUDGES, strict=True)]
    gaps[0][-1] = "7"
    found = compute("icc", {"raters": gaps}, {})
    assert (found["n_subjects"], found["n_raters"], found["flag"]) == (6, 4, False)
    assert found["icc_2_1"]["estimate"] == intraclass(JUDGES, 0.95).forms["icc_2_1"].value


@pytest.mark.parametrize("raters", [[[1, 2, 3, 4]] * 2, [[0.1, 0.2, 0.7]] * 3, [[1e9 + 0.1, 1e9, 3.3]] * 5])
def test_identical_raters_are_1_flagged_without_interval(raters):
    found = compute("icc", {"raters": raters}, {})
    for form in FORMS:
        assert found[form] == {"estimate": 1.0, "ci_low": None, "ci_high": None}
    assert (found["F_3_1"], found["p_value_3_1"], found["flag"], found["reason"]) == (
        None,
        None,
        True,
        "perfect_agreement",
    )


@pytest.mark.parametrize("rows", [2, 46, 55, 119, 1000])
@pytest.mark.parametrize("value", [0.1, 0.3, 0.7, 1e9 + 0.1])
def test_ratings_that_are_all_equal_have_no_coefficient_however_many(rows, value):
    found = compute("icc", {"raters": [[value] * rows] * 6}, {})
    for form in FORMS:
        assert found[form] == {"estimate": None, "ci_low": None, "ci_high": None}
    assert (found["F_3_1"], found["flag"], found["reason"]) == (None, True, "no_variation")


def test_a_million_under_the_ratings_changes_nothing():
    table = np.random.default_rng(8).integers(-2000, 2000, size=(20, 3)) / 1024  # exact beside a million too
    apart, near = intraclass(table + 1_000_000, 0.95), intraclass(table, 0.95)
    for form in FORMS:
        assert apart.forms[form].value == pytest.approx(near.forms[form].value, rel=1e-12)


def test_raters_a_constant_apart_leave_no_residual_whatever_the_rounding():
    column = np.round(np.arange(0, 3, 0.1), 1)
    found = compute("icc", {"raters": [column, np.round(column + 0.3, 1), np.round(column + 0.6, 1)]}, {})
    assert found["icc_3_1"] == {"estimate": 1.0, "ci_low": None, "ci_high": None}
    assert (found["F_3_1"], found["flag"]) == (None, True)
    assert 0 < found["icc_2_1"]["estimate"] < 1
    assert found["icc_1_1"]["ci_low"] < found["icc_1_1"]["estimate"] < found["icc_1_1"]["ci_high"]


def test_a_negative_coefficient_is_kept_and_flagged():
    found = compute("icc", {"raters": [[5, 6, 5, 6, 5], [6, 5, 6, 5, 6], [5, 5, 6, 6, 5]]}, {})
    assert found["icc_3_1"]["estimate"] == pytest.approx(-1 / 3)
    assert "negative_agreement" in found["warnings"]


@pytest.mark.parametrize(
    ("raters", "reason"),
    [
        ([], "no_rows"),
        ([[], []], "no_rows"),
        ([[1, None], [None, 2]], "no_rows"),
        ([[1], [2]], "too_few"),
        ([[1, 2, 3]], "too_few"),
        ([[5, 5], [5, 5]], "no_variation"),
    ],
)
def test_what_has_no_coefficient_is_null_with_its_reason(raters, reason):
    found = compute("icc", {"raters": raters}, {})
    assert all(found[form] == {"estimate": None, "ci_low": None, "ci_high": None} for form in FORMS)
    assert (found["F_3_1"], found["flag"], found["reason"]) == (None, True, reason)
    assert found["df1"] >= 0 <= found["df2"]


@pytest.mark.parametrize("raters", [[[0, 1], [1, 0]], [[0, 0, 1], [0, 1, 0], [1, 0, 0]], [[5, 5, 5], [6, 6, 6]]])
def test_subjects_that_do_not_differ_divide_by_nothing(raters):
    found = compute("icc", {"raters": raters}, {})
    assert found["icc_3_k"]["estimate"] is None
    assert (found["flag"], found["reason"]) == (True, "no_variation")


def test_the_unit_does_not_matter_however_large_or_small():
    plain = intraclass(JUDGES, 0.95)
    for unit in (1e-310, 1e-160, 1e160, 1e307):
        scaled = intraclass(np.array(JUDGES) * unit, 0.95)
        assert scaled.forms["icc_2_1"].high == pytest.approx(plain.forms["icc_2_1"].high, rel=1e-9)


def test_an_infinite_rating_or_a_text_is_refused():
    for raters in ([[1, 2], [1, float("inf")]], [[1, 2], [1, "x"]], [[1, 2], [1]]):
        with pytest.raises(DomainError):
            compute("icc", {"raters": raters}, {})


def test_form_2_1_alone():
    found = icc_2_1(JUDGES, 0.95)
    assert isinstance(found, Estimate)
    assert (found.n, found.extras["n_raters"]) == (6, 4)
    assert found.low < found.value < found.high
    apart = icc_2_1([[1, 2], [2, 3], [3, 4]], 0.95)
    assert isinstance(apart, NotEstimable)
    assert (apart.reason, round(apart.point, 6)) == ("no_variation", 0.666667)
    assert icc_2_1([[1, 1], [2, 2]], 0.95).reason == "perfect_agreement"
