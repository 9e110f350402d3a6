"""The page of the API: every route from its OpenAPI document, without any outside host."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get

from registry.web.render import page


@get("/schema")
async def schema_page(request: Request[Any, Any, Any]) -> Response[str]:
    """Routes, methods and what they do."""
    document = request.app.openapi_schema.to_schema()
    routes = [
        (method.upper(), path, str(operation.get("description") or operation.get("summary") or ""))
        for path, item in sorted(document["paths"].items())
        for method, operation in item.items()
        if method in ("get", "post", "put", "patch", "delete")
    ]
    return page(request, "schema.html", routes=routes)
