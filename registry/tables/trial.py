"""What is tried where: frozen protocols, pilots, their sites and the files that these sent."""

from __future__ import annotations

from piccolo.columns import JSON, UUID, BigInt, Boolean, Date, ForeignKey, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from registry.tables.catalogue import Call, Site, ToolVersion


class ProtocolRecord(Table):
    """A frozen protocol: its TOML text and the digest that names it for ever."""

    id = UUID(primary_key=True, default=UUID4())
    slug = Varchar(64, null=False, default="")
    version = Varchar(32, null=False, default="")
    digest = Varchar(64, null=False, default="", unique=True)
    content = Text(null=False, default="")
    frozen_at = Timestamptz(null=False, default=None)


class Pilot(Table):
    """A version tried under a protocol."""

    id = UUID(primary_key=True, default=UUID4())
    code = Varchar(40, null=False, default="", unique=True)
    version = ForeignKey(ToolVersion, null=False, default=None, on_delete=OnDelete.restrict, index=True)
    protocol = ForeignKey(ProtocolRecord, null=True, default=None, on_delete=OnDelete.restrict, index=True)
    call = ForeignKey(Call, null=True, default=None, on_delete=OnDelete.restrict)
    state = Varchar(12, null=False, default="draft", index=True)
    starts_on = Date(null=False, default=None)
    ends_on = Date(null=False, default=None)
    closed_at = Timestamptz(null=True, default=None)
    evidence_plan = JSON(null=False, default="[]")
    vetoes = JSON(null=False, default="[]")
    equity_gap = Boolean(null=False, default=False)
    created_at = Timestamptz(null=False, default=None)


class PilotSite(Table):
    """A hospital that takes part in a pilot."""

    id = UUID(primary_key=True, default=UUID4())
    pilot = ForeignKey(Pilot, null=False, default=None, on_delete=OnDelete.restrict, index=True)
    site = ForeignKey(Site, null=False, default=None, on_delete=OnDelete.restrict, index=True)
    service = Varchar(120, null=False, default="")
    contact = Varchar(200, null=False, default="")


class Submission(Table):
    """One file of one site: its digests, its report and the name of its stored rows or aggregate; never the raw file."""

    id = UUID(primary_key=True, default=UUID4())
    pilot = ForeignKey(Pilot, null=False, default=None, on_delete=OnDelete.restrict, index=True)
    site = ForeignKey(Site, null=False, default=None, on_delete=OnDelete.restrict, index=True)
    table_name = Varchar(64, null=False, default="")
    kind = Varchar(10, null=False, default="rows")
    state = Varchar(12, null=False, default="checked")
    file_name = Varchar(255, null=False, default="")
    file_sha256 = Varchar(64, null=False, default="")
    content_sha256 = Varchar(64, null=False, default="")
    rows = BigInt(null=False, default=0)
    blob = Varchar(64, null=False, default="")
    importer_version = Varchar(20, null=False, default="")
    report = JSON(null=False, default="{}")
    columns = JSON(null=False, default="{}")
    mapping = JSON(null=False, default="{}")
    first_observation = Date(null=True, default=None)
    created_by = UUID(null=True, default=None)
    created_at = Timestamptz(null=False, default=None)
    accepted_at = Timestamptz(null=True, default=None)
    withdrawn_at = Timestamptz(null=True, default=None)
