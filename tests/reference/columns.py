"""The roles of a case as columns: from its CSV file or from the values given in place."""

import csv
import math
from pathlib import Path

import numpy as np


class Columns:
    """Roles by name; numbers as float64 with NaN for missing, labels as text with `None` for missing."""

    def __init__(self, case: dict, folder: Path) -> None:
        self.params = case["params"]
        self._values = dict(case["values"])
        if case["data"]:
            with (folder / case["data"]).open(encoding="utf-8", newline="") as stream:
                rows = list(csv.DictReader(stream))
            for role, names in case["columns"].items():
                if isinstance(names, list):
                    self._values[role] = [[row[name] for row in rows] for name in names]
                else:
                    self._values[role] = [row[names] for row in rows]

    def has(self, role: str) -> bool:
        return role in self._values

    def raw(self, role: str) -> object:
        return self._values[role]

    def numbers(self, role: str) -> np.ndarray:
        return np.array([_number(v) for v in self._values[role]], dtype=np.float64)

    def many(self, role: str) -> np.ndarray:
        """Shape (rows, columns)."""
        return np.array([[_number(v) for v in column] for column in self._values[role]], dtype=np.float64).T

    def labels(self, role: str) -> list[str | None]:
        return [label(v) for v in self._values[role]]

    def codes(self, role: str) -> np.ndarray:
        labels = self.labels(role)
        known = sorted({v for v in labels if v is not None})
        return np.array([-1 if v is None else known.index(v) for v in labels])

    def split(self, role: str, group: str, first: str, second: str) -> tuple[np.ndarray, np.ndarray]:
        """The numbers of two groups; rows of any other group take no part."""
        values, labels = self.numbers(role), np.array([v or "" for v in self.labels(group)])
        return values[labels == label(first)], values[labels == label(second)]


def _number(value: object) -> float:
    if value is None or value == "":
        return math.nan
    return float(value)


def label(value: object) -> str | None:
    """A label as text after numeric normalisation: 1, 1.0 and "1" are one label."""
    if value is None or value == "":
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value)
    return f"{number:g}"
