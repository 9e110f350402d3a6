"""Who the caller is, and the audit trail."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromQuery

from registry.api.answers import answer
from registry.api.auth import signed_in
from registry.services import audit
from registry.vocabulary import UserRole


@get("/me")
async def me(request: Request[Any, Any, Any]) -> Response[dict[str, str | None]]:
    """Who the token speaks for."""
    actor = signed_in(request.user)
    found = {"email": actor.email, "role": actor.role.value, "site": actor.site, "central": actor.central}
    return answer(request, found)


@get("/audit")
async def audit_trail(
    request: Request[Any, Any, Any],
    mine: FromQuery[bool] = False,
    limit: FromQuery[int] = 50,
    cursor: FromQuery[str | None] = None,
) -> Response[dict[str, Any]]:
    """The trail: all with its verification for an administrator, one's own events with `mine`."""
    actor = signed_in(request.user)
    page = await audit.list_events(by=actor, mine=mine, limit=limit, cursor=cursor)
    content: dict[str, Any] = {**page}
    if actor.role == UserRole.ADMINISTRATOR and not mine:
        content["verification"] = await audit.verify_chain()
    return answer(request, content)
