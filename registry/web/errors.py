"""Refusals as pages: one sentence, and a way on."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from evaluation.language import translations
from evaluation.refusal import Refusal
from registry import db
from registry.errors import RegistryError, Unauthenticated
from registry.web.render import address_of, locale_of, page

LOG = logging.getLogger("registry")


def as_page(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Any exception as a page; who must sign in is sent there and back."""
    refusal = error if isinstance(error, Refusal) else db.as_refusal(error)
    locale = locale_of(request)
    say = translations("registry", locale).gettext
    if isinstance(refusal, Unauthenticated):
        return Redirect(f"/login?next={quote(address_of(request), safe='/')}", status_code=303)
    if isinstance(refusal, RegistryError):
        status, sentence = refusal.status, refusal.sentence(locale)
    elif isinstance(refusal, Refusal):
        status, sentence = 422, refusal.sentence(locale)
    elif isinstance(error, HTTPException):
        status = error.status_code
        sentence = (
            say("This page does not exist.") if status == HTTPStatus.NOT_FOUND else say("This request cannot be read.")
        )
    else:
        LOG.error("unhandled exception", exc_info=error)
        status, sentence = 500, say("Something went wrong on our side: try again in a moment.")
    return page(request, "error.html", status=status, sentence=sentence, code=status)
