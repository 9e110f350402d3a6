"""JSON for machines: tokens in, typed objects out, problem details for every refusal."""

from __future__ import annotations

from litestar import Router
from litestar.middleware import DefineMiddleware

from registry.api.audit import audit_trail, me
from registry.api.auth import TokenMiddleware
from registry.api.centrals import CENTRALS
from registry.api.pilots import PILOTS
from registry.api.problems import as_problem
from registry.api.scorecards import SCORECARDS
from registry.api.tools import TOOLS


def api_router() -> Router:
    """Everything under `/api/v1`."""
    return Router(
        path="/api/v1",
        route_handlers=[me, audit_trail, *TOOLS, *PILOTS, *SCORECARDS, *CENTRALS],
        middleware=[DefineMiddleware(TokenMiddleware)],
        exception_handlers={Exception: as_problem},
        tags=["api"],
    )
