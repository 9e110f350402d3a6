"""Tokens of machines: made, shown once, and whom each speaks for."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence

from registry import db
from registry.errors import Invalid, NotFound
from registry.policies.access import Action, Actor
from registry.services import clock, guard, trail
from registry.services.people import actor_by_email, actor_where
from registry.tables import Token, User
from registry.vocabulary import Scope

PREFIX = "preuve_"


async def create_token(
    *, by: Actor, email: str, scopes: Sequence[str] | None = None, days: int = 90, label: str = ""
) -> str:
    """A token for the account of that address, in clear: it is shown once, its SHA-256 is kept.

    Parameters
    ----------
    scopes
        `read`, `upload`, `sign`; by default all those of the account's role.

    Raises
    ------
    NotFound
        No such account, or it is closed.
    Invalid
        A scope that does not exist or that the role does not have.
    """
    if by.email != email.strip().lower():
        await guard.require(by, Action.TOKEN_WRITE, "account", email)
    owner = await actor_by_email(email)
    if owner is None or owner.id is None:
        raise NotFound("unknown_account", "There is no account {email}.", email=email)
    wanted = set(owner.scopes) if scopes is None else {Scope(s) for s in scopes if s in set(Scope)}
    # a token never makes a wider one
    if not wanted or (scopes is not None and len(wanted) < len(set(scopes))) or not wanted <= owner.scopes & by.scopes:
        raise Invalid(
            "bad_scope",
            "These scopes are not those of the account ({role}): it may have {scopes}.",
            role=owner.role,
            scopes=", ".join(sorted(owner.scopes)),
        )
    plain = PREFIX + secrets.token_urlsafe(32)
    async with db.transaction():
        at = clock.now()
        row = Token(
            account=guard.identifier(owner.id),
            digest=hashlib.sha256(plain.encode()).hexdigest(),  # 256 random bits need no slow hash
            scopes=sorted(wanted),
            label=label,
            created_at=at,
            expires_at=at + dt.timedelta(days=days),
        )
        await Token.insert(row)
        await trail.record(
            by, "token.created", "token", str(row.id), email=owner.email, scopes=sorted(wanted), days=days
        )
    return plain


async def actor_by_token(plain: str) -> Actor | None:
    """Whom a token speaks for, if it holds and the account is open."""
    digest = hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()
    row = (
        await Token.select(Token.account, Token.scopes, Token.expires_at)
        .where(Token.digest == digest)
        .output(load_json=True)
        .first()
    )
    if row is None or row["expires_at"] <= clock.now():
        return None
    return await actor_where(User.id == row["account"], frozenset(Scope(s) for s in row["scopes"]))
