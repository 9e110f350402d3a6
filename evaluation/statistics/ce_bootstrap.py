"""Bootstrap of the cost-effectiveness plane: cases drawn again within each arm, cost and effect of a case together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaluation.statistics.amounts import ROUNDING, amount
from evaluation.statistics.increments import Arm
from evaluation.statistics.samples import DomainError, Numbers

METHOD = "percentile_within_arm"
SEED: Final = 20260101
MOST_REPLICATES: Final = 1_000_000
BLOCK: Final = 4096
"""Cases of a block: their costs and effects stay in the processor's nearest memory while they are drawn from."""
DRAWS_AT_ONCE: Final = 1 << 17
MOST_DRAWS: Final = 2_000_000_000
"""Draws in one arm (a few seconds) above which a large arm's means are taken as normal."""
LARGE_ARM: Final = 10_000

Complex = NDArray[np.complex128]
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Plane:
    """What the resamples say; limits are percentiles, shares are of the resamples.

    `resampling` is `exact`, or `normal_means` where an arm was too large to be drawn from.
    """

    cost: Interval
    effect: Interval
    net_benefit: Interval
    probability: float
    quadrants: dict[str, float]
    resampling: str


def ce_bootstrap(
    intervention: Arm, control: Arm, wtp: float, replicates: int, level: float, seed: int = SEED
) -> Plane | None:
    """Percentile intervals and quadrant shares of ΔC, ΔE and λΔE − ΔC, intervention − control [1]_.

    Parameters
    ----------
    intervention, control
        Complete cases of the two arms; their sizes are kept in every resample.
    wtp
        Willingness to pay λ per unit of effect.
    replicates
        Resamples, from 1 to a million.
    level
        Two-sided level of the percentile intervals (quantiles of type 7).
    seed
        Start of the generator (PCG64): the same data, parameters and seed give the same answer.

    Returns
    -------
    Plane or None
        None when an arm has fewer than two cases: there is nothing to draw.

    Notes
    -----
    Every case is really drawn, up to two thousand million draws in an arm (a million cases × 2000 resamples). Above that, in an
    arm of at least 10 000 cases, the two means of a resample are drawn from the bivariate normal of the central limit theorem,
    with the very mean and covariance that drawing has; `resampling` says so.

    References
    ----------
    .. [1] Glick 2014, Economic Evaluation in Clinical Trials; Efron & Tibshirani 1993, An Introduction to the Bootstrap.
    """
    if not 1 <= replicates <= MOST_REPLICATES:
        raise DomainError("the number of replicates lies between 1 and a million")
    amount(wtp)
    if min(intervention.n, control.n) < 2:
        return None
    rng = np.random.Generator(np.random.PCG64(seed))
    ours, theirs = (_means(arm, replicates, rng) for arm in (intervention, control))
    cost, effect = _differences(intervention, control, ours - theirs)
    scales = _scale(intervention.cost, control.cost), _scale(intervention.effect, control.effect)
    net = _settled(wtp * effect - cost, abs(wtp) * scales[1] + scales[0])
    cost, effect = _settled(cost, scales[0]), _settled(effect, scales[1])
    dear, better = cost > 0, effect > 0
    shares = {"NE": dear & better, "NW": dear & ~better, "SE": ~dear & better, "SW": ~dear & ~better}
    drawn = all(_is_drawn(arm.n, replicates) for arm in (intervention, control))
    return Plane(
        cost=_interval(cost, level),
        effect=_interval(effect, level),
        net_benefit=_interval(net, level),
        probability=float(np.mean(net > 0)),
        quadrants={name: float(np.mean(inside)) for name, inside in shares.items()},
        resampling="exact" if drawn else "normal_means",
    )


def _interval(values: Numbers, level: float) -> Interval:
    low, high = np.quantile(values, (0.5 - level / 2, 0.5 + level / 2))
    return float(low), float(high)


def _is_drawn(n: int, replicates: int) -> bool:
    return n < LARGE_ARM or n * replicates <= MOST_DRAWS


def _differences(intervention: Arm, control: Arm, deviations: Complex) -> tuple[Numbers, Numbers]:
    """Differences of cost and of effect in each resample, from the deviations around the arms' means."""
    cost = _mean(intervention.cost) - _mean(control.cost) + deviations.real
    effect = _mean(intervention.effect) - _mean(control.effect) + deviations.imag
    return cost, effect


def _settled(differences: Numbers, scale: float) -> Numbers:
    """Differences that are nothing but rounding as exactly 0: means of 0/1 effects are often equal, and 0 is neither N nor E."""
    return np.where(np.abs(differences) <= 4 * ROUNDING * scale, 0.0, differences)


def _scale(ours: Numbers, theirs: Numbers) -> float:
    """Root mean square of the larger arm's values."""
    return float(np.sqrt(max(np.mean(ours**2), np.mean(theirs**2))))


def _mean(values: Numbers) -> float:
    """The mean; of a constant column its value, whatever rounding does to its sum."""
    return float(values[0]) if values[0] == values.min() == values.max() else float(values.mean())


def _means(arm: Arm, replicates: int, rng: np.random.Generator) -> Complex:
    """Deviation of each resample's mean cost (real part) and mean effect (imaginary part) from those of the arm."""
    centred = (arm.cost - _mean(arm.cost)) + 1j * (arm.effect - _mean(arm.effect))
    if _is_drawn(arm.n, replicates):
        return _resampled_sums(centred, replicates, rng) / arm.n
    cost, effect = centred.real, centred.imag
    covariance = np.array([[cost @ cost, cost @ effect], [cost @ effect, effect @ effect]]) / float(arm.n) ** 2
    normal = rng.multivariate_normal(np.zeros(2), covariance, size=replicates, method="eigh")
    return np.asarray(normal[:, 0] + 1j * normal[:, 1])


def _resampled_sums(values: Complex, replicates: int, rng: np.random.Generator) -> Complex:
    """Sum of each resample of `values` of its own size; shape (replicates,).

    A resample falls on the blocks by the multinomial law and evenly within each: the law of drawing from all values, but the
    reads stay within a block and the memory does not grow with the data.
    """
    blocks = np.array_split(values, -(-values.size // BLOCK))
    shares = np.array([block.size for block in blocks]) / values.size
    falls = rng.multinomial(values.size, shares, size=replicates)
    sums = np.zeros(replicates, dtype=np.complex128)
    for block, fallen in zip(blocks, falls.T, strict=True):
        step = max(1, DRAWS_AT_ONCE // block.size)
        for start in range(0, replicates, step):
            sums[start : start + step] += _drawn_sums(block, fallen[start : start + step], rng)
    return sums


def _drawn_sums(block: Complex, counts: NDArray[np.int64], rng: np.random.Generator) -> Complex:
    """Sum of `counts[i]` values drawn with replacement from the block, for each i."""
    drawn = block.take(rng.integers(0, block.size, int(counts.sum()), dtype=np.uint16))
    some = counts > 0
    sums = np.zeros(counts.size, dtype=np.complex128)
    if some.any():
        sums[some] = np.add.reduceat(drawn, (np.cumsum(counts) - counts)[some])
    return sums
