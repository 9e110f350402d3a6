"""Observations as Parquet, aggregates as JSON, named by the SHA-256 of their bytes: stored once, damage is seen."""

from __future__ import annotations

import asyncio
import hashlib
import io
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import obstore
import polars as pl
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, from_url

from registry.errors import Damaged, Unavailable

PARQUET: Final = "parquet"
JSON: Final = "json"


class FrameStore:
    """A place for frames, and for the aggregates that stand in their place.

    Parameters
    ----------
    url
        `file:///…`, made for its owner only, or the URL of an object store (`s3://bucket/prefix`).
    """

    def __init__(self, url: str) -> None:
        self._store: Any
        if url.startswith("file://"):
            folder = Path(unquote(urlsplit(url).path))
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise _unreachable(url) from error
            self._store = LocalStore(folder)
        else:
            self._store = from_url(url)
        self._url = url

    async def put_frame(self, frame: pl.DataFrame) -> str:
        """Store `frame` and answer its digest.

        Raises
        ------
        Unavailable
            The store cannot be written.
        """
        content, digest = await asyncio.to_thread(_encoded, frame)
        await self._put(_key(digest), content)
        return digest

    async def put_json(self, content: bytes) -> str:
        """Store the bytes of a JSON document and answer their digest; refused as `put_frame` refuses."""
        digest = await asyncio.to_thread(_digest, content)
        await self._put(_key(digest, JSON), content)
        return digest

    async def _put(self, key: str, content: bytes) -> None:
        try:
            await obstore.put_async(self._store, key, content, mode="create")  # atomic, never overwrites
        except AlreadyExistsError:
            pass
        except (BaseError, OSError) as error:
            raise _unreachable(self._url) from error

    async def get_frame(self, digest: str) -> pl.DataFrame:
        """The frame of that digest; refused as `get_content` refuses."""
        content = await self.get_content(digest)
        return await asyncio.to_thread(pl.read_parquet, io.BytesIO(content))

    async def get_content(self, digest: str, form: str = PARQUET) -> bytes:
        """The bytes of that digest, a Parquet file unless `form` says that they are JSON.

        Raises
        ------
        Damaged
            It is no longer there, or its bytes have changed.
        Unavailable
            The store cannot be read.
        """
        try:
            content = bytes(await (await obstore.get_async(self._store, _key(digest, form))).bytes_async())
        except FileNotFoundError as error:
            raise _damaged(digest) from error
        except (BaseError, OSError) as error:
            raise _unreachable(self._url) from error
        if await asyncio.to_thread(_digest, content) != digest:
            raise _damaged(digest)
        return content


def _encoded(frame: pl.DataFrame) -> tuple[bytes, str]:
    sink = io.BytesIO()
    frame.write_parquet(sink, compression="zstd")
    content = sink.getvalue()
    return content, _digest(content)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _key(digest: str, form: str = PARQUET) -> str:
    return f"{digest[:2]}/{digest}.{form}"


def _damaged(digest: str) -> Damaged:
    return Damaged(
        "damaged_observations",
        "The stored observations {digest} are missing or damaged: restore them from a backup.",
        digest=digest[:12],
    )


def _unreachable(url: str) -> Unavailable:
    return Unavailable(
        "store_unreachable",
        "The store of observations {url} cannot be used: check PREUVE_STORE_URL and the access to it.",
        url=url,
    )
