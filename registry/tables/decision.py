"""Scorecards, signatures and decisions; the lines that follow and the editions that carry them."""

from __future__ import annotations

from piccolo.columns import JSON, UUID, Boolean, Date, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from registry.tables.catalogue import PurchasingCentral, ToolVersion
from registry.tables.people import User
from registry.tables.trial import Pilot


class ScorecardRecord(Table):
    """A computed scorecard: its canonical JSON, found again by the digests of what made it."""

    id = UUID(primary_key=True, default=UUID4())
    pilot = ForeignKey(Pilot, null=False, default=None, on_delete=OnDelete.restrict, index=True)
    digest = Varchar(64, null=False, default="", index=True)
    data_digest = Varchar(64, null=False, default="")
    protocol_digest = Varchar(64, null=False, default="")
    engine = Varchar(20, null=False, default="")
    content = Text(null=False, default="")
    created_at = Timestamptz(null=False, default=None)
    current = Boolean(null=False, default=False)


class Signature(Table):
    """One person's signature under a scorecard. Never changed, never removed."""

    id = UUID(primary_key=True, default=UUID4())
    scorecard = ForeignKey(ScorecardRecord, null=False, default=None, on_delete=OnDelete.restrict, index=True)
    account = ForeignKey(User, null=False, default=None, on_delete=OnDelete.restrict)
    decision = Varchar(20, null=False, default="")
    reason = Text(null=False, default="")
    no_conflict = Boolean(null=False, default=False)
    conditions = JSON(null=False, default="[]")
    payload_digest = Varchar(64, null=False, default="")
    signed_at = Timestamptz(null=False, default=None)


class DecisionRecord(Table, tablename="decision"):
    """What was decided on a pilot: the computed and the retained decision. Never changed, never removed."""

    id = UUID(primary_key=True, default=UUID4())
    pilot = ForeignKey(Pilot, null=False, default=None, on_delete=OnDelete.restrict, unique=True)
    scorecard = ForeignKey(ScorecardRecord, null=False, default=None, on_delete=OnDelete.restrict)
    computed = Varchar(20, null=False, default="")
    retained = Varchar(20, null=False, default="")
    why = JSON(null=False, default="[]")
    policy = Varchar(40, null=False, default="")
    motivation = Text(null=False, default="")
    conditions = JSON(null=False, default="[]")
    published_at = Timestamptz(null=False, default=None)


class Referencing(Table):
    """A line: a version × a central × a category, with its status and its period."""

    id = UUID(primary_key=True, default=UUID4())
    code = Varchar(30, null=False, default="", unique=True)
    version = ForeignKey(ToolVersion, null=False, default=None, on_delete=OnDelete.restrict, index=True)
    central = ForeignKey(PurchasingCentral, null=False, default=None, on_delete=OnDelete.restrict, index=True)
    category = Varchar(120, null=False, default="")
    decision = ForeignKey(DecisionRecord, null=False, default=None, on_delete=OnDelete.restrict)
    status = Varchar(12, null=False, default="")
    valid_from = Date(null=False, default=None)
    valid_until = Date(null=False, default=None)
    next_review = Date(null=False, default=None)
    conditions = JSON(null=False, default="[]")
    verification_code = Varchar(12, null=False, default="", unique=True)


class StatusEvent(Table):
    """One change of status of a line. Never changed, never removed."""

    id = UUID(primary_key=True, default=UUID4())
    referencing = ForeignKey(Referencing, null=False, default=None, on_delete=OnDelete.restrict, index=True)
    before = Varchar(12, null=False, default="")
    after = Varchar(12, null=False, default="")
    effective = Date(null=False, default=None)
    reason = Varchar(1000, null=False, default="")
    conduct = Varchar(1000, null=False, default="")
    at = Timestamptz(null=False, default=None)


class EditionRecord(Table, tablename="edition"):
    """A dated snapshot of a central's list. Never changed, never removed."""

    id = UUID(primary_key=True, default=UUID4())
    central = ForeignKey(PurchasingCentral, null=False, default=None, on_delete=OnDelete.restrict, index=True)
    number = Integer(null=False, default=0)
    date = Date(null=False, default=None)
    digest = Varchar(64, null=False, default="", index=True)
    content = Text(null=False, default="")
    created_at = Timestamptz(null=False, default=None)
