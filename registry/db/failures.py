"""What the failures of a database mean to a person."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

import asyncpg

from registry.errors import Invalid, RegistryError, Unavailable

_UNREACHABLE = Unavailable(
    "database_unreachable", "The database cannot be opened: check PREUVE_DATABASE_URL and the access to it."
)
_FULL = Unavailable(
    "disk_full", "The disk of the database is full or failing: make room, then try again; nothing was changed."
)
SQLITE_FAILURES: Final[Mapping[str, Unavailable]] = MappingProxyType(
    {
        "SQLITE_BUSY": Unavailable(
            "database_locked",
            "Another program holds the database: close it or wait, then try again; nothing was changed.",
        ),
        "SQLITE_READONLY": Unavailable(
            "database_read_only",
            "The database can only be read: give write access to its file and its folder.",
        ),
        "SQLITE_FULL": _FULL,
        "SQLITE_IOERR": _FULL,
        "SQLITE_CANTOPEN": _UNREACHABLE,
        "SQLITE_PERM": _UNREACHABLE,
        "SQLITE_NOTADB": Unavailable(
            "database_damaged", "The database file is damaged or is not one: restore a backup."
        ),
        "SQLITE_CORRUPT": Unavailable(
            "database_damaged", "The database file is damaged or is not one: restore a backup."
        ),
    }
)
"""By the beginning of SQLite's own name of the error."""

POSTGRES_FAILURES: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
    OSError,
)


UNKEEPABLE: Final = (
    asyncpg.CharacterNotInRepertoireError,
    asyncpg.UntranslatableCharacterError,
    UnicodeEncodeError,
    OverflowError,
)
"""A NUL, half of a surrogate pair, a number beyond 64 bits: what a request may hold and no database keeps."""


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn the failures of a database that cannot be used into one clear sentence."""
    try:
        yield
    except (sqlite3.Error, asyncpg.PostgresError, OSError) as error:
        if (refusal := as_refusal(error)) is not None:
            raise refusal from error
        raise


def as_refusal(error: BaseException) -> RegistryError | None:
    """What a failure of the database means; `None` when it is a fault of ours."""
    if isinstance(error, UNKEEPABLE):
        return Invalid("bad_text", "A text or a number here cannot be kept: remove its control characters.")
    if isinstance(error, sqlite3.Error):
        name = getattr(error, "sqlite_errorname", "")
        found = next((known for prefix, known in SQLITE_FAILURES.items() if name.startswith(prefix)), None)
    else:
        found = _UNREACHABLE if isinstance(error, POSTGRES_FAILURES) else None
    # a fresh one each time: an exception keeps its traceback
    return None if found is None else Unavailable(found.code, found.message_id)


def is_unique_violation(error: BaseException) -> bool:
    """Whether a row already holds what must be unique."""
    return isinstance(error, asyncpg.UniqueViolationError) or (
        isinstance(error, sqlite3.IntegrityError)
        and error.sqlite_errorname in ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")
    )
