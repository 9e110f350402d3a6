"""The same observations give the same numbers to the last bit: in any order, in any files, under any names of the sites."""

import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.data import PilotData
from evaluation.protocol import load_protocol
from evaluation.scorecard.build import score

PROTOCOLS = {name: load_protocol(name) for name in ("diagnostic-accuracy", "stepped-automation")}
SITES = [f"99000{i:04d}" for i in range(6)]


def cases(rng, n):
    start = 1_767_600_000 + rng.integers(0, 10**6, n)
    frame = pl.DataFrame(
        {
            "site": rng.choice(SITES, n),
            "period": rng.choice(["before", "after"], n),
            "reference": rng.random(n) < 0.4,
            "prediction": rng.random(n) < 0.5,
            "score": np.where(rng.random(n) < 0.1, np.nan, rng.random(n).round(3)),
            "sex": rng.choice(["F", "M"], n),
            "start_time": start,
            "end_time": start + rng.integers(60, 9000, n),
            "cost_eur": rng.gamma(2.0, 33.3, n),
        }
    )
    times = [
        pl.from_epoch(c, time_unit="s").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
        for c in ("start_time", "end_time")
    ]
    return frame.with_columns(*times)


def weeks(rng, n):
    clusters = rng.integers(0, 12, n)
    return pl.DataFrame(
        {
            "site": [SITES[c % 6] for c in clusters],
            "cluster": [f"c{c}" for c in clusters],
            "week": pl.Series(20_000 + 7 * rng.integers(0, 8, n)).cast(pl.Int32).cast(pl.Date),
            "treatment": rng.random(n) < 0.5,
            "completion": rng.random(n),
        }
    )


PILOTS = {"diagnostic-accuracy": ("cases", cases, 400), "stepped-automation": ("weeks", weeks, 160)}


def card(name, *frames):
    protocol = PROTOCOLS[name]
    return score(protocol, PilotData.from_frames(protocol, {PILOTS[name][0]: frames})).to_json_bytes()


@pytest.mark.parametrize("name", PILOTS)
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), cut=st.integers(1, 150))
def test_any_order_and_any_files_give_the_same_bytes(name, seed, cut):
    rng = np.random.default_rng(seed)
    _, make, n = PILOTS[name]
    frame = make(rng, n)
    shuffled = frame[rng.permutation(n)]
    assert card(name, frame) == card(name, shuffled) == card(name, shuffled.tail(n - cut), shuffled.head(cut))


@pytest.mark.parametrize("name", PILOTS)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_other_names_of_the_sites_change_labels_and_digests_alone(name, seed):
    rng = np.random.default_rng(seed)
    _, make, n = PILOTS[name]
    frame = make(rng, n)
    names = dict(zip(SITES, rng.permutation([f"97000{i:04d}" for i in range(6)]).tolist(), strict=True))
    plain = json.loads(card(name, frame))
    renamed = json.loads(card(name, frame.with_columns(pl.col("site").replace(names))))
    assert without_names(renamed, {}) == without_names(plain, names)


def without_names(content, names):
    """The scorecard with its sites renamed and sorted, and without its digests."""
    content.pop("digest")
    content["data"].pop("digest")
    content["data"]["sites"] = sorted(names.get(s, s) for s in content["data"]["sites"])
    for indicator in content["indicators"]:
        lines = [{**line, "site": names.get(line["site"], line["site"])} for line in indicator["by_site"]]
        indicator["by_site"] = sorted(lines, key=lambda line: line["site"])
    return content
