"""What a deployment decides, read from the environment (prefix `PREUVE_`), and the data folder that it points at."""

from __future__ import annotations

import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from registry.errors import Unavailable
from registry.vocabulary import Trouble

KEY_NAME: Final = "secret-key"
DATABASE_NAME: Final = "preuve.sqlite3"


class Settings(BaseSettings):
    """The settings in force; the folder is made by `prepare`, the key at its first use."""

    model_config = SettingsConfigDict(env_prefix="PREUVE_", frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: str = Field(default="", description="sqlite:///… (by default in the data folder) or postgresql://…")
    data_dir: Path = Path("preuve-data")
    store_url: str = Field(default="", description="file:///… (by default in the data folder) or s3://…")
    secret_key: str = Field(default="", description="made once in the data folder when absent")
    env: Literal["development", "production"] = "development"
    executor: str = Field(default="processes", pattern=r"^(processes|threads|dask://\S+)$")
    upload_max_mb: int = Field(default=512, ge=1)
    locale: Literal["fr", "en"] = "fr"
    accept_rows: bool = True
    hds_host: bool = False
    public_url: str = Field(default="http://127.0.0.1:8000", description="the address that workbooks and links print")

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            fault = error.errors(include_url=False, include_input=False)[0]
            name = "PREUVE_" + str(fault["loc"][0] if fault["loc"] else "").upper()
            raise Unavailable(
                "bad_setting",
                "The setting {name} has a value that cannot be used: correct it and start again.",
                name=name,
            ) from error

    @property
    def database(self) -> str:
        """The URL of the database in force."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / DATABASE_NAME}"

    @property
    def store(self) -> str:
        """The URL of the store of observations in force."""
        return self.store_url or f"file://{self.data_dir.resolve() / 'observations'}"

    def database_exists(self) -> bool:
        """Whether there is a registry to ask: a server, or a file with something in it."""
        if not self.database.startswith("sqlite:"):
            return True
        path = sqlite_path(self.database)
        return path.is_file() and path.stat().st_size > 0

    @property
    def demonstration(self) -> Path:
        """A file that stands in the data folder of a demonstration, so that every page says what it is."""
        return self.data_dir / "demonstration"

    def prepare(self) -> None:
        """Make the data folder, for its owner only, and see that it can be written.

        Raises
        ------
        Unavailable
            The folder cannot be made or written.
        """
        probe = self.data_dir / f".write-{os.getpid()}-{secrets.token_hex(4)}"
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            probe.touch(mode=0o600, exist_ok=False)
            probe.unlink()
        except OSError as error:
            raise Unavailable(
                "data_folder",
                "The data folder {path} cannot be written ({reason}): give access or set PREUVE_DATA_DIR to another.",
                path=str(self.data_dir),
                reason=Trouble.of(error),
            ) from error

    @cached_property
    def key(self) -> bytes:
        """The secret from which sessions and pseudonyms are keyed; made once, readable by its owner only."""
        return self.secret_key.encode() if self.secret_key else _secret_of(self)


def _secret_of(settings: Settings) -> bytes:
    """The key of the folder; of two processes that start together, one makes it and both read the same."""
    path = settings.data_dir / KEY_NAME
    draft = settings.data_dir / f".{KEY_NAME}-{os.getpid()}-{secrets.token_hex(4)}"
    settings.prepare()
    try:
        if not path.exists():
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as handle:
                handle.write(secrets.token_urlsafe(48))
                handle.flush()
                os.fsync(handle.fileno())
            try:
                os.link(draft, path)  # never overwrites: the first one wins
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text(encoding="ascii").strip().encode()
    except OSError as error:
        raise Unavailable(
            "secret_key",
            "The key {path} cannot be read or made ({reason}): give access to it or set PREUVE_SECRET_KEY.",
            path=str(path),
            reason=Trouble.of(error),
        ) from error


def sqlite_path(url: str) -> Path:
    """The file of an `sqlite:///` URL."""
    return Path(url.removeprefix("sqlite:///").split("?")[0])
