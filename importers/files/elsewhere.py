"""Texts of a file that are not cells of its table: they are searched for identities, and never kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Where = Literal["sheet", "comment", "part", "shared", "margin", "named", "column", "place"]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A text and where it stands.

    Another sheet, a comment, another part, the shared texts, a line around the table, or (`named`) the header of a column of
    people on another sheet, (`column`) what a column of another sheet is made of, or (`place`) a hospital or a ward in one.
    """

    text: str
    where: Where
    row: int | None = None
    position: int | None = None
    """Column of the sheet, from 0."""
    sheet: str | None = None
