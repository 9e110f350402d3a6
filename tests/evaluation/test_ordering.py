"""The packed sorts give the order that a plain sort gives, whatever the numbers."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.canonical_order import sorting_keys
from evaluation.ordering import order_of, order_of_rows, packed_number

ANY = st.floats(allow_nan=False, width=64)
DECIMAL = st.decimals(min_value=-10_000, max_value=10_000, places=3).map(float)


@given(st.lists(st.one_of(ANY, DECIMAL), max_size=60))
def test_numbers_come_in_order_and_ties_in_the_order_of_their_rows(values):
    array = np.array(values, dtype=np.float64)
    assert order_of(array).tolist() == np.argsort(array, kind="stable").tolist()


@given(st.lists(DECIMAL, min_size=1, max_size=60), st.data())
def test_missing_numbers_come_first_and_few_bits_suffice(values, data):
    missing = np.array(data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values))))
    array = np.array(values)
    keys, width = packed_number(np.where(missing, 0.0, array), missing)
    assert width <= 26
    assert int(keys.max()).bit_length() <= width
    expected = np.argsort(np.where(missing, -np.inf, array), kind="stable")
    assert order_of_rows([keys], [width]).tolist() == expected.tolist()


@pytest.mark.parametrize("seed", range(6))
def test_rows_of_every_type_sort_as_polars_sorts_them(seed):
    rng = np.random.default_rng(seed)
    n = 3000
    frame = pl.DataFrame(
        {
            "flag": rng.random(n) < 0.5,
            "text": rng.choice(["", "é", "a", "Z", "zz"], n),
            "count": rng.integers(-5, 5, n) * 2**40,
            "decimal": np.round(rng.normal(size=n), 1),
            "real": rng.choice(rng.normal(size=40), n),
            "day": pl.Series(rng.integers(0, 20, n)).cast(pl.Int32).cast(pl.Date),
        }
    )
    frame = frame.with_columns(
        pl.when(pl.Series(rng.random(n) < 0.2)).then(None).otherwise(pl.col(c)).alias(c) for c in frame.columns
    )
    keys = [sorting_keys(series) for series in frame.iter_columns()]
    found = frame[order_of_rows([k for k, _ in keys], [width for _, width in keys])]
    assert found.equals(frame.sort(frame.columns, nulls_last=False))


def test_whole_numbers_of_any_span_keep_their_order():
    series = pl.Series("n", [2**62, -(2**62), None, 0, 2**63 - 1, -(2**63) + 1], dtype=pl.Int64)
    keys, width = sorting_keys(series)
    assert order_of_rows([keys], [width]).tolist() == [2, 5, 1, 3, 0, 4]


def test_a_column_wider_than_a_word_may_straddle_two():
    rng = np.random.default_rng(3)
    columns = [rng.integers(0, 2**w, 500, dtype=np.uint64) for w in (3, 50, 40, 63)]
    columns = [np.where(rng.random(500) < 0.7, c[0], c) for c in columns]
    expected = sorted(range(500), key=lambda i: tuple(int(c[i]) for c in columns))
    assert order_of_rows(columns, [3, 50, 40, 63]).tolist() == expected
