"""The page of the API: every route from its OpenAPI document, without any outside host."""

from __future__ import annotations

from typing import Any

from litestar import Request
from litestar.openapi.plugins import OpenAPIRenderPlugin

from registry.web.render import page

METHODS = ("get", "post", "put", "patch", "delete")


class SchemaPage(OpenAPIRenderPlugin):
    """Routes, methods and what they do."""

    def __init__(self) -> None:
        super().__init__(path="/")

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The page as HTML."""
        routes = [
            (method.upper(), path, str(operation.get("description") or operation.get("summary") or ""))
            for path, item in sorted(openapi_schema["paths"].items())
            for method, operation in item.items()
            if method in METHODS
        ]
        return page(request, "schema.html", routes=routes).content.encode()
