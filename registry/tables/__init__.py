"""What the registry keeps, as Piccolo tables; only services read and write them. Patients' rows are never here."""

from __future__ import annotations

from registry.tables.catalogue import (
    Call,
    Claim,
    Dossier,
    DossierDeclaration,
    PurchasingCentral,
    Site,
    Supplier,
    Tool,
    ToolVersion,
)
from registry.tables.decision import DecisionRecord, EditionRecord, Referencing, ScorecardRecord, Signature, StatusEvent
from registry.tables.nomenclature import NomenclatureCode
from registry.tables.people import AuditEvent, SessionValue, SignInFailure, Token, User
from registry.tables.purchasing import PurchaseAdmission, PurchaseLot, PurchaseProcedure, VehicleImport
from registry.tables.trial import Pilot, PilotSite, ProtocolRecord, Submission

TABLES = (
    Supplier,
    Tool,
    ToolVersion,
    Dossier,
    DossierDeclaration,
    Claim,
    Site,
    PurchasingCentral,
    Call,
    NomenclatureCode,
    VehicleImport,
    PurchaseProcedure,
    PurchaseLot,
    PurchaseAdmission,
    ProtocolRecord,
    Pilot,
    PilotSite,
    Submission,
    User,
    Token,
    SessionValue,
    SignInFailure,
    AuditEvent,
    ScorecardRecord,
    Signature,
    DecisionRecord,
    Referencing,
    StatusEvent,
    EditionRecord,
)
"""In the order in which they can be filled."""

__all__ = [
    "TABLES",
    "AuditEvent",
    "Call",
    "Claim",
    "DecisionRecord",
    "Dossier",
    "DossierDeclaration",
    "EditionRecord",
    "NomenclatureCode",
    "Pilot",
    "PilotSite",
    "ProtocolRecord",
    "PurchaseAdmission",
    "PurchaseLot",
    "PurchaseProcedure",
    "PurchasingCentral",
    "Referencing",
    "ScorecardRecord",
    "SessionValue",
    "SignInFailure",
    "Signature",
    "Site",
    "StatusEvent",
    "Submission",
    "Supplier",
    "Token",
    "Tool",
    "ToolVersion",
    "User",
    "VehicleImport",
]
