"""What the registry keeps, as Piccolo tables; only services read and write them. Patients' rows are never here."""

from __future__ import annotations

from registry.tables.catalogue import Call, Claim, Dossier, PurchasingCentral, Site, Supplier, Tool, ToolVersion
from registry.tables.decision import DecisionRecord, EditionRecord, Referencing, ScorecardRecord, Signature, StatusEvent
from registry.tables.people import AuditEvent, SessionValue, SignInFailure, Token, User
from registry.tables.trial import Pilot, PilotSite, ProtocolRecord, Submission

TABLES = (
    Supplier,
    Tool,
    ToolVersion,
    Dossier,
    Claim,
    Site,
    PurchasingCentral,
    Call,
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
    "EditionRecord",
    "Pilot",
    "PilotSite",
    "ProtocolRecord",
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
]
