"""What a document holds, as data: sheets, fields, codes and examples, from which blank workbooks and readers are made."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from evaluation.tables import Label
from evaluation.vocabulary import UseCase
from importers.documents.identifiers import CHECKS

KINDS: Final = ("dossier", "vehicles")
FieldType = Literal["text", "long", "choice", "date", "number", "integer", "boolean"]
LONGEST: Final = {"text": 300, "long": 2000}
LISTED: Final = frozenset(("cpv", "emdn", "country"))
"""Checks that look a code up in a list."""
OTHER_CHECKS: Final = LISTED | {"udi_di", "supplier_id", "semver"}
"""Checks that look at more than the cell, or that accept several kinds of identifier."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Field(_Frozen):
    """One thing asked for: a row of a vertical sheet or a column of a table.

    `need` says what its absence means: `open`, the document is refused; `list`, it is told, since nothing can be referenced
    without it. `many` accepts several values, one a line or separated by semicolons.
    """

    name: str
    type: FieldType = "text"
    label: Label
    need: Literal["", "open", "list"] = ""
    check: str = ""
    choices: str = ""
    many: bool = False
    minimum: float | None = None
    maximum: float | None = None
    longest: int = 0
    unit: str | Label = ""
    help: Label | None = None
    example: str = ""

    def unit_in(self, locale: str) -> str:
        """The unit in `locale`."""
        return self.unit if isinstance(self.unit, str) else self.unit(locale)

    @property
    def most_characters(self) -> int:
        """How long a text may be."""
        return self.longest or LONGEST.get(self.type, LONGEST["text"])


class Section(_Frozen):
    """A group of fields of a vertical sheet."""

    label: Label
    fields: tuple[Field, ...]


class Sheet(_Frozen):
    """One sheet: `vertical`, a field a row with its value and its evidence; `rows`, a table whose columns are the fields."""

    name: str
    label: Label
    layout: Literal["vertical", "rows"]
    required: bool = True
    help: Label
    sections: tuple[Section, ...] = ()
    columns: tuple[Field, ...] = ()
    examples: tuple[Mapping[str, str], ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field of the sheet, in order."""
        return self.columns or tuple(field for section in self.sections for field in section.fields)


class Document(_Frozen):
    """A kind of document; `choices` are its code lists, each code with its two labels."""

    kind: str
    title: Label
    summary: Label
    filling: Label
    then: Label
    choices: Mapping[str, Mapping[str, Label]]
    sheets: tuple[Sheet, ...]

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        for sheet in self.sheets:
            names = [field.name for field in sheet.fields]
            if len(set(names)) != len(names):
                raise ValueError(f"{sheet.name}: a field stands twice")
            for field in sheet.fields:
                if field.check and field.check not in CHECKS and field.check not in OTHER_CHECKS:
                    raise ValueError(f"{field.name}: unknown check {field.check}")
                if (field.type == "choice") != bool(field.choices) or field.choices not in {"", *self.choices}:
                    raise ValueError(f"{field.name}: a choice needs the name of a code list")
        return self

    def sheet(self, name: str) -> Sheet:
        """The sheet of that name."""
        return next(sheet for sheet in self.sheets if sheet.name == name)

    def codes(self, field: Field) -> Mapping[str, Label]:
        """The codes that a field may hold; empty when it is free."""
        return BOOLEANS if field.type == "boolean" else self.choices.get(field.choices, {})

    def fields(self) -> Iterator[tuple[Sheet, Field]]:
        """Every field with its sheet."""
        for sheet in self.sheets:
            for field in sheet.fields:
                yield sheet, field


BOOLEANS: Final[Mapping[str, Label]] = {"oui": Label(fr="oui", en="yes"), "non": Label(fr="non", en="no")}


@cache
def document(kind: str) -> Document:
    """The description of a kind of document (`dossier`, `vehicles`)."""
    source = resources.files("importers.documents") / f"{kind}.toml"
    content: dict[str, Any] = tomllib.loads(source.read_text(encoding="utf-8"))
    content["choices"]["use_case"] = {case.value: {"fr": case.label_fr, "en": case.label_en} for case in UseCase}
    return Document.model_validate({"kind": kind, **content})
