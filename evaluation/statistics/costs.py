"""Difference of mean cost, the sum that a hospital pays."""

from __future__ import annotations

from numpy.typing import ArrayLike

from evaluation.estimate import Result
from evaluation.statistics.means import mean_difference


def cost_difference(with_tool: ArrayLike, without_tool: ArrayLike, level: float) -> Result:
    """Mean cost per case with − without, in euros; `extras` and edges as in `mean_difference`.

    Means, not medians, carry a budget: the sum of the cases is what the hospital pays.
    """
    return mean_difference(with_tool, without_tool, level)
