"""The catalogue: what every page, workbook, document and test knows of an indicator, read from the files in `entries`."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

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
    kind: Literal["number", "label", "any"] = Field(
        default="number",
        description="cells that are numbers, or names; `any`: names, dates and numbers each have a meaning",
    )
    compute_only: bool = Field(default=False, description="a role of `preuve compute` that no protocol binds")
    protocol_only: bool = Field(default=False, description="an input of a protocol that `preuve compute` does not read")
    fr: str
    en: str


class Option(Entry):
    """A parameter of the method."""

    required: bool = False
    default: int | float | str | bool | None = None
    kind: Literal["number", "text", "truth", "numbers", "texts"] = Field(
        default="number", description="of `numbers` and `texts`, `preuve compute` takes several between commas"
    )
    choices: tuple[str, ...] = Field(default=(), description="the words that it may be")
    whole: bool = Field(default=False, description="a whole number")
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = Field(default=None, description="as `minimum`, this value itself left out")
    below: float | None = Field(default=None, description="as `maximum`, this value itself left out")
    compute_only: bool = Field(
        default=False, description="a parameter of `preuve compute` that the protocol settles itself"
    )
    protocol_only: bool = Field(
        default=False, description="a parameter of a protocol that `preuve compute` does not read"
    )
    fr: str
    en: str

    @property
    def bounds(self) -> str:
        """The bounds of its numbers in signs, such as `> 0, < 1`; empty when there is none."""
        signs = {"≥": self.minimum, ">": self.above, "≤": self.maximum, "<": self.below}
        return ", ".join(f"{sign} {value:g}" for sign, value in signs.items() if value is not None)

    def bears(self, value: float | str | bool) -> bool:
        """Whether a value is of its kind and within its bounds."""
        if self.choices:
            return value in self.choices
        if self.kind not in ("number", "numbers"):
            return True
        if isinstance(value, (bool, str)) or not math.isfinite(value):
            return False
        low = (self.minimum is None or value >= self.minimum) and (self.above is None or value > self.above)
        high = (self.maximum is None or value <= self.maximum) and (self.below is None or value < self.below)
        return low and high and (not self.whole or value == math.floor(value))


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
    metric: str = Field(
        default="", description="the richer metric of which this is one value; by default the code itself"
    )
    prints: tuple[str, ...] = Field(default=(), description="keys that `preuve compute` prints")
    on_scorecard: bool = Field(default=True, description="a protocol may use it: one value with its interval")
    scale: Literal["identity", "logit", "log"] = "identity"
    pooled: bool = Field(default=True, description="sites can be brought together")
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


FILES: Final = (
    "accuracy",
    "paired",
    "calibration",
    "subgroups",
    "agreement",
    "readers",
    "contrasts",
    "risks",
    "usability",
    "series",
    "clusters",
    "synthesis",
    "economics",
    "monitoring",
)
"""The files of `entries`, in the order in which people read the catalogue."""


@cache
def catalogue() -> Mapping[str, Indicator]:
    """Every indicator by its code, in the order of the files."""
    entries: dict[str, Indicator] = {}
    for name in FILES:
        raw = tomllib.loads((Path(__file__).parent / "entries" / f"{name}.toml").read_text(encoding="utf-8"))
        entries |= {code: Indicator(code=code, **entry) for code, entry in raw.items()}
    return MappingProxyType(entries)
