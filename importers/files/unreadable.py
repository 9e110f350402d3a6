"""Why a file stops being read."""

from __future__ import annotations

from collections.abc import Mapping

from importers.report import Issue


class Unreadable(Exception):
    """The file stops here: one issue says why; `places` tells where the headers and titles that it names stand."""

    def __init__(self, code: str, *, places: Mapping[str, str] | None = None, **params: object) -> None:
        super().__init__(code)
        self.places = places or {}
        row, column, cell = params.pop("row", None), params.pop("column", None), params.pop("cell", None)
        self.issue = Issue(
            code,
            "error",
            row if isinstance(row, int) else None,
            column if isinstance(column, str) else None,
            cell if isinstance(cell, str) else None,
            params=params,
        )
