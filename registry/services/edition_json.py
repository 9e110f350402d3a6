"""An edition as JSON and back: the frozen content model of `exports`, field by field, by its declared types."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
import types
import typing
from collections.abc import Hashable
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from evaluation.canonical import canonical_json, digest_of, number
from exports.edition import Edition, Line

T = TypeVar("T")
CALENDAR = ("number", "date", "valid_until")
"""What two editions of an unchanged list differ by."""


def to_text(edition: Edition | Line) -> str:
    """The canonical JSON of an edition, or of a part of it."""
    return canonical_json(_plain(edition)).decode()


def from_text(text: str) -> Edition:
    """The edition that `to_text` wrote."""
    return _read(Edition, json.loads(text))


def content_digest(text: str) -> str:
    """The digest of the content of an edition, its number and its days apart."""
    return digest_of({key: value for key, value in json.loads(text).items() if key not in CALENDAR})


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dt.date):
        return value.isoformat()
    return number(value) if isinstance(value, float) else value


@cache
def _hints(model: Hashable) -> dict[str, Any]:
    return typing.get_type_hints(model)


def _read(model: type[T], content: dict[str, Any]) -> T:
    hints = _hints(typing.cast("Hashable", model))
    return model(**{name: _typed(hints[name], value) for name, value in content.items() if name in hints})


def _typed(hint: Any, value: Any) -> Any:
    if isinstance(hint, types.UnionType):
        return None if value is None else _typed(next(h for h in hint.__args__ if h is not types.NoneType), value)
    if typing.get_origin(hint) is tuple:
        return tuple(_typed(typing.get_args(hint)[0], item) for item in value)
    if dataclasses.is_dataclass(hint):
        return _read(typing.cast("type[Any]", hint), value)
    if hint is dt.date:
        return dt.date.fromisoformat(value)
    if hint is float:
        return (
            {"Infinity": math.inf, "-Infinity": -math.inf}.get(value, value) if isinstance(value, str) else float(value)
        )
    return hint(value) if isinstance(hint, type) and issubclass(hint, Enum) else value
