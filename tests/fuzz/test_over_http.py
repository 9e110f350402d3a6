"""Odd files sent to the application: a reasoned answer to each, never a failure of the server."""

import os
import time

import pytest

from tests.fuzz.cases import cases
from tests.registry.conftest import world  # noqa: F401  # a fixture
from tests.web.conftest import app, browser, machine, sign_in, token_in  # noqa: F401  # fixtures

SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
SEED = int(os.environ.get("FUZZ_SEED", "7"))
FEW = 16
API = "/api/v1/pilots/PIL-1/submissions"
ANSWERS = {200, 201, 400, 409, 413, 422}
PAGES = {200, 303, 400, 409, 413, 422}


def name_of(case):
    """A name as a browser sends it: without line ends, and never empty."""
    return case.name.replace("\n", " ") or "file"


@pytest.fixture
def told(capsys):
    def tell(*words):
        with capsys.disabled():
            print(*words, flush=True)

    return tell


async def test_no_file_fails_the_server(machine, browser, world, told):  # noqa: F811
    site, person = await machine("site_a"), browser()
    await sign_in(person, "site_a")
    token = token_in(await person.get("/pilots/PIL-1"))
    until = time.monotonic() + SECONDS
    failed = {}
    for sent, case in enumerate(cases(SEED), start=1):  # without end
        files = {"file": (name_of(case), case.content)}
        answers = {"upload": ((await site.post(API, files=files)), ANSWERS)}
        if sent % 16 == 0:  # a child process each
            answers["copy"] = ((await site.post(f"{API}/annotated", files=files)), ANSWERS)
        if sent % 4 == 1:
            page = await person.post("/pilots/PIL-1/upload", data={"_csrf_token": token}, files=files)
            answers["page"] = (page, PAGES)
        for what, (answer, allowed) in answers.items():
            if answer.status_code not in allowed or "Traceback" in answer.text:
                failed.setdefault((what, answer.status_code), (case.name, case.content[:200], answer.text[:2000]))
        if sent >= FEW and time.monotonic() > until:
            break
    if SECONDS:
        told(f"{sent} files over HTTP, {SECONDS:.0f} seconds, seed {SEED}: {len(failed)} finds")
    assert not failed
