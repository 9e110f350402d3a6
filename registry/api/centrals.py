"""The referencing lists of the purchasing centrals, for machines."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath, FromQuery

from evaluation.canonical import canonical_json
from exports.seal import JSON_SEAL
from exports.tables import as_csv, as_json
from exports.workbook import workbook
from registry.api.answers import answer, raw
from registry.api.problems import language
from registry.errors import NotFound
from registry.services import referencing

MAIN_TABLE = "referencement.csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@get("/centrals")
async def list_centrals(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """The purchasing centrals."""
    return answer(request, {"items": await referencing.list_centrals(by=request.user), "next_cursor": None})


@get("/centrals/{code:str}/referencing")
async def listing(
    request: Request[Any, Any, Any], code: FromPath[str], edition: FromQuery[int | None] = None
) -> Response[dict[str, Any]]:
    """The lines of the last edition (or of one by its number); none when no edition is published yet."""
    try:
        found = as_json(await referencing.get_edition(by=request.user, central=code, number=edition))
    except NotFound as error:
        if error.code != "no_edition" or edition is not None:
            raise
        return answer(request, {"edition": None, "digest": None, "items": [], "next_cursor": None})
    content = {"edition": found["edition"]["number"], "date": found["edition"]["date"], "digest": found[JSON_SEAL]}
    return answer(request, {**content, "items": found["listings"], "next_cursor": None})


@get("/centrals/{code:str}/referencing.xlsx")
async def listing_xlsx(
    request: Request[Any, Any, Any], code: FromPath[str], edition: FromQuery[int | None] = None
) -> Response[Any]:
    """The sealed workbook."""
    found = await referencing.get_edition(by=request.user, central=code, number=edition)
    content = await asyncio.to_thread(workbook, found, language(request))
    return raw(request, content, XLSX, name=f"referencement-{code}-{found.number}.xlsx")


@get("/centrals/{code:str}/referencing.csv")
async def listing_csv(
    request: Request[Any, Any, Any], code: FromPath[str], edition: FromQuery[int | None] = None
) -> Response[Any]:
    """The list as a table."""
    found = await referencing.get_edition(by=request.user, central=code, number=edition)
    table = as_csv(found, language(request))[MAIN_TABLE]
    return raw(request, table, "text/csv; charset=utf-8", name=f"referencement-{code}-{found.number}.csv")


@get("/centrals/{code:str}/referencing.json")
async def listing_json(
    request: Request[Any, Any, Any], code: FromPath[str], edition: FromQuery[int | None] = None
) -> Response[Any]:
    """The whole edition with its digest."""
    found = await referencing.get_edition(by=request.user, central=code, number=edition)
    return raw(
        request,
        canonical_json(as_json(found)) + b"\n",
        "application/json",
        name=f"referencement-{code}-{found.number}.json",
    )


@get("/centrals/{code:str}/editions")
async def editions(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[dict[str, Any]]:
    """The editions, the last one first."""
    found = await referencing.list_editions(by=request.user, central=code)
    return answer(request, {"items": found, "next_cursor": None})


@get("/centrals/{code:str}/editions/{number:int}/changes")
async def changes(
    request: Request[Any, Any, Any], code: FromPath[str], number: FromPath[int]
) -> Response[dict[str, Any]]:
    """What an edition changed."""
    found = await referencing.changes(by=request.user, central=code, number=number)
    return answer(request, {"items": found, "next_cursor": None})


CENTRALS = (list_centrals, listing, listing_xlsx, listing_csv, listing_json, editions, changes)
