"""Looking at submissions: a site's own, and the summary that evaluators read; never a row."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, TypedDict

from evaluation.protocol import Protocol, parse_protocol
from importers.aggregates import AggregateFigure
from importers.aggregates import figures as aggregate_figures
from importers.preview import ColumnPreview
from importers.preview import preview as columns_read
from registry.policies.access import Action, Actor, has_role, is_conflicted
from registry.services import guard, observations, pilots, protocols
from registry.services.pages import Page, after_cursor, page, size
from registry.tables import Submission
from registry.vocabulary import SubmissionKind, SubmissionState, UserRole


class SubmissionOut(TypedDict):
    """A submission; evaluators see this summary, never a row."""

    id: str
    pilot: str
    site: str
    table: str
    kind: str
    state: str
    file_name: str
    file_sha256: str
    rows: int
    columns: dict[str, str]
    mapping: dict[str, str | None]
    report: dict[str, Any]
    created_at: dt.datetime
    accepted_at: dt.datetime | None
    withdrawn_at: dt.datetime | None


async def get(*, by: Actor, submission: str) -> SubmissionOut:
    """A submission: its own site, and a summary for evaluators, administrators and the programme.

    Raises
    ------
    NotFound
        There is none, or it is another site's.
    """
    await guard.require(by, Action.SUBMISSION_READ, "submission", submission)
    row = await row_of(submission)
    if row is None or not (has_role(by, Action.SUBMISSION_READ_ALL) or row["finess"] == by.site):
        raise await guard.hidden(by, "submission", submission)
    if by.role == UserRole.EVALUATOR and is_conflicted(
        by, sites=frozenset({row["finess"]}), supplier=str(row["supplier_id"])
    ):
        raise await guard.hidden(by, "submission", submission)
    return out(row)


async def preview(*, by: Actor, submission: str) -> tuple[ColumnPreview, ...]:
    """What was read of each column of a site's own rows; nothing of an aggregate, nor of a file that was withdrawn.

    Raises
    ------
    NotFound
        There is none, or it is another site's.
    """
    row, protocol = await _own_content(by, submission, SubmissionKind.ROWS)
    if protocol is None:
        return ()
    frame = await observations.store().get_frame(row["blob"])
    return await asyncio.to_thread(columns_read, frame, protocol.table(row["table_name"]))


async def figures(*, by: Actor, submission: str) -> tuple[AggregateFigure, ...]:
    """What a site's own aggregate says; nothing of rows, nor of a file that was withdrawn.

    Raises
    ------
    NotFound
        There is none, or it is another site's.
    """
    row, protocol = await _own_content(by, submission, SubmissionKind.AGGREGATE)
    if protocol is None:
        return ()
    return aggregate_figures(json.loads(await observations.store().get_content(row["blob"], "json")), protocol)


async def _own_content(by: Actor, submission: str, kind: SubmissionKind) -> tuple[dict[str, Any], Protocol | None]:
    """A submission of the actor's own site, and its protocol when its content is of that kind and still stands."""
    row = await row_of(submission)
    if row is None or row["finess"] != by.site:
        raise await guard.hidden(by, "submission", submission)
    frozen = await protocols.by_id(row["protocol_id"])
    stands = row["kind"] == kind and row["state"] != SubmissionState.WITHDRAWN
    return row, parse_protocol(frozen["content"]) if frozen is not None and stands else None


async def list_submissions(*, by: Actor, pilot: str, limit: int = 50, cursor: str | None = None) -> Page[SubmissionOut]:
    """The submissions of a pilot in the order in which they came; a site's own only."""
    await guard.require(by, Action.SUBMISSION_READ, "pilot", pilot)
    row = await pilots.find(by=by, pilot=pilot)
    query = select().where(Submission.pilot == row["id"]).order_by(Submission.created_at).order_by(Submission.id)
    if not has_role(by, Action.SUBMISSION_READ_ALL):
        query = query.where(Submission.site.finess == by.site)
    found = [out(item) for item in await query]
    return page_of(found, size(limit), cursor)


def page_of(found: list[SubmissionOut], limit: int, cursor: str | None) -> Page[SubmissionOut]:
    """One page of a short list, after the item that the cursor names."""
    start = after_cursor(cursor)
    ids = [item["id"] for item in found]
    first = ids.index(start) + 1 if start in ids else 0
    return page(found[first : first + limit + 1], limit, lambda item: item["id"])


async def row_of(submission: str) -> dict[str, Any] | None:
    """The row of that identifier, for whoever is allowed by the caller."""
    found = guard.identifier(submission)
    if found is None:
        return None
    row: dict[str, Any] | None = await select().where(Submission.id == found).first()
    return row


def select() -> Any:
    """The query of the rows, with what the rights need."""
    return Submission.select(
        Submission.all_columns(),
        Submission.site.finess.as_alias("finess"),
        Submission.pilot.protocol.as_alias("protocol_id"),
        Submission.pilot.version.tool.supplier.as_alias("supplier_id"),
    ).output(load_json=True)


def out(row: Mapping[str, Any]) -> SubmissionOut:
    """A row as it is shown."""
    return {
        "id": str(row["id"]),
        "pilot": str(row["pilot"]),
        "site": row["finess"],
        "table": row["table_name"],
        "kind": row["kind"],
        "state": row["state"],
        "file_name": row["file_name"],
        "file_sha256": row["file_sha256"],
        "rows": row["rows"],
        "columns": row["columns"],
        "mapping": row["mapping"],
        "report": row["report"],
        "created_at": row["created_at"],
        "accepted_at": row["accepted_at"],
        "withdrawn_at": row["withdrawn_at"],
    }
