"""The canonical rows and their digest: the same observations give the same bytes."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.data import PilotData
from evaluation.protocol import load_protocol, parse_protocol

WEDGE = load_protocol("stepped-automation")
TURNAROUND = load_protocol("turnaround-before-after")


def weeks(clusters: list[str], shares: list[float]) -> pl.DataFrame:
    n = len(clusters)
    return pl.DataFrame(
        {
            "site": ["990000010"] * n,
            "cluster": clusters,
            "week": pl.Series(["2025-10-06", "2025-10-13"] * (n // 2)).str.to_date(),
            "treatment": [False, True] * (n // 2),
            "completion": shares,
        }
    )


def digest(*frames: pl.DataFrame) -> str:
    return PilotData.from_frames(WEDGE, {"weeks": frames}).digest


def test_order_split_and_pseudonyms_do_not_change_the_digest():
    frame = weeks(["a", "a", "b", "b"], [0.1, 0.2, 0.3, 0.4])
    renamed = frame.with_columns(pl.col("cluster").replace({"a": "zz", "b": "k"}))
    assert digest(frame) == digest(frame.reverse()) == digest(frame.head(1), frame.tail(3)) == digest(renamed)


def test_a_value_a_grouping_or_a_site_changes_the_digest():
    frame = weeks(["a", "a", "b", "b"], [0.1, 0.2, 0.3, 0.4])
    other_value = frame.with_columns(pl.col("completion") + 1e-15)
    other_group = frame.with_columns(cluster=pl.Series(["a", "b", "a", "b"]))
    other_site = frame.with_columns(site=pl.lit("990000028"))
    missing = frame.with_columns(completion=pl.Series([None, 0.2, 0.3, 0.4]))
    assert len({digest(f) for f in (frame, other_value, other_group, other_site, missing)}) == 5


def test_text_boundaries_cannot_be_moved():
    left = pl.DataFrame({"site": ["ab", "c"], "cluster": ["x", "y"]})
    right = pl.DataFrame({"site": ["a", "bc"], "cluster": ["x", "y"]})
    assert digest(left) != digest(right)


@given(st.permutations(list(range(8))), st.permutations(["p", "q", "r", "s"]))
def test_any_order_and_any_renaming_of_clusters(order, names):
    clusters = ["a", "a", "b", "b", "c", "c", "d", "d"]
    frame = weeks(clusters, [0.5, 0.25, 0.5, 0.25, 0.125, 0.75, 0.0, 1.0])
    renamed = frame.with_columns(pl.col("cluster").replace(dict(zip("abcd", names, strict=True))))
    assert digest(renamed[list(order)]) == digest(frame)


def test_minus_zero_and_nan_are_zero_and_missing():
    plain = weeks(["a", "a"], [0.0, 0.5]).with_columns(completion=pl.Series([0.0, None]))
    odd = weeks(["a", "a"], [0.0, 0.5]).with_columns(completion=pl.Series([-0.0, float("nan")]))
    assert digest(plain) == digest(odd)


def test_exclusions_are_applied_in_order_and_counted_once():
    frame = pl.DataFrame(
        {
            "site": ["1"] * 4,
            "period": ["before", "before", "after", "after"],
            "turnaround_hours": [-1.0, 2.0, 3.0, None],
            "age": [120.0, 115.0, None, 50.0],
        }
    )
    data = PilotData.from_frames(TURNAROUND, {"tests": frame})
    table = data.tables["tests"]
    assert [(label.fr, n) for label, n in table.excluded] == [("délai négatif", 1), ("âge supérieur à 110 ans", 1)]
    assert (table.rows, data.received) == (2, 4)


def test_a_column_of_another_type_is_refused():
    with pytest.raises(ValueError, match="column completion"):
        digest(weeks(["a", "a"], [0.1, 0.2]).with_columns(pl.col("completion").cast(pl.String)))


def test_an_undeclared_table_is_refused():
    with pytest.raises(ValueError, match="no table"):
        PilotData.from_frames(WEDGE, {"other": pl.DataFrame()})


def test_no_rows_at_all_is_an_empty_pilot():
    data = PilotData.from_frames(WEDGE, {})
    assert (data.rows, data.sites) == (0, ())


def test_a_table_without_sites_is_one_site():
    protocol = parse_protocol(
        """
id = "p"
version = "1"
use_case = "autre"
design = "D1"
measured = "with_tool"
leading_domain = "clinical"
title = { fr = "t", en = "t" }
summary = { fr = "s", en = "s" }
[[tables]]
name = "cases"
label = { fr = "c", en = "c" }
row_unit = { fr = "c", en = "c" }
columns = [
  { name = "reference", role = "reference", type = "boolean", label = { fr = "r", en = "r" } },
  { name = "prediction", role = "prediction", type = "boolean", label = { fr = "p", en = "p" } },
]
[[indicators]]
id = "s"
code = "sensitivity"
table = "cases"
role = "primary"
criterion = { threshold = 0.8 }
"""
    )
    data = PilotData.from_frames(protocol, {"cases": pl.DataFrame({"reference": [True], "prediction": [False]})})
    assert data.sites == ("",)
    assert data.tables["cases"].site_codes(data.sites).tolist() == [0]


READINGS = parse_protocol(
    """
    id = "readings"
    version = "1"
    title = { fr = "t", en = "t" }
    summary = { fr = "s", en = "s" }
    use_case = "imagerie_detection"
    design = "D2"
    measured = "with_tool"
    leading_domain = "clinical"
    [[tables]]
    name = "cases"
    label = { fr = "c", en = "c" }
    row_unit = { fr = "c", en = "c" }
    columns = [
      { name = "patient", role = "patient", type = "text", label = { fr = "p", en = "p" } },
      { name = "reader", role = "reader", type = "text", label = { fr = "l", en = "l" } },
      { name = "reference", role = "reference", type = "boolean", label = { fr = "r", en = "r" } },
      { name = "prediction", role = "prediction", type = "boolean", label = { fr = "o", en = "o" } },
    ]
    [[indicators]]
    id = "s"
    code = "sensitivity"
    table = "cases"
    role = "primary"
    criterion = { threshold = 0.8 }
    """
)


@given(st.permutations("abcde"), st.permutations("vwxyz"), st.permutations(list(range(25))))
def test_crossed_patients_and_readers_keep_the_digest_under_any_pseudonyms(patients, readers, order):
    """Patients who differ only by who read them: their spelling must not show."""
    right = [{0, 1}, {0, 2}, {0, 3}, {1, 2}, {0, 4}]  # each patient was called by two readers
    answers = [[reader in called for reader in range(5)] for called in right]
    frame = pl.DataFrame(
        {
            "patient": [p for p in "abcde" for _ in range(5)],
            "reader": list("vwxyz") * 5,
            "reference": [True] * 25,
            "prediction": [answers[p][r] for p in range(5) for r in range(5)],
        }
    )
    renamed = frame.with_columns(
        pl.col("patient").replace(dict(zip("abcde", patients, strict=True))),
        pl.col("reader").replace(dict(zip("vwxyz", readers, strict=True))),
    )
    digests = [PilotData.from_frames(READINGS, {"cases": f}).digest for f in (frame, renamed[list(order)])]
    assert digests[0] == digests[1]
