"""Lines of referencing lists: opening those that follow from a decision, and their changes of status."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from evaluation.vocabulary import Decision, ListingStatus, UseCase
from registry.policies.decision import policy
from registry.services import clock
from registry.services.plans import PlanItem
from registry.tables import PurchasingCentral, Referencing, StatusEvent

CODE = "PRV"
VERIFICATION_LENGTH = 12


async def list_version(
    pilot: Mapping[str, Any],
    decision_id: UUID,
    scorecard: str,
    decision: Decision,
    plan: Sequence[PlanItem],
) -> list[dict[str, Any]]:
    """Open a line in each central's list, inside the transaction of the decision; answer the centrals.

    A line of the same version in the same list gives way to the new one.
    """
    centrals: list[dict[str, Any]] = (
        await PurchasingCentral.select().order_by(PurchasingCentral.code).output(load_json=True)
    )
    letters = _letters([central["code"] for central in centrals])
    first_day, rules = clock.today(), policy()
    months = rules.referenced_months if decision == Decision.REFERENCED else rules.conditional_months
    number = await _next_number(first_day.year)
    use_case = UseCase(pilot["use_case"])
    for central in centrals:
        code = f"{CODE}-{first_day.year}-{number:04d}-{letters[central['code']]}"
        await _supersede(pilot["version_id"], central["id"], code)
        row = Referencing(
            code=code,
            version=pilot["version_id"],
            central=central["id"],
            category=central["categories"].get(use_case.value, use_case.label_fr),
            decision=decision_id,
            status=ListingStatus(decision.value).value,
            valid_from=first_day,
            valid_until=months_later(first_day, months),
            next_review=months_later(first_day, min(rules.review_months, months)),
            conditions=list(plan),
            verification_code=verification_code(scorecard, code),
        )
        await Referencing.insert(row)
    return centrals


def verification_code(scorecard: str, code: str) -> str:
    """Twelve letters and digits drawn from the digests: nobody guesses the code of another line."""
    digest = hashlib.sha256(f"{scorecard}\n{code}".encode()).digest()
    return base64.b32encode(digest).decode()[:VERIFICATION_LENGTH]


def _letters(codes: Sequence[str]) -> dict[str, str]:
    """The shortest beginning that tells each central from the others, in capitals."""
    found = {}
    for code in codes:
        others = [other for other in codes if other != code]
        length = next((n for n in range(1, len(code)) if not any(o.startswith(code[:n]) for o in others)), len(code))
        found[code] = code[:length].upper()
    return found


async def _next_number(year: int) -> int:
    rows = await Referencing.select(Referencing.code).where(Referencing.code.like(f"{CODE}-{year}-%"))
    return max((int(row["code"].split("-")[2]) for row in rows), default=0) + 1


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    first = dt.date(day.year + years, month + 1, 1)
    following = dt.date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first.replace(day=min(day.day, (following - dt.timedelta(days=1)).day))


async def _supersede(version: UUID, central: UUID, code: str) -> None:
    same = (Referencing.version == version) & (Referencing.central == central)
    for row in await Referencing.select(Referencing.id, Referencing.status).where(same):
        if row["status"] != ListingStatus.WITHDRAWN.value:
            reason = f"Remplacée par {code}"
            await change_status(row["id"], ListingStatus(row["status"]), ListingStatus.WITHDRAWN, reason, "")


async def change_status(
    referencing: UUID, before: ListingStatus, following: ListingStatus, reason: str, conduct: str
) -> None:
    """Change a status and append its event, inside a transaction."""
    await Referencing.update({Referencing.status: following.value}).where(Referencing.id == referencing)
    event = StatusEvent(
        referencing=referencing,
        before=before.value,
        after=following.value,
        effective=clock.today(),
        reason=reason,
        conduct=conduct,
        at=clock.now(),
    )
    await StatusEvent.insert(event)


async def status_before(referencing: UUID) -> ListingStatus:
    """The status that a suspended line had."""
    last = (
        await StatusEvent.select(StatusEvent.before)
        .where(StatusEvent.referencing == referencing, StatusEvent.after == ListingStatus.SUSPENDED.value)
        .order_by(StatusEvent.at, ascending=False)
        .first()
    )
    return ListingStatus(last["before"])
