"""Who may do what over HTTP; the answers that say nothing; the headers of every answer."""

import pytest
from litestar.handlers import HTTPRouteHandler

from tests.registry.conftest import OUTSIDE, PASSWORD, A, rows
from tests.web.conftest import BASE, post, sign_in, token_in

UNKNOWN = "00000000-0000-4000-8000-000000000000"

API = {
    ("GET", "/api/v1/tools"): {"anon": 200, "site_a": 200, "eval_1": 200, "buyer_u": 200, "admin": 200},
    ("GET", "/api/v1/tools/outil"): {"anon": 200, "site_a": 200},
    ("GET", "/api/v1/tools/outil/versions/1.0"): {"anon": 200, "site_a": 200},
    ("GET", "/api/v1/me"): {"anon": 401, "site_a": 200},
    ("GET", "/api/v1/pilots"): {"anon": 401, "site_a": 200, "buyer_u": 200},
    ("GET", "/api/v1/pilots/PIL-1"): {
        "anon": 401,
        "site_a": 200,
        "site_c": 404,
        "eval_1": 200,
        "buyer_u": 404,
        "admin": 200,
    },
    ("POST", "/api/v1/pilots/PIL-1/submissions"): {
        "anon": 401,
        "site_a": 201,
        "site_c": 404,
        "eval_1": 403,
        "buyer_u": 403,
        "admin": 403,
    },
    ("POST", "/api/v1/pilots/PIL-1/submissions/annotated"): {
        "anon": 401,
        "site_a": 200,
        "site_c": 404,
        "eval_1": 403,
        "buyer_u": 403,
        "admin": 403,
    },
    ("GET", "/api/v1/pilots/PIL-1/submissions"): {
        "anon": 401,
        "site_a": 200,
        "site_c": 404,
        "eval_1": 200,
        "buyer_u": 403,
    },
    ("POST", "/api/v1/pilots/PIL-1/close"): {"anon": 401, "site_a": 403, "buyer_u": 403, "admin": 403},
    ("GET", "/api/v1/pilots/PIL-1/scorecard"): {
        "anon": 404,
        "site_a": 404,
        "site_c": 404,
        "eval_1": 200,
        "eval_bound": 403,
        "buyer_u": 404,
        "admin": 403,
    },
    ("GET", "/api/v1/pilots/PIL-1/decision"): {"anon": 404, "eval_1": 404, "buyer_u": 404},
    ("GET", "/api/v1/scorecards/{digest}"): {
        "anon": 404,
        "site_a": 404,
        "eval_1": 200,
        "eval_of_a": 403,
        "buyer_u": 404,
        "admin": 403,
    },
    ("GET", "/api/v1/scorecards/{digest}/decision"): {"anon": 404, "site_a": 404, "eval_1": 200, "buyer_u": 404},
    ("POST", "/api/v1/scorecards/{digest}/signatures"): {
        "anon": 401,
        "site_a": 403,
        "eval_bound": 403,
        "eval_of_a": 403,
        "buyer_u": 403,
        "admin": 403,
    },
    ("GET", "/api/v1/submissions/{submission}"): {
        "anon": 401,
        "site_a": 200,
        "site_b": 404,
        "eval_1": 200,
        "buyer_u": 403,
    },
    ("POST", "/api/v1/submissions/{submission}/accept"): {"anon": 401, "site_b": 404, "eval_1": 403, "admin": 403},
    ("POST", "/api/v1/submissions/{submission}/withdraw"): {"anon": 401, "site_b": 404, "eval_1": 403, "admin": 403},
    ("GET", "/api/v1/centrals"): {"anon": 200},
    ("GET", "/api/v1/centrals/uniha/referencing"): {"anon": 401, "buyer_u": 200, "buyer_r": 404, "site_a": 403},
    ("GET", "/api/v1/centrals/resah/referencing"): {"anon": 200, "buyer_u": 200},
    ("GET", "/api/v1/centrals/uniha/referencing.xlsx"): {"anon": 401, "buyer_u": 404, "buyer_r": 404},
    ("GET", "/api/v1/centrals/uniha/referencing.csv"): {"anon": 401, "buyer_r": 404},
    ("GET", "/api/v1/centrals/uniha/referencing.json"): {"anon": 401, "buyer_r": 404},
    ("GET", "/api/v1/centrals/uniha/editions"): {"anon": 401, "buyer_u": 200, "buyer_r": 404},
    ("GET", "/api/v1/centrals/uniha/editions/1/changes"): {"anon": 401, "buyer_u": 404, "buyer_r": 404},
    ("GET", "/api/v1/audit"): {"anon": 401, "site_a": 403, "eval_1": 403, "admin": 200},
    ("GET", "/api/v1/audit?mine=1"): {"anon": 401, "site_a": 200, "eval_1": 200, "admin": 200},
}
"""The declared policy of every route of the API; a route that is not here fails the test below."""

SIGNATURE = {"decision": "referenced", "reason": "x", "no_conflict": True}


@pytest.mark.parametrize(("method", "path"), API, ids=lambda v: v)
async def test_the_matrix(machine, world, scored, method, path):
    owner = await machine("site_a")
    items = (await owner.get("/api/v1/pilots/PIL-1/submissions")).json()["items"]
    submission = next(item["id"] for item in items if item["site"] == A)
    address = path.format(digest=scored, submission=submission)
    for name, expected in API[method, path].items():
        caller = await machine(None if name == "anon" else name)
        rest = {}
        if address.endswith(("/submissions", "/annotated")) and method == "POST":
            rest = {"files": {"file": ("f.csv", rows(A, prefix="z"))}}
        elif address.endswith("/signatures"):
            rest = {"json": SIGNATURE}
        answer = await caller.request(method, address, **rest)
        assert (name, answer.status_code) == (name, expected)
        if expected >= 400:
            assert answer.headers["content-type"].startswith("application/problem+json")
            assert answer.json()["status"] == expected
            assert answer.json()["instance"] == address.partition("?")[0]


async def test_every_route_of_the_api_has_its_policy(app):
    declared = {(method, path.partition("?")[0].replace("/resah/", "/uniha/")) for method, path in API}
    known = (
        ("{digest:str}", "{digest}"), ("{submission:str}", "{submission}"), ("{pilot:str}", "PIL-1"), ("{tool:str}", "outil"),
        ("{version:str}", "1.0"), ("{number:int}", "1"), ("{code:str}", "uniha"),
    )  # fmt: skip
    found = set()
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if route.path.startswith("/api/") and isinstance(handler, HTTPRouteHandler):
                path = route.path
                for shape, value in known:
                    path = path.replace(shape, value)
                found |= {(method, path) for method in handler.http_methods - {"OPTIONS", "HEAD"}}
    assert found == declared


async def test_what_is_not_yours_is_what_does_not_exist(machine, world, scored):
    other = await machine("site_b")
    mine = (await (await machine("site_a")).get("/api/v1/pilots/PIL-1/submissions")).json()["items"]
    theirs = await other.get(f"/api/v1/submissions/{next(i['id'] for i in mine if i['site'] == A)}")
    unknown = await other.get(f"/api/v1/submissions/{UNKNOWN}")
    drop = {"instance"}
    assert {k: v for k, v in theirs.json().items() if k not in drop} == {
        k: v for k, v in unknown.json().items() if k not in drop
    }


async def test_a_file_with_faults_is_refused_with_all_of_them_and_leaves_nothing(machine, world):
    site = await machine("site_a")
    bad = (
        rows(A)
        .replace(b"c3,", b"c1,", 1)
        .replace(b",1,1\n", b",peut-etre,1\n", 1)
        .replace(b"2026-03-02", b"2031-03-02", 1)
    )
    answer = await site.post("/api/v1/pilots/PIL-1/submissions", files={"file": ("cas.csv", bad)})
    found = answer.json()
    assert (answer.status_code, found["accepted"], found["outcome"]) == (422, False, "reject")
    assert set(found["issue_counts"]) == {"duplicate_case_id", "invalid_label", "date_in_future"}
    assert all(issue["row"] and issue["message"] for issue in found["issues"])
    assert (await site.get("/api/v1/pilots/PIL-1/submissions")).json()["items"] == []


async def test_identities_are_never_stored_nor_repeated(machine, world):
    site = await machine("site_a")
    bad = rows(A).replace(b"c0,", b"jean.dupont@chu.invalid,", 1)
    answer = await site.post("/api/v1/pilots/PIL-1/submissions", files={"file": ("cas.csv", bad)})
    assert answer.json()["reason"] == "identifying_data"
    assert "dupont" not in answer.text
    kept = [path for path in world.settings.data_dir.rglob("*") if path.is_file()]
    assert not any(b"jean.dupont" in path.read_bytes() for path in kept)


async def test_bodies_are_strict(machine, world, scored):
    evaluator = await machine("eval_1")
    path = f"/api/v1/scorecards/{scored}/signatures"
    assert (await evaluator.post(path, json={**SIGNATURE, "published": True})).status_code == 400
    assert (await evaluator.post(path, content=b"{", headers={"content-type": "application/json"})).status_code == 400
    for kind in ({"content-type": "text/plain"}, {"content-type": "application/x-www-form-urlencoded"}, {}):
        as_text = b'{"decision": "referenced", "reason": "x", "no_conflict": true}'
        assert (await evaluator.post(path, content=as_text, headers=kind)).status_code == 415
    long = b'{"decision": "referenced", "no_conflict": true, "reason": "' + b"x" * 1_000_001 + b'"}'
    assert (await evaluator.post(path, content=long, headers={"content-type": "application/json"})).status_code == 413
    deep = b'{"conditions":' + b"[" * 50_000 + b"]" * 50_000 + b"}"
    assert (await evaluator.post(path, content=deep, headers={"content-type": "application/json"})).status_code == 400
    assert (await evaluator.post(path, json={**SIGNATURE, "no_conflict": False})).status_code == 403
    assert (await evaluator.post(path, json={**SIGNATURE, "decision": "conditional"})).status_code == 422
    assert (await evaluator.post("/api/v1/scorecards/" + "0" * 64 + "/signatures", json=SIGNATURE)).status_code == 404


async def test_scopes_limit_a_token(machine, world, scored):
    reader = await machine("eval_1", ["read"])
    assert (await reader.get(f"/api/v1/scorecards/{scored}")).status_code == 200
    assert (await reader.post(f"/api/v1/scorecards/{scored}/signatures", json=SIGNATURE)).status_code == 403


async def test_an_etag_saves_the_second_answer(machine, world):
    caller = await machine("site_a")
    first = await caller.get("/api/v1/tools")
    second = await caller.get("/api/v1/tools", headers={"If-None-Match": first.headers["etag"]})
    assert (second.status_code, second.content) == (304, b"")


async def test_lists_are_paged(machine, world):
    caller = await machine("admin")
    first = (await caller.get("/api/v1/audit?limit=3")).json()
    second = (await caller.get(f"/api/v1/audit?limit=3&cursor={first['next_cursor']}")).json()
    assert len(first["items"]) == len(second["items"]) == 3
    assert first["items"][-1]["sequence"] == second["items"][0]["sequence"] + 1
    assert first["verification"]["ok"] is True
    assert (await caller.get("/api/v1/audit?cursor=%00%ff")).status_code == 422


async def test_wrong_tokens_and_sessions_do_not_open_the_api(machine, browser, world):
    nobody = await machine()
    for header in ("Bearer nonsense", "Basic YTpi", "Bearer "):
        assert (await nobody.get("/api/v1/me", headers={"Authorization": header})).status_code == 401
    client = browser()
    await sign_in(client, "admin")
    assert (await client.get("/api/v1/me")).status_code == 401


async def test_pages_send_strangers_to_the_door_and_back(browser, world):
    client = browser()
    answer = await client.get("/pilots/PIL-1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/pilots/PIL-1")
    form = await client.get("/login?next=https://evil.invalid/")
    assert 'value="/pilots"' in form.text
    for target in ("//evil.invalid", "/\\evil.invalid", "https://evil.invalid"):
        data = {
            "email": "site_a@example.org",
            "password": PASSWORD,
            "next": target,
            "_csrf_token": token_in(await client.get("/login")),
        }
        assert (await client.post("/login", data=data)).headers["location"] == "/pilots"


async def test_a_planted_session_is_not_adopted_and_changes_at_sign_in(browser, world):
    client = browser()
    client.cookies.set("preuve", "a" * 64, domain="preuve.test")
    await sign_in(client, "site_a")
    given = [c.value for c in client.cookies.jar if c.name == "preuve"]
    assert "a" * 64 not in given[-1:]
    stranger = browser()
    stranger.cookies.set("preuve", "a" * 64, domain="preuve.test")
    assert (await stranger.get("/pilots")).status_code == 303
    old = given[-1]
    await sign_in(client, "site_a")
    thief = browser()
    thief.cookies.set("preuve", old, domain="preuve.test")
    assert (await thief.get("/pilots")).status_code == 303


async def test_signing_out_ends_the_session_on_the_server(browser, world):
    client = browser()
    await sign_in(client, "site_a")
    kept = client.cookies.get("preuve")
    await post(client, "/pilots", "/logout")
    thief = browser()
    thief.cookies.set("preuve", kept, domain="preuve.test")
    assert (await thief.get("/pilots")).status_code == 303


async def test_a_wrong_password_says_no_more_than_that(browser, world):
    known, unknown = browser(), browser()
    first = await sign_in(known, "site_a", "wrong password here")
    second = await sign_in(unknown, "nobody", "wrong password here")
    assert first.status_code == second.status_code == 401

    def sentence(page):
        return page.text.split('role="alert">')[1].split("<")[0]

    assert sentence(first) == sentence(second)


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.invalid"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)
async def test_a_form_sent_from_elsewhere_is_refused(browser, world, headers):
    client = browser()
    await sign_in(client, "programme")
    token = token_in(await client.get("/pilots/PIL-1"))
    refused = await client.post("/pilots/PIL-1/close", data={"_csrf_token": token}, headers=headers)
    assert refused.status_code == 403
    for bad in ("", "0" * 64, token[:-1] + "x"):
        assert (await client.post("/pilots/PIL-1/close", data={"_csrf_token": bad})).status_code == 403
    other = browser()
    await sign_in(other, "eval_1")
    stolen = await other.post("/pilots/PIL-1/close", data={"_csrf_token": token})
    assert stolen.status_code == 403
    assert (
        await client.post("/pilots/PIL-1/close", data={"_csrf_token": token}, headers={"Origin": BASE})
    ).status_code == 303


async def test_an_upload_by_nobody_stops_before_its_body(app, browser, machine):
    async def endless():
        yield b"x"
        raise AssertionError("the body was read")

    for client, path in ((browser(), "/pilots/PIL-1/upload"), (await machine(), "/api/v1/pilots/PIL-1/submissions")):
        headers = {"content-type": "multipart/form-data; boundary=x", "content-length": "100000000"}
        answer = await client.post(path, content=endless(), headers=headers)
        assert answer.status_code in (303, 401)


async def test_a_site_outside_the_pilot_sees_nothing_of_it(browser, world, scored):
    client = browser()
    await sign_in(client, "site_c")
    assert OUTSIDE
    assert "PIL-1" not in (await client.get("/pilots")).text
    for path in ("/pilots/PIL-1", f"/scorecards/{scored}", "/pilots/PIL-1/own", "/pilots/PIL-1/template.xlsx"):
        assert (await client.get(path)).status_code == 404


async def test_the_headers_of_every_kind_of_answer(browser, machine, world):
    client, caller = browser(), await machine("site_a")
    answers = [
        await client.get(p)
        for p in (
            "/",
            "/login",
            "/nowhere",
            "/static/preuve.css",
            "/schema",
            "/schema/openapi.json",
            "/health/live",
            "/health/ready",
        )
    ]
    answers += [await caller.get("/api/v1/me"), await caller.get("/api/v1/nowhere")]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "unsafe-inline" not in policy
        assert all(part in policy for part in ("frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'"))
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.status_code < 500
    assert (await caller.get("/api/v1/me")).headers["cache-control"] == "no-store"
    await sign_in(client, "site_a")
    cookie = (await sign_in(browser(), "site_a")).headers.get_list("set-cookie")
    session = next(c for c in cookie if c.startswith("preuve="))
    assert "HttpOnly" in session
    assert "SameSite=lax" in session


async def test_hostile_names_are_text_on_every_page(browser, world):
    from registry.services import SYSTEM, catalogue

    hostile = '<script>alert("x")</script>=1+1'
    await catalogue.add_tool(
        by=SYSTEM, slug="hostile", name=hostile, supplier="000000001", use_case="autre", summary_fr=hostile
    )
    client = browser()
    for path in ("/", "/tools/hostile"):
        page = await client.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;" in page.text


async def test_odd_requests_are_refused_without_a_crash(browser, machine, world):
    client, caller = browser(), await machine("eval_1")
    paths = [
        "/pilots/%00",
        "/tools/%ff",
        "/verify/%27%22",
        "/?use_case=%00",
        "/?lang=xx",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/scorecards/x",
        "/submissions/1",
    ]
    for path in paths:
        assert (await client.get(path)).status_code < 500
    for path in (
        "/api/v1/pilots?limit=-5",
        "/api/v1/pilots?limit=99999999999999999999",
        "/api/v1/tools?cursor=!!",
        "/api/v1/tools/%00",
        "/api/v1/pilots/%F0%9F%98%80",
    ):
        assert (await caller.get(path)).status_code < 500
    sign = "/api/v1/scorecards/" + "0" * 64 + "/signatures"
    for body in (
        b'{"decision":"\\u0000","reason":"\\u0000","no_conflict":true}',
        b'{"decision":"\\ud800","reason":"\\ud800","no_conflict":true}',
        b"\xff\xfe",
    ):
        assert (await caller.post(sign, content=body, headers={"content-type": "application/json"})).status_code < 500
    for method in ("PUT", "DELETE", "PATCH"):
        assert (await caller.request(method, "/api/v1/audit")).status_code == 405


FORM = {"content-type": "application/x-www-form-urlencoded"}
PARTS = {"content-type": "multipart/form-data; boundary=X"}


def part(name, headers=b"", value=b"a"):
    head = b'--X\r\nContent-Disposition: form-data; name="' + name + b'"' + headers
    return head + b"\r\n\r\n" + value + b"\r\n--X--\r\n"


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"_csrf_token=%C3%A9", FORM, 403),
        (b"_csrf_token=%ff", FORM, 403),
        (part(b"email", b"\r\nContent-Type: text/plain; charset=utf-99"), PARTS, 400),
        (part(b"email", value=b"\xff\xfe"), PARTS, 400),
    ],
)
async def test_a_form_that_cannot_be_read_is_the_senders_fault(browser, body, headers, status):
    assert (await browser().post("/login", content=body, headers=headers)).status_code == status


@pytest.mark.parametrize("name", ["%00", "a%00.css", "a" * 300, "a" * 5000])
async def test_a_file_that_cannot_be_is_not_found(browser, name):
    assert (await browser().get(f"/static/{name}")).status_code == 404


async def test_a_body_that_is_not_utf_8_is_the_senders_fault(machine):
    client = await machine("site_a")
    sent = await client.post("/api/v1/pilots/PIL-1/submissions", content=part(b"table", value=b"\xff"), headers=PARTS)
    assert (sent.status_code, sent.headers["content-type"]) == (400, "application/problem+json")
    evaluator = await machine("eval_1")
    json_body = {"content-type": "application/json"}
    signed = await evaluator.post("/api/v1/scorecards/x/signatures", content=b'{"decision":"\xff"}', headers=json_body)
    assert (signed.status_code, signed.headers["content-type"]) == (400, "application/problem+json")
