"""The annotated copy of a file that a site sends again: made, handed over and forgotten; nothing of it is kept."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from importers.aggregates import is_json
from importers.annotated.refusals import identifies_people, why_none
from importers.answer import report_json
from registry.policies.access import Actor
from registry.services import mappings, submissions

CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Annotated:
    """The check's report and, when it could be made, the open copy; `why` says why there is none."""

    report: dict[str, Any]
    copy: BinaryIO | None
    identifies: bool
    why: str
    file_name: str


async def annotate(
    *,
    by: Actor,
    pilot: str,
    path: Path,
    file_name: str,
    table: str | None = None,
    mapping: mappings.Said | None = None,
    locale: str = "fr",
) -> Annotated:
    """Check a file as an upload is, and mark its faults in a copy; the rights and the refusals are those of `receive`.

    The copy is opened and its folder removed at once: once it is read, or the reader has gone, nothing is left on the disk.
    """
    row, _, protocol = await submissions.ready_to_send(by=by, pilot=pilot, aggregate=is_json(path, file_name))
    with tempfile.TemporaryDirectory(prefix="preuve-annotate-") as folder:
        out = Path(folder) / "copy.xlsx"
        checked = await submissions.check(
            by, row, protocol, path, file_name=file_name, table=table, mapping=mapping, annotated=out, locale=locale
        )
        copy = await asyncio.to_thread(out.open, "rb") if out.is_file() else None
    report = checked.report
    return Annotated(
        report_json(report, locale),
        copy,
        identifies_people(report),
        "" if copy else why_none(report, locale),
        f"{row['code']}-annote.xlsx" if locale == "fr" else f"{row['code']}-annotated.xlsx",
    )


async def chunks(copy: BinaryIO) -> AsyncIterator[bytes]:
    """The copy piece by piece, closed at the end or when nobody reads any more."""
    with copy:
        while chunk := await asyncio.to_thread(copy.read, CHUNK):
            yield chunk
