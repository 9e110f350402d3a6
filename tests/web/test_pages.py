"""Pages say what they must, in both languages, and hold together for readers of screens."""

import re

import pytest

from tests.registry.conftest import A, rows
from tests.web.conftest import post, sign_in


async def test_the_register_is_public_and_filters(browser, world):
    client = browser()
    page = await client.get("/")
    assert '<html lang="fr">' in page.text
    assert "Outil" in page.text
    assert "Pas de décision publiée" in page.text
    assert "Outil" not in (await client.get("/?use_case=codage_pmsi")).text.split("<main")[1]


async def test_english_on_request_and_remembered(browser, world):
    client = browser()
    assert '<html lang="en">' in (await client.get("/?lang=en")).text
    later = await client.get("/login")
    assert "E-mail address" in later.text


async def test_a_refused_file_is_told_in_the_persons_rows(browser, world):
    client = browser()
    await sign_in(client, "site_a")
    bad = rows(A).replace(b",1,1\n", b",peut-etre,1\n", 1)
    page = await post(client, "/pilots/PIL-1", "/pilots/PIL-1/upload", files={"file": ("cas.csv", bad)})
    assert page.status_code == 422
    assert "rien n'en a été gardé" in page.text.replace("&#39;", "'")
    assert "<td>D3</td>" in page.text
    assert "écrivez l'une de oui, non" in page.text.replace("&#39;", "'")
    none = await post(client, "/pilots/PIL-1", "/pilots/PIL-1/upload", files={"file": ("", b"")})
    assert none.status_code == 422


async def test_the_blank_workbook_is_offered(browser, world):
    client = browser()
    await sign_in(client, "site_a")
    answer = await client.get("/pilots/PIL-1/template.xlsx")
    assert answer.content.startswith(b"PK")
    assert "attachment" in answer.headers["content-disposition"]


async def test_a_site_sees_its_own_figures_once_the_uploads_are_closed(browser, world, scored):
    client, programme = browser(), browser()
    await sign_in(client, "site_a")
    assert (await client.get("/pilots/PIL-1/own")).status_code == 404
    await sign_in(programme, "programme")
    assert (await post(programme, "/pilots/PIL-1", "/pilots/PIL-1/close")).status_code == 303
    own = await client.get("/pilots/PIL-1/own")
    assert "Nos propres chiffres" in own.text
    assert "990000028" not in own.text
    assert "CH B" not in own.text


async def test_a_refused_signature_keeps_what_was_typed(browser, world, scored):
    client = browser()
    await sign_in(client, "eval_1")
    data = {"decision": "conditional", "reason": "Il manque un site", "no_conflict": "yes"}
    page = await post(client, f"/scorecards/{scored}", f"/scorecards/{scored}/sign", data)
    assert page.status_code == 422
    assert "Il manque un site" in page.text
    plan = {"indicator_0": "sensitivity", "n_0": "300", "date_0": "2027-10-31", "text_0": "Second site"}
    signed = await post(client, f"/scorecards/{scored}", f"/scorecards/{scored}/sign", {**data, **plan})
    assert signed.status_code == 303


async def test_an_old_session_gives_its_password_again_to_sign(browser, world, scored, monkeypatch):
    import datetime as dt

    from registry.web import auth
    from tests.registry.conftest import PASSWORD

    client = browser()
    await sign_in(client, "eval_1")
    monkeypatch.setattr(auth, "FRESH", dt.timedelta(0))
    page = await client.get(f"/scorecards/{scored}")
    assert 'name="password"' in page.text
    data = {"decision": "referenced", "reason": "Atteint", "no_conflict": "yes"}
    refused = await post(
        client, f"/scorecards/{scored}", f"/scorecards/{scored}/sign", {**data, "password": "not this one"}
    )
    assert refused.status_code == 422
    signed = await post(client, f"/scorecards/{scored}", f"/scorecards/{scored}/sign", {**data, "password": PASSWORD})
    assert signed.status_code == 303


async def test_a_code_is_verified_by_people_and_machines(browser, world):
    client = browser()
    assert (await client.get("/verify")).status_code == 200
    unknown = await client.get("/verify/NOPE")
    assert unknown.status_code == 404
    assert "ne vous y fiez pas" in unknown.text
    as_json = await client.get("/verify/NOPE", headers={"Accept": "application/json"})
    assert as_json.json() == {"known": False, "code": "NOPE"}


@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_pages_hold_together_for_readers_of_screens(browser, world, scored, lang):
    client = browser()
    await sign_in(client, "eval_1")
    for path in (
        "/",
        "/pilots",
        "/pilots/PIL-1",
        f"/scorecards/{scored}",
        "/centrals",
        "/tools/outil",
        "/verify",
        "/help",
        "/login",
    ):
        text = (await client.get(f"{path}?lang={lang}")).text
        assert f'<html lang="{lang}">' in text
        assert text.count("<h1") == text.count("<main") == 1
        assert 'class="skip" href="#main"' in text
        assert re.search(r"<title>[^<]+ · Preuve</title>", text)
        labelled = set(re.findall(r'<label for="([^"]+)"', text))
        fields = re.findall(r"<(?:input|select|textarea)([^>]*)>", text)
        for field in fields:
            name = re.search(r' id="([^"]+)"', field)
            assert 'type="hidden"' in field or (name and name[1] in labelled) or "name=" in field
        for image in re.findall(r'<div class="chart [^>]*>', text):
            assert "aria-label=" in image
        assert "style=" not in text
        assert not re.findall(r'(?:src|href)="https?://', text)
