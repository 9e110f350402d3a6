"""The application on the registry's small invented world, driven over HTTP in the test's own event loop."""

import re

import httpx
import pytest

from tests.registry.conftest import PASSWORD, scored, send, world  # noqa: F401  # fixtures

BASE = "http://preuve.test"


@pytest.fixture
async def app(world):  # noqa: F811
    from registry.app import create_app

    made = create_app(world.settings)
    async with made.lifespan():
        yield made


@pytest.fixture
async def browser(app):
    """A new browser: its own cookies."""
    opened = []

    def new():
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE)
        opened.append(client)
        return client

    yield new
    for client in opened:
        await client.aclose()


@pytest.fixture
async def machine(app, world):  # noqa: F811
    """A machine with a token of one of the world's people."""
    from registry.services import SYSTEM, accounts

    opened = []

    async def new(name=None, scopes=None):
        headers = {}
        if name:
            token = await accounts.create_token(by=SYSTEM, email=f"{name}@example.org", scopes=scopes)
            headers = {"Authorization": f"Bearer {token}"}
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE, headers=headers)
        opened.append(client)
        return client

    yield new
    for client in opened:
        await client.aclose()


def token_in(page):
    """The form token that a page holds."""
    return re.search(r'name="_csrf_token" value="([0-9a-f]{64})"', page.text)[1]


async def sign_in(client, name, password=PASSWORD):
    form = await client.get("/login")
    data = {"email": f"{name}@example.org", "password": password, "_csrf_token": token_in(form)}
    return await client.post("/login", data=data)


async def post(client, page, path, data=None, **rest):
    """Send the form of a page, with its token."""
    token = token_in(await client.get(page))
    return await client.post(path, data={"_csrf_token": token, **(data or {})}, **rest)
