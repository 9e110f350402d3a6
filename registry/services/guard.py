"""Asking `policies.access` before anything else; a refusal leaves its own event."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from piccolo.columns import Column

from registry.errors import Forbidden, Invalid, NotFound, Unauthenticated
from registry.policies.access import Action, Actor, has_role, has_scope
from registry.services import trail


async def require(by: Actor | None, action: Action, kind: str, object_id: str = "") -> Actor:
    """The actor, who may do `action`.

    Raises
    ------
    Unauthenticated
        Nobody is signed in.
    Forbidden
        The role never may, or the token was not given for that.
    """
    if by is None:
        raise Unauthenticated("sign_in", "Sign in first.")
    if not has_role(by, action):
        await trail.record_refusal(by, action, kind, object_id, "role")
        raise Forbidden("role", "Your role ({role}) does not allow this.", role=by.role)
    if not has_scope(by, action):
        await trail.record_refusal(by, action, kind, object_id, "token_scope")
        raise Forbidden("token_scope", "This token was not given for that: use one with the right scope.")
    return by


async def hidden(by: Actor | None, kind: str, object_id: str) -> NotFound:
    """The one answer for what does not exist and for what is not the person's to see."""
    if by is not None:
        await trail.record_refusal(by, Action.READ, kind, object_id, "not_found")
    return NotFound("not_found", "There is nothing here under that name, or it is not open to you.")


def identifier(value: str) -> UUID | None:
    """A UUID in its usual writing, else `None`."""
    try:
        found = UUID(value)
    except ValueError:
        return None
    return found if str(found) == value.lower() else None


def known_as(key: Column, name: Column, value: str) -> Any:
    """The condition that a row has `value` as its identifier or as its name."""
    found = identifier(value)
    return name == value if found is None else key == found


def number(text: str) -> int:
    """A whole number in plain digits.

    Raises
    ------
    Invalid
        It is something else.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Invalid("bad_number", "A whole number is expected here.")
    return int(text)
