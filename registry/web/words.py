"""Codes to words and to the look of a status; colour never speaks alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from evaluation.vocabulary import (
    Caution,
    Decision,
    Design,
    Domain,
    Flag,
    Frozen,
    ListingStatus,
    Reason,
    Role,
    Settled,
    Strength,
    UseCase,
    Verdict,
    Word,
)
from registry.vocabulary import PilotState, Provenance, SubmissionKind, SubmissionState, UserRole

KINDS: Final[dict[str, type[Word]]] = {
    "caution": Caution,
    "decision": Decision,
    "design": Design,
    "domain": Domain,
    "flag": Flag,
    "frozen": Frozen,
    "listing": ListingStatus,
    "reason": Reason,
    "role": Role,
    "settled": Settled,
    "strength": Strength,
    "use_case": UseCase,
    "verdict": Verdict,
    "pilot": PilotState,
    "provenance": Provenance,
    "submission": SubmissionState,
    "sent": SubmissionKind,
    "user": UserRole,
}

_LOOKS: Final = {
    "referenced": "good",
    "conditional": "warn",
    "more_evidence": "open",
    "not_referenced": "bad",
    "inadmissible": "bad",
    "suspended": "warn",
    "withdrawn": "open",
    "met": "good",
    "not_met": "bad",
    "uncertain": "warn",
    "not_assessed": "open",
    "published": "good",
    "collecting": "warn",
    "signing": "warn",
    "accepted": "good",
    "checked": "warn",
}


def word(locale: str) -> Callable[[str, str], str]:
    """`word(kind, code)` in a language."""
    return lambda kind, code: KINDS[kind](code).label(locale)


def status_class(code: str) -> str:
    """The class of a badge."""
    return _LOOKS.get(code, "open")
