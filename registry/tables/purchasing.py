"""A central's own vehicles as it gave them on a day: procedures, categories or lots, suppliers admitted or holding."""

from __future__ import annotations

from piccolo.columns import JSON, UUID, Date, ForeignKey, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from registry.tables.catalogue import PurchasingCentral


class VehicleImport(Table):
    """One file of a central; the last one is in force, and what hangs from the others stays. Never changed, never removed."""

    id = UUID(primary_key=True, default=UUID4())
    central = ForeignKey(PurchasingCentral, null=False, default=None, on_delete=OnDelete.restrict, index=True)
    file_name = Varchar(255, null=False, default="")
    file_sha256 = Varchar(64, null=False, default="")
    imported_by = Varchar(254, null=False, default="")
    imported_at = Timestamptz(null=False, default=None)


class PurchaseProcedure(Table):
    """A procedure (dynamic purchasing system, framework agreement…); `detail` has its other fields."""

    id = UUID(primary_key=True, default=UUID4())
    imported = ForeignKey(VehicleImport, null=False, default=None, on_delete=OnDelete.restrict, index=True)
    number = Varchar(16, null=False, default="")
    title = Varchar(1000, null=False, default="")
    technique = Varchar(60, null=False, default="")
    opens_on = Date(null=False, default=None)
    closes_on = Date(null=False, default=None)
    detail = JSON(null=False, default="{}")


class PurchaseLot(Table):
    """A category of a dynamic purchasing system, or a lot."""

    id = UUID(primary_key=True, default=UUID4())
    procedure = ForeignKey(PurchaseProcedure, null=False, default=None, on_delete=OnDelete.restrict, index=True)
    number = Varchar(40, null=False, default="")
    title = Varchar(1000, null=False, default="")
    detail = JSON(null=False, default="{}")


class PurchaseAdmission(Table):
    """A supplier admitted to a dynamic purchasing system, or holder of a framework agreement, wholly or in one lot."""

    id = UUID(primary_key=True, default=UUID4())
    procedure = ForeignKey(PurchaseProcedure, null=False, default=None, on_delete=OnDelete.restrict, index=True)
    lot = ForeignKey(PurchaseLot, null=True, default=None, on_delete=OnDelete.restrict, index=True)
    supplier = Varchar(300, null=False, default="")
    id_type = Varchar(10, null=False, default="")
    supplier_id = Varchar(40, null=False, default="", index=True)
    admitted_on = Date(null=True, default=None)
    left_on = Date(null=True, default=None)
    detail = JSON(null=False, default="{}")
