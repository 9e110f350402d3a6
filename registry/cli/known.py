"""Whether the registry of this folder, when there is one, knows the digest that a file carries."""

from __future__ import annotations

from exports.seal import Verification

from registry.settings import Settings


def known_to_registry(found: Verification) -> bool | None:
    """True or false as the registry says; `None` when no registry is reachable or it knows nothing of this kind."""
    from registry.cli.runtime import with_registry
    from registry.services import SYSTEM, referencing, scorecards

    settings = Settings()
    if not settings.database_exists():
        return None
    if found.kind == "scorecard":
        return with_registry(lambda: scorecards.is_known(by=SYSTEM, digest=found.computed), settings, migrate=False)
    return with_registry(
        lambda: referencing.is_known(by=SYSTEM, central=found.central, number=found.number, digest=found.computed),
        settings,
        migrate=False,
    )
