"""Multi-reader multi-case studies: estimators for the scorecard."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaluation.estimate import NotEstimable, Result
from evaluation.indicators.estimators.common import FEW_POSITIVES, flagged, missing
from evaluation.indicators.inputs import Estimator, Inputs
from evaluation.statistics.mrmc import METHOD, modality_difference, reader_study
from evaluation.statistics.readings import readings
from evaluation.statistics.samples import DomainError, binary
from evaluation.vocabulary import Flag, Reason

WITH, WITHOUT = 1, 0


def _modality(inputs: Inputs) -> NDArray[np.int64] | None:
    """1 for a reading with the tool, 0 without, −1 for neither; `None` when no column says so.

    Raises
    ------
    DomainError
        An input `modality` that is neither 0 nor 1.
    """
    if inputs.with_tool is not None and inputs.without_tool is not None:
        return np.where(inputs.with_tool, WITH, np.where(inputs.without_tool, WITHOUT, -1)).astype(np.int64)
    if not inputs.has("modality"):
        return None
    if inputs.columns["modality"][0].labels:
        raise DomainError("the modality is a text, neither 0 nor 1")
    values = binary(inputs.numbers("modality"))
    return np.where(np.isnan(values), -1, values).astype(np.int64)


def _difference(inputs: Inputs) -> Result:
    if not all(inputs.has(name) for name in ("reference", "score", "reader", "case")):
        return missing(METHOD, inputs)
    try:
        modality = _modality(inputs)
        if modality is None:
            return missing(METHOD, inputs)
        columns = (modality, inputs.codes("reader"), inputs.codes("case"))
        study = readings(inputs.numbers("reference"), inputs.numbers("score"), *columns)
        found = reader_study(study, str(inputs.options.get("covariance", "jackknife")))
    except DomainError:
        return NotEstimable(Reason.IMPOSSIBLE_VALUE, inputs.rows, METHOD)
    few = (Flag.FEW_POSITIVES,) if study.positive_cases < FEW_POSITIVES else ()
    return flagged(modality_difference(found, WITH, WITHOUT, inputs.level), *few)


ESTIMATORS: Final[Mapping[str, Estimator]] = MappingProxyType({"mrmc_auc_difference": _difference})
"""Code of the catalogue → estimator."""
