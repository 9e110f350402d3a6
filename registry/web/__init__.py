"""Pages for people: French first, without any outside host, readable without a mouse and without a script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from litestar import Router
from litestar.connection import ASGIConnection
from litestar.exceptions import NotFoundException
from litestar.handlers import BaseRouteHandler
from litestar.static_files import create_static_files_router

from registry.settings import Settings
from registry.web.auth import SessionMiddleware
from registry.web.errors import as_page
from registry.web.lists import LISTS
from registry.web.people import PEOPLE
from registry.web.pilots import PILOTS
from registry.web.register import REGISTER
from registry.web.scorecards import SCORECARDS
from registry.web.sessions import session_config

LONGEST_PATH = 400
STATIC = Path(__file__).parent / "static"


def _require_a_name(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A guard: what no file can be called is not looked for."""
    path = connection.url.path + str(connection.scope.get("path", ""))
    if "\0" in path or "%00" in path or len(path) > LONGEST_PATH:
        raise NotFoundException


def web_routers(settings: Settings) -> list[Router]:
    """The pages, and the files that they use."""
    pages = Router(
        path="/",
        route_handlers=[*REGISTER, *PEOPLE, *PILOTS, *SCORECARDS, *LISTS],
        middleware=[session_config(settings).middleware, SessionMiddleware()],
        exception_handlers={Exception: as_page},
        include_in_schema=False,
    )
    static = create_static_files_router(
        path="/static", directories=[STATIC], include_in_schema=False, guards=[_require_a_name]
    )
    return [pages, static]
