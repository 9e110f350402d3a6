"""Suppliers, their solutions and files; hospitals, purchasing centrals and the calls under which pilots run."""

from __future__ import annotations

from piccolo.columns import JSON, UUID, Boolean, Date, DoublePrecision, ForeignKey, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table


class Supplier(Table):
    """Who sells a solution."""

    id = UUID(primary_key=True, default=UUID4())
    name = Varchar(200, null=False, default="")
    siren = Varchar(14, null=False, default="", unique=True)
    siret = Varchar(14, null=False, default="")
    country = Varchar(2, null=False, default="FR")
    company_size = Varchar(10, null=False, default="")


class Tool(Table):
    """A solution, whatever its version."""

    id = UUID(primary_key=True, default=UUID4())
    slug = Varchar(80, null=False, default="", unique=True)
    name = Varchar(120, null=False, default="")
    supplier = ForeignKey(Supplier, null=False, default=None, on_delete=OnDelete.restrict, index=True)
    use_case = Varchar(60, null=False, default="", index=True)
    summary_fr = Varchar(2000, null=False, default="")
    summary_en = Varchar(2000, null=False, default="")


class ToolVersion(Table):
    """The exact version that is tried: evidence belongs to it."""

    id = UUID(primary_key=True, default=UUID4())
    tool = ForeignKey(Tool, null=False, default=None, on_delete=OnDelete.restrict, index=True)
    version = Varchar(40, null=False, default="")
    marketed_on = Date(null=True, default=None)
    decision_threshold = DoublePrecision(null=True, default=None)


class Dossier(Table):
    """The file of a version: `fields` is a list of {key, value, provenance, date, author}."""

    id = UUID(primary_key=True, default=UUID4())
    version = ForeignKey(ToolVersion, null=False, default=None, on_delete=OnDelete.restrict, unique=True)
    fields = JSON(null=False, default="[]")


class DossierDeclaration(Table):
    """One file of a supplier for a version: {key, value, evidence} as it declared them. Never changed, never removed."""

    id = UUID(primary_key=True, default=UUID4())
    version = ForeignKey(ToolVersion, null=False, default=None, on_delete=OnDelete.restrict, index=True)
    provenance = Varchar(10, null=False, default="declared")
    file_name = Varchar(255, null=False, default="")
    file_sha256 = Varchar(64, null=False, default="")
    fields = JSON(null=False, default="[]")
    declared_by = Varchar(254, null=False, default="")
    declared_at = Timestamptz(null=False, default=None)


class Claim(Table):
    """A figure that the supplier announces, set beside what the pilots measured."""

    id = UUID(primary_key=True, default=UUID4())
    version = ForeignKey(ToolVersion, null=False, default=None, on_delete=OnDelete.restrict, index=True)
    indicator = Varchar(64, null=False, default="")
    value = DoublePrecision(null=False, default=None)
    low = DoublePrecision(null=True, default=None)
    high = DoublePrecision(null=True, default=None)
    source = Varchar(500, null=False, default="")


class Site(Table):
    """A hospital, known by its geographic FINESS number; `legal_source` has the words of FINESS that tell its status."""

    id = UUID(primary_key=True, default=UUID4())
    finess = Varchar(9, null=False, default="", unique=True)
    finess_ej = Varchar(9, null=False, default="")
    name = Varchar(200, null=False, default="")
    kind = Varchar(40, null=False, default="")
    legal_status = Varchar(30, null=False, default="public")
    region = Varchar(80, null=False, default="")
    ght = Varchar(120, null=False, default="")
    siret = Varchar(14, null=False, default="")
    legal_source = Varchar(120, null=False, default="")


class PurchasingCentral(Table):
    """Who buys for hospitals: `categories` maps a use case to the category of its purchasing vehicle."""

    id = UUID(primary_key=True, default=UUID4())
    code = Varchar(20, null=False, default="", unique=True)
    name = Varchar(120, null=False, default="")
    profile = Varchar(20, null=False, default="")
    publishes = Boolean(null=False, default=False)
    contact = Varchar(200, null=False, default="")
    categories = JSON(null=False, default="{}")


class Call(Table):
    """The call (AMI, AAP) under which pilots run."""

    id = UUID(primary_key=True, default=UUID4())
    code = Varchar(40, null=False, default="", unique=True)
    title = Varchar(300, null=False, default="")
    kind = Varchar(10, null=False, default="other")
    deadline = Date(null=True, default=None)
