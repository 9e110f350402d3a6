"""Forms: a token that only our own page can hold, bound to the browser and to the account, and the origin besides."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any
from urllib.parse import urlsplit

from litestar import Request

from registry import db
from registry.errors import Forbidden

FIELD = "_csrf_token"
SAFE_SITES = ("same-origin", "none")


def cookie_name() -> str:
    """Name of the cookie that the token is bound to."""
    return "__Host-preuve-form" if db.settings().env == "production" else "preuve-form"


def form_secret(request: Request[Any, Any, Any]) -> tuple[str, bool]:
    """The browser's random value, and whether it was made just now."""
    known = request.cookies.get(cookie_name(), "")
    return (known, False) if len(known) >= 32 else (secrets.token_urlsafe(32), True)


def token_for(request: Request[Any, Any, Any], secret: str) -> str:
    """The token of the forms that this browser and account may send."""
    session = request.scope.get("session")  # absent on pages outside the sessions' middleware
    account = str(session.get("account") or "") if isinstance(session, dict) else ""
    return hmac.new(db.settings().key, f"form\n{secret}\n{account}".encode(), hashlib.sha256).hexdigest()


def require_own_form(request: Request[Any, Any, Any], token: object) -> None:
    """Refuse a form that another site made the browser send.

    Raises
    ------
    Forbidden
        The token is not ours, or the browser says that the request comes from elsewhere.
    """
    origin = request.headers.get("origin")
    foreign = bool(origin) and urlsplit(str(origin)).netloc != request.headers.get("host", "")
    elsewhere = request.headers.get("sec-fetch-site", "none") not in SAFE_SITES
    expected = token_for(request, request.cookies.get(cookie_name(), ""))
    valid = isinstance(token, str) and hmac.compare_digest(expected, token) and bool(request.cookies.get(cookie_name()))
    if foreign or elsewhere or not valid:
        raise Forbidden("form_expired", "This form has expired: go back, reload the page and send it again.")
