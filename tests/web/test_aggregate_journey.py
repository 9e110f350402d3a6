"""One pilot both ways, over HTTP: by rows and by aggregates, with equal pooled figures; and a registry that takes no rows."""

import datetime as dt
import json
import re

import pytest

from tests.registry.aggregates import sent_by
from tests.registry.conftest import PASSWORD, A, B, rows
from tests.web.conftest import post, sign_in

SITES = {A: 0.9, B: 0.8, "990000044": 0.7, "990000051": 0.9}
NAMES = {A: "site_a", B: "site_b", "990000044": "site_d", "990000051": "site_e"}


@pytest.fixture
async def pilots_of_four(world):
    """The same pilot twice, in four hospitals."""
    from registry.services import SYSTEM, accounts, catalogue, pilots
    from registry.vocabulary import UserRole

    for finess in list(SITES)[2:]:
        await catalogue.add_site(by=SYSTEM, finess=finess, name=f"CH {finess}", kind="CH")
        email = f"{NAMES[finess]}@example.org"
        await accounts.create_user(by=SYSTEM, email=email, password=PASSWORD, role=UserRole.PILOT_SITE, site=finess)
    for code in ("PIL-ROWS", "PIL-BOTH"):
        await pilots.create(
            by=SYSTEM,
            code=code,
            version=world.version,
            starts_on=dt.date(2026, 3, 1),
            ends_on=dt.date(2026, 10, 30),
            sites=dict.fromkeys(SITES, "Radiologie"),
            protocol=world.protocol,
        )
        await pilots.open_uploads(by=SYSTEM, pilot=code)


def cases(finess):
    return rows(finess, 200, right=SITES[finess])


async def test_a_protocol_passes_both_ways_with_equal_pooled_figures(machine, pilots_of_four):
    kept = list(SITES)[1:]
    for pilot, aggregated in (("PIL-ROWS", []), ("PIL-BOTH", kept)):
        for finess, right in SITES.items():
            site = await machine(NAMES[finess])
            content = sent_by(finess, 200, right=right) if finess in aggregated else cases(finess)
            file = ("a.json" if finess in aggregated else "c.csv", content)
            sent = await site.post(f"/api/v1/pilots/{pilot}/submissions", files={"file": file})
            assert (sent.status_code, sent.json()["kind"]) == (201, "aggregate" if finess in aggregated else "rows")
            assert (await site.post(f"/api/v1/submissions/{sent.json()['id']}/accept")).status_code == 200
    evaluator = await machine("eval_1")
    paths = [f"/api/v1/pilots/{pilot}/scorecard" for pilot in ("PIL-ROWS", "PIL-BOTH")]
    by_rows, both = [(await evaluator.get(path)).json() for path in paths]
    assert by_rows["data"]["rows"] == both["data"]["rows"] == 800
    for ours, theirs in zip(both["indicators"], by_rows["indicators"], strict=True):
        assert ours["pooled"] == theirs["pooled"]
        assert ours["verdict"] == theirs["verdict"]
        assert (ours["verdict_reads"], theirs["verdict_reads"]) == ("pooled", "pooled")
        assert (ours["estimate"]["not_estimable"], "value" in theirs["estimate"]) == ("aggregate_site", True)
        assert [line["site"] for line in ours["by_site"] if line.get("aggregate")] == kept
    for signer, published in (("eval_1", False), ("eval_2", True)):
        body = {"decision": "referenced", "reason": "Atteint.", "no_conflict": True, "conditions": []}
        signed = await (await machine(signer)).post(f"/api/v1/scorecards/{both['digest']}/signatures", json=body)
        assert (signed.status_code, signed.json()["published"]) == (201, published)
    listed = await (await machine("buyer_u")).get("/api/v1/centrals/uniha/referencing.xlsx")
    assert listed.status_code == 200


async def test_a_changed_aggregate_is_a_422_with_every_fault(machine, world):
    content = json.loads(sent_by(A))
    content["data"]["rows"] = 5
    site = await machine("site_a")
    sent = await site.post("/api/v1/pilots/PIL-1/submissions", files={"file": ("a.json", json.dumps(content))})
    assert sent.status_code == 422
    assert {i["code"] for i in sent.json()["issues"]} == {"aggregate_digest", "aggregate_rows"}


async def test_by_pages(browser, pilots_of_four):
    site = browser()
    await sign_in(site, "site_a")
    pilot = await site.get("/pilots/PIL-BOTH")
    assert "--aggregate" in pilot.text
    plan = await site.get("/pilots/PIL-BOTH/protocol.toml")
    assert (plan.status_code, "invented" in plan.text) == (200, True)
    files = {"file": ("a.json", sent_by(A, 200))}
    sent = await post(site, "/pilots/PIL-BOTH", "/pilots/PIL-BOTH/upload", files=files)
    assert sent.status_code == 303
    preview = await site.get(sent.headers["location"])
    assert "aucune de vos lignes" in preview.text
    assert "à partir de trois sites" in preview.text
    assert re.search(r"<td>Sensibilité</td><td>0,\d+ \[0,\d+", preview.text)
    await post(site, sent.headers["location"], sent.headers["location"] + "/accept")
    for name, finess in [(name, finess) for finess, name in NAMES.items()][1:]:
        other = browser()
        await sign_in(other, name)
        sent = await post(
            other, "/pilots/PIL-BOTH", "/pilots/PIL-BOTH/upload", files={"file": ("c.csv", cases(finess))}
        )
        await post(other, sent.headers["location"], sent.headers["location"] + "/accept")
    evaluator = browser()
    await sign_in(evaluator, "eval_1")
    pilot = await evaluator.get("/pilots/PIL-BOTH")
    assert "(agrégat)" in pilot.text
    card = await evaluator.get("/scorecards/" + pilot.text.split('href="/scorecards/')[1].split('"')[0])
    assert card.status_code == 200
    assert "CHU A (agrégat)" in card.text
    assert f"envoyé des agrégats : leurs chiffres ne se rejouent que chez eux ({A})" in card.text


async def test_a_registry_that_takes_no_rows_says_it_in_one_sentence(machine, browser, world):
    from registry import db

    settings = db.settings()
    db._Current.settings = settings.model_copy(update={"accept_rows": False})
    site = await machine("site_a")
    refused = await site.post("/api/v1/pilots/PIL-1/submissions", files={"file": ("c.csv", rows(A))})
    assert (refused.status_code, refused.json()["type"].rsplit(":", 1)[-1]) == (403, "rows_not_accepted")
    assert "agrégats" in refused.json()["detail"] or "aggregates" in refused.json()["detail"]
    taken = await site.post("/api/v1/pilots/PIL-1/submissions", files={"file": ("a.json", sent_by(A))})
    assert taken.status_code == 201
    person = browser()
    await sign_in(person, "site_a")
    assert "ne prend que des agrégats" in (await person.get("/pilots/PIL-1")).text
