"""Deciding: what the policy computes, the signatures of two people, and what their agreement publishes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from uuid import UUID

from evaluation.canonical import digest_of
from evaluation.vocabulary import Decision
from registry import db
from registry.errors import Conflict, Forbidden, Invalid, NotFound
from registry.policies.access import Action, Actor
from registry.policies.decision import decide, policy
from registry.policies.lifecycle import PilotStep, after
from registry.services import clock, editions, guard, listings, pilots, scorecards, trail
from registry.services.computed import ComputedOut, Reason, compute, computed_of, facts_of
from registry.services.plans import PlanItem, is_plain, plan_of, require_measurable
from registry.services.scorecards import SignatureOut
from registry.tables import DecisionRecord, Pilot, ScorecardRecord, Signature
from registry.vocabulary import PilotState

__all__ = ["ComputedOut", "DecisionOut", "Signed", "compute", "get", "sign"]

LONGEST_REASON = 5000
NEEDED = 2


class Signed(TypedDict):
    """The answer to a signature."""

    signatures: int
    published: bool


class DecisionOut(TypedDict):
    """A published decision, the computed one beside the retained one."""

    pilot: str
    scorecard: str
    computed: str
    retained: str
    why: list[Reason]
    policy: str
    motivation: str
    conditions: list[PlanItem]
    published_at: dt.datetime
    signatures: list[SignatureOut]


async def sign(
    *,
    by: Actor,
    digest: str,
    decision: str,
    reason: str,
    no_conflict: bool,
    conditions: Sequence[Mapping[str, Any]] = (),
    hold_editions: bool = False,
) -> Signed:
    """Sign a scorecard. The first signature closes the uploads; the second, by another person who agrees, publishes.

    Parameters
    ----------
    digest
        The scorecard that the person has read; any other one is refused.
    decision
        One of the five words of `Decision`.
    conditions
        The evidence plan of a conditional listing: `{indicator, n, date}`.
    hold_editions
        Leave it to the centrals to publish their edition.

    Raises
    ------
    Forbidden
        The person is no evaluator, or has a conflict of interest.
    Invalid
        The decision is unknown, has no reason, or is conditional without conditions.
    NotFound
        There is no such scorecard.
    Conflict
        The scorecard is not the current one, the person has signed it, the other person decided otherwise, or the
        decision is published.
    """
    await guard.require(by, Action.DECISION_SIGN, "scorecard", digest)
    record = await scorecards.find(digest)
    if record is None:
        raise await guard.hidden(by, "scorecard", digest)
    pilot = await pilots.find(by=by, pilot=str(record["pilot"]))
    if no_conflict is not True or await scorecards.conflicted(by, pilot):
        await trail.record_refusal(by, Action.DECISION_SIGN, "scorecard", digest, "conflict_of_interest")
        raise Forbidden(
            "conflict_of_interest", "A person with a conflict of interest does not sign: declare that you have none."
        )
    word, plan = _checked(decision, reason, conditions)
    require_measurable(plan, [str(indicator["id"]) for indicator in scorecards.content_of(record)["indicators"]])
    try:
        async with db.transaction():
            return await _sign(by, digest, word, reason.strip(), plan, hold_editions=hold_editions)
    except Conflict as refusal:
        await trail.record_refusal(by, Action.DECISION_SIGN, "scorecard", digest, refusal.code)
        raise


def _checked(decision: str, reason: str, conditions: Sequence[Mapping[str, Any]]) -> tuple[Decision, list[PlanItem]]:
    if decision not in set(Decision):
        raise Invalid("bad_decision", "The decision is one of: {words}.", words=", ".join(Decision))
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise Invalid("no_reason", "A decision needs its reason, of at most {n} characters.", n=LONGEST_REASON)
    if not is_plain(reason):
        raise Invalid("bad_text", "The reason holds control characters: remove them.")
    word, plan = Decision(decision), plan_of(conditions)
    if word == Decision.CONDITIONAL and not plan:
        raise Invalid(
            "no_conditions", "A conditional listing needs its conditions: an indicator, a number of cases and a day."
        )
    return word, plan if word == Decision.CONDITIONAL else []


async def _sign(
    by: Actor, digest: str, decision: Decision, reason: str, plan: list[PlanItem], *, hold_editions: bool
) -> Signed:
    """Inside the transaction, alone: every condition is read again before anything is written."""
    record = await scorecards.find(digest)
    if record is None:
        raise NotFound("not_found", "There is nothing here under that name, or it is not open to you.")
    pilot = await pilots.find(by=by, pilot=str(record["pilot"]))
    state = PilotState(pilot["state"])
    if state == PilotState.PUBLISHED:
        raise Conflict("published", "The decision on this pilot is published: it cannot be signed any more.")
    if not record["current"]:
        raise Conflict(
            "stale_scorecard", "This scorecard is not the current one any more: read the new one, then sign it."
        )
    signed = (
        await Signature.select(Signature.account, Signature.decision, Signature.conditions)
        .where(Signature.scorecard == record["id"])
        .output(load_json=True)
    )
    if any(str(other["account"]) == by.id for other in signed):
        raise Conflict("signed_already", "You have signed this scorecard: the second signature is another person's.")
    following = after(state, PilotStep.SIGN)
    if following is None:
        raise Conflict(
            "wrong_state",
            "The pilot {code} is in the state “{state}”: this step is not open.",
            code=pilot["code"],
            state=state,
        )
    for other in signed:
        _require_agreement(other, decision, plan)
    content = scorecards.content_of(record)
    frozen = (await scorecards.registry_block(pilot))["frozen"]
    computed = computed_of(decide(await facts_of(pilot, content, frozen), policy()))
    await _insert_signature(by, record, computed, decision=decision, reason=reason, plan=plan)
    values: dict[Any, Any] = {Pilot.state: following.value}
    if pilot["closed_at"] is None:
        values[Pilot.closed_at] = clock.now()
    await Pilot.update(values).where(Pilot.id == pilot["id"])
    count = len(signed) + 1
    if count >= NEEDED:
        await _publish(pilot, record, computed, decision, plan, hold_editions=hold_editions)
    detail = {"decision": decision.value, "computed": computed["decision"], "pilot": pilot["code"], "signatures": count}
    await trail.record(by, "decision.signed", "scorecard", digest, published=count >= NEEDED, **detail)
    return {"signatures": count, "published": count >= NEEDED}


def _require_agreement(other: Mapping[str, Any], decision: Decision, plan: list[PlanItem]) -> None:
    if other["decision"] != decision.value:
        raise Conflict(
            "disagreement",
            "The first signature says “{other}”, yours “{yours}”: nothing is published until two people agree.",
            other=Decision(other["decision"]),
            yours=decision,
        )
    if other["conditions"] != plan:
        raise Conflict(
            "disagreement_on_conditions",
            "The first signature sets other conditions than yours: nothing is published until two people agree.",
        )


async def _insert_signature(
    by: Actor,
    record: Mapping[str, Any],
    computed: ComputedOut,
    *,
    decision: Decision,
    reason: str,
    plan: list[PlanItem],
) -> None:
    at = clock.now()
    payload = {
        "scorecard": record["digest"],
        "protocol": record["protocol_digest"],
        "computed": computed["decision"],
        "policy": computed["policy"],
        "decision": decision.value,
        "reason": reason,
        "conditions": [dict(item) for item in plan],
        "signer": by.email,
        "role": by.role.value,
        "no_conflict": True,
        "signed_at": at.isoformat(timespec="microseconds"),
    }
    row = Signature(
        scorecard=record["id"],
        account=guard.identifier(by.id or ""),
        decision=decision.value,
        reason=reason,
        no_conflict=True,
        conditions=plan,
        payload_digest=digest_of(payload),
        signed_at=at,
    )
    await Signature.insert(row)


async def _publish(
    pilot: Mapping[str, Any],
    record: Mapping[str, Any],
    computed: ComputedOut,
    decision: Decision,
    plan: list[PlanItem],
    *,
    hold_editions: bool,
) -> None:
    reasons = [signature["reason"] for signature in await scorecards.signatures_of(record["id"])]
    row = DecisionRecord(
        pilot=pilot["id"],
        scorecard=record["id"],
        computed=computed["decision"],
        retained=decision.value,
        why=computed["why"],
        policy=computed["policy"],
        motivation="\n".join(dict.fromkeys(reasons)),  # two identical reasons are said once
        conditions=plan,
        published_at=clock.now(),
    )
    await DecisionRecord.insert(row)
    await Pilot.update({Pilot.state: PilotState.PUBLISHED.value}).where(Pilot.id == pilot["id"])
    if decision in (Decision.REFERENCED, Decision.CONDITIONAL):
        centrals = await listings.list_version(pilot, row.id, str(record["digest"]), decision, plan)
        for central in () if hold_editions else centrals:
            await editions.publish_inside(central)


async def get(*, by: Actor | None, pilot: str) -> DecisionOut:
    """The published decision on a pilot.

    Raises
    ------
    NotFound
        None is published.
    """
    row = await pilots.find(by=by, pilot=pilot)
    found = await DecisionRecord.select().where(DecisionRecord.pilot == row["id"]).output(load_json=True).first()
    if found is None:
        raise NotFound("no_decision", "No decision is published on the pilot {code}.", code=row["code"])
    digest = await _digest(found["scorecard"])
    return {
        "pilot": str(row["id"]),
        "scorecard": digest,
        "computed": found["computed"],
        "retained": found["retained"],
        "why": found["why"],
        "policy": found["policy"],
        "motivation": found["motivation"],
        "conditions": found["conditions"],
        "published_at": found["published_at"],
        "signatures": await scorecards.signatures_of(found["scorecard"]),
    }


async def _digest(record_id: UUID) -> str:
    row = await ScorecardRecord.select(ScorecardRecord.digest).where(ScorecardRecord.id == record_id).first()
    return str(row["digest"])
