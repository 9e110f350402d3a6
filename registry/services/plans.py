"""The evidence plan of a conditional listing: which indicator, how many cases, by which day."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypedDict

from registry.errors import Invalid
from registry.services import clock

LONGEST = 50


class PlanItem(TypedDict):
    """One item; `date` is an ISO day."""

    indicator: str
    n: int
    date: str
    text: str


def is_plain(text: str) -> bool:
    """Whether people can read the whole of it: no control character but tabs and line ends."""
    return all(unicodedata.category(char) not in ("Cc", "Cs") or char in "\t\n\r" for char in text)


def require_measurable(plan: Sequence[PlanItem], indicators: Collection[str]) -> None:
    """Refuse a condition that nobody could ever meet.

    Raises
    ------
    Invalid
        An indicator that the scorecard does not have, or a day that is not to come.
    """
    for number, item in enumerate(plan, start=1):
        if item["indicator"] not in indicators:
            raise Invalid(
                "unknown_indicator",
                "Item {number} of the evidence plan: the indicator is one of {names}.",
                number=number,
                names=", ".join(sorted(indicators)),
            )
        if dt.date.fromisoformat(item["date"]) <= clock.today():
            raise Invalid("past_day", "Item {number} of the evidence plan: its day must be to come.", number=number)


def plan_of(items: Sequence[Mapping[str, Any]]) -> list[PlanItem]:
    """The items, checked, in the order given.

    Raises
    ------
    Invalid
        An item lacks its indicator, its number or its day, or holds a control character.
    """
    if len(items) > LONGEST:
        raise Invalid("bad_plan", "An evidence plan has at most {n} items.", n=LONGEST)
    return [_item(number, item) for number, item in enumerate(items, start=1)]


def _item(number: int, item: Mapping[str, Any]) -> PlanItem:
    indicator, n, day, text = (item.get(key) for key in ("indicator", "n", "date", "text"))
    try:
        written = (day if isinstance(day, dt.date) else dt.date.fromisoformat(str(day))).isoformat()
    except ValueError:
        written = ""
    named = isinstance(indicator, str) and 0 < len(indicator.strip()) <= 200
    counted = isinstance(n, int) and not isinstance(n, bool) and n > 0
    if not (named and counted and written):
        raise Invalid(
            "bad_plan",
            "Item {number} of the evidence plan needs an indicator, a number of cases and a day.",
            number=number,
        )
    if not (is_plain(str(indicator)) and is_plain(str(text or ""))):
        raise Invalid(
            "bad_plan", "Item {number} of the evidence plan holds control characters: remove them.", number=number
        )
    return {"indicator": str(indicator).strip(), "n": int(n or 0), "date": written, "text": str(text or "")[:1000]}
