"""Three people, one file, one line: a site sends, two evaluators sign, a buyer downloads and verifies."""

import io

from openpyxl import load_workbook

from exports.seal import verify
from tests.registry.conftest import A, B, rows
from tests.web.conftest import post, sign_in

REASON = "Les deux critères sont atteints."


async def test_by_pages(browser, world):
    for name, finess in (("site_a", A), ("site_b", B)):
        site = browser()
        assert (await sign_in(site, name)).status_code == 303
        sent = await post(site, "/pilots/PIL-1", "/pilots/PIL-1/upload", files={"file": ("cas.csv", rows(finess))})
        assert sent.status_code == 303
        preview = await site.get(sent.headers["location"])
        assert "Voici ce qui sera gardé" in preview.text
        accepted = await post(site, sent.headers["location"], sent.headers["location"] + "/accept")
        assert accepted.headers["location"].startswith("/pilots/")
        assert "Accepté" in (await site.get("/pilots/PIL-1")).text

    card = None
    for name in ("eval_1", "eval_2"):
        evaluator = browser()
        await sign_in(evaluator, name)
        pilot = await evaluator.get("/pilots/PIL-1")
        card = pilot.text.split('href="/scorecards/')[1].split('"')[0]
        page = await evaluator.get(f"/scorecards/{card}")
        assert "Sensibilité" in page.text
        assert "avant inclusion" in page.text
        signed = await post(
            evaluator,
            f"/scorecards/{card}",
            f"/scorecards/{card}/sign",
            {"decision": "referenced", "reason": REASON, "no_conflict": "yes"},
        )
        assert (signed.status_code, signed.headers.get("location")) == (303, f"/scorecards/{card}")

    buyer = browser()
    await sign_in(buyer, "buyer_u")
    assert (await buyer.get("/centrals")).headers["location"] == "/centrals/uniha"
    listed = await buyer.get("/centrals/uniha")
    assert REASON in listed.text
    download = await buyer.get("/centrals/uniha/referencement.xlsx")
    assert verify(download.content).ok
    sheet = load_workbook(io.BytesIO(download.content))["Référencement"]
    line = dict(zip([c.value for c in sheet[1]], [c.value for c in sheet[2]], strict=True))
    assert (line["Solution"], line["Statut"], line["Nb de sites pilotes"]) == ("Outil", "Référencée", 2)
    proof = await browser().get(f"/verify/{line['Code de vérification']}")
    assert "Outil 1.0" in proof.text
    assert (await browser().get(f"/scorecards/{card}")).status_code == 200


async def test_by_machines(machine, world):
    from registry.services import SYSTEM, pilots

    for name, finess in (("site_a", A), ("site_b", B)):
        site = await machine(name)
        sent = await site.post("/api/v1/pilots/PIL-1/submissions", files={"file": ("cas.csv", rows(finess))})
        assert (sent.status_code, sent.json()["state"], sent.json()["accepted"]) == (201, "checked", True)
        again = await site.post("/api/v1/pilots/PIL-1/submissions", files={"file": ("autre.csv", rows(finess))})
        assert (again.status_code, again.json()["id"]) == (200, sent.json()["id"])
        assert "duplicate_upload" in {issue["code"] for issue in again.json()["issues"]}
        done = await site.post(f"/api/v1/submissions/{sent.json()['id']}/accept")
        assert (done.status_code, done.json()["state"]) == (200, "accepted")
    evaluator = await machine("eval_1")
    card = (await evaluator.get("/api/v1/pilots/PIL-1/scorecard")).json()
    assert card["registry"] == {"frozen": "before_inclusion", "uploads": 2, "withdrawals": 0}
    body = {"decision": "referenced", "reason": REASON, "no_conflict": True, "conditions": []}
    path = f"/api/v1/scorecards/{card['digest']}/signatures"
    first = await evaluator.post(path, json=body)
    assert (first.status_code, first.json()) == (201, {"signatures": 1, "published": False})
    assert (await pilots.get_pilot(by=SYSTEM, pilot="PIL-1"))["state"] == "signing"
    assert (await evaluator.post(path, json=body)).status_code == 409
    second = await (await machine("eval_2")).post(path, json=body)
    assert (second.status_code, second.json()) == (201, {"signatures": 2, "published": True})
    buyer = await machine("buyer_u")
    listed = (await buyer.get("/api/v1/centrals/uniha/referencing")).json()
    assert (listed["edition"], [line["tool"] for line in listed["items"]]) == (1, ["Outil"])
    for form in ("xlsx", "json"):
        content = (await buyer.get(f"/api/v1/centrals/uniha/referencing.{form}")).content
        assert verify(content).ok
    assert (await buyer.get("/api/v1/centrals/uniha/referencing.csv")).content.startswith(b"\xef\xbb\xbf")
    assert (await buyer.get("/api/v1/centrals/uniha/editions")).json()["items"][0]["number"] == 1
    kinds = {c["kind"] for c in (await buyer.get("/api/v1/centrals/uniha/editions/1/changes")).json()["items"]}
    assert kinds == {"added"}
    public = await (await machine()).get(f"/api/v1/scorecards/{card['digest']}")
    assert public.json()["digest"] == card["digest"]
