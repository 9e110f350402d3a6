"""What every measure of predicted risks starts from: the complete rows of outcome and probability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics.samples import DomainError, Numbers, binary
from evaluation.vocabulary import Reason


@dataclass(frozen=True, slots=True)
class Predictions:
    """Complete rows: `outcome` 0/1 and `risk`, the predicted probability of 1, in [0, 1]; both of shape (n,)."""

    outcome: Numbers
    risk: Numbers

    @property
    def n(self) -> int:
        """Rows used."""
        return self.outcome.size

    @property
    def events(self) -> int:
        """Rows whose outcome is 1."""
        return int(np.count_nonzero(self.outcome))

    @property
    def one_class(self) -> Reason | None:
        """Why the rows cannot tell the two classes apart: there are none, or all have one outcome."""
        if self.n == 0:
            return Reason.NO_ROWS
        return Reason.ONE_CLASS if self.events in (0, self.n) else None


def predictions(reference: ArrayLike, probability: ArrayLike) -> Predictions:
    """The rows that have both the outcome and its predicted risk.

    Parameters
    ----------
    reference
        Shape (n,), 0/1, NaN missing.
    probability
        Shape (n,), predicted risk of 1 in [0, 1], NaN missing.

    Raises
    ------
    DomainError
        An outcome that is neither 0 nor 1, a probability outside [0, 1], columns of different lengths.
    """
    outcome, risk = binary(reference), np.asarray(probability, dtype=np.float64)
    if outcome.shape != risk.shape:
        raise DomainError("the outcome and its probability have different lengths")
    if risk.size and (np.nanmin(risk, initial=0.0) < 0 or np.nanmax(risk, initial=1.0) > 1):
        raise DomainError("a probability lies outside [0, 1]")
    known = ~(np.isnan(outcome) | np.isnan(risk))
    return Predictions(outcome, risk) if known.all() else Predictions(outcome[known], risk[known])
