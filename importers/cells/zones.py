"""The clock of a hospital: of Paris, or of the overseas department that its FINESS number names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

PARIS: Final = "Europe/Paris"
OVERSEAS: Final = {
    "9701": "America/Guadeloupe",
    "9702": "America/Martinique",
    "9703": "America/Cayenne",
    "9704": "Indian/Reunion",
    "9805": "Indian/Mayotte",
}
"""First characters of a FINESS number → time zone (the extract of FINESS numbers the hospitals of La Réunion from 9704)."""
LENGTH: Final = 4


def zone_of(sites: Iterable[str]) -> str | None:
    """The one time zone of these sites, that of Paris for none; `None` when their clocks differ."""
    zones = {OVERSEAS.get(site.strip()[:LENGTH], PARIS) for site in sites} or {PARIS}
    return zones.pop() if len(zones) == 1 else None
