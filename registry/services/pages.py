"""Lists in pages: at most so many items, and an opaque cursor to the next ones."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Generic, TypedDict, TypeVar

from registry.errors import Invalid

T = TypeVar("T")
MAXIMUM = 200


class Page(TypedDict, Generic[T]):
    """One page; `next_cursor` is null on the last."""

    items: list[T]
    next_cursor: str | None


def size(limit: int) -> int:
    """A page's size within bounds."""
    return max(1, min(limit, MAXIMUM))


def after_cursor(cursor: str | None) -> str | None:
    """The key after which the page starts.

    Raises
    ------
    Invalid
        The cursor was not given by a list.
    """
    if not cursor:
        return None
    try:
        return base64.urlsafe_b64decode(cursor.encode("ascii")).decode()
    except (binascii.Error, UnicodeError) as error:
        raise Invalid(
            "bad_cursor", "The cursor is not one that a list gave: start again from the first page."
        ) from error


def page(items: list[T], limit: int, key: Callable[[T], str]) -> Page[T]:
    """The first `limit` of items that were asked for with one more."""
    kept = items[:limit]
    more = len(items) > limit
    return {"items": kept, "next_cursor": base64.urlsafe_b64encode(key(kept[-1]).encode()).decode() if more else None}
