"""The one door of the API: a bearer token, or nobody; a session of a browser counts for nothing here."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.middleware.authentication import AbstractAuthenticationMiddleware, AuthenticationResult

from registry.errors import Unauthenticated
from registry.policies.access import Actor
from registry.services import accounts


class TokenMiddleware(AbstractAuthenticationMiddleware):
    """Who asks, before any body is read: a wrong token is refused, none is nobody, an upload by nobody stops here."""

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        """The actor of the `Authorization` header."""
        header = connection.headers.get("authorization", "")
        scheme, _, token = header.partition(" ")
        if not header:
            if connection.scope.get("method") not in ("GET", "HEAD", "OPTIONS"):
                raise Unauthenticated("sign_in", "Sign in first.")
            return AuthenticationResult(user=None, auth=None)
        actor = await accounts.actor_by_token(token.strip()) if scheme.lower() == "bearer" else None
        if actor is None:
            raise Unauthenticated("bad_token", "This token is unknown or has expired: ask for a new one.")
        return AuthenticationResult(user=actor, auth="token")


def signed_in(actor: Actor | None) -> Actor:
    """The actor, who is somebody.

    Raises
    ------
    Unauthenticated
        Nobody is signed in.
    """
    if actor is None:
        raise Unauthenticated("sign_in", "Sign in first.")
    return actor
