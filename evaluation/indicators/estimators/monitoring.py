"""Repeated looks and continuous monitoring: estimators for the scorecard."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from evaluation.estimate import Estimate, NotEstimable, Result
from evaluation.indicators.estimators.common import missing, numeric_option
from evaluation.indicators.inputs import Estimator, Inputs
from evaluation.statistics.confidence_sequences import bernoulli_limits
from evaluation.statistics.samples import binary
from evaluation.vocabulary import Reason

METHOD: Final = "beta_binomial_mixture"


def _monitored(inputs: Inputs) -> Result:
    """The share of events, with limits that hold however often the scorecard is drawn up while cases come in."""
    t_opt = numeric_option(inputs, "t_opt")
    if t_opt is None or not inputs.has("event"):
        return missing(METHOD, inputs)
    event = binary(inputs.numbers("event"))
    events, trials = int(np.count_nonzero(event == 1)), int(np.count_nonzero(~np.isnan(event)))
    counts = {"numerator": events, "denominator": trials}
    if trials == 0:
        return NotEstimable(Reason.NO_ROWS, 0, METHOD, extras=counts)
    alpha = 1 - inputs.level
    low, high = bernoulli_limits(events, trials, alpha, t_opt, alpha)
    return Estimate(events / trials, low, high, inputs.level, trials, METHOD, (), counts)


ESTIMATORS: Final[Mapping[str, Estimator]] = MappingProxyType({"monitored_proportion": _monitored})
"""Code of the catalogue → estimator."""
