"""What a hospital that keeps its rows sends, made as its own command makes it."""

import io

import polars as pl

from evaluation.aggregate.make import aggregate_bytes
from evaluation.data import PilotData
from evaluation.protocol import parse_protocol

from .conftest import PROTOCOL, rows

PLAN = parse_protocol(PROTOCOL)


def aggregate_of(content):
    """The aggregate of a file of rows."""
    frame = pl.read_csv(io.BytesIO(content), schema_overrides={"site": pl.String}, try_parse_dates=True).with_columns(
        pl.col("reference", "prediction").cast(pl.Boolean)
    )
    return aggregate_bytes(PLAN, PilotData.from_frames(PLAN, {"cases": frame}))


def sent_by(site, cases=120, **how):
    return aggregate_of(rows(site, cases, **how))
