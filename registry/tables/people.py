"""People and machines: accounts, tokens, sessions, failed sign-ins and the trail of what everybody did."""

from __future__ import annotations

from piccolo.columns import JSON, UUID, BigInt, Boolean, Bytea, ForeignKey, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from registry.tables.catalogue import PurchasingCentral, Site, Supplier


class User(Table, tablename="account"):
    """An account; its rights are those of its role, read at each request."""

    id = UUID(primary_key=True, default=UUID4())
    email = Varchar(254, null=False, default="", unique=True)
    password_hash = Varchar(200, null=False, default="", secret=True)
    role = Varchar(20, null=False, default="")
    site = ForeignKey(Site, null=True, default=None, on_delete=OnDelete.restrict)
    central = ForeignKey(PurchasingCentral, null=True, default=None, on_delete=OnDelete.restrict)
    supplier = ForeignKey(Supplier, null=True, default=None, on_delete=OnDelete.restrict)
    active = Boolean(null=False, default=True)
    created_at = Timestamptz(null=False, default=None)


class Token(Table):
    """A machine's key, kept as its SHA-256 only."""

    id = UUID(primary_key=True, default=UUID4())
    account = ForeignKey(User, null=False, default=None, on_delete=OnDelete.cascade, index=True)
    digest = Varchar(64, null=False, default="", unique=True)
    scopes = JSON(null=False, default="[]")
    label = Varchar(120, null=False, default="")
    created_at = Timestamptz(null=False, default=None)
    expires_at = Timestamptz(null=False, default=None)


class SessionValue(Table):
    """What the server keeps of a browser's session, under the hash of its name."""

    id = UUID(primary_key=True, default=UUID4())
    key = Varchar(128, null=False, default="", unique=True)
    data = Bytea(null=False, default=b"")
    expires_at = Timestamptz(null=True, default=None)


class SignInFailure(Table):
    """A failed sign-in, counted by account (the hash of its address)."""

    id = UUID(primary_key=True, default=UUID4())
    key = Varchar(64, null=False, default="", index=True)
    at = Timestamptz(null=False, default=None)


class AuditEvent(Table):
    """Who did what to which and when; each event holds the digest of the one before. Never changed, never removed."""

    id = UUID(primary_key=True, default=UUID4())
    sequence = BigInt(null=False, default=0, unique=True)
    at = Timestamptz(null=False, default=None)
    actor = Varchar(254, null=False, default="")
    action = Varchar(60, null=False, default="", index=True)
    object_kind = Varchar(30, null=False, default="")
    object_id = Varchar(120, null=False, default="")
    detail = Text(null=False, default="{}")
    previous = Varchar(64, null=False, default="")
    digest = Varchar(64, null=False, default="", unique=True)
