"""The lists of the purchasing centrals for people, and the page that says what a verification code stands for."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from evaluation.canonical import canonical_json
from exports import tables
from exports.workbook import workbook
from registry.errors import NotFound
from registry.policies.access import Actor
from registry.services import referencing
from registry.web.render import locale_of, page
from registry.web.words import status_class, word

MAIN_TABLE = "referencement.csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@get("/centrals")
async def centrals_page(request: Request[Any, Any, Any]) -> Response[Any]:
    """The lists that the person may read; a buyer goes straight to their own."""
    actor: Actor | None = request.user
    if actor is not None and actor.central:
        return Redirect(f"/centrals/{actor.central}")
    known = await referencing.list_centrals(by=actor)
    return page(request, "centrals.html", centrals=[central for central in known if central["publishes"]])


@get("/centrals/{code:str}")
async def central_page(
    request: Request[Any, Any, Any], code: FromPath[str], edition: FromQuery[int | None] = None
) -> Response[str]:
    """One central's list: the lines, the editions, what changed, the downloads."""
    by = request.user
    published = await referencing.list_editions(by=by, central=code)
    shown, changes = None, []
    if published:
        number = edition if edition is not None else published[0]["number"]
        shown = await referencing.get_edition(by=by, central=code, number=number)
        changes = await referencing.changes(by=by, central=code, number=number)
    central = next((c for c in await referencing.list_centrals(by=by) if c["code"] == code), None)
    return page(
        request,
        "central.html",
        central=central,
        edition=shown,
        editions=published,
        changes=changes,
        word=word(locale_of(request)),
        status_class=status_class,
    )


async def _edition(request: Request[Any, Any, Any], code: str, number: int | None) -> Any:
    return await referencing.get_edition(by=request.user, central=code, number=number)


def _download(content: bytes, media_type: str, name: str) -> Response[bytes]:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@get("/centrals/{code:str}/referencement.xlsx")
async def as_xlsx(
    request: Request[Any, Any, Any], code: FromPath[str], edition: FromQuery[int | None] = None
) -> Response[bytes]:
    """The sealed workbook."""
    found = await _edition(request, code, edition)
    content = await asyncio.to_thread(workbook, found, locale_of(request))
    return _download(content, XLSX, f"referencement-{code}-{found.number}.xlsx")


@get("/centrals/{code:str}/referencement.csv")
async def as_table(
    request: Request[Any, Any, Any], code: FromPath[str], edition: FromQuery[int | None] = None
) -> Response[bytes]:
    """The list as a table."""
    found = await _edition(request, code, edition)
    content = tables.as_csv(found, locale_of(request))[MAIN_TABLE]
    return _download(content, "text/csv; charset=utf-8", f"referencement-{code}-{found.number}.csv")


@get("/centrals/{code:str}/referencement.json")
async def as_json(
    request: Request[Any, Any, Any], code: FromPath[str], edition: FromQuery[int | None] = None
) -> Response[bytes]:
    """The whole edition for a machine."""
    found = await _edition(request, code, edition)
    return _download(
        canonical_json(tables.as_json(found)) + b"\n", "application/json", f"referencement-{code}-{found.number}.json"
    )


@get("/verify")
async def verify_form(request: Request[Any, Any, Any], code: FromQuery[str | None] = None) -> Response[Any]:
    """The field where a code is typed."""
    if code:
        return Redirect(f"/verify/{''.join(code.split()).upper()[:40]}")
    return page(request, "verify.html", found=None, code="", unknown=False)


@get("/verify/{code:str}")
async def verify_page(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[Any]:
    """What a verification code stands for: a page, or JSON when that is what is asked for."""
    wants_json = "application/json" in request.headers.get("accept", "")
    try:
        found = await referencing.verify_code(code=code)
    except NotFound:
        if wants_json:
            return Response({"known": False, "code": code}, status_code=404)
        return page(request, "verify.html", status=404, found=None, code=code, unknown=True)
    if wants_json:
        return Response({"known": True, **found})
    looks: dict[str, Any] = {"word": word(locale_of(request)), "status_class": status_class}
    return page(request, "verify.html", found=found, code=code, unknown=False, **looks)


LISTS = (centrals_page, central_page, as_xlsx, as_table, as_json, verify_form, verify_page)
