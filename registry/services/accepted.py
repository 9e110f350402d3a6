"""What a site has accepted already: against it, a file of the same cases or a second description of the site is told."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from registry.services import observations, protocols
from registry.tables import Submission
from registry.vocabulary import SubmissionKind, SubmissionState


async def _files(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The accepted files of the same site."""
    same = (Submission.pilot == row["pilot"]) & (Submission.site == row["site"])
    found: list[dict[str, Any]] = await Submission.select(
        Submission.blob, Submission.kind, Submission.table_name
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
    store = observations.store()
    new, found = await store.get_frame(row["blob"]), 0
    for blob in before:
        found += await asyncio.to_thread(observations.same_cases, new, await store.get_frame(blob), table)
    return found
