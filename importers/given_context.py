"""The JSON object of a context as a person writes it: every part optional, parts of other tools left alone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evaluation.language import marked, translations
from evaluation.refusal import Refusal

SENTENCE: Final = marked(
    "The context cannot be read at « {place} »: correct it as the documentation shows, or leave it out."
)
Count = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class GivenPilot(_Part):
    """The pilot: its code, its calendar, its design."""

    id: str | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    design: str | None = None


class GivenTokens(_Part):
    """Words that say yes, no, and that there is no value."""

    true: list[str] | None = None
    false: list[str] | None = None
    missing: list[str] | None = None


class GivenLimits(_Part):
    """What a file may weigh, as `importers.context.Limits` names it."""

    file_bytes: Count | None = None
    unpacked_bytes: Count | None = None
    zip_entries: Count | None = None
    rows: Count | None = None
    columns: Count | None = None
    cell_chars: Count | None = None
    sheets: Count | None = None
    grid_cells: Count | None = None
    row_errors_reported: Count | None = None


class GivenContext(_Part):
    """The whole object."""

    pilot: GivenPilot = GivenPilot()
    tokens: GivenTokens = GivenTokens()
    limits: GivenLimits = GivenLimits()
    registered_sites: list[str] | None = None
    uploader_site: str | None = None
    now: dt.datetime | None = None
    design: str | None = None
    header_aliases: dict[str, list[str]] = Field(default_factory=dict)


class BadContext(Refusal):
    """A context that says something else than it may; `place` is where."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place

    def sentence(self, locale: str = "fr") -> str:
        """Where it is wrong."""
        return translations("importers", locale).gettext(SENTENCE).format(place=self.place)


def given_context(given: Mapping[str, Any]) -> GivenContext:
    """The object, once it is known to be one.

    Raises
    ------
    BadContext
        A part is of another kind than it should be.
    """
    try:
        return GivenContext.model_validate_json(json.dumps(given), strict=True)
    except ValidationError as error:
        place = error.errors(include_url=False, include_input=False)[0]["loc"]
        raise BadContext(".".join(map(str, place)) or "{…}") from error
