"""What metrics of two groups ask of their roles and parameters, refused in words where it is not there."""

from __future__ import annotations

import math
from typing import Any

from evaluation.compute.roles import Absent, Roles, label
from evaluation.statistics.samples import DomainError, Numbers


def parameter(roles: Roles, name: str) -> Any:
    """A parameter that the method cannot do without; `Absent` where it is not given, or empty."""
    value = roles.params[name]
    if value is None or value == "":
        raise Absent("option", name)
    return value


def number(roles: Roles, name: str) -> float:
    """A parameter that is a finite number.

    Raises
    ------
    DomainError
        When it is none.
    """
    value = parameter(roles, name)
    try:
        found = float(value)
    except (TypeError, ValueError) as error:
        raise DomainError(f"the parameter {name} is no number") from error
    if not math.isfinite(found):
        raise DomainError(f"the parameter {name} is not finite")
    return found


def split(roles: Roles, role: str, first: object, second: object) -> tuple[Numbers, Numbers]:
    """The numbers of two groups named by their labels in the role `group`; rows of any other group take no part.

    Raises
    ------
    DomainError
        When the two columns differ in length, or the two labels are one.
    """
    values, labels = roles.numbers(role), roles.labels("group")
    if values.shape != labels.shape:
        raise DomainError(f"the columns {role} and group differ in length")
    if label(first) == label(second):
        raise DomainError("the two groups have one label")
    return values[labels == label(first)], values[labels == label(second)]
