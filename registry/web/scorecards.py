"""Scorecards for people: verdicts, charts, and the panel where two evaluators sign."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from evaluation.canonical import canonical_json
from evaluation.vocabulary import Decision
from registry.errors import Invalid, NotFound, RegistryError
from registry.policies.access import Action, Actor, may
from registry.services import accounts, clock, decisions, pilots, scorecards
from registry.services.scorecards import ScorecardOut
from registry.web import cards
from registry.web.auth import is_fresh, signed_in
from registry.web.forms import FIELD, SMALL, read_form, require_own_form
from registry.web.render import locale_of, page
from registry.web.sessions import begin
from registry.web.words import status_class, word

PLAN_ROWS = 3


@get("/scorecards/{digest:str}")
async def scorecard_page(request: Request[Any, Any, Any], digest: FromPath[str]) -> Response[str]:
    """One scorecard."""
    found = await scorecards.by_digest(by=request.user, digest=digest)
    return await _show(request, request.user, found)


@get("/pilots/{pilot:str}/own")
async def own_page(request: Request[Any, Any, Any], pilot: FromPath[str]) -> Response[str]:
    """A site's own figures."""
    actor = signed_in(request)
    return await _show(request, actor, await scorecards.own(by=actor, pilot=pilot), own=True)


async def _show(
    request: Request[Any, Any, Any],
    actor: Actor | None,
    found: ScorecardOut,
    *,
    status: int = 200,
    failed: str = "",
    given: Mapping[str, Any] | None = None,
    own: bool = False,
) -> Response[str]:
    locale = locale_of(request)
    card = found["scorecard"]
    pilot = await pilots.get_pilot(by=actor, pilot=found["pilot"])
    sites = {site["finess"]: site["name"] for site in pilot["sites"]}
    charts = await asyncio.to_thread(cards.charts_of, card, sites, locale)
    computed = None if own else await decisions.compute(by=actor, digest=found["digest"])
    mine = actor is not None and any(s["email"] == actor.email for s in found["signatures"])
    may_sign = may(actor, Action.DECISION_SIGN) and found["current"] and not mine and pilot["state"] != "published"
    return page(
        request,
        "scorecard.html",
        status=status,
        found=found,
        card=card,
        pilot=pilot,
        rows=cards.rows_of(card, locale),
        interval_heading=cards.interval_heading(card["protocol"]["level"], locale),
        domains=cards.domains_of(card, locale),
        facts=cards.facts_of(card, locale),
        cautions=cards.cautions_of(card, locale),
        exclusions=cards.exclusions_of(card, locale),
        tables=cards.tables_of(card, locale),
        charts=charts,
        computed=computed,
        decision=await _decision(actor, pilot["id"]),
        may_sign=may_sign and not own,
        mine=mine,
        fresh=actor is None or is_fresh(request),
        failed=failed,
        given=given or {},
        plan=pilot["evidence_plan"],
        plan_rows=PLAN_ROWS,
        indicators=[(i["id"], cards.label_of(i, locale)) for i in card["indicators"]],
        choices=[(choice.value, choice.label(locale)) for choice in Decision],
        own=own,
        word=word(locale),
        status_class=status_class,
    )


async def _decision(actor: Actor | None, pilot: str) -> decisions.DecisionOut | None:
    try:
        return await decisions.get(by=actor, pilot=pilot)
    except NotFound:
        return None


@get("/scorecards/{digest:str}/scorecard.json")
async def scorecard_json(request: Request[Any, Any, Any], digest: FromPath[str]) -> Response[bytes]:
    """The scorecard as the file that `preuve verify` accepts."""
    found = await scorecards.by_digest(by=request.user, digest=digest)
    name = f"scorecard-{found['pilot_code']}-{digest[:12]}.json"
    body = canonical_json(found["scorecard"]) + b"\n"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type="application/json", headers=headers)


@post("/scorecards/{digest:str}/sign", request_max_body_size=SMALL)
async def sign(request: Request[Any, Any, Any], digest: FromPath[str]) -> Response[Any]:
    """Sign what was read; the password again when the session is not fresh."""
    actor = signed_in(request)
    form = await read_form(request)
    require_own_form(request, form.get(FIELD))
    given = {key: str(value) for key, value in form.items() if key not in (FIELD, "password")}
    try:
        if not is_fresh(request):
            if not await accounts.verify_password(actor=actor, password=str(form.get("password") or "")):
                raise Invalid("bad_password", "The password is not the right one: type it again to sign.")
            await begin(request, {"account": actor.id, "at": clock.now().isoformat()})
        await decisions.sign(
            by=actor,
            digest=digest,
            decision=given.get("decision", ""),
            reason=given.get("reason", ""),
            no_conflict=given.get("no_conflict") == "yes",
            conditions=_plan(given),
        )
    except RegistryError as refusal:
        found = await scorecards.by_digest(by=actor, digest=digest)
        sentence = refusal.sentence(locale_of(request))
        return await _show(request, actor, found, status=refusal.status, failed=sentence, given=given)
    return Redirect(f"/scorecards/{digest}", status_code=303)


def _plan(given: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows of the evidence plan that were filled in."""
    plan: list[dict[str, Any]] = []
    for i in range(PLAN_ROWS):
        indicator, n, date, text = (given.get(f"{key}_{i}", "").strip() for key in ("indicator", "n", "date", "text"))
        if n or date or text:
            number = int(n) if n.isascii() and n.isdigit() and len(n) < 9 else 0
            plan.append({"indicator": indicator, "n": number, "date": date, "text": text})
    return plan


SCORECARDS = (scorecard_page, own_page, scorecard_json, sign)
