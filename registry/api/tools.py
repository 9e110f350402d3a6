"""The register, for machines."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath, FromQuery

from registry.api.answers import answer
from registry.services import tools
from registry.services.pages import Page
from registry.services.tools import ToolDetail, ToolOut, VersionOut


@get("/tools")
async def list_tools(
    request: Request[Any, Any, Any],
    use_case: FromQuery[str | None] = None,
    limit: FromQuery[int] = 50,
    cursor: FromQuery[str | None] = None,
) -> Response[Page[ToolOut]]:
    """The solutions, in neutral order."""
    return answer(request, await tools.list_tools(by=request.user, use_case=use_case, limit=limit, cursor=cursor))


@get("/tools/{tool:str}")
async def get_tool(request: Request[Any, Any, Any], tool: FromPath[str]) -> Response[ToolDetail]:
    """A solution with its versions; the public part when nobody is signed in."""
    return answer(request, await tools.get_tool(by=request.user, tool=tool))


@get("/tools/{tool:str}/versions/{version:str}")
async def get_version(
    request: Request[Any, Any, Any], tool: FromPath[str], version: FromPath[str]
) -> Response[VersionOut]:
    """One version of a solution."""
    return answer(request, await tools.get_version(by=request.user, tool=tool, version=version))


TOOLS = (list_tools, get_tool, get_version)
