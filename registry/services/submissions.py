"""Files of pilot sites: receiving, accepting, withdrawing. The raw file is never kept, a refused one leaves nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from evaluation.protocol import Protocol, parse_protocol
from importers import IMPORTER_VERSION
from importers.aggregates import is_json
from importers.answer import as_json
from importers.report import Checked, Issue, Report
from registry import db
from registry.errors import Conflict, Forbidden
from registry.policies.access import Action, Actor
from registry.policies.lifecycle import UPLOADS_OPEN, can_accept, can_withdraw
from registry.services import accepted, clock, guard, mappings, observations, pilots, protocols, scoring, trail
from registry.services.submission_views import (
    SubmissionOut,
    figures,
    get,
    list_submissions,
    out,
    preview,
    row_of,
    select,
)
from registry.tables import ScorecardRecord, Submission
from registry.vocabulary import PilotState, SubmissionKind, SubmissionState

__all__ = [
    "Received",
    "SubmissionOut",
    "accept",
    "figures",
    "get",
    "list_submissions",
    "preview",
    "receive",
    "withdraw",
]

LONGEST_NAME = 255
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Received:
    """The answer to a file: no submission when it is refused; `created` is false for the same bytes again."""

    submission: SubmissionOut | None
    report: dict[str, Any]
    created: bool


async def receive(
    *,
    by: Actor,
    pilot: str,
    path: Path,
    file_name: str,
    table: str | None = None,
    mapping: mappings.Said | None = None,
    locale: str = "fr",
) -> Received:
    """Check a file and, when it is accepted, keep its rows with keyed identifiers, or its aggregate, in the state `checked`.

    `mapping` is what the person says of its headers; `None` leaves them to the protocol, and to the last mapping of the site.

    Raises
    ------
    NotFound
        The site takes no part in such a pilot.
    Conflict
        The uploads are not open.
    Forbidden
        Only a pilot site sends files; this registry may take aggregates only.
    """
    row, site, protocol = await ready_to_send(by=by, pilot=pilot, aggregate=is_json(path, file_name))
    checked = await check(by, row, protocol, path, file_name=file_name, table=table, mapping=mapping)
    if (known := await _same_file(row["id"], site, checked.report.file_sha256)) is not None:
        return _again(known, checked.report, locale)
    if not checked.report.accepted:
        async with db.transaction():
            codes = dict(sorted(Counter(i.code for i in checked.report.issues).items()))
            await trail.record(by, "submission.rejected", "pilot", str(row["id"]), codes=codes)
        return Received(None, as_json(checked, locale), created=False)
    return await _keep(by, row, site, protocol, checked, file_name=file_name, locale=locale)


async def ready_to_send(*, by: Actor, pilot: str, aggregate: bool) -> tuple[dict[str, Any], UUID, Protocol]:
    """The pilot, the actor's site in it and its protocol, when the site may send a file now; see `receive`."""
    await guard.require(by, Action.SUBMISSION_SEND, "pilot", pilot)
    row = await pilots.find(by=by, pilot=pilot)
    site = await _own_site(by, row)
    if not db.settings().accept_rows and not aggregate:
        raise Forbidden(
            "rows_not_accepted",
            "This registry takes aggregates only: run `preuve evaluate --aggregate` at the hospital.",
        )
    _require_open(PilotState(row["state"]), row["code"])
    frozen = await protocols.by_id(row["protocol"])
    return row, site, parse_protocol(frozen["content"]) if frozen else _no_protocol(row)


async def check(
    by: Actor,
    row: Mapping[str, Any],
    protocol: Protocol,
    path: Path,
    *,
    file_name: str,
    mapping: mappings.Said | None = None,
    **rest: Any,
) -> Checked:
    """The check of a file by what its pilot says; `rest` as `observations.check` takes it."""
    mapped_before = await mappings.before(row["id"], str(by.site)) if mapping is None else {}
    return await observations.check(
        path,
        protocol,
        name=file_name,
        sites=[s["finess"] for s in await pilots.sites_of(row["id"])],
        uploader=str(by.site),
        days=(row["starts_on"], row["ends_on"]),
        pilot=row["code"],
        mapping=mapping,
        mapped_before=mapped_before,
        **rest,
    )


def _no_protocol(row: Mapping[str, Any]) -> Protocol:
    raise Conflict("no_protocol", "The pilot {code} has no frozen protocol: nothing can be sent yet.", code=row["code"])


def _require_open(state: PilotState, code: str) -> None:
    if state not in UPLOADS_OPEN:
        raise Conflict(
            "uploads_closed", "The uploads of the pilot {code} are not open ({state}).", code=code, state=state
        )


async def _own_site(by: Actor, row: Mapping[str, Any]) -> UUID:
    """The identifier of the actor's site, which takes part in the pilot: a published pilot is seen by others too."""
    for site in await pilots.sites_of(row["id"]):
        if site["finess"] == by.site:
            found: UUID = site["site_id"]
            return found
    raise await guard.hidden(by, "pilot", str(row["code"]))


async def _keep(
    by: Actor, row: Mapping[str, Any], site: UUID, protocol: Protocol, checked: Checked, *, file_name: str, locale: str
) -> Received:
    kept = await observations.keep(checked, protocol, str(row["id"]))
    if kept.kind is SubmissionKind.ROWS:
        of = {"pilot": row["id"], "site": site, "table_name": kept.table, "blob": kept.blob}
        again = await accepted.told_before(of, protocol.table(kept.table))
        checked = replace(checked, report=checked.report.with_issue(again)) if again else checked
    report = checked.report
    answer = as_json(checked, locale)
    new = Submission(
        pilot=row["id"],
        site=site,
        table_name=kept.table,
        kind=kept.kind.value,
        state=SubmissionState.CHECKED.value,
        file_name=Path(file_name.replace("\\", "/")).name[:LONGEST_NAME],
        file_sha256=report.file_sha256,
        content_sha256=kept.content,
        rows=report.rows,
        blob=kept.blob,
        importer_version=IMPORTER_VERSION,
        report=answer,
        columns=dict(report.columns),
        mapping=dict(report.mapping),
        first_observation=kept.first_day,
        created_by=guard.identifier(by.id or ""),
        created_at=clock.now(),
    )
    async with db.transaction():
        _require_open(await pilots.state_of(row["id"]), row["code"])
        known = await _same_file(row["id"], site, report.file_sha256)
        if known is None:
            await Submission.insert(new)
            detail = {"site": by.site, "rows": report.rows, "sha256": report.file_sha256, "table": kept.table}
            detail |= {"brings": kept.kind.value} | mappings.told(report.mapping)
            await trail.record(by, "submission.received", "submission", str(new.id), **detail)
    if known is not None:  # the same bytes arrived at the same time
        return _again(known, report, locale)
    return Received(await _fresh(new.id), answer, created=True)


async def _same_file(pilot: UUID, site: UUID, sha256: str) -> dict[str, Any] | None:
    same = (Submission.pilot == pilot) & (Submission.site == site) & (Submission.file_sha256 == sha256)
    row: dict[str, Any] | None = await select().where(same, Submission.state != SubmissionState.WITHDRAWN.value).first()
    return row


def _again(known: Mapping[str, Any], report: Report, locale: str) -> Received:
    otherwise = report.accepted and dict(report.columns) != known["columns"]
    again = Issue("duplicate_upload", "warning", params={"say": "otherwise"} if otherwise else {})
    return Received(out(known), as_json(Checked(report.with_issue(again), None), locale), created=False)


async def accept(*, by: Actor, submission: str) -> SubmissionOut:
    """Add the file's rows to the data of the pilot, which is scored anew.

    Raises
    ------
    NotFound
        It is another site's, or there is none.
    Conflict
        It was accepted or withdrawn already, the uploads are closed, the site sent some of its cases before, or it would be
        described by rows and by an aggregate.
    """
    await guard.require(by, Action.SUBMISSION_SEND, "submission", submission)
    row = await _own(by, submission)
    for _ in range(ATTEMPTS):
        before = await accepted.blobs(row)
        repeated = await accepted.repeated_cases(row, before)
        if await _accept(by, row, before, repeated):
            break
    else:
        raise Conflict("busy", "The files of this pilot keep changing: ask for the scorecard again in a moment.")
    await scoring.rescore(by=by, pilot_id=row["pilot"])
    return await _fresh(row["id"])


async def _accept(by: Actor, row: Mapping[str, Any], before: list[str], repeated: int) -> bool:
    """Accept, unless another file of the site was accepted while the cases were compared."""
    async with db.transaction():
        pilot, state = await pilots.state_of(row["pilot"]), await _state(row["id"])
        if not can_accept(pilot, state):
            raise Conflict(
                "not_acceptable",
                "This file ({state}) cannot be accepted: the pilot is {pilot}.",
                state=state,
                pilot=pilot,
            )
        if await accepted.described_twice(row):
            raise Conflict(
                "site_described_twice",
                "This site has accepted rows or another aggregate already, and would count twice: withdraw one of the two.",
            )
        if await accepted.blobs(row) != before:
            return False
        if repeated:
            raise Conflict(
                "cases_sent_before",
                "{n} cases of this file are in a file accepted before: withdraw one of the two.",
                n=repeated,
            )
        values: dict[Any, Any] = {Submission.state: SubmissionState.ACCEPTED.value, Submission.accepted_at: clock.now()}
        await _change(by, row, "submission.accepted", values)
        return True


async def withdraw(*, by: Actor, submission: str) -> SubmissionOut:
    """Take a file back: it is kept and counted, its rows leave the data of the pilot.

    Raises
    ------
    NotFound
        It is another site's, or there is none.
    Conflict
        It was withdrawn already, or somebody has signed.
    """
    await guard.require(by, Action.SUBMISSION_SEND, "submission", submission)
    row = await _own(by, submission)
    async with db.transaction():
        pilot, state = await pilots.state_of(row["pilot"]), await _state(row["id"])
        if not can_withdraw(pilot, state):
            raise Conflict(
                "not_withdrawable",
                "This file ({state}) cannot be withdrawn: the pilot is {pilot}.",
                state=state,
                pilot=pilot,
            )
        values: dict[Any, Any] = {
            Submission.state: SubmissionState.WITHDRAWN.value,
            Submission.withdrawn_at: clock.now(),
        }
        await _change(by, row, "submission.withdrawn", values)
    if state == SubmissionState.ACCEPTED:
        await scoring.rescore(by=by, pilot_id=row["pilot"])
    return await _fresh(row["id"])


async def _change(by: Actor, row: Mapping[str, Any], action: str, values: dict[Any, Any]) -> None:
    """Change a submission; no scorecard computed before stays current, so nobody signs what has been overtaken."""
    await Submission.update(values).where(Submission.id == row["id"])
    stale = (ScorecardRecord.pilot == row["pilot"]) & ScorecardRecord.current.eq(True)
    await ScorecardRecord.update({ScorecardRecord.current: False}).where(stale)
    await trail.record(by, action, "submission", str(row["id"]), site=row["finess"], rows=row["rows"])


async def _fresh(submission: UUID) -> SubmissionOut:
    return out(await select().where(Submission.id == submission).first())


async def _state(submission: UUID) -> SubmissionState:
    row = await Submission.select(Submission.state).where(Submission.id == submission).first()
    return SubmissionState(row["state"])


async def _own(by: Actor, submission: str) -> dict[str, Any]:
    row = await row_of(submission)
    if row is None or row["finess"] != by.site:
        raise await guard.hidden(by, "submission", submission)
    return row
