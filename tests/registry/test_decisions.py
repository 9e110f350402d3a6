"""Deciding: two people in agreement, on the scorecard that they have read, and nothing else."""

import asyncio
import datetime as dt

import pytest

from registry.errors import Conflict, Forbidden, Invalid, NotFound
from registry.services import SYSTEM, accounts, audit, decisions, pilots, referencing, scorecards, submissions

from .conftest import A, B, rows

PLAN = [{"indicator": "sensitivity", "n": 300, "date": "2027-06-30"}]
YES = {"decision": "conditional", "reason": "Les critères sont atteints.", "no_conflict": True, "conditions": PLAN}
NO = {"decision": "not_referenced", "reason": "Le critère n'est pas atteint.", "no_conflict": True}


async def test_the_policy_says_what_follows_and_why_in_both_languages(world, scored):
    found = await decisions.compute(by=world.eval_1, digest=scored)
    assert found["decision"] == "referenced"
    assert found["policy"] == "politique-v1"
    assert all(reason["fr"] and reason["en"] for reason in found["why"])
    with pytest.raises(NotFound):
        await decisions.compute(by=world.buyer_u, digest=scored)


async def test_what_an_evaluator_finds_reaches_the_policy(world, scored):
    await pilots.record_finding(by=world.eval_1, pilot="PIL-1", veto="Usage hors destination")
    found = await decisions.compute(by=world.eval_1, digest=scored)
    assert found["decision"] == "not_referenced"
    assert "Usage hors destination" in found["why"][0]["fr"]
    await decisions.sign(by=world.eval_1, digest=scored, **NO)
    with pytest.raises(Conflict):
        await pilots.record_finding(by=world.eval_1, pilot="PIL-1", equity_gap=True)


async def test_two_people_in_agreement_publish(world, scored):
    first = await decisions.sign(by=world.eval_1, digest=scored, **YES)
    assert first == {"signatures": 1, "published": False}
    pilot = await pilots.get_pilot(by=world.eval_1, pilot="PIL-1")
    assert pilot["state"] == "signing"
    assert pilot["closed_at"] is not None
    with pytest.raises(NotFound):
        await decisions.get(by=world.eval_1, pilot="PIL-1")
    second = await decisions.sign(by=world.eval_2, digest=scored, **YES)
    assert second == {"signatures": 2, "published": True}
    decision = await decisions.get(by=None, pilot="PIL-1")
    assert (decision["computed"], decision["retained"]) == ("referenced", "conditional")
    assert decision["motivation"] == YES["reason"]
    assert decision["conditions"] == [{**PLAN[0], "text": ""}]
    assert [s["email"] for s in decision["signatures"]] == ["eval_1@example.org", "eval_2@example.org"]
    published = await pilots.get_pilot(by=None, pilot="PIL-1")
    assert (published["state"], published["decision"]) == ("published", "conditional")
    for person in (world.site_a, world.buyer_r, world.supplier, world.admin, None):
        assert (await scorecards.by_digest(by=person, digest=scored))["digest"] == scored


async def test_thirty_two_signers_at_once_publish_one_decision_of_two(world, scored):
    from registry.tables import DecisionRecord, Referencing, Signature
    from registry.vocabulary import UserRole

    people = []
    for n in range(16):
        email = f"signer{n}@example.org"
        await accounts.create_user(by=SYSTEM, email=email, password="correct horse battery", role=UserRole.EVALUATOR)
        people.append(await accounts.actor_by_email(email))
    given = [decisions.sign(by=person, digest=scored, **answer) for person in people for answer in (YES, NO)]
    answers = await asyncio.gather(*given, return_exceptions=True)
    signed = [a for a in answers if isinstance(a, dict)]
    assert sorted(a["signatures"] for a in signed) == [1, 2]
    assert all(isinstance(a, (dict, Conflict)) for a in answers)
    assert (await DecisionRecord.count(), await Signature.count()) == (1, 2)
    kinds = {row["decision"] for row in await Signature.select(Signature.decision)}
    assert len(kinds) == 1
    assert await Referencing.count() == (2 if kinds == {"conditional"} else 0)


@pytest.mark.parametrize("person", ["site_a", "buyer_u", "admin", "programme", "supplier"])
async def test_only_an_evaluator_signs(world, scored, person):
    with pytest.raises(Forbidden):
        await decisions.sign(by=getattr(world, person), digest=scored, **YES)


async def test_the_system_and_a_token_without_the_scope_do_not_sign(world, scored):
    with pytest.raises(Forbidden):
        await decisions.sign(by=SYSTEM, digest=scored, **YES)
    for scopes, may in ((["read"], False), (["sign"], True)):
        plain = await accounts.create_token(by=SYSTEM, email=world.eval_1.email, scopes=scopes)
        actor = await accounts.actor_by_token(plain)
        if may:
            assert (await decisions.sign(by=actor, digest=scored, **YES))["signatures"] == 1
        else:
            with pytest.raises(Forbidden):
                await decisions.sign(by=actor, digest=scored, **YES)


@pytest.mark.parametrize(
    ("person", "declared"), [("eval_1", False), ("eval_of_a", True), ("eval_bound", True), ("eval_1", "yes")]
)
async def test_nobody_judges_their_own_cause(world, scored, person, declared):
    with pytest.raises(Forbidden) as refused:
        await decisions.sign(by=getattr(world, person), digest=scored, **{**YES, "no_conflict": declared})
    assert refused.value.code == "conflict_of_interest"


@pytest.mark.parametrize(
    "wrong",
    [
        {"decision": "retained"},
        {"reason": "  "},
        {"reason": "x" * 5001},
        {"conditions": []},
        {"conditions": [{"indicator": "sensitivity", "n": 300}]},
        {"conditions": [{"indicator": "sensitivity", "n": True, "date": "2027-01-01"}]},
        {"conditions": [{**PLAN[0], "indicator": "nothing-of-the-kind"}]},
        {"conditions": [{**PLAN[0], "date": "1900-01-01"}]},
        {"conditions": [{**PLAN[0], "text": "a\0b"}]},
        {"conditions": [{**PLAN[0], "text": "a\x0bb"}]},
        {"reason": "a\0b"},
    ],
)
async def test_a_signature_that_cannot_be(world, scored, wrong):
    with pytest.raises(Invalid):
        await decisions.sign(by=world.eval_1, digest=scored, **{**YES, **wrong})
    assert (await scorecards.by_digest(by=world.eval_1, digest=scored))["signatures"] == []


async def test_the_same_person_does_not_sign_twice(world, scored):
    await decisions.sign(by=world.eval_1, digest=scored, **YES)
    with pytest.raises(Conflict) as refused:
        await decisions.sign(by=world.eval_1, digest=scored, **YES)
    assert refused.value.code == "signed_already"


async def test_a_second_person_who_disagrees_changes_nothing(world, scored):
    await decisions.sign(by=world.eval_1, digest=scored, **YES)
    with pytest.raises(Conflict) as refused:
        await decisions.sign(by=world.eval_2, digest=scored, **NO)
    assert refused.value.sentence("fr") == (
        "La première signature dit « Référencée sous condition », la vôtre « Non référencée » : "
        "rien n'est publié tant que deux personnes ne sont pas d'accord."
    )
    other = [{**PLAN[0], "n": 301}]
    with pytest.raises(Conflict) as refused:
        await decisions.sign(by=world.eval_2, digest=scored, **{**YES, "conditions": other})
    assert refused.value.code == "disagreement_on_conditions"
    assert len((await scorecards.by_digest(by=world.eval_1, digest=scored))["signatures"]) == 1
    assert (await decisions.sign(by=world.eval_2, digest=scored, **YES))["published"]


async def test_a_scorecard_that_was_overtaken_is_not_signed(world, scored, send):
    await send(world.site_a, rows(A, prefix="late"))
    with pytest.raises(Conflict) as refused:
        await decisions.sign(by=world.eval_1, digest=scored, **YES)
    assert refused.value.code == "stale_scorecard"
    with pytest.raises(NotFound):
        await decisions.sign(by=world.eval_1, digest="0" * 64, **YES)


async def test_nothing_moves_under_a_signature(world, send):
    mine = (await send(world.site_a, rows(A))).submission["id"]
    waiting = (await send(world.site_b, rows(B), accept=False)).submission["id"]
    digest = (await scorecards.current(by=world.eval_1, pilot="PIL-1"))["digest"]
    await decisions.sign(by=world.eval_1, digest=digest, **YES)
    with pytest.raises(Conflict):
        await submissions.withdraw(by=world.site_a, submission=mine)
    with pytest.raises(Conflict):
        await submissions.accept(by=world.site_b, submission=waiting)
    with pytest.raises(Conflict):
        await send(world.site_b, rows(B, prefix="d"))
    with pytest.raises(Conflict):
        await pilots.set_evidence_plan(by=world.eval_1, pilot="PIL-1", plan=PLAN)
    assert (await scorecards.by_digest(by=world.eval_1, digest=digest))["current"]


async def test_a_published_decision_is_not_signed_again(world, scored):
    await decisions.sign(by=world.eval_1, digest=scored, **NO)
    await decisions.sign(by=world.eval_2, digest=scored, **NO)
    from registry.vocabulary import UserRole

    await accounts.create_user(
        by=SYSTEM, email="third@example.org", password="correct horse battery", role=UserRole.EVALUATOR
    )
    third = await accounts.actor_by_email("third@example.org")
    with pytest.raises(Conflict) as refused:
        await decisions.sign(by=third, digest=scored, **NO)
    assert refused.value.code == "published"
    assert await referencing.lines(by=world.buyer_u, central="uniha") == ()


async def test_a_damaged_scorecard_is_not_signed(world, scored):
    from registry.errors import Damaged
    from registry.tables import ScorecardRecord, Signature

    content = (await ScorecardRecord.select(ScorecardRecord.content).first())["content"]
    changed = content.replace('"verdict":"met"', '"verdict":"not_met"')
    assert changed != content
    await ScorecardRecord.update({ScorecardRecord.content: changed}).where(ScorecardRecord.digest == scored)
    with pytest.raises(Damaged):
        await decisions.sign(by=world.eval_1, digest=scored, **NO)
    assert await Signature.count() == 0


async def test_every_refusal_leaves_its_event_without_a_value(world, scored):
    await decisions.sign(by=world.eval_1, digest=scored, **YES)
    for person, answer in ((world.site_a, YES), (world.eval_2, NO), (world.eval_bound, YES)):
        with pytest.raises((Forbidden, Conflict)):
            await decisions.sign(by=person, digest=scored, **answer)
    events = (await audit.list_events(by=world.admin, limit=3))["items"]
    assert [(e["actor"].split("@")[0], e["action"], e["detail"]["reason"]) for e in reversed(events)] == [
        ("site_a", "refused:decision.sign", "role"),
        ("eval_2", "refused:decision.sign", "disagreement"),
        ("eval_bound", "refused:decision.sign", "conflict_of_interest"),
    ]


@pytest.mark.parametrize(("decision", "months"), [("referenced", 36), ("conditional", 12)])
async def test_a_listing_lasts_as_long_as_the_policy_says(world, scored, decision, months):
    answer = {**YES, "decision": decision}
    await decisions.sign(by=world.eval_1, digest=scored, **answer)
    await decisions.sign(by=world.eval_2, digest=scored, **answer)
    line = (await referencing.lines(by=world.buyer_u, central="uniha"))[0]
    assert (
        line.valid_until.year - line.valid_from.year
    ) * 12 + line.valid_until.month - line.valid_from.month == months
    assert line.identifier == f"PRV-{line.valid_from.year}-0001-U"
    assert line.category == "Imagerie"
    resah = (await referencing.lines(by=None, central="resah"))[0]
    assert (resah.identifier[-2:], resah.category) == ("-R", "Imagerie : détection")


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (dt.date(2026, 1, 31), 1, dt.date(2026, 2, 28)),
        (dt.date(2027, 12, 31), 2, dt.date(2028, 2, 29)),
        (dt.date(2026, 11, 24), 36, dt.date(2029, 11, 24)),
        (dt.date(2026, 12, 1), 12, dt.date(2027, 12, 1)),
        (dt.date(2026, 11, 30), 1, dt.date(2026, 12, 30)),
    ],
)
def test_months_later(day, months, expected):
    from registry.services.listings import months_later

    assert months_later(day, months) == expected
