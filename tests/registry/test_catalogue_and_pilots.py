"""Solutions and pilots: who sees which, what is entered once, how a pilot moves."""

import datetime as dt

import pytest

from registry.errors import Conflict, Forbidden, Invalid, NotFound, RegistryError
from registry.policies.access import Actor
from registry.services import SYSTEM, catalogue, pilots, protocols
from registry.vocabulary import UserRole

from .conftest import DOSSIER, OUTSIDE, PROTOCOL, A, B

PILOT = {"starts_on": dt.date(2026, 3, 1), "ends_on": dt.date(2026, 4, 1), "sites": {A: "Radiologie"}}


async def test_the_same_key_is_entered_once(world):
    from registry.tables import AuditEvent, Supplier, Tool

    before = await AuditEvent.count()
    first = await catalogue.add_supplier(by=SYSTEM, name="Autre nom", siren="000000001")
    again = await catalogue.add_tool(
        by=SYSTEM, slug="outil", name="Autre nom", supplier=first, use_case="imagerie_detection"
    )
    assert (await Supplier.count(), await Tool.count(), await AuditEvent.count()) == (1, 1, before)
    assert (await Tool.select(Tool.name).where(Tool.id == again).first())["name"] == "Outil"


async def test_only_an_administrator_enters_the_catalogue(world):
    for person in (world.site_a, world.eval_1, world.buyer_u, world.programme, world.supplier):
        with pytest.raises(Forbidden):
            await catalogue.add_call(by=person, code="AMI", title="x")
    assert await catalogue.add_call(by=world.admin, code="AMI", title="x")


@pytest.mark.parametrize("name", ["a\x00b", "a\x0bb", "x" * 2001, "\x1b[31m", "a\ufffeb"])
async def test_a_text_that_would_break_an_export_is_refused_at_the_door(world, name):
    with pytest.raises(Invalid):
        await catalogue.add_supplier(by=world.admin, name=name, siren="000000002")


async def test_a_reference_to_nothing_is_said(world):
    with pytest.raises(NotFound) as refused:
        await catalogue.add_tool(by=SYSTEM, slug="x", name="X", supplier="999999999", use_case="autre")
    assert "999999999" in refused.value.sentence()


async def test_anybody_sees_the_public_part_of_a_solution(world):
    public = await catalogue.get_tool(by=None, tool="outil")
    whole = await catalogue.get_tool(by=world.buyer_u, tool=public["id"])
    fields = {item["key"] for item in public["versions"][0]["dossier"]}
    assert "indication" in fields
    assert "prix_unitaire_ht" not in fields
    assert public["versions"][0]["claims"] == []
    assert {item["key"]: item["value"] for item in whole["versions"][0]["dossier"]} == DOSSIER
    assert {item["provenance"] for item in whole["versions"][0]["dossier"]} == {"declared"}
    assert [(c["indicator"], c["value"]) for c in whole["versions"][0]["claims"]] == [("sensitivity", 0.97)]
    assert (await catalogue.get_version(by=None, tool="outil", version="1.0"))["id"] == world.version
    for unknown in ("nothing", "00000000-0000-4000-8000-000000000000"):
        with pytest.raises(NotFound):
            await catalogue.get_tool(by=None, tool=unknown)


async def test_a_field_of_the_dossier_is_rewritten_alone(world):
    await catalogue.set_dossier(by=SYSTEM, version=world.version, fields={"mode": "saas"})
    fields = (await catalogue.get_version(by=world.admin, tool="outil", version="1.0"))["dossier"]
    assert {item["key"]: item["value"] for item in fields} == DOSSIER | {"mode": "saas"}


async def test_a_confidential_price_is_read_by_buyers_and_its_own_supplier(world):
    supplier = (await catalogue.get_tool(by=SYSTEM, tool="outil"))["supplier"]["id"]
    own, other = (
        Actor("1", "s@example.org", UserRole.SUPPLIER, supplier=one)
        for one in (supplier, "00000000-0000-4000-8000-000000000000")
    )

    async def shown(by):
        fields = (await catalogue.get_version(by=by, tool="outil", version="1.0"))["dossier"]
        return "prix_unitaire_ht" in {item["key"] for item in fields}

    assert await shown(other)
    await catalogue.set_dossier(by=SYSTEM, version=world.version, fields={"prix_confidentiel": "oui"})
    assert [await shown(by) for by in (world.buyer_u, world.admin, own)] == [True, True, True]
    assert [await shown(by) for by in (None, other, world.site_a, world.eval_1)] == [False, False, False, False]


async def test_solutions_are_listed_in_neutral_order_by_page_and_by_use(world):
    for slug in ("beta", "alpha"):
        await catalogue.add_tool(by=SYSTEM, slug=slug, name=slug, supplier="000000001", use_case="autre")
    first = await catalogue.list_tools(by=None, limit=2)
    rest = await catalogue.list_tools(by=None, limit=2, cursor=first["next_cursor"])
    assert [t["slug"] for t in (*first["items"], *rest["items"])] == ["alpha", "beta", "outil"]
    assert [t["slug"] for t in (await catalogue.list_tools(by=None, use_case="autre"))["items"]] == ["alpha", "beta"]
    assert (await catalogue.list_tools(by=None, use_case="' OR 1=1 --"))["items"] == []


async def test_a_protocol_is_frozen_once_and_keeps_its_first_date(world):
    again = await protocols.freeze(by=world.eval_1, toml_text=PROTOCOL)
    assert (again["digest"], again["frozen_at"]) == (world.protocol, dt.datetime(2026, 2, 1, tzinfo=dt.UTC))
    assert protocols.parsed(await protocols.get(by=world.site_a, digest=world.protocol)).digest == world.protocol


async def test_a_protocol_is_frozen_by_an_evaluator_and_now(world):
    other = PROTOCOL.replace('version = "1"', 'version = "2"')
    early = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    with pytest.raises(Forbidden):
        await protocols.freeze(by=world.site_a, toml_text=other)
    with pytest.raises(Invalid):
        await protocols.freeze(by=world.eval_1, toml_text=other, frozen_at=early)
    with pytest.raises(Invalid):
        await protocols.freeze(by=SYSTEM, toml_text=other, frozen_at=dt.datetime(2100, 1, 1, tzinfo=dt.UTC))
    with pytest.raises(Invalid) as refused:
        await protocols.freeze(by=SYSTEM, toml_text=other.replace('"sensitivity"\ntable', '"nonsense"\ntable'))
    assert refused.value.code == "bad_protocol"
    assert "nonsense" in refused.value.sentence()
    before = await protocols.freeze(by=world.eval_1, toml_text=other)
    assert dt.datetime.now(dt.UTC) - before["frozen_at"] < dt.timedelta(minutes=1)


WHO_SEES_AN_OPEN_PILOT = {
    "site_a": True,
    "site_b": True,
    "site_c": False,
    "eval_1": True,
    "eval_bound": True,
    "admin": True,
    "programme": True,
    "buyer_u": False,
    "supplier": False,
}


@pytest.mark.parametrize(("person", "sees"), WHO_SEES_AN_OPEN_PILOT.items())
async def test_who_sees_an_open_pilot(world, person, sees):
    by = getattr(world, person)
    found = (await pilots.list_pilots(by=by))["items"]
    assert [p["code"] for p in found] == (["PIL-1"] if sees else [])
    for name in (world.pilot, "PIL-1"):
        if sees:
            assert (await pilots.get_pilot(by=by, pilot=name))["state"] == "collecting"
        else:
            with pytest.raises(NotFound) as refused:
                await pilots.get_pilot(by=by, pilot=name)
            with pytest.raises(NotFound) as unknown:
                await pilots.get_pilot(by=by, pilot="00000000-0000-4000-8000-000000000000")
            assert refused.value.sentence() == unknown.value.sentence()


async def test_nobody_in_particular_sees_no_open_pilot(world):
    assert (await pilots.list_pilots(by=None))["items"] == []
    with pytest.raises(NotFound):
        await pilots.get_pilot(by=None, pilot="PIL-1")


async def test_a_site_does_not_learn_who_the_others_are(world):
    own = await pilots.get_pilot(by=world.site_a, pilot="PIL-1")
    assert [s["finess"] for s in own["sites"]] == [A]
    assert own["site_count"] == 2
    assert [s["finess"] for s in (await pilots.get_pilot(by=world.eval_1, pilot="PIL-1"))["sites"]] == [A, B]


async def test_a_pilot_moves_forward_only(world):
    draft = await pilots.create(by=world.eval_1, code="PIL-2", version=world.version, **PILOT)
    assert draft["state"] == "draft"
    with pytest.raises(Conflict):
        await pilots.open_uploads(by=world.eval_1, pilot="PIL-2")
    frozen = await pilots.set_protocol(by=world.eval_1, pilot="PIL-2", protocol=world.protocol)
    assert (frozen["state"], frozen["protocol"]["digest"]) == ("frozen", world.protocol)
    with pytest.raises(Conflict):
        await pilots.close_uploads(by=world.eval_1, pilot="PIL-2")
    assert (await pilots.open_uploads(by=world.eval_1, pilot="PIL-2"))["state"] == "collecting"
    with pytest.raises(Conflict):
        await pilots.set_protocol(by=world.eval_1, pilot="PIL-2", protocol=world.protocol)
    closed = await pilots.close_uploads(by=world.programme, pilot="PIL-2")
    assert closed["state"] == "closed"
    assert closed["closed_at"] is not None
    with pytest.raises(Conflict):
        await pilots.open_uploads(by=world.eval_1, pilot="PIL-2")


async def test_who_may_move_a_pilot(world):
    for person in ("site_a", "buyer_u", "admin", "supplier"):
        with pytest.raises(Forbidden):
            await pilots.close_uploads(by=getattr(world, person), pilot="PIL-1")
    with pytest.raises(Forbidden):
        await pilots.create(by=world.programme, code="PIL-2", version=world.version, **PILOT)


async def test_the_same_code_is_the_first_pilot(world):
    again = await pilots.create(by=SYSTEM, code="PIL-1", version=world.version, **PILOT)
    assert again["id"] == world.pilot
    assert again["site_count"] == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts_on": dt.date(2026, 5, 1)},
        {"sites": {}},
        {"sites": {"000000000": "x"}},
        {"version": "no version"},
        {"protocol": "0" * 64},
        {"call": "no call"},
        {"evidence_plan": [{"indicator": "sensitivity", "n": 0, "date": "2027-01-01"}]},
        {"evidence_plan": [{"indicator": "sensitivity", "n": 10, "date": "soon"}]},
        {"evidence_plan": [{"n": 10, "date": "2027-01-01"}]},
    ],
)
async def test_a_pilot_that_cannot_be(world, wrong):
    with pytest.raises(RegistryError):
        await pilots.create(by=SYSTEM, **{"code": "PIL-2", "version": world.version, **PILOT, **wrong})
    assert len((await pilots.list_pilots(by=SYSTEM))["items"]) == 1


async def test_an_evidence_plan_is_shown_as_it_was_written(world):
    plan = [{"indicator": "sensitivity", "n": 300, "date": dt.date(2027, 1, 1), "text": "à six mois"}]
    shown = await pilots.set_evidence_plan(by=world.eval_1, pilot="PIL-1", plan=plan)
    assert shown["evidence_plan"] == [
        {"indicator": "sensitivity", "n": 300, "date": "2027-01-01", "text": "à six mois"}
    ]


async def test_a_site_outside_is_not_let_in_by_a_published_pilot_of_another(world):
    assert OUTSIDE not in {s["finess"] for s in (await pilots.get_pilot(by=SYSTEM, pilot="PIL-1"))["sites"]}
