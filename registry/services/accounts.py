"""People and machines: accounts, passwords, tokens, and who is behind a request."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import argon2

from registry import db
from registry.errors import Conflict, Invalid, NotFound, TooManyAttempts, Unauthenticated
from registry.policies.access import Action, Actor
from registry.services import clock, guard, trail
from registry.services.pages import Page, after_cursor, page, size
from registry.services.people import Account, accounts_where, actor_by_email, actor_by_id
from registry.services.tokens import actor_by_token, create_token
from registry.tables import PurchasingCentral, SignInFailure, Site, Supplier, User
from registry.vocabulary import UserRole

__all__ = [
    "Account",
    "actor_by_email",
    "actor_by_id",
    "actor_by_token",
    "authenticate",
    "create_token",
    "create_user",
    "list_users",
    "set_active",
    "verify_password",
]

HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
HASHERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")
"""At most two hashes at once: a flood of sign-ins cannot take the server's memory."""
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")
SHORTEST, LONGEST = 12, 1024
ATTEMPTS, WINDOW = 10, dt.timedelta(minutes=15)


async def create_user(
    *,
    by: Actor,
    email: str,
    password: str,
    role: UserRole,
    site: str | None = None,
    central: str | None = None,
    supplier: str | None = None,
) -> Account:
    """Add an account.

    Parameters
    ----------
    site, central, supplier
        FINESS of the hospital, code of the central, SIREN or identifier of the supplier to which the person is bound.
        A pilot site needs the first, a central the second, a supplier the third; an evaluator bound to a site or a
        supplier never judges their cause.

    Raises
    ------
    Invalid
        The address, the password or the binding cannot be accepted.
    Conflict
        The address has an account already.
    """
    await guard.require(by, Action.USER_WRITE, "account", email)
    email = _address(email)
    _check_password(password)
    bound = await _bindings(role, site, central, supplier)
    hashed = await _hash(password)
    row = User(email=email, password_hash=hashed, role=role.value, created_at=clock.now(), **bound)
    async with db.transaction():
        if await User.exists().where(User.email == email):
            raise Conflict("account_exists", "{email} has an account already.", email=email)
        await User.insert(row)
        await trail.record(by, "account.created", "account", str(row.id), email=email, role=role.value)
    return (await accounts_where(User.id == row.id))[0]


async def _bindings(role: UserRole, site: str | None, central: str | None, supplier: str | None) -> dict[str, Any]:
    needed = {UserRole.PILOT_SITE: site, UserRole.CENTRAL: central, UserRole.SUPPLIER: supplier}
    if role == UserRole.SYSTEM or (role in needed and not needed[role]):
        raise Invalid(
            "binding", "An account of this role ({role}) must name its site, its central or its supplier.", role=role
        )
    by_supplier = guard.known_as(Supplier.id, Supplier.siren, supplier or "")
    return {
        "site": await _bound(Site, Site.finess == site, site),
        "central": await _bound(PurchasingCentral, PurchasingCentral.code == central, central),
        "supplier": await _bound(Supplier, by_supplier, supplier),
    }


async def _bound(table: Any, where: Any, asked: str | None) -> Any:
    if not asked:
        return None
    if (row := await table.select(table.id).where(where).first()) is None:
        raise NotFound("unknown_binding", "{name} is not in the registry: add it first.", name=asked)
    return row["id"]


def _address(email: str) -> str:
    email = email.strip().lower()
    if not EMAIL.fullmatch(email) or any(not c.isprintable() for c in email):
        raise Invalid("bad_email", "This is not an e-mail address: write it as name@example.org.")
    return email


def _check_password(password: str) -> None:
    if len(password) < SHORTEST or len(password.encode()) > LONGEST:
        raise Invalid(
            "bad_password",
            "A password has from {shortest} characters to {longest} bytes.",
            shortest=SHORTEST,
            longest=LONGEST,
        )


async def authenticate(*, email: str, password: str) -> Actor:
    """The person of that address, if the password is theirs.

    A try is counted before it is checked, so that tries sent together are all counted; an unknown address costs as much
    as a known one.

    Raises
    ------
    Unauthenticated
        Wrong address or password, or an account that was closed: one answer for all.
    TooManyAttempts
        Ten failures in fifteen minutes for that address.
    """
    email = email.encode("utf-8", "replace").decode().strip().lower()[:254]
    key = hashlib.sha256(email.encode()).hexdigest()
    async with db.transaction():
        since = clock.now() - WINDOW
        await SignInFailure.delete().where(SignInFailure.at < since)
        tries = await SignInFailure.count().where(SignInFailure.key == key)
        if tries < ATTEMPTS:
            await SignInFailure.insert(SignInFailure(key=key, at=clock.now()))
    if tries >= ATTEMPTS:
        raise TooManyAttempts(
            "too_many_attempts", "Too many failed sign-ins: wait a quarter of an hour, then try again."
        )
    row = await User.select(User.id, User.password_hash).where(User.email == email, User.active.eq(True)).first()
    right = await _verify(password, row["password_hash"] if row else _nobody())
    actor = await actor_by_id(str(row["id"])) if row and right else None
    async with db.transaction():
        if actor is not None:
            await SignInFailure.delete().where(SignInFailure.key == key)
            await trail.record(actor, "account.signed_in", "account", str(actor.id))
        else:
            nobody = Actor(None, "anonymous", UserRole.SYSTEM)
            await trail.record(nobody, "account.sign_in_failed", "account", key[:16], tries=tries + 1)
    if actor is None:
        raise Unauthenticated("wrong_credentials", "The address or the password is wrong.")
    return actor


async def verify_password(*, actor: Actor, password: str) -> bool:
    """Whether the password is the actor's (asked again before a signature); counted as a sign-in."""
    try:
        return (await authenticate(email=actor.email, password=password)).id == actor.id
    except Unauthenticated:
        return False


@cache
def _nobody() -> str:
    return HASHER.hash(secrets.token_urlsafe())


async def _hash(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(HASHERS, HASHER.hash, password)


async def _verify(password: str, stored: str) -> bool:
    def check() -> bool:
        try:
            return HASHER.verify(stored, password)
        except argon2.exceptions.VerificationError:
            return False

    if len(password.encode("utf-8", "replace")) > LONGEST:
        return False
    return await asyncio.get_running_loop().run_in_executor(HASHERS, check)


async def list_users(*, by: Actor | None, limit: int = 50, cursor: str | None = None) -> Page[Account]:
    """The accounts, by address; for the administrator."""
    await guard.require(by, Action.USER_WRITE, "account")
    limit = size(limit)
    start = after_cursor(cursor) or ""
    return page(await accounts_where(User.email > start, limit=limit + 1), limit, lambda account: account["email"])


async def set_active(*, by: Actor, email: str, active: bool) -> Account:
    """Open or close an account; it ends at the next request.

    Raises
    ------
    NotFound
        No such account.
    Conflict
        One's own account.
    """
    await guard.require(by, Action.USER_WRITE, "account", email)
    email = email.strip().lower()
    if by.email == email:
        raise Conflict("own_account", "Nobody opens or closes their own account: ask another administrator.")
    async with db.transaction():
        changed = await User.update({User.active: active}).where(User.email == email).returning(User.id)
        if not changed:
            raise NotFound("unknown_account", "There is no account {email}.", email=email)
        await trail.record(by, "account.opened" if active else "account.closed", "account", str(changed[0]["id"]))
    return (await accounts_where(User.email == email))[0]
