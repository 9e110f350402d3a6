"""What the economic metrics share: amounts and parameters out of roles, and keys beside what must be known of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from evaluation.compute.answers import Answer, plain
from evaluation.compute.roles import Roles, label
from evaluation.statistics.amounts import amount, amounts
from evaluation.statistics.samples import DomainError, Numbers
from evaluation.vocabulary import Flag, Reason


def known(values: Answer, flags: Sequence[Flag] = (), reason: Reason | None = None) -> Answer:
    """The keys as plain values, beside what a reader must know and the reason for what is null."""
    warnings = list(dict.fromkeys(flag.value for flag in flags))
    said = {} if reason is None else {"reason": reason.value}
    return {**plain(values), **said, "flag": bool(warnings) or reason is not None, "warnings": warnings}


def unknown(keys: Sequence[str], reason: Reason, **also: Any) -> Answer:
    """The keys as null beside the reason; `also` are keys that are known nevertheless."""
    return known({**dict.fromkeys(keys), **also}, reason=reason)


def level_of(roles: Roles) -> float:
    """Two-sided confidence level, inside (0, 1)."""
    level = as_number(roles.params.get("conf_level", 0.95))
    if not 0 < level < 1:
        raise DomainError("a confidence level lies between 0 and 1")
    return level


def as_number(value: Any) -> float:
    """A parameter as one finite number."""
    try:
        return amount(float(value))
    except (TypeError, ValueError, OverflowError) as error:
        raise DomainError("a parameter is no number") from error


def whole(value: Any) -> int:
    """A parameter as a whole number ≥ 0."""
    number = as_number(value)
    if number < 0 or number != int(number):
        raise DomainError("a parameter is no whole number")
    return int(number)


def column(roles: Roles, role: str) -> Numbers:
    """The amounts of a role, NaN for missing; shape (n,)."""
    try:
        return amounts(roles.numbers(role))
    except (TypeError, OverflowError) as error:
        raise DomainError("a value is no number") from error


def one_number(roles: Roles, role: str) -> float:
    """The one number of a role, NaN for missing; a column may repeat it or hold it in one of its rows."""
    found = np.unique(column(roles, role))
    found = found[~np.isnan(found)]
    if found.size > 1:
        raise DomainError("a role that takes one number has several")
    return float(found[0]) if found.size else float("nan")


def prices_of(roles: Roles) -> list[float]:
    """λ by λ; one number is a list of one."""
    given = roles.params["wtp"]
    if isinstance(given, (str, bytes)) or not hasattr(given, "__iter__"):
        given = [given]
    return [as_number(value) for value in given]


def printed_name(value: Any) -> str:
    """A strategy as it is printed: the text as given, a number as a label."""
    return str(value) if isinstance(value, str) else label(value) or ""
