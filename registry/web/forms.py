"""Forms: a token that only our own page can hold, bound to the browser and to the account, and the origin besides."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.exceptions import HTTPException

from registry import db
from registry.errors import Forbidden

FIELD = "_csrf_token"
SAFE_SITES = ("same-origin", "none")
SMALL: Final = 65_536
"""Longest body, in bytes, of a form that carries no file."""


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


def refuse_foreign(headers: Mapping[str, str]) -> None:
    """Refuse, before any body is read, what the browser says another site has sent.

    Raises
    ------
    Forbidden
        The request comes from elsewhere.
    """
    origin = headers.get("origin")
    foreign = bool(origin) and urlsplit(str(origin)).netloc != headers.get("host", "")
    if foreign or headers.get("sec-fetch-site", "none") not in SAFE_SITES:
        raise _expired()


def _expired() -> Forbidden:
    return Forbidden("form_expired", "This form has expired: go back, reload the page and send it again.")


async def read_form(request: Request[Any, Any, Any]) -> FormMultiDict:
    """The form that was sent.

    Raises
    ------
    HTTPException
        400: a part is in no known encoding, or not in the one it says.
    """
    try:
        return await request.form()
    except (UnicodeError, LookupError, RecursionError) as error:
        raise HTTPException(status_code=400, detail="The form cannot be read.") from error


def require_own_form(request: Request[Any, Any, Any], token: object) -> None:
    """Refuse a form that does not hold the token that our own page gave to this browser and account.

    Raises
    ------
    Forbidden
        The token is not ours.
    """
    cookie = request.cookies.get(cookie_name(), "")
    given = token.encode(errors="replace") if isinstance(token, str) else b""  # beyond ASCII, `str` would be refused
    valid = hmac.compare_digest(token_for(request, cookie).encode(), given) and bool(cookie)
    if not valid:
        raise _expired()
