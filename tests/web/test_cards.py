"""What a page makes of a scorecard: a claim beside its measure."""

from tests.registry.conftest import A, B, rows
from tests.web.conftest import post, sign_in


async def test_what_is_announced_stands_beside_what_was_measured(browser, world):
    from registry.services import SYSTEM, catalogue, tools

    version = (await tools.get_version(by=SYSTEM, tool="outil", version="1.0"))["id"]
    claim = {"by": SYSTEM, "version": version, "source": "notice"}
    await catalogue.add_claim(**claim, indicator="sensitivity", value=0.97)
    await catalogue.add_claim(**claim, indicator="auc", value=0.99)
    for name, finess in (("site_a", A), ("site_b", B)):
        site = browser()
        await sign_in(site, name)
        sent = await post(site, "/pilots/PIL-1", "/pilots/PIL-1/upload", files={"file": ("cas.csv", rows(finess))})
        await post(site, sent.headers["location"], sent.headers["location"] + "/accept")
    for name in ("eval_1", "eval_2"):
        evaluator = browser()
        await sign_in(evaluator, name)
        card = (await evaluator.get("/pilots/PIL-1")).text.split('href="/scorecards/')[1].split('"')[0]
        signature = {"decision": "referenced", "reason": "Atteint", "no_conflict": "yes"}
        assert (await post(evaluator, f"/scorecards/{card}", f"/scorecards/{card}/sign", signature)).status_code == 303
    buyer = browser()
    await sign_in(buyer, "buyer_u")
    table = (await buyer.get("/tools/outil")).text.split("<caption>")[1].split("</table>")[0]
    line, other = table.split("<tbody>")[1].split("</tr>")[:2]
    if "Sensibilité" not in line:
        line, other = other, line
    assert "0,970" in line
    assert "0,900 [0,8" in line
    assert "PIL-1" in line
    assert "Aire sous la courbe ROC" in other
    assert "non mesuré dans un pilote publié" in other
