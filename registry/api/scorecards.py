"""Scorecards and the signatures under them, for machines."""

from __future__ import annotations

import datetime as dt
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from pydantic import BaseModel, ConfigDict, Field

from registry.api.answers import LONGEST_JSON, answer, require_json
from registry.api.auth import signed_in
from registry.errors import Invalid
from registry.services import decisions, scorecards
from registry.services.decisions import DecisionOut, Signed


class Body(BaseModel):
    """A request's body: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")


class ConditionIn(Body):
    """One item of the evidence plan of a conditional listing."""

    indicator: str = Field(min_length=1, max_length=64)
    n: int = Field(ge=1, le=10_000_000)
    date: dt.date
    text: str = Field(default="", max_length=1000)


class SignatureIn(Body):
    """What an evaluator signs."""

    decision: str
    reason: str = Field(max_length=5000)
    no_conflict: bool
    conditions: list[ConditionIn] = Field(default_factory=list, max_length=20)


@get("/pilots/{pilot:str}/scorecard")
async def pilot_scorecard(
    request: Request[Any, Any, Any], pilot: FromPath[str], site: FromQuery[str | None] = None
) -> Response[dict[str, Any]]:
    """The scorecard of a pilot; `?site=own` gives a site its own figures."""
    if site not in (None, "own"):
        raise Invalid("bad_site", "The only value of `site` is `own`.")
    if site == "own":
        found = await scorecards.own(by=signed_in(request.user), pilot=pilot)
    else:
        found = await scorecards.current(by=request.user, pilot=pilot)
    return answer(request, found["scorecard"])


@get("/scorecards/{digest:str}")
async def scorecard(request: Request[Any, Any, Any], digest: FromPath[str]) -> Response[dict[str, Any]]:
    """A scorecard by its digest."""
    return answer(request, (await scorecards.by_digest(by=request.user, digest=digest))["scorecard"])


@get("/scorecards/{digest:str}/decision")
async def computed(request: Request[Any, Any, Any], digest: FromPath[str]) -> Response[Any]:
    """What the policy computes from a scorecard, and why."""
    return answer(request, await decisions.compute(by=request.user, digest=digest))


@get("/pilots/{pilot:str}/decision")
async def decision(request: Request[Any, Any, Any], pilot: FromPath[str]) -> Response[DecisionOut]:
    """The published decision on a pilot: the computed one beside the retained one."""
    return answer(request, await decisions.get(by=request.user, pilot=pilot))


@post("/scorecards/{digest:str}/signatures", status_code=201, guards=[require_json], request_max_body_size=LONGEST_JSON)
async def sign(request: Request[Any, Any, Any], digest: FromPath[str], data: JSONBody[SignatureIn]) -> Signed:
    """Sign a scorecard; the second signature, by another person in agreement, publishes the decision."""
    return await decisions.sign(
        by=signed_in(request.user),
        digest=digest,
        decision=data.decision,
        reason=data.reason,
        no_conflict=data.no_conflict,
        conditions=[item.model_dump(mode="json") for item in data.conditions],
    )


SCORECARDS = (pilot_scorecard, scorecard, computed, decision, sign)
