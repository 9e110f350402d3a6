"""From what a statistic returns to the keys of its method sheet: plain JSON values, null beside a flag."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from evaluation.compute.roles import Roles
from evaluation.estimate import NotEstimable, Result

Answer = dict[str, Any]
Adapter = Callable[[Roles], Answer]


def answer(result: Result, value: str = "estimate", low: str = "ci_low", high: str = "ci_high") -> Answer:
    """The keys of one estimate: its extras, its value and limits under the names asked for, `n`, `flag`, `warnings`.

    What is not estimable is null, flagged, with its `reason`; the bare value stays where only its inference is missing.
    """
    extras = {name: plain(extra) for name, extra in result.extras.items()}
    warnings = [flag.value for flag in result.flags]
    if isinstance(result, NotEstimable):
        point = None if result.point is None else plain(result.point)
        absent = {value: point, low: None, high: None, "reason": result.reason.value}
        return {**absent, **extras, value: point, "n": result.n, "flag": True, "warnings": warnings}
    limits = {value: plain(result.value), low: plain(result.low), high: plain(result.high)}
    return {**extras, **limits, "n": result.n, "flag": bool(warnings), "warnings": warnings}


def plain(value: Any) -> Any:
    """Plain JSON: infinite numbers as text, arrays and tuples as lists, NaN as null.

    NaN stands for a missing item of a list or table (an unscored questionnaire, a missing p-value), never for an estimate.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    return _real(value) if isinstance(value, float) else value


def _real(number: float) -> float | str | None:
    if math.isnan(number):
        return None
    return number if math.isfinite(number) else ("Infinity" if number > 0 else "-Infinity")
