"""Lists and editions: numbered once, read back as they were, followed when a line is suspended."""

import asyncio
import dataclasses
import datetime as dt
import json
import math
import re

import pytest

from exports.edition import DataSource, Measure
from registry.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from registry.services import SYSTEM, decisions, edition_json, referencing

from .conftest import A, B
from .test_decisions import YES


@pytest.fixture
async def listed(world, scored):
    for person in (world.eval_1, world.eval_2):
        await decisions.sign(by=person, digest=scored, **YES)
    return scored


async def test_a_published_decision_makes_an_edition_of_each_central(world, listed):
    for by, code in ((world.buyer_u, "uniha"), (world.buyer_r, "resah")):
        edition = await referencing.get_edition(by=by, central=code)
        assert (edition.number, edition.central_code, len(edition.lines)) == (1, code, 1)
        line = edition.lines[0]
        assert (line.status, line.clinical, line.organisational) == ("conditional", "met", None)
        assert (line.sites, line.cases, line.frozen, line.strength) == (2, 240, "before_inclusion", "P1")
        assert (line.intended_use, line.population, line.device_status) == ("Détection", "Adultes", "DM")
        assert line.scorecard_digest == listed
        assert [(c.indicator, c.n, c.due.isoformat()) for c in line.conditions] == [("sensitivity", 300, "2027-06-30")]
        assert {(m.short_code, m.n, m.sites, m.subgroup) for m in edition.measures} == {
            ("SENS", 120, 2, ""),
            ("SPEC", 120, 2, ""),
        }
        assert all(0.8 < m.value < 1 and m.low < m.value < m.high for m in edition.measures)
        assert [(s.finess_et, s.n) for s in edition.sites] == [(A, 120), (B, 120)]


async def test_an_edition_comes_back_as_it_was(world, listed):
    from registry.services import editions
    from registry.tables import PurchasingCentral

    central = await PurchasingCentral.select().where(PurchasingCentral.code == "uniha").output(load_json=True).first()
    built = await editions.build(central, 1)
    assert await referencing.get_edition(by=world.buyer_u, central="uniha") == built
    assert edition_json.from_text(edition_json.to_text(built)) == built


def test_an_infinite_bound_survives():
    values = {f.name: "" for f in dataclasses.fields(Measure)}
    measure = Measure(
        **{**values, "domain": "clinical", "better": "higher", "role": "primary", "verdict": "met", "design": "D1"}
        | {
            "value": 1.0,
            "low": -math.inf,
            "high": math.inf,
            "threshold": None,
            "margin": None,
            "n": 1,
            "sites": 1,
            "prediction_low": None,
            "prediction_high": None,
            "i2": 0.0,
        }
    )
    text = edition_json.to_text(measure)
    assert '"high":"Infinity"' in text
    back = edition_json._read(Measure, json.loads(text))
    assert (back.low, back.high) == (-math.inf, math.inf)


async def test_an_unchanged_list_keeps_its_number(world, listed):
    again = await referencing.publish_edition(by=world.buyer_u, central="uniha")
    assert again["number"] == 1
    source = DataSource("jeu", "vérité", "source", "CC0")
    new = await referencing.publish_edition(
        by=world.buyer_u, central="uniha", notices=["Démonstration"], sources=[source]
    )
    assert new["number"] == 2
    assert (await referencing.publish_edition(by=world.buyer_u, central="uniha"))[
        "number"
    ] == 2  # notices are inherited
    edition = await referencing.get_edition(by=world.buyer_u, central="uniha")
    assert (edition.notices, edition.sources) == (("Démonstration",), (source,))
    assert [e["number"] for e in await referencing.list_editions(by=world.buyer_u, central="uniha")] == [2, 1]
    assert (await referencing.get_edition(by=world.buyer_u, central="uniha", number=1)).notices == ()


async def test_editions_published_together_get_one_number(world, listed):
    given = [referencing.publish_edition(by=world.buyer_u, central="uniha", notices=["x"]) for _ in range(8)]
    assert {e["number"] for e in await asyncio.gather(*given)} == {2}


async def test_editions_can_be_held(world, scored):
    for person in (world.eval_1, world.eval_2):
        await decisions.sign(by=person, digest=scored, **YES, hold_editions=True)
    with pytest.raises(NotFound):
        await referencing.get_edition(by=world.buyer_u, central="uniha")
    assert len(await referencing.lines(by=world.buyer_u, central="uniha")) == 1
    assert (await referencing.publish_edition(by=world.buyer_u, central="uniha"))["number"] == 1


READERS = {
    "uniha": {
        "buyer_u": None,
        "buyer_r": NotFound,
        "site_a": Forbidden,
        "eval_1": Forbidden,
        "admin": Forbidden,
        None: Unauthenticated,
    },
    "resah": {"buyer_u": None, "buyer_r": None, "site_a": None, "eval_1": None, "admin": None, None: None},
}


@pytest.mark.parametrize(
    ("central", "person", "refusal"), [(c, p, r) for c, who in READERS.items() for p, r in who.items()]
)
async def test_who_reads_a_list(world, listed, central, person, refusal):
    by = getattr(world, person) if person else None
    if refusal is None:
        assert len(await referencing.lines(by=by, central=central)) == 1
    else:
        for reading in (referencing.lines, referencing.list_editions, referencing.get_edition):
            with pytest.raises(refusal):
                await reading(by=by, central=central)


async def test_who_publishes_a_list(world, listed):
    for person, refusal in (("buyer_r", NotFound), ("eval_1", Forbidden), ("site_a", Forbidden), ("admin", Forbidden)):
        with pytest.raises(refusal):
            await referencing.publish_edition(by=getattr(world, person), central="uniha")
    with pytest.raises(NotFound):
        await referencing.publish_edition(by=SYSTEM, central="nowhere")


async def test_a_code_says_what_it_stands_for_to_anybody(world, listed):
    line = (await referencing.lines(by=world.buyer_u, central="uniha"))[0]
    assert re.fullmatch(r"[A-Z2-7]{12}", line.verification_code)
    found = await referencing.verify_code(
        code=f" {line.verification_code[:4].lower()} {line.verification_code[4:8]}-{line.verification_code[8:]} "
    )
    assert (found["identifier"], found["central"], found["status"], found["scorecard"]) == (
        line.identifier,
        "UniHA",
        "conditional",
        listed,
    )
    other = (await referencing.lines(by=None, central="resah"))[0]
    assert other.verification_code != line.verification_code
    with pytest.raises(NotFound):
        await referencing.verify_code(code="AAAAAAAAAAAA")


async def test_a_digest_is_known_from_the_registry_and_from_the_workbook(world, listed):
    from exports.seal import verify_workbook
    from exports.workbook import workbook

    entry = (await referencing.list_editions(by=world.buyer_u, central="uniha"))[0]
    edition = await referencing.get_edition(by=world.buyer_u, central="uniha")
    seal = verify_workbook(workbook(edition, "fr"))
    assert seal.ok
    for digest, known in ((entry["digest"], True), (seal.computed, True), ("0" * 64, False)):
        assert await referencing.is_known(by=None, central="uniha", number=1, digest=digest) is known
    assert not await referencing.is_known(by=None, central="uniha", number=9, digest=entry["digest"])


async def test_a_line_is_suspended_reinstated_withdrawn_and_every_step_is_kept(world, listed):
    code = (await referencing.lines(by=world.buyer_u, central="uniha"))[0].identifier
    with pytest.raises(Conflict):
        await referencing.reinstate(by=world.eval_1, code=code, reason="x")
    assert (
        await referencing.suspend(by=world.eval_1, code=code, reason="Incident grave", conduct="Ne pas commander")
        == "suspended"
    )
    assert await referencing.reinstate(by=world.buyer_u, code=code, reason="Incident clos") == "conditional"
    assert await referencing.withdraw(by=world.buyer_u, code=code, reason="Départ du fournisseur") == "withdrawn"
    with pytest.raises(Conflict):
        await referencing.suspend(by=world.eval_1, code=code, reason="x")
    await referencing.publish_edition(by=world.buyer_u, central="uniha")
    edition = await referencing.get_edition(by=world.buyer_u, central="uniha")
    assert [(c.before, c.after, c.reason) for c in edition.changes] == [
        ("conditional", "suspended", "Incident grave"),
        ("suspended", "conditional", "Incident clos"),
        ("conditional", "withdrawn", "Départ du fournisseur"),
    ]
    assert (edition.lines[0].status, edition.measures, edition.sites) == ("withdrawn", (), ())
    changed = await referencing.changes(by=world.buyer_u, central="uniha", number=2)
    assert [(c["kind"], c["field"], c["before"], c["after"]) for c in changed] == [
        ("changed", "status", "conditional", "withdrawn")
    ]
    first = await referencing.changes(by=world.buyer_u, central="uniha", number=1)
    assert [(c["kind"], c["identifier"]) for c in first] == [("added", code)]


async def test_who_suspends_a_line(world, listed):
    code = (await referencing.lines(by=world.buyer_u, central="uniha"))[0].identifier
    for person, refusal in (
        ("buyer_r", NotFound),
        ("site_a", Forbidden),
        ("admin", Forbidden),
        ("supplier", Forbidden),
    ):
        with pytest.raises(refusal):
            await referencing.suspend(by=getattr(world, person), code=code, reason="x")
    with pytest.raises(Invalid):
        await referencing.suspend(by=world.eval_1, code=code, reason=" ")


async def test_a_new_decision_on_the_same_version_takes_the_place_of_the_old_line(world, listed, send):
    from registry.services import pilots, scorecards, submissions

    from .conftest import rows

    await pilots.create(
        by=SYSTEM,
        code="PIL-2",
        version=world.version,
        starts_on=dt.date(2026, 3, 1),
        ends_on=dt.date(2026, 10, 1),
        sites={A: "Urgences"},
        protocol=world.protocol,
    )
    await pilots.open_uploads(by=SYSTEM, pilot="PIL-2")
    path = world.folder / "more.csv"
    path.write_bytes(rows(A, 200))
    received = await submissions.receive(by=world.site_a, pilot="PIL-2", path=path, file_name="more.csv")
    await submissions.accept(by=world.site_a, submission=received.submission["id"])
    digest = (await scorecards.current(by=world.eval_1, pilot="PIL-2"))["digest"]
    for person in (world.eval_1, world.eval_2):
        await decisions.sign(by=person, digest=digest, **YES)
    lines = await referencing.lines(by=world.buyer_u, central="uniha")
    assert [(line.identifier[-6:], line.status) for line in lines] == [
        ("0001-U", "withdrawn"),
        ("0002-U", "conditional"),
    ]
    assert (await referencing.get_edition(by=world.buyer_u, central="uniha")).number == 2
