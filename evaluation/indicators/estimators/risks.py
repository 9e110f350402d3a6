"""Risks and rates of two groups: estimators for the scorecard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from evaluation.estimate import Estimate, NotEstimable, Result
from evaluation.indicators.estimators.common import missing, two_groups
from evaluation.indicators.inputs import Estimator, Inputs
from evaluation.statistics import noninferiority, proportions, rates, risks
from evaluation.statistics.counts import whole_counts
from evaluation.statistics.samples import DomainError, Numbers
from evaluation.vocabulary import Reason


def _proportion(inputs: Inputs) -> Result:
    if not inputs.has("trials"):
        return proportions.event_share(inputs.numbers("event"), inputs.level, None)
    events, trials = whole_counts(inputs.numbers("event"), inputs.numbers("trials"))
    return proportions.event_share(events, inputs.level, trials)


def two_risks(inputs: Inputs) -> risks.TwoRisks:
    """Events and rows of the two groups of a contrast; rows without the event take no part."""
    return risks.two_risks(*two_groups(inputs, "event"))


def with_width(result: Result, reason: Reason) -> Result:
    """The same result, or none where its interval has no width: a verdict would read it as certainty."""
    if isinstance(result, Estimate) and result.low == result.high:
        return NotEstimable(reason, result.n, result.method, result.value, result.flags, result.extras, result.pooling)
    return result


def _counts(inputs: Inputs) -> tuple[tuple[Numbers, Numbers], tuple[Numbers, Numbers]]:
    """Events and exposures with the tool, and without it, of the rows that have both."""
    (ours, theirs), (our_time, their_time) = two_groups(inputs, "event"), two_groups(inputs, "exposure")
    ours_known, theirs_known = ~np.isnan(ours + our_time), ~np.isnan(theirs + their_time)
    return (ours[ours_known], our_time[ours_known]), (theirs[theirs_known], their_time[theirs_known])


def _rates(statistic: Callable[[rates.TwoRates, float], Result], method: str) -> Estimator:
    def estimate(inputs: Inputs) -> Result:
        if not inputs.has("exposure"):
            return missing(method, inputs)
        (ours, our_time), (theirs, their_time) = _counts(inputs)
        rows = ours.size + theirs.size
        if ours.size == 0 or theirs.size == 0:
            return NotEstimable(Reason.EMPTY_GROUP, rows, method)
        if min(ours.min(), theirs.min(), our_time.min(), their_time.min()) < 0:
            raise DomainError("a count or an exposure is negative")
        sums = (float(column.sum()) for column in (ours, our_time, theirs, their_time))
        x1, t1, x2, t2 = sums
        return statistic(rates.TwoRates(x1, t1, x2, t2, rows), inputs.level)

    return estimate


def _overdispersed(inputs: Inputs) -> Result:
    if not inputs.has("exposure"):
        return missing(rates.OVERDISPERSED_METHOD, inputs)
    (ours, our_time), (theirs, their_time) = _counts(inputs)
    treatment = np.repeat((1.0, 0.0), (ours.size, theirs.size))
    events, exposure = np.concatenate((ours, theirs)), np.concatenate((our_time, their_time))
    found = rates.rate_ratio_overdispersed(events, treatment, exposure, inputs.level)
    return with_width(found, Reason.NO_VARIATION)


ESTIMATORS: Final[Mapping[str, Estimator]] = MappingProxyType(
    {
        "proportion": _proportion,
        "odds_ratio": lambda inputs: risks.odds_ratio(two_risks(inputs), inputs.level),
        "risk_difference": lambda inputs: risks.risk_difference(two_risks(inputs), inputs.level),
        "noninferiority_risk_difference": lambda inputs: noninferiority.score_difference(
            two_risks(inputs), inputs.level
        ),
        "risk_ratio": lambda inputs: with_width(risks.risk_ratio(two_risks(inputs), inputs.level), Reason.ALL_EVENTS),
        "rate_difference": _rates(rates.rate_difference, rates.DIFFERENCE_METHOD),
        "rate_ratio": _rates(rates.rate_ratio, rates.RATIO_METHOD),
        "rate_ratio_overdispersed": _overdispersed,
    }
)
"""Code of the catalogue → estimator."""
