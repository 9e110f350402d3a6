"""What is in force and what is unsafe: the settings, the folder, the schema, the trail; and whether we can answer."""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from evaluation.language import translations
from registry import db
from registry.errors import RegistryError, Unavailable
from registry.services import audit, database
from registry.settings import KEY_NAME, Settings, sqlite_path
from registry.tables import Submission
from registry.vocabulary import SubmissionKind

SHORTEST_KEY = 32


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: what is in force, whether it is safe, and what to do when it is not."""

    name: str
    value: str
    ok: bool = True
    advice: str = ""
    params: dict[str, Any] = field(default_factory=dict)

    def sentence(self, locale: str = "fr") -> str:
        """The advice in `locale`; empty when there is nothing to do."""
        return translations("registry", locale).gettext(self.advice).format(**self.params) if self.advice else ""


def gettext(message: str) -> str:
    """Mark a sentence for translation; it is translated when it is shown."""
    return message


async def examine() -> list[Check]:
    """Every check, in the order in which to read them."""
    settings = db.settings()
    return [
        Check("PREUVE_ENV", settings.env),
        *_files(settings),
        _key(settings),
        _public_url(settings),
        Check("PREUVE_EXECUTOR", settings.executor),
        Check("PREUVE_UPLOAD_MAX_MB", str(settings.upload_max_mb)),
        *await _content(settings),
    ]


def _files(settings: Settings) -> list[Check]:
    url = settings.database
    if not url.startswith("sqlite:"):
        shown = urlsplit(url)._replace(netloc=urlsplit(url).hostname or "").geturl()  # never the password
        return [Check("PREUVE_DATABASE_URL", shown), Check("PREUVE_STORE_URL", settings.store)]
    path = sqlite_path(url)
    advice = gettext("Others can read {path}: run chmod 600 on it.")
    return [
        Check("PREUVE_DATABASE_URL", url, _private(path), "" if _private(path) else advice, {"path": str(path)}),
        Check("PREUVE_STORE_URL", settings.store),
    ]


def _private(path: Path) -> bool:
    return not path.exists() or not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)


def _key(settings: Settings) -> Check:
    name, path = "PREUVE_SECRET_KEY", settings.data_dir / KEY_NAME
    if len(settings.key) < SHORTEST_KEY:
        advice = gettext("The secret key is shorter than {n} characters: set a longer one, made at random.")
        return Check(name, "***", ok=False, advice=advice, params={"n": SHORTEST_KEY})
    if not settings.secret_key and not _private(path):
        advice = gettext("Others can read {path}: run chmod 600 on it.")
        return Check(name, str(path), ok=False, advice=advice, params={"path": str(path)})
    return Check(name, "***" if settings.secret_key else str(path))


def _public_url(settings: Settings) -> Check:
    safe = settings.env != "production" or settings.public_url.startswith("https://")
    advice = gettext("In production people come by https: set PREUVE_PUBLIC_URL to the address that they use.")
    return Check("PREUVE_PUBLIC_URL", settings.public_url, safe, "" if safe else advice)


async def _content(settings: Settings) -> list[Check]:
    if not settings.database_exists():
        return [Check("schema", "–", ok=False, advice=gettext("There is no registry here yet: run preuve migrate."))]
    missing = await database.pending()
    if missing:
        return [
            Check("schema", ", ".join(missing), ok=False, advice=gettext("The schema is behind: run preuve migrate."))
        ]
    chain = await audit.verify_chain()
    advice = gettext("The audit trail is broken at event {n}: compare it with a backup.")
    trail = Check("audit", str(chain["events"]), chain["ok"], "" if chain["ok"] else advice, {"n": chain["broken_at"]})
    return [Check("schema", "✓"), trail, await _hosting(settings)]


async def _hosting(settings: Settings) -> Check:
    """Rows of several hospitals in one registry are health data hosted for others."""
    senders = {
        row["site"]
        for row in await Submission.select(Submission.site).where(Submission.kind == SubmissionKind.ROWS.value)
    }
    safe = settings.hds_host or not settings.accept_rows or len(senders) < 2
    advice = gettext(
        "{n} hospitals send rows here: host on a certified HDS server and set PREUVE_HDS_HOST=yes, or PREUVE_ACCEPT_ROWS=no."
    )
    value = "yes" if settings.accept_rows else "no"
    return Check("PREUVE_ACCEPT_ROWS", value, safe, "" if safe else advice, {"n": len(senders)})


async def ready() -> bool:
    """Whether the database answers and its schema is current."""
    try:
        return not await database.pending()
    except RegistryError:
        return False


def require_safe(settings: Settings) -> None:
    """Refuse to start in production on an unsafe setting.

    Raises
    ------
    Unavailable
        With what to do about each one.
    """
    unsafe = unsafe_for_production(settings)
    if unsafe:
        advice = " ".join(check.sentence(settings.locale) for check in unsafe)
        raise Unavailable("unsafe_setting", "Production does not start on an unsafe setting. {advice}", advice=advice)


def unsafe_for_production(settings: Settings) -> list[Check]:
    """Why a production server must not start with these settings."""
    if settings.env != "production":
        return []
    return [check for check in (*_files(settings), _key(settings), _public_url(settings)) if not check.ok]
