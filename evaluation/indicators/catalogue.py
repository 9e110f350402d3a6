"""The catalogue: what every page, workbook, document and test knows of an indicator, read from `catalogue.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from evaluation.vocabulary import Better, ColumnRole, Domain


class Entry(BaseModel):
    """A part of the catalogue: immutable, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Input(Entry):
    """What an indicator reads: a column by its role, or the columns that the protocol binds."""

    roles: tuple[ColumnRole, ...] = Field(default=(), description="roles that serve by default, in this order")
    required: bool = True
    many: bool = False
    fr: str
    en: str


class Option(Entry):
    """A parameter of the method."""

    required: bool = False
    default: float | str | bool | None = None
    fr: str
    en: str


class Indicator(Entry):
    """One entry of the catalogue."""

    code: str
    short: str
    fr: str
    en: str
    domain: Domain
    unit: str
    unit_fr: str
    better: Better
    method: str
    reference: str
    scale: Literal["identity", "logit", "log"] = "identity"
    spans_sites: bool = Field(default=False, description="the model spans the sites: nothing to pool")
    failure_is_error: bool = Field(default=False, description="a missing answer of the tool counts as its error")
    with_tool_only: bool = Field(
        default=False, description="reads the rows with the tool when the table has arms or periods"
    )
    contrast: bool = Field(default=False, description="compares the rows with the tool with those without")
    subgroups: bool = True
    inputs: dict[str, Input]
    options: dict[str, Option] = Field(default_factory=dict)

    def label(self, locale: str = "fr") -> str:
        """The label in `locale`."""
        return self.en if locale == "en" else self.fr


@cache
def catalogue() -> Mapping[str, Indicator]:
    """Every indicator by its code, in the order of the file."""
    raw = tomllib.loads((Path(__file__).parent / "catalogue.toml").read_text(encoding="utf-8"))
    return MappingProxyType({code: Indicator(code=code, **entry) for code, entry in raw.items()})
