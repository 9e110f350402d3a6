"""Whether the registry of this folder, when there is one, knows the digest that a file carries."""

from __future__ import annotations

from evaluation.language import LOCALES
from exports.seal import Verification
from registry.settings import Settings


def known_to_registry(found: Verification) -> bool | None:
    """True or false as the registry says; `None` when no registry is reachable or it knows nothing of this kind."""
    from registry.cli.runtime import with_registry

    settings = Settings()
    if not settings.database_exists() or found.kind not in ("workbook", "edition", "scorecard"):
        return None
    return with_registry(lambda: _asked(found), settings, migrate=False)


async def _asked(found: Verification) -> bool | None:
    from registry.services import SYSTEM, database, scorecards

    if await database.pending():  # an empty or an older database knows nothing
        return None
    if found.kind == "scorecard":
        return await scorecards.is_known(by=SYSTEM, digest=str(found.computed))
    return await _published(found)


async def _published(found: Verification) -> bool:
    """Whether the edition that the file names, written again from the registry, has the digest of the file."""
    from exports.seal import JSON_SEAL, content_digest
    from exports.tables import as_json
    from exports.workbook import workbook
    from registry.errors import NotFound
    from registry.services import SYSTEM, referencing

    try:
        edition = await referencing.get_edition(by=SYSTEM, central=str(found.central), number=found.number)
    except NotFound:
        return False
    if found.kind == "edition":
        return bool(as_json(edition)[JSON_SEAL] == found.computed)
    return any(content_digest(workbook(edition, locale)) == found.computed for locale in LOCALES)
