"""Who is behind a request: the account, its role and what it is bound to, read anew each time."""

from __future__ import annotations

from typing import Any, TypedDict

from registry.policies.access import SCOPES_OF_ROLE, Actor
from registry.services import guard
from registry.tables import User
from registry.vocabulary import Scope, UserRole


class Account(TypedDict):
    """An account as it is shown."""

    id: str
    email: str
    role: str
    site: str | None
    central: str | None
    supplier: str | None
    active: bool


async def actor_by_id(user_id: str) -> Actor | None:
    """The person behind a session, if their account is open; rights are read anew each time."""
    found = guard.identifier(user_id)
    return None if found is None else await actor_where(User.id == found)


async def actor_by_email(email: str) -> Actor | None:
    """The person of that address, if their account is open."""
    return await actor_where(User.email == email.strip().lower())


async def actor_where(where: Any, scopes: frozenset[Scope] | None = None) -> Actor | None:
    """The person of an open account, with the rights of their role (and of a token's scopes)."""
    rows = await accounts_where(where, User.active.eq(True))
    if not rows:
        return None
    row = rows[0]
    role = UserRole(row["role"])
    allowed = SCOPES_OF_ROLE[role]
    return Actor(
        id=row["id"],
        email=row["email"],
        role=role,
        site=row["site"],
        central=row["central"],
        supplier=row["supplier"],
        scopes=allowed if scopes is None else allowed & scopes,
    )


async def accounts_where(*where: Any, limit: int = 1) -> list[Account]:
    """Accounts as they are shown, by address."""
    rows = (
        await User.select(
            User.id, User.email, User.role, User.active, User.site.finess, User.central.code, User.supplier.id
        )
        .where(*where)
        .order_by(User.email)
        .limit(limit)
    )
    return [
        {
            "id": str(row["id"]),
            "email": row["email"],
            "role": row["role"],
            "site": row["site.finess"],
            "central": row["central.code"],
            "supplier": str(row["supplier.id"]) if row["supplier.id"] else None,
            "active": row["active"],
        }
        for row in rows
    ]
