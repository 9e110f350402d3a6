"""From a file to stored observations and back: checking in a child, keyed pseudonyms, frames of a pilot."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from evaluation.canonical import canonical_json
from evaluation.data import PilotData
from evaluation.protocol import Protocol
from evaluation.tables import Table
from evaluation.vocabulary import ColumnRole
from importers.aggregates import check_aggregate_file, is_json
from importers.child.sandbox import annotated_in_child, in_child
from importers.columns.mapping import require_columns
from importers.context import Context, Limits
from importers.identity.pseudonyms import pseudonymise
from importers.report import Checked
from registry import db
from registry.services import clock
from registry.store import FrameStore
from registry.vocabulary import SubmissionKind

MEGABYTE = 1024 * 1024
OBSERVED = (ColumnRole.DATE, ColumnRole.START_TIME)


@cache
def _store_at(url: str) -> FrameStore:
    return FrameStore(url)


def store() -> FrameStore:
    """The store of the settings in force."""
    return _store_at(db.settings().store)


async def check(
    path: Path,
    protocol: Protocol,
    *,
    name: str,
    table: str | None,
    sites: Sequence[str],
    uploader: str,
    days: tuple[dt.date, dt.date],
    pilot: str | None = None,
    mapping: Mapping[str, str | None] | None = None,
    mapped_before: Mapping[str, Mapping[str, str | None]] | None = None,
    annotated: Path | None = None,
    locale: str = "fr",
) -> Checked:
    """The check of a file of `uploader`, by the calendar and the sites of its pilot, in a child process.

    Parameters
    ----------
    mapping, mapped_before
        What the person says of the headers of this file, and what was said of the last ones.
    annotated, locale
        Where the child writes the annotated copy, when one is asked for and may be made.
    """
    context = Context(
        pilot=pilot,
        registered_sites=frozenset(sites),
        uploader_site=uploader,
        first_day=days[0],
        last_day=days[1],
        today=clock.today(),
        mapping=mapping,
        mapped_before=mapped_before or {},
        limits=Limits(file_bytes=db.settings().upload_max_mb * MEGABYTE),
    )
    aggregate = is_json(path, name)
    require_columns(mapping, aggregate=aggregate)
    if aggregate:
        return await asyncio.to_thread(check_aggregate_file, path, protocol, context, name=name)
    if annotated is None:
        return await asyncio.to_thread(in_child, path, protocol, context, name=name, table=table)
    return await asyncio.to_thread(
        annotated_in_child, path, protocol, context, annotated, name=name, table=table, locale=locale
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """What was stored of an accepted file: what it is, its table (none for an aggregate), and the names of its content."""

    kind: SubmissionKind
    table: str
    content: str
    blob: str
    first_day: dt.date | None


async def keep(checked: Checked, protocol: Protocol, pilot: str) -> Kept:
    """Store the rows of an accepted file, under keyed identifiers, or the aggregate that stands in their place."""
    if checked.aggregate is not None:
        blob = await store().put_json(canonical_json(checked.aggregate))
        return Kept(SubmissionKind.AGGREGATE, "", str(checked.aggregate["digest"]), blob, None)
    if checked.frame is None:
        raise AssertionError("an accepted file has rows or an aggregate")  # `receive` answers a refused one
    spec = protocol.table(str(checked.report.table))
    prepared = await prepare(checked.frame, protocol, spec, pilot)
    blob = await store().put_frame(prepared.frame)
    return Kept(SubmissionKind.ROWS, spec.name, prepared.content, blob, prepared.first_day)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is kept of a file: its rows under keyed identifiers, the digest of their content, the earliest day."""

    frame: pl.DataFrame
    content: str
    first_day: dt.date | None


async def prepare(frame: pl.DataFrame, protocol: Protocol, table: Table, pilot: str) -> Prepared:
    """The rows made ready for keeping, in a thread: a million of them take seconds."""

    def work() -> Prepared:
        return Prepared(
            keyed(frame, table, pilot), content_digest(frame, protocol, table.name), first_day(frame, table)
        )

    return await asyncio.to_thread(work)


def keyed(frame: pl.DataFrame, table: Table, pilot: str) -> pl.DataFrame:
    """The rows with their identifiers replaced, under a key that only this registry holds and that is this pilot's."""
    key = hmac.new(db.settings().key, f"pilot\n{pilot}".encode(), hashlib.sha256).digest()
    return pseudonymise(frame, table, key)


def content_digest(frame: pl.DataFrame, protocol: Protocol, table: str) -> str:
    """The digest of the observations, whatever the file that brought them."""
    return PilotData.from_frames(protocol, {table: frame}).digest


def first_day(frame: pl.DataFrame, table: Table) -> dt.date | None:
    """The day in France of the earliest observation; `None` when no row is dated."""
    found: list[dt.date] = []
    for role in OBSERVED:
        for spec in table.with_role(role):
            earliest: Any = frame[spec.name].min() if spec.name in frame.columns else None
            if isinstance(earliest, dt.datetime):
                found.append(earliest.astimezone(clock.PARIS).date())
            elif isinstance(earliest, dt.date):
                found.append(earliest)
    return min(found, default=None)


def same_cases(new: pl.DataFrame, known: pl.DataFrame, table: Table) -> int:
    """How many cases two files of one site both hold."""
    names = [c.name for c in table.with_role(ColumnRole.CASE_ID) if c.name in new.columns and c.name in known.columns]
    if not names:
        return 0
    return new.select(names[0]).unique().join(known.select(names[0]), on=names[0], how="semi").height
