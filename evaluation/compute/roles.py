"""The roles of a metric as columns: numbers with NaN for missing, labels as text, single values."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from evaluation.statistics.samples import DomainError, Numbers

Labels = NDArray[np.object_]
PLAIN_NUMBER: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,9})?")
"""A label that is a number; `1_2`, which Python too would read as 12, is a name."""


class Absent(DomainError):
    """A role or a parameter that the metric needs and was not given; `name` says which, `kind` what it is."""

    def __init__(self, kind: Literal["role", "option"], name: str) -> None:
        super().__init__(f"the {kind} {name} is not given")
        self.kind: Literal["role", "option"] = kind
        self.name = name


class Params(dict[str, Any]):
    """Parameters by name; asking for one that was not given says which."""

    def __missing__(self, name: str) -> Any:
        raise Absent("option", name)


class Roles:
    """Columns by role, and the parameters of the method.

    Parameters
    ----------
    columns
        Role → values: one number, a sequence (numbers, texts, `None` or a blank text for missing), an array or a Polars
        series; a role that takes several columns has a sequence of them.
    params
        Parameters by name (`conf_level`, `threshold`, labels of groups…).

    Raises
    ------
    Absent
        When a role or a parameter that was not given is asked for.
    """

    def __init__(self, columns: Mapping[str, Any], params: Mapping[str, Any]) -> None:
        self._columns = dict(columns)
        self.params = Params(params)

    @property
    def level(self) -> float:
        """Two-sided confidence level, 0.95 unless asked otherwise."""
        given = self.params.get("conf_level", 0.95)
        try:
            level = math.nan if isinstance(given, bool) else float(given)
        except (TypeError, ValueError):
            level = math.nan
        if not 0 < level < 1:
            raise DomainError("the confidence level is no number between 0 and 1")
        return level

    def has(self, role: str) -> bool:
        """Whether the role is given."""
        return role in self._columns

    def values(self, role: str) -> Any:
        """The role as it was given."""
        if role not in self._columns:
            raise Absent("role", role)
        return self._columns[role]

    def scalar(self, role: str) -> float:
        """One number: the value given in place, or the first of its column; NaN for missing."""
        found = self.numbers(role)
        return float(found[0]) if found.size else math.nan

    def numbers(self, role: str) -> Numbers:
        """Shape (n,), NaN for missing.

        Raises
        ------
        DomainError
            For a text that is no number.
        """
        return _numbers(self.values(role))

    def many(self, role: str) -> Numbers:
        """Several columns of numbers; shape (rows, columns), (0, 0) without any column."""
        columns = [_numbers(column) for column in self.values(role)]
        return np.column_stack(columns) if columns else np.empty((0, 0))

    def terms(self, role: str, rows: int) -> Numbers:
        """The columns of a role that may be absent, null or an empty list, or be one column alone; shape (rows, columns)."""
        given = self._columns.get(role)
        if given is None or len(given) == 0:
            return np.empty((rows, 0))
        alone = all(isinstance(item, str) or not hasattr(item, "__len__") for item in given)
        return _numbers(given)[:, None] if alone else self.many(role)

    def labels(self, role: str) -> Labels:
        """Labels as text after numeric normalisation, `None` for missing; shape (n,)."""
        return _labels(self.values(role))

    def many_labels(self, role: str) -> Labels:
        """Several columns of labels; shape (rows, columns)."""
        return np.column_stack([_labels(column) for column in self.values(role)])

    def codes(self, role: str) -> NDArray[np.int64]:
        """Labels as indices into their sorted distinct values, −1 for missing."""
        labels = self.labels(role)
        known = np.array([value is not None for value in labels], dtype=bool)
        codes = np.full(labels.size, -1, dtype=np.int64)
        if known.any():
            codes[known] = np.unique(labels[known].astype(str), return_inverse=True)[1]
        return codes

    def split(self, role: str, group: str, first: object, second: object) -> tuple[Numbers, Numbers]:
        """The numbers of two groups named by their labels; rows of any other group take no part."""
        values, labels = self.numbers(role), self.labels(group)
        return values[labels == label(first)], values[labels == label(second)]


def label(value: object) -> str | None:
    """A label as text after numeric normalisation: 1, 1.0 and "1" are one label; `None` for missing."""
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    text = str(value).strip()
    if not text:
        return None
    if not PLAIN_NUMBER.fullmatch(text):
        return text
    number = Decimal(text)
    if abs(number.adjusted()) > 30:
        return text
    plain = format(number, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain in ("-0", "+0") else plain.removeprefix("+")


def _sequence(values: Any) -> Sequence[Any]:
    if isinstance(values, (str, int, float)) or values is None:
        return [values]
    sequence: Sequence[Any] = values.to_list() if hasattr(values, "to_list") else values
    return sequence


def _numbers(values: Any) -> Numbers:
    if isinstance(values, np.ndarray) and values.dtype.kind in "fiub":
        return values.astype(np.float64)
    try:
        return np.array([_number(value) for value in _sequence(values)], dtype=np.float64)
    except (ValueError, TypeError, OverflowError) as error:
        raise DomainError("a value is no number") from error


def _number(value: Any) -> float:
    return math.nan if value is None or (isinstance(value, str) and not value.strip()) else float(value)


def _labels(values: Any) -> Labels:
    found = np.empty(len(sequence := _sequence(values)), dtype=object)
    known: dict[Any, str | None] = {}
    for i, value in enumerate(sequence):
        if value not in known:
            known[value] = label(value)
        found[i] = known[value]
    return found


def texts(values: Iterable[object]) -> list[str]:
    """A list of labels given as a parameter, normalised as columns are."""
    return [label(value) or "" for value in values]
