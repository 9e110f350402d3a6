"""The roles of a case: columns of its CSV file, and the values given in place."""

import csv
from pathlib import Path
from typing import Any


def roles_of(case: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Role → values as the case gives them; an empty field of the file is an empty text, which means missing."""
    roles = dict(case["values"] or {})
    if case["data"]:
        with (folder / case["data"]).open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        for role, names in (case["columns"] or {}).items():
            if isinstance(names, list):
                roles[role] = [[row[name] for row in rows] for name in names]
            else:
                roles[role] = [row[names] for row in rows]
    return roles
