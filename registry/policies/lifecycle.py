"""When: the states of pilots, submissions and listings, and the steps between them, as tables of transitions."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from evaluation.vocabulary import ListingStatus
from registry.vocabulary import PilotState, SubmissionState


class PilotStep(StrEnum):
    """What moves a pilot."""

    FREEZE = "freeze"
    OPEN = "open"
    CLOSE = "close"
    SIGN = "sign"
    PUBLISH = "publish"


class ListingStep(StrEnum):
    """What moves a line of a referencing list."""

    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    WITHDRAW = "withdraw"


PILOT: Final[Mapping[tuple[PilotState, PilotStep], PilotState]] = MappingProxyType(
    {
        (PilotState.DRAFT, PilotStep.FREEZE): PilotState.FROZEN,
        (PilotState.FROZEN, PilotStep.FREEZE): PilotState.FROZEN,
        (PilotState.FROZEN, PilotStep.OPEN): PilotState.COLLECTING,
        (PilotState.COLLECTING, PilotStep.CLOSE): PilotState.CLOSED,
        (PilotState.COLLECTING, PilotStep.SIGN): PilotState.SIGNING,
        (PilotState.CLOSED, PilotStep.SIGN): PilotState.SIGNING,
        (PilotState.SIGNING, PilotStep.SIGN): PilotState.SIGNING,
        (PilotState.SIGNING, PilotStep.PUBLISH): PilotState.PUBLISHED,
    }
)

LISTING: Final[Mapping[tuple[ListingStatus, ListingStep], ListingStatus | None]] = MappingProxyType(
    {
        (ListingStatus.REFERENCED, ListingStep.SUSPEND): ListingStatus.SUSPENDED,
        (ListingStatus.CONDITIONAL, ListingStep.SUSPEND): ListingStatus.SUSPENDED,
        (ListingStatus.SUSPENDED, ListingStep.REINSTATE): None,
        (ListingStatus.REFERENCED, ListingStep.WITHDRAW): ListingStatus.WITHDRAWN,
        (ListingStatus.CONDITIONAL, ListingStep.WITHDRAW): ListingStatus.WITHDRAWN,
        (ListingStatus.SUSPENDED, ListingStep.WITHDRAW): ListingStatus.WITHDRAWN,
    }
)
"""The status that follows; `None` stands for the status before the suspension."""

UPLOADS_OPEN: Final = frozenset({PilotState.COLLECTING})
WITHDRAWAL_OPEN: Final = frozenset({PilotState.COLLECTING, PilotState.CLOSED})
OWN_FIGURES_OPEN: Final = frozenset({PilotState.CLOSED, PilotState.SIGNING, PilotState.PUBLISHED})
LISTED: Final = frozenset({ListingStatus.REFERENCED, ListingStatus.CONDITIONAL})


def after(state: PilotState, step: PilotStep) -> PilotState | None:
    """The state that follows, or `None` when the step is not open."""
    return PILOT.get((state, step))


def can_accept(pilot: PilotState, submission: SubmissionState) -> bool:
    """Whether a checked file can join the data."""
    return pilot in UPLOADS_OPEN and submission == SubmissionState.CHECKED


def can_withdraw(pilot: PilotState, submission: SubmissionState) -> bool:
    """Whether a file can be taken back; never once somebody has signed."""
    return pilot in WITHDRAWAL_OPEN and submission != SubmissionState.WITHDRAWN
