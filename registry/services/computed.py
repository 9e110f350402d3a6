"""What the policy computes from a scorecard, and the facts that it looks at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from evaluation.vocabulary import Frozen
from registry.policies.access import Actor
from registry.policies.decision import Computed, Facts, decide, policy
from registry.services import pilots, scorecards
from registry.tables import Dossier
from registry.vocabulary import LegalStatus


class Reason(TypedDict):
    """One reason of a computed decision, in both languages."""

    code: str
    fr: str
    en: str


class ComputedOut(TypedDict):
    """What the policy computes from a scorecard."""

    decision: str
    why: list[Reason]
    policy: str


async def facts_of(pilot: Mapping[str, Any], content: Mapping[str, Any], frozen: str) -> Facts:
    """What the policy looks at: the one place where the registry's tables become its facts."""
    dossier = (
        await Dossier.select(Dossier.fields)
        .where(Dossier.version == pilot["version_id"])
        .output(load_json=True)
        .first()
    )
    sites = await pilots.sites_of(pilot["id"])
    measured = set(content["data"]["sites"])
    public = [s for s in sites if s["finess"] in measured and s["legal_status"] == LegalStatus.PUBLIC.value]
    return Facts(
        scorecard=content,
        dossier={item["key"]: item["value"] for item in dossier["fields"]} if dossier else {},
        frozen=Frozen(frozen),
        public_sites=len(public),
        evidence_plan=bool(pilot["evidence_plan"]),
        vetoes=tuple(pilot["vetoes"]),
        equity_gap=pilot["equity_gap"],
    )


async def compute(*, by: Actor | None, digest: str) -> ComputedOut:
    """The decision that the policy computes from a scorecard, for whoever may see it.

    Raises
    ------
    NotFound
        There is no such scorecard, or it is not open to the person.
    """
    shown = await scorecards.by_digest(by=by, digest=digest)
    row = await pilots.find(by=by, pilot=shown["pilot"])
    facts = await facts_of(row, shown["scorecard"], shown["scorecard"]["registry"]["frozen"])
    return computed_of(decide(facts, policy()))


def computed_of(found: Computed) -> ComputedOut:
    """A computed decision as it is shown and kept."""
    rules = policy()
    why: list[Reason] = [
        {"code": item.code, "fr": item.sentence(rules, "fr"), "en": item.sentence(rules, "en")} for item in found.why
    ]
    return {"decision": found.decision.value, "why": why, "policy": rules.id}
