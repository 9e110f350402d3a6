"""Pilots for people: what is asked, sending a file, reading its faults, accepting it."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Redirect, Stream

from evaluation.protocol import Protocol
from importers.annotated.refusals import may_have_copy
from importers.blank.workbook import blank_workbook
from registry import db
from registry.errors import NotFound
from registry.policies.access import Action, Actor, may
from registry.services import marked_copies, pilots, protocols, scorecards, submissions
from registry.services.pilots import PilotOut
from registry.vocabulary import UserRole
from registry.web.auth import signed_in
from registry.web.forms import FIELD, SMALL, read_form, require_own_form
from registry.web.mapping_form import mapping_of, questions
from registry.web.render import locale_of, page
from registry.web.words import status_class, word

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK = 1024 * 1024


@get("/pilots")
async def pilots_page(request: Request[Any, Any, Any]) -> Response[str]:
    """The pilots that the person may see."""
    found = await pilots.list_pilots(by=signed_in(request), limit=200)
    looks: dict[str, Any] = {"word": word(locale_of(request)), "status_class": status_class}
    return page(request, "pilots.html", pilots=found["items"], **looks)


@get("/pilots/{pilot:str}")
async def pilot_page(request: Request[Any, Any, Any], pilot: FromPath[str]) -> Response[str]:
    """One pilot: its protocol, its sites, its files, and the form to send one."""
    actor = signed_in(request)
    return await _show(request, actor, await pilots.get_pilot(by=actor, pilot=pilot))


async def _show(
    request: Request[Any, Any, Any],
    actor: Actor,
    found: PilotOut,
    *,
    status: int = 200,
    report: dict[str, Any] | None = None,
    refused: _Sent | None = None,
) -> Response[str]:
    protocol = await _protocol(actor, found)
    sent = []
    if may(actor, Action.SUBMISSION_READ):
        sent = (await submissions.list_submissions(by=actor, pilot=found["id"], limit=200))["items"]
    takes_part = actor.role == UserRole.PILOT_SITE and actor.site in {site["finess"] for site in found["sites"]}
    return page(
        request,
        "pilot.html",
        status=status,
        pilot=found,
        protocol=protocol,
        sent=sent,
        report=report,
        chosen_table=refused.table if refused else None,
        mapping=refused.mapping if refused else None,
        questions=questions(report, protocol, refused.mapping if refused else None),
        can_send=takes_part and found["state"] == "collecting" and may(actor, Action.SUBMISSION_SEND),
        can_annotate=bool(report and may_have_copy(report)),
        can_close=may(actor, Action.PILOT_CLOSE) and found["state"] == "collecting",
        accept_rows=db.settings().accept_rows,
        scorecard=await _scorecard(actor, found),
        own=takes_part and found["state"] in ("closed", "signing", "published"),
        word=word(locale_of(request)),
        status_class=status_class,
    )


async def _protocol(actor: Actor, found: PilotOut) -> Protocol | None:
    if found["protocol"] is None:
        return None
    return protocols.parsed(await protocols.get(by=actor, digest=found["protocol"]["digest"]))


async def _scorecard(actor: Actor, found: PilotOut) -> str | None:
    """The digest of the scorecard, when there is one that the person may open."""
    if found["state"] != "published" and not may(actor, Action.SCORECARD_READ_ALL):
        return None
    try:
        return (await scorecards.current(by=actor, pilot=found["id"]))["digest"]
    except NotFound:
        return None


async def _sent_form(request: Request[Any, Any, Any]) -> FormMultiDict:
    """A form that holds a file, once it is known to be ours and not too large."""
    if int(request.headers.get("content-length") or 0) > db.settings().upload_max_mb * 1_000_000:
        raise HTTPException(status_code=413, detail="too large")
    form = await read_form(request)
    require_own_form(request, form.get(FIELD))
    return form


@dataclass(frozen=True)
class _Sent:
    """A file, and what its sender says of it."""

    file: UploadFile
    name: str
    table: str | None
    mapping: dict[str, str | None] | None


async def _sent(request: Request[Any, Any, Any]) -> _Sent | None:
    """What the form of a file holds; `None` when there is no file."""
    form = await _sent_form(request)
    file, table, mapping = form.get("file"), str(form.get("table") or "") or None, mapping_of(form)
    return _Sent(file, file.filename, table, mapping) if isinstance(file, UploadFile) and file.filename else None


@contextlib.asynccontextmanager
async def _kept_for_a_moment(file: UploadFile) -> AsyncIterator[Path]:
    """The bytes in a private file, gone when the check is done."""
    with tempfile.TemporaryDirectory(prefix="preuve-upload-") as folder:
        path = Path(folder) / "file"
        with path.open("wb") as stream:
            while chunk := await file.read(CHUNK):
                stream.write(chunk)
        yield path


@post("/pilots/{pilot:str}/upload")
async def upload(request: Request[Any, Any, Any], pilot: FromPath[str]) -> Response[Any]:
    """Check a file: the faults on the pilot's page, or what would be kept on its own."""
    actor = signed_in(request)
    sent = await _sent(request)
    found = await pilots.get_pilot(by=actor, pilot=pilot)
    if sent is None:
        return await _show(request, actor, found, status=422, report={"no_file": True})
    async with _kept_for_a_moment(sent.file) as path:
        received = await submissions.receive(
            by=actor,
            pilot=found["id"],
            path=path,
            file_name=sent.name,
            table=sent.table,
            mapping=sent.mapping,
            locale=locale_of(request),
        )
    if received.submission is None:
        return await _show(request, actor, found, status=422, report=received.report, refused=sent)
    return Redirect(f"/submissions/{received.submission['id']}", status_code=303)


@post("/pilots/{pilot:str}/annotated", status_code=200)
async def annotated(request: Request[Any, Any, Any], pilot: FromPath[str]) -> Response[Any] | Stream:
    """The file again, its faults marked in a copy to download.

    The form sends the file a second time because nothing was kept of it: no copy waits on the disk for somebody to fetch it.
    """
    actor = signed_in(request)
    sent = await _sent(request)
    found = await pilots.get_pilot(by=actor, pilot=pilot)
    if sent is None:
        return await _show(request, actor, found, status=422, report={"no_file": True})
    async with _kept_for_a_moment(sent.file) as path:
        made = await marked_copies.annotate(
            by=actor,
            pilot=found["id"],
            path=path,
            file_name=sent.name,
            table=sent.table,
            mapping=sent.mapping,
            locale=locale_of(request),
        )
    if made.copy is None:
        status = 409 if made.identifies else 422
        report = {**made.report, "no_copy": made.why}
        return await _show(request, actor, found, status=status, report=report, refused=sent)
    headers = {"Content-Disposition": f'attachment; filename="{made.file_name}"'}
    return Stream(marked_copies.chunks(made.copy), media_type=XLSX, headers=headers)


@get("/pilots/{pilot:str}/template.xlsx")
async def template(request: Request[Any, Any, Any], pilot: FromPath[str]) -> Response[bytes]:
    """The blank workbook of the pilot's protocol."""
    actor = signed_in(request)
    found = await pilots.get_pilot(by=actor, pilot=pilot)
    protocol = await _protocol(actor, found)
    if protocol is None:
        raise NotFound(
            "no_protocol", "The pilot {code} has no frozen protocol: nothing can be sent yet.", code=found["code"]
        )
    days = (found["starts_on"], found["ends_on"])
    content = await asyncio.to_thread(
        blank_workbook, protocol, locale=locale_of(request), pilot_code=found["code"], days=days
    )
    name = f"{found['code']}-{protocol.id}.xlsx"
    return Response(content, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@get("/pilots/{pilot:str}/protocol.toml")
async def protocol_file(request: Request[Any, Any, Any], pilot: FromPath[str]) -> Response[bytes]:
    """The frozen protocol as it is written: what a hospital that keeps its rows runs offline."""
    actor = signed_in(request)
    found = await pilots.get_pilot(by=actor, pilot=pilot)
    if found["protocol"] is None:
        raise NotFound(
            "no_protocol", "The pilot {code} has no frozen protocol: nothing can be sent yet.", code=found["code"]
        )
    frozen = await protocols.get(by=actor, digest=found["protocol"]["digest"])
    headers = {"Content-Disposition": f'attachment; filename="{frozen["slug"]}.toml"'}
    return Response(frozen["content"].encode(), media_type="application/toml", headers=headers)


@post("/pilots/{pilot:str}/close", request_max_body_size=SMALL)
async def close(request: Request[Any, Any, Any], pilot: FromPath[str]) -> Response[Any]:
    """Close the uploads."""
    actor = signed_in(request)
    require_own_form(request, (await read_form(request)).get(FIELD))
    await pilots.close_uploads(by=actor, pilot=pilot)
    return Redirect(f"/pilots/{pilot}", status_code=303)


@get("/submissions/{submission:str}")
async def submission_page(request: Request[Any, Any, Any], submission: FromPath[str]) -> Response[str]:
    """What was checked and would be kept of a file."""
    actor = signed_in(request)
    found = await submissions.get(by=actor, submission=submission)
    pilot = await pilots.get_pilot(by=actor, pilot=found["pilot"])
    protocol = await _protocol(actor, pilot)
    mine = actor.role == UserRole.PILOT_SITE
    return page(
        request,
        "submission.html",
        sent=found,
        said=await submissions.figures(by=actor, submission=submission) if mine else (),
        read=await submissions.preview(by=actor, submission=submission) if mine else (),
        pilot=pilot,
        table=protocol.table(found["table"]) if protocol and found["table"] else None,
        header_of={name: header for header, name in found["columns"].items()},
        mine=mine,
        word=word(locale_of(request)),
        status_class=status_class,
    )


async def _step(request: Request[Any, Any, Any], submission: str, *, accepted: bool) -> Response[Any]:
    actor = signed_in(request)
    require_own_form(request, (await read_form(request)).get(FIELD))
    service = submissions.accept if accepted else submissions.withdraw
    found = await service(by=actor, submission=submission)
    return Redirect(f"/pilots/{found['pilot']}", status_code=303)


@post("/submissions/{submission:str}/accept", request_max_body_size=SMALL)
async def accept(request: Request[Any, Any, Any], submission: FromPath[str]) -> Response[Any]:
    """Accept the file: the scorecard takes it in."""
    return await _step(request, submission, accepted=True)


@post("/submissions/{submission:str}/withdraw", request_max_body_size=SMALL)
async def withdraw(request: Request[Any, Any, Any], submission: FromPath[str]) -> Response[Any]:
    """Withdraw the file."""
    return await _step(request, submission, accepted=False)


PILOTS = (
    pilots_page, pilot_page, upload, annotated, template, protocol_file, close, submission_page, accept, withdraw,
)  # fmt: skip
