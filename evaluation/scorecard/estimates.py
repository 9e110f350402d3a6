"""The result of one indicator on the rows given: as a whole, or group by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.estimate import NotEstimable, Result
from evaluation.indicators.catalogue import Indicator
from evaluation.indicators.estimators import ESTIMATORS, GROUP_ESTIMATORS, NESTED_ESTIMATORS
from evaluation.indicators.estimators.common import flagged
from evaluation.indicators.inputs import Estimator, Inputs
from evaluation.vocabulary import Flag, Reason


def estimate_of(entry: Indicator, inputs: Inputs | None) -> Result:
    """The result over all the rows; a reason where a column that it needs is in no file."""
    if inputs is None or (entry.contrast and inputs.with_tool is None):
        return NotEstimable(Reason.MISSING_COLUMN, 0, entry.method)
    return _estimator(entry, inputs)(inputs)


def _estimator(entry: Indicator, inputs: Inputs) -> Estimator:
    """The one for these rows: nested rows take the one that knows it, else the plain one, which then says that it does not."""
    plain = ESTIMATORS[entry.code]
    if inputs.clusters is None:
        return plain
    return NESTED_ESTIMATORS.get(entry.code) or (lambda rows: flagged(plain(rows), Flag.NESTING_IGNORED))


def by_group(
    entry: Indicator, inputs: Inputs | None, names: Sequence[str], codes: NDArray[Any]
) -> list[tuple[str, Result]]:
    """The result of each group by its name; the families that can take all groups at once do."""
    if inputs is None or (entry.contrast and inputs.with_tool is None):
        return [(name, NotEstimable(Reason.MISSING_COLUMN, 0, entry.method)) for name in names]
    if entry.code in GROUP_ESTIMATORS and inputs.clusters is None:
        found = GROUP_ESTIMATORS[entry.code](inputs, codes, len(names))
    else:
        found = [_estimator(entry, part)(part) for part in inputs.parts(codes, len(names))]
    return list(zip(names, found, strict=True))


def positives_of(inputs: Inputs, codes: NDArray[Any], groups: int) -> list[int | None]:
    """The reference-positive rows of each group; `None` where the indicator reads no reference."""
    if not inputs.has("reference"):
        return [None] * groups
    chosen = codes[(codes >= 0) & (inputs.numbers("reference") == 1)]
    return [int(n) for n in np.bincount(chosen.astype(np.int64), minlength=groups)]
