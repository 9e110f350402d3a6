"""A page: its template, the language, and what every page knows (who is signed in, the words, the numbers)."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Request, Response
from litestar.datastructures import Cookie
from markupsafe import Markup

from evaluation.language import LOCALES, translations
from exports.numbers import figure, short
from registry import db
from registry.errors import Unavailable
from registry.services.clock import PARIS
from registry.web.cards import name_of
from registry.web.forms import FIELD, cookie_name, form_secret, token_for

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGE_COOKIE = "preuve-lang"


@cache
def environment() -> Environment:
    """Jinja with every text escaped and every unknown name an error."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def locale_of(request: Request[Any, Any, Any]) -> str:
    """`?lang=`, else the choice made before, else the registry's language."""
    for asked in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if asked in LOCALES:
            return str(asked)
    try:
        return db.settings().locale
    except Unavailable:
        return "fr"


def address_of(request: Request[Any, Any, Any], lang: str | None = None) -> str:
    """The address of the page that the reader is on: of a form, the page that holds it; `lang` asks for a language."""
    path, query = request.url.path, [(k, v) for k, v in request.query_params.multi_items() if k != "lang"]
    if request.method == "POST" and path != "/login":
        path, query = path.rpartition("/")[0] or "/", []
    if lang:
        query.append(("lang", lang))
    return quote(path, safe="/") + ("?" + urlencode(query) if query else "")


def page(
    request: Request[Any, Any, Any],
    template: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **context: Any,
) -> Response[str]:
    """The page as HTML in the reader's language."""
    locale = locale_of(request)
    secret, new = form_secret(request)
    say = translations("registry", locale).gettext
    known = {
        "_": say,
        "locale": locale,
        "user": request.scope.get("user"),
        "path": request.url.path,
        "demonstration": db.settings().demonstration.exists(),
        "in_language": lambda lang: address_of(request, lang),
        "indicator": lambda code: name_of(code, locale),
        "day": lambda value: _day(value, locale),
        "moment": lambda value: _moment(value, locale),
        "whole": lambda value: format_decimal(value, locale=locale),
        "short": lambda value: short(value, locale),
        "figure": lambda block: figure(block, locale),
        "csrf": lambda: Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token_for(request, secret)),
    }
    text = environment().get_template(template).render({**known, **context})
    cookies = [_cookie(cookie_name(), secret)] if new else []
    if request.query_params.get("lang") in LOCALES:
        cookies.append(_cookie(LANGUAGE_COOKIE, locale, days=365))
    return Response(text, media_type=MediaType.HTML, status_code=status, cookies=cookies, headers=headers or {})


def _cookie(name: str, value: str, days: int | None = None) -> Cookie:
    secure = db.settings().env == "production"
    age = None if days is None else days * 86_400
    return Cookie(key=name, value=value, httponly=True, samesite="lax", secure=secure, path="/", max_age=age)


def _day(value: dt.date | dt.datetime | str | None, locale: str) -> str:
    if value is None:
        return "–"
    if isinstance(value, str):
        value = dt.date.fromisoformat(value[:10])
    if isinstance(value, dt.datetime):
        value = value.astimezone(PARIS).date()
    return format_date(value, "d MMMM yyyy", locale=locale)


def _moment(value: dt.datetime | None, locale: str) -> str:
    if value is None:
        return "–"
    return format_datetime(value.astimezone(PARIS), "d MMM yyyy HH:mm", locale=locale)
