"""Who may open which page and send which form; a page without a declared policy fails here."""

import pytest
from litestar.handlers import HTTPRouteHandler

from tests.registry.conftest import A, rows
from tests.web.conftest import sign_in, token_in

DOOR = 303
"""A stranger is sent to the page where people sign in (and `/centrals` sends a buyer to their own list)."""

WITH_A_FILE = ("/upload", "/annotated")

EVERYBODY = {"anon": 200, "site_a": 200, "eval_1": 200, "buyer_u": 200, "admin": 200}
PAGES = {
    ("GET", "/"): EVERYBODY,
    ("GET", "/tools/{tool:str}"): EVERYBODY,
    ("GET", "/help"): EVERYBODY,
    ("GET", "/login"): EVERYBODY,
    ("GET", "/verify"): EVERYBODY,
    ("GET", "/verify/{code:str}"): dict.fromkeys(EVERYBODY, 404),
    ("GET", "/centrals"): EVERYBODY | {"buyer_u": 302},
    ("GET", "/centrals/{code:str}"): {"anon": DOOR, "site_a": 403, "buyer_u": 200, "buyer_r": 404, "admin": 403},
    ("GET", "/centrals/{code:str}/referencement.xlsx"): {"anon": DOOR, "site_a": 403, "buyer_u": 404, "buyer_r": 404},
    ("GET", "/centrals/{code:str}/referencement.csv"): {"anon": DOOR, "site_a": 403, "buyer_u": 404, "buyer_r": 404},
    ("GET", "/centrals/{code:str}/referencement.json"): {"anon": DOOR, "site_a": 403, "buyer_u": 404, "buyer_r": 404},
    ("GET", "/pilots"): EVERYBODY | {"anon": DOOR},
    ("GET", "/pilots/{pilot:str}"): {
        "anon": DOOR, "site_a": 200, "site_b": 200, "site_c": 404, "eval_1": 200, "buyer_u": 404, "admin": 200,
    },
    ("GET", "/pilots/{pilot:str}/template.xlsx"): {"anon": DOOR, "site_a": 200, "site_c": 404, "buyer_u": 404},
    ("GET", "/pilots/{pilot:str}/protocol.toml"): {"anon": DOOR, "site_a": 200, "site_c": 404, "buyer_u": 404},
    ("GET", "/pilots/{pilot:str}/own"): {"anon": DOOR, "site_a": 404, "site_c": 404, "eval_1": 403, "admin": 403},
    ("GET", "/submissions/{submission:str}"): {
        "anon": DOOR, "site_a": 200, "site_b": 404, "site_c": 404, "eval_1": 200, "buyer_u": 403, "admin": 200,
    },
    ("GET", "/scorecards/{digest:str}"): {
        "anon": 404, "site_a": 404, "eval_1": 200, "eval_bound": 403, "buyer_u": 404, "admin": 403,
    },
    ("GET", "/scorecards/{digest:str}/scorecard.json"): {
        "anon": 404, "site_a": 404, "eval_1": 200, "eval_bound": 403, "buyer_u": 404, "admin": 403,
    },
    ("POST", "/login"): {"anon": 401},
    ("POST", "/logout"): {"anon": DOOR, "site_a": 303},
    ("POST", "/pilots/{pilot:str}/upload"): {
        "anon": DOOR, "site_a": 303, "site_c": 404, "eval_1": 403, "buyer_u": 404, "admin": 403,
    },
    ("POST", "/pilots/{pilot:str}/annotated"): {
        "anon": DOOR, "site_a": 200, "site_c": 404, "eval_1": 403, "buyer_u": 404, "admin": 403,
    },
    ("POST", "/pilots/{pilot:str}/close"): {"anon": DOOR, "site_a": 403, "site_c": 403, "buyer_u": 403, "admin": 403},
    ("POST", "/submissions/{submission:str}/accept"): {"anon": DOOR, "site_b": 404, "eval_1": 403, "admin": 403},
    ("POST", "/submissions/{submission:str}/withdraw"): {"anon": DOOR, "site_b": 404, "eval_1": 403, "admin": 403},
    ("POST", "/scorecards/{digest:str}/sign"): {"anon": DOOR, "site_a": 404, "buyer_u": 404, "admin": 403},
}  # fmt: skip
"""The declared policy of every page and form, on a pilot with a scorecard and no signature."""


@pytest.fixture
async def addresses(browser, world, scored):
    owner = browser()
    await sign_in(owner, "site_a")
    page = await owner.get("/pilots/PIL-1")
    known = {
        "{tool:str}": "outil", "{code:str}": "uniha", "{pilot:str}": "PIL-1", "{digest:str}": scored,
        "{submission:str}": page.text.split('href="/submissions/')[1].split('"')[0],
    }  # fmt: skip

    def address(path):
        for shape, value in known.items():
            path = path.replace(shape, value)
        return path

    return address


async def visitor(browser, name):
    client = browser()
    if name != "anon":
        await sign_in(client, name)
    return client


@pytest.mark.parametrize(("method", "path"), PAGES, ids=lambda v: v)
async def test_the_matrix_of_the_pages(browser, addresses, method, path):
    address = addresses(path)
    for name, expected in PAGES[method, path].items():
        client = await visitor(browser, name)
        rest = {}
        if method == "POST":
            rest["data"] = {"_csrf_token": token_in(await client.get("/help" if name != "anon" else "/login"))}
        if path.endswith(WITH_A_FILE):
            rest["files"] = {"file": ("f.csv", rows(A, prefix="y"))}
        if path.endswith("/sign"):
            rest["data"] |= {"decision": "referenced", "reason": "x", "no_conflict": "yes"}
        answer = await client.request(method, address, **rest)
        assert (name, answer.status_code) == (name, expected)
        if expected == DOOR and name == "anon":
            assert answer.headers["location"].startswith("/login?next=/")


async def test_every_page_has_its_policy(app):
    outside = ("/api/", "/static", "/schema", "/health", "/metrics")
    found = {
        (method, route.path)
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler) and not route.path.startswith(outside)
        for method in handler.http_methods - {"OPTIONS", "HEAD"}
    }
    assert found == set(PAGES)


@pytest.mark.parametrize("path", [path for method, path in PAGES if method == "POST"])
async def test_no_form_passes_without_its_token(browser, addresses, path):
    client = await visitor(browser, "anon" if path == "/login" else "site_a")
    assert (await client.post(addresses(path), data={"_csrf_token": ""})).status_code == 403


@pytest.mark.parametrize("path", [p for m, p in PAGES if m == "POST" and not p.endswith(WITH_A_FILE)])
async def test_a_form_without_a_file_is_short(browser, addresses, path):
    client = await visitor(browser, "anon" if path == "/login" else "site_a")
    assert (await client.post(addresses(path), data={"password": "x" * 70_000})).status_code == 413


async def test_what_another_site_sends_stops_before_its_body(browser, world):
    async def endless():
        yield b"x"
        raise AssertionError("the body was read")

    client = await visitor(browser, "site_a")
    headers = {
        "content-type": "multipart/form-data; boundary=x",
        "content-length": "1000",
        "origin": "https://evil.invalid",
    }
    assert (await client.post("/pilots/PIL-1/upload", content=endless(), headers=headers)).status_code == 403


async def test_whose_session_ends_over_a_form_comes_back_to_its_page(browser, world, scored):
    client = browser()
    for form, back in (
        ("/pilots/PIL-1/upload", "/pilots/PIL-1"),
        (f"/scorecards/{scored}/sign", f"/scorecards/{scored}"),
        ("/logout", "/"),
    ):
        assert (await client.post(form)).headers["location"] == f"/login?next={back}"
    assert (await client.get("/centrals/uniha?edition=1")).headers[
        "location"
    ] == "/login?next=/centrals/uniha%3Fedition%3D1"


async def test_the_other_language_is_one_link_away_also_after_a_form(browser, world):
    client = await visitor(browser, "site_a")
    token = token_in(await client.get("/pilots/PIL-1"))
    files = {"file": ("cas.csv", b"a;b\n1;2\n")}
    refused = await client.post("/pilots/PIL-1/upload", data={"_csrf_token": token}, files=files)
    assert refused.status_code == 422
    assert 'href="/pilots/PIL-1?lang=en"' in refused.text
    assert 'href="/?use_case=autre&amp;lang=en"' in (await client.get("/?use_case=autre&lang=fr")).text


async def test_strangers_find_the_lists_that_are_public(browser, world):
    page = await browser().get("/centrals")
    assert 'href="/centrals/resah"' in page.text
    assert 'href="/centrals/uniha"' not in page.text
