"""The roles of a case: columns of its CSV file, and the values given in place."""

import csv
from pathlib import Path
from typing import Any


def roles_of(case: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Role → values as the case gives them; an empty field of the file is an empty text, which means missing."""
    roles = dict(case["values"] or {})
    if case["data"]:
        rows = _rows(folder / case["data"])
        for role, names in (case["columns"] or {}).items():
            if isinstance(names, list):
                roles[role] = [[row[name] for row in rows] for name in names]
            else:
                roles[role] = [row[names] for row in rows]
    return roles


def _rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file by column name; in a file of one column a blank line is a row whose value is missing."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header, *lines = csv.reader(stream)
    kept = ([""] if len(header) == 1 and not line else line for line in lines)
    return [dict(zip(header, [*line, *[""] * len(header)], strict=False)) for line in kept if line]
