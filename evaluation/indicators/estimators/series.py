"""Interrupted time series: estimators for the scorecard."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from evaluation.estimate import NotEstimable, Result
from evaluation.indicators.estimators.clusters import covariates, exposure
from evaluation.indicators.estimators.common import missing
from evaluation.indicators.inputs import Estimator, Inputs
from evaluation.statistics import segmented, segmented_counts
from evaluation.statistics.samples import Numbers, binary
from evaluation.vocabulary import Reason

CALENDAR: Final = 1e5
"""A period with a larger number is a date or a calendar code: periods are then numbered 1, 2, 3… in their order."""


class _Periods:
    """The rows brought to one a period: who is after, what the season says, and sums or means of the rest."""

    def __init__(self, inputs: Inputs, after: Numbers, *needed: Numbers) -> None:
        column = inputs.columns["time"][0]
        when = np.where(column.missing, np.nan, column.values.astype(np.float64))
        season = covariates(inputs, "season")
        known = ~np.isnan(np.column_stack([when, binary(after), season, *needed])).any(axis=1)
        self.known = known
        periods, self.at = np.unique(when[known], return_inverse=True)
        self.rows = np.bincount(self.at).astype(np.float64)
        numbered = column.labels is not None or bool(np.any(np.abs(periods) > CALENDAR))
        self.time = np.arange(1.0, periods.size + 1) if numbered else periods
        self.post = self.sums(after) / self.rows
        self.season = np.column_stack([*self._fourier(inputs), *(self.sums(term) / self.rows for term in season.T)])

    def sums(self, values: Numbers) -> Numbers:
        """Sum over the rows of each period."""
        return np.asarray(np.bincount(self.at, weights=values[self.known], minlength=self.rows.size))

    @property
    def is_one_series(self) -> bool:
        """Whether no period lies on both sides of the intervention."""
        return bool(np.all((self.post == 0) | (self.post == 1)))

    @property
    def since(self) -> Numbers:
        """Time since the first period after, 0 before."""
        first = self.time[self.post == 1].min(initial=np.inf)
        return np.where(self.post == 1, self.time - (first if np.isfinite(first) else 0.0), 0.0)

    def _fourier(self, inputs: Inputs) -> list[Numbers]:
        """Pairs of the option `harmonics`, when the protocol says how long a season's cycle is."""
        length = inputs.number("season_length") if "season_length" in inputs.options else 0.0
        pairs = range(1, int(inputs.number("harmonics")) + 1) if length > 0 else ()
        turn = 2 * np.pi * self.time / (length or 1.0)
        return [np.empty((self.time.size, 0)), *(wave(k * turn) for k in pairs for wave in (np.sin, np.cos))]


def _change(name: str) -> Estimator:
    def estimate(inputs: Inputs) -> Result:
        after = exposure(inputs, "post")
        if after is None:
            return missing(segmented.METHOD, inputs)
        outcome = inputs.numbers("outcome")
        series = _Periods(inputs, after, outcome)
        if not series.is_one_series:
            return NotEstimable(Reason.NOT_IDENTIFIED, series.rows.size, segmented.METHOD)
        lag = np.floor(inputs.number("lag")) if "lag" in inputs.options else None
        means = series.sums(outcome) / series.rows
        given = (means, series.time, series.post, series.since, series.season)
        return segmented.change(segmented.newey_west(*given, inputs.level, lag), name, inputs.level)

    return estimate


def _quasi_poisson(inputs: Inputs) -> Result:
    after = exposure(inputs, "post")
    if after is None:
        return missing(segmented_counts.METHOD, inputs)
    events = inputs.numbers("events")
    denominator = inputs.numbers("exposure") if inputs.has("exposure") else np.ones(inputs.rows)
    series = _Periods(inputs, after, events, denominator)
    if not series.is_one_series:
        return NotEstimable(Reason.NOT_IDENTIFIED, series.rows.size, segmented_counts.METHOD)
    given = (series.sums(events), series.sums(denominator), series.time, series.post, series.season)
    return segmented_counts.quasi_poisson(*given, inputs.level)


ESTIMATORS: Final[Mapping[str, Estimator]] = MappingProxyType(
    {
        "its_level_change": _change("post"),
        "its_slope_change": _change("time_since"),
        "its_effect_at_last_point": _change("effect_at_last_point"),
        "its_quasi_poisson": _quasi_poisson,
    }
)
"""Code of the catalogue → estimator."""
