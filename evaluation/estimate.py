"""What the engine answers: a number with its interval, or the reason why there is none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from evaluation.vocabulary import Flag, Reason

Extra = float | int | str | None | tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class PoolingTerm:
    """The effect of one site on the scale where sites are pooled, with its sampling variance (> 0)."""

    effect: float
    variance: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number, its confidence interval and what is needed to read it.

    Parameters
    ----------
    value, low, high
        In the indicator's unit; finite, or infinite where the method says so (a ratio over zero). Never NaN.
    level
        Two-sided confidence level, in (0, 1).
    n
        Rows that took part.
    method
        Name of the method, a key of `docs/methods.md`.
    flags
        What a reader must know beside the number.
    extras
        Further quantities of the method (`se`, `p_value`, `numerator`…), in the units of METRICS' keys.
    pooling
        The site's term in a random-effects synthesis; `None` when it has none.
    """

    value: float
    low: float
    high: float
    level: float
    n: int
    method: str
    flags: tuple[Flag, ...] = ()
    extras: Mapping[str, Extra] = field(default_factory=lambda: MappingProxyType({}))
    pooling: PoolingTerm | None = None

    def __post_init__(self) -> None:
        """Refuse NaN: a number that does not exist is a `NotEstimable`."""
        if math.isnan(self.value) or math.isnan(self.low) or math.isnan(self.high):
            raise ValueError(f"{self.method}: an estimate cannot be NaN")


@dataclass(frozen=True, slots=True)
class NotEstimable:
    """The reason why there is no estimate; `point` is the bare value when only its inference is missing."""

    reason: Reason
    n: int
    method: str
    point: float | None = None
    flags: tuple[Flag, ...] = ()
    extras: Mapping[str, Extra] = field(default_factory=lambda: MappingProxyType({}))
    pooling: PoolingTerm | None = None


Result = Estimate | NotEstimable
