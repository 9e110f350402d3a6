"""The time, asked in one place."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
"""A day of the registry (of a decision, of a deadline) is a day in France."""


def now() -> dt.datetime:
    """The present instant, in UTC."""
    return dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """The present day in France."""
    return now().astimezone(PARIS).date()
