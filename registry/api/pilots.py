"""Pilots and the files of their sites, for machines."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException
from litestar.params import FromPath, FromQuery, MultipartBody
from litestar.response import Stream

from importers.columns.mapping import from_json
from registry import db
from registry.api.answers import answer
from registry.api.auth import signed_in
from registry.api.problems import language, problem
from registry.services import marked_copies, pilots, submissions
from registry.services.pages import Page
from registry.services.pilots import PilotOut
from registry.services.submissions import SubmissionOut

CHUNK = 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@get("/pilots")
async def list_pilots(
    request: Request[Any, Any, Any],
    pilot_state: FromQuery[str | None] = None,
    limit: FromQuery[int] = 50,
    cursor: FromQuery[str | None] = None,
) -> Response[Page[PilotOut]]:
    """The pilots that the caller may see."""
    found = await pilots.list_pilots(by=signed_in(request.user), state=pilot_state, limit=limit, cursor=cursor)
    return answer(request, found)


@get("/pilots/{pilot:str}")
async def get_pilot(request: Request[Any, Any, Any], pilot: FromPath[str]) -> Response[PilotOut]:
    """One pilot."""
    return answer(request, await pilots.get_pilot(by=signed_in(request.user), pilot=pilot))


@post("/pilots/{pilot:str}/close", status_code=200)
async def close_uploads(request: Request[Any, Any, Any], pilot: FromPath[str]) -> PilotOut:
    """Close the uploads of a pilot."""
    return await pilots.close_uploads(by=signed_in(request.user), pilot=pilot)


@dataclass
class Upload:
    """The form of an upload."""

    file: UploadFile
    table: str | None = None
    mapping: str | None = None
    """JSON: header of the file → column of the protocol, or null for a column that is not kept."""

    def said(self) -> dict[str, str | None] | None:
        """The mapping, `None` when the field is absent or empty."""
        return from_json(self.mapping) if self.mapping else None


@contextlib.asynccontextmanager
async def kept_for_a_moment(upload: UploadFile) -> AsyncIterator[Path]:
    """The bytes in a private file, gone when the check is done."""
    with tempfile.TemporaryDirectory(prefix="preuve-upload-") as folder:
        path = Path(folder) / "file"
        with path.open("wb") as stream:
            while chunk := await upload.read(CHUNK):
                stream.write(chunk)
        await upload.close()
        yield path


@post("/pilots/{pilot:str}/submissions", status_code=201)
async def send_file(
    request: Request[Any, Any, Any], pilot: FromPath[str], data: MultipartBody[Upload]
) -> Response[dict[str, Any]]:
    """Send a file: checked in full, kept whole or not at all."""
    actor, locale = signed_in(request.user), language(request)
    _require_size(request)
    mapping = data.said()
    async with kept_for_a_moment(data.file) as path:
        received = await submissions.receive(
            by=actor,
            pilot=pilot,
            path=path,
            file_name=data.file.filename or "file",
            table=data.table or None,
            mapping=mapping,
            locale=locale,
        )
    if received.submission is None:
        detail = next(iter(issue["message"] for issue in received.report["issues"] if issue["severity"] == "error"), "")
        return problem(request, 422, "file_refused", detail, **received.report)
    body = {"id": received.submission["id"], "state": received.submission["state"], **received.report}
    return Response(body, status_code=201 if received.created else 200)


@post("/pilots/{pilot:str}/submissions/annotated", status_code=200)
async def annotated_copy(
    request: Request[Any, Any, Any], pilot: FromPath[str], data: MultipartBody[Upload]
) -> Response[dict[str, Any]] | Stream:
    """The same file again, and its faults marked in a copy; nothing is kept, a file that identifies people has no copy."""
    actor, locale = signed_in(request.user), language(request)
    _require_size(request)
    mapping = data.said()
    async with kept_for_a_moment(data.file) as path:
        made = await marked_copies.annotate(
            by=actor,
            pilot=pilot,
            path=path,
            file_name=data.file.filename or "file",
            table=data.table or None,
            mapping=mapping,
            locale=locale,
        )
    if made.copy is None:
        status, code = (409, "identifying_data") if made.identifies else (422, "file_refused")
        return problem(request, status, code, made.why, **made.report)
    headers = {"Content-Disposition": f'attachment; filename="{made.file_name}"'}
    return Stream(marked_copies.chunks(made.copy), media_type=XLSX, headers=headers)


def _require_size(request: Request[Any, Any, Any]) -> None:
    """Refuse, by what it announces, a body that is too large."""
    limit = db.settings().upload_max_mb
    if int(request.headers.get("content-length") or 0) > limit * 1_000_000:
        raise HTTPException(status_code=413, detail=f"at most {limit} MB")


@get("/pilots/{pilot:str}/submissions")
async def list_submissions(
    request: Request[Any, Any, Any],
    pilot: FromPath[str],
    limit: FromQuery[int] = 50,
    cursor: FromQuery[str | None] = None,
) -> Response[Page[SubmissionOut]]:
    """The files of a pilot that the caller may see."""
    found = await submissions.list_submissions(by=signed_in(request.user), pilot=pilot, limit=limit, cursor=cursor)
    return answer(request, found)


@get("/submissions/{submission:str}")
async def get_submission(request: Request[Any, Any, Any], submission: FromPath[str]) -> Response[SubmissionOut]:
    """One file, without its rows."""
    return answer(request, await submissions.get(by=signed_in(request.user), submission=submission))


@post("/submissions/{submission:str}/accept", status_code=200)
async def accept(request: Request[Any, Any, Any], submission: FromPath[str]) -> SubmissionOut:
    """Accept what the check has shown: the scorecard takes the file in."""
    return await submissions.accept(by=signed_in(request.user), submission=submission)


@post("/submissions/{submission:str}/withdraw", status_code=200)
async def withdraw(request: Request[Any, Any, Any], submission: FromPath[str]) -> SubmissionOut:
    """Withdraw a file; it stays counted."""
    return await submissions.withdraw(by=signed_in(request.user), submission=submission)


PILOTS = (
    list_pilots,
    get_pilot,
    close_uploads,
    send_file,
    annotated_copy,
    list_submissions,
    get_submission,
    accept,
    withdraw,
)
