"""The ordered policy is total: every combination of states has exactly one outcome, and every outcome is reached."""

import itertools

import pytest

from evaluation.vocabulary import Decision, Frozen
from registry.policies.decision import Facts, decide, policy

RULES = policy()
COMPLETE = dict.fromkeys((*RULES.required_fields, *RULES.intended_use_fields), "renseigné") | {
    "mode": "saas",
    "hds_certificat": "HDS-1",
}
DOMAINS = ("clinical", "organisational", "economic", "safety", "equity", "frugality", "adoption")


def indicator(domain, verdict, *, beyond=False, more=None):
    return {
        "id": domain,
        "label": domain,
        "label_en": domain,
        "domain": domain,
        "verdict": verdict,
        "verdict_reads": "estimate",
        "estimate": {"value": 0.8, "low": 0.7, "high": 0.9},
        "beyond_threshold": beyond,
        "more_cases_needed": more,
        "more_cases_reason": None,
    }


def card(
    verdicts, *, leading="clinical", strength="P1", sites=3, measured="with_tool", beyond=False, valued=False, rows=100
):
    indicators = [indicator(d, v, beyond=beyond) for d, v in verdicts.items() if v]
    domains = {
        d: {"verdict": verdicts.get(d), "primaries": [d] if verdicts.get(d) else [], "valued": valued} for d in DOMAINS
    }
    return {
        "protocol": {"leading_domain": leading, "measured": measured, "human_decides": True},
        "data": {"rows": rows, "sites": [str(i) for i in range(sites)]},
        "indicators": indicators,
        "domains": domains,
        "design_strength": strength,
        "warnings": [],
    }


def outcome(
    verdicts, *, dossier=COMPLETE, frozen=Frozen.BEFORE_INCLUSION, plan=False, vetoes=(), gap=False, public=1, **rest
):
    facts = Facts(card(verdicts, **rest), dossier, frozen, public, plan, vetoes, gap)
    return decide(facts, RULES)


def test_every_combination_has_one_outcome_and_every_outcome_is_reached():
    states = (None, "met", "not_met", "uncertain", "not_assessed")
    seen = set()
    for leading, safety, economic, organisational in itertools.product(states[1:], states, states, states):
        verdicts = {"clinical": leading, "safety": safety, "economic": economic, "organisational": organisational}
        for strength, sites, frozen, plan, beyond, measured in itertools.product(
            ("P1", "P3", "P4", None), (1, 2), Frozen, (False, True), (False, True), ("with_tool", "tool_alone")
        ):
            found = outcome(
                verdicts, strength=strength, sites=sites, frozen=frozen, plan=plan, beyond=beyond, measured=measured
            )
            seen.add(found.decision)
            assert found.why
            assert all(isinstance(s, str) and "{" not in s for s in found.sentences(RULES))
            if found.decision == Decision.REFERENCED:
                assert leading == "met"
                assert {safety, economic, organisational} <= {None, "met"}
                assert (strength, sites, frozen, measured) == ("P1", 2, Frozen.BEFORE_INCLUSION, "with_tool")
            if "not_met" in (leading, safety) or (economic, organisational) == ("not_met", "not_met"):
                assert found.decision == Decision.NOT_REFERENCED
            if found.decision == Decision.CONDITIONAL:
                assert plan
                assert safety in (None, "met")
                assert leading == "met" or (leading == "uncertain" and beyond and strength in ("P1", "P3"))
    seen.add(outcome({"clinical": "met"}, dossier={}).decision)
    assert seen == set(Decision)


def test_a_gate_comes_before_a_veto_and_a_veto_before_the_verdicts():
    assert outcome({"clinical": "met"}, dossier={}, vetoes=["x"]).decision == Decision.INADMISSIBLE
    assert outcome({"clinical": "met"}, vetoes=["préjudice grave évitable"]).decision == Decision.NOT_REFERENCED


@pytest.mark.parametrize("field", [*RULES.required_fields, "hds_certificat"])
def test_each_missing_piece_is_named(field):
    found = outcome({"clinical": "met"}, dossier=COMPLETE | {field: ""})
    assert found.decision == Decision.INADMISSIBLE
    assert field == "hds_certificat" or field in found.sentences(RULES)[0]


def test_five_items_of_the_intended_use_are_enough_and_four_are_not():
    five = COMPLETE | {"indication": ""}
    assert outcome({"clinical": "met"}, dossier=five).decision == Decision.REFERENCED
    assert outcome({"clinical": "met"}, dossier=five | {"population": ""}).decision == Decision.INADMISSIBLE


def test_no_public_site_and_no_rows_are_gates():
    assert outcome({"clinical": "met"}, public=0).decision == Decision.INADMISSIBLE
    assert outcome({"clinical": "met"}, rows=0).decision == Decision.INADMISSIBLE


def test_missing_references_are_a_gate():
    content = card({"clinical": "met"})
    content["warnings"] = [{"code": "reference_missing", "table": "cases", "share": 0.11}]
    assert decide(Facts(content, COMPLETE, Frozen.BEFORE_INCLUSION, 1), RULES).decision == Decision.INADMISSIBLE


def test_valued_time_never_gates():
    assert outcome({"clinical": "met", "economic": "not_met"}, valued=True).decision == Decision.REFERENCED
    assert outcome({"clinical": "met", "economic": "not_met"}).decision == Decision.MORE_EVIDENCE


def test_without_medical_purpose_a_weaker_design_suffices():
    met = {"organisational": "met"}
    assert outcome(met, leading="organisational", strength="P3").decision == Decision.REFERENCED
    assert outcome({"clinical": "met"}, strength="P3", plan=True).decision == Decision.CONDITIONAL


def test_the_leading_verdict_uncertain_and_beyond_needs_a_design_of_p3():
    verdicts = {"clinical": "uncertain"}
    assert outcome(verdicts, beyond=True, plan=True, strength="P3").decision == Decision.CONDITIONAL
    assert outcome(verdicts, beyond=True, plan=True, strength="P4").decision == Decision.MORE_EVIDENCE
    assert outcome(verdicts, beyond=False, plan=True, strength="P1").decision == Decision.MORE_EVIDENCE


def test_sentences_exist_in_both_languages_and_write_decimals_as_they_do():
    found = outcome({"clinical": "met"}, sites=1, plan=True)
    assert "clinical 0,800 [0,700 ; 0,900]" in found.sentences(RULES, "fr")[0]
    assert "clinical 0.800 [0.700, 0.900]" in found.sentences(RULES, "en")[0]
    assert all({"fr", "en"} == set(sentence) for sentence in RULES.reasons.values())
