"""How a site said that its headers are to be read: asked for with a file, remembered for the next one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from registry.tables import Submission
from registry.vocabulary import SubmissionState

Said = Mapping[str, str | None]


async def before(pilot: UUID, finess: str) -> dict[str, dict[str, str | None]]:
    """By table, the mapping of the last file of a site that it accepted and that had one.

    A file that waits, or was withdrawn, teaches nothing: nobody has confirmed how it was read.
    """
    same = (Submission.pilot == pilot) & (Submission.site.finess == finess)
    rows = (
        await Submission.select(Submission.table_name, Submission.mapping)
        .where(same, Submission.state == SubmissionState.ACCEPTED.value)
        .order_by(Submission.accepted_at)
        .order_by(Submission.created_at)
        .output(load_json=True)
    )
    return {row["table_name"]: row["mapping"] for row in rows if row["mapping"]}


def told(mapping: Said) -> dict[str, Any]:
    """What the audit trail holds of a mapping: the protocol's columns and how many headers were set aside, no header."""
    columns = sorted(name for name in mapping.values() if name)
    return {"mapped": columns, "set_aside": len(mapping) - len(columns)} if mapping else {}
