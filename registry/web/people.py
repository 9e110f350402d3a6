"""Signing in and out."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from registry.errors import TooManyAttempts, Unauthenticated
from registry.services import accounts, clock
from registry.web.forms import FIELD, SMALL, read_form, require_own_form
from registry.web.render import locale_of, page
from registry.web.sessions import begin, end


def _local(address: str | None) -> str:
    """A path of this site, else the list of pilots: never another site's address."""
    plain = address or ""
    return plain if plain.startswith("/") and not plain.startswith(("//", "/\\")) and "\\" not in plain else "/pilots"


@get("/login")
async def login_page(request: Request[Any, Any, Any], next: FromQuery[str | None] = None) -> Response[str]:  # noqa: A002
    """The form."""
    return page(request, "login.html", next=_local(next), failed="", email="")


@post("/login", request_max_body_size=SMALL)
async def login(request: Request[Any, Any, Any]) -> Response[Any]:
    """Check the password and begin a session with a fresh identifier."""
    form = await read_form(request)
    require_own_form(request, form.get(FIELD))
    email, password, target = (str(form.get(name) or "") for name in ("email", "password", "next"))
    try:
        actor = await accounts.authenticate(email=email, password=password)
    except (Unauthenticated, TooManyAttempts) as refusal:
        sentence = refusal.sentence(locale_of(request))
        return page(
            request, "login.html", status=refusal.status, next=_local(target), failed=sentence, email=email[:254]
        )
    await begin(request, {"account": actor.id, "at": clock.now().isoformat()})
    return Redirect(_local(target), status_code=303)


@post("/logout", request_max_body_size=SMALL)
async def logout(request: Request[Any, Any, Any]) -> Response[Any]:
    """End the session."""
    form = await read_form(request)
    require_own_form(request, form.get(FIELD))
    await end(request)
    return Redirect("/", status_code=303)


PEOPLE = (login_page, login, logout)
