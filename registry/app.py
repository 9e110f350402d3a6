"""The only wiring: the two doors, their errors, the headers of every answer, the database's life."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from litestar import Litestar, MediaType, Request, Response, get
from litestar.datastructures import MutableScopeHeaders
from litestar.openapi import OpenAPIConfig
from litestar.types import Message, Scope

from importers.child.ready import kept_ready
from registry import db
from registry.api import api_router
from registry.api.problems import as_problem
from registry.services import database, health
from registry.settings import Settings
from registry.web import web_routers
from registry.web.errors import as_page
from registry.web.schema import SchemaPage
from registry.web.sessions import session_store

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
HSTS: Final = "max-age=63072000; includeSubDomains"


@get("/health/live", media_type=MediaType.JSON)
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/health/ready", media_type=MediaType.JSON)
async def ready() -> Response[dict[str, str]]:
    """The database answers and its schema is current."""
    behind = await database.pending()
    status = 503 if behind else 200
    return Response({"status": "migrations pending" if behind else "ok"}, status_code=status)


def _handle(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Errors outside the routers (an unknown address, a method that is not there)."""
    return as_problem(request, error) if request.url.path.startswith(("/api/", "/health/")) else as_page(request, error)


async def _headers(message: Message, scope: Scope) -> None:
    """What every answer says to the browser; nothing that was shown to somebody is kept by anybody."""
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    if not str(scope.get("path", "")).startswith("/static/"):
        headers.setdefault("Cache-Control", "no-store")
    if db.settings().env == "production":
        headers.setdefault("Strict-Transport-Security", HSTS)


def create_app(settings: Settings | None = None) -> Litestar:
    """The application on `settings` (by default those of the environment)."""
    in_force = settings or Settings()

    @asynccontextmanager
    async def life(_: Litestar) -> AsyncIterator[None]:
        health.require_safe(in_force)
        db.configure(in_force)
        await db.connect()
        await database.upgrade()
        with kept_ready():
            yield
        await db.close()

    return Litestar(
        route_handlers=[live, ready, api_router(), *web_routers(in_force)],
        lifespan=[life],
        exception_handlers={Exception: _handle},
        before_send=[_headers],
        stores={"sessions": session_store()},
        request_max_body_size=in_force.upload_max_mb * 1_000_000,
        openapi_config=OpenAPIConfig(title="Preuve", version="1", path="/schema", render_plugins=[SchemaPage()]),
        logging_config=None,
    )
