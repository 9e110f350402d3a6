"""Agreement of raters and of measurements: from roles and parameters to the keys of the method sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from evaluation.compute.answers import Adapter, Answer, answer
from evaluation.compute.roles import Labels, Roles, texts
from evaluation.statistics.icc import intraclass
from evaluation.statistics.kappa import cross_table, kappa
from evaluation.statistics.limits_of_agreement import bland_altman
from evaluation.statistics.many_raters import fleiss_kappa, krippendorff_alpha
from evaluation.statistics.samples import DomainError, Numbers
from evaluation.vocabulary import Flag

Codes = NDArray[np.int64]


def categorised(labels: Labels, categories: Sequence[str]) -> Codes:
    """Index of each label among the categories, −1 for missing; same shape as the labels.

    Raises
    ------
    DomainError
        A label that is none of them, or a category named twice.
    """
    index: dict[str | None, int] = {name: i for i, name in enumerate(categories)}
    if len(index) < len(categories):
        raise DomainError("a category is named twice")
    index[None] = -1
    try:
        codes = [index[label] for label in labels.ravel()]
    except KeyError as error:
        raise DomainError(f"a rating, {error.args[0]}, is none of the categories") from error
    return np.array(codes, dtype=np.int64).reshape(labels.shape)


def occurring(*columns: Labels) -> list[str]:
    """The labels that occur, sorted as text."""
    return sorted({label for column in columns for label in column.ravel() if label is not None})


def _two_raters(weights: Literal["none", "quadratic"]) -> Adapter:
    def run(roles: Roles) -> Answer:
        if weights != "none" and roles.params.get("weights", weights) != weights:
            raise DomainError(f"the weights are {weights}, not {roles.params['weights']}")
        columns = [roles.labels(role) for role in ("rater_1", "rater_2")]
        given = roles.params.get("categories") if weights == "none" else roles.params["categories"]
        categories = occurring(*columns) if given is None else texts([given] if isinstance(given, str) else given)
        first, second = (categorised(column, categories) for column in columns)
        return answer(kappa(cross_table(first, second, len(categories)), roles.level, weights))

    return run


def _raters(roles: Roles) -> list[Any]:
    """The columns of several raters.

    Raises
    ------
    DomainError
        When they differ in length.
    """
    columns = list(roles.values("raters"))
    lengths = {1 if one is None or isinstance(one, (str, int, float)) else len(one) for one in columns}
    if len(lengths) > 1:
        raise DomainError("the raters have not rated the same subjects")
    return columns


def _rated(roles: Roles) -> Codes:
    """Nominal ratings as indices of the labels that occur, shape (subjects, raters)."""
    labels = roles.many_labels("raters") if _raters(roles) else np.empty((0, 0), dtype=object)
    return categorised(labels, occurring(labels))


def _ratings(roles: Roles) -> Numbers:
    """Numbers of several raters, shape (subjects, raters)."""
    _raters(roles)
    return roles.many("raters")


def _fleiss(roles: Roles) -> Answer:
    return answer(fleiss_kappa(_rated(roles), roles.level))


def _krippendorff(roles: Roles) -> Answer:
    level = str(roles.params["level"])
    found = krippendorff_alpha(_rated(roles) if level == "nominal" else _ratings(roles), level)
    negative = found.value is not None and found.value < 0
    return {
        "estimate": found.value,
        "n_units": found.n_units,
        "n_values": found.n_values,
        "observed_disagreement": found.observed_disagreement,
        "expected_disagreement": found.expected_disagreement,
        "flag": found.value is None or negative,
        "warnings": [Flag.NEGATIVE_AGREEMENT.value] if negative else [],
        **({"reason": found.reason.value} if found.reason else {}),
    }


def _icc(roles: Roles) -> Answer:
    found = intraclass(_ratings(roles), roles.level)
    forms = {
        name: {"estimate": form.value, "ci_low": form.low, "ci_high": form.high} for name, form in found.forms.items()
    }
    return {
        **forms,
        "F_3_1": found.f,
        "df1": found.df1,
        "df2": found.df2,
        "p_value_3_1": found.p_value,
        "n_subjects": found.n_subjects,
        "n_raters": found.n_raters,
        "flag": found.reason is not None or bool(found.flags),
        "warnings": [flag.value for flag in found.flags],
        **({"reason": found.reason.value} if found.reason else {}),
    }


def _bland_altman(roles: Roles) -> Answer:
    found = bland_altman(roles.numbers("measurement_1"), roles.numbers("measurement_2"), roles.level)
    lines = {"bias": found.bias, "lower_limit": found.lower, "upper_limit": found.upper}
    return {
        "n": found.n,
        "sd": found.sd,
        **{name: line.value for name, line in lines.items()},
        **{f"{name}_ci_low": line.low for name, line in lines.items()},
        **{f"{name}_ci_high": line.high for name, line in lines.items()},
        "flag": found.reason is not None,
        "warnings": [],
        **({"reason": found.reason.value} if found.reason else {}),
    }


METRICS: Final[Mapping[str, Adapter]] = MappingProxyType(
    {
        "cohen_kappa": _two_raters("none"),
        "weighted_kappa": _two_raters("quadratic"),
        "fleiss_kappa": _fleiss,
        "krippendorff_alpha": _krippendorff,
        "icc": _icc,
        "bland_altman": _bland_altman,
    }
)
"""Metric → adapter."""
