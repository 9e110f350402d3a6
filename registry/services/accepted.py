"""What a site has accepted already: against it, a file of the same cases or a second description of the site is told."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from evaluation.tables import Table
from importers.report import Issue
from registry.services import observations, protocols
from registry.tables import Submission
from registry.vocabulary import SubmissionKind, SubmissionState


async def _files(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The accepted files of the same site."""
    same = (Submission.pilot == row["pilot"]) & (Submission.site == row["site"])
    found: list[dict[str, Any]] = await Submission.select(
        Submission.blob, Submission.kind, Submission.table_name, Submission.file_name
    ).where(same, Submission.state == SubmissionState.ACCEPTED.value)
    return found


async def blobs(row: Mapping[str, Any]) -> list[str]:
    """The accepted files of the same site and table."""
    return sorted(item["blob"] for item in await _files(row) if item["table_name"] == row["table_name"])


async def described_twice(row: Mapping[str, Any]) -> bool:
    """Whether the site would be described by an aggregate and by something else; an aggregate speaks of all its rows."""
    return any(SubmissionKind.AGGREGATE.value in (row["kind"], item["kind"]) for item in await _files(row))


async def repeated_cases(row: Mapping[str, Any], before: Sequence[str]) -> int:
    """How many cases of a file are in those."""
    frozen = await protocols.by_id(row["protocol_id"])
    if frozen is None or not before or row["kind"] == SubmissionKind.AGGREGATE.value:
        return 0
    table = protocols.parsed(frozen).table(row["table_name"])
    return sum(await _in_each(row["blob"], before, table))


async def told_before(row: Mapping[str, Any], table: Table) -> Issue | None:
    """That a file which is not kept yet brings cases of accepted ones: it could not be accepted as it is."""
    files = [item for item in await _files(row) if item["table_name"] == row["table_name"] == table.name]
    counts = await _in_each(row["blob"], [item["blob"] for item in files], table)
    if not sum(counts):
        return None
    names = ", ".join(sorted(item["file_name"] for item, n in zip(files, counts, strict=True) if n))
    return Issue("cases_sent_before", "warning", params={"n": sum(counts), "names": names})


async def _in_each(blob: str, before: Sequence[str], table: Table) -> list[int]:
    """How many cases of a file are in each of others."""
    if not before:
        return []
    store = observations.store()
    new = await store.get_frame(blob)
    return [
        await asyncio.to_thread(observations.same_cases, new, await store.get_frame(other), table) for other in before
    ]
