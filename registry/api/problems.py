"""Refusals as RFC 9457 problem details; nothing of our own inside ever shows."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException

from evaluation.refusal import Refusal
from registry import db
from registry.errors import RegistryError, Unavailable

MEDIA_TYPE = "application/problem+json"
LOG = logging.getLogger("registry")


def as_problem(request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, Any]]:
    """Any exception as `application/problem+json`."""
    refusal = error if isinstance(error, Refusal) else db.as_refusal(error)
    headers: dict[str, str] = {}
    extra: dict[str, Any] = {}
    if isinstance(refusal, RegistryError):
        status, code, detail = refusal.status, refusal.code, refusal.sentence(language(request))
        if status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = 'Bearer realm="preuve"'
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            headers["Retry-After"] = str(getattr(refusal, "retry_after", 60))
    elif isinstance(refusal, Refusal):
        status, code, detail = 422, "refused", refusal.sentence(language(request))
    elif isinstance(error, HTTPException):
        status, code, detail = error.status_code, _slug(error.status_code), _plain(error)
        headers.update(error.headers or {})
        if error.extra:
            extra["errors"] = error.extra
    elif isinstance(error, (RecursionError, UnicodeError)):  # a body nested without end, or that is not UTF-8
        LOG.warning("unreadable request", exc_info=error)
        status, code, detail = 400, "bad_request", HTTPStatus(400).phrase
    else:
        LOG.error("unhandled exception", exc_info=error)
        status, code, detail = 500, "internal_error", HTTPStatus(500).phrase
    return problem(request, status, code, detail, headers=headers, **extra)


def problem(
    request: Request[Any, Any, Any],
    status: int,
    code: str,
    detail: str,
    *,
    headers: dict[str, str] | None = None,
    **extra: Any,
) -> Response[dict[str, Any]]:
    """One problem; `extra` are its extension members."""
    body = {
        "type": f"urn:preuve:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        "code": code,
        **extra,
    }
    return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=headers or {})


def language(request: Request[Any, Any, Any]) -> str:
    """`fr` or `en`: the first of the two in `Accept-Language`, else the registry's."""
    for part in request.headers.get("accept-language", "").lower().split(","):
        code = part.strip()[:2]
        if code in ("fr", "en"):
            return code
    try:
        return db.settings().locale
    except Unavailable:
        return "fr"


def _slug(status: int) -> str:
    return HTTPStatus(status).phrase.lower().replace(" ", "_").replace("-", "_")


def _plain(error: HTTPException) -> str:
    """The framework's own words for a malformed request, never for anything else."""
    return error.detail if error.status_code in (400, 405, 413, 415) else HTTPStatus(error.status_code).phrase
