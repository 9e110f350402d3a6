"""Parameters of a method as the caller gave them: present, and of their kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evaluation.compute.roles import Absent, Roles
from evaluation.statistics.samples import DomainError
from evaluation.statistics.settings import share


def given(roles: Roles, name: str) -> Any:
    """The parameter as it was given.

    Raises
    ------
    Absent
        When it was not.
    """
    value = roles.params.get(name)
    if value is None:
        raise Absent("option", name)
    return value


def number(roles: Roles, name: str) -> float:
    """A parameter that is a number.

    Raises
    ------
    DomainError
        When it is missing or no number.
    """
    return _real(given(roles, name), name)


def numbers(roles: Roles, name: str) -> list[float]:
    """A parameter that is a list of numbers, or one number.

    Raises
    ------
    DomainError
        When it is missing or holds something that is no number.
    """
    value = given(roles, name)
    single = isinstance(value, str) or not hasattr(value, "__iter__")
    return [_real(item, name) for item in ([value] if single else value)]


def choice(roles: Roles, name: str, words: Sequence[str]) -> str:
    """A parameter that is one of `words`.

    Raises
    ------
    DomainError
        When it is missing or another word.
    """
    value = given(roles, name)
    if value not in words:
        raise DomainError(f"{name} is one of {', '.join(words)}")
    return str(value)


def level(roles: Roles) -> float:
    """The two-sided confidence level.

    Raises
    ------
    DomainError
        When it does not lie strictly between 0 and 1.
    """
    return share(_real(roles.params.get("conf_level", 0.95), "conf_level"), "conf_level")


def _real(value: Any, name: str) -> float:
    if isinstance(value, bool):
        raise DomainError(f"the parameter {name} is no number")
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise DomainError(f"the parameter {name} is no number") from error
