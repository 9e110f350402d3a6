"""Maximum likelihood of logistic and log-linear Poisson regression, by Newton's steps on an orthonormal basis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import special

from evaluation.statistics.regression import Basis
from evaluation.statistics.samples import Numbers

ITERATIONS: Final = 60
SETTLED: Final = 1e-12
"""A step that moves the linear predictor by less than this (root mean square, or relative) is the last."""
HALVINGS: Final = 40
WEAKEST: Final = 1e-11
FLATTEST: Final = 1e-13
"""Information in the weakest direction (absolute, and of the strongest) below which the likelihood rises there for ever: one
event in a million rows still gives 1e-6."""


@dataclass(frozen=True, slots=True)
class Family:
    """A distribution with its canonical link: cumulant b(η), mean b'(η) and variance b''(η)."""

    cumulant: Callable[[Numbers], Numbers]
    mean: Callable[[Numbers], Numbers]
    variance: Callable[[Numbers], Numbers]


def _softplus(eta: Numbers) -> Numbers:
    return np.asarray(np.logaddexp(0.0, eta))


def _bernoulli_variance(eta: Numbers) -> Numbers:
    return np.asarray(special.expit(eta) * special.expit(-eta))


LOGISTIC: Final = Family(_softplus, special.expit, _bernoulli_variance)
POISSON: Final = Family(np.exp, np.exp, np.exp)


@dataclass(frozen=True, slots=True)
class Likelihood:
    """The maximum: coordinates in the basis, fitted means, and the information in those coordinates (k × k)."""

    coordinates: Numbers
    mean: Numbers
    information: Numbers


def maximise(basis: Basis, outcome: Numbers, offset: Numbers, start: float, family: Family) -> Likelihood | None:
    """The maximum of the likelihood; `None` when the steps do not settle, because there is none.

    Parameters
    ----------
    basis
        Of the design, whose first column is the intercept.
    outcome, offset
        Shape (n,), complete.
    start
        Value of the intercept to start from.
    family
        `LOGISTIC` or `POISSON`.

    Notes
    -----
    Where classes are separated each step moves the linear predictor by about 1 for ever and the information of that direction
    fades by e each time: its fading tells, or sixty steps that do not settle. A step that lowers the likelihood is halved.
    """
    gamma = np.zeros(basis.rank)
    gamma[0] = start * basis.r[0, 0]
    level, previous = _likelihood(basis, outcome, offset, gamma, family), np.inf
    scale = np.sqrt(outcome.size)
    for _ in range(ITERATIONS):
        eta = offset + basis.q @ gamma
        mean, weight = family.mean(eta), family.variance(eta)
        information = basis.q.T @ (basis.q * weight[:, None])
        strengths, directions = np.linalg.eigh(information)
        if strengths[0] < max(WEAKEST, FLATTEST * float(strengths[-1])):
            return None
        step = directions @ (directions.T @ (basis.q.T @ (outcome - mean)) / strengths)
        size = float(np.linalg.norm(step)) / max(float(np.linalg.norm(gamma)), scale)
        if size <= SETTLED or (size <= 1e4 * SETTLED and size >= previous / 2):
            return Likelihood(gamma, mean, information)
        gamma, level = _climb(basis, outcome, offset, gamma, step, level, family)
        previous = size
    return None


def _climb(
    basis: Basis, outcome: Numbers, offset: Numbers, gamma: Numbers, step: Numbers, level: float, family: Family
) -> tuple[Numbers, float]:
    """The step, halved until the likelihood does not fall (beyond rounding)."""
    for _ in range(HALVINGS):
        reached = _likelihood(basis, outcome, offset, gamma + step, family)
        if reached >= level - 1e-12 * abs(level):
            return gamma + step, reached
        step = step / 2
    return gamma, level


def _likelihood(basis: Basis, outcome: Numbers, offset: Numbers, gamma: Numbers, family: Family) -> float:
    eta = offset + basis.q @ gamma
    with np.errstate(over="ignore"):  # a step too far: its likelihood is minus infinity, and the step is halved
        return float((outcome * eta - family.cumulant(eta)).sum())
