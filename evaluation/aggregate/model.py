"""The shape of an aggregate: every key, its type and its bounds; anything else is refused."""

from __future__ import annotations

import math
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from evaluation.faults import fault
from evaluation.language import marked
from evaluation.vocabulary import Flag, Reason

KIND: Final = "preuve-aggregate"
FORMAT: Final = 1
MOST = 10**12
MOST_BYTES: Final = 8 * 1024 * 1024
"""A whole aggregate with every subgroup of a large protocol takes some hundred kilobytes."""

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0, le=MOST)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Number = Finite | Literal["Infinity", "-Infinity"]
Name = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9_.,+ -]*$")]
Code = Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9][a-z0-9_-]*$")]


def _word(kind: type[Flag] | type[Reason]) -> Any:
    known = {word.value for word in kind}

    def one_of(text: str) -> str:
        if text not in known:
            raise fault(marked("a word that the engine never prints"))
        return text

    return AfterValidator(one_of)


class Part(BaseModel):
    """A part of an aggregate: immutable, typed without conversion, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Term(Part):
    """The effect on the pooling scale and its variance."""

    effect: Finite
    variance: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Line(Part):
    """One result: an interval, a reason, or that the group is too small to be shown."""

    value: Number | None = None
    low: Number | None = None
    high: Number | None = None
    level: Annotated[float, Field(gt=0, lt=1)] | None = None
    not_estimable: Annotated[str, _word(Reason)] | None = None
    withheld: Literal["small_group"] | None = None
    n: Count | None = None
    method: Name | None = None
    flags: list[Annotated[str, _word(Flag)]] | None = None
    pooling: Term | None = None
    details: dict[Code, Number | Count | None] | None = None

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        interval = (self.value, self.low, self.high, self.level)
        told = (self.n, self.method, self.flags)
        whole = all(x is not None for x in interval)
        if self.withheld is not None:
            good = all(x is None for x in (*interval, *told, self.not_estimable, self.pooling, self.details))
        else:
            good = all(x is not None for x in told) and (
                whole if self.not_estimable is None else all(x is None for x in interval)
            )
        if not good:
            raise fault(marked("give an interval with its method, or a reason, or that the group is withheld"))
        return self

    @property
    def limits(self) -> tuple[float, float, float]:
        """Value and limits as floats, infinite where the text says so."""
        value, low, high = (_float(x) for x in (self.value, self.low, self.high))
        return value, low, high


def _float(number: float | str | None) -> float:
    if number is None:
        return math.nan
    return float(number) if isinstance(number, (int, float)) else math.copysign(math.inf, -1 if number[0] == "-" else 1)


class Level(Line):
    """The line of one level of a subgroup."""

    level_of: Annotated[str, Field(max_length=128)]


class Moments(Part):
    """Size, mean and variance of one side of a comparison."""

    n: Count
    mean: Finite
    variance: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Cells(Part):
    """True and false positives and negatives."""

    tp: Count
    fn: Count
    fp: Count
    tn: Count


class Sides(Part):
    """The two sides of a comparison of means."""

    with_tool: Moments
    without_tool: Moments


class Missing(Part):
    """Rows read, and rows that lack each input."""

    rows: Count
    by_input: dict[Code, Count]


class IndicatorPart(Part):
    """One indicator in one site."""

    id: Code
    code: Code
    result: Line
    sums: Cells | Sides | None
    positives: Count | None
    missing: Missing
    by_subgroup: dict[Code, list[Level]]


class Reference(Part):
    """Rows that are to have a reference, and those that lack it."""

    rows: Count
    missing: Count


class TablePart(Part):
    """One table of one site."""

    rows: Count
    reference: Reference | None
    nested: bool
    short_period: bool


class SitePart(Part):
    """One site."""

    site: Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9 _.-]*$")]
    tables: dict[Code, TablePart]
    indicators: list[IndicatorPart]


class ExcludedPart(Part):
    """Rows that one rule of the protocol set aside."""

    table: Code
    reason: Annotated[str, Field(max_length=300)]
    reason_en: Annotated[str, Field(max_length=300)]
    n: Count


class DataPart(Part):
    """The rows behind the aggregate, by their digest and number."""

    digest: Digest
    rows: Count
    received: Count
    excluded: list[ExcludedPart]


class ProtocolPart(Part):
    """The protocol, by its digest."""

    id: Code
    version: Annotated[str, Field(max_length=32)]
    digest: Digest


class Content(Part):
    """The whole aggregate."""

    kind: Literal["preuve-aggregate"]
    format: Literal[1]
    engine: Annotated[str, Field(max_length=32)]
    protocol: ProtocolPart
    data: DataPart
    sites: Annotated[list[SitePart], Field(min_length=1, max_length=1000)]
    digest: Digest


PARTS: Final[tuple[type[Part], ...]] = (
    Content,
    ProtocolPart,
    DataPart,
    ExcludedPart,
    SitePart,
    TablePart,
    Reference,
    IndicatorPart,
    Level,
    Term,
    Cells,
    Sides,
    Moments,
    Missing,
)
KEYS: Final = frozenset(name for part in PARTS for name in part.model_fields)
"""Every key of the format."""
