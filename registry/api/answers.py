"""Answers with an ETag: the same content asked again costs a 304."""

from __future__ import annotations

import hashlib
from typing import Any, Final, TypeVar

from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.serialization import encode_json

T = TypeVar("T")
JSON = "application/json"
LONGEST_JSON: Final = 1_000_000
"""Longest JSON body, in bytes."""


def answer(request: Request[Any, Any, Any], content: T, status: int = 200) -> Response[T]:
    """`content` as JSON; 304 when the caller holds it already."""
    return raw(request, encode_json(content), JSON, status)


def raw(
    request: Request[Any, Any, Any], body: bytes, media_type: str, status: int = 200, name: str | None = None
) -> Response[Any]:
    """Bytes with their ETag; `name` makes a download of them."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag}
    if name:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    if status == 200 and tag in request.headers.get("if-none-match", ""):
        return Response(content=b"", status_code=304, headers=headers)
    return Response(content=body, media_type=media_type, status_code=status, headers=headers)


def require_json(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A guard: a body that is not declared as JSON is refused unread.

    Raises
    ------
    HTTPException
        415.
    """
    if connection.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise HTTPException(status_code=415, detail="Content-Type must be application/json")
