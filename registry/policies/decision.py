"""What follows from a scorecard and a dossier: the ordered policy, a total function whose first matching rule wins."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from evaluation.vocabulary import Decision, Domain, Frozen, Measured, Strength, Verdict
from exports.numbers import figure

GATING = (Domain.CLINICAL, Domain.ORGANISATIONAL, Domain.SAFETY, Domain.ECONOMIC)


class Policy(BaseModel):
    """A dated policy of the steering body, read from its own file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    dated: dt.date
    source: str
    title: Mapping[str, str]
    referenced_months: int
    conditional_months: int
    review_months: int
    reply_window_days: int
    minimum_sites: int
    minimum_public_sites: int
    minimum_intended_use_items: int
    missing_reference_limit: float
    strength_referenced: Strength
    strength_referenced_without_medical_purpose: Strength
    strength_conditional_when_uncertain: Strength
    required_fields: tuple[str, ...]
    intended_use_fields: tuple[str, ...]
    hosted_modes: tuple[str, ...]
    hosting_field: str
    reasons: Mapping[str, Mapping[str, str]]


@cache
def policy(name: str = "politique-v1") -> Policy:
    """The policy in force."""
    return Policy.model_validate(tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Why:
    """One reason of a decision: a key of the policy's sentences and what fills it."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def sentence(self, rules: Policy, locale: str = "fr") -> str:
        """The reason in `locale`; words of the vocabulary are printed by their labels."""
        params = {k: v.label(locale) if hasattr(v, "label") else v for k, v in self.params.items()}
        return rules.reasons[self.code]["en" if locale == "en" else "fr"].format(**params)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the policy looks at.

    `scorecard` is the scorecard's JSON content; `dossier` maps the fields of the solution's file to their values;
    `vetoes` are sentences that evaluators recorded (serious preventable harm, use outside the intended purpose…).
    """

    scorecard: Mapping[str, Any]
    dossier: Mapping[str, str]
    frozen: Frozen
    public_sites: int
    evidence_plan: bool = False
    vetoes: Sequence[str] = ()
    equity_gap: bool = False


@dataclass(frozen=True, slots=True)
class Computed:
    """The decision that follows, and why."""

    decision: Decision
    why: tuple[Why, ...]

    def sentences(self, rules: Policy, locale: str = "fr") -> list[str]:
        """The reasons as sentences."""
        return [why.sentence(rules, locale) for why in self.why]


def decide(facts: Facts, rules: Policy) -> Computed:
    """The computed decision: gates, then vetoes, then refusals, full referencing, condition, else more evidence."""
    if missing := _gates(facts, rules):
        return Computed(Decision.INADMISSIBLE, tuple(missing))
    if facts.vetoes:
        return Computed(Decision.NOT_REFERENCED, tuple(Why("veto", {"text": text}) for text in facts.vetoes))
    if refused := _refusals(facts):
        return Computed(Decision.NOT_REFERENCED, tuple(refused))
    obstacles = _obstacles(facts, rules)
    if not obstacles:
        strong = Why("strong_design", {"strength": _strength_label(facts), "n": len(_sites(facts))})
        return Computed(Decision.REFERENCED, (_leading(facts), Why("all_met"), strong))
    if _conditional(facts, rules):
        return Computed(Decision.CONDITIONAL, (_leading(facts), *obstacles, Why("plan")))
    return Computed(Decision.MORE_EVIDENCE, (_leading(facts), *obstacles, *_what_is_missing(facts)))


def _sites(facts: Facts) -> Sequence[str]:
    sites: Sequence[str] = facts.scorecard["data"]["sites"]
    return sites


def _verdict(facts: Facts, domain: Domain) -> Verdict | None:
    """The domain's verdict; none without a primary, and none for an economic verdict that rests on valued time alone."""
    block = facts.scorecard["domains"][domain.value]
    if block["verdict"] is None or (domain == Domain.ECONOMIC and block["valued"]):
        return None
    return Verdict(block["verdict"])


def _leading_domain(facts: Facts) -> Domain:
    return Domain(facts.scorecard["protocol"]["leading_domain"])


def _primaries(facts: Facts, domain: Domain) -> list[Mapping[str, Any]]:
    ids = set(facts.scorecard["domains"][domain.value]["primaries"])
    return [i for i in facts.scorecard["indicators"] if i["id"] in ids]


def _gates(facts: Facts, rules: Policy) -> list[Why]:
    missing = [Why("missing_field", {"field": name}) for name in rules.required_fields if not facts.dossier.get(name)]
    items = sum(1 for name in rules.intended_use_fields if facts.dossier.get(name))
    if items < rules.minimum_intended_use_items:
        missing.append(Why("intended_use", {"n": items, "minimum": rules.minimum_intended_use_items}))
    if facts.dossier.get("mode") in rules.hosted_modes and not facts.dossier.get(rules.hosting_field):
        missing.append(Why("hosting"))
    if facts.public_sites < rules.minimum_public_sites:
        missing.append(Why("no_public_site"))
    if not facts.scorecard["data"]["rows"]:
        missing.append(Why("no_data"))
    shares = [w["share"] for w in facts.scorecard["warnings"] if w["code"] == "reference_missing"]
    if any(share > rules.missing_reference_limit for share in shares):
        missing.append(Why("missing_reference", {"percent": f"{100 * rules.missing_reference_limit:g}"}))
    return missing


def _refusals(facts: Facts) -> list[Why]:
    refused = []
    if _verdict(facts, _leading_domain(facts)) == Verdict.NOT_MET:
        refused.append(_leading(facts))
    if _verdict(facts, Domain.SAFETY) == Verdict.NOT_MET:
        refused.append(Why("safety_not_met"))
    both = (_verdict(facts, Domain.ECONOMIC), _verdict(facts, Domain.ORGANISATIONAL))
    if both == (Verdict.NOT_MET, Verdict.NOT_MET):
        refused.append(Why("economic_and_organisational_not_met"))
    return refused


def _obstacles(facts: Facts, rules: Policy) -> list[Why]:
    """What stands between this scorecard and full referencing; empty when nothing does."""
    found = []
    for domain in GATING:
        verdict = _verdict(facts, domain)
        if verdict not in (None, Verdict.MET) and domain != _leading_domain(facts):
            found.append(Why("domain_not_met", {"domain": domain, "verdict": verdict}))
    card = facts.scorecard["protocol"]
    if card["measured"] == Measured.TOOL_ALONE and card["human_decides"]:
        found.append(Why("tool_alone"))
    if len(_sites(facts)) < rules.minimum_sites:
        found.append(Why("too_few_sites", {"n": len(_sites(facts)), "minimum": rules.minimum_sites}))
    minimum = rules.strength_referenced
    if _leading_domain(facts) != Domain.CLINICAL:
        minimum = rules.strength_referenced_without_medical_purpose
    if not _at_least(facts, minimum):
        found.append(Why("weak_design", {"strength": _strength_label(facts), "minimum": minimum.value}))
    if facts.frozen != Frozen.BEFORE_INCLUSION:
        found.append(Why("not_frozen", {"frozen": facts.frozen}))
    if facts.equity_gap:
        found.append(Why("equity_gap"))
    if not found and _verdict(facts, _leading_domain(facts)) != Verdict.MET:
        found.append(_leading(facts))
    return found


def _conditional(facts: Facts, rules: Policy) -> bool:
    verdict = _verdict(facts, _leading_domain(facts))
    leading = verdict == Verdict.MET or (
        verdict == Verdict.UNCERTAIN and _beyond(facts) and _at_least(facts, rules.strength_conditional_when_uncertain)
    )
    safe = _verdict(facts, Domain.SAFETY) in (None, Verdict.MET)
    return leading and safe and bool(_sites(facts)) and facts.evidence_plan


def _beyond(facts: Facts) -> bool:
    open_ones = [i for i in _primaries(facts, _leading_domain(facts)) if i["verdict"] != Verdict.MET]
    return all(i["beyond_threshold"] for i in open_ones)


def _at_least(facts: Facts, minimum: Strength) -> bool:
    strength = facts.scorecard["design_strength"]
    return strength is not None and list(Strength).index(Strength(strength)) <= list(Strength).index(minimum)


def _strength_label(facts: Facts) -> str:
    return facts.scorecard["design_strength"] or "–"


def _leading(facts: Facts) -> Why:
    domain = _leading_domain(facts)
    verdict = _verdict(facts, domain)
    code = {
        Verdict.MET: "leading_met",
        Verdict.NOT_MET: "leading_not_met",
        Verdict.UNCERTAIN: "leading_beyond" if _beyond(facts) else "leading_uncertain",
    }.get(verdict or Verdict.NOT_ASSESSED, "leading_not_assessed")
    return Why(code, {"domain": domain, "detail": Several(tuple(_measured(i) for i in _primaries(facts, domain)))})


@dataclass(frozen=True, slots=True)
class Named:
    """An indicator by name, with the figures that its verdict reads when there are any."""

    fr: str
    en: str
    block: Mapping[str, Any] = field(default_factory=dict)

    def label(self, locale: str = "fr") -> str:
        """The name and the figures, as `locale` writes them."""
        name = self.en if locale == "en" else self.fr
        return f"{name} {figure(self.block, locale)}" if "value" in self.block else name


@dataclass(frozen=True, slots=True)
class Several:
    """The indicators that a reason speaks of."""

    items: tuple[Named, ...]

    def label(self, locale: str = "fr") -> str:
        """One line of text."""
        return ", ".join(item.label(locale) for item in self.items)


def _named(indicator: Mapping[str, Any], block: Mapping[str, Any] | None = None) -> Named:
    return Named(str(indicator["label"]), str(indicator["label_en"]), block or {})


def _measured(indicator: Mapping[str, Any]) -> Named:
    return _named(indicator, indicator["pooled" if indicator["verdict_reads"] == "pooled" else "estimate"])


def _what_is_missing(facts: Facts) -> list[Why]:
    found = []
    for indicator in _primaries(facts, _leading_domain(facts)):
        if indicator["more_cases_needed"] is not None:
            found.append(Why("more_cases", {"n": indicator["more_cases_needed"], "indicator": _named(indicator)}))
        elif indicator["more_cases_reason"] == "estimate_equals_threshold":
            found.append(Why("at_threshold", {"indicator": _named(indicator)}))
    if not facts.evidence_plan:
        found.append(Why("no_plan"))
    return found
