"""Who is behind a page: the account of the session, as it stands at this very request."""

from __future__ import annotations

import datetime as dt
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.middleware import DefineMiddleware
from litestar.middleware.authentication import AbstractAuthenticationMiddleware, AuthenticationResult

from registry.errors import Unauthenticated
from registry.policies.access import Actor
from registry.services import accounts, clock
from registry.web.forms import refuse_foreign

FRESH = dt.timedelta(minutes=5)
"""After this long, the password is asked again before a signature."""


class _Middleware(AbstractAuthenticationMiddleware):
    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        """The actor of the session; pages that need one say so, an upload by nobody stops before its body is read."""
        if connection.scope.get("method") == "POST":
            refuse_foreign(connection.headers)
        account = connection.session.get("account")
        actor = await accounts.actor_by_id(account) if account else None
        if actor is None and connection.scope.get("method") == "POST" and connection.url.path != "/login":
            raise Unauthenticated("sign_in", "Sign in first.")
        return AuthenticationResult(user=actor, auth="session" if actor else None)


def SessionMiddleware() -> DefineMiddleware:  # noqa: N802  # it stands where a class would
    """The middleware of the pages."""
    return DefineMiddleware(_Middleware)


def signed_in(request: Request[Any, Any, Any]) -> Actor:
    """The actor of the page.

    Raises
    ------
    Unauthenticated
        Nobody is signed in.
    """
    actor: Actor | None = request.user
    if actor is None:
        raise Unauthenticated("sign_in", "Sign in first.")
    return actor


def is_fresh(request: Request[Any, Any, Any]) -> bool:
    """Whether the password was given in the last few minutes."""
    at = request.session.get("at")
    return bool(at) and clock.now() - dt.datetime.fromisoformat(str(at)) < FRESH
