"""Agreement of raters and of measurements: estimators for the scorecard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from evaluation.compute.roles import texts
from evaluation.data import Column
from evaluation.estimate import Estimate, NotEstimable, Result
from evaluation.indicators.estimators.common import missing
from evaluation.indicators.inputs import Estimator, Inputs
from evaluation.statistics.icc import METHOD as ICC
from evaluation.statistics.icc import icc_2_1
from evaluation.statistics.kappa import METHOD as NOMINAL
from evaluation.statistics.kappa import WEIGHTED, cross_table, kappa
from evaluation.statistics.limits_of_agreement import METHOD as BLAND_ALTMAN
from evaluation.statistics.limits_of_agreement import agreement_line
from evaluation.statistics.many_raters import FLEISS, fleiss_kappa
from evaluation.statistics.samples import DomainError
from evaluation.vocabulary import Reason

SEPARATOR: Final = "|"


def _labelled(column: Column) -> tuple[NDArray[np.int64], list[str]]:
    """A column as indices into labels, −1 for missing; the numbers 0 and 1 have the labels `0` and `1`."""
    if column.labels is not None:
        return column.values.astype(np.int64), texts(column.labels)
    codes = np.full(column.values.size, -1, dtype=np.int64)
    known = ~np.isnan(column.values)
    distinct, codes[known] = np.unique(column.values[known], return_inverse=True)
    return codes, texts(distinct.tolist())


def _categorised(columns: Sequence[Column], categories: list[str] | None) -> tuple[NDArray[np.int64], int]:
    """Shape (rows, columns), indices into the categories (those that occur, unless given), and how many there are.

    Raises
    ------
    DomainError
        A label that is none of the categories.
    """
    read = [_labelled(column) for column in columns]
    seen = {names[code] for codes, names in read for code in np.unique(codes[codes >= 0]).tolist()}
    known = sorted(seen) if categories is None else categories
    if not seen <= set(known) or len(set(known)) < len(known):
        raise DomainError("a rating is none of the categories")
    index = {name: i for i, name in enumerate(known)}
    moved = [np.array([*(index.get(name, -1) for name in names), -1], dtype=np.int64)[codes] for codes, names in read]
    return np.column_stack(moved), len(known)


def _certain(result: Result) -> Result:
    """An interval of no width says nothing of certainty: the value alone stays."""
    if not isinstance(result, Estimate) or result.low < result.high:
        return result
    reason = Reason.PERFECT_AGREEMENT if result.value == 1 else Reason.NO_VARIATION
    return NotEstimable(reason, result.n, result.method, result.value, result.flags, result.extras)


def _impossible(method: str, inputs: Inputs) -> NotEstimable:
    return NotEstimable(Reason.IMPOSSIBLE_VALUE, inputs.rows, method)


def _two_raters(weights: Literal["none", "quadratic"], method: str) -> Estimator:
    def estimate(inputs: Inputs) -> Result:
        given = inputs.options.get("categories")
        if not (inputs.has("rater_1") and inputs.has("rater_2")) or (given is None and weights != "none"):
            return missing(method, inputs)
        categories = None if given is None else texts(str(given).split(SEPARATOR))
        try:
            codes, size = _categorised([inputs.columns[name][0] for name in ("rater_1", "rater_2")], categories)
        except DomainError:
            return _impossible(method, inputs)
        return _certain(kappa(cross_table(codes[:, 0], codes[:, 1], size), inputs.level, weights))

    return estimate


def _fleiss(inputs: Inputs) -> Result:
    if not inputs.has("raters"):
        return missing(FLEISS, inputs)
    codes, _ = _categorised(inputs.columns["raters"], None)
    return _certain(fleiss_kappa(codes, inputs.level))


def _icc(inputs: Inputs) -> Result:
    if not inputs.has("raters"):
        return missing(ICC, inputs)
    try:
        return _certain(icc_2_1(np.column_stack([column.values for column in inputs.columns["raters"]]), inputs.level))
    except DomainError:
        return _impossible(ICC, inputs)


def _line(which: Literal["bias", "lower", "upper"]) -> Estimator:
    def estimate(inputs: Inputs) -> Result:
        if not (inputs.has("measurement_1") and inputs.has("measurement_2")):
            return missing(BLAND_ALTMAN, inputs)
        pair = (inputs.numbers("measurement_1"), inputs.numbers("measurement_2"))
        try:
            return agreement_line(*pair, inputs.level, which)
        except DomainError:
            return _impossible(BLAND_ALTMAN, inputs)

    return estimate


ESTIMATORS: Final[Mapping[str, Estimator]] = MappingProxyType(
    {
        "cohen_kappa": _two_raters("none", NOMINAL),
        "weighted_kappa": _two_raters("quadratic", WEIGHTED),
        "fleiss_kappa": _fleiss,
        "icc_2_1": _icc,
        "bland_altman_bias": _line("bias"),
        "bland_altman_lower_limit": _line("lower"),
        "bland_altman_upper_limit": _line("upper"),
    }
)
"""Code of the catalogue → estimator."""
