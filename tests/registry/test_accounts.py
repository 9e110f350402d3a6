"""Accounts: passwords, the limit of tries, tokens and their scopes, rights read anew at each request."""

import asyncio
import datetime as dt

import argon2
import pytest

from registry.errors import Conflict, Forbidden, Invalid, NotFound, TooManyAttempts, Unauthenticated
from registry.services import SYSTEM, accounts
from registry.vocabulary import Scope, UserRole

from .conftest import PASSWORD, A


async def test_the_right_password_opens_the_account_whatever_the_case_of_the_address(world):
    actor = await accounts.authenticate(email=" Site_A@Example.org ", password=PASSWORD)
    assert (actor.email, actor.role, actor.site) == ("site_a@example.org", UserRole.PILOT_SITE, A)
    assert actor.scopes == {Scope.READ, Scope.UPLOAD}


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("site_a@example.org", "wrong"),
        ("nobody@example.org", PASSWORD),
        ("site_a@example.org", "x" * 5000),
        ("\ud800@x", "x"),
    ],
)
async def test_one_answer_for_every_wrong_pair(world, email, password):
    with pytest.raises(Unauthenticated) as refused:
        await accounts.authenticate(email=email, password=password)
    assert refused.value.code == "wrong_credentials"


async def test_passwords_are_kept_as_the_owasp_minimum_of_argon2id(registry_settings):
    from registry.tables import User

    await accounts.create_user(by=SYSTEM, email="a@example.org", password=PASSWORD, role=UserRole.EVALUATOR)
    stored = (await User.select(User.password_hash).first())["password_hash"]
    found = argon2.extract_parameters(stored)
    assert (found.type, found.time_cost, found.memory_cost, found.parallelism) == (argon2.Type.ID, 2, 19456, 1)


async def test_ten_failures_then_a_pause_even_for_tries_sent_together(world, monkeypatch):
    checked = []
    real = accounts._verify

    async def counting(password, stored):
        checked.append(password)
        return await real(password, stored)

    monkeypatch.setattr(accounts, "_verify", counting)
    tries = [accounts.authenticate(email="admin@example.org", password=f"wrong {n}") for n in range(40)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert len(checked) == 10
    assert sum(isinstance(a, TooManyAttempts) for a in answers) == 30
    with pytest.raises(TooManyAttempts):
        await accounts.authenticate(email="admin@example.org", password=PASSWORD)
    assert (await accounts.authenticate(email="eval_1@example.org", password=PASSWORD)).email == "eval_1@example.org"


async def test_the_pause_ends_by_itself(world, monkeypatch):
    from registry.services import clock

    for n in range(10):
        with pytest.raises(Unauthenticated):
            await accounts.authenticate(email="admin@example.org", password=f"wrong {n}")
    later = clock.now() + dt.timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert (await accounts.authenticate(email="admin@example.org", password=PASSWORD)).role == UserRole.ADMINISTRATOR


async def test_a_success_forgets_the_failures(world):
    for _ in range(3):
        for n in range(9):
            with pytest.raises(Unauthenticated):
                await accounts.authenticate(email="admin@example.org", password=f"wrong {n}")
        await accounts.authenticate(email="admin@example.org", password=PASSWORD)


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"email": "no address"}, Invalid),
        ({"email": "a@b\r\nBcc: x@y.z"}, Invalid),
        ({"password": "short"}, Invalid),
        ({"password": "x" * 1025}, Invalid),
        ({"role": UserRole.PILOT_SITE}, Invalid),
        ({"role": UserRole.SYSTEM}, Invalid),
        ({"role": UserRole.PILOT_SITE, "site": "000000000"}, NotFound),
        ({"role": UserRole.CENTRAL, "central": "none"}, NotFound),
        ({"email": "ADMIN@example.org"}, Conflict),
        ({"by": "eval_1"}, Forbidden),
        ({"by": "site_a"}, Forbidden),
    ],
)
async def test_an_account_that_cannot_be(world, values, refusal):
    given = {"by": "admin", "email": "new@example.org", "password": PASSWORD, "role": UserRole.EVALUATOR, **values}
    with pytest.raises(refusal):
        await accounts.create_user(**{**given, "by": getattr(world, given["by"])})


async def test_a_token_speaks_for_its_account_within_its_scopes(world):
    from registry.tables import Token

    plain = await accounts.create_token(by=SYSTEM, email="site_a@example.org", scopes=["read"])
    assert plain.startswith("preuve_")
    actor = await accounts.actor_by_token(plain)
    assert (actor.id, actor.scopes) == (world.site_a.id, {Scope.READ})
    everything = await accounts.create_token(by=SYSTEM, email="site_a@example.org")
    assert (await accounts.actor_by_token(everything)).scopes == {Scope.READ, Scope.UPLOAD}
    stored = str(await Token.select())
    assert plain not in stored
    assert everything not in stored


async def test_a_token_is_never_wider_than_its_account_or_its_maker(world):
    with pytest.raises(Invalid):
        await accounts.create_token(by=SYSTEM, email="site_a@example.org", scopes=["sign"])
    with pytest.raises(Invalid):
        await accounts.create_token(by=SYSTEM, email="site_a@example.org", scopes=["read", "everything"])
    narrow = await accounts.actor_by_token(
        await accounts.create_token(by=SYSTEM, email="site_a@example.org", scopes=["read"])
    )
    with pytest.raises(Invalid):
        await accounts.create_token(by=narrow, email="site_a@example.org", scopes=["upload"])
    with pytest.raises(Forbidden):
        await accounts.create_token(by=world.site_b, email="site_a@example.org")


async def test_a_token_ends(world, monkeypatch):
    from registry.services import clock

    plain = await accounts.create_token(by=SYSTEM, email="site_a@example.org", days=1)
    assert await accounts.actor_by_token(plain)
    later = clock.now() + dt.timedelta(days=1, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert await accounts.actor_by_token(plain) is None
    assert await accounts.actor_by_token(plain[:-1]) is None


async def test_a_closed_account_ends_at_the_next_request(world):
    plain = await accounts.create_token(by=SYSTEM, email="site_a@example.org")
    await accounts.set_active(by=world.admin, email="site_a@example.org", active=False)
    assert await accounts.actor_by_token(plain) is None
    assert await accounts.actor_by_id(world.site_a.id) is None
    with pytest.raises(Unauthenticated):
        await accounts.authenticate(email="site_a@example.org", password=PASSWORD)
    with pytest.raises(Conflict):
        await accounts.set_active(by=world.admin, email="admin@example.org", active=False)


async def test_the_password_is_asked_again(world):
    assert await accounts.verify_password(actor=world.eval_1, password=PASSWORD)
    assert not await accounts.verify_password(actor=world.eval_1, password="wrong")


async def test_the_list_of_accounts_goes_page_by_page_and_is_the_administrators(world):
    first = await accounts.list_users(by=world.admin, limit=5)
    rest = await accounts.list_users(by=world.admin, limit=50, cursor=first["next_cursor"])
    found = [account["email"] for account in (*first["items"], *rest["items"])]
    assert found == sorted(found)
    assert len(found) == 12
    assert rest["next_cursor"] is None
    with pytest.raises(Forbidden):
        await accounts.list_users(by=world.eval_1)
    with pytest.raises(Invalid):
        await accounts.list_users(by=world.admin, cursor="é")


async def test_a_session_is_found_by_its_name_only_and_ends(registry_settings):
    from registry.services import clock, sessions
    from registry.tables import SessionValue

    end = clock.now() + dt.timedelta(hours=1)
    await sessions.put("name", b"one", end)
    await sessions.put("name", b"two", end)
    assert await sessions.get("name") == (b"two", end)
    assert "name" not in {row["key"] for row in await SessionValue.select(SessionValue.key)}
    await sessions.put("name", b"two", clock.now() - dt.timedelta(seconds=1))
    assert await sessions.get("name") is None
    await sessions.delete_expired()
    assert await SessionValue.count() == 0
