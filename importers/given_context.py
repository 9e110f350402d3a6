"""The JSON object of a context as a person writes it: every part optional, parts of other tools left alone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evaluation.language import marked, translations
from evaluation.refusal import Refusal
from importers.context import FALSE_WORDS, MISSING_WORDS, TRUE_WORDS, Context, Limits

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


def context_of(given: Mapping[str, Any], *, uploader_site: str | None = None) -> Context:
    """The context of a JSON object: pilot, registered sites, dates, limits, words and aliases; all optional.

    Raises
    ------
    BadContext
        A part is of another kind than it should be.
    """
    said = _given(given)
    true, false, missing = said.tokens.true, said.tokens.false, said.tokens.missing
    return Context(
        pilot=said.pilot.id,
        registered_sites=None if said.registered_sites is None else frozenset(said.registered_sites),
        uploader_site=uploader_site or said.uploader_site,
        first_day=said.pilot.first_day,
        last_day=said.pilot.last_day,
        today=said.now.date() if said.now else None,
        limits=replace(Limits(), **said.limits.model_dump(exclude_none=True)),
        true_words=TRUE_WORDS if true is None else frozenset(true),
        false_words=FALSE_WORDS if false is None else frozenset(false),
        missing_words=(MISSING_WORDS if missing is None else frozenset(missing)) | {""},
        repeated_cases=_is_paired(said.design or said.pilot.design),
        aliases={name: tuple(words) for name, words in said.header_aliases.items()},
    )


def _is_paired(design: str | None) -> bool:
    return bool(design) and str(design).casefold().startswith(
        ("paired", "crossover", "cross-over", "within", "repeated")
    )


def _given(given: Mapping[str, Any]) -> GivenContext:
    """The object, once it is known to be one."""
    try:
        return GivenContext.model_validate_json(json.dumps(given), strict=True)
    except ValidationError as error:
        place = error.errors(include_url=False, include_input=False)[0]["loc"]
        raise BadContext(".".join(map(str, place)) or "{…}") from error
